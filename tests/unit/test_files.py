"""Writing is all or nothing, and never removes what somebody else wrote."""

from __future__ import annotations

import pytest

from trialwright.errors import ArgumentError
from trialwright.files import MARKER, atomic_file, atomic_folder


def write(target, **files):
    with atomic_folder(target, "data") as folder:
        for name, text in files.items():
            (folder / name).write_text(text)


def fail_in_folder(target):
    with atomic_folder(target, "data") as folder:
        (folder / "dm").write_text("half")
        raise RuntimeError


def fail_in_file(target):
    with atomic_file(target) as path:
        path.write_text("half")
        raise RuntimeError


def contents(folder):
    found = [path for path in folder.rglob("*") if path.is_file() and path.name != MARKER]
    return {path.relative_to(folder).as_posix(): path.read_text() for path in found}


def test_a_folder_appears_with_its_missing_parents(tmp_path):
    write(tmp_path / "a" / "b", dm="1")
    assert contents(tmp_path / "a" / "b") == {"dm": "1"}


def test_after_an_error_nothing_is_left(tmp_path):
    with pytest.raises(RuntimeError):
        fail_in_folder(tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []


def test_after_an_error_the_earlier_result_stands(tmp_path):
    target = tmp_path / "out"
    write(target, dm="1")
    with pytest.raises(RuntimeError):
        fail_in_folder(target)
    assert contents(target) == {"dm": "1"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_our_own_files_are_replaced_and_added_ones_are_kept(tmp_path):
    target = tmp_path / "out"
    write(target, dm="1", ae="1")
    (target / "notes.txt").write_text("mine")
    write(target, dm="2")
    assert contents(target) == {"dm": "2", "notes.txt": "mine"}


def test_other_files_of_the_folder_are_kept(tmp_path):
    (tmp_path / "thesis.docx").write_text("mine")
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "1.png").write_text("mine too")
    write(tmp_path, dm="1", ae="1")
    write(tmp_path, dm="2")
    assert contents(tmp_path) == {"thesis.docx": "mine", "figures/1.png": "mine too", "dm": "2"}


def test_results_of_another_kind_are_kept(tmp_path):
    target = tmp_path / "out"
    write(target, dm="1")
    with atomic_folder(target, "report") as folder:
        (folder / "report.html").write_text("page")
    write(target, ae="2")
    assert contents(target) == {"ae": "2", "report.html": "page"}


def test_a_file_that_somebody_added_is_not_overwritten(tmp_path):
    target = tmp_path / "out"
    write(target, dm="1")
    (target / "ae").write_text("mine")
    with pytest.raises(ArgumentError, match="not written by Trialwright"):
        write(target, ae="2")
    assert contents(target) == {"dm": "1", "ae": "mine"}


def test_an_empty_folder_is_filled(tmp_path):
    target = tmp_path / "out"
    target.mkdir()
    write(target, dm="1")
    assert contents(target) == {"dm": "1"}


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "out").write_text("x")
    with pytest.raises(ArgumentError, match="not a folder"):
        write(tmp_path / "out", dm="1")


def test_a_file_is_replaced_at_once_or_not_at_all(tmp_path):
    target = tmp_path / "a" / "results.json"
    with atomic_file(target) as path:
        path.write_text("1")
    with pytest.raises(RuntimeError):
        fail_in_file(target)
    assert target.read_text() == "1"
    assert [path.name for path in target.parent.iterdir()] == ["results.json"]


def test_writing_no_file_is_an_error(tmp_path):
    with pytest.raises(ArgumentError, match="nothing was written"), atomic_file(tmp_path / "x"):
        pass
    with pytest.raises(ArgumentError, match="is a folder"), atomic_file(tmp_path):
        pass
