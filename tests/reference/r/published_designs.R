# Recomputes, in base R and by other ways than the package, the values that tests type from publications;
# and sizes of screening trials by rpact. Run in tests/reference/r:  Rscript published_designs.R
# (about a minute; Debian: r-cran-rpact, LGPL-3)
suppressPackageStartupMessages({library(rpact); library(jsonlite)})

# Simon 1989: every plan, r the smallest that keeps alpha
simon <- function(alpha, beta, p0, p1, n_max) {
  found <- NULL
  for (n in 2:n_max) for (n1 in 1:(n - 1)) {
    x <- 0:n1
    late0 <- outer(x, 0:(n - 1), function(x, r) pbinom(r - x, n - n1, p0, lower.tail = FALSE))
    late1 <- outer(x, 0:(n - 1), function(x, r) pbinom(r - x, n - n1, p1, lower.tail = FALSE))
    part0 <- dbinom(x, n1, p0) * late0
    part1 <- dbinom(x, n1, p1) * late1
    for (r1 in 0:(n1 - 1)) {
      if (pbinom(r1, n1, p1) > beta) break
      on <- (r1 + 2):(n1 + 1)
      type1 <- colSums(part0[on, , drop = FALSE])
      keeps <- which(type1 <= alpha & (0:(n - 1)) >= r1)
      if (!length(keeps)) next
      r <- keeps[1] - 1
      if (sum(part1[on, r + 1]) >= 1 - beta)
        found <- rbind(found, c(r1, n1, r, n, n1 + (n - n1) * pbinom(r1, n1, p0, lower.tail = FALSE)))
    }
  }
  smallest <- found[found[, 4] == min(found[, 4]), , drop = FALSE]
  list(alpha = alpha, beta = beta, p0 = p0, p1 = p1,
       optimal = found[which.min(found[, 5]), ], minimax = smallest[which.min(smallest[, 5]), ])
}
tables <- list(c(0.10, 0.10, 0.05, 0.25), c(0.05, 0.20, 0.05, 0.25), c(0.05, 0.10, 0.05, 0.25),
  c(0.10, 0.10, 0.10, 0.30), c(0.05, 0.20, 0.10, 0.30), c(0.05, 0.10, 0.10, 0.30), c(0.10, 0.10, 0.20, 0.40),
  c(0.05, 0.20, 0.20, 0.40), c(0.05, 0.10, 0.20, 0.40), c(0.05, 0.20, 0.30, 0.50))

# Lee and Liu 2008: a look after each subject; success at the end if P(rate > p0) exceeds the target
lee_liu <- function(p0, p1, a, b, first, n_max, least, target) {
  success <- pbeta(p0, a + 0:n_max, b + n_max - 0:n_max, lower.tail = FALSE) > target
  hopeful <- function(x, n) {
    y <- 0:(n_max - n)
    ways <- exp(lchoose(n_max - n, y) + lbeta(a + x + y, b + n_max - x - y) - lbeta(a + x, b + n - x))
    sum(ways[success[x + y + 1]])
  }
  stop_at <- sapply(first:n_max, function(n) {
    low <- if (n == n_max) which(!success) - 1 else Filter(function(x) hopeful(x, n) < least, 0:n)
    if (length(low)) max(low) else -1
  })
  walk <- function(p) {           # probabilities of responses among those who go on, subject by subject
    state <- dbinom(0:n_max, first, p)
    size <- 0; early <- 0
    for (n in first:n_max) {
      if (n > first) state <- p * c(0, state[-length(state)]) + (1 - p) * state
      stopped <- (0:n_max) <= stop_at[n - first + 1]
      if (n < n_max) { early <- early + sum(state[stopped]); size <- size + n * sum(state[stopped]) }
      if (n == n_max) size <- size + n * sum(state)
      state[stopped] <- 0
    }
    c(reject = sum(state), size = size, early = early)
  }
  null <- walk(p0); other <- walk(p1)
  list(target = target, n = first:n_max, stop_at = stop_at, alpha = null[["reject"]], power = other[["reject"]],
       size = null[["size"]], early = null[["early"]])
}
predictive <- function(x, n, n_max, a, b, p0, target) {    # the example of Lee and Liu 2008, page 97
  y <- 0:(n_max - n)
  ways <- choose(n_max - n, y) * beta(a + x + y, b + n_max - x - y) / beta(a + x, b + n - x)
  sum(ways[pbeta(p0, a + x + y, b + n_max - x - y, lower.tail = FALSE) > target])
}

# pick the winner: the chance of the best arm among k, ties by lot, by (F^k - G^k) / (k f)
chosen <- function(n, best, others, k) {
  x <- 0:n
  f <- dbinom(x, n, others); upto <- pbinom(x, n, others); below <- upto - f
  share <- ifelse(f > 1e-300, (upto^k - below^k) / (k * f), upto^(k - 1))
  sum(dbinom(x, n, best) * share)
}
winner <- function(k) sapply(seq(0.1, 0.8, 0.1), function(p) { n <- 1; while (chosen(n, p + 0.15, p, k) < 0.9) n <- n + 1; n })

# Wu 2015: the moments by R's integrate
wu <- function(shape, median, ratio, accrual, follow_up, alpha, power) {
  H <- function(t) log(2) * (t / median)^shape
  h <- function(t) log(2) * shape * (t / median)^(shape - 1) / median
  G <- function(t) pmin(1, pmax(0, (accrual + follow_up - t) / accrual))
  whole <- function(f) integrate(f, 0, follow_up, rel.tol = 1e-12)$value +
    integrate(f, follow_up, follow_up + accrual, rel.tol = 1e-12)$value
  v0 <- whole(function(t) G(t) * exp(-ratio * H(t)) * h(t)); v1 <- ratio * v0
  p00 <- whole(function(t) G(t) * exp(-ratio * H(t)) * H(t) * h(t)); p01 <- ratio * p00
  v <- v1 - v1^2 + 2 * p00 - v0^2 - 2 * p01 + 2 * v0 * v1
  ((sqrt(v0) * qnorm(1 - alpha) + sqrt(v) * qnorm(power)) / (v1 - v0))^2
}

# Rubinstein 2005: the levels of a screening trial, by rpact
errors <- expand.grid(alpha = c(0.1, 0.2), beta = c(0.1, 0.2))
screening <- function(i) {
  design <- getDesignGroupSequential(kMax = 1, alpha = errors$alpha[i], beta = errors$beta[i], sided = 1)
  ratios <- c(1.3, 1.4, 1.5, 1.75, 2)
  events <- sapply(ratios, function(r) getSampleSizeSurvival(design, hazardRatio = 1 / r, lambda2 = log(2) / 6,
    accrualTime = c(0, 18), followUpTime = 6)$eventsFixed[1])
  rates <- list(c(0.05, 0.2), c(0.1, 0.3), c(0.2, 0.4), c(0.3, 0.5))
  sizes <- sapply(rates, function(p) getSampleSizeRates(design, groups = 2, thetaH0 = 0, pi1 = p[2], pi2 = p[1],
    normalApproximation = TRUE, riskRatio = FALSE)$nFixed[1])
  list(alpha = errors$alpha[i], beta = errors$beta[i], ratios = ratios, events = as.numeric(events), rates = rates,
       subjects = as.numeric(sizes))
}
out <- list(r = R.version.string, rpact = as.character(packageVersion("rpact")),
  simon = lapply(tables, function(t) do.call(simon, as.list(c(t, 60)))),
  lee_liu = lapply(c(0.852, 0.9, 0.922), function(target) lee_liu(0.2, 0.4, 0.2, 0.8, 10, 36, 0.001, target)),
  predictive = predictive(16, 23, 40, 0.6, 0.4, 0.6, 0.9),
  winner = lapply(2:4, winner),
  wu = lapply(c(0.8, 0.85, 0.9), function(power) wu(1.22, 9, 1 / 1.75, 5, 3, 0.05, power)),
  screening = lapply(seq_len(nrow(errors)), screening))
write_json(out, "../published_designs.json", digits = I(15), auto_unbox = TRUE)
