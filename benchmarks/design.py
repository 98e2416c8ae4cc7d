"""Design beside the alternatives, in one run: Simon's search, and simulated trials with log-rank and Cox.

Run: python benchmarks/design.py          (R with rpact is used where it is installed)
Wall time depends on what else the machine does; the time of the processor is given beside it.
"""

import math
import shutil
import subprocess
import time

import numba
import numpy as np

from trialwright.design.protocol_trials import progression_results
from trialwright.protocol.read import read_study
from trialwright.simulate.plan import make_plan
from trialwright.simulate.read import read_assumptions
from trialwright.stats.event_process import Accrual, Arm, Hazard, dropout_hazard
from trialwright.stats.event_sizes import TwoArms
from trialwright.stats.trial_model import trial_model
from trialwright.stats.trial_simulation import count_range, scalar_results, trial_results
from trialwright.stats.two_stage_search import search_two_stage

N_CONTROL, N_EXPERIMENTAL = 34, 33
MEDIANS, ACCRUAL, FOLLOW_UP, LOST = (7.5, 7.7), 24.0, 12.0, 0.05
CLINFUN_MS = 675.0  # ph2simon(0.4, 0.5, 0.05, 0.2, nmax = 300), as the issue states it
RPACT = """
suppressPackageStartupMessages(library(rpact))
design <- getDesignGroupSequential(kMax = 1, alpha = 0.025, sided = 1)
t <- system.time(getSimulationSurvival(design, lambda1 = log(2) / 7.7, lambda2 = log(2) / 7.5,
  accrualTime = c(0, 24), maxNumberOfSubjects = 67, plannedEvents = 55, dropoutRate1 = 0.05,
  dropoutRate2 = 0.05, dropoutTime = 12, directionUpper = FALSE,
  maxNumberOfIterations = 20000, seed = 1))
cat(20000 / t[["elapsed"]])
"""


def best_of(work, repeats=7):
    """The least wall and processor seconds of several runs."""
    walls, cpus = [], []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return min(walls), min(cpus)


def numpy_trials(rng, trials):
    """Vectorised numpy: generation, one sort, log-rank, Cox by five Newton steps, float64."""
    n = N_CONTROL + N_EXPERIMENTAL
    arm = np.zeros(n)
    arm[N_CONTROL:] = 1.0
    median = np.where(arm > 0, MEDIANS[1], MEDIANS[0])
    event = rng.standard_exponential((trials, n)) * (median / math.log(2.0))
    lost = rng.standard_exponential((trials, n)) / dropout_hazard(LOST, 12.0)
    until = ACCRUAL + FOLLOW_UP - rng.random((trials, n)) * ACCRUAL
    time_ = np.minimum(np.minimum(event, lost), until)
    order = np.argsort(time_, axis=1)
    seen = np.take_along_axis(event <= np.minimum(lost, until), order, axis=1).astype(float)
    which = arm[order]
    at_risk = np.arange(n, 0, -1.0)
    one = N_EXPERIMENTAL - np.cumsum(which, axis=1) + which
    p = one / at_risk
    score = (seen * (which - p)).sum(axis=1)
    information = (seen * p * (1.0 - p)).sum(axis=1)
    z = score / np.sqrt(information)
    beta = np.zeros(trials)
    for _ in range(5):
        beta += score / information
        weighted = one * np.exp(beta)[:, None]
        p = weighted / (at_risk - one + weighted)
        score = (seen * (which - p)).sum(axis=1)
        information = (seen * p * (1.0 - p)).sum(axis=1)
    return z, beta, 1.0 / np.sqrt(information)


def simon():
    for p0, p1, n_max, repeats in ((0.2, 0.4, 100, 200), (0.4, 0.5, 300, 50)):
        search_two_stage(p0, p1, 0.05, 0.2, n_max)
        wall, cpu = best_of(lambda a=(p0, p1, 0.05, 0.2, n_max): search_two_stage(*a), repeats)
        beside = f", {CLINFUN_MS / wall / 1e3:.0f} times clinfun's {CLINFUN_MS:g} ms" if n_max == 300 else ""
        print(f"Simon {p0}/{p1} to n = {n_max}: {wall * 1e3:.3f} ms (processor {cpu * 1e3:.3f} ms){beside}")


def endpoint():
    lost = dropout_hazard(LOST, 12.0)
    arms = [Arm(Hazard.of_median(median), lost) for median in MEDIANS]
    model = trial_model(N_CONTROL, N_EXPERIMENTAL, TwoArms(*arms, Accrual(ACCRUAL), FOLLOW_UP))
    count_range(model, 1, 0, 64, 1.96, (1.3,))
    trials = 1 << 19
    per_core = 0.0
    for threads in (1, numba.config.NUMBA_NUM_THREADS):
        numba.set_num_threads(threads)
        wall, cpu = best_of(lambda: count_range(model, 1, 0, trials, 1.96, (1.3,)))
        per_core = max(per_core, trials / cpu)
        print(
            f"Endpoint level, log-rank and Cox, {threads} thread(s): {trials / wall / 1e6:.2f} million"
            f" trials/s; {cpu / trials * 1e9:.0f} ns of processor a trial"
        )
    rng = np.random.default_rng(1)
    numpy_trials(rng, 100)
    _, cpu = best_of(lambda: numpy_trials(rng, 2000))
    vectorised = 2000 / cpu
    print(
        f"  vectorised numpy, one core: {vectorised:,.0f} trials/s; ours: {per_core / vectorised:.0f} times"
    )
    scalar_results(model, 1, 0, 10)
    numba.set_num_threads(1)
    _, cpu = best_of(lambda: scalar_results(model, 1, 0, 20_000))
    print(f"  trials one by one (piecewise hazards), one core: {20_000 / cpu:,.0f} trials/s")
    numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)
    fast, slow = trial_results(model, 1, 0, 200_000), scalar_results(model, 1, 0, 200_000)
    apart = np.abs(fast.z - slow.z) > 1e-6
    wald = np.abs(fast.log_hr / fast.std_error - slow.log_hr / slow.std_error) > 1e-6
    print(
        f"  tiles beside one by one: {(apart | wald).sum()} of 200,000 trials differ by more than 1e-6 in z"
    )


def rpact():
    if not shutil.which("Rscript"):
        print("  R is not installed")
        return
    found = subprocess.run(["Rscript", "-e", RPACT], capture_output=True, text=True, check=False)
    if found.returncode == 0:
        print(f"  rpact, log-rank alone: {float(found.stdout.split()[-1]):,.0f} trials/s")
    else:
        print("  rpact is not installed")


def protocol():
    study = read_study("nabp-cis")
    plan = make_plan(study, read_assumptions(study))
    progression_results(plan, 1, 67, 0, 5)
    wall, cpu = best_of(lambda: progression_results(plan, 1, 67, 0, 1000), 3)
    print(
        f"Protocol level, 67 subjects with lesions, RECIST, PFS, log-rank, Cox: {1000 / wall:,.0f} trials/s;"
        f" {cpu / 67e3 * 1e6:.1f} µs of processor a subject"
    )


if __name__ == "__main__":
    simon()
    endpoint()
    rpact()
    protocol()
