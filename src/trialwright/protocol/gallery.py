"""Where studies are found: a folder with study.yaml, or a name of the gallery that ships with the package."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from trialwright.errors import StudyFileError
from trialwright.protocol.part import nearest

STUDY_FILE = "study.yaml"


@cache
def gallery_folder() -> Path | None:
    """Return the gallery: inside the installed package, else studies/ of the checkout."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "gallery", package.parents[1] / "studies"):
        if folder.is_dir():
            return folder
    return None


def gallery_names() -> tuple[str, ...]:
    """Return the names of the studies of the gallery."""
    folder = gallery_folder()
    if folder is None:
        return ()
    return tuple(sorted(path.parent.name for path in folder.glob(f"*/{STUDY_FILE}")))


def resolve(study: str | Path) -> Path:
    """Return the study file that a folder, a file or a gallery name stands for.

    Raises:
        StudyFileError: there is none; names the nearest study of the gallery.
    """
    path = Path(study)
    try:
        if path.is_file():
            return path
        if (path / STUDY_FILE).is_file():
            return path / STUDY_FILE
        is_folder, exists = path.is_dir(), path.exists()
    except (OSError, ValueError) as error:
        raise StudyFileError.at(f"'{study}'", "not a usable path") from error
    folder, names = gallery_folder(), gallery_names()
    if folder is not None and str(study) in names:
        return folder / str(study) / STUDY_FILE
    if is_folder:
        raise StudyFileError.at(
            str(study), f"the folder has no {STUDY_FILE}", remedy=f"trialwright new {study}"
        )
    if exists:
        raise StudyFileError.at(
            str(study), "neither a file nor a folder", expected=f"a folder with {STUDY_FILE}"
        )
    near = nearest(str(study), names)
    hint = f"; did you mean '{near}'?" if near else ""
    expected = (
        f"a folder with {STUDY_FILE}, or a gallery name ({', '.join(names) or 'none is installed'}){hint}"
    )
    raise StudyFileError.at(str(study), "no such study", expected=expected)
