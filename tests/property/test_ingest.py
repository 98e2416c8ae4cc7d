"""Whatever a sheet holds: every row meets one fate, and nothing that was accepted is lost."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typed_books import HEAD, PATIENTS, STUDY, write_book

from trialwright.errors import DataError, TrialwrightError
from trialwright.ingest.outcomes import Fate
from trialwright.ingest.read_mapping import parse_mapping
from trialwright.ingest.run import ingest_study
from trialwright.protocol.read import parse_study

DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2021, 12, 31))
MESS = st.one_of(
    st.none(),
    st.integers(-10, 50_000),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.booleans(),
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Z")), max_size=8),
    st.sampled_from(
        ["m", "女", "2020-03-05", "31.09.2020", "05.03.2020", "-", "=1+1", "#N/A", "P1", "2019.3"]
    ),
)
ROWS = st.lists(st.lists(MESS, min_size=5, max_size=5), max_size=12)
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def study():
    return parse_study(STUDY)


def ingest(study, folder, rows):
    book = write_book(folder / "book.xlsx", {"Patients": rows})
    (folder / "mapping.yaml").write_text(PATIENTS, encoding="utf-8")
    return ingest_study(study, book, folder / "mapping.yaml")


@FEW
@given(rows=ROWS)
def test_the_tally_adds_up_whatever_the_cells_hold(study, tmp_path, rows):
    try:
        got = ingest(study, tmp_path, [HEAD, ["GOOD", "m", 61, "2020-03-05", None], *rows])
    except DataError:
        pytest.fail("one row is good")
    (sheet,) = got.tally.sheets
    assert sheet.rows == sum(sheet.count(fate) for fate in Fate)
    assert sheet.rows <= len(rows) + 1
    subjects = got.data.subjects
    assert len(subjects) == sheet.count(Fate.ACCEPTED) + sheet.count(Fate.REPAIRED)
    rejected = {remark.place.row for remark in got.tally.rejections}
    assert len(rejected) == sheet.count(Fate.REJECTED)


@FEW
@given(
    people=st.lists(
        st.tuples(
            st.sampled_from("MF"), st.integers(18, 100), DAYS, st.sampled_from(["{:%Y-%m-%d}", "{:%d.%m.%Y}"])
        ),
        min_size=1,
        max_size=12,
    )
)
def test_what_is_written_well_comes_back_as_it_was(study, tmp_path, people):
    rows = [[f"P{n}", sex, age, style.format(day), None] for n, (sex, age, day, style) in enumerate(people)]
    got = ingest(study, tmp_path, [HEAD, *rows])
    subjects = got.data.domain("DM").select("SUBJID", "SEX", "AGE", "RFSTDTC").rows()
    assert subjects == [
        (f"P{n}", sex, float(age), day.isoformat()) for n, (sex, age, day, _) in enumerate(people)
    ]


@FEW
@given(
    rows=st.permutations(
        [
            ["P1", "m", 61, "2020-03-05", None],
            ["P2", "f", 55, "2020-03-10", None],
            ["P3", "m", 40, "2020-03-11", "2021.5"],
        ]
    )
)
def test_the_order_of_rows_does_not_matter(study, tmp_path, rows):
    got = ingest(study, tmp_path, [HEAD, *rows])
    assert got.data.domain("DM").sort("SUBJID")["AGE"].to_list() == [61.0, 55.0, 40.0]


@FEW
@given(cut=st.integers(0, len(PATIENTS)), put=st.text(max_size=4), length=st.integers(0, 12))
def test_a_mutated_mapping_is_read_or_refused_with_a_message(cut, put, length):
    text = PATIENTS[:cut] + put + PATIENTS[cut + length :]
    with contextlib.suppress(TrialwrightError):
        parse_mapping(text)
