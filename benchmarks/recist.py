"""How fast lesions become confirmed best responses, beside a plain-Python reference that must agree.

    python benchmarks/recist.py [SUBJECTS]

prints the rate of the compiled engine (9 visits with baseline, 3 to 5 target lesions a subject,
checks of the input included), its ratio to the plain reference on the same subjects, and on how many
random histories, made to dwell on the thresholds, the two agree. Exits with 1 if they ever differ.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "reference"))

from compare_recist import disagreements
from plain_recist import DEFAULTS, judge
from random_histories import UM, as_lesions, next_length, random_options, random_subjects

from trialwright.derive.recist import LesionHistories, responses

HISTORIES = 100_000
AT_ONCE = 5_000
REPEATS = 5
PLAIN_SUBJECTS = 5_000
VISITS = 9
TARGET_RATE = 100_000


def trial_subject(rng):
    """A subject as trials have them: baseline and 8 scans every 6 weeks, 3 to 5 targets."""
    lesions = rng.choice((3, 4, 5))
    lengths, visits = [rng.randrange(10, 60) * UM for _ in range(lesions)], []
    for number in range(VISITS):
        if number:
            lengths = [next_length(rng, length, UM) for length in lengths]
        visits.append({"day": 42 * number, "um": lengths, "non_target": "NON-CR/NON-PD", "new": "NO"})
    nodes = [rng.random() < 0.3 for _ in range(lesions)]
    return {"reference": 0, "last": None, "baseline": True, "nodes": nodes, "visits": visits}


def copies(histories, times):
    """The same subjects several times over, as one set of flat arrays (checked again)."""

    def offsets(one):
        return np.concatenate([[0], np.cumsum(np.tile(np.diff(one), times))])

    arrays = {
        name: np.tile(getattr(histories, name), times)
        for name in (
            "day",
            "has_baseline",
            "is_node",
            "diameters_mm",
            "non_target",
            "new_lesion",
            "reference_day",
            "last_day",
        )
    }
    return LesionHistories(
        visit_offsets=offsets(histories.visit_offsets),
        lesion_offsets=offsets(histories.lesion_offsets),
        **arrays,
    )


def engine_rate(histories, times):
    """Subjects a second, best of several runs, from flat arrays to confirmed best response."""
    copies(histories, 1)
    responses(histories)
    fastest = float("inf")
    for _ in range(REPEATS):
        many = copies(histories, times)
        begin = time.perf_counter()
        responses(many)
        fastest = min(fastest, time.perf_counter() - begin)
    begin = time.perf_counter()
    copies(histories, times)
    checking = time.perf_counter() - begin
    subjects = times * histories.has_baseline.size
    return subjects / fastest, subjects / (fastest + checking)


def plain_rate(subjects):
    begin = time.perf_counter()
    for subject in subjects:
        judge(subject)
    return len(subjects) / (time.perf_counter() - begin)


def agreement(number):
    """Compare on random histories, half of them under the default options, half under random ones."""
    rng, wrong = random.Random(1), 0
    for start in range(0, number, AT_ONCE):
        options = DEFAULTS if start % (2 * AT_ONCE) == 0 else random_options(rng)
        wrong += len(disagreements(random_subjects(min(AT_ONCE, number - start), seed=start), options))
    return number - wrong


def main():
    number = int(sys.argv[1]) if len(sys.argv) > 1 else HISTORIES
    rng = random.Random(7)
    sample = [trial_subject(rng) for _ in range(PLAIN_SUBJECTS)]
    rate, with_checks = engine_rate(as_lesions(sample), 40)
    plain = plain_rate(sample)
    print(f"compiled engine   {rate:12,.0f} subjects a second (one core)")
    print(f"  input checked   {with_checks:12,.0f} subjects a second, building and checking the arrays too")
    print(f"plain reference   {plain:12,.0f} subjects a second")
    print(f"ratio             {rate / plain:12,.0f}")
    agreed = agreement(number)
    print(f"agreement         {agreed:12,} of {number:,} random histories ({agreed / number:.3%})")
    if agreed < number or with_checks < TARGET_RATE:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
