# Freezes single- and two-stage designs found by brute force in base R, and the inference after them.
# Run in tests/reference/r:  Rscript binomial_designs.R
library(jsonlite)

reject <- function(r1, n1, r, n, p) {
  x <- (r1 + 1):n1
  sum(dbinom(x, n1, p) * pbinom(r - x, n - n1, p, lower.tail = FALSE))
}
simon <- function(p0, p1, alpha, beta, n_max) {
  found <- NULL
  for (n in 2:n_max) for (n1 in 1:(n - 1)) for (r1 in 0:(n1 - 1)) {
    if (pbinom(r1, n1, p1) > beta) break
    for (r in r1:(n - 1)) {
      if (reject(r1, n1, r, n, p0) > alpha) next
      if (reject(r1, n1, r, n, p1) >= 1 - beta) {
        en <- n1 + (n - n1) * pbinom(r1, n1, p0, lower.tail = FALSE)
        found <- rbind(found, c(r1, n1, r, n, en))
      }
      break
    }
  }
  optimal <- found[which.min(found[, 5]), ]
  smallest <- found[found[, 4] == min(found[, 4]), , drop = FALSE]
  minimax <- smallest[which.min(smallest[, 5]), ]
  # admissible: best for some weight q on a fine grid (Jung 2004)
  best <- unique(sapply(seq(0.0005, 0.9995, by = 0.001), function(q) which.min(q * found[, 4] + (1 - q) * found[, 5])))
  admissible <- found[best, , drop = FALSE]
  admissible <- admissible[order(admissible[, 4]), , drop = FALSE]
  list(p0 = p0, p1 = p1, alpha = alpha, beta = beta, n_max = n_max, optimal = optimal, minimax = minimax,
       admissible = admissible, alpha_of_optimal = reject(optimal[1], optimal[2], optimal[3], optimal[4], p0),
       power_of_optimal = reject(optimal[1], optimal[2], optimal[3], optimal[4], p1))
}
single <- function(p0, p1, alpha, beta) {
  for (n in 1:500) {
    needed <- qbinom(alpha, n, p0, lower.tail = FALSE) + 1
    if (pbinom(needed - 1, n, p1, lower.tail = FALSE) >= 1 - beta)
      return(list(p0 = p0, p1 = p1, alpha = alpha, beta = beta, n = n, needed = needed,
                  size = pbinom(needed - 1, n, p0, lower.tail = FALSE),
                  power = pbinom(needed - 1, n, p1, lower.tail = FALSE)))
  }
}
# after the trial: the mean of x1 / n1 given the total and that the trial went on (Rao-Blackwell)
umvue <- function(r1, n1, n2, total) {
  x <- max(r1 + 1, total - n2):min(total, n1)
  ways <- choose(n1, x) * choose(n2, total - x)
  sum(x / n1 * ways) / sum(ways)
}
# Koyama and Chen 2008: section 3 at the planned size, section 4 at any other
p_value <- function(p, r1, n1, r, n, m2, x1, x2) {
  if (m2 == n - n1) return(reject(r1, n1, x1 + x2 - 1, n, p))
  conditional <- pbinom(x2 - 1, m2, p, lower.tail = FALSE)
  needed <- r + 1 - x1
  other <- qbeta(conditional, needed, (n - n1) - needed + 1)
  x <- (r1 + 1):n1
  sum(dbinom(x, n1, p) * pbinom(r - x, n - n1, other, lower.tail = FALSE))
}
after <- function(r1, n1, r, n, p0, x1, x2, m2) {
  tail <- function(p) p_value(p, r1, n1, r, n, m2, x1, x2)
  low <- uniroot(function(p) tail(p) - 0.025, c(1e-9, 1 - 1e-9), tol = 1e-14)$root
  high <- if (m2 == n - n1) {
    above <- function(p) { x <- (r1 + 1):n1; sum(dbinom(x, n1, p) * pbinom(x1 + x2 - x, m2, p, lower.tail = FALSE)) }
    uniroot(function(p) above(p) - 0.975, c(1e-9, 1 - 1e-9), tol = 1e-14)$root
  } else NA
  list(r1 = r1, n1 = n1, r = r, n = n, p0 = p0, x1 = x1, x2 = x2, m2 = m2,
       umvue = umvue(r1, n1, m2, x1 + x2), p = tail(p0), low = low, high = high)
}
out <- list(
  r = R.version.string,
  simon = list(
    simon(0.05, 0.25, 0.05, 0.2, 30), simon(0.1, 0.3, 0.05, 0.2, 40), simon(0.2, 0.4, 0.05, 0.2, 50),
    simon(0.2, 0.4, 0.1, 0.1, 45), simon(0.3, 0.5, 0.1, 0.1, 50), simon(0.5, 0.7, 0.05, 0.2, 50),
    simon(0.6, 0.8, 0.1, 0.1, 50), simon(0.7, 0.9, 0.05, 0.1, 45), simon(0.8, 0.95, 0.05, 0.2, 50)),
  single = list(
    single(0.05, 0.2, 0.05, 0.2), single(0.1, 0.3, 0.05, 0.1), single(0.2, 0.4, 0.05, 0.2),
    single(0.25, 0.5, 0.025, 0.1), single(0.4, 0.5, 0.05, 0.2), single(0.8, 0.95, 0.01, 0.2)),
  after = list(
    after(3, 13, 12, 43, 0.2, 5, 9, 30), after(3, 13, 12, 43, 0.2, 4, 8, 30), after(4, 18, 10, 33, 0.2, 6, 4, 15),
    after(2, 18, 6, 35, 0.1, 3, 5, 17), after(3, 13, 12, 43, 0.2, 5, 9, 27), after(3, 13, 12, 43, 0.2, 5, 9, 34)))
write_json(out, "../binomial_designs.json", digits = I(17), auto_unbox = TRUE, na = "null")
