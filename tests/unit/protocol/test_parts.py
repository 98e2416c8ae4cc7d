"""Durations, doses, schedules and variants as a protocol writes them."""

import pytest
from pydantic import ValidationError

from trialwright.protocol.censoring import NewTherapy, WithoutEvent
from trialwright.protocol.duration import Duration
from trialwright.protocol.endpoints import ResponseEndpoint, TimeToEventEndpoint, paramcd_of
from trialwright.protocol.regimen import Cycles, Dose, DoseUnit, Drug, TreatmentPhase
from trialwright.protocol.response_rules import ResponseRules
from trialwright.protocol.schedule import TumourSchedule
from trialwright.rulebook import read_table


@pytest.mark.parametrize(
    ("text", "days"), [("28 days", 28), ("1 day", 1), ("6 weeks", 42), ("12 months", 365), ("1 year", 365)]
)
def test_durations_in_days(text, days):
    assert Duration.model_validate(text).days == days


def test_months_stay_months():
    assert Duration.model_validate("12 months").months == 12
    assert Duration.model_validate("1 year").months == pytest.approx(12, rel=1e-12)


@pytest.mark.parametrize(
    "text", ["6 wekes", "six weeks", "-3 days", "6", "", "1e9 days", "nan days", "99999999 days"]
)
def test_what_is_not_a_duration_is_refused(text):
    with pytest.raises(ValidationError):
        Duration.model_validate(text)


def test_typed_and_written_forms_are_the_same():
    assert Duration.model_validate("6 weeks") == Duration.model_validate({"amount": 6, "unit": "weeks"})
    assert Dose.model_validate("3 mg/kg") == Dose.model_validate({"amount": 3, "unit": "mg/kg"})


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("3 mg/kg", 3, DoseUnit.MG_PER_KG),
        ("1000 mg/m2", 1000, DoseUnit.MG_PER_M2),
        ("75 mg/m²", 75, DoseUnit.MG_PER_M2),
        ("240 mg", 240, DoseUnit.MG),
        ("AUC 5", 5, DoseUnit.AUC),
        ("label", None, DoseUnit.LABEL),
    ],
)
def test_doses(text, amount, unit):
    dose = Dose.model_validate(text)
    assert (dose.amount, dose.unit) == (amount, unit)


@pytest.mark.parametrize("text", ["3 mg/kq", "3", "AUC 50", "mg/kg", "-3 mg", "3 g"])
def test_what_is_not_a_dose_is_refused(text):
    with pytest.raises(ValidationError):
        Dose.model_validate(text)


def _drug(**changes):
    return Drug.model_validate({"name": "a", "dose": "75 mg/m2", "route": "iv", "days": [1], **changes})


def test_days_1_to_14():
    assert _drug(days="1-14").days == tuple(range(1, 15))
    assert _drug(days="1, 8").days == (1, 8)


@pytest.mark.parametrize(
    "changes",
    [
        {"levels": [75, 80]},
        {"levels": [60]},
        {"days": [8, 1]},
        {"days": [1, 1]},
        {"days": [0]},
        {"days": "14-1"},
        {"days": []},
        {"dose": "0 mg"},
        {"dose": "label"},
        {"route": "oral", "infusion_minutes": 30},
        {"times_a_day": 0},
    ],
)
def test_drugs_that_cannot_be_given_so_are_refused(changes):
    with pytest.raises(ValidationError):
        _drug(**changes)


def test_a_drug_is_given_within_its_cycle():
    drug = _drug(days=[1, 22])
    with pytest.raises(ValidationError, match="within the cycle"):
        TreatmentPhase(
            phase="x", cycles=Cycles(length=Duration.model_validate("3 weeks"), at_most=6), drugs=(drug,)
        )


def test_scans_every_six_weeks_then_every_twelve():
    schedule = TumourSchedule.model_validate(
        {"every": [{"every": "6 weeks", "until": "24 weeks"}, "12 weeks"]}
    )
    assert list(schedule.planned_days(340)) == [42, 84, 126, 168, 252, 336]


@pytest.mark.parametrize("every", ["0 days", ["6 weeks", "12 weeks"], []])
def test_schedules_that_do_not_follow_are_refused(every):
    with pytest.raises(ValidationError):
        TumourSchedule.model_validate({"every": every})


def test_response_rules_default_to_recist_as_the_rules_state_it():
    rules = ResponseRules.model_validate({"source": "lesions", "reference_date": "first dose"})
    assert (rules.minimum_sd_days, rules.confirmation_days, rules.confirmation_tolerance_days) == (42, 28, 0)
    assert (rules.max_not_evaluable, rules.sd_between_prs) == (1, False)
    best = read_table("recist-1.1.toml")["best_response"]
    assert rules.reappearance_after_cr_is_pd == best["reappearance_after_complete_response_is_progression"]
    assert rules.assessor.evaluator == "INVESTIGATOR"


PFS = {
    "type": "time-to-event",
    "start": "first dose",
    "events": ["progression", "death"],
    "censor": {"new_therapy": "before it", "missed_assessments": 2},
    "variants": {
        "new therapy counts": {"censor": {"new_therapy": "event"}},
        "all": {"censor": {"missed_assessments": "ignore"}, "set": "safety"},
    },
}


def test_a_variant_changes_only_what_it_names():
    pfs = TimeToEventEndpoint.model_validate(PFS)
    counted = pfs.variant("new therapy counts")
    assert counted.censor.new_therapy is NewTherapy.EVENT
    assert counted.censor.missed_assessments == 2
    everyone = pfs.variant("all")
    assert (everyone.censor.missed_assessments, everyone.set) == (None, "safety")
    assert everyone.censor.new_therapy is NewTherapy.BEFORE
    assert pfs.variant("primary") == pfs


def test_survival_is_censored_when_last_known_alive_and_progression_at_the_last_scan():
    pfs = TimeToEventEndpoint.model_validate(PFS)
    assert pfs.censor_at is WithoutEvent.LAST_ASSESSMENT
    overall = TimeToEventEndpoint.model_validate(
        {"type": "time-to-event", "start": "first dose", "events": ["death"]}
    )
    assert overall.censor_at is WithoutEvent.LAST_ALIVE


def test_a_confirmed_variant_of_a_response_rate():
    rate = ResponseEndpoint.model_validate(
        {"type": "response", "of": ["CR", "PR"], "variants": {"confirmed": {"confirmed": "yes"}}}
    )
    assert (rate.best_response, rate.variant("confirmed").best_response) == ("BOR", "CBOR")


def test_parameter_codes_are_at_most_eight_capitals():
    pfs = TimeToEventEndpoint.model_validate(PFS)
    assert paramcd_of("PFS", pfs) == "PFS"
    assert paramcd_of("time to next therapy", pfs) == "TIMETONE"
    with pytest.raises(ValueError, match="paramcd"):
        paramcd_of("生存", pfs)


@pytest.mark.parametrize(
    "compare",
    [
        {"arms": ["A", "A"]},
        {"arms": ["A", "B"], "question": "non-inferior"},
        {"arms": ["A", "B"], "margin": 1.3},
        {"arms": ["A", "B"], "question": "non-inferior", "margin": 0.8},
        {"arms": ["A"]},
        {"arms": ["A", "B"], "rho": 1},
        {"arms": ["A", "B"], "test": "MaxCombo", "gamma": 1},
        {"arms": ["A", "B"], "test": "MaxCombo", "question": "non-inferior", "margin": 1.3},
    ],
)
def test_comparisons_that_answer_no_question_are_refused(compare):
    with pytest.raises(ValidationError):
        TimeToEventEndpoint.model_validate({**PFS, "compare": compare})
