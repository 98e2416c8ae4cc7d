"""A digitised Kaplan–Meier curve as claims.yaml names it: a file of clicks, and what is printed beside it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator

from trialwright.claims.fields import Id, Label, Unit
from trialwright.protocol.part import CountOrZero, Part, Text, wrong

_LONGEST_TIME = 1e5


def _read_at_risk(value: object) -> object:
    """Numbers at risk in the order of their times, from {0: 30, 6: 21}."""
    expected = "times with the printed numbers at risk, such as {0: 30, 6: 21, 12: 9}"
    if not isinstance(value, dict) or not value:
        raise wrong(expected)
    pairs = []
    for when, number in value.items():
        try:
            time = float(when)
        except ValueError:
            raise wrong(expected) from None
        if (
            not 0.0 <= time < _LONGEST_TIME
            or isinstance(number, bool)
            or not isinstance(number, int)
            or number < 0
        ):
            raise wrong(expected)
        pairs.append((time, number))
    return tuple(sorted(pairs))


class Scale(StrEnum):
    """How the vertical axis of a curve is labelled."""

    PERCENT = "percent"
    FRACTION = "fraction"


class DigitisedCurve(Part):
    """A Kaplan–Meier curve as clicks in a CSV file beside the claims, with what is printed below it.

    `at_risk` are the printed numbers at risk by time, `events` the printed total, `marks` a CSV file of the
    times of the censoring marks. Times are in `unit`.
    """

    id: Id
    endpoint: Label | None = None
    population: Label | None = None
    clicks: Label
    scale: Scale
    unit: Unit
    at_risk: Annotated[tuple[tuple[float, int], ...], BeforeValidator(_read_at_risk)] = ()
    events: CountOrZero | None = None
    marks: Label | None = None
    quote: Text | None = None
