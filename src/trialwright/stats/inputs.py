"""Checks of what callers pass in, and the merging of times that differ only by rounding."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from trialwright.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

TIE_TOLERANCE = math.sqrt(float(np.finfo(np.float64).eps))
SHOWN = 5


def _positions(wrong: Flags, values: npt.NDArray[Any]) -> str:
    where = np.flatnonzero(wrong)
    shown = ", ".join(f"{values[i]} at position {i}" for i in where[:SHOWN])
    more = f" and {where.size - SHOWN} more" if where.size > SHOWN else ""
    return shown + more


def _floats(values: npt.ArrayLike, name: str) -> Floats:
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ArgumentError.at(name, f"not numeric ({error})", expected="numbers") from error
    if array.ndim != 1:
        raise ArgumentError.at(name, f"an array of {array.ndim} dimensions", expected="one dimension")
    return array


def refuse_where(
    wrong: Callable[[Floats], Flags], values: Floats, name: str, *, expected: str, remedy: str
) -> None:
    """Raise ArgumentError naming the values and positions for which `wrong` holds."""
    flags = wrong(values)
    if flags.any():
        raise ArgumentError.at(name, _positions(flags, values), expected=expected, remedy=remedy)


def check_level(level: float) -> None:
    """Raise ArgumentError unless 0 < level < 1."""
    if not 0.0 < level < 1.0:
        raise ArgumentError.at(
            "level", f"{level}", expected="a confidence level between 0 and 1", remedy="write 0.95 for 95 %"
        )


def times_and_events(time: npt.ArrayLike, event: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Follow-up times and event indicators as checked arrays of floats.

    Raises:
        ArgumentError: empty or unequal lengths; times negative or not finite; events not 0/1.
    """
    times = _floats(time, "time")
    events = _floats(event, "event")
    if times.size == 0:
        raise ArgumentError.at("time", "no subjects", expected="at least one")
    if times.size != events.size:
        raise ArgumentError.at(
            "time and event", f"{times.size} times but {events.size} events", expected="one event a time"
        )
    refuse_where(
        lambda t: ~(np.isfinite(t) & (t >= 0.0)),
        times,
        "time",
        expected="finite times of 0 or more",
        remedy="correct the dates behind them, or leave these subjects out and say so",
    )
    refuse_where(
        lambda e: ~((e == 0.0) | (e == 1.0)),
        events,
        "event",
        expected="1 for an event, 0 for censored",
        remedy="recode the indicator (R's status 1/2 is 0/1 after subtracting 1)",
    )
    return times, events


def labels(values: npt.ArrayLike, size: int, name: str) -> tuple[Integers, tuple[Any, ...]]:
    """Codes 0, 1, … of group labels and the sorted labels themselves.

    Raises:
        ArgumentError: the length is not `size`, or a label is nan or missing.
    """
    array = np.asarray(values)
    if array.shape != (size,):
        raise ArgumentError.at(name, f"shape {array.shape}", expected=f"one label for each of {size} times")
    # only objects can be None, and only objects and floats can differ from themselves
    missing = (array != array) if array.dtype.kind in "fO" else np.zeros(size, dtype=np.bool_)  # noqa: PLR0124
    if array.dtype.kind == "O":
        missing = missing | np.array([item is None for item in array.tolist()])
    if missing.any():
        raise ArgumentError.at(
            name, _positions(missing, array), expected="a label for every subject", remedy="name the group"
        )
    levels, codes = np.unique(array, return_inverse=True)
    return codes.astype(np.int64), tuple(levels.tolist())


def merge_ties(time: Floats, tolerance: float = TIE_TOLERANCE) -> Floats:
    """Give times that differ only by rounding one common value, the smallest of each run.

    Neighbouring distinct times are one when they differ by no more than `tolerance`, absolutely or
    relative to the mean distinct time (the rule of R's `survival::aeqSurv`). 0 merges nothing.
    """
    distinct = np.unique(time)
    if tolerance <= 0.0 or distinct.size < 2:  # noqa: PLR2004
        return time
    gaps = np.diff(distinct)
    tied = (gaps <= tolerance) | (gaps / np.abs(distinct).mean() <= tolerance)
    if not tied.any():
        return time
    starts = distinct[np.concatenate(([True], ~tied))]
    merged: Floats = starts[np.searchsorted(starts, time, side="right") - 1]
    return merged
