"""Rates of the survival kernels beside plain Python, and of one large file's analysis.

Run by hand: python benchmarks/survival.py
"""

from __future__ import annotations

import math
import time

import numpy as np

from trialwright.stats.cox import cox
from trialwright.stats.logrank import logrank
from trialwright.stats.survival import kaplan_meier

SUBJECTS = 400
LARGE = 1_000_000
REPEATS = 200


def trial(n, seed):
    rng = np.random.default_rng(seed)
    arm = rng.integers(0, 2, n).astype(float)
    survival = rng.exponential(12 * np.exp(0.3 * arm))
    follow_up = rng.uniform(6, 30, n)
    return np.minimum(survival, follow_up), (survival <= follow_up).astype(float), arm


def plain_survival(times, events):
    rows = sorted(zip(times, events, strict=True))
    at_risk, survival, curve, i = len(rows), 1.0, [], 0
    while i < len(rows):
        j = i
        died = 0.0
        while j < len(rows) and rows[j][0] == rows[i][0]:
            died += rows[j][1]
            j += 1
        survival *= 1 - died / at_risk
        curve.append((rows[i][0], survival))
        at_risk -= j - i
        i = j
    return curve


def plain_logrank(times, events, arms):
    rows = sorted(zip(times, events, arms, strict=True))
    n, n1, i = len(rows), sum(arms), 0
    excess = variance = 0.0
    while i < len(rows):
        j = i
        died = died1 = gone1 = 0.0
        while j < len(rows) and rows[j][0] == rows[i][0]:
            died += rows[j][1]
            died1 += rows[j][1] * rows[j][2]
            gone1 += rows[j][2]
            j += 1
        if died:
            excess += died1 - died * n1 / n
            if n > 1:
                variance += died * (n - died) / (n - 1) * n1 / n * (1 - n1 / n)
        n -= j - i
        n1 -= gone1
        i = j
    return excess**2 / variance


def plain_cox(times, events, arms):
    rows = sorted(zip(times, events, arms, strict=True), reverse=True)
    beta = 0.0
    for _ in range(25):
        score = information = s0 = s1 = 0.0
        for _, event, arm in rows:
            weight = math.exp(beta * arm)
            s0 += weight
            s1 += weight * arm
            if event:
                score += arm - s1 / s0
                information += s1 / s0 * (1 - s1 / s0)
        beta += score / information
        if abs(score / information) < 1e-12:
            break
    return beta


def seconds(function, *arguments, repeats=1):
    start = time.perf_counter()
    for _ in range(repeats):
        found = function(*arguments)
    return (time.perf_counter() - start) / repeats, found


def main():
    times, events, arm = trial(SUBJECTS, 1)
    lists = (times.tolist(), events.tolist(), arm.tolist())
    for warm in (
        lambda: kaplan_meier(times, events),
        lambda: logrank(times, events, arm),
        lambda: cox(*lists),
    ):
        warm()
    print(f"{SUBJECTS} subjects, two arms (microseconds)")
    pairs = (
        ("Kaplan–Meier", kaplan_meier, (times, events), plain_survival, lists[:2]),
        ("log-rank", logrank, (times, events, arm), plain_logrank, lists),
        ("Cox", cox, (times, events, arm), plain_cox, lists),
    )
    for name, ours, arguments, plain, plain_arguments in pairs:
        fast, found = seconds(ours, *arguments, repeats=REPEATS)
        slow, expected = seconds(plain, *plain_arguments, repeats=5)
        value, wanted = {
            "Kaplan–Meier": lambda f=found, e=expected: (f.survival[-1], e[-1][1]),
            "log-rank": lambda f=found, e=expected: (f.chi2, e),
            "Cox": lambda f=found, e=expected: (f.beta[0], e),
        }[name]()
        assert math.isclose(value, wanted, rel_tol=1e-9, abs_tol=1e-12), (name, value, wanted)
        print(f"  {name:14} {fast * 1e6:10.0f}   plain Python {slow * 1e6:10.0f}   ratio {slow / fast:6.1f}")
    times, events, arm = trial(LARGE, 2)
    print(f"{LARGE:,} subjects (seconds)")
    for name, ours, arguments in (
        ("Kaplan–Meier", kaplan_meier, (times, events)),
        ("log-rank", logrank, (times, events, arm)),
        ("Cox", cox, (times, events, arm)),
    ):
        print(f"  {name:14} {seconds(ours, *arguments)[0]:10.2f}")


if __name__ == "__main__":
    main()
