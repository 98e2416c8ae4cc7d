"""What a format gives to its reader and takes from its writer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

NO_DATE = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""Written where a format asks for a time of creation: same data, same bytes."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset to write: text, numbers and whole numbers only, with its labels."""

    name: str
    label: str
    frame: pl.DataFrame
    labels: Mapping[str, str]
    keys: tuple[str, ...] = ()
    origin: str = "recorded"
