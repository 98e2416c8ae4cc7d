"""A small study, and ingest of workbooks typed into tests."""

from __future__ import annotations

import pytest
from typed_books import PATIENTS, STUDY, write_book

from trialwright.ingest.run import ingest_study
from trialwright.protocol.read import parse_study


@pytest.fixture(scope="session")
def study():
    return parse_study(STUDY)


@pytest.fixture
def ingest(study, tmp_path):
    """Write a workbook and a mapping, and ingest them."""

    def run(sheets, mapping=PATIENTS, *, of=study, merged=()):
        book = write_book(tmp_path / "book.xlsx", sheets, merged)
        path = tmp_path / "mapping.yaml"
        path.write_text(mapping, encoding="utf-8")
        return ingest_study(of, book, path)

    return run
