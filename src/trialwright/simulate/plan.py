"""From a study and its assumptions to the numbers that the kernels take."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trialwright.derive.recist.options import Options
from trialwright.errors import StudyFileError
from trialwright.protocol.duration import DAYS_PER_MONTH
from trialwright.protocol.response_rules import CrThenPr, ReferenceDate
from trialwright.simulate.course import Plan
from trialwright.simulate.facts import lab_tests, organs, rulebook
from trialwright.simulate.parameters import (
    BaselineParameters,
    BloodParameters,
    Bools,
    DiseaseParameters,
    EventParameters,
    Floats,
    TreatmentParameters,
)

if TYPE_CHECKING:
    from trialwright.protocol.regimen import Drug
    from trialwright.protocol.study import Study
    from trialwright.simulate.scenario import Assumptions

ONE_ARM = "All"
MOST_CYCLES_WITHOUT_LIMIT = 34
GRADES = 5
LOWEST_AT_BASELINE = 0.75
DEFAULT_LAB_DAYS = (1, 8, 15)
CR_THEN_PR = {CrThenPr.ARITHMETIC: 0, CrThenPr.SD: 1, CrThenPr.PD: 2, CrThenPr.PR: 3}


@dataclass(frozen=True, slots=True)
class TrialPlan:
    """A study and its assumptions, ready to be simulated.

    `capacity` is the largest number of cycles; `horizon` the days from the first enrolment to the
    data cut-off; `arms` the keys of the study's arms, or one word where there are none.
    """

    study: Study
    assumptions: Assumptions
    arms: tuple[str, ...]
    horizon: int
    capacity: int
    baseline: BaselineParameters
    disease: DiseaseParameters
    treatment: Plan
    node: Bools
    options: Options


def make_plan(study: Study, assumptions: Assumptions) -> TrialPlan:
    """Return the plan.

    Raises:
        StudyFileError: the assumptions name arms, organs or tests that do not exist.
    """
    arms = tuple(study.arms) or (ONE_ARM,)
    horizon = (assumptions.cutoff - assumptions.accrual.first).days
    if assumptions.cutoff <= assumptions.accrual.last:
        raise StudyFileError.at(
            "assumptions.yaml: cutoff",
            f"{assumptions.cutoff} is not after the last day of accrual, {assumptions.accrual.last}",
        )
    capacity = max(_most_cycles(study, arms).sum(axis=1))
    scan_days = np.array(list(study.assessments.tumour.planned_days(horizon)), np.int64)
    return TrialPlan(
        study=study,
        assumptions=assumptions,
        arms=arms,
        horizon=horizon,
        capacity=int(capacity),
        baseline=_baseline(study, assumptions, arms),
        disease=_disease(study, assumptions, arms, scan_days),
        treatment=Plan(
            _treatment(study, assumptions, arms), _blood(assumptions, arms), _events(assumptions, arms)
        ),
        node=np.array([organ.node for organ in organs()], np.bool_),
        options=response_options(study),
    )


def _starts_with_dose(study: Study) -> bool:
    """Say whether the reference date, day 0 of the simulation, is that of the first dose."""
    return study.response.reference_date is ReferenceDate.FIRST_DOSE


def response_options(study: Study) -> Options:
    """Return the response rules of a study as the compiled rules take them."""
    rules = study.response
    return Options(
        minimum_sd_days=rules.minimum_sd_days,
        confirmation_days=rules.confirmation_days,
        confirmation_tolerance_days=rules.confirmation_tolerance_days,
        max_not_evaluable=rules.max_not_evaluable,
        sd_between_prs=rules.sd_between_prs,
        cr_then_pr=CR_THEN_PR[rules.cr_then_pr],
        reappearance_after_cr_is_pd=rules.reappearance_after_cr_is_pd,
    ).compiled()


def per_arm(value: float | Mapping[str, float], arms: Sequence[str], what: str) -> Floats:
    """Return a value for each arm.

    Raises:
        StudyFileError: an arm has no value, or a value is for an arm that is not in the study.
    """
    if not isinstance(value, Mapping):
        return np.full(len(arms), float(value))
    if set(value) != set(arms):
        raise StudyFileError.at(
            f"assumptions.yaml: {what}",
            f"values for {', '.join(value)}",
            expected=f"one for each of {', '.join(arms)}",
        )
    return np.array([float(value[arm]) for arm in arms])


def _cumulative(weights: Sequence[float]) -> Floats:
    total = np.cumsum(np.asarray(weights, float))
    return np.asarray(total / total[-1])


def _organ_number(name: str, what: str) -> int:
    names = [organ.name for organ in organs()]
    if name not in names:
        raise StudyFileError.at(
            f"assumptions.yaml: {what}", f"organ {name!r}", expected=f"one of {', '.join(names)}"
        )
    return names.index(name)


def _block(study: Study, arms: Sequence[str]) -> list[int]:
    """Return one permuted block: the arms in the ratio of the study, as often as its smallest block asks."""
    if study.randomisation is None:
        return [0]
    ratio = study.randomisation.ratio
    once = [arm for number, name in enumerate(arms) for arm in [number] * ratio[name]]
    size = min(study.randomisation.sizes, default=len(once))
    return once * (size // len(once))


def _baseline(study: Study, assumptions: Assumptions, arms: Sequence[str]) -> BaselineParameters:
    given, size = assumptions.baseline, assumptions.tumour.diameter_mm
    metastasis = np.zeros(len(organs()))
    for name, share in given.metastases.items():
        metastasis[_organ_number(name, "baseline.metastases")] = share
    sexes = (given.height_cm.female, given.height_cm.male), (given.weight_kg.female, given.weight_kg.male)
    return BaselineParameters(
        block=np.array(_block(study, arms), np.int64),
        site_cumulative=_cumulative(list(assumptions.accrual.sites.values())),
        accrual_days=(assumptions.accrual.last - assumptions.accrual.first).days + 1,
        age=np.array([given.age.median, given.age.sd, given.age.lowest, given.age.highest]),
        female=given.female,
        height_cm=np.array([[one.median, one.log_sd] for one in sexes[0]]),
        weight_kg=np.array([[one.median, one.log_sd] for one in sexes[1]]),
        ecog_one=given.ecog_one,
        primary_cumulative=_cumulative([site.share for site in given.diagnosis.values()]),
        primary_organ=np.array(
            [_organ_number(site.organ, "baseline.diagnosis") for site in given.diagnosis.values()]
        ),
        metastasis=metastasis,
        measurable=np.array([organ.measurable for organ in organs()], np.bool_),
        node=np.array([organ.node for organ in organs()], np.bool_),
        second_lesion=given.second_lesion,
        prior_therapy=given.prior_therapy,
        prior_surgery=given.prior_surgery,
        diameter_median_mm=size.median,
        diameter_log_sd=size.log_sd,
    )


def _disease(
    study: Study, assumptions: Assumptions, arms: Sequence[str], scan_days: np.ndarray
) -> DiseaseParameters:
    tumour, outcome = assumptions.tumour, assumptions.outcome

    def monthly(value: float | Mapping[str, float], what: str) -> Floats:
        return np.asarray(per_arm(value, arms, what) / DAYS_PER_MONTH)

    window = study.assessments.tumour.window.days
    return DiseaseParameters(
        sensitive_logit=per_arm(tumour.sensitive_logit, arms, "tumour.sensitive_logit"),
        sensitive_sd=tumour.sensitive_sd,
        prior_sensitive_logit=tumour.prior_therapy_logit,
        shrink=monthly(tumour.shrink_per_month, "tumour.shrink_per_month"),
        shrink_log_sd=tumour.shrink_log_sd,
        growth=monthly(tumour.growth_per_month, "tumour.growth_per_month"),
        growth_log_sd=tumour.growth_log_sd,
        lesion_log_sd=tumour.lesion_log_sd,
        lesion_logit_sd=tumour.lesion_logit_sd,
        reader_log_sd=tumour.reader_log_sd,
        seen_from_mm=tumour.seen_from_mm,
        measured_from_mm=tumour.measured_from_mm,
        normal_node_mm=tumour.normal_node_mm,
        new_lesion=monthly(tumour.new_lesion_per_month, "tumour.new_lesion_per_month"),
        not_assessable=tumour.not_assessable,
        nontarget_gone=tumour.non_target_gone,
        nontarget_progression=tumour.non_target_progression,
        death=monthly(outcome.death_per_month, "outcome.death_per_month"),
        death_size_power=per_arm(outcome.death_size_power, arms, "outcome.death_size_power"),
        prior_death=outcome.death_prior_therapy,
        ecog_death=outcome.death_ecog_one,
        growth_death=outcome.death_growth,
        lost=outcome.lost_per_month / DAYS_PER_MONTH,
        no_first_scan=per_arm(outcome.no_first_scan, arms, "outcome.no_first_scan"),
        stop=monthly(outcome.stop_per_month, "outcome.stop_per_month"),
        therapy_after_progression=outcome.therapy_after_progression,
        therapy_after_stop=outcome.therapy_after_stop,
        therapy_wait=outcome.therapy_wait_days,
        missed_scan=tumour.missed_scan,
        jitter_low=-min(tumour.early_days, window),
        jitter_high=min(tumour.late_days, window),
        screening_days=study.assessments.tumour.baseline_within.days,
        scan_days=scan_days,
    )


def _most_cycles(study: Study, arms: Sequence[str]) -> np.ndarray:
    phases = [study.phases_of(arm) for arm in arms]
    most = np.zeros((len(arms), max(len(one) for one in phases)), np.int64)
    for row, own in enumerate(phases):
        for column, phase in enumerate(own):
            most[row, column] = phase.cycles.at_most or MOST_CYCLES_WITHOUT_LIMIT
    return most


def _levels(drugs: Sequence[Drug]) -> list[float]:
    """Return the mean dose of each level relative to the first, over the drugs that have levels."""
    reducible = [drug.levels for drug in drugs if len(drug.levels) > 1]
    if not reducible:
        return [1.0]
    count = max(len(levels) for levels in reducible)
    padded = np.array([[*levels, *([levels[-1]] * (count - len(levels)))] for levels in reducible])
    return list((padded / padded[:, :1]).mean(axis=0))


def scheduled_blood(study: Study) -> tuple[int, ...]:
    """Return the days of a cycle on which the protocol takes blood."""
    laboratory = study.assessments.laboratory
    return laboratory.days_of_cycle if laboratory else DEFAULT_LAB_DAYS


def _treatment(study: Study, assumptions: Assumptions, arms: Sequence[str]) -> TreatmentParameters:
    most = _most_cycles(study, arms)
    length, control = np.ones_like(most), np.zeros(most.shape, np.bool_)
    relative: list[list[float]] = []
    for row, arm in enumerate(arms):
        phases = study.phases_of(arm)
        for column, phase in enumerate(phases):
            length[row, column] = phase.cycles.length.days
            control[row, column] = phase.enter_if is not None
        relative.append(_levels([drug for phase in phases for drug in phase.drugs]))
    width = max(len(levels) for levels in relative)
    markers = assumptions.markers
    waits = rulebook()["retreatment"]
    return TreatmentParameters(
        cycle_days=length,
        most_cycles=most,
        needs_control=control,
        levels=np.array([[*levels, *([levels[-1]] * (width - len(levels)))] for levels in relative]),
        lab_days=np.array(
            sorted({1, *scheduled_blood(study), *assumptions.unscheduled_blood_days}), np.int64
        ),
        wait_days=waits["wait_days"],
        most_waits=waits["most_waits"],
        first_dose_wait=0 if _starts_with_dose(study) else assumptions.first_dose_within_days,
        markers=np.array(
            [
                [one.baseline.median, one.baseline.log_sd, one.within_log_sd, one.shrinkage_effect]
                for one in (markers.tests.values() if markers else ())
            ],
        ).reshape(-1, 4),
        marker_cycles=np.array(markers.cycles if markers else (), np.int64),
    )


def _blood(assumptions: Assumptions, arms: Sequence[str]) -> BloodParameters:
    tests = lab_tests()
    if set(assumptions.laboratory) != {test.code for test in tests}:
        raise StudyFileError.at(
            "assumptions.yaml: laboratory",
            f"tests {', '.join(assumptions.laboratory)}",
            expected=", ".join(test.code for test in tests),
        )
    given = [assumptions.laboratory[test.code] for test in tests]
    retreatment, later, reduction = (rulebook()[name] for name in ("retreatment", "later_days", "reduction"))
    course = rulebook()["marrow_course"]
    return BloodParameters(
        baseline=np.array(
            [
                [
                    one.baseline.median,
                    one.baseline.log_sd,
                    max(LOWEST_AT_BASELINE * test.low, retreatment.get(test.code, 0.0))
                    if test.low_is_worse
                    else 0.0,
                    math.inf if test.low_is_worse else test.high,
                ]
                for one, test in zip(given, tests, strict=True)
            ]
        ),
        within=np.array([one.within_log_sd for one in given]),
        effect=np.array(
            [
                per_arm(one.effect, arms, f"laboratory.{test.code}.effect")
                for one, test in zip(given, tests, strict=True)
            ]
        ).T.copy(),
        maintenance=np.array([one.maintenance for one in given]),
        frailty=np.array([one.frailty_log_sd for one in given]),
        cumulative=np.array([one.cumulative for one in given], np.bool_),
        limits=np.array([test.limits() for test in tests]),
        low_is_worse=np.array([test.low_is_worse for test in tests], np.bool_),
        decimals=np.array([10.0**test.decimals for test in tests]),
        reported_from=np.array([one.reported_from for one in given], np.int64),
        needed=np.array([retreatment.get(test.code, -math.inf) for test in tests]),
        needed_later=np.array([later.get(test.code, -math.inf) for test in tests]),
        reduce_from=np.array([reduction.get(test.code, GRADES + 1) for test in tests], np.int64),
        nadir_day=float(course["nadir_day"]),
        sharpness=float(course["sharpness"]),
    )


def _events(assumptions: Assumptions, arms: Sequence[str]) -> EventParameters:
    given = assumptions.adverse_events
    terms = given.terms
    rates = [per_arm(one.per_cycle, arms, f"adverse_events: {one.term}") for one in terms]
    grades = [_cumulative([*one.grades, *([0.0] * (GRADES - len(one.grades)))]) for one in terms]
    return EventParameters(
        rate=np.array(rates).reshape(len(terms), len(arms)).T.copy(),
        maintenance=np.array([one.maintenance for one in terms]),
        grades=np.array(grades).reshape(len(terms), GRADES),
        onset_cycle=np.array([one.from_cycle for one in terms], np.int64),
        duration_days=np.array([one.lasts_days for one in terms]),
        frailty=given.frailty_log_sd,
        delays_from=given.delays_from,
    )
