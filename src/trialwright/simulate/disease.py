"""How the disease of a virtual subject goes: tumours, scans, death, loss, new therapy.

Each lesion follows the bi-exponential law of tumour growth inhibition, a part f that dies at a
rate d and a part 1 − f that grows at a rate g:

    size(t) = size(0) × (f exp(−d t) + (1 − f) exp(g t))

(Stein WD et al., Oncologist 2008;13:1046, in the form with sensitive and resistant parts).
f, d and g are correlated within a subject. The hazard of death and of new lesions follows the
subject's own curve. Response and progression are not drawn: scans are, and the same rules as for
real scans judge them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from trialwright.derive.recist.codes import NewLesion, NonTarget, Response
from trialwright.derive.recist.rules import assess_subject
from trialwright.simulate.baseline import MOST_TARGETS, Baseline
from trialwright.simulate.scan_rules import (
    NEVER,
    nontarget_state,
    read_diameter_mm,
    scan_day,
    true_diameter_mm,
    unread_target,
)
from trialwright.simulate.streams import EVENTS, READER, SCANS, THERAPY, TRAITS
from trialwright.stats.kernel import kernel, small_kernel
from trialwright.stats.random_streams import normals, uniforms

if TYPE_CHECKING:
    from trialwright.derive.recist.options import Options
    from trialwright.simulate.parameters import Bools, DiseaseParameters, Floats, Ints

STEP_DAYS = 21
HALF = 0.5
LEAST_RATIO, MOST_RATIO = 0.02, 20.0
NONTARGET_LESION = MOST_TARGETS
NT_NONE, NT_STABLE = int(NonTarget.NONE), int(NonTarget.NON_CR_NON_PD)
NEW_NO, NEW_SEEN = int(NewLesion.NO), int(NewLesion.UNEQUIVOCAL)
PD, NOT_APPLICABLE = int(Response.PD), int(Response.NOT_APPLICABLE)
TARGET, OVERALL = 0, 2
LENGTHS, POSITIONS, CODES = 3, 2, 3


class Disease(NamedTuple):
    """Arrays over subjects; days count from the reference date, NEVER where it does not happen.

    Visit 0 is the baseline scan; `planned` is the place of a scan in the schedule, from 1.
    """

    scans: npt.NDArray[np.int16]
    scan_day: npt.NDArray[np.int32]
    planned: npt.NDArray[np.int16]
    diameter_mm: npt.NDArray[np.float32]
    nontarget: npt.NDArray[np.int8]
    new_lesion: npt.NDArray[np.int8]
    target_response: npt.NDArray[np.int8]
    overall: npt.NDArray[np.int8]
    progression: npt.NDArray[np.int32]
    death: npt.NDArray[np.int32]
    lost: npt.NDArray[np.int32]
    stop: npt.NDArray[np.int32]
    therapy: npt.NDArray[np.int32]
    log_ratio: npt.NDArray[np.float32]
    """Logarithm of the tumour size on day 21 relative to baseline; serum markers follow it."""


def empty_disease(subjects: int, scans: int) -> Disease:
    """Return arrays for so many subjects and scheduled scans."""
    visits = (subjects, scans + 1)
    return Disease(
        scans=np.zeros(subjects, np.int16),
        scan_day=np.zeros(visits, np.int32),
        planned=np.zeros(visits, np.int16),
        diameter_mm=np.full((*visits, MOST_TARGETS), np.nan, np.float32),
        nontarget=np.zeros(visits, np.int8),
        new_lesion=np.zeros(visits, np.int8),
        target_response=np.zeros(visits, np.int8),
        overall=np.zeros(visits, np.int8),
        progression=np.full(subjects, NEVER, np.int32),
        death=np.full(subjects, NEVER, np.int32),
        lost=np.full(subjects, NEVER, np.int32),
        stop=np.full(subjects, NEVER, np.int32),
        therapy=np.full(subjects, NEVER, np.int32),
        log_ratio=np.zeros(subjects, np.float32),
    )


class Traits(NamedTuple):
    """The latent properties of one subject's disease, and its multiplier of the hazard of death."""

    logit: float
    shrink: float
    growth: float
    frailty: float


@kernel
def logistic(x: float) -> float:
    """Return 1 / (1 + exp(-x))."""
    return 1.0 / (1.0 + math.exp(-x))


@kernel
def size_ratio(logit: float, shrink: float, growth: float, day: float) -> float:
    """Return the size on a day relative to day 0; before day 0 the lesion only grew."""
    if day <= 0:
        return math.exp(growth * day)
    sensitive = logistic(logit)
    return sensitive * math.exp(-shrink * day) + (1.0 - sensitive) * math.exp(growth * day)


@kernel
def traits_of(p: DiseaseParameters, base: Baseline, row: int, seed: int, trial: int, subject: int) -> Traits:
    """Draw the traits of a subject."""
    z = normals(seed, trial, subject, TRAITS, 0)
    arm = base.arm[row]
    prior = 1.0 if base.prior[row] else 0.0
    logit = p.sensitive_logit[arm] + prior * p.prior_sensitive_logit + p.sensitive_sd * z[0]
    shrink = p.shrink[arm] * math.exp(p.shrink_log_sd * z[1])
    growth = p.growth[arm] * math.exp(p.growth_log_sd * z[2])
    risk = prior * p.prior_death + base.ecog[row] * p.ecog_death + p.growth_death * z[2]
    return Traits(logit, shrink, growth, math.exp(risk))


@small_kernel
def days_until(rate: float, exponential: float) -> int:
    """Return whole days until an event of constant rate, NEVER for rate 0; of a standard exponential."""
    if rate <= 0:
        return NEVER
    return min(NEVER, 1 + int(exponential / rate))


@kernel
def waiting_time(rate: float, u: float) -> int:
    """Return whole days until an event of constant rate, NEVER for rate 0; of a uniform number."""
    return days_until(rate, -math.log(u))


@kernel
def _death_and_new_lesion(
    p: DiseaseParameters, traits: Traits, arm: int, horizon: int, u: tuple[float, float, float, float]
) -> tuple[int, int]:
    """Return the days of death and of the first new lesion, by the summed hazard in steps of 21 days."""
    death_left, new_left = -math.log(u[0]), -math.log(u[1])
    death, new = NEVER, NEVER
    base_rate, power = p.death[arm] * traits.frailty, p.death_size_power[arm]
    for start in range(0, horizon, STEP_DAYS):
        ratio = size_ratio(traits.logit, traits.shrink, traits.growth, start + HALF * STEP_DAYS)
        ratio = min(max(ratio, LEAST_RATIO), MOST_RATIO)
        death_rate, new_rate = base_rate * ratio**power, p.new_lesion[arm] * ratio
        if new == NEVER:
            if new_rate * STEP_DAYS >= new_left:
                new = start + int(new_left / new_rate)
            new_left -= new_rate * STEP_DAYS
        if death_rate * STEP_DAYS >= death_left:
            death = start + 1 + int(death_left / death_rate)
            break
        death_left -= death_rate * STEP_DAYS
    return death, new


@kernel
def _measure_scan(
    p: DiseaseParameters,
    base: Baseline,
    nodes: Bools,
    lesion_traits: Floats,
    out: Disease,
    place: tuple[int, int],
    day: float,
    address: tuple[int, int, int],
) -> None:
    row, visit = place
    seed, trial, subject = address
    assessable = uniforms(seed, trial, subject, READER, 3 * visit)[0]
    blocks = (
        normals(seed, trial, subject, READER, 3 * visit + 1),
        normals(seed, trial, subject, READER, 3 * visit + 2),
    )
    unread = unread_target(assessable, p.not_assessable, base.targets[row]) if visit > 0 else NEVER
    for lesion in range(base.targets[row]):
        if lesion == unread:
            continue
        z = blocks[0][lesion] if lesion < len(blocks[0]) else blocks[1][0]
        ratio = size_ratio(lesion_traits[lesion, 0], lesion_traits[lesion, 1], lesion_traits[lesion, 2], day)
        true = true_diameter_mm(base.diameter_mm[row, lesion], ratio, nodes[lesion], p.normal_node_mm)
        noise = math.exp(p.reader_log_sd * z)
        out.diameter_mm[row, visit, lesion] = read_diameter_mm(
            true, noise, nodes[lesion], p.measured_from_mm, p.seen_from_mm
        )


@kernel
def _lesion_traits(
    p: DiseaseParameters, traits: Traits, lesions: Floats, address: tuple[int, int, int]
) -> None:
    """Fill logit, shrinkage and growth of each lesion: the subject's own, with some spread."""
    seed, trial, subject = address
    for lesion in range(MOST_TARGETS + 1):
        z = normals(seed, trial, subject, TRAITS, 1 + lesion)
        lesions[lesion, 0] = traits.logit + p.lesion_logit_sd * z[0]
        lesions[lesion, 1] = traits.shrink * math.exp(p.lesion_log_sd * z[1])
        lesions[lesion, 2] = traits.growth * math.exp(p.lesion_log_sd * z[2])


@kernel
def _scan_all(
    p: DiseaseParameters,
    base: Baseline,
    nodes: Bools,
    lesions: Floats,
    out: Disease,
    row: int,
    until: int,
    new_day: int,
    address: tuple[int, int, int],
) -> int:
    """Make every scan before a day and return how many, baseline included."""
    seed, trial, subject = address
    u = uniforms(seed, trial, subject, SCANS, 0)
    out.scan_day[row, 0] = -1 - int(u[0] * p.screening_days)
    has_nontarget = base.nontarget[row] != 0
    out.nontarget[row, 0] = NT_STABLE if has_nontarget else NT_NONE
    _measure_scan(p, base, nodes, lesions, out, (row, 0), 0.0, address)
    nadir, visit = 1.0, 1
    for planned in range(len(p.scan_days)):
        v = uniforms(seed, trial, subject, SCANS, 1 + planned)
        day = scan_day(p.scan_days[planned], p.jitter_low, p.jitter_high, v[0])
        if day >= until:
            break
        if v[1] < p.missed_scan:
            continue
        out.scan_day[row, visit], out.planned[row, visit] = day, planned + 1
        _measure_scan(p, base, nodes, lesions, out, (row, visit), day, address)
        if has_nontarget:
            trait = lesions[NONTARGET_LESION]
            ratio = size_ratio(trait[0], trait[1], trait[2], day)
            out.nontarget[row, visit] = nontarget_state(
                ratio, nadir, p.nontarget_gone, p.nontarget_progression
            )
            nadir = min(nadir, ratio)
        out.new_lesion[row, visit] = NEW_SEEN if new_day <= day else NEW_NO
        visit += 1
    return visit


@kernel
def _judge(nodes: Bools, out: Disease, row: int, visits: int, options: Options) -> int:
    """Fill the responses by RECIST 1.1 and return the visit of the first PD, or -1."""
    targets = len(nodes)
    codes = np.zeros((visits, CODES), np.int8)
    assess_subject(
        out.diameter_mm[row, :visits, :targets].astype(np.float64),
        nodes,
        True,  # noqa: FBT003 -- every virtual subject has a baseline scan
        out.nontarget[row, :visits],
        out.new_lesion[row, :visits],
        0,
        options,
        np.empty((visits, LENGTHS)),
        np.empty((visits, POSITIONS), np.int64),
        codes,
        np.zeros(visits, np.int64),
    )
    first = -1
    for visit in range(visits):
        out.target_response[row, visit] = codes[visit, TARGET]
        out.overall[row, visit] = codes[visit, OVERALL]
        if codes[visit, OVERALL] == PD and first < 0:
            first = visit
    return first


@small_kernel
def stop_day(rate: float, exponential: float, early: bool, u: float, first_scan: int) -> int:  # noqa: FBT001 -- a fact
    """Return the day of stopping without progression; before the first day of a scan (0: none) if early."""
    if early and first_scan > 0:
        return 1 + int(u * (first_scan - 1))
    return days_until(rate, exponential)


@small_kernel
def therapy_day(stop: int, u: float, share: float, exponential: float, wait: float) -> int:
    """Return the day of the next therapy of the share that has one after stopping."""
    if stop < NEVER and u < share:
        return stop + days_until(1.0 / wait, exponential)
    return NEVER


@kernel
def first_day_of_scans(p: DiseaseParameters) -> int:
    """Return the first day on which a scan can take place, 0 where none is planned."""
    return p.scan_days[0] + p.jitter_low if len(p.scan_days) > 0 else 0


@kernel
def _stop_and_therapy(p: DiseaseParameters, arm: int, address: tuple[int, int, int]) -> tuple[int, int, bool]:
    """Return the days of stopping without progression and of the therapy after it; and: before any scan?"""
    seed, trial, subject = address
    u = uniforms(seed, trial, subject, EVENTS, 1)
    w = uniforms(seed, trial, subject, THERAPY, 0)
    early = u[2] < p.no_first_scan[arm]
    stop = stop_day(p.stop[arm], -math.log(u[0]), early, u[3], first_day_of_scans(p))
    therapy = therapy_day(stop, w[0], p.therapy_after_stop, -math.log(w[1]), p.therapy_wait)
    return stop, therapy, early


@kernel
def _one(
    p: DiseaseParameters,
    base: Baseline,
    node: Bools,
    cutoff: int,
    out: Disease,
    row: int,
    address: tuple[int, int, int],
    options: Options,
) -> None:
    seed, trial, subject = address
    arm = base.arm[row]
    traits = traits_of(p, base, row, seed, trial, subject)
    u = uniforms(seed, trial, subject, EVENTS, 0)
    death, new_day = _death_and_new_lesion(p, traits, arm, cutoff + STEP_DAYS, u)
    lost = waiting_time(p.lost, u[2])
    stop, therapy, early = _stop_and_therapy(p, arm, address)
    end = min(cutoff + 1, death, lost, stop if early else therapy)
    targets = base.targets[row]
    nodes = np.empty(targets, np.bool_)
    for lesion in range(targets):
        nodes[lesion] = node[base.target_organ[row, lesion]]
    lesions = np.empty((MOST_TARGETS + 1, 3))
    _lesion_traits(p, traits, lesions, address)
    visits = _scan_all(p, base, nodes, lesions, out, row, end, new_day, address)
    progressed = _judge(nodes, out, row, visits, options)
    out.scans[row] = visits
    if progressed >= 0:
        out.scans[row] = progressed + 1
        out.progression[row] = out.scan_day[row, progressed]
        w = uniforms(seed, trial, subject, THERAPY, 1)
        after = out.progression[row] + waiting_time(1.0 / p.therapy_wait, w[1])
        therapy = min(therapy, after) if w[0] < p.therapy_after_progression else therapy
    out.death[row], out.lost[row], out.stop[row] = death, lost, stop
    out.therapy[row] = therapy if therapy < min(death, lost, cutoff + 1) else NEVER
    out.log_ratio[row] = math.log(size_ratio(traits.logit, traits.shrink, traits.growth, STEP_DAYS))


@kernel
def draw_disease(
    rows: tuple[int, int],
    p: DiseaseParameters,
    base: Baseline,
    node: Bools,
    cutoff: Ints,
    out: Disease,
    seed: int,
    trials: Ints,
    subjects: Ints,
    options: Options,
) -> None:
    """Fill some rows; `cutoff` is each subject's day of data cut-off, `node` says which organs are nodes."""
    for row in range(rows[0], rows[1]):
        address = (seed, trials[row], subjects[row])
        _one(p, base, node, cutoff[row], out, row, address, options)
