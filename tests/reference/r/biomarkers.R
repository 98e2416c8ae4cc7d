# Freezes coin, wilcox.test, pROC, p.adjust and survival::concordance for the biomarker tests.
# Run in tests/reference/r:  Rscript biomarkers.R
suppressPackageStartupMessages({library(survival); library(coin); library(pROC); library(jsonlite)})
set.seed(20190930)
pairs <- list(
  no_ties = list(c(-1.2, 0.4, 1.9, 2.2, 3.1), c(-2.3, -0.8, 0.1, 0.9)),
  ties = list(c(1, 2, 2, 3, 5, 5), c(0, 1, 2, 2, 2, 4, 6)),
  unequal = list(c(2, 2, 7), c(1, 2, 2, 2, 3, 3, 4, 5, 5, 6, 6, 8)),
  separated = list(c(5, 6, 7), c(1, 2, 3, 4)),
  trial = list(round(rnorm(15, -0.5, 0.7), 1), round(rnorm(12, 0.1, 0.7), 1)),
  large = list(round(rnorm(70, 0.2), 1), round(rnorm(60), 1)))
two <- lapply(pairs, function(p) {
  x <- p[[1]]; y <- p[[2]]; n <- length(x) + length(y)
  g <- factor(rep(c("x", "y"), c(length(x), length(y))))
  exact <- if (n <= 100) as.numeric(pvalue(wilcox_test(c(x, y) ~ g, distribution = "exact"))) else NULL
  plain <- if (!anyDuplicated(c(x, y))) wilcox.test(x, y, exact = TRUE)$p.value else NULL
  normal <- suppressWarnings(wilcox.test(x, y, exact = FALSE, correct = TRUE))
  r <- roc(rep(c(1, 0), c(length(x), length(y))), c(x, y), quiet = TRUE, direction = "<")
  ci <- suppressWarnings(as.numeric(ci.auc(r, method = "delong")))
  list(x = x, y = y, u = as.numeric(normal$statistic), exact = exact, plain = plain,
       normal = normal$p.value, auc = ci[2], low = ci[1], high = ci[3])
})
families <- list(c(0.01, 0.04, 0.03), c(0.2, 0.2, 0.001, 0.05, 0.9), c(1, 0, 0.5), 0.04, runif(15))
adjusted <- lapply(families, function(p) list(p = I(p), holm = I(p.adjust(p, "holm")), bh = I(p.adjust(p, "BH"))))
concord <- lapply(c(veteran = "veteran", lung = "lung", tied67 = "tied67"), function(name) {
  d <- read.csv(file.path("..", "data", paste0(name, ".csv")))
  x <- if (name == "tied67") (seq_along(d$time) * 7) %% 11 else if (name == "veteran") d$karno else d$age
  d$event <- as.integer(d$event)
  fit <- concordance(Surv(time, event) ~ x, data = data.frame(d, x = x))
  list(x = x, value = as.numeric(fit$concordance), se = sqrt(as.numeric(fit$var)))
})
write_json(list(two = two, adjusted = adjusted, concordance = concord), "../biomarkers.json",
           digits = I(17), auto_unbox = TRUE, null = "null")
