"""The command: exit status, what is printed, and a folder that is written whole or not at all."""

from __future__ import annotations

import json

import pytest
from typed_books import HEAD, PATIENTS, STUDY, TWO_PATIENTS, write_book
from typer.testing import CliRunner

from trialwright.cli import app, main
from trialwright.ingest.outcomes import Fate
from trialwright.sdtm.files import read_folder


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "study.yaml").write_text(STUDY, encoding="utf-8")
    (tmp_path / "mapping.yaml").write_text(PATIENTS, encoding="utf-8")
    write_book(tmp_path / "book.xlsx", {"Patients": TWO_PATIENTS})
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(app, ["ingest", *map(str, arguments)])


def test_good_rows_end_with_0_and_sdtm_that_can_be_read_back(folder):
    done = run(folder, folder / "book.xlsx", "--out", folder / "out")
    assert done.exit_code == 0, done.output
    assert "Patients: 2 rows = 2 accepted, 0 repaired, 0 rejected, 0 blank" in done.output
    assert read_folder(folder / "out").subjects == ("small-P1", "small-P2")


def test_the_source_of_the_mapping_is_the_default(folder):
    assert run(folder, "--out", folder / "out").exit_code == 0


def test_a_rejected_row_ends_with_1_is_printed_and_written(folder):
    write_book(folder / "book.xlsx", {"Patients": [*TWO_PATIENTS, ["P3", "m", 61, "31.09.2020", None]]})
    done = run(folder, "--out", folder / "out")
    assert done.exit_code == 1
    assert "Patients D4 (first dose): '31.09.2020' is no day of the calendar" in done.output
    summary = json.loads((folder / "out" / "ingest-report.json").read_text(encoding="utf-8"))
    (sheet,) = summary["sheets"]
    assert sheet["rows"] == 3 == sum(sheet[fate.value] for fate in Fate)
    assert [one["cell"] for one in summary["remarks"]] == ["D4"]
    assert "31.09.2020" in (folder / "out" / "ingest-report.csv").read_text(encoding="utf-8-sig")


def fails(monkeypatch, capsys, *arguments):
    """The exit status and standard error of the program."""
    monkeypatch.setattr("sys.argv", ["trialwright", "ingest", *map(str, arguments)])
    with pytest.raises(SystemExit) as caught:
        main()
    return caught.value.code, capsys.readouterr().err


def test_a_wrong_mapping_ends_with_2_and_leaves_the_folder_as_it_was(folder, monkeypatch, capsys):
    run(folder, "--out", folder / "out")
    before = {path.name: path.read_bytes() for path in (folder / "out").iterdir()}
    (folder / "mapping.yaml").write_text(PATIENTS.replace("SEX: sex", "SEX: gender"), encoding="utf-8")
    code, told = fails(monkeypatch, capsys, folder, "--out", folder / "out")
    assert (code, told.startswith("trialwright: mapping.yaml:14")) == (2, True)
    assert {path.name: path.read_bytes() for path in (folder / "out").iterdir()} == before


def test_no_patient_left_ends_with_2(folder, monkeypatch, capsys):
    write_book(folder / "book.xlsx", {"Patients": [HEAD, ["P1", "x", 61, "2020-03-05", None]]})
    code, told = fails(monkeypatch, capsys, folder, "--out", folder / "out")
    assert code == 2
    assert "no patient is left" in told
    assert not (folder / "out").exists()


@pytest.mark.parametrize("arguments", [[], ["ici-capox"], ["--guess", "nowhere.xlsx"]])
def test_an_incomplete_call_ends_with_2(arguments, monkeypatch, capsys):
    code, told = fails(monkeypatch, capsys, *arguments)
    assert code == 2
    assert told.startswith("trialwright: ")


def test_guess_prints_a_mapping(folder):
    done = run("--guess", folder / "book.xlsx")
    assert done.exit_code == 0
    assert 'sheet: "Patients"' in done.output
