"""RECIST 1.1 from time-point responses to best response, response and clinical benefit, compiled.

The definitions are those of [E] 4.6 and Tables 2 and 3, in the exact form of admiralonco's default
events: a best response is the best event that has occurred, dated at its earliest record.
Responses count from the reference day to the last day that counts, up to and including the first PD.

Decisions where the criteria are silent:

* NED (no disease at baseline) is neither response nor benefit; it ranks after PD and before NE.
* `sd_between_prs` allows any number of SD between a PR and its confirmation, none after a CR.
* A subject without a reference day never meets the minimum duration.
* An SD, CR or PR before the minimum duration with nothing better is NE (PD if PD follows).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trialwright.derive.recist.codes import CrThenPr, NotConfirmed, Response
from trialwright.derive.recist.options import UNKNOWN_DAY
from trialwright.stats.kernel import kernel

if TYPE_CHECKING:
    from trialwright.derive.recist.histories import Codes, Ints
    from trialwright.derive.recist.options import Options

NOT_APPLICABLE = int(Response.NOT_APPLICABLE)
CR, PR, SD = int(Response.CR), int(Response.PR), int(Response.SD)
NON_CR_NON_PD, PD, NE = int(Response.NON_CR_NON_PD), int(Response.PD), int(Response.NE)
MISSING, NED = int(Response.MISSING), int(Response.NED)
CR_WAS_PR, CR_THEN_SD, CR_THEN_PD = int(CrThenPr.PR), int(CrThenPr.SD), int(CrThenPr.PD)

NOTHING_AFTER, TOO_SOON = int(NotConfirmed.NOTHING_AFTER), int(NotConfirmed.TOO_SOON)
ONLY_NE, TOO_MANY_NE = int(NotConfirmed.ONLY_NOT_EVALUABLE), int(NotConfirmed.TOO_MANY_NOT_EVALUABLE)
WORSE_NEXT, PR_AFTER_CR = int(NotConfirmed.WORSE_NEXT), int(NotConfirmed.PR_AFTER_CR)
ENDED_TOO_SOON = int(NotConfirmed.RESPONSE_ENDED_TOO_SOON)

BOR, CBOR = 0, 1
AT_BOR, AT_CBOR, AT_RSP, AT_CRSP, AT_CB, AT_CCB, AT_PD, AT_LAST, AT_CONFIRMED = range(9)
AT_CR, AT_PR, AT_CR_BLOCKED, AT_PR_BLOCKED = range(9, 13)
PLACES = 13


@kernel
def lasts_long_enough(day: int, reference_day: int, options: Options) -> bool:
    """At or after the minimum duration of stable disease, counted from the reference day [E 4.6]."""
    return reference_day != UNKNOWN_DAY and day - reference_day >= options.minimum_sd_days


@kernel
def read_responses(
    response: Codes, day: Ints, reference_day: int, last_day: int, options: Options, counted: Codes
) -> None:
    """Fill the responses that count, up to and including the first PD; NOT_APPLICABLE elsewhere.

    Where a CR is taken as real, disease after it is PD ([E] Table 3, note a).
    """
    was_cr, progressed = False, False
    for visit in range(response.size):
        code = response[visit]
        inside = reference_day <= day[visit] <= last_day and not progressed
        if not inside or code == MISSING:
            counted[visit] = NOT_APPLICABLE
            continue
        if was_cr and options.cr_then_pr == CR_THEN_PD and code in (PR, SD, NON_CR_NON_PD):
            code = PD
        was_cr = was_cr or code == CR
        progressed = code == PD
        counted[visit] = code


@kernel
def seek_confirmation(
    counted: Codes, day: Ints, first: int, wanted: int, options: Options
) -> tuple[int, int, int]:
    """Look for the confirmation of the response at `first`, as CR or as PR (`wanted`).

    Returns the position of the confirming visit, or -1, then why not, and the visit that decided
    that (-1 if none). A CR is confirmed by a CR with only CR or NE between; a PR by a CR or PR with
    only CR, PR or NE between and no PR after a CR; at least `confirmation_days` on, with at most
    `max_not_evaluable` NE between.
    """
    apart = options.confirmation_days - options.confirmation_tolerance_days
    not_evaluable, soon, cr_between, last = 0, False, False, -1
    for visit in range(first + 1, counted.size):
        code = counted[visit]
        if code == NOT_APPLICABLE:
            continue
        last = visit
        if code == NE:
            not_evaluable += 1
            if not_evaluable > options.max_not_evaluable:
                return -1, TOO_MANY_NE, visit
        elif code == CR or (code == PR and wanted == PR):
            if code == PR and cr_between and options.cr_then_pr != CR_WAS_PR:
                return -1, PR_AFTER_CR, visit
            cr_between = cr_between or code == CR
            if day[visit] - day[first] >= apart:
                return visit, 0, -1
            soon = True
        elif code == SD and wanted == PR and options.sd_between_prs and not cr_between:
            continue
        else:
            return -1, (ENDED_TOO_SOON if soon else WORSE_NEXT), visit
    if last < 0:
        return -1, NOTHING_AFTER, -1
    return -1, (TOO_SOON if soon else ONLY_NE), last


@kernel
def first_confirmed(counted: Codes, day: Ints, wanted: int, options: Options) -> tuple[int, int]:
    """Return the earliest visit with a confirmed CR or PR (`wanted`) and its confirmation, else -1, -1."""
    was_cr = False
    for visit in range(counted.size):
        code = counted[visit]
        eligible = code == wanted or (wanted == PR and code == CR and options.cr_then_pr == CR_WAS_PR)
        if wanted == PR and was_cr and options.cr_then_pr == CR_THEN_SD:
            eligible = False
        if eligible:
            confirmed, _, _ = seek_confirmation(counted, day, visit, wanted, options)
            if confirmed >= 0:
                return visit, confirmed
        was_cr = was_cr or code == CR
    return -1, -1


@kernel
def first_of(counted: Codes, code: int) -> int:
    """Return the first visit with this response, else -1."""
    for visit in range(counted.size):
        if counted[visit] == code:
            return visit
    return -1


@kernel
def first_lasting(counted: Codes, day: Ints, reference_day: int, options: Options, codes: Any) -> int:
    """Return the first visit at or after the minimum duration with one of these responses, else -1."""
    for visit in range(counted.size):
        if lasts_long_enough(day[visit], reference_day, options):
            for code in codes:
                if counted[visit] == code:
                    return visit
    return -1


@kernel
def best_below_response(counted: Codes, day: Ints, reference_day: int, options: Options) -> tuple[int, int]:
    """Return the best response where there is no (confirmed) CR or PR, and its visit.

    SD, which any lasting CR, PR or SD is; NON-CR/NON-PD that lasts; PD; NED; NE; MISSING.
    """
    stable = first_lasting(counted, day, reference_day, options, (CR, PR, SD))
    if stable >= 0:
        return SD, stable
    non_target = first_lasting(counted, day, reference_day, options, (NON_CR_NON_PD,))
    if non_target >= 0:
        return NON_CR_NON_PD, non_target
    for code in (PD, NED):
        visit = first_of(counted, code)
        if visit >= 0:
            return code, visit
    for visit in range(counted.size):
        if counted[visit] != NOT_APPLICABLE:
            return NE, visit
    return MISSING, -1


@kernel
def earlier(first: int, second: int) -> int:
    """Return the earlier of two visits, where -1 is never."""
    if first < 0:
        return second
    if second < 0:
        return first
    return min(first, second)


@kernel
def judge_subject(
    counted: Codes, day: Ints, reference_day: int, options: Options, best: Codes, at: Ints, why: Codes
) -> None:
    """Fill the best responses and visits of one subject, and why its first CR and PR are not confirmed."""
    cr, pr = first_of(counted, CR), first_of(counted, PR)
    confirmed_cr, confirms_cr = first_confirmed(counted, day, CR, options)
    confirmed_pr, confirms_pr = first_confirmed(counted, day, PR, options)
    other, other_at = best_below_response(counted, day, reference_day, options)
    benefit = first_lasting(counted, day, reference_day, options, (CR, PR, SD, NON_CR_NON_PD))
    best[BOR], at[AT_BOR] = (CR, cr) if cr >= 0 else ((PR, pr) if pr >= 0 else (other, other_at))
    best[CBOR], at[AT_CBOR], at[AT_CONFIRMED] = other, other_at, -1
    if confirmed_pr >= 0:
        best[CBOR], at[AT_CBOR], at[AT_CONFIRMED] = PR, confirmed_pr, confirms_pr
    if confirmed_cr >= 0:
        best[CBOR], at[AT_CBOR], at[AT_CONFIRMED] = CR, confirmed_cr, confirms_cr
    at[AT_RSP], at[AT_CRSP] = earlier(cr, pr), earlier(confirmed_cr, confirmed_pr)
    at[AT_CB], at[AT_CCB] = earlier(at[AT_RSP], benefit), earlier(at[AT_CRSP], benefit)
    at[AT_PD], at[AT_LAST], at[AT_CR], at[AT_PR] = first_of(counted, PD), -1, cr, pr
    for visit in range(counted.size):
        if counted[visit] != NOT_APPLICABLE:
            at[AT_LAST] = visit
    if cr >= 0 and confirmed_cr < 0:
        _, why[0], at[AT_CR_BLOCKED] = seek_confirmation(counted, day, cr, CR, options)
    if pr >= 0 and confirmed_cr < 0 and confirmed_pr < 0:
        _, why[1], at[AT_PR_BLOCKED] = seek_confirmation(counted, day, pr, PR, options)


@kernel
def judge_all(
    visit_offsets: Ints, day: Ints, response: Codes, reference_day: Ints, last_day: Ints, options: Options
) -> tuple[Codes, Any, Any, Codes]:
    """Judge every subject in turn; visits are positions in the arrays over all visits."""
    subjects = visit_offsets.size - 1
    counted = np.zeros(day.size, np.int8)
    best = np.full((subjects, 2), MISSING, np.int8)
    at = np.full((subjects, PLACES), -1, np.int64)
    why = np.zeros((subjects, 2), np.int8)
    for subject in range(subjects):
        first, end = visit_offsets[subject], visit_offsets[subject + 1]
        days, codes, reference = day[first:end], counted[first:end], reference_day[subject]
        read_responses(response[first:end], days, reference, last_day[subject], options, codes)
        judge_subject(codes, days, reference, options, best[subject], at[subject], why[subject])
        for place in range(PLACES):
            if at[subject, place] >= 0:
                at[subject, place] += first
    return counted, best, at, why
