# Freezes multivariate normal probabilities (mvtnorm), weighted log-rank statistics with their covariances,
# MaxCombo p-values from both, and restricted means (survival).
# Run in tests/reference/r:  Rscript delayed_effects.R     (Debian: r-cran-mvtnorm)
suppressPackageStartupMessages({library(survival); library(mvtnorm); library(jsonlite)})

# survdiff knows the weights S^rho. The covariance of S^a and S^b is the variance of S^((a + b) / 2), and the
# weights (0,0), (0,1), (1,0), (1,1) are 1, 1 - S, S and S - S^2: all follow linearly from rho = 0, 1/2, ... 2.
to_weights <- rbind(c(1, 0, 0), c(1, -1, 0), c(0, 1, 0), c(0, 1, -1))
total <- function(x) if (is.matrix(x)) rowSums(x) else x
joint <- function(formula, d) {
  fits <- lapply(seq(0, 2, 0.5), function(rho) survdiff(formula, data = d, rho = rho))
  excess <- sapply(fits[c(1, 3, 5)], function(fit) (total(fit$obs) - total(fit$exp))[2])
  v <- outer(0:2, 0:2, Vectorize(function(a, b) fits[[a + b + 1]]$var[2, 2]))
  list(excess = as.vector(to_weights %*% excess), covariance = to_weights %*% v %*% t(to_weights))
}
close_p <- function(lower, upper, sigma) {
  set.seed(1)
  1 - pmvnorm(lower, upper, corr = sigma, algorithm = GenzBretz(maxpts = 2e7, abseps = 1e-8, releps = 0))[1]
}
data_set <- function(name, groups, tau, stratified) {
  d <- read.csv(file.path("..", "data", paste0(name, ".csv")))
  d <- d[d$group %in% groups, ]
  d$group <- factor(d$group, levels = groups)
  formula <- if (stratified) Surv(time, event) ~ group + strata(stratum) else Surv(time, event) ~ group
  found <- joint(formula, d); excess <- found$excess; v <- found$covariance
  z <- excess / sqrt(diag(v)); corr <- cov2cor(v)
  means <- summary(survfit(Surv(time, event) ~ group, data = d), rmean = tau)$table
  list(name = name, groups = groups, stratified = stratified, excess = excess, covariance = v, tau = tau,
       p = close_p(rep(-max(abs(z)), 4), rep(max(abs(z)), 4), corr),
       p_higher = close_p(rep(-Inf, 4), rep(max(z), 4), corr), p_lower = close_p(rep(-Inf, 4), rep(max(-z), 4), corr),
       means = unname(means[, 5]), errors = unname(means[, 6]))
}
data <- list(data_set("lung", c("1", "2"), 600, FALSE), data_set("lung", c("1", "2"), 600, TRUE),
             data_set("tied67", c("A", "B"), 9, FALSE), data_set("tied67", c("A", "B"), 9, TRUE),
             data_set("lonely_stratum", c("A", "B"), 9, FALSE), data_set("colon", c("Obs", "Lev+5FU"), 2500, FALSE))

rectangle <- function(lower, upper, corr, algorithm)
  list(lower = lower, upper = upper, corr = corr,
       p = pmvnorm(lower, upper, corr = corr, algorithm = algorithm)[1])
equal <- function(k, r) { m <- matrix(r, k, k); diag(m) <- 1; m }
uneven <- function(k) { a <- outer(1:k, 1:k, function(i, j) sin(i * j) + (i == j) * 1.2); cov2cor(a %*% t(a)) }
tv <- TVPACK(abseps = 1e-14); miwa <- Miwa(steps = 512)
none <- function(k) rep(-Inf, k)
rectangles <- list(
  rectangle(none(2), c(0.3, -1.1), equal(2, 0.95), tv), rectangle(none(2), c(1, 1.2), equal(2, -0.7), tv),
  rectangle(none(3), c(0.3, 1.1, -0.2), uneven(3), tv), rectangle(none(3), c(2.1, 2.1, 2.1), equal(3, 0.9), tv),
  rectangle(none(4), c(0.3, 1.1, -0.2, 0.8), uneven(4), miwa), rectangle(none(4), rep(2.2, 4), equal(4, 0.6), miwa),
  rectangle(c(-1, -2, -0.5, -1.5), c(0.8, 1.1, 2, 0.9), uneven(4), miwa))
versions <- sapply(c("mvtnorm", "survival"), function(p) as.character(packageVersion(p)))
write_json(list(versions = as.list(versions), data = data, rectangles = rectangles), "../delayed_effects.json",
           digits = I(16), auto_unbox = TRUE, null = "null")
