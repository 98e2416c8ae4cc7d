# Freezes rpact's conditional power after a first interim look of two arms with known variance.
# Run in tests/reference/r:  Rscript conditional_power.R      (Debian: r-cran-rpact, LGPL-3)
suppressPackageStartupMessages({library(rpact); library(jsonlite)})

one <- function(rates, kind, z, drift) {
  most <- 2000                                 # subjects of both arms at the last look; unit variance
  n <- most * rates
  design <- getDesignGroupSequential(kMax = length(rates), informationRates = rates, alpha = 0.025, beta = 0.2,
                                     sided = 1, typeOfDesign = kind)
  first <- n[1] / 2
  data <- getDataset(n1 = first, n2 = first, means1 = z * sqrt(2 / first), means2 = 0, stDevs1 = 1, stDevs2 = 1)
  found <- getConditionalPower(getStageResults(design, data, stage = 1, normalApproximation = TRUE),
                               nPlanned = diff(n), thetaH1 = drift / sqrt(most / 4), assumedStDev = 1)
  power <- as.numeric(found$conditionalPower)
  list(rates = rates, kind = kind, z = z, drift = drift, power = power[length(power)])
}
cases <- list()
for (z in c(-0.5, 0.4, 1.2, 2.1)) for (drift in c(0, 1.5, 2.8))
  for (kind in c("asOF", "asP")) for (rates in list(c(0.5, 1), c(0.25, 1), c(0.3, 0.6, 1)))
    cases[[length(cases) + 1]] <- one(rates, kind, z, drift)
write(toJSON(list(rpact = as.character(packageVersion("rpact")), cases = cases), auto_unbox = TRUE, digits = NA, pretty = TRUE),
      "../conditional_power.json")
