"""Writing is all or nothing, and never removes what somebody else wrote."""

from __future__ import annotations

import pytest

from trialwright.errors import ArgumentError
from trialwright.files import MARKER, atomic_file, atomic_folder


def write(target, **files):
    with atomic_folder(target) as folder:
        for name, text in files.items():
            (folder / name).write_text(text)


def fail_in_folder(target):
    with atomic_folder(target) as folder:
        (folder / "dm").write_text("half")
        raise RuntimeError


def fail_in_file(target):
    with atomic_file(target) as path:
        path.write_text("half")
        raise RuntimeError


def contents(folder):
    return {path.name: path.read_text() for path in folder.iterdir() if path.name != MARKER}


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


def test_a_folder_of_other_files_is_refused(tmp_path):
    (tmp_path / "thesis.docx").write_text("mine")
    with pytest.raises(ArgumentError, match=r"thesis\.docx"):
        write(tmp_path, dm="1")
    assert contents(tmp_path) == {"thesis.docx": "mine"}


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
