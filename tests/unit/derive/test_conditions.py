"""Conditions on records: what is met, what is not, and what nobody can know."""

import polars as pl
import pytest

from trialwright.derive.conditions import MET, NOT_MET, UNKNOWN, baseline_values, evaluate
from trialwright.derive.result_units import factor_between
from trialwright.errors import ConditionError, UnitError
from trialwright.protocol.baseline import BaselineVariable
from trialwright.protocol.condition import parse
from trialwright.sdtm.study_data import assemble


def dm(**columns):
    return pl.DataFrame({"STUDYID": "X", "DOMAIN": "DM", **columns})


def domain(code, **columns):
    return pl.DataFrame({"STUDYID": "X", "DOMAIN": code, **columns})


DM = dm(
    USUBJID=["1", "2", "3"], AGE=[17.0, 40.0, None], AGEU=["YEARS", "YEARS", "YEARS"], SEX=["F", "m", None]
)
EX = domain(
    "EX",
    USUBJID=["1", "2", "2"],
    EXSEQ=[1, 1, 2],
    EXTRT=["GEMCITABINE", "PLACEBO", "PLACEBO"],
    EXDOSE=[0.0, 0.0, 0.0],
    EXSTDTC=["2020-01-10", "2020-01-10", "2020-01-31"],
)


def judge(text, adsl=None, **domains):
    data = assemble({"DM": DM, **domains})
    verdict = evaluate(parse(text), data, adsl)
    assert verdict["BECAUSE"].null_count() == 0
    return verdict["RESULT"].to_list()


def test_an_age_that_is_missing_is_unknown():
    assert judge("DM.AGE >= 18") == [NOT_MET, MET, UNKNOWN]
    assert judge("not DM.AGE >= 18") == [MET, NOT_MET, UNKNOWN]


def test_an_age_in_months_is_compared_in_years():
    infants = dm(USUBJID=["1", "2"], AGE=[30.0, 18.0], AGEU=["MONTHS", "FORTNIGHTS"])
    data = assemble({"DM": infants})
    assert evaluate(parse("DM.AGE >= 18"), data)["RESULT"].to_list() == [NOT_MET, UNKNOWN]


def test_letter_case_of_values_does_not_matter():
    assert judge("DM.SEX == M") == [NOT_MET, MET, UNKNOWN]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DM.AGE >= 18 and DM.SEX == M", [NOT_MET, MET, UNKNOWN]),
        ("DM.AGE >= 18 and DM.SEX == F", [NOT_MET, NOT_MET, UNKNOWN]),
        ("DM.AGE >= 18 or DM.SEX == F", [MET, MET, UNKNOWN]),
        ("DM.AGE < 18 or not DM.SEX == F", [MET, MET, UNKNOWN]),
    ],
)
def test_unknown_joins_as_kleene_has_it(text, expected):
    assert judge(text) == expected


def test_unknown_does_not_matter_where_the_other_part_decides():
    sexes = dm(USUBJID=["1"], AGE=[None], AGEU=["YEARS"], SEX=["F"])
    data = assemble({"DM": sexes.with_columns(pl.col("AGE").cast(pl.Float64))})
    assert evaluate(parse("DM.AGE >= 18 and DM.SEX == M"), data)["RESULT"].to_list() == [NOT_MET]
    assert evaluate(parse("DM.AGE >= 18 or DM.SEX == F"), data)["RESULT"].to_list() == [MET]


MH = domain("MH", USUBJID=["1", "2"], MHSEQ=[1, 1], MHTERM=["a", "b"], MHCAT=["AUTOIMMUNE", "OTHER"])


def test_history_that_was_asked_for_and_is_absent_is_not_met():
    assert judge("MH.MHCAT == AUTOIMMUNE", MH=MH) == [MET, NOT_MET, NOT_MET]


def test_history_that_was_never_supplied_is_unknown():
    assert judge("MH.MHCAT == AUTOIMMUNE") == [UNKNOWN] * 3


def test_history_that_did_not_occur_does_not_count():
    denied = MH.with_columns(MHPRESP=pl.lit("Y"), MHOCCUR=pl.lit("N"))
    assert judge("MH.MHCAT == AUTOIMMUNE", MH=denied) == [NOT_MET] * 3
    assert judge("any MH", MH=denied) == [NOT_MET] * 3


def test_one_record_must_meet_both_ends_of_a_range():
    events = domain(
        "AE", USUBJID=["1", "1", "2"], AESEQ=[1, 2, 1], AETERM=["a", "b", "c"], AETOXGR=["1", "5", "3"]
    )
    assert judge("2 <= AE.AETOXGR <= 4", AE=events) == [NOT_MET, MET, NOT_MET]


def labs(values, units, visits=None, highs=None):
    count = len(values)
    return domain(
        "LB",
        USUBJID=[str(i + 1) for i in range(count)],
        LBSEQ=[1] * count,
        LBTESTCD=["NEUT"] * count,
        LBSTRESC=[None if value is None else f"{value:g}" for value in values],
        LBSTRESN=values,
        LBSTRESU=units,
        LBSTNRHI=highs or [None] * count,
        VISIT=visits or ["SCREENING"] * count,
        LBDTC=["2020-01-01"] * count,
    ).with_columns(pl.col("LBSTNRHI").cast(pl.Float64))


NEUT = "LB.NEUT at screening >= 1.5 10^9/L"


def test_neutrophils_at_just_below_and_missing():
    assert judge(NEUT, LB=labs([1.5, 1.49], ["10^9/L", "10^9/L"])) == [MET, NOT_MET, UNKNOWN]


def test_spellings_and_magnitudes_of_one_unit_convert():
    assert judge(NEUT, LB=labs([1.5, 1.49], ["GI/L", "10^3/uL"])) == [MET, NOT_MET, UNKNOWN]
    assert judge(NEUT, LB=labs([1500.0, 1490.0], ["/uL", "/uL"])) == [MET, NOT_MET, UNKNOWN]


def test_a_unit_that_does_not_convert_or_is_missing_is_unknown_and_never_guessed():
    assert judge(NEUT, LB=labs([1.5, 2.0], ["g/L", None])) == [UNKNOWN] * 3


def test_a_condition_without_unit_says_nothing_of_a_result_with_one():
    assert judge("LB.NEUT at screening >= 1.5", LB=labs([1.5, 2.0], ["10^9/L", "10^9/L"])) == [UNKNOWN] * 3


def test_times_the_upper_limit_of_the_same_record():
    frame = labs([30.0, 31.0, 30.0], ["umol/L"] * 3, highs=[20.0, 20.0, None])
    assert judge("LB.NEUT at screening <= 1.5 x ULN", LB=frame) == [MET, NOT_MET, UNKNOWN]


def test_only_the_asked_visit_counts():
    assert judge(NEUT, LB=labs([2.0, 2.0], ["10^9/L"] * 2, visits=["Screening 1", "WEEK 3"])) == [
        MET,
        UNKNOWN,
        UNKNOWN,
    ]


def test_baseline_is_the_last_result_up_to_the_first_dose():
    frame = domain(
        "LB",
        USUBJID=["1", "1", "1"],
        LBSEQ=[1, 2, 3],
        LBTESTCD=["NEUT"] * 3,
        LBSTRESC=["1", "2", "0.5"],
        LBSTRESN=[1.0, 2.0, 0.5],
        LBSTRESU=["10^9/L"] * 3,
        LBDTC=["2020-01-01", "2020-01-10", "2020-01-11"],
    )
    exposure = EX.with_columns(EXDOSE=pl.lit(1000.0))
    assert judge("LB.NEUT at baseline >= 1.5 10^9/L", LB=frame, EX=exposure) == [MET, UNKNOWN, UNKNOWN]


def test_a_dose_of_zero_is_no_treatment_unless_it_is_placebo():
    assert judge("treated", EX=EX) == [NOT_MET, MET, NOT_MET]
    assert judge("at least one dose") == [UNKNOWN] * 3


CM = domain(
    "CM",
    USUBJID=["1", "2", "2", "3"],
    CMSEQ=[1, 1, 2, 1],
    CMTRT=["Gemcitabine hydrochloride", "CISPLATIN", "GEMCITABINE", "CISPLATIN"],
    CMSTDTC=["2019-05", "2020-03-01", "2020-01", None],
)


def test_prior_treatment_began_before_the_first_dose():
    exposure = EX.with_columns(EXDOSE=pl.lit(1000.0))
    got = judge("prior [gemcitabine, cisplatin]", CM=CM, EX=exposure)
    # 1: before; 2: cisplatin later, gemcitabine in the month of the first dose; 3: no date
    assert got == [MET, UNKNOWN, UNKNOWN]
    assert judge("prior [oxaliplatin]", CM=CM, EX=exposure) == [NOT_MET] * 3
    assert judge("prior [gemcitabine]", EX=exposure) == [UNKNOWN] * 3


def test_a_category_says_prior_where_no_date_does():
    undated = CM.filter(pl.col("USUBJID") == "3").with_columns(CMCAT=pl.lit("PRIOR ANTI-CANCER THERAPY"))
    assert judge("prior [cisplatin]", CM=undated) == [NOT_MET, NOT_MET, MET]
    assert judge("prior anti-cancer therapy", CM=undated) == [NOT_MET, NOT_MET, MET]


def test_randomised_is_a_milestone_of_ds():
    milestones = domain(
        "DS", USUBJID=["2"], DSSEQ=[1], DSTERM=["x"], DSDECOD=["RANDOMIZED"], DSSTDTC=["2020-01-02"]
    )
    assert judge("randomised", DS=milestones) == [NOT_MET, MET, NOT_MET]
    assert judge("randomised") == [UNKNOWN] * 3


def test_dates_of_adsl_decide_where_it_is_at_hand():
    adsl = pl.DataFrame({"USUBJID": ["3", "1"], "LASTASDT": [None, "2020-02-01"]}).with_columns(
        pl.col("LASTASDT").str.to_date()
    )
    assert judge("assessed", adsl) == [NOT_MET, MET]


def test_the_order_of_records_does_not_matter():
    frame = labs([2.0, 1.0, 1.5], ["10^9/L"] * 3)
    assert judge(NEUT, LB=frame) == judge(NEUT, LB=frame.reverse())


def test_an_analysis_set_needs_its_study():
    with pytest.raises(ConditionError, match="not an analysis set"):
        judge("safety and treated")


def test_categories_take_the_first_condition_that_is_met():
    variable = BaselineVariable.model_validate(
        {
            "name": "age_group",
            "label": "Age",
            "kind": "categorical",
            "categories": {"minor": "DM.AGE < 18", "adult": "DM.AGE >= 18"},
        }
    )
    assert baseline_values(variable, assemble({"DM": DM}))["VALUE"].to_list() == ["minor", "adult", None]


def test_a_continuous_variable_is_shown_in_its_unit():
    variable = BaselineVariable.model_validate(
        {"name": "n", "label": "N", "kind": "continuous", "source": "LB.NEUT at screening", "unit": "10^9/L"}
    )
    frame = labs([1500.0, 2.0], ["/uL", "g/L"])
    assert baseline_values(variable, assemble({"DM": DM, "LB": frame}))["VALUE"].to_list() == [
        1.5,
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("recorded", "wanted", "factor"),
    [("g/L", "g/dL", 0.1), ("mg/dL", "g/L", 0.01), ("mmol/L", "umol/L", 1000), ("10^3/uL", "10^9/L", 1)],
)
def test_concentrations_convert(recorded, wanted, factor):
    assert factor_between(recorded, wanted) == pytest.approx(factor, rel=1e-12)


@pytest.mark.parametrize(("recorded", "wanted"), [("mg/dL", "umol/L"), ("10^9/L", "g/L"), ("furlong", "g/L")])
def test_mass_amount_and_count_do_not(recorded, wanted):
    with pytest.raises(UnitError):
        factor_between(recorded, wanted)
