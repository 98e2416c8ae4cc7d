"""Columns of numbers for a factor: treatment coding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from trialwright.errors import ArgumentError
from trialwright.stats.inputs import Floats, labels

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, eq=False)
class CodedFactor:
    """Indicator columns of a factor; `names` are `factor: level`, the reference level has no column."""

    matrix: Floats
    names: tuple[str, ...]
    reference: str
    levels: tuple[str, ...]


def treatment_coding(
    values: npt.ArrayLike, name: str, *, levels: Sequence[object] | None = None
) -> CodedFactor:
    """One 0/1 column for every level but the first (sorted, or in the order of `levels`).

    Raises:
        ArgumentError: a value is missing, is not in `levels`, or there are fewer than two levels.
    """
    array = np.asarray(values)
    codes, found = labels(array, array.size, name)
    order = tuple(levels) if levels is not None else found
    unknown = [str(level) for level in found if level not in order]
    if unknown:
        raise ArgumentError.at(name, ", ".join(unknown), expected=f"one of {', '.join(map(str, order))}")
    if len(order) == 1:
        raise ArgumentError.at(
            name, f"only the value {found[0]!r}", expected="two or more", remedy="leave it out"
        )
    rank = np.array([order.index(level) for level in found])[codes]
    matrix = (rank[:, None] == np.arange(1, len(order))).astype(np.float64)
    texts = tuple(str(level) for level in order)
    return CodedFactor(matrix, tuple(f"{name}: {text}" for text in texts[1:]), texts[0], texts)
