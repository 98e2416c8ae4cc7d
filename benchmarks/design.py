"""Design beside the alternatives, in one run: Simon's search, and simulated trials with log-rank and Cox.

Run: python benchmarks/design.py          (peers are used where they are installed: see design_peers.py)
Medians of several runs. Wall time depends on what else the machine does; so the table and its ratios are of
processor time, one core each, and both are given for ours.
"""

import design_peers as peers
import numba
import numpy as np

from trialwright.design.protocol_trials import progression_results, whole_history_results
from trialwright.protocol.read import read_study
from trialwright.simulate.plan import make_plan
from trialwright.simulate.read import read_assumptions
from trialwright.stats.event_process import Accrual, Arm, Hazard, dropout_hazard
from trialwright.stats.event_sizes import TwoArms
from trialwright.stats.trial_model import trial_model
from trialwright.stats.trial_simulation import count_range, scalar_results, trial_results
from trialwright.stats.two_stage_search import search_two_stage

CLINFUN_MS = 675.0  # ph2simon(0.4, 0.5, 0.05, 0.2, nmax = 300), as the issue states it
TRIALS = 1 << 19


def row(name, rate, ours=None, note=""):
    """A line of the table: trials a second of processor, and how many times ours are."""
    ratio = f"{ours / rate:>12,.0f}" if ours and rate else " " * 12
    print(f"  {name:<46}{rate:>14,.0f}{ratio}  {note}".rstrip())


def absent(name, why):
    """A line of a peer that was not measured."""
    print(f"  {name:<46}{'—':>14}{'':>12}  {why}")


def simon():
    """The complete search beside clinfun's."""
    print("Simon's two-stage designs, complete search")
    for p0, p1, n_max, repeats in ((0.2, 0.4, 100, 201), (0.4, 0.5, 300, 51)):
        search_two_stage(p0, p1, 0.05, 0.2, n_max)
        wall, cpu = peers.median_of(lambda a=(p0, p1, 0.05, 0.2, n_max): search_two_stage(*a), repeats)
        print(f"  {p0}/{p1} to n = {n_max}: {wall * 1e3:.3f} ms (processor {cpu * 1e3:.3f} ms)")
    theirs = peers.r_peer(peers.CLINFUN)
    if isinstance(theirs, float):
        print(
            f"  clinfun, to n = 300: {1e3 / theirs:.0f} ms of processor; ours: {1 / theirs / cpu:,.0f} times"
        )
    else:
        beside = CLINFUN_MS / wall / 1e3
        print(f"  clinfun: {theirs}; beside the {CLINFUN_MS:g} ms that the issue states: {beside:,.0f} times")


def endpoint():
    """Trials of 67 subjects, medians 7.5 and 7.7 months, accrual 24, follow-up 12, 5 % drop-out."""
    lost = dropout_hazard(peers.LOST, 12.0)
    arms = [Arm(Hazard.of_median(median), lost) for median in peers.MEDIANS]
    two = TwoArms(*arms, Accrual(peers.ACCRUAL), peers.FOLLOW_UP)
    model = trial_model(peers.N_CONTROL, peers.N_EXPERIMENTAL, two)
    count_range(model, 1, 0, 64, 1.96, (1.3,))
    print("\nEndpoint level: log-rank and Cox in each trial")
    ours = 0.0
    for threads in sorted({1, numba.config.NUMBA_NUM_THREADS}):
        numba.set_num_threads(threads)
        wall, cpu = peers.median_of(lambda: count_range(model, 1, 0, TRIALS, 1.96, (1.3,)), 7)
        ours = max(ours, TRIALS / cpu)
        print(
            f"  {threads} thread(s): {TRIALS / wall / 1e6:.2f} million trials/s of wall time,"
            f" {cpu / TRIALS * 1e9:.0f} ns of processor a trial"
        )
    print(f"  {'':<46}{'trials/s':>14}{'ours/theirs':>12}")
    row("ours, 64 trials at once", ours, ours)
    scalar_results(model, 1, 0, 10)
    numba.set_num_threads(1)
    _, cpu = peers.median_of(lambda: scalar_results(model, 1, 0, 20_000))
    row("ours, trial by trial (piecewise hazards)", 20_000 / cpu, ours)
    numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)
    beside(ours)
    same(model)


def beside(ours):
    """The same trials by others."""
    rng = np.random.default_rng(1)
    peers.numpy_trials(rng, 100)
    _, cpu = peers.median_of(lambda: peers.numpy_trials(rng, 2000), 7)
    row("vectorised numpy", 2000 / cpu, ours, "generation included")
    for name, make, trials in (("lifelines", peers.lifelines, 20), ("greenwood", peers.greenwood, 50)):
        found = peers.python_peer(make, trials)
        if found is None:
            absent(name, "not installed")
        else:
            rate, apart = found
            row(name, rate, ours, f"analysis alone; differs from numpy by {apart:.0e} at most")
    rate = peers.r_peer(peers.RPACT)
    if isinstance(rate, float):
        row("R: rpact", rate, ours, "log-rank alone, generation included")
    else:
        absent("R: rpact", rate)
    rate = peers.r_peer(peers.SIMTRIAL)
    if isinstance(rate, float):
        row("R: simtrial", rate, ours, "log-rank and Cox, generation included")
    else:
        absent("R: simtrial", rate)


def same(model):
    """How many trials the two kernels of ours judge differently."""
    fast, slow = trial_results(model, 1, 0, 200_000), scalar_results(model, 1, 0, 200_000)
    apart = np.abs(fast.z - slow.z) > 1e-6
    wald = np.abs(fast.log_hr / fast.std_error - slow.log_hr / slow.std_error) > 1e-6
    print(
        f"  tiles beside one by one: {(apart | wald).sum()} of 200,000 trials differ by more than 1e-6 in z"
    )


def protocol():
    """Trials of virtual subjects through scans and RECIST, and the same by whole histories one by one."""
    study = read_study("nabp-cis")
    plan = make_plan(study, read_assumptions(study))
    size, many, few = 67, 20_000, 1000
    print("\nProtocol level: 67 subjects with lesions, scans, RECIST, censoring; log-rank and Cox")
    for threads in (1, numba.config.NUMBA_NUM_THREADS):
        numba.set_num_threads(threads)
        progression_results(plan, 1, size, 0, few)
        wall, cpu = peers.median_of(lambda: progression_results(plan, 1, size, 0, many), 5)
        print(
            f"  {threads} thread(s): {many / wall:,.0f} trials/s by the clock, {many / cpu:,.0f} a second of"
            f" processor; {cpu / many / size * 1e9:.0f} ns a subject"
        )
    whole = whole_history_results(plan, 1, size, 0, few)
    _, slow = peers.median_of(lambda: whole_history_results(plan, 1, size, 0, few), 3)
    row("whole histories, one by one", few / slow, many / cpu)
    apart = np.abs(whole[0] - progression_results(plan, 1, size, 0, few)[0]) > 1e-6
    print(f"  {apart.sum()} of {few:,} trials differ by more than 1e-6 in z between the two")


if __name__ == "__main__":
    simon()
    endpoint()
    protocol()
