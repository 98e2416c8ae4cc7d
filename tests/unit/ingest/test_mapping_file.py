"""A wrong mapping.yaml is told whole: each problem with its line and the nearest spelling."""

from __future__ import annotations

import pytest
from typed_books import HEAD, PATIENTS, TWO_PATIENTS

from trialwright.errors import StudyFileError
from trialwright.ingest.read_mapping import parse_mapping, read_mapping


def problems(text):
    with pytest.raises(StudyFileError) as caught:
        parse_mapping(text)
    return str(caught.value)


def test_several_problems_come_at_once_with_lines_and_nearest_spellings():
    told = problems(PATIENTS.replace("words: sex", "word: sex").replace("AGE: age", "AGEE: age"))
    assert "mapping.yaml:9  sheets[1].columns.sex.word: found the unknown key 'word'" in told
    assert "did you mean 'words'?" in told
    assert "variables of DM, not 'AGEE'; did you mean 'AGE'?" in told


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ("words: sex", "words: sexx", "did you mean 'sex'"),
        ("domain: EX", "domain: EXX", "did you mean 'EX'"),
        ("[yyyy-mm-dd, dd.mm.yyyy]}", "[mm.dd]}", "has no year"),
        ("number: yes", "number: maybe", "yes or no"),
        ("number: yes, between: [18, 100]", "between: [18, 100]", "only with number or unit"),
        ("number: yes, between: [18, 100]", "number: yes, words: sex", "not several"),
        ("study: small", "stduy: small", "did you mean 'study'"),
        ("SEX: sex", "USUBJID: sex", "made from `study` and `subject`"),
        (
            'domain: DM, set: {SEX: sex, AGE: age, DTHDTC: death, SITEID: "=01", COUNTRY: =CHN',
            "domain: CM, set: {CMTRT: sex",
            "domain DM",
        ),
        ("subject: id", "header: 3-2\n    subject: id", "smaller number first"),
    ],
)
def test_each_wrong_word_is_named_with_what_was_expected(right, wrong, expected):
    assert expected in problems(PATIENTS.replace(right, wrong))


def test_a_mapping_of_another_study_is_refused(tmp_path):
    path = tmp_path / "mapping.yaml"
    path.write_text(PATIENTS, encoding="utf-8")
    with pytest.raises(StudyFileError, match=r"mapping.yaml:3 .*'small'; expected 'large'"):
        read_mapping(path, "large")


def test_no_mapping_says_how_to_get_one(tmp_path):
    with pytest.raises(StudyFileError, match="--guess"):
        read_mapping(tmp_path / "mapping.yaml", "small")


def test_missing_sheets_and_columns_are_told_together_with_the_nearest(ingest):
    rows = [["id", "sexe", "age", "first dose", "death"], *TWO_PATIENTS[1:]]
    with pytest.raises(StudyFileError) as caught:
        ingest(
            {"Patients": rows},
            PATIENTS + "  - {sheet: Scan, subject: id, records: [{domain: DM, set: {AGE: a}}]}\n",
        )
    told = str(caught.value)
    assert "found no column 'sex'" in told
    assert "did you mean 'sexe'" in told
    assert "found 'Scan'; expected a sheet of book.xlsx: Patients" in told


def test_a_date_variable_needs_a_column_that_is_read_as_dates(ingest):
    with pytest.raises(StudyFileError, match="'death' is not read as a date"):
        ingest(
            {"Patients": TWO_PATIENTS},
            PATIENTS.replace("      death: {date: [yyyy-mm-dd, dd.mm.yyyy, yyyy.m]}\n", ""),
        )


def test_a_number_variable_needs_a_column_that_is_read_as_numbers(ingest):
    with pytest.raises(StudyFileError, match="'age' is not read as a number"):
        ingest(
            {"Patients": TWO_PATIENTS},
            PATIENTS.replace("{number: yes, between: [18, 100]}", "{required: yes}"),
        )


def test_a_record_without_what_it_says_nothing_without_is_refused(ingest):
    with pytest.raises(StudyFileError, match="EX has no EXSTDTC"):
        ingest({"Patients": TWO_PATIENTS}, PATIENTS.replace(", EXSTDTC: first dose", ""))


def test_headings_beyond_the_sheet_are_refused(ingest):
    with pytest.raises(StudyFileError, match="which has 3"):
        ingest({"Patients": TWO_PATIENTS}, PATIENTS.replace("subject: id", "header: 9\n    subject: id"))


def test_letter_case_blanks_and_width_of_headings_do_not_matter(ingest):
    rows = [["ID", "Sex", " AGE", "First  Dose", "ｄｅａｔｈ"], *TWO_PATIENTS[1:]]
    assert ingest({"Patients": rows}).data.domain("DM").height == 2


def test_a_merged_heading_stands_over_its_columns_and_the_own_part_is_enough(ingest):
    rows = [["基本信息", None, None, "治疗", None], HEAD, *TWO_PATIENTS[1:]]
    mapping = PATIENTS.replace("subject: id", "header: 1-2\n    subject: id").replace(
        "AGE: age", "AGE: 基本信息 / age"
    )
    merged = [("Patients", "A1:C1"), ("Patients", "D1:E1")]
    got = ingest({"Patients": rows}, mapping, merged=merged)
    assert got.data.domain("DM")["AGE"].to_list() == [61.0, 55.0]


def test_equal_headings_are_told_apart_by_their_number(ingest):
    rows = [[*HEAD, "drug", "drug"], [*TWO_PATIENTS[1], "x", "CAPECITABINE"]]
    got = ingest({"Patients": rows}, PATIENTS.replace("=CAPECITABINE", "'drug [2]'"))
    assert got.data.domain("EX")["EXTRT"].to_list() == ["CAPECITABINE"]
