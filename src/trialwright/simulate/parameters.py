"""What the kernels are told: numbers and arrays by arm, ready for machine code.

Times are days, sizes millimetres, rates per day. Arrays over arms have the arm as first axis.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Codes: TypeAlias = npt.NDArray[np.integer[Any]]
Bools: TypeAlias = npt.NDArray[np.bool_]


class BaselineParameters(NamedTuple):
    """Who is enrolled, where, when, and into which arm."""

    block: Ints
    """The arms of one permuted block, in order."""
    site_cumulative: Floats
    accrual_days: int
    age: Floats
    """Median, standard deviation, lowest, highest."""
    female: float
    height_cm: Floats
    """By sex (female, male): median, standard deviation of the logarithm."""
    weight_kg: Floats
    """By sex (female, male): median, standard deviation of the logarithm."""
    ecog_one: float
    primary_cumulative: Floats
    primary_organ: Ints
    metastasis: Floats
    """By organ: the probability of disease there, besides the primary site."""
    measurable: Bools
    node: Bools
    second_lesion: float
    prior_therapy: float
    prior_surgery: float
    diameter_median_mm: float
    diameter_log_sd: float


class DiseaseParameters(NamedTuple):
    """How tumours grow and shrink, how scans see them, and what ends a history."""

    sensitive_logit: Floats
    sensitive_sd: float
    prior_sensitive_logit: float
    shrink: Floats
    shrink_log_sd: float
    growth: Floats
    growth_log_sd: float
    lesion_log_sd: float
    lesion_logit_sd: float
    reader_log_sd: float
    seen_from_mm: float
    measured_from_mm: float
    normal_node_mm: float
    new_lesion: Floats
    not_assessable: float
    nontarget_gone: float
    nontarget_progression: float
    death: Floats
    death_size_power: Floats
    prior_death: float
    ecog_death: float
    growth_death: float
    lost: float
    no_first_scan: Floats
    stop: Floats
    therapy_after_progression: float
    therapy_after_stop: float
    therapy_wait: float
    missed_scan: float
    jitter_low: int
    jitter_high: int
    screening_days: int
    scan_days: Ints
    """Planned days of the scans after the reference date."""


class BloodParameters(NamedTuple):
    """How laboratory values answer to treatment; tests in the order of the rulebook."""

    baseline: Floats
    """By test: median, standard deviation of the logarithm, lowest, highest."""
    within: Floats
    effect: Floats
    """By arm and test: the change of the logarithm at the nadir of a full dose."""
    maintenance: Floats
    """By test: the effect in later phases relative to the first."""
    frailty: Floats
    """By test: standard deviation of the logarithm of the effect between subjects and cycles."""
    cumulative: Bools
    """By test: builds up over cycles instead of a nadir in each."""
    limits: Floats
    """By test: CTCAE limits of grades 1 to 4, infinite (worse side) where there is none."""
    low_is_worse: Bools
    decimals: Floats
    """By test: ten to the power of the decimals that the laboratory reports."""
    reported_from: Ints
    """By test: investigators report an adverse event from this grade."""
    needed: Floats
    """By test: the least value on day 1 of a cycle, -infinity where none is asked for."""
    needed_later: Floats
    """By test: the same on later days of a cycle."""
    reduce_from: Ints
    """By test: the grade after which the next cycle goes down a level."""
    nadir_day: float
    sharpness: float


class EventParameters(NamedTuple):
    """Adverse events other than laboratory ones; events in the order of the assumptions."""

    rate: Floats
    """By arm and event: probability in a cycle, while it is not there already."""
    maintenance: Floats
    grades: Floats
    """By event: cumulative probabilities of grades 1 to 5."""
    onset_cycle: Ints
    """By event: the first cycle in which it can happen; immune events come late."""
    duration_days: Floats
    frailty: float
    delays_from: int
    """An event of this grade delays the next cycle while it lasts."""


class TreatmentParameters(NamedTuple):
    """What is given, and when it is not."""

    cycle_days: Ints
    """By arm and phase."""
    most_cycles: Ints
    """By arm and phase; 0 where the arm has no such phase."""
    needs_control: Bools
    """By arm and phase: entered only with disease control."""
    levels: Floats
    """By arm and level: the dose relative to the first level."""
    lab_days: Ints
    """Days of a cycle, 1 first."""
    wait_days: int
    most_waits: int
    first_dose_wait: int
    markers: Floats
    """By marker: median, log sd between subjects, log sd within, effect of tumour shrinkage."""
    marker_cycles: Ints
    """Serum is taken at baseline and on day 1 of these cycles."""
