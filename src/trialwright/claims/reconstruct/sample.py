"""Different subjects that meet the same figures: solutions near random courses of disease."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from trialwright.claims.reconstruct.curve_model import SLACK, GroupModel
from trialwright.claims.reconstruct.prove import solver
from trialwright.claims.reconstruct.targets import ENDPOINTS, Group

if TYPE_CHECKING:
    from trialwright.claims.reconstruct.targets import Targets

Ints = npt.NDArray[np.int64]
_EFFORT = 0.06
_LONGER_EFFORT = 0.4
_SHAPE = (0.9, 1.8)
_EVENT_SHARE = (0.35, 0.95)
_EVENT_WEIGHT = 60
_USUAL_MEDIAN = 300.0
_SWAPS = 200
_FIRST_SCAN = 21


@dataclass(frozen=True, eq=False)
class Rebuilt:
    """One group: by subject, times in days and event indicators of each endpoint."""

    group: Group
    times: dict[str, Ints]
    events: dict[str, Ints]


def sample(
    group: Group, rng: np.random.Generator, without: tuple[str, ...], totals: dict[str, int]
) -> Rebuilt | None:
    """One solution near a random course; None where the solver finds none in time.

    `totals` fixes the number of events of an endpoint; claims in `without` are left out.
    """
    for effort in (_EFFORT, _LONGER_EFFORT):
        model = _prepared(group, rng, without, totals)
        one = solver(int(rng.integers(1, 2**30)), effort)
        if one.status_name(one.solve(model.model)) in {"OPTIMAL", "FEASIBLE"}:
            times = {name: _values(one, curve.times) for name, curve in model.curves.items()}
            events = {name: _values(one, curve.events) for name, curve in model.curves.items()}
            return Rebuilt(group, times, events)
    return None


def everybody_else(targets: Targets, name: str, rng: np.random.Generator) -> Rebuilt:
    """The subjects outside every group: survival near that of the others, free to move."""
    horizon = max(one.horizon for one in targets.groups)
    group = Group(name, targets.rest, horizon, dict.fromkeys(ENDPOINTS, ()), dict.fromkeys(ENDPOINTS, ()), ())
    days = rng.exponential(_USUAL_MEDIAN / np.log(2.0), targets.rest)
    times = np.sort(np.clip(days.astype(np.int64), _FIRST_SCAN, horizon))
    died = (rng.random(targets.rest) < rng.uniform(*_EVENT_SHARE)).astype(np.int64)
    return Rebuilt(group, {"OS": times}, {"OS": died})


def _values(one: object, variables: list[object]) -> Ints:
    return np.array([one.value(variable) for variable in variables], np.int64)  # type: ignore[attr-defined]


def _prepared(
    group: Group, rng: np.random.Generator, without: tuple[str, ...], totals: dict[str, int]
) -> GroupModel:
    found = GroupModel(group, SLACK)
    for claim, literal in found.literals.items():
        found.model.add(literal == (0 if claim in without else 1))
    costs = []
    for name, curve in found.curves.items():
        if name in totals:
            found.model.add(sum(curve.events) == totals[name])
        wanted, happens = _course(group, name, rng)
        found.model.add(curve.times[0] >= group.first_end)
        for j, (time, event) in enumerate(zip(curve.times, curve.events, strict=True)):
            away = found.model.new_int_var(0, group.horizon, "")
            found.model.add(away >= time - int(wanted[j]))
            found.model.add(away >= int(wanted[j]) - time)
            costs += [away, _EVENT_WEIGHT * (1 - event if happens[j] else event)]
    if "PFS" in found.curves:
        times = found.curves["PFS"].times
        found.model.add(times[0] >= _FIRST_SCAN)
        for count, day in group.free_for:
            if count:
                found.model.add(times[group.n - count] >= day)
        if group.fails_by[0]:
            found.model.add(times[group.fails_by[0] - 1] <= group.fails_by[1])
        _ends_at_death(found)
    found.model.minimize(sum(costs))
    return found


def _course(group: Group, name: str, rng: np.random.Generator) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """A random course: Weibull times around the printed median, a random share of events."""
    printed = [one for one in group.medians[name] if not one.of_censoring]
    median = (printed[0].days.low + printed[0].days.high) / 2 if printed else _USUAL_MEDIAN
    shape = rng.uniform(*_SHAPE)
    times = np.sort(median * (rng.exponential(size=group.n) / np.log(2.0)) ** (1.0 / shape))
    share = rng.uniform(*_EVENT_SHARE)
    return np.clip(times.astype(np.int64), 1, group.horizon), rng.random(group.n) < share


def _ends_at_death(found: GroupModel) -> None:
    """Whoever died had a PFS event: a death ends PFS, however late."""
    for failed, died in zip(found.curves["PFS"].events, found.curves["OS"].events, strict=True):
        found.model.add_implication(died, failed)


def mixed(one: Rebuilt, rng: np.random.Generator) -> Rebuilt:
    """The same curves with PFS and OS paired less strictly than by rank: random swaps that stay possible."""
    if "PFS" not in one.times:
        return one
    early, failed = one.times["PFS"].copy(), one.events["PFS"].copy()
    late, died = one.times["OS"], one.events["OS"]

    def is_possible(a: int, b: int) -> bool:
        """Whether subject a can have the PFS of b."""
        return bool(early[b] <= late[a] and failed[b] >= died[a])

    for _ in range(_SWAPS):
        a, b = (int(x) for x in rng.integers(0, early.size, 2))
        if is_possible(a, b) and is_possible(b, a):
            early[[a, b]], failed[[a, b]] = early[[b, a]], failed[[b, a]]
    return replace(one, times={**one.times, "PFS": early}, events={**one.events, "PFS": failed})
