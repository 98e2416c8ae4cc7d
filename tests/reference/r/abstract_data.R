# Freezes three more data sets of R's survival package for the abstracts of more_abstracts.py.
# Run in tests/reference/r:  Rscript abstract_data.R
library(survival)
freeze <- function(name, time, event, group, age, covariate) {
  rows <- data.frame(time = time, event = event, group = group, age = round(age), covariate = covariate)
  rows <- rows[complete.cases(rows), ]
  write.csv(rows, file.path("..", "data", paste0(name, ".csv")), row.names = FALSE, quote = FALSE)
}
freeze("ovarian", ovarian$futime, ovarian$fustat, ovarian$rx, ovarian$age, ovarian$ecog.ps)
freeze("pbc", pbc$time, as.integer(pbc$status == 2), pbc$trt, pbc$age, as.integer(pbc$stage > 2))
freeze("gbsg", gbsg$rfstime, gbsg$status, gbsg$hormon, gbsg$age, gbsg$meno)
