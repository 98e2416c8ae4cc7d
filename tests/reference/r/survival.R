# Freezes what R's survival package says about the data sets of tests/reference/data.
# Run in tests/reference/r:  Rscript survival.R
suppressPackageStartupMessages({library(survival); library(jsonlite)})
options(digits = 17)
tight <- coxph.control(eps = 1e-14, iter.max = 200, toler.chol = 1e-15)

save_data <- function(name, d) {
  text <- lapply(d, function(x) if (is.numeric(x)) sprintf("%.17g", x) else as.character(x))
  write.csv(as.data.frame(text), file.path("..", "data", paste0(name, ".csv")), row.names = FALSE, quote = FALSE)
}

curve <- function(d, type, times, tau) {
  fit <- survfit(Surv(time, event) ~ 1, data = d, conf.type = type)
  at <- summary(fit, times = times, extend = TRUE)
  mean_fit <- summary(fit, rmean = tau)$table
  q <- quantile(fit, c(0.25, 0.75))
  list(time = fit$time, at_risk = fit$n.risk, events = fit$n.event, censored = fit$n.censor,
       survival = fit$surv, std_error = summary(fit, censored = TRUE)$std.err,
       low = fit$lower, high = fit$upper,
       median = unname(summary(fit)$table[c("median", "0.95LCL", "0.95UCL")]),
       quartiles = unname(rbind(q$quantile, q$lower, q$upper)),
       landmarks = list(time = at$time, survival = at$surv, low = at$lower, high = at$upper,
                        std_error = at$std.err, at_risk = at$n.risk),
       tau = tau, rmst = unname(mean_fit[c(5, 6)]))
}

curves <- function(d, times, tau) {
  d$time <- aeqSurv(Surv(d$time, d$event))[, 1]   # ties are merged over all groups, as survfit does
  groups <- c(list(All = d), if (!is.null(d$group)) split(d, d$group))
  lapply(groups, function(g) {
    out <- lapply(c(plain = "plain", log = "log", `log-log` = "log-log"), function(type) curve(g, type, times, tau))
    reverse <- survfit(Surv(time, 1 - event) ~ 1, data = g, conf.type = "log-log")
    out$reverse <- unname(summary(reverse)$table[c("median", "0.95LCL", "0.95UCL")])
    out
  })
}

test <- function(formula, d, rho) {
  fit <- survdiff(formula, data = d, rho = rho)
  total <- function(x) if (is.matrix(x)) rowSums(x) else x
  list(rho = rho, chi2 = fit$chisq, p = fit$pvalue, df = sum(total(fit$exp) > 0) - 1,
       observed = total(fit$obs), expected = total(fit$exp), variance = fit$var)
}

model <- function(formula, d, ties, zph = TRUE) {
  warned <- character(0)
  fit <- withCallingHandlers(coxph(formula, data = d, ties = ties, control = tight),
    warning = function(w) { warned <<- c(warned, conditionMessage(w)); invokeRestart("muffleWarning") })
  s <- summary(fit)
  out <- list(ties = ties, names = names(coef(fit)), beta = unname(coef(fit)), se = unname(sqrt(diag(vcov(fit)))),
       p = unname(s$coefficients[, "Pr(>|z|)"]), low = unname(s$conf.int[, 3]), high = unname(s$conf.int[, 4]),
       loglik = fit$loglik, score = unname(s$sctest[1]), wald = unname(fit$wald.test), lr = unname(s$logtest[1]),
       wald_p = unname(s$waldtest[3]), warnings = I(warned))
  if (zph) {
    out$zph <- lapply(c(km = "km", identity = "identity"), function(tr) {
      z <- cox.zph(fit, transform = tr, terms = FALSE)$table
      list(chi2 = unname(z[, 1]), p = unname(z[, 3]))
    })
    z <- cox.zph(fit, transform = "km")$table
    out$zph_terms <- list(names = rownames(z), chi2 = unname(z[, 1]), df = unname(z[, 2]), p = unname(z[, 3]))
  }
  out
}

case <- function(name, d, times, tau, rhos = c(0, 0.5, 1), covariates = NULL, zph = TRUE) {
  save_data(name, d)
  out <- list(curves = curves(d, times, tau))
  if (!is.null(d$group)) {
    out$logrank <- lapply(rhos, function(r) test(Surv(time, event) ~ group, d, r))
    if (!is.null(d$stratum))
      out$stratified <- lapply(rhos, function(r) test(Surv(time, event) ~ group + strata(stratum), d, r))
  }
  right <- c(if (!is.null(d$group)) "factor(group)", covariates)
  if (length(right)) {
    plain <- reformulate(right, "Surv(time, event)")
    out$cox <- lapply(c(efron = "efron", breslow = "breslow"), function(t) model(plain, d, t, zph))
    if (!is.null(d$stratum)) {
      layered <- reformulate(c(right, "strata(stratum)"), "Surv(time, event)")
      out$cox_stratified <- lapply(c(efron = "efron", breslow = "breslow"), function(t) model(layered, d, t, zph))
    }
  }
  out
}

results <- list()
l <- na.omit(lung[, c("time", "status", "sex", "ph.ecog", "age", "ph.karno")])
results$lung <- case("lung", data.frame(time = l$time, event = l$status - 1, group = l$sex, stratum = l$ph.ecog,
                     age = l$age, karno = l$ph.karno), c(0, 5, 100, 182.5, 365, 600, 1022, 2000), 365, covariates = c("age", "karno"))
v <- veteran
results$veteran <- case("veteran", data.frame(time = v$time, event = v$status, group = as.character(v$celltype),
                        stratum = v$trt, karno = v$karno, age = v$age), c(1, 30, 60, 90, 180, 999), 300, covariates = c("karno", "age"))
k <- na.omit(subset(colon, etype == 2)[, c("time", "status", "rx", "sex", "extent", "nodes", "age")])
results$colon <- case("colon", data.frame(time = k$time, event = k$status, group = as.character(k$rx), stratum = paste(k$sex, k$extent, sep = "-"),
                      nodes = k$nodes, age = k$age), c(365, 1000, 1826, 3000), 1826, covariates = c("nodes", "age"))

set.seed(67)   # whole months, so that most times are tied
n <- 67
tied <- data.frame(time = pmin(ceiling(rexp(n, 1 / 8)), 18), event = rbinom(n, 1, 0.7), group = rep(c("A", "B"), length.out = n),
                   stratum = rep(c("x", "y", "z"), length.out = n), marker = rnorm(n))
results$tied67 <- case("tied67", tied, c(0, 1, 6, 6.5, 12, 24), 12, covariates = "marker")

# survival is exactly 0.5 from 4 to 7 in group A, and from 3 to the end in group B
plateau <- data.frame(time = c(1, 2, 3, 4, 5, 7, 8, 9, 1, 3, 5, 6), event = c(1, 1, 1, 1, 0, 1, 1, 0, 1, 1, 0, 0),
                      group = c(rep("A", 8), rep("B", 4)))
results$plateau <- case("plateau", plateau, c(0.5, 4, 6, 7, 20), 6)

# an even arm without censoring: survival is 0.5 as a product of fractions, not as a number typed in
even <- data.frame(time = 1:14, event = 1)
results$even14 <- case("even14", even, c(7, 7.5, 14), 10)

near <- tied                          # differences of 1e-12 that only rounding makes
near$time <- near$time + (seq_len(n) %% 3 - 1) * 1e-12
results$near_ties <- case("near_ties", near, c(1.5, 6.5, 12.5), 12, covariates = "marker")

monotone <- data.frame(time = c(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), event = c(1, 1, 1, 1, 0, 0, 0, 0, 0, 0),
                       group = c("B", "B", "B", "B", "B", "A", "A", "A", "A", "A"), marker = c(3, 1, 2, 5, 4, 1, 3, 2, 5, 4))
results$monotone <- case("monotone", monotone, c(2.5, 5), 8.5, covariates = "marker", zph = FALSE)

lonely <- data.frame(time = c(5, 8, 3, 9, 12, 4, 7, 2, 6, 11, 10, 1), event = c(1, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1),
                     group = c("A", "B", "A", "B", "A", "B", "A", "B", "A", "A", "A", "A"),
                     stratum = c(1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2))
results$lonely_stratum <- case("lonely_stratum", lonely, c(4, 8), 6)

results$version <- list(R = R.version.string, survival = as.character(packageVersion("survival")))
write_json(results, "../survival.json", digits = I(17), auto_unbox = TRUE, na = "null", null = "null")
