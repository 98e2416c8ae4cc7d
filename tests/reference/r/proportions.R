# Freezes intervals of proportions and tests of two-by-two tables, from base R.
# Run in tests/reference/r:  Rscript proportions.R
library(jsonlite)
options(digits = 17)
root <- function(f, low, high) uniroot(f, c(low, high), tol = 1e-300, maxiter = 100000)$root

one <- function(k, n, level) {
  alpha <- 1 - level
  tail <- alpha / 2
  z <- qnorm(tail, lower.tail = FALSE)
  exact <- binom.test(k, n, conf.level = level)$conf.int
  score <- suppressWarnings(prop.test(k, n, conf.level = level, correct = FALSE)$conf.int)
  corrected <- suppressWarnings(prop.test(k, n, conf.level = level, correct = TRUE)$conf.int)
  above <- function(p) pbinom(k, n, p, lower.tail = FALSE) + dbinom(k, n, p) / 2
  below <- function(p) pbinom(k - 1, n, p) + dbinom(k, n, p) / 2
  # roots of a logarithm, so that their relative error is that of double precision
  midp <- c(if (k == 0) 0 else exp(root(function(u) log(above(exp(u))) - log(tail), -60, -1e-15)),
            if (k == n) 1 else -expm1(root(function(u) log(below(-expm1(u))) - log(tail), -60, -1e-15)))
  jeffreys <- c(if (k == 0) 0 else qbeta(tail, k + .5, n - k + .5), if (k == n) 1 else qbeta(tail, k + .5, n - k + .5, lower.tail = FALSE))
  m <- n + z^2; p <- (k + z^2 / 2) / m
  ac <- p + c(-1, 1) * z * sqrt(p * (1 - p) / m)
  wald <- k / n + c(-1, 1) * z * sqrt(k / n * (1 - k / n) / n)
  list(k = k, n = n, level = level, clopper_pearson = as.vector(exact), wilson = as.vector(score),
       wilson_cc = if (abs(k - n / 2) >= .5) as.vector(corrected) else NULL, mid_p = midp, jeffreys = jeffreys,
       agresti_coull = pmin(pmax(ac, 0), 1), wald = pmin(pmax(wald, 0), 1))
}

# Miettinen and Nurminen 1985, by maximising the likelihood under p1 - p2 = delta
mn <- function(k1, n1, k2, n2, level) {
  z <- qnorm((1 - level) / 2, lower.tail = FALSE)
  d <- k1 / n1 - k2 / n2
  stat <- function(delta) {
    part <- function(k, p) if (k == 0) 0 else k / p
    slope <- function(p) part(k1, p + delta) - part(n1 - k1, 1 - p - delta) + part(k2, p) - part(n2 - k2, 1 - p)
    low <- max(0, -delta); high <- min(1, 1 - delta)
    inside <- (high - low) * 1e-14
    p2 <- if (slope(low + inside) <= 0) low else if (slope(high - inside) >= 0) high else root(slope, low + inside, high - inside)
    p1 <- p2 + delta
    if (d == delta) return(0)
    (d - delta) / sqrt((p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * (n1 + n2) / (n1 + n2 - 1))
  }
  c(if (d <= -1) -1 else root(function(x) stat(x) - z, -1 + 1e-12, d), if (d >= 1) 1 else root(function(x) stat(x) + z, d, 1 - 1e-12))
}

two <- function(k1, n1, k2, n2, level) {
  w1 <- suppressWarnings(prop.test(k1, n1, conf.level = level, correct = FALSE)$conf.int)
  w2 <- suppressWarnings(prop.test(k2, n2, conf.level = level, correct = FALSE)$conf.int)
  p1 <- k1 / n1; p2 <- k2 / n2
  list(k1 = k1, n1 = n1, k2 = k2, n2 = n2, level = level,
       newcombe = c(p1 - p2 - sqrt((p1 - w1[1])^2 + (w2[2] - p2)^2), p1 - p2 + sqrt((w1[2] - p1)^2 + (p2 - w2[1])^2)),
       miettinen_nurminen = mn(k1, n1, k2, n2, level),
       fisher = fisher.test(rbind(c(k1, n1 - k1), c(k2, n2 - k2)))$p.value,
       fisher_odds = unname(fisher.test(rbind(c(k1, n1 - k1), c(k2, n2 - k2)))$estimate),
       fisher_limits = as.vector(fisher.test(rbind(c(k1, n1 - k1), c(k2, n2 - k2)))$conf.int))
}

mh <- function(x, correct) {
  fit <- mantelhaen.test(x, correct = correct)
  list(chi2 = unname(fit$statistic), p = fit$p.value, odds_ratio = unname(fit$estimate), limits = as.vector(fit$conf.int))
}

stratified <- function(x) list(tables = array(as.integer(aperm(x, c(3, 1, 2))), c(dim(x)[3], 2, 2)), corrected = mh(x, TRUE), none = mh(x, FALSE))

singles <- list(c(0, 1), c(1, 1), c(0, 10), c(10, 10), c(1, 10), c(3, 10), c(5, 10), c(7, 30), c(15, 29), c(81, 263),
                c(15, 148), c(0, 20), c(1, 29), c(250, 306), c(999, 1000), c(3, 5000), c(54321, 100000))
pairs <- list(c(56, 70, 48, 80), c(9, 10, 3, 10), c(6, 7, 2, 7), c(5, 56, 0, 29), c(0, 10, 0, 20), c(0, 10, 0, 10), c(10, 10, 0, 20),
              c(10, 10, 0, 10), c(53, 204, 28, 206), c(91, 341, 64, 343), c(1, 5, 4, 5), c(500, 1200, 430, 1100))
results <- list(
  one = do.call(c, lapply(c(0.9, 0.95, 0.99), function(l) lapply(singles, function(s) one(s[1], s[2], l)))),
  two = do.call(c, lapply(c(0.9, 0.95), function(l) lapply(pairs, function(s) two(s[1], s[2], s[3], s[4], l)))),
  cmh = list(stratified(UCBAdmissions), stratified(array(c(2, 5, 3, 6, 4, 1, 2, 7, 3, 3, 0, 4), c(2, 2, 3))),
             stratified(array(c(4, 4, 4, 4, 3, 3, 2, 3), c(2, 2, 2)))),
  version = R.version.string)
write_json(results, "../proportions.json", digits = I(17), auto_unbox = TRUE, na = "null", null = "null")
