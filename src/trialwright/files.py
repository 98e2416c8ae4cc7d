"""Writing that is all or nothing: into a temporary neighbour first, then renamed.

A folder written by Trialwright carries the marker file `.trialwright`, which lists what was written.
The rule for a target folder that exists:

- it is empty: it is filled;
- it carries the marker: the files listed there are replaced; files that somebody added are kept, unless
  a new file has the same name, which is refused;
- it holds files and no marker: it is refused, for those files are not ours.
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
_OTHER_FOLDER = "name another folder, or empty this one"


@contextmanager
def atomic_folder(target: Path) -> Iterator[Path]:
    """Yield a temporary folder beside `target`; it becomes `target` when the block ends well.

    On an error, in the block or here, `target` is as it was. Missing parents are made.

    Raises:
        ArgumentError: `target` is a file, or a folder with files that Trialwright did not write.
    """
    target = Path(os.path.abspath(target))  # noqa: PTH100 - a link stays a link
    _refuse_foreign(target)
    with _temporary_neighbour(target) as temporary:
        new = temporary / "new"
        new.mkdir()
        yield new
        _write_marker(new)
        _keep_added(target, new)
        old = temporary / "old"
        if target.exists():
            target.rename(old)
        try:
            new.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise


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


def _listed(folder: Path) -> frozenset[str]:
    """The files of the marker; empty where there is none."""
    marker = folder / MARKER
    if not marker.is_file():
        return frozenset()
    lines = marker.read_text(encoding="utf-8", errors="replace").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def _files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


def _refuse_foreign(target: Path) -> None:
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise ArgumentError.at(
            str(target), "is not a folder", expected="a folder to write", remedy=_OTHER_FOLDER
        )
    if target.is_dir() and any(target.iterdir()) and not (target / MARKER).is_file():
        found = next(iter(sorted(path.name for path in target.iterdir())))
        raise ArgumentError.at(
            str(target), f"holds files that Trialwright did not write, such as {found}", remedy=_OTHER_FOLDER
        )


def _write_marker(folder: Path) -> None:
    written = _files(folder)
    (folder / MARKER).write_text("\n".join([_MARKER_HEAD, *written]) + "\n", encoding="utf-8")


def _keep_added(target: Path, new: Path) -> None:
    """Copy what somebody added to `target` since Trialwright wrote it."""
    if not target.is_dir():
        return
    ours = _listed(target) | {MARKER}
    for name in _files(target):
        if name in ours:
            continue
        if (new / name).exists():
            raise ArgumentError.at(
                str(target / name),
                "was not written by Trialwright and would be replaced",
                remedy="move that file, or name another folder",
            )
        (new / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(target / name, new / name)
