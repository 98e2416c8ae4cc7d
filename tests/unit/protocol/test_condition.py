"""The condition language: what a clinician writes, and what a wrong condition is told."""

import pytest

from trialwright.errors import ConditionError
from trialwright.protocol.condition import (
    And,
    Compare,
    Exists,
    FactHolds,
    Member,
    Not,
    Operator,
    Or,
    Prior,
    parse,
)
from trialwright.protocol.condition import (
    Test as OneTest,
)
from trialwright.protocol.condition_words import Fact


def test_an_age_range_is_two_tests_of_one_value():
    root = parse("18 <= DM.AGE <= 75").root
    assert isinstance(root, Compare)
    assert root.tests == (OneTest(Operator.AT_LEAST, (18.0,)), OneTest(Operator.AT_MOST, (75.0,)))


def test_a_laboratory_limit_keeps_its_time_and_unit():
    root = parse("LB.NEUT at screening >= 1.5 10^9/L").root
    assert isinstance(root, Compare)
    assert (root.field.domain, root.field.variable, root.field.anchor) == ("LB", "NEUT", "screening")
    assert (root.tests, root.unit) == ((OneTest(Operator.AT_LEAST, (1.5,)),), "10^9/L")


@pytest.mark.parametrize("text", ["LB.BILI at screening <= 1.5 x ULN", "LB.BILI at screening <= 1.5 ULN"])
def test_times_the_upper_limit_of_normal(text):
    root = parse(text).root
    assert isinstance(root, Compare)
    assert root.unit == "ULN"


def test_diagnoses_of_several_words_need_no_quotes_in_a_list():
    root = parse("MH.MHDECOD in [CHOLANGIOCARCINOMA, GALLBLADDER CANCER]").root
    assert isinstance(root, Compare)
    assert root.tests[0].values == ("CHOLANGIOCARCINOMA", "GALLBLADDER CANCER")


@pytest.mark.parametrize("text", ["prior gemcitabine or cisplatin", "prior [gemcitabine, cisplatin]"])
def test_prior_treatments_in_both_spellings(text):
    assert parse(text).root == Prior(("gemcitabine", "cisplatin"))


def test_or_after_a_prior_treatment_may_also_join_a_fact():
    assert parse("prior gemcitabine or randomised").root == Or(
        (Prior(("gemcitabine",)), FactHolds(Fact.RANDOMISED))
    )


def test_sets_and_facts_read_as_in_a_protocol():
    root = parse("safety and at least one tumour assessment after baseline").root
    assert root == And((Member("safety"), FactHolds(Fact.ASSESSED)))
    assert parse("disease control at the end of induction").root == FactHolds(
        Fact.DISEASE_CONTROL, "induction"
    )


def test_not_binds_tighter_than_and_tighter_than_or():
    root = parse("not any AE and treated or enrolled").root
    assert root == Or((And((Not(Exists("AE")), FactHolds(Fact.TREATED))), FactHolds(Fact.ENROLLED)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("DM.AEG > 3", "did you mean 'AGE'"),
        ("DM.AGE = 5", "'=='"),
        ("(enrolled", "expected ')'"),
        ("any EXX", "did you mean 'EX'"),
        ("MH.CAT == X", "did you mean 'MH.MHCAT'"),
        ("DM.AGE >= old", "expected a number"),
        ("XX.AGE == 1", "SDTM domain"),
        ("LB.NEUT >= 1.5 10^9/L", "at screening"),
        ("MH.MHCAT at screening == X", "no time here"),
        ("MH.MHDECOD != CHOLANGIOCARCINOMA", "not MH.MHDECOD =="),
        ("MH.MHDECOD not in [A, B]", "no such record"),
        ("", "the condition ends"),
        ("enrolled enrolled", "'and', 'or'"),
        ("prior", "a treatment"),
        ("DM.AGE in [", "a value"),
        ("not " * 60 + "enrolled", "deeper"),
        ("enrolled and " * 400, "characters"),
        ("5 == DM.AGE <= 7", "a range"),
        ("DM.SEX == 'F", "cannot stand here"),
    ],
)
def test_a_wrong_condition_says_what_was_expected(text, said):
    with pytest.raises(ConditionError, match=r"condition") as error:
        parse(text)
    assert said in str(error.value)


def test_the_position_counts_from_one():
    with pytest.raises(ConditionError, match=r"position 8: found '='"):
        parse("DM.AGE = 5")
