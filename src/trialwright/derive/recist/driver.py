"""The one way from lesions or recorded responses to best responses, for one subject or millions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trialwright.derive.recist import best_response as best
from trialwright.derive.recist import rules
from trialwright.derive.recist.histories import LesionHistories, ResponseHistories
from trialwright.derive.recist.options import Options

if TYPE_CHECKING:
    from trialwright.derive.recist.histories import Codes, Flags, Ints, Lengths


@dataclass(frozen=True, slots=True)
class TimePoints:
    """One row a visit, in the order of the visits of the `LesionHistories`.

    Attributes:
        sum_mm: sum of the evaluable target diameters (NaN where none is evaluable); see `complete`.
        baseline_mm: the complete baseline sum of the subject, NaN where there is none.
        nadir_mm: smallest complete sum before this visit, baseline included; NaN at baseline.
        nadir_visit: visit at which the nadir was first reached, else -1.
        complete: were there targets, all of them evaluable?
        missing: how many targets were not evaluable.
        target: `Response` of the targets; NOT_APPLICABLE at baseline and without targets.
        non_target: `NonTarget` as understood; NONE where the subject never had any.
        overall: `Response` of the visit; NOT_APPLICABLE at baseline.
        reason: `Reason` flags.
        confirmed_at: visit that confirmed an equivocal new lesion of this visit, else -1.
    """

    sum_mm: Lengths
    baseline_mm: Lengths
    nadir_mm: Lengths
    nadir_visit: Ints
    complete: Flags
    missing: Ints
    target: Codes
    non_target: Codes
    overall: Codes
    reason: Ints
    confirmed_at: Ints


@dataclass(frozen=True, slots=True)
class BestResponses:
    """One row a subject; visits are positions in the arrays over all visits, -1 where there is none.

    Attributes:
        counted: one value a visit: the response that counts there, NOT_APPLICABLE if it does not
            (baseline, before the reference day, after the last day, after the first PD).
        bor, bor_visit: unconfirmed best overall response; the earliest visit that makes it.
        cbor, cbor_visit: confirmed best overall response; the first visit of the confirmed pair.
        confirmed_at: the visit that confirmed a CBOR of CR or PR.
        rsp_visit, crsp_visit: first response; first response that was confirmed.
        cb_visit, ccb_visit: first visit of clinical benefit, by response or by confirmed response.
        pd_visit: first PD that counts.
        last_visit: last visit that counts (the PD, if there is one).
        cr_visit, pr_visit: first CR and first PR that count.
        cr_not_confirmed, cr_blocked_at: `NotConfirmed`: why the first CR is not confirmed if no CR
            is, and the visit that decided so.
        pr_not_confirmed, pr_blocked_at: the same of the first PR, if no CR or PR is confirmed.
    """

    counted: Codes
    bor: Codes
    bor_visit: Ints
    cbor: Codes
    cbor_visit: Ints
    confirmed_at: Ints
    rsp_visit: Ints
    crsp_visit: Ints
    cb_visit: Ints
    ccb_visit: Ints
    pd_visit: Ints
    last_visit: Ints
    cr_visit: Ints
    pr_visit: Ints
    cr_not_confirmed: Codes
    cr_blocked_at: Ints
    pr_not_confirmed: Codes
    pr_blocked_at: Ints


@dataclass(frozen=True, slots=True)
class Responses:
    """Time points and best responses of the same histories."""

    time_points: TimePoints
    best: BestResponses


def time_point_responses(histories: LesionHistories, options: Options | None = None) -> TimePoints:
    """Judge every visit of every subject by its lesions (E 4.3 and Tables 1 and 2)."""
    lengths, positions, codes, reason, confirmed_at = rules.assess_all(
        histories.visit_offsets,
        histories.day,
        histories.has_baseline,
        histories.lesion_offsets,
        histories.is_node,
        histories.diameters_mm,
        histories.block_offsets(),
        histories.non_target,
        histories.new_lesion,
        histories.last_day,
        (options or Options()).compiled(),
    )
    lesions = np.repeat(np.diff(histories.lesion_offsets), np.diff(histories.visit_offsets))
    return TimePoints(
        sum_mm=lengths[:, 0],
        baseline_mm=lengths[:, 1],
        nadir_mm=lengths[:, 2],
        nadir_visit=positions[:, 1],
        complete=(lesions > 0) & (positions[:, 0] == 0),
        missing=positions[:, 0],
        target=codes[:, 0],
        non_target=codes[:, 1],
        overall=codes[:, 2],
        reason=reason,
        confirmed_at=confirmed_at,
    )


def best_responses(histories: ResponseHistories, options: Options | None = None) -> BestResponses:
    """Judge every subject by its time-point responses, recorded or derived (E 4.6 and Table 3)."""
    counted, found, at, why = best.judge_all(
        histories.visit_offsets,
        histories.day,
        histories.response,
        histories.reference_day,
        histories.last_day,
        (options or Options()).compiled(),
    )
    return BestResponses(
        counted=counted,
        bor=found[:, best.BOR],
        bor_visit=at[:, best.AT_BOR],
        cbor=found[:, best.CBOR],
        cbor_visit=at[:, best.AT_CBOR],
        confirmed_at=at[:, best.AT_CONFIRMED],
        rsp_visit=at[:, best.AT_RSP],
        crsp_visit=at[:, best.AT_CRSP],
        cb_visit=at[:, best.AT_CB],
        ccb_visit=at[:, best.AT_CCB],
        pd_visit=at[:, best.AT_PD],
        last_visit=at[:, best.AT_LAST],
        cr_visit=at[:, best.AT_CR],
        pr_visit=at[:, best.AT_PR],
        cr_not_confirmed=why[:, 0],
        cr_blocked_at=at[:, best.AT_CR_BLOCKED],
        pr_not_confirmed=why[:, 1],
        pr_blocked_at=at[:, best.AT_PR_BLOCKED],
    )


def responses(histories: LesionHistories, options: Options | None = None) -> Responses:
    """From lesions to confirmed best response."""
    time_points = time_point_responses(histories, options)
    recorded = ResponseHistories(
        visit_offsets=histories.visit_offsets,
        day=histories.day,
        response=np.ascontiguousarray(time_points.overall),
        reference_day=histories.reference_day,
        last_day=histories.last_day,
        subjects=histories.subjects,
    )
    return Responses(time_points=time_points, best=best_responses(recorded, options))
