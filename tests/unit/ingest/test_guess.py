"""A proposed mapping is a mapping: it can be read, and used on the source that it was proposed for."""

from __future__ import annotations

import pytest
from typed_books import TWO_PATIENTS, write_book

from trialwright.ingest.guess import guess_mapping
from trialwright.ingest.guess_columns import how_read
from trialwright.ingest.read_mapping import parse_mapping
from trialwright.ingest.run import ingest_study
from trialwright.ingest.source import read_source
from trialwright.ingest.tables import Cell, RawSheet, with_headings
from trialwright.protocol.gallery import gallery_folder

SCANS = [
    ["patient", "scan date", "T1 (mm)", "T2 (mm)", "response", "remarks"],
    ["P1", "2020-03-01", 32, 21, None, "first"],
    ["P1", "2020-04-15", 20, 14, "PR", "second"],
    ["P2", "2020-03-02", 40, 12, None, "third"],
]


@pytest.fixture
def book(tmp_path):
    return read_source(write_book(tmp_path / "book.xlsx", {"Patients": TWO_PATIENTS, "Scans": SCANS}))


def column(*values):
    rows = ((Cell("date"),), *((Cell(value),) for value in values))
    return how_read(with_headings(RawSheet("s", rows), 1, 1), 0)


def test_a_proposal_reads_the_book_it_was_made_for(book, study, tmp_path):
    proposed = guess_mapping(book).replace("study: STUDY", "study: small")
    (tmp_path / "mapping.yaml").write_text(proposed, encoding="utf-8")
    got = ingest_study(study, None, tmp_path / "mapping.yaml")
    assert not got.tally.rejections
    assert got.data.domain("DM")["SEX"].to_list() == ["M", "F"]
    assert got.data.domain("TR")["TRSTRESN"].to_list() == [32.0, 21.0, 20.0, 14.0, 40.0, 12.0]
    assert got.data.domain("RS")["RSSTRESC"].to_list() == ["PR"]


def test_numbered_columns_become_a_repeat_and_what_is_not_understood_is_said(book):
    proposed = guess_mapping(book)
    assert '"T{n} (mm)": {unit: mm}' in proposed
    assert "repeat: {n: 1-2}" in proposed
    assert "# not understood: remarks" in proposed


def test_day_and_month_are_not_guessed_where_nothing_tells_them_apart():
    assert column("03/04/2020", "05/06/2020").styles == ("dd/mm/yyyy", "mm/dd/yyyy")
    assert column("03/04/2020", "25/06/2020").styles == ("dd/mm/yyyy",)
    assert column("03/04/2020", "06/25/2020").styles == ("mm/dd/yyyy",)


def test_numbers_alone_are_no_dates():
    assert column(43895, 43896).styles == ()
    assert column(2019.3, 2020.5).numeric


def test_the_workbook_of_the_gallery_is_understood_in_part():
    path = next((gallery_folder() / "ici-capox" / "workbook").glob("*.xlsx"))
    mapping, _ = parse_mapping(guess_mapping(read_source(path)))
    assert [sheet.sheet for sheet in mapping.sheets][:2] == ["患者 Patients", "疗效评估 Scans"]
    domains = {record.domain for sheet in mapping.sheets for record in sheet.records}
    assert {"DM", "TR", "RS", "EX", "AE", "LB"} <= domains


def test_a_book_without_patients_is_said_to_be_not_understood(tmp_path):
    book = read_source(write_book(tmp_path / "x.xlsx", {"Notes": [["hello"], ["world"]]}))
    assert "# not understood: sheet Notes" in guess_mapping(book)
