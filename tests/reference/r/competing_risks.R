# Frozen reference values of cumulative incidence (survfit) and rates (poisson.test).
# Run: Rscript tests/reference/r/competing_risks.R > tests/reference/competing_risks.json
# Package survival of Debian; data mgus2 of that package, and small tables typed in here.
suppressPackageStartupMessages(library(survival))

number <- function(x) {
  text <- formatC(as.numeric(x), digits = 17, format = "g")
  text[is.na(x)] <- "null"
  text[is.infinite(x)] <- ifelse(x[is.infinite(x)] > 0, '"inf"', '"-inf"')
  text
}
array_of <- function(x) paste0("[", paste(number(x), collapse = ", "), "]")

curve <- function(name, time, cause, conf) {
  fit <- survfit(Surv(time, factor(cause, 0:2)) ~ 1, conf.type = conf)
  sprintf(
    '  {"name": "%s", "conf_type": "%s", "time": %s, "cause": %s, "times": %s, "at_risk": %s, "free": %s, "free_error": %s, "incidence": [%s, %s], "std_error": [%s, %s], "low": [%s, %s], "high": [%s, %s]}',
    name, conf, array_of(time), array_of(cause), array_of(fit$time), array_of(fit$n.risk[, 1]),
    array_of(fit$pstate[, 1]), array_of(fit$std.err[, 1]),
    array_of(fit$pstate[, 2]), array_of(fit$pstate[, 3]),
    array_of(fit$std.err[, 2]), array_of(fit$std.err[, 3]),
    array_of(fit$lower[, 2]), array_of(fit$lower[, 3]),
    array_of(fit$upper[, 2]), array_of(fit$upper[, 3])
  )
}

mgus <- mgus2[1:300, ]
etime <- with(mgus, ifelse(pstat == 0, futime, ptime))
event <- with(mgus, ifelse(pstat == 0, 2 * death, 1))
tied_time <- c(1, 2, 2, 3, 4, 4, 4, 5, 6, 6, 7, 9)
tied_cause <- c(1, 2, 1, 0, 1, 2, 0, 1, 1, 2, 0, 2)
one_time <- c(3, 5, 5, 8, 10)
one_cause <- c(1, 0, 1, 1, 0)
curves <- character()
for (conf in c("plain", "log", "log-log")) {
  curves <- c(
    curves,
    curve("mgus2, first 300", etime, event, conf),
    curve("tied 12", tied_time, tied_cause, conf),
    curve("one cause of two", one_time, one_cause, conf)
  )
}

rate <- function(events, exposure, level) {
  test <- poisson.test(events, exposure, conf.level = level)
  sprintf('  {"events": %d, "exposure": %s, "level": %s, "rate": %s, "low": %s, "high": %s}',
    events, number(exposure), number(level), number(test$estimate), number(test$conf.int[1]), number(test$conf.int[2]))
}
rates <- c(
  rate(0, 12.5, 0.95), rate(1, 3.25, 0.95), rate(7, 41.1, 0.95), rate(24, 96.4, 0.95),
  rate(24, 96.4, 0.9), rate(310, 1207, 0.95), rate(2500, 88, 0.99)
)
ratio <- function(a, ta, b, tb) {
  test <- poisson.test(c(a, b), c(ta, tb))
  sprintf('  {"events": [%d, %d], "exposure": [%s, %s], "ratio": %s, "low": %s, "high": %s}',
    a, b, number(ta), number(tb), number(test$estimate), number(test$conf.int[1]), number(test$conf.int[2]))
}
ratios <- c(ratio(12, 40, 9, 55), ratio(0, 10, 4, 12), ratio(30, 100, 61, 90), ratio(1, 7.5, 1, 2.5))

cat(sprintf('{"source": "R %s, survival %s",\n"curves": [\n%s\n],\n"rates": [\n%s\n],\n"ratios": [\n%s\n]}\n',
  paste(R.version$major, R.version$minor, sep = "."), as.character(packageVersion("survival")),
  paste(curves, collapse = ",\n"), paste(rates, collapse = ",\n"), paste(ratios, collapse = ",\n")))
