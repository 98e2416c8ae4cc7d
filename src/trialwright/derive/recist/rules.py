"""RECIST 1.1 from lesions to time-point responses: one named function a rule, compiled.

Clauses are those of Eisenhauer 2009 [E] and of the EORTC questions and clarifications [F].
All compiled code of a time point is in this file, so that the disk cache of the compiler notices
every change of it.

Decisions where the criteria are silent:

* No complete baseline sum (no baseline visit, or a target lesion not evaluable at baseline, even if
  measured later): a rise above the smallest complete sum so far is still PD, all targets gone is
  still CR if there was a baseline visit; otherwise NE, since PR and SD are judged against baseline.
* Targets that already meet CR at baseline (sum 0, or only nodes below 10 mm) are no measurable
  disease: PD by the sum as usual, otherwise NE; never CR, PR or SD.
* A sum is never PD where every target that was seen is gone or a normal node: a partial sum of
  nodes that grew from 2 to 9 mm could still be CR.
* A subject has non-target disease if any of its visits says so; NONE at another visit is then NE.
* Neither target nor non-target disease at baseline: NED, and PD with an unequivocal new lesion.
* No baseline visit at all: NE unless PD.
* The nadir goes on being updated after PD; later time points are judged as any other, and do not
  count for the best response.
* Nothing after the last day that counts changes what is before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trialwright.derive.recist.codes import NewLesion, NonTarget, Reason, Response
from trialwright.stats.kernel import kernel, small_kernel

if TYPE_CHECKING:
    from trialwright.derive.recist.histories import Codes, Flags, Ints, Lengths
    from trialwright.derive.recist.options import Options

PERCENT = 100.0

NOT_APPLICABLE = int(Response.NOT_APPLICABLE)
CR, PR, SD = int(Response.CR), int(Response.PR), int(Response.SD)
NON_CR_NON_PD, PD, NE, NED = (
    int(Response.NON_CR_NON_PD),
    int(Response.PD),
    int(Response.NE),
    int(Response.NED),
)
NT_NONE, NT_CR, NT_STABLE = int(NonTarget.NONE), int(NonTarget.CR), int(NonTarget.NON_CR_NON_PD)
NT_PD, NT_NE = int(NonTarget.PD), int(NonTarget.NE)
NEW_NO, NEW_EQUIVOCAL = int(NewLesion.NO), int(NewLesion.EQUIVOCAL)
NEW_UNEQUIVOCAL, NEW_CONFIRMED = int(NewLesion.UNEQUIVOCAL), int(NewLesion.EQUIVOCAL_CONFIRMED)
NEW_UNCONFIRMED = int(NewLesion.EQUIVOCAL_UNCONFIRMED)

WHY_BASELINE, WHY_SUM_ROSE, WHY_PARTIAL = (
    int(Reason.BASELINE),
    int(Reason.PD_SUM),
    int(Reason.PD_PARTIAL_SUM),
)
WHY_NON_TARGET, WHY_NEW = int(Reason.PD_NON_TARGET), int(Reason.PD_NEW_LESION)
WHY_NEW_LATER = int(Reason.PD_NEW_LESION_CONFIRMED_LATER)
WHY_BACK, WHY_NT_BACK = int(Reason.PD_TARGET_REAPPEARED), int(Reason.PD_NON_TARGET_REAPPEARED)
WHY_GONE, WHY_NT_PERSISTS = int(Reason.TARGETS_GONE), int(Reason.NON_TARGET_PERSISTS)
WHY_NT_NE, WHY_FELL = int(Reason.NON_TARGET_NOT_EVALUATED), int(Reason.SUM_FELL)
WHY_STABLE, WHY_NE = int(Reason.SUM_STABLE), int(Reason.TARGET_NOT_EVALUABLE)
WHY_NO_BASELINE, WHY_NOT_MEASURABLE = int(Reason.NO_BASELINE), int(Reason.BASELINE_NOT_MEASURABLE)
WHY_NT_ONLY, WHY_NO_DISEASE = int(Reason.NON_TARGET_ONLY), int(Reason.NO_DISEASE)
WHY_EQUIVOCAL, WHY_INCOMPLETE = int(Reason.EQUIVOCAL_NEW_LESION), int(Reason.BASELINE_INCOMPLETE)


@small_kernel
def lesion_is_gone(diameter_mm: float, node: bool, options: Options) -> bool:  # noqa: FBT001 - a fact, not a switch
    """A non-nodal target at 0 mm, a nodal one below 10 mm short axis [E 4.3.1]; never if not evaluable."""
    if node:
        return diameter_mm < options.node_normal_below_mm - options.tolerance_mm
    return diameter_mm <= options.tolerance_mm


@small_kernel
def sum_has_progressed(sum_mm: float, nadir_mm: float, options: Options) -> bool:
    """At least 20 % and at least 5 mm above the smallest sum on study, baseline included [E 4.3.1].

    Exact for whole mm (100 × sum against 120 × nadir); lengths within the tolerance are equal.
    """
    by_length = sum_mm - nadir_mm >= options.rise_at_least_mm - options.tolerance_mm
    margin = PERCENT * options.tolerance_mm
    return by_length and PERCENT * sum_mm >= (PERCENT + options.rise_percent) * nadir_mm - margin


@small_kernel
def sum_has_fallen(sum_mm: float, baseline_mm: float, options: Options) -> bool:
    """At least 30 % below the baseline sum [E 4.3.1]; exact for whole mm."""
    margin = PERCENT * options.tolerance_mm
    return PERCENT * sum_mm <= (PERCENT - options.fall_percent) * baseline_mm + margin


@small_kernel
def with_target(
    so_far: tuple[float, int, int, bool],
    diameter_mm: float,
    node: bool,  # noqa: FBT001 - a fact, not a switch
    options: Options,
) -> tuple[float, int, int, bool]:
    """Add a target to the sum of what is evaluable, what is not, what is gone, and: is any disease seen?"""
    total, missing, gone, seen = so_far
    if np.isnan(diameter_mm):
        return total, missing + 1, gone, seen
    if lesion_is_gone(diameter_mm, node, options):
        return total + diameter_mm, missing, gone + 1, seen
    return total + diameter_mm, missing, gone, True


@small_kernel
def measured_targets(so_far: tuple[float, int, int, bool], targets: int) -> tuple[float, int, bool, bool]:
    """Return what `measure` does, of the count of all targets."""
    total, missing, gone, seen = so_far
    return np.nan if missing == targets else total, missing, 0 < gone == targets, seen


@small_kernel
def measure(diameters_mm: Lengths, nodes: Flags, options: Options) -> tuple[float, int, bool, bool]:
    """Return the sum of what is evaluable (mm), how many are not, are all gone, is any disease seen.

    The sum adds longest diameters of non-nodes and short axes of nodes, also of nodes below
    10 mm [E 4.3]; it is NaN where no lesion is evaluable.
    """
    so_far = (0.0, 0, 0, False)
    for lesion in range(diameters_mm.size):
        so_far = with_target(so_far, diameters_mm[lesion], nodes[lesion], options)
    return measured_targets(so_far, diameters_mm.size)


@small_kernel
def target_response(
    measured: tuple[float, int, bool, bool],
    baseline_mm: float,
    baseline_state: int,
    nadir_mm: float,
    options: Options,
) -> tuple[int, int]:
    """Return the response of the target lesions and why, by the first rule that holds [E 4.3.1].

    CR; else PD (a partial sum suffices, for the missing lesions could only add to it, unless all
    that was seen is gone: then it could be CR yet); else NE if a target is not evaluable; else PR;
    else SD. `measured` is that of `measure`; `baseline_state` is 0, or why baseline cannot serve.
    """
    sum_mm, missing, all_gone, seen = measured
    if all_gone and baseline_state in (0, WHY_INCOMPLETE):
        return CR, WHY_GONE
    if seen and sum_has_progressed(sum_mm, nadir_mm, options):
        return PD, WHY_SUM_ROSE | (WHY_PARTIAL if missing > 0 else 0)
    if missing > 0:
        return NE, WHY_NE
    if baseline_state != 0:
        return NE, baseline_state
    if sum_has_fallen(sum_mm, baseline_mm, options):
        return PR, WHY_FELL
    return SD, WHY_STABLE


@small_kernel
def overall_with_targets(target: int, why: int, non_target: int) -> tuple[int, int]:
    """Table 1 of [E] where there is no progression: the overall response of a subject with targets."""
    if target == CR:
        if non_target in (NT_NONE, NT_CR):
            return CR, why
        if non_target == NT_STABLE:
            return PR, why | WHY_NT_PERSISTS
        return PR, why | WHY_NT_NE
    return target, why


@small_kernel
def overall_without_targets(non_target: int) -> tuple[int, int]:
    """Table 2 of [E] where there is no progression: non-target disease only, or no disease at all."""
    if non_target == NT_CR:
        return CR, WHY_NT_ONLY
    if non_target == NT_STABLE:
        return NON_CR_NON_PD, WHY_NT_ONLY
    if non_target == NT_NONE:
        return NED, WHY_NO_DISEASE
    return NE, WHY_NT_ONLY | WHY_NT_NE


@small_kernel
def progression_besides_the_sum(
    non_target: int,
    new: int,
    seen_again: bool,  # noqa: FBT001 - a fact, not a switch
    after_cr: bool,  # noqa: FBT001 - a fact, not a switch
) -> int:
    """Return why it is PD whatever the targets: non-target, new lesion [E 4.3.4, 4.3.5], reappearance.

    Disease seen again once the overall response was CR is progression ([E] Table 3 note a, and its
    answer on reappearing lesions; [F]), also where it is non-target disease.
    """
    why = 0
    if non_target == NT_PD:
        why |= WHY_NON_TARGET
    if new == NEW_UNEQUIVOCAL:
        why |= WHY_NEW
    if new == NEW_CONFIRMED:
        why |= WHY_NEW_LATER
    if after_cr and seen_again:
        why |= WHY_BACK
    if after_cr and non_target == NT_STABLE:
        why |= WHY_NT_BACK
    return why


@kernel
def date_new_lesions_back(new: Codes, day: Ints, last_day: int, resolved: Codes, confirmed_at: Ints) -> None:
    """An equivocal new lesion that is later confirmed is progression at its first sight [E 4.3.5].

    It is taken as confirmed if the visits after it are equivocal too, up to an unequivocal one; a
    visit without it (NO) breaks the chain. Confirmation after the last day that counts does not.
    `confirmed_at` gets the position of the confirming visit among these visits, else -1.
    """
    confirming = -1
    for visit in range(new.size - 1, -1, -1):
        if confirming >= 0 and day[visit] <= last_day < day[confirming]:
            confirming = -1
        resolved[visit], confirmed_at[visit] = new[visit], -1
        if new[visit] == NEW_UNEQUIVOCAL:
            confirming = visit
        elif new[visit] == NEW_EQUIVOCAL and confirming >= 0:
            resolved[visit], confirmed_at[visit] = NEW_CONFIRMED, confirming
        elif new[visit] != NEW_CONFIRMED:
            confirming = -1


@small_kernel
def state_of_baseline(missing: int, all_gone: bool) -> int:  # noqa: FBT001 - a fact, not a switch
    """Return 0 where the sum at the baseline visit can serve, else why it cannot."""
    if missing > 0:
        return WHY_INCOMPLETE
    return WHY_NOT_MEASURABLE if all_gone else 0


@small_kernel
def assess_visit(
    measured: tuple[float, int, bool, bool],
    has_targets: bool,  # noqa: FBT001 - a fact, not a switch
    has_baseline: bool,  # noqa: FBT001 - a fact, not a switch
    reference: tuple[float, int, float],
    states: tuple[int, int, bool],
    options: Options,
) -> tuple[int, int, int]:
    """Return the target response, the overall response and why, of one visit after baseline.

    `reference` is the baseline sum (mm), its state and the nadir (mm); `states` the non-target
    state, the new-lesion state and whether the overall response was CR before.
    """
    non_target, new, was_cr = states
    target, why = NOT_APPLICABLE, 0
    if has_targets:
        target, why = target_response(measured, reference[0], reference[1], reference[2], options)
        overall, why = overall_with_targets(target, why, non_target)
    else:
        overall, why = overall_without_targets(non_target)
    besides = progression_besides_the_sum(
        non_target, new, measured[3], was_cr and options.reappearance_after_cr_is_pd
    )
    if besides & WHY_BACK:
        target = PD
    if target == PD or besides != 0:
        return target, PD, besides | (why & (WHY_SUM_ROSE | WHY_PARTIAL))
    if not has_baseline:
        overall, why = NE, WHY_NO_BASELINE | (why & WHY_NE)
    if new in (NEW_EQUIVOCAL, NEW_UNCONFIRMED):
        why |= WHY_EQUIVOCAL
    return target, overall, why


@small_kernel
def is_new_nadir(sum_mm: float, nadir_mm: float, options: Options) -> bool:
    """Is a complete sum below the smallest so far, or the first one (nadir NaN)?"""
    return not sum_mm >= nadir_mm - options.tolerance_mm


@small_kernel
def in_complete_response(
    was_cr: bool,  # noqa: FBT001 - a fact, not a switch
    overall: int,
    seen: bool,  # noqa: FBT001 - a fact, not a switch
    non_target: int,
) -> bool:
    """Is the subject in CR after this visit? It lasts until disease is seen again."""
    if overall == CR:
        return True
    return was_cr and not (seen or non_target in (NT_STABLE, NT_PD))


@kernel
def assess_subject(
    block_mm: Any,
    nodes: Flags,
    has_baseline: bool,  # noqa: FBT001 - a fact, not a switch
    non_target: Codes,
    new: Codes,
    first_visit: int,
    options: Options,
    lengths: Any,
    positions: Any,
    codes: Any,
    reason: Ints,
) -> None:
    """Fill the rows of one subject's visits; columns are named in `TimePoints`."""
    baseline_mm, state, nadir_mm, nadir_visit, was_cr = np.nan, WHY_NO_BASELINE, np.nan, -1, False
    any_non_target = bool(np.any(non_target != NT_NONE))
    for visit in range(block_mm.shape[0]):
        measured = measure(block_mm[visit], nodes, options)
        sum_mm, missing, all_gone, seen = measured
        complete = nodes.size > 0 and missing == 0
        is_baseline = has_baseline and visit == 0
        seen_non_target = NT_NE if any_non_target and non_target[visit] == NT_NONE else non_target[visit]
        lengths[visit, 0], lengths[visit, 2] = sum_mm, nadir_mm
        positions[visit, 0], positions[visit, 1] = missing, nadir_visit
        target, overall, why = NOT_APPLICABLE, NOT_APPLICABLE, WHY_BASELINE
        if is_baseline:
            baseline_mm = sum_mm if complete else np.nan
            state = state_of_baseline(missing, all_gone)
        else:
            reference = (baseline_mm, state, nadir_mm)
            states = (int(seen_non_target), int(new[visit]), was_cr)
            target, overall, why = assess_visit(
                measured, nodes.size > 0, has_baseline, reference, states, options
            )
        lengths[visit, 1] = baseline_mm
        codes[visit, 0], codes[visit, 1], codes[visit, 2] = target, seen_non_target, overall
        reason[visit] = why
        if complete and is_new_nadir(sum_mm, nadir_mm, options):
            nadir_mm, nadir_visit = sum_mm, first_visit + visit
        was_cr = in_complete_response(was_cr, overall, seen, int(seen_non_target))


@kernel
def assess_all(
    visit_offsets: Ints,
    day: Ints,
    has_baseline: Flags,
    lesion_offsets: Ints,
    is_node: Flags,
    diameters_mm: Lengths,
    block_offsets: Ints,
    non_target: Codes,
    new_lesion: Codes,
    last_day: Ints,
    options: Options,
) -> tuple[Any, Any, Any, Ints, Ints]:
    """Assess every subject in turn; subjects share nothing but the options."""
    visits = day.size
    lengths = np.full((visits, 3), np.nan)
    positions = np.full((visits, 2), -1, np.int64)
    codes = np.zeros((visits, 3), np.int8)
    reason, confirmed_at = np.zeros(visits, np.int64), np.full(visits, -1, np.int64)
    resolved = np.zeros(visits, np.int8)
    for subject in range(visit_offsets.size - 1):
        first, end = visit_offsets[subject], visit_offsets[subject + 1]
        nodes = is_node[lesion_offsets[subject] : lesion_offsets[subject + 1]]
        block = diameters_mm[block_offsets[subject] : block_offsets[subject + 1]]
        date_new_lesions_back(
            new_lesion[first:end],
            day[first:end],
            last_day[subject],
            resolved[first:end],
            confirmed_at[first:end],
        )
        assess_subject(
            block.reshape((end - first, nodes.size)),
            nodes,
            has_baseline[subject],
            non_target[first:end],
            resolved[first:end],
            first,
            options,
            lengths[first:end],
            positions[first:end],
            codes[first:end],
            reason[first:end],
        )
        for visit in range(first, end):
            if confirmed_at[visit] >= 0:
                confirmed_at[visit] += first
    return lengths, positions, codes, reason, confirmed_at
