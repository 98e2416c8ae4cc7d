"""What the scans and deaths of virtual subjects amount to: best response, PFS, OS, duration of response.

The responses are those of the RECIST rules; the times follow the censoring rules of the study's
endpoint, as the derivation of real data applies them (a test holds the two together).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trialwright.derive.recist.driver import best_responses
from trialwright.derive.recist.histories import ResponseHistories
from trialwright.protocol.censoring import AfterMissed, NewTherapy
from trialwright.protocol.endpoints import Start, TimeToEventEndpoint
from trialwright.simulate.progression_rules import ProgressionRules, progression_times
from trialwright.simulate.scan_rules import NEVER

if TYPE_CHECKING:
    from trialwright.derive.recist.driver import BestResponses
    from trialwright.simulate.parameters import Bools, Floats, Ints
    from trialwright.simulate.patients import Patients
    from trialwright.simulate.plan import TrialPlan


@dataclass(frozen=True)
class Times:
    """Times in days and whether each ended with the event; `counted` are the subjects who have a time."""

    days: Floats
    event: Bools
    counted: Bools


@dataclass(frozen=True)
class Outcomes:
    """One row a subject. `best` and `confirmed` are codes of `Response`."""

    evaluable: Bools
    best: Ints
    confirmed: Ints
    pfs: Times
    survival: Times
    response_duration: Times


def visits_of(some: Patients) -> tuple[Ints, Ints]:
    """Return subject and place of every scan, baseline included."""
    places = np.arange(some.disease.scan_day.shape[1])
    row, visit = np.nonzero(places[None, :] < some.disease.scans[:, None])
    return row, visit


def judge(plan: TrialPlan, some: Patients) -> BestResponses:
    """Return the best responses by RECIST 1.1, under the options of the study."""
    row, visit = visits_of(some)
    counts = some.disease.scans.astype(np.int64)
    last = some.cutoff.copy()
    if plan.study.response.stop_at_new_therapy:
        last = np.minimum(last, some.disease.therapy.astype(np.int64) - 1)
    histories = ResponseHistories(
        visit_offsets=np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)]),
        day=some.disease.scan_day[row, visit].astype(np.int64),
        response=np.ascontiguousarray(some.disease.overall[row, visit]),
        reference_day=np.zeros(len(counts), np.int64),
        last_day=last,
    )
    return best_responses(histories, plan.options)


def outcomes_of(plan: TrialPlan, some: Patients) -> Outcomes:
    """Return the outcomes of these subjects."""
    best = judge(plan, some)
    row, visit = visits_of(some)
    days = np.append(some.disease.scan_day[row, visit], NEVER).astype(np.int64)
    dosed = np.ones(len(some.subjects), np.bool_) if some.course is None else some.course.cycles > 0
    endpoint = progression_endpoint(plan)
    zero = np.zeros(len(some.subjects), np.int64)
    start = zero
    if endpoint is not None and endpoint.start is Start.FIRST_DOSE and some.course is not None:
        start = some.course.first_dose.astype(np.int64)
    responder = best.crsp_visit >= 0
    return Outcomes(
        evaluable=np.asarray((some.disease.scans > 1) & dosed),
        best=best.bor.astype(np.int64),
        confirmed=best.cbor.astype(np.int64),
        pfs=times_to_progression(plan, some, endpoint, start, np.ones_like(responder)),
        survival=survival_times(some, start),
        response_duration=times_to_progression(
            plan, some, endpoint, np.where(responder, days[best.crsp_visit], 0), responder
        ),
    )


def progression_endpoint(plan: TrialPlan) -> TimeToEventEndpoint | None:
    """Return the study's endpoint of progression or death that does not start at response."""
    for endpoint in plan.study.endpoints.values():
        if (
            isinstance(endpoint, TimeToEventEndpoint)
            and "progression" in {one.value for one in endpoint.events}
            and endpoint.start not in {Start.RESPONSE, Start.CONFIRMED_RESPONSE}
        ):
            return endpoint
    return None


def progression_rules(plan: TrialPlan, endpoint: TimeToEventEndpoint | None) -> ProgressionRules:
    """Return the censoring rules of an endpoint; without one, a new therapy censors and nothing else."""
    rules = endpoint.censor if endpoint else None
    return ProgressionRules(
        window=plan.study.assessments.tumour.window.days,
        missed=(rules.missed_assessments or 0) if rules else 0,
        therapy_censors=rules is None or rules.new_therapy is NewTherapy.BEFORE,
        progression_after_missed_censors=rules is not None
        and rules.progression_after_missed is AfterMissed.CENSOR,
        death_after_missed_censors=rules is not None and rules.death_after_missed is AfterMissed.CENSOR,
    )


def survival_times(some: Patients, start: Ints) -> Times:
    """Return the times to death, censored at the last day known alive."""
    last = np.minimum(np.minimum(some.disease.death, some.disease.lost), some.cutoff)
    died = (some.disease.death <= some.cutoff) & (some.disease.death <= some.disease.lost)
    days = np.maximum(last - start, 0) + 1.0
    return Times(days, np.asarray(died), np.ones(len(last), np.bool_))


def times_to_progression(
    plan: TrialPlan, some: Patients, endpoint: TimeToEventEndpoint | None, start: Ints, counted: Bools
) -> Times:
    """Return the times to progression or death under the censoring rules of an endpoint."""
    disease = some.disease
    days, event = np.empty(len(start)), np.empty(len(start), np.bool_)
    progression_times(
        progression_rules(plan, endpoint),
        plan.disease.scan_days,
        disease.progression,
        disease.death,
        disease.therapy,
        np.minimum(some.cutoff, disease.lost),
        disease.scans,
        disease.scan_day,
        disease.overall,
        start,
        days,
        event,
    )
    return Times(days, event, counted)
