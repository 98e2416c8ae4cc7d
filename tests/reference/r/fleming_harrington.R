# Freezes Fleming-Harrington tests with gamma > 0 from survMisc::comp (survival's survdiff has rho only).
# Run in tests/reference/r:  Rscript fleming_harrington.R
suppressPackageStartupMessages({library(survival); library(survMisc); library(jsonlite)})
sink("/dev/null")
out <- lapply(c(tied67 = "tied67", monotone = "monotone", lonely_stratum = "lonely_stratum"), function(name) {
  d <- read.csv(file.path("..", "data", paste0(name, ".csv")))
  x <- ten(Surv(time, event) ~ group, data = d)
  p <- c(0, 1, 0, 0.5); q <- c(0, 0, 1, 0.5)
  comp(x, p = p, q = q)
  found <- as.data.frame(attr(x, "lrt"))
  found <- found[grepl("^FH", found$W), ]
  list(rho = p, gamma = q, excess = found$Q, variance = found$Var)
})
sink()
write_json(out, "../fleming_harrington.json", digits = I(17), auto_unbox = TRUE)
