"""Cross-checks of SDTM records against each other and against the protocol.

Each check is a function `(data, facts) -> findings`; its codes are in its docstring. A finding names
the record; equal codes of one dataset can be shown together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.sdtm.conformance import (
    assessments,
    dates,
    deaths,
    lesions,
    results,
    subjects,
    sums,
    terms,
    visits,
)
from trialwright.sdtm.conformance.facts import collect_facts

if TYPE_CHECKING:
    from trialwright.findings import Finding
    from trialwright.protocol.study import Study
    from trialwright.sdtm.study_data import StudyData

CHECKS = (
    *subjects.CHECKS,
    *dates.CHECKS,
    *deaths.CHECKS,
    *terms.CHECKS,
    *results.CHECKS,
    *lesions.CHECKS,
    *sums.CHECKS,
    *assessments.CHECKS,
    *visits.CHECKS,
)
"""Every check, in the order in which its findings are listed."""


def check(data: StudyData, study: Study) -> tuple[Finding, ...]:
    """Everything in the records that someone should look at, in the order of `CHECKS`.

    What was found while reading is in `data.findings`, and is not repeated here.
    """
    facts = collect_facts(data, study)
    return tuple(finding for one in CHECKS for finding in one(data, facts))
