"""Which printed numbers of a curve contradict its clicks or each other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trialwright.claims.reconstruct.curves.search import is_possible
from trialwright.errors import DataError

if TYPE_CHECKING:
    from trialwright.claims.reconstruct.curves.arm_curve import ArmCurve

_TOTAL = "events"


def contradiction(curve: ArmCurve) -> DataError:
    """The error that names a smallest set of printed numbers that no subjects meet under these clicks.

    Each of them is needed: without any one the rest can be met.
    """
    core: list[str] = [one.printed for one in curve.at_risk]
    core += [_TOTAL] if curve.total is not None else []
    for one in list(core):
        rest = [other for other in core if other != one]
        if not is_possible(_with(curve, rest)):
            core = rest
    if not core:
        return DataError.at(
            curve.id,
            f"no {curve.n} subjects have this curve, whatever is printed beside it",
            expected="the curve of so many subjects: every step is 1 or more of those at risk",
            remedy="compare the number of subjects and the clicks with the figure",
        )
    named = [f"{curve.total} events" if one == _TOTAL else f"number at risk {one}" for one in core]
    return DataError.at(
        curve.id,
        f"no {curve.n} subjects have this curve and {', '.join(named)}",
        expected="numbers that agree with each other and with the clicks",
        remedy="compare them with the figure, and calibrate the axes again",
    )


def _with(curve: ArmCurve, kept: list[str]) -> ArmCurve:
    """The curve with some of its printed numbers only."""
    numbers = tuple(one for one in curve.at_risk if one.printed in kept)
    return replace(curve, at_risk=numbers, total=curve.total if _TOTAL in kept else None)
