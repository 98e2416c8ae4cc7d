# Freezes group sequential boundaries, sample sizes and event probabilities of rpact.
# Run in tests/reference/r:  Rscript trial_sizes.R      (Debian: r-cran-rpact, LGPL-3)
suppressPackageStartupMessages({library(rpact); library(jsonlite)})
plain <- function(x) as.numeric(unlist(x))

sequential <- function(rates, alpha, beta, kind, gamma = NA, futility = "none", gamma_b = NA, binding = FALSE) {
  arguments <- list(kMax = length(rates), informationRates = rates, alpha = alpha, beta = beta, sided = 1, typeOfDesign = kind)
  if (!is.na(gamma)) arguments$gammaA <- gamma
  if (futility != "none") {
    arguments$typeBetaSpending <- futility
    arguments$bindingFutility <- binding
    if (!is.na(gamma_b)) arguments$gammaB <- gamma_b
  }
  design <- do.call(getDesignGroupSequential, arguments)
  features <- getDesignCharacteristics(design)
  list(rates = rates, alpha = alpha, beta = beta, kind = kind, gamma = gamma, futility = futility, gamma_b = gamma_b,
       binding = binding, efficacy = plain(design$criticalValues),
       low = if (futility == "none") NA else plain(design$futilityBounds),
       inflation = plain(features$inflationFactor), reject = plain(features$rejectionProbabilities),
       size1 = plain(features$averageSampleNumber1), size0 = plain(features$averageSampleNumber0))
}
even <- c(0.25, 0.5, 0.75, 1); odd <- c(0.33, 0.7, 1)
designs <- list(
  sequential(c(0.5, 1), 0.025, 0.2, "asOF"), sequential(even, 0.025, 0.1, "asOF"), sequential(odd, 0.05, 0.2, "asOF"),
  sequential(c(0.5, 1), 0.025, 0.2, "asP"), sequential(even, 0.05, 0.1, "asP"),
  sequential(odd, 0.025, 0.2, "asHSD", gamma = -4), sequential(even, 0.025, 0.1, "asHSD", gamma = 1),
  sequential(odd, 0.025, 0.1, "asHSD", gamma = -4, futility = "bsHSD", gamma_b = -2),
  sequential(odd, 0.025, 0.1, "asHSD", gamma = -4, futility = "bsHSD", gamma_b = -2, binding = TRUE),
  sequential(c(0.5, 1), 0.025, 0.2, "asOF", futility = "bsOF"),
  sequential(c(0.5, 1), 0.025, 0.2, "asOF", futility = "bsP", binding = TRUE),
  sequential(even, 0.05, 0.2, "asP", futility = "bsP"))

survival <- function(method, ratio, ruled_out, alpha, beta, allocation, median2, accrual, follow_up, dropout1, dropout2) {
  arguments <- list(design = getDesignGroupSequential(kMax = 1, alpha = alpha, beta = beta, sided = 1), typeOfComputation = method,
    thetaH0 = ruled_out, hazardRatio = ratio, lambda2 = log(2) / median2, allocationRatioPlanned = allocation,
    accrualTime = c(0, accrual), followUpTime = follow_up, dropoutRate1 = dropout1, dropoutRate2 = dropout2, dropoutTime = 12)
  size <- do.call(getSampleSizeSurvival, arguments)
  list(method = method, ratio = ratio, ruled_out = ruled_out, alpha = alpha, beta = beta, allocation = allocation,
       median2 = median2, accrual = accrual, follow_up = follow_up, dropout1 = dropout1, dropout2 = dropout2,
       events = plain(size$eventsFixed), subjects = plain(size$nFixed))
}
sizes <- list(
  survival("Schoenfeld", 0.7, 1, 0.025, 0.1, 1, 12, 18, 12, 0, 0), survival("Schoenfeld", 0.6, 1, 0.05, 0.2, 2, 7.5, 24, 12, 0.05, 0.1),
  survival("Schoenfeld", 1.0, 1.3, 0.025, 0.2, 1, 7.5, 24, 12, 0.05, 0.05), survival("Schoenfeld", 0.974, 1.3, 0.05, 0.2, 1, 7.5, 24, 12, 0.05, 0.05),
  survival("Freedman", 0.7, 1, 0.025, 0.1, 1, 12, 18, 12, 0, 0), survival("Freedman", 0.6, 1, 0.05, 0.2, 2, 7.5, 24, 12, 0.05, 0.1))

probability <- function(time, accrual, starts, rates2, ratio, dropout1, dropout2) {
  found <- getEventProbabilities(time, accrualTime = c(0, accrual),
    piecewiseSurvivalTime = starts, lambda2 = rates2, hazardRatio = ratio, dropoutRate1 = dropout1, dropoutRate2 = dropout2, dropoutTime = 12)
  list(time = time, accrual = accrual, starts = starts, rates2 = rates2, ratio = ratio, dropout1 = dropout1, dropout2 = dropout2,
       control = plain(found$eventProbabilities2), experimental = plain(found$eventProbabilities1), all = plain(found$cumulativeEventProbabilities))
}
probabilities <- list(
  probability(c(6, 12, 24, 36, 60), 24, c(0, 3), log(2) / c(7.5, 9), 0.8, 0.05, 0.05),
  probability(c(3, 10, 30), 10, c(0, 2, 6, 12), c(0.2, 0.1, 0.05, 0.02), 0.6, 0.1, 0.2),
  probability(c(5, 18, 40), 18, c(0, 4), c(0.05, 0.12), 1.3, 0, 0))

rates <- function(pi1, pi2, ruled_out, alpha, beta, allocation) {
  size <- getSampleSizeRates(getDesignGroupSequential(kMax = 1, alpha = alpha, beta = beta, sided = 1), groups = 2,
    thetaH0 = ruled_out, pi1 = pi1, pi2 = pi2, allocationRatioPlanned = allocation, normalApproximation = TRUE, riskRatio = FALSE)
  list(pi1 = pi1, pi2 = pi2, ruled_out = ruled_out, alpha = alpha, beta = beta, allocation = allocation, n = plain(size$nFixed))
}
farrington <- list(
  rates(0.394, 0.353, -0.15, 0.025, 0.2, 1), rates(0.4, 0.4, -0.1, 0.05, 0.1, 2), rates(0.6, 0.4, 0, 0.025, 0.2, 1),
  rates(0.9, 0.85, -0.05, 0.025, 0.1, 0.5), rates(0.3, 0.1, 0, 0.1, 0.2, 1))
out <- list(rpact = as.character(packageVersion("rpact")), sequential = designs, survival = sizes, probabilities = probabilities, farrington = farrington)
write_json(out, "../trial_sizes.json", digits = I(15), auto_unbox = TRUE, na = "null", null = "null")
