"""What the figures prove: whether any subjects meet them, which claims contradict, and bounds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trialwright.claims.reconstruct.curve_model import SCALE, GroupModel
from trialwright.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trialwright.claims.reconstruct.targets import Group

SECONDS = 1.5
"""Of the solver's own clock, which counts work: the same on every machine."""
_NEVER_REACHED = 600.0
_MONTH = 30.4375
_RATE_MONTHS = 12
_HARDLY = 0.5
"""A bound wider than half of what is possible at all says hardly anything."""


@dataclass(frozen=True, slots=True)
class Bound:
    """The least and the most that an unreported figure can be; `proved` says whether both are optimal.

    `day` is that of a rate; without one the figure is a number of events.
    """

    figure: str
    low: float
    high: float
    possible: tuple[float, float]
    proved: bool
    group: str = ""
    endpoint: str = ""
    day: int | None = None

    @property
    def words(self) -> str:
        """The bound, with what it is worth."""
        share = (self.high - self.low) / (self.possible[1] - self.possible[0])
        worth = ", hardly bounded" if share > _HARDLY else ""
        proof = "" if self.proved else ", not proved in time"
        return f"{self.figure}: {self.low:g} to {self.high:g}{worth}{proof}"


def solver(seed: int = 1, seconds: float = SECONDS) -> Any:
    """A solver with one worker, so that the same seed gives the same answer.

    Raises:
        ArgumentError: OR-Tools is not installed.
    """
    try:
        from ortools.sat.python import cp_model  # noqa: PLC0415 - of the extra `reconstruct`
    except ImportError as error:
        raise ArgumentError.at(
            "reconstruct", "OR-Tools is not installed", remedy="pip install 'trialwright[reconstruct]'"
        ) from error
    found = cp_model.CpSolver()
    found.parameters.random_seed = seed
    found.parameters.num_workers = 1
    found.parameters.max_deterministic_time = seconds
    found.parameters.max_time_in_seconds = _NEVER_REACHED
    return found


def _is_feasible(group: Group, claims: Iterable[str]) -> bool:
    """Whether some subjects meet these claims; undecided in time counts as feasible."""
    one = solver()
    model = GroupModel(group)
    for claim in claims:
        model.model.add(model.literals[claim] == 1)
    return bool(one.status_name(one.solve(model.model)) != "INFEASIBLE")


def contradiction(group: Group) -> tuple[str, ...]:
    """A smallest set of claims that no subjects meet together; empty where all can be met.

    Each claim of the set is needed: without any one of them the rest can be met.
    """
    core = list(group.claims)
    if _is_feasible(group, core):
        return ()
    for claim in list(core):
        rest = [one for one in core if one != claim]
        if not _is_feasible(group, rest):
            core = rest
    return tuple(core)


def bounds(group: Group, without: tuple[str, ...] = ()) -> tuple[Bound, ...]:
    """The number of events of each endpoint and its 12-month rate, at the least and at the most."""
    found = []
    for endpoint in GroupModel(group).curves:
        found.append(_bound_of_events(group, endpoint, without))
        found.append(_bound_of_rate(group, endpoint, without))
    return tuple(found)


def _ready(group: Group, without: tuple[str, ...]) -> GroupModel:
    model = GroupModel(group)
    for claim, literal in model.literals.items():
        model.model.add(literal == (0 if claim in without else 1))
    return model


def _optimum(model: GroupModel, expression: Any, *, most: bool) -> tuple[float, bool]:
    (model.model.maximize if most else model.model.minimize)(expression)
    one = solver()
    status = one.status_name(one.solve(model.model))
    return float(one.best_objective_bound), status == "OPTIMAL"


def _bound_of_events(group: Group, endpoint: str, without: tuple[str, ...]) -> Bound:
    ends = []
    for most in (False, True):
        model = _ready(group, without)
        ends.append(_optimum(model, sum(model.curves[endpoint].events), most=most))
    name = f"{group.name}: {endpoint} events"
    proved = ends[0][1] and ends[1][1]
    return Bound(name, ends[0][0], ends[1][0], (0.0, float(group.n)), proved, group.name, endpoint)


def _bound_of_rate(group: Group, endpoint: str, without: tuple[str, ...]) -> Bound:
    ends, day = [], math.floor(_RATE_MONTHS * _MONTH)
    for most in (True, False):
        model = _ready(group, without)
        fallen = model.fallen_at(model.curves[endpoint], day, "rate")
        value, proved = _optimum(model, fallen, most=most)
        ends.append((round(100 * math.exp(-value / SCALE), 1), proved))
    name = f"{group.name}: {_RATE_MONTHS}-month {endpoint} in percent"
    proved = ends[0][1] and ends[1][1]
    return Bound(name, ends[0][0], ends[1][0], (0.0, 100.0), proved, group.name, endpoint, day)
