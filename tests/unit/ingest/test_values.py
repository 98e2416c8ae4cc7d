"""One cell by the rule of its column."""

from __future__ import annotations

import datetime as dt

import pytest

from trialwright.ingest.mapping import ColumnRule
from trialwright.ingest.outcomes import RefusedValueError
from trialwright.ingest.tables import Cell
from trialwright.ingest.values import read_cell

EPOCH = dt.date(1899, 12, 30)


def read(value, **rule):
    return read_cell(Cell(value), ColumnRule.model_validate(rule), EPOCH, None)


def refused(value, **rule):
    with pytest.raises(RefusedValueError) as caught:
        read(value, **rule)
    return caught.value.code


@pytest.mark.parametrize(
    ("written", "unit", "recorded", "millimetres"),
    [
        (32, "mm", ("32", "mm"), 32.0),
        ("3.2", "cm", ("3.2", "cm"), 32.0),
        ("3.2cm", "mm", ("3.2", "cm"), 32.0),
        ("3.2 CM", "mm", ("3.2", "cm"), 32.0),
        ("３.２ｃｍ", "mm", ("3.2", "cm"), 32.0),
        ("32 毫米", "cm", ("32", "mm"), 32.0),
        (0.1 + 0.2, "cm", ("0.3", "cm"), 3.0),
    ],
)
def test_lengths_become_mm_and_keep_what_was_recorded(written, unit, recorded, millimetres):
    reading = read_cell(Cell(written), ColumnRule(unit=unit), EPOCH, None)
    assert (reading.text, reading.unit) == recorded
    assert (reading.standard, reading.standard_unit) == (millimetres, "mm")


def test_the_unit_in_the_cell_stands_and_that_is_a_repair():
    assert read_cell(Cell("3.2cm"), ColumnRule(unit="mm"), EPOCH, None).repairs == ("unit-in-cell",)
    assert read_cell(Cell("32mm"), ColumnRule(unit="mm"), EPOCH, None).repairs == ()


def test_the_unit_of_the_row_comes_from_its_column():
    reading = read_cell(Cell("3.2"), ColumnRule(unit_from="unit"), EPOCH, None, "cm")
    assert reading.standard == 32.0


@pytest.mark.parametrize(
    ("choice", "millimetres"), [("longest", 32.0), ("shortest", 20.0), ("first", 20.0), ("second", 32.0)]
)
def test_of_two_diameters_the_named_one_is_taken(choice, millimetres):
    reading = read_cell(Cell("20×32mm"), ColumnRule(unit="mm", diameters=choice), EPOCH, None)
    assert reading.standard == millimetres
    assert reading.repairs == ("one-of-two-diameters",)


def test_two_diameters_are_refused_where_the_mapping_names_none():
    assert refused("20×32", unit_from="unit") == "not-a-number"


def test_a_decimal_comma_is_read_where_it_is_declared():
    assert read("4,5", number="yes", decimal="comma").number == 4.5
    assert refused("4,5", number="yes") == "not-a-number"


@pytest.mark.parametrize(
    ("value", "rule", "code"),
    [
        ("about 30", {"number": "yes"}, "not-a-number"),
        ("<5", {"number": "yes"}, "not-a-number"),
        ("30 kg", {"number": "yes"}, "wrong-unit"),
        (200, {"number": "yes", "between": [0, 120]}, "outside"),
        ("perhaps", {"words": "yes_no"}, "unknown-word"),
        (dt.datetime(2020, 5, 6), {}, "turned-into-date"),  # noqa: DTZ001 - 5-6 typed into a spreadsheet
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(value, rule, code):
    assert refused(value, **rule) == code


def test_a_negative_length_is_refused():
    with pytest.raises(RefusedValueError, match="below 0"):
        read_cell(Cell(-5), ColumnRule(unit="mm"), EPOCH, None)


@pytest.mark.parametrize(
    ("word", "list_name", "term"),
    [
        ("男", "sex", "M"),
        ("female", "sex", "F"),
        ("部分缓解", "response", "PR"),
        ("Partial  Response", "response", "PR"),
        ("非CR/非PD", "response", "NON-CR/NON-PD"),
        ("有", "yes_no", "Y"),
        ("Ⅲ级", "grade", "3"),
        ("肝", "organ", "LIVER"),
        ("死亡", "survival_status", "DEAD"),
    ],
)
def test_words_of_charts_become_terms(word, list_name, term):
    reading = read(word, words=list_name)
    assert (reading.text, reading.recorded) == (term, " ".join(word.replace("Ⅲ", "III").split()))


@pytest.mark.parametrize("nothing", [None, "", "  ", "-", "NA", "n/a", "不详", "／"])
def test_words_for_nothing_say_nothing(nothing):
    assert read(nothing, number="yes") is None


def test_a_word_that_the_mapping_replaces_is_not_nothing():
    assert read("-", words="yes_no", values={"-": "N"}).text == "N"


def test_a_word_that_stands_for_a_length_is_kept_as_a_word():
    reading = read_cell(Cell("NE"), ColumnRule(unit="mm", values={"NE": "NOT EVALUABLE"}), EPOCH, None)
    assert (reading.text, reading.number) == ("NOT EVALUABLE", None)


def test_digits_are_padded_so_that_1_and_001_are_one_patient():
    assert read(1, pad=3).text == read("001", pad=3).text == "001"


def test_full_width_text_is_repaired_by_name():
    assert read("ＰＲ", words="response").repairs == ("plain-characters",)
