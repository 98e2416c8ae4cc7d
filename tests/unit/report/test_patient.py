"""One subject's story: reasons, records and dates, as text and as HTML."""

from __future__ import annotations

import polars as pl
import pytest

from trialwright.errors import ArgumentError
from trialwright.report.patient import explain_html, explain_text, find_subject
from trialwright.sdtm.study_data import Origin, StudyData

LESION_RECORDS = pl.DataFrame(
    {
        "USUBJID": ["T-02", "T-02", "T-05"],
        "TRSEQ": [7, 12, 7],
        "TRDTC": ["2020-02-12", "2020-03-01", "2020-01-01"],
    }
)


@pytest.fixture(scope="module")
def data():
    return StudyData({"TR": LESION_RECORDS}, {}, Origin.RECORDED, ())


@pytest.fixture(scope="module")
def story(study, adam, data):
    return explain_text(study, adam, data, "T-02")


def line(story, start):
    return next(text for text in story.splitlines() if text.startswith(start))


def test_each_response_carries_its_reason(story):
    assert "PD on 2020-03-01: sum 55 mm, +13 mm (+31 %) above nadir 42 mm" in story
    assert "SD on 2020-02-12: sum 42 mm, −16 % from baseline 50 mm" in story


def test_derived_and_recorded_response_stand_side_by_side(story):
    visit = next(t for t in story.splitlines() if t.startswith("2020-03-01") and "differs" in t)
    assert visit.split()[-3:] == ["PD", "SD", "differs"]


def test_an_endpoint_names_the_record_that_ended_it(story):
    told = line(story, "PFS, primary")
    assert "event" in told
    assert "2020-03-01" in told
    assert "61" in told
    assert "Disease progression" in told
    assert "TR TRSEQ 12, TRDTC 2020-03-01" in told


def test_lesions_stand_by_visit_with_their_sum(story):
    lesion = line(story, "T01 LIVER")
    assert [word for word in lesion.split() if word.isdecimal()] == ["30", "25", "35"]
    assert "+5 mm (+10.0%) of 50" in story


def test_the_reference_date_is_day_1_and_there_is_no_day_0(story):
    assert line(story, "2020-01-01").split()[1] == "1"


def test_the_html_fragment_tells_the_same_and_escapes(study, adam, data):
    html = explain_html(study, adam, data, "T-02")
    assert "sum 55 mm, +13 mm (+31 %) above nadir 42 mm" in html
    hostile = "<b>bold</b>"
    renamed = type(adam)(
        *(
            frame.with_columns(pl.col("USUBJID").replace("T-02", hostile))
            for frame in (adam.adsl, adam.adtr, adam.adrs, adam.adtte)
        )
    )
    assert hostile not in explain_html(study, renamed, data, hostile)


def test_simulated_data_say_so(study, adam, data):
    simulated = StudyData(data.domains, {}, Origin.SIMULATED, ())
    assert explain_text(study, adam, simulated, "T-02").startswith("SIMULATED")
    assert "SIMULATED" in explain_html(study, adam, simulated, "T-02")


def test_signs_that_steer_a_terminal_are_taken_out(study, adam, data):
    hostile = "\x1b[31mT"
    renamed = type(adam)(
        *(
            frame.with_columns(pl.col("USUBJID").replace("T-02", hostile))
            for frame in (adam.adsl, adam.adtr, adam.adrs, adam.adtte)
        )
    )
    assert "\x1b" not in explain_text(study, renamed, data, hostile)


def test_an_unknown_subject_is_refused_with_the_nearest(adam):
    with pytest.raises(ArgumentError, match=r"no subject 'T-2'.*did you mean T-02"):
        find_subject(adam.adsl, "T-2")


def test_a_subject_is_found_by_its_short_number():
    adsl = pl.DataFrame({"USUBJID": ["S-1-001", "S-2-001", "S-1-002"], "SUBJID": ["001", "001", "002"]})
    assert find_subject(adsl, "002") == "S-1-002"
    with pytest.raises(ArgumentError, match="2 subjects have the SUBJID '001'"):
        find_subject(adsl, "001")
