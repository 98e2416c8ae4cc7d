"""Assumptions by name: `tumour.growth_per_month.TP` as a number that a fit can move freely."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from trialwright.errors import StudyFileError
from trialwright.simulate.scenario import Assumptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trialwright.simulate.parameters import Floats

EVENTS = "adverse_events"
SHARES = ("per_cycle", "no_first_scan")
POSITIVE = ("_per_month", "_sd", "_power")
SMALLEST, LARGEST_SHARE = 1e-4, 0.98
WIDEST = 8.0


class Assumed:
    """Chosen assumptions on scales without limits: shares as logits, rates as logarithms."""

    def __init__(self, assumptions: Assumptions, names: Sequence[str]) -> None:
        self._data = assumptions.model_dump(mode="json")
        self.names = tuple(names)
        for name in names:
            holder, key = place_of(self._data, name)
            if not isinstance(holder[key], int | float) or isinstance(holder[key], bool):
                raise StudyFileError.at(
                    "assumptions.yaml: published", f"fit '{name}'", expected="the name of one number"
                )

    def position(self) -> Floats:
        """Return where the assumptions are now."""
        values = []
        for name in self.names:
            holder, key = place_of(self._data, name)
            values.append(_free(name, float(holder[key])))
        return np.array(values)

    def at(self, position: Floats) -> Assumptions:
        """Return the assumptions at a position."""
        data = Assumptions.model_validate(self._data).model_dump(mode="json")
        for name, value in zip(self.names, position.tolist(), strict=True):
            holder, key = place_of(data, name)
            holder[key] = _bound(name, value)
        return Assumptions.model_validate(data)


def place_of(data: Any, name: str) -> tuple[Any, Any]:
    """Return the mapping and the key where a named assumption stands.

    Raises:
        StudyFileError: there is no such assumption.
    """
    steps = name.split(".")
    holder = data
    if steps[0] == EVENTS:
        holder = next((one for one in data[EVENTS]["terms"] if one["term"] == steps[1]), None)
        steps = steps[2:]
    try:
        for step in steps[:-1]:
            holder = holder[step]
        holder[steps[-1]]
    except (KeyError, TypeError, IndexError) as error:
        raise StudyFileError.at("assumptions.yaml: published", f"fit '{name}' names no assumption") from error
    return holder, steps[-1]


def _kind(name: str) -> str:
    steps = name.split(".")
    return next((step for step in reversed(steps) if "_" in step or step == "effect"), steps[-1])


def _free(name: str, value: float) -> float:
    kind = _kind(name)
    if kind in SHARES:
        inside = min(max(value, SMALLEST), LARGEST_SHARE)
        return math.log(inside / (1 - inside))
    if kind.endswith(POSITIVE):
        return math.log(max(value, SMALLEST))
    return value


def _bound(name: str, value: float) -> float:
    kind = _kind(name)
    value = min(max(value, -WIDEST), WIDEST)
    if kind in SHARES:
        return 1 / (1 + math.exp(-value))
    return math.exp(value) if kind.endswith(POSITIVE) else value
