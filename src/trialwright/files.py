"""Writing that is all or nothing: into a temporary neighbour first, then renamed.

A folder written by Trialwright carries the marker file `.trialwright`, which lists what was written and
as what kind of result (sdtm, adam, report). The rule for a target folder that exists:

- it is empty, or holds only the files of an earlier result of the same kind: the new folder takes its
  place in one step;
- it holds other files too: they are kept, and the new files are moved in one by one when all are
  written; files of the earlier result that are no longer made are removed; a new file with the name of
  a file that Trialwright did not write is refused before anything is touched.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from trialwright.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Iterator

MARKER = ".trialwright"
_MARKER_HEAD = "# Written by Trialwright. The files below are replaced when it writes here again."


@contextmanager
def atomic_folder(target: Path, kind: str) -> Iterator[Path]:
    """Yield a temporary folder beside `target`; it becomes `target` when the block ends well.

    `kind` is one word for what is written: only earlier files of the same kind give way.
    On an error, in the block or here, `target` is as it was. Missing parents are made.

    Raises:
        ArgumentError: `target` is a file or a link, or a file that is not ours would be replaced.
    """
    target = Path(os.path.abspath(target))  # noqa: PTH100 - a link stays a link
    _refuse_what_is_no_folder(target)
    with _temporary_neighbour(target) as temporary:
        new = temporary / "new"
        new.mkdir()
        yield new
        _write_marker(new, target, kind)
        if _holds_others(target, kind):
            _move_in(new, target, kind)
        else:
            _swap(new, target, temporary / "old")


@contextmanager
def atomic_file(target: Path) -> Iterator[Path]:
    """Yield a temporary path beside `target`; the file written there replaces `target` at the end.

    Raises:
        ArgumentError: `target` is a folder, or nothing was written.
    """
    target = Path(os.path.abspath(target))  # noqa: PTH100 - a link stays a link
    if target.is_dir():
        raise ArgumentError.at(str(target), "is a folder", expected="the name of a file to write")
    with _temporary_neighbour(target) as temporary:
        new = temporary / target.name
        yield new
        if not new.is_file():
            raise ArgumentError.at(str(target), "nothing was written")
        new.replace(target)


@contextmanager
def _temporary_neighbour(target: Path) -> Iterator[Path]:
    """A temporary folder in the parent of `target`, which is made where it is missing."""
    missing = [parent for parent in target.parents if not parent.exists()]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except OSError as error:
        raise ArgumentError.at(
            str(target), f"cannot be written: {error.strerror}", remedy="name a folder where you may write"
        ) from error
    try:
        yield temporary
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        _remove_empty(missing)
        raise
    shutil.rmtree(temporary, ignore_errors=True)


def _remove_empty(folders: list[Path]) -> None:
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return


def _listed(folder: Path) -> dict[str, str]:
    """The files of the marker with their kind; empty where there is none."""
    marker = folder / MARKER
    if not marker.is_file():
        return {}
    lines = marker.read_text(encoding="utf-8", errors="replace").splitlines()
    pairs = [line.split("\t", 1) for line in lines if "\t" in line]
    return {name: kind for kind, name in pairs}


def _of_kind(folder: Path, kind: str) -> set[str]:
    return {name for name, written_as in _listed(folder).items() if written_as == kind}


def _files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


def _refuse_what_is_no_folder(target: Path) -> None:
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise ArgumentError.at(
            str(target), "is not a folder", expected="a folder to write", remedy="name another folder"
        )


def _write_marker(new: Path, target: Path, kind: str) -> None:
    """List the new files, and those of other kinds that stay."""
    written = dict.fromkeys(_files(new), kind)
    others = {name: one for name, one in _listed(target).items() if one != kind}
    lines = [f"{one}\t{name}" for name, one in sorted((others | written).items())]
    (new / MARKER).write_text("\n".join([_MARKER_HEAD, *lines]) + "\n", encoding="utf-8")


def _holds_others(target: Path, kind: str) -> bool:
    """Whether a folder holds anything but an earlier result of this kind."""
    if not target.is_dir():
        return False
    ours = _of_kind(target, kind) | {MARKER}
    own_folders = {parent.as_posix() for name in ours for parent in Path(name).parents}
    return any(
        path.relative_to(target).as_posix() not in (own_folders if path.is_dir() else ours)
        for path in target.rglob("*")
    )


def _swap(new: Path, target: Path, old: Path) -> None:
    if target.exists():
        target.rename(old)
    try:
        new.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise


def _move_in(new: Path, target: Path, kind: str) -> None:
    """Move the new files between the others, after making sure that none of those is replaced."""
    ours, written = _listed(target).keys() | {MARKER}, _files(new)
    for name in written:
        if (target / name).exists() and name not in ours:
            raise ArgumentError.at(
                str(target / name),
                "was not written by Trialwright and would be replaced",
                remedy="move that file, or name another folder",
            )
    stale = _of_kind(target, kind) - set(written)
    for name in written:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (new / name).replace(target / name)
    for name in stale:
        (target / name).unlink(missing_ok=True)
