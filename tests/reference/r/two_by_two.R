# Freezes ratios, differences and tests of two-by-two tables, from R and epitools.
# Run in tests/reference/r:  Rscript two_by_two.R
suppressPackageStartupMessages({library(jsonlite); library(epitools)})
options(digits = 17)
root <- function(f, low, high) uniroot(f, c(low, high), tol = 1e-13, maxiter = 100000)$root
part <- function(k, p) if (k == 0) 0 else k * log(p)
logit <- function(p) log(p / (1 - p))

# the likelihood of both arms, greatest over the second arm's rate where the first follows from it
greatest <- function(a, m, c, n, first) {
  likelihood <- function(q) { p <- first(q); part(a, p) + part(m - a, 1 - p) + part(c, q) + part(n - c, 1 - q) }
  function(low, high) optimize(likelihood, c(low, high), maximum = TRUE, tol = 1e-14)$maximum
}

# (p - f(q)) over its error at the fitted rates, as a function of the log ratio
score_odds <- function(a, m, c, n, factor, shift) function(theta) {
  first <- function(q) plogis(qlogis(q) + theta)
  q <- greatest(a, m, c, n, first)(1e-12, 1 - 1e-12)
  p <- first(q)
  # the score of the log odds ratio is a - m p; its information given the nuisance
  (a - shift - m * p) * sqrt((1 / (m * p * (1 - p)) + 1 / (n * q * (1 - q))) / factor)
}
score_risk <- function(a, m, c, n, factor) function(theta) {
  ratio <- exp(theta)
  q <- greatest(a, m, c, n, function(q) ratio * q)(1e-12, min(1, 1 / ratio) - 1e-12)
  p <- ratio * q
  (a / m - ratio * c / n) / sqrt((p * (1 - p) / m + ratio^2 * q * (1 - q) / n) * factor)
}
score_gap <- function(a, m, c, n) function(delta) {
  q <- greatest(a, m, c, n, function(q) q + delta)(max(0, -delta) + 1e-12, min(1, 1 - delta) - 1e-12)
  p <- q + delta
  (a / m - c / n - delta) / sqrt(p * (1 - p) / m + q * (1 - q) / n)
}
limits <- function(down, up, z, low, middle, high, scale = exp)
  scale(c(root(function(t) down(t) - z, low, middle), root(function(t) up(t) + z, middle, high)))

table_of <- function(a, m, c, n, level) {
  b <- m - a; d <- n - c; total <- m + n
  z <- qnorm((1 - level) / 2, lower.tail = FALSE)
  x <- rbind(c(a, b), c(c, d))
  # epitools wants the reference row first and the event in the second column
  flipped <- rbind(c(d, c), c(b, a))
  odds <- log(a * d / (b * c)); risk <- log((a / m) / (c / n))
  fit <- glm(cbind(c(a, c), c(b, d)) ~ c(1, 0), family = binomial, epsilon = 1e-14)
  mass <- dhyper(max(0, a + c - n):min(m, a + c), m, n, a + c)
  seen <- dhyper(a, m, n, a + c)
  same <- abs(mass / seen - 1) < 1e-7
  plain <- suppressWarnings(prop.test(c(a, c), c(m, n), conf.level = level, correct = FALSE))
  corrected <- suppressWarnings(prop.test(c(a, c), c(m, n), conf.level = level, correct = TRUE))
  s <- function(factor, shift) score_odds(a, m, c, n, factor, shift)
  r <- function(factor) score_risk(a, m, c, n, factor)
  mee <- score_gap(a, m, c, n)
  gap <- a / m - c / n
  half <- x + 0.5
  list(a = a, m = m, c = c, n = n, level = level,
    odds = list(
      "Woolf (log)" = as.vector(oddsratio.wald(flipped, conf.level = level)$measure[2, 2:3]),
      "Woolf with 0.5 added (Haldane)" = as.vector(exp(log(half[1, 1] * half[2, 2] / (half[1, 2] * half[2, 1])) + c(-1, 1) * z * sqrt(sum(1 / half)))),
      "mid-p conditional" = as.vector(oddsratio.midp(flipped, conf.level = level)$measure[2, 2:3]),
      "score (Cornfield)" = limits(s(1, 0), s(1, 0), z, odds - 8, odds, odds + 8),
      "Cornfield with continuity correction" = limits(s(1, .5), s(1, -.5), z, odds - 8, odds, odds + 8),
      "Miettinen–Nurminen" = limits(s(total / (total - 1), 0), s(total / (total - 1), 0), z, odds - 8, odds, odds + 8),
      "profile likelihood" = as.vector(exp(suppressMessages(confint(fit, level = level))[2, ]))),
    risk = list(
      "Katz (log)" = as.vector(riskratio.wald(flipped, conf.level = level)$measure[2, 2:3]),
      "Poisson" = as.vector(exp(confint.default(glm(c(a, c) ~ c(1, 0) + offset(log(c(m, n))), family = poisson, epsilon = 1e-14), level = level)[2, ])),
      "score (Koopman)" = limits(r(1), r(1), z, risk - 6, risk, risk + 6),
      "Miettinen–Nurminen" = limits(r(total / (total - 1)), r(total / (total - 1)), z, risk - 6, risk, risk + 6)),
    difference = list(
      "Wald" = 100 * as.vector(plain$conf.int),
      "Wald with continuity correction" = 100 * as.vector(corrected$conf.int),
      "score (Mee)" = 100 * limits(mee, mee, z, max(-1, gap - .8) + 1e-6, gap, min(1, gap + .8) - 1e-6, scale = identity)),
    p = list(
      "Fisher" = fisher.test(x)$p.value,
      "one-sided Fisher" = min(fisher.test(x, alternative = "less")$p.value, fisher.test(x, alternative = "greater")$p.value),
      "chi-square" = plain$p.value,
      "chi-square with continuity correction" = corrected$p.value,
      "chi-square with N − 1 (Mantel–Haenszel)" = pchisq(unname(plain$statistic) * (total - 1) / total, 1, lower.tail = FALSE),
      "likelihood ratio" = anova(fit, test = "LRT")[["Pr(>Chi)"]][2],
      "mid-p Fisher" = sum(mass[mass < seen & !same]) + sum(mass[same]) / 2,
      "Wald of the log odds ratio" = summary(fit)$coefficients[2, 4],
      "Wald of the log risk ratio" = 2 * pnorm(-abs(risk) / sqrt(1 / a - 1 / m + 1 / c - 1 / n)),
      "Wald of the difference" = 2 * pnorm(-abs(gap) / sqrt(a * b / m^3 + c * d / n^3))))
}

cases <- list(c(13, 33, 12, 34, .95), c(21, 50, 9, 48, .95), c(3, 20, 9, 22, .9), c(45, 60, 30, 61, .95), c(120, 400, 90, 410, .99), c(2, 15, 5, 14, .95))
tables <- lapply(cases, function(one) do.call(table_of, as.list(one)))
out <- list(version = R.version.string, epitools = as.character(packageVersion("epitools")), tables = tables)
write(toJSON(out, auto_unbox = TRUE, digits = 15, pretty = FALSE), "../two_by_two.json")
