"""From a study and its ADaM frames to results: one function a section, composed here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.analyse.baseline import baseline
from trialwright.analyse.biomarker import biomarker, biomarker_curves
from trialwright.analyse.context import Context
from trialwright.analyse.cycles import cycles
from trialwright.analyse.disagreements import disagreements
from trialwright.analyse.disposition import disposition
from trialwright.analyse.exposure import exposure
from trialwright.analyse.follow_up import follow_up
from trialwright.analyse.monitoring import monitoring
from trialwright.analyse.published import published_beside, published_findings
from trialwright.analyse.response import response
from trialwright.analyse.results import TOTAL, Results, check_results
from trialwright.analyse.rows import table_of
from trialwright.analyse.safety import safety
from trialwright.analyse.survival_endpoints import changes, curves, time_to_event
from trialwright.analyse.target import target
from trialwright.findings import Finding, Severity
from trialwright.protocol.censoring import NoAssessment
from trialwright.protocol.endpoints import Start, TimeToEventEndpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from trialwright.analyse.rows import Row
    from trialwright.biomarkers.neoantigens import Sequencing
    from trialwright.derive.adam import Adam
    from trialwright.protocol.published import Publication
    from trialwright.protocol.study import Study
    from trialwright.sdtm.study_data import StudyData

SECTIONS: tuple[Callable[[Context], list[Row]], ...] = (
    disposition,
    baseline,
    response,
    target,
    time_to_event,
    follow_up,
    exposure,
    cycles,
    safety,
    monitoring,
    biomarker,
)
"""The sections in the order of the report; a new section is a function added here."""


def analyse(
    study: Study,
    adam: Adam,
    data: StudyData,
    publication: Publication | None = None,
    sequencing: Sequencing | None = None,
) -> Results:
    """Compute every number of the report, in an order that the study file fixes.

    Args:
        study: The study.
        adam: Its analysis datasets.
        data: Its records.
        publication: What was published of it, to stand beside the results.
        sequencing: Neoantigens of the tumours, where the study has them.

    Raises:
        StudyFileError: a comparison names a factor that the data do not have.
    """
    context = Context(study, adam, data, sequencing)
    rows = [row for section in SECTIONS for row in section(context)]
    origin = str(data.origin.value).lower()
    published = published_beside(publication, rows)
    return check_results(
        Results(
            study=study.id,
            origin=origin,
            table=table_of(rows, origin),
            curves=pl.concat([curves(context), biomarker_curves(context)]),
            changes=changes(context),
            disagreements=disagreements(context),
            published=published,
            findings=(*_findings(study, rows), *published_findings(published)),
        )
    )


def _findings(study: Study, rows: Iterable[Row]) -> Iterator[Finding]:
    """What the estimation warned of, and who has no time, for the list that a person reads."""
    for row in rows:
        where = f"{row.endpoint} ({row.variant}), {row.group}"
        if row.statistic == "warning":
            remedy = "read the log-rank test and the curves; report no hazard ratio where there is none"
            yield Finding(
                Severity.WARNING, "ANALYSIS-WARNING", "ADTTE", "", f"{where}, {row.item}", row.text, remedy
            )
        elif row.statistic == "not_analysed" and row.group == TOTAL and _needs_time(study, row):
            remedy = "look at the subject's start and end dates; the time must be at least one day"
            for subject in row.subjects:
                what = f"has no time for {row.endpoint} and is left out of it"
                yield Finding(Severity.WARNING, "ANALYSIS-NO-TIME", "ADTTE", subject, where, what, remedy)


def _needs_time(study: Study, row: Row) -> bool:
    """Whether every subject of the set should have a time: not where it starts at a response, or by rule."""
    endpoint = study.endpoints[row.endpoint]
    if not isinstance(endpoint, TimeToEventEndpoint):
        return True
    stated = endpoint.variant(row.variant)
    starts_at_response = stated.start in {Start.RESPONSE, Start.CONFIRMED_RESPONSE}
    return not starts_at_response and stated.censor.no_assessment is not NoAssessment.EXCLUDE
