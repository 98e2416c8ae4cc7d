# Freezes the intervals of a proportion that proportions.R leaves out, for every count of some denominators.
# Run in tests/reference/r:  Rscript proportion_methods.R
library(jsonlite); library(survival)
options(digits = 17)

# Blaker (2000): the tails of every outcome no larger than the observed one's, summed; the first accepted rate
tails <- function(n, p) { x <- 0:n; pmin(pbinom(x, n, p), pbinom(x - 1, n, p, lower.tail = FALSE)) }
accepted <- function(k, n, p, alpha) { one <- tails(n, p); sum(dbinom(0:n, n, p)[one <= one[k + 1] * (1 + 1e-10)]) >= alpha }
blaker_low <- function(k, n, alpha, step = 2e-5) {
  if (k == 0) return(0)
  p <- qbeta(alpha / 2, k, n - k + 1)
  while (!accepted(k, n, p, alpha)) p <- p + step
  p
}

one <- function(k, n, level) {
  alpha <- 1 - level; z <- qnorm(1 - alpha / 2)
  inside <- 0 < k && k < n
  x <- rep(c(1, 0), c(k, n - k))
  drop <- function(p) 2 * (dbinom(k, n, k / n, log = TRUE) - dbinom(k, n, p, log = TRUE)) - qchisq(level, 1)
  edge <- function(low, high) uniroot(drop, c(low, high), tol = 1e-13)$root
  likelihood <- c(if (k == 0) 0 else edge(1e-12, max(k / n, 1e-9) - (k == n) * 1e-12), if (k == n) 1 else edge(k / n + (k == 0) * 1e-12, 1 - 1e-12))
  fit <- if (inside) glm(cbind(k, n - k) ~ 1, family = binomial, epsilon = 1e-14) else NULL
  curve <- if (inside) summary(survfit(Surv(ifelse(x == 1, 2, 1), rep(1, n)) ~ 1, conf.type = "log-log", conf.int = level), times = 1) else NULL
  list(k = k, n = n, level = level,
    "Student's t" = if (n > 1 && inside) as.vector(t.test(x, conf.level = level)$conf.int) else NULL,
    "likelihood ratio" = likelihood,
    "logit" = if (inside) plogis(as.vector(coef(fit)) + c(-1, 1) * z * sqrt(as.vector(vcov(fit)))) else NULL,
    "log-log" = if (inside) c(curve$lower, curve$upper) else NULL,
    "Wald with continuity correction" = pmin(pmax(k / n + c(-1, 1) * (z * sqrt(k * (n - k) / n^3) + 0.5 / n), 0), 1),
    "percentile bootstrap" = qbinom(c(alpha / 2, 1 - alpha / 2), n, k / n) / n,
    "Blaker" = c(blaker_low(k, n, alpha), 1 - blaker_low(n - k, n, alpha)),
    "one-sided" = c(if (k == 0) 0 else binom.test(k, n, alternative = "greater", conf.level = level)$conf.int[1],
                    if (k == n) 1 else binom.test(k, n, alternative = "less", conf.level = level)$conf.int[2]))
}
rows <- do.call(c, lapply(c(0.9, 0.95), function(l) do.call(c, lapply(c(5, 12, 26), function(n) lapply(0:n, function(k) one(k, n, l))))))
write(toJSON(list(version = R.version.string, rows = rows), auto_unbox = TRUE, digits = 15, null = "null"), "../proportion_methods.json")
