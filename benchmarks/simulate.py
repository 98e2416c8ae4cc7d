"""How fast virtual patients are made: as arrays, and as SDTM in Parquet files.

Run by hand: python benchmarks/simulate.py [STUDY]. The first call after a change compiles; it is not timed.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

from trialwright.protocol.read import read_study
from trialwright.simulate.patients import patients
from trialwright.simulate.plan import make_plan
from trialwright.simulate.read import read_assumptions
from trialwright.simulate.write import write_simulation

ARRAYS = 1_000_000
RECORDS = 10_000


def main(name: str) -> None:
    study = read_study(name)
    assumptions = read_assumptions(study)
    plan = make_plan(study, assumptions)
    for _ in patients(plan, seed=1, subjects=100):
        pass
    started = time.perf_counter()
    made = sum(len(some.subjects) for some in patients(plan, seed=1, subjects=ARRAYS))
    arrays = time.perf_counter() - started
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "sdtm"
        write_simulation(study, assumptions, target, seed=1, subjects=100, progress=lambda _: None)
        started = time.perf_counter()
        write_simulation(study, assumptions, target, seed=1, subjects=RECORDS, progress=lambda _: None)
        records = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    rate = made / arrays
    print(
        f"{name}: {made:,} virtual patients as arrays in {arrays:.1f} s ({rate:,.0f} a second; target 20 s)"
    )
    print(f"{name}: {RECORDS:,} as SDTM Parquet in {records:.1f} s (target 10 s); peak memory {peak:.2f} GiB")


if __name__ == "__main__":
    for study_name in sys.argv[1:] or ["nivo-gemcis", "ici-capox", "nabp-cis"]:
        main(study_name)
