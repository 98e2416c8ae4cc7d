"""One million laboratory results to CTCAE 5.0 grades, in memory and from file to file.

Run by hand: `python benchmarks/ctcae.py`. The target is under 2 s.
"""

import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

from trialwright.derive.ctcae import COLUMNS, grade_results, grading_criteria
from trialwright.derive.ctcae.files import grade_file

ROWS = 1_000_000


def results(rows):
    random = np.random.default_rng(20171127)
    sets = [rules for units in grading_criteria().rule_sets.values() for rules in units.values()]
    which = random.integers(0, len(sets), rows)
    terms = np.array([rules.term for rules in sets])[which]
    units = np.array([rules.unit or "U/L" for rules in sets])[which]
    low = random.uniform(0.5, 40, rows).round(2)
    return pl.DataFrame(
        {
            "TERM": terms,
            "AVAL": random.gamma(2.0, 20.0, rows).round(2),
            "AVALU": units,
            "ANRLO": low,
            "ANRHI": (low * 3).round(2),
            "BASE": random.gamma(2.0, 20.0, rows).round(2) + 0.01,
            "BNRIND": random.choice(["NORMAL", "HIGH", "LOW"], rows),
            "PCHG": random.normal(0, 40, rows).round(1),
        }
    ).select(COLUMNS)


def main():
    frame = results(ROWS)
    criteria = grading_criteria()
    for attempt in ("first", "second"):
        start = time.perf_counter()
        graded = grade_results(frame, criteria)
        print(f"in memory, {attempt} time: {time.perf_counter() - start:.2f} s for {ROWS:,} results")
    print(f"graded: {graded.grade.count():,}")
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.csv"), Path(folder, "out.csv")
        frame.write_csv(source)
        start = time.perf_counter()
        grade_file(source, target)
        print(f"CSV to CSV: {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    main()
