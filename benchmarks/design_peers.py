"""What else runs the same trials: vectorised numpy, lifelines, greenwood, R's rpact, simtrial and clinfun.

Each peer is optional and installed by the user (`pip install lifelines greenwood`; in R
`install.packages(c("rpact", "simtrial", "clinfun"))`); what is absent is told in a line. Python peers get
the trials ready made, so that only their log-rank and Cox are measured; R's simulators generate as well.
"""

import importlib
import math
import shutil
import statistics
import subprocess
import time
import warnings

import numpy as np

from trialwright.stats.event_process import dropout_hazard

N_CONTROL, N_EXPERIMENTAL = 34, 33
MEDIANS, ACCRUAL, FOLLOW_UP, LOST = (7.5, 7.7), 24.0, 12.0, 0.05
NEWTON_STEPS = 5
REPEATS = 5
RPACT = """
library(rpact)
design <- getDesignGroupSequential(kMax = 1, alpha = 0.025, sided = 1)
run <- function() getSimulationSurvival(design, lambda1 = log(2) / 7.7, lambda2 = log(2) / 7.5,
  accrualTime = c(0, 24), maxNumberOfSubjects = 67, plannedEvents = 55, dropoutRate1 = 0.05,
  dropoutRate2 = 0.05, dropoutTime = 12, directionUpper = FALSE, maxNumberOfIterations = 10000, seed = 1)
count <- 10000
"""
SIMTRIAL = """
library(simtrial)
run <- function() sim_fixed_n(n_sim = 50, sample_size = 67, target_event = 55,
  enroll_rate = data.frame(rate = 67 / 24, duration = 24),
  fail_rate = data.frame(stratum = "All", duration = 1000, fail_rate = log(2) / 7.5, hr = 7.5 / 7.7,
    dropout_rate = -log(0.95) / 12),
  total_duration = 36, timing_type = 1, rho_gamma = data.frame(rho = 0, gamma = 0))
count <- 50
"""
CLINFUN = """
library(clinfun)
run <- function() ph2simon(0.4, 0.5, 0.05, 0.2, nmax = 300)
count <- 1
"""
TIMED = """
suppressPackageStartupMessages({{ {code} }})
invisible(capture.output(suppressMessages(run())))
spent <- replicate({repeats}, {{ t <- system.time(invisible(capture.output(suppressMessages(run()))))
  t[["user.self"]] + t[["sys.self"]] }})
cat(count / median(spent))
"""


def median_of(work, repeats=REPEATS):
    """The median wall and processor seconds of several runs."""
    walls, cpus = [], []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return statistics.median(walls), statistics.median(cpus)


def drawn(rng, trials):
    """Times, events and arms of trials, one a row."""
    n = N_CONTROL + N_EXPERIMENTAL
    arm = np.zeros(n)
    arm[N_CONTROL:] = 1.0
    median = np.where(arm > 0, MEDIANS[1], MEDIANS[0])
    event = rng.standard_exponential((trials, n)) * (median / math.log(2.0))
    lost = rng.standard_exponential((trials, n)) / dropout_hazard(LOST, 12.0)
    until = ACCRUAL + FOLLOW_UP - rng.random((trials, n)) * ACCRUAL
    time_ = np.minimum(np.minimum(event, lost), until)
    return time_, event <= np.minimum(lost, until), arm


def numpy_trials(rng, trials):
    """Vectorised numpy: generation, one sort, log-rank, Cox by five Newton steps, float64."""
    time_, seen, arm = drawn(rng, trials)
    return numpy_analysis(time_, seen, arm)


def numpy_analysis(time_, seen, arm):
    """Log-rank z, log hazard ratio and its error of every row."""
    order = np.argsort(time_, axis=1)
    seen = np.take_along_axis(seen, order, axis=1).astype(float)
    which = arm[order]
    at_risk = np.arange(arm.size, 0, -1.0)
    one = N_EXPERIMENTAL - np.cumsum(which, axis=1) + which
    p = one / at_risk
    score = (seen * (which - p)).sum(axis=1)
    information = (seen * p * (1.0 - p)).sum(axis=1)
    z = score / np.sqrt(information)
    beta = np.zeros(len(time_))
    for _ in range(NEWTON_STEPS):
        beta += score / information
        weighted = one * np.exp(beta)[:, None]
        p = weighted / (at_risk - one + weighted)
        score = (seen * (which - p)).sum(axis=1)
        information = (seen * p * (1.0 - p)).sum(axis=1)
    return z, beta, 1.0 / np.sqrt(information)


def lifelines():
    """Log-rank and Cox of one trial."""
    statistics_, fitter = (
        importlib.import_module("lifelines.statistics"),
        importlib.import_module("lifelines"),
    )
    pandas = importlib.import_module("pandas")

    def run(time_, seen, arm):
        new = arm > 0
        test = statistics_.logrank_test(time_[~new], time_[new], seen[~new], seen[new])
        frame = pandas.DataFrame({"time": time_, "event": seen, "arm": arm})
        model = fitter.CoxPHFitter().fit(frame, "time", "event")
        return float(test.test_statistic), float(model.params_["arm"])

    return run


def greenwood():
    """Log-rank and Cox of one trial."""
    package = importlib.import_module("greenwood")

    def run(time_, seen, arm):
        surv = package.Surv(time_, event=seen.astype(int))
        test = package.logrank_test(surv, group=arm)
        model = package.CoxPH().fit(surv, arm[:, None])
        return float(test.statistic), float(np.ravel(model.coef_)[0])

    return run


def python_peer(make, trials):
    """Trials a second of processor, and the largest distance of z² and log hazard ratio from numpy's."""
    try:
        run = make()
    except ImportError:
        return None
    time_, seen, arm = drawn(np.random.default_rng(1), trials)
    z, beta, _ = numpy_analysis(time_, seen, arm)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run(time_[0], seen[0], arm)
        found = [run(time_[k], seen[k], arm) for k in range(trials)]
        _, cpu = median_of(lambda: [run(time_[k], seen[k], arm) for k in range(trials)], 3)
    apart = max(abs(one[0] - z[k] ** 2) for k, one in enumerate(found))
    apart = max(apart, *(abs(one[1] - beta[k]) for k, one in enumerate(found)))
    return trials / cpu, apart


def r_peer(code):
    """Runs a second of processor in R, or why there are none."""
    if not shutil.which("Rscript"):
        return "R is not installed"
    text = TIMED.format(code=code, repeats=REPEATS)
    found = subprocess.run(["Rscript", "-e", text], capture_output=True, text=True, check=False)
    if found.returncode == 0:
        return float(found.stdout.split()[-1])
    absent = "there is no package called" in found.stderr
    return "not installed" if absent else found.stderr.strip().splitlines()[-1]
