# Freezes posteriors of the hierarchical and the EXNEX model of response rates, drawn by JAGS (Gibbs sampling).
# Needs JAGS and rjags (Debian: jags, r-cran-rjags). Run in tests/reference/r:  Rscript cohorts.R
library(rjags)
library(jsonlite)

BATCHES <- 60
PER_CHAIN <- 200000
CHAINS <- 3

tau_prior <- list(
  half_normal = function(j, p) sprintf("tau[%d] ~ dnorm(0, %.17g) T(0,)", j, 1 / p$scale^2),
  half_cauchy = function(j, p) sprintf("tau[%d] ~ dt(0, %.17g, 1) T(0,)", j, 1 / p$scale^2),
  uniform = function(j, p) sprintf("tau[%d] ~ dunif(0, %.17g)", j, p$upper),
  inverse_gamma = function(j, p)
    sprintf("precision[%d] ~ dgamma(%.17g, %.17g)\n tau[%d] <- 1 / sqrt(precision[%d])", j, p$shape, p$rate, j, j))

# components: a list of list(mean, sd, spread = list(kind, ...)); weights: K rows of their probabilities;
# own: a list of mean and sd for each cohort; the last category is the cohort on its own
model_text <- function(case) {
  J <- length(case$components)
  lines <- c("model {")
  for (j in seq_len(J)) {
    one <- case$components[[j]]
    lines <- c(lines, sprintf("mu[%d] ~ dnorm(%.17g, %.17g)", j, one$mean, 1 / one$sd^2),
               tau_prior[[one$spread$kind]](j, one$spread))
  }
  lines <- c(lines, "for (k in 1:K) {", "y[k] ~ dbin(p[k], n[k])", "logit(p[k]) <- theta[k] + offset[k]",
             "above[k] <- step(p[k] - null[k])")
  if (is.null(case$own)) {
    lines <- c(lines, "theta[k] ~ dnorm(mu[1], 1 / tau[1]^2)")
  } else {
    lines <- c(lines, "z[k] ~ dcat(w[k,])", "theta[k] <- candidate[k, z[k]]")
    for (j in seq_len(J)) lines <- c(lines, sprintf("candidate[k, %d] ~ dnorm(mu[%d], 1 / tau[%d]^2)", j, j, j))
    lines <- c(lines, sprintf("candidate[k, %d] ~ dnorm(own_mean[k], 1 / own_sd[k]^2)", J + 1))
    for (j in seq_len(J)) lines <- c(lines, sprintf("member[k, %d] <- equals(z[k], %d)", j, j))
  }
  paste(c(lines, "}", "}"), collapse = "\n")
}

# value and Monte-Carlo error of a statistic by means of batches, over all chains
batched <- function(draws, statistic) {
  per_batch <- matrix(draws, ncol = BATCHES)
  list(value = statistic(draws), error = sd(apply(per_batch, 2, statistic)) / sqrt(BATCHES))
}

posterior <- function(case, seed) {
  K <- length(case$n)
  data <- list(K = K, y = case$y, n = case$n, null = case$null, offset = qlogis(case$target))
  watched <- c("p", "above")
  if (!is.null(case$own)) {
    w <- matrix(unlist(case$weights), nrow = K, byrow = TRUE)
    data <- c(data, list(w = cbind(w, 1 - rowSums(w)), own_mean = sapply(case$own, `[[`, "mean"),
                         own_sd = sapply(case$own, `[[`, "sd")))
    watched <- c(watched, "member")
  }
  starts <- lapply(seq_len(CHAINS), function(i) list(.RNG.name = "base::Mersenne-Twister", .RNG.seed = seed * 100 + i))
  model <- jags.model(textConnection(model_text(case)), data, starts, n.chains = CHAINS, n.adapt = 5000, quiet = TRUE)
  update(model, 10000, progress.bar = "none")
  drawn <- coda.samples(model, watched, PER_CHAIN, progress.bar = "none")
  column <- function(name) unlist(lapply(drawn, function(chain) as.numeric(chain[, name])))
  J <- if (is.null(case$own)) 0 else length(case$components)
  lapply(seq_len(K), function(k) {
    p <- column(sprintf("p[%d]", k))
    list(above = batched(column(sprintf("above[%d]", k)), mean), mean = batched(p, mean), sd = batched(p, sd),
         low = batched(p, function(x) quantile(x, 0.025, names = FALSE)),
         high = batched(p, function(x) quantile(x, 0.975, names = FALSE)),
         members = lapply(seq_len(J), function(j) batched(column(sprintf("member[%d,%d]", k, j)), mean)))
  })
}

component <- function(mean, sd, kind, ...) list(mean = mean, sd = sd, spread = list(kind = kind, ...))
own <- function(means, sds) Map(function(m, s) list(mean = m, sd = s), means, sds)
cases <- list(
  list(name = "bhm, half-normal", n = c(15, 15, 10), y = c(3, 5, 1), null = rep(0.1, 3), target = rep(0.3, 3),
       components = list(component(-1.35, 2, "half_normal", scale = 1))),
  list(name = "bhm, half-normal, two cohorts", n = c(6, 21), y = c(1, 14), null = c(0.1, 0.4), target = c(0.3, 0.6),
       components = list(component(-1, 2, "half_normal", scale = 0.5))),
  list(name = "bhm, half-cauchy", n = c(20, 20, 20, 20, 20), y = c(2, 9, 3, 7, 0), null = rep(0.15, 5),
       target = rep(0.35, 5), components = list(component(-0.5, 3, "half_cauchy", scale = 0.5))),
  list(name = "bhm, uniform", n = c(25, 25, 12, 30), y = c(1, 4, 7, 10), null = c(0.1, 0.1, 0.2, 0.3),
       target = c(0.3, 0.3, 0.4, 0.5), components = list(component(-1, 2, "uniform", upper = 5))),
  list(name = "bhm, inverse gamma", n = c(10, 14, 18, 22), y = c(5, 4, 3, 2), null = rep(0.2, 4), target = rep(0.4, 4),
       components = list(component(-1, 10, "inverse_gamma", shape = 2, rate = 0.5))),
  list(name = "exnex, one component", n = c(15, 15, 10), y = c(3, 5, 1), null = rep(0.1, 3), target = rep(0.3, 3),
       components = list(component(-1.35, 2, "half_normal", scale = 1)), weights = list(0.5, 0.5, 0.5),
       own = own(rep(-0.5, 3), rep(2.2, 3))),
  list(name = "exnex, weights of their own", n = c(20, 18, 16, 8), y = c(8, 1, 7, 4), null = rep(0.2, 4),
       target = c(0.4, 0.4, 0.4, 0.5), components = list(component(-0.8, 1.5, "half_cauchy", scale = 0.6)),
       weights = list(0.8, 0.5, 0.8, 0.2), own = own(c(-0.5, -0.5, 0, 0.2), c(2, 1.8, 2, 1.5))),
  list(name = "exnex, two components", n = c(18, 18, 18), y = c(2, 8, 4), null = rep(0.15, 3), target = rep(0.35, 3),
       components = list(component(-1.1, 1, "half_normal", scale = 0.5), component(0, 1, "half_normal", scale = 0.5)),
       weights = list(c(0.25, 0.25), c(0.25, 0.25), c(0.25, 0.25)), own = own(rep(-0.5, 3), rep(2.2, 3))),
  list(name = "exnex, two components that differ", n = c(12, 20, 9, 15), y = c(0, 11, 3, 5), null = rep(0.15, 4),
       target = rep(0.35, 4),
       components = list(component(-1, 2, "half_normal", scale = 1), component(0.3, 0.8, "uniform", upper = 2)),
       weights = list(c(0.5, 0.3), c(0.2, 0.6), c(0.4, 0.4), c(0.3, 0.3)), own = own(rep(-0.5, 4), rep(2, 4))))
out <- list(jags = as.character(jags.version()), iterations = PER_CHAIN * CHAINS, cases = Map(function(case, seed) {
  case$posterior <- posterior(case, seed)
  case
}, cases, seq_along(cases)))
write_json(out, "../cohorts.json", digits = 10, auto_unbox = TRUE, pretty = FALSE)
