# Freezes rpact's simulated power of the log-rank test under a delayed effect.
# Run in tests/reference/r:  Rscript delayed_power.R      (Debian: r-cran-rpact, LGPL-3)
# rpact analyses at a number of events, not at a date: at the number that is expected by the date of ours.
suppressPackageStartupMessages({library(rpact); library(jsonlite)})
simulated <- function(delay, ratio, n, events) {
  rate <- log(2) / 12
  found <- getSimulationSurvival(getDesignGroupSequential(kMax = 1, alpha = 0.025, sided = 1),
    piecewiseSurvivalTime = c(0, delay), lambda2 = c(rate, rate), lambda1 = c(rate, rate * ratio),
    accrualTime = c(0, 24), maxNumberOfSubjects = n, plannedEvents = events, directionUpper = FALSE,
    dropoutRate1 = 0.05, dropoutRate2 = 0.05, dropoutTime = 12, maxNumberOfIterations = 40000, seed = 7)
  list(delay = delay, ratio = ratio, n = n, events = events, power = found$overallReject, end = found$studyDuration)
}
cases <- list(simulated(3, 0.6, 300, 189), simulated(6, 0.5, 300, 188), simulated(1, 0.6, 200, 123), simulated(9, 0.4, 400, 251))
write_json(list(rpact = as.character(packageVersion("rpact")), iterations = 40000, cases = cases), "../delayed_power.json",
           digits = I(15), auto_unbox = TRUE)
