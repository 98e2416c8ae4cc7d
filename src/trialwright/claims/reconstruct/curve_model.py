"""A group's curves as a CP-SAT model.

Subjects stand in the order of their times, events before censorings of the same day. Then n − j + 1 are at
risk at position j, so the logarithm of the Kaplan–Meier curve is a sum over the event indicators with
known weights ln((n − j) / (n − j + 1)): linear. Times are whole days that do not fall. The curves of two
endpoints are tied by dominance: the j-th shortest PFS is not longer than the j-th shortest OS, which holds
for every set of subjects whose PFS ends at death at the latest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trialwright.claims.reconstruct.targets import ENDPOINTS, MedianTarget, ObservedTarget, RateTarget

if TYPE_CHECKING:
    from trialwright.claims.reconstruct.targets import Group

SCALE = 1_000_000
SLACK = 200
"""Rounding of 200 logarithms to whole millionths."""
ZERO = 30 * SCALE
_LOG_TWO = round(math.log(2.0) * SCALE)


@dataclass(frozen=True, slots=True)
class Curve:
    """The variables of one endpoint: times in days and event indicators, by position."""

    times: list[Any]
    events: list[Any]


class GroupModel:
    """The model of one group; every claim hangs on a literal of its own, so contradictions name claims."""

    def __init__(self, group: Group, at_half: int = -SLACK) -> None:
        """Make the model; `at_half` is how far beyond one half a curve must fall to cross it, in millionths.

        A little less than nothing lets a curve rest exactly on one half, where programs differ in the
        median: right for proofs. A little more leaves such curves out: right for data.
        """
        from ortools.sat.python import cp_model  # noqa: PLC0415 - of the extra `reconstruct`

        self.group = group
        self.at_half = at_half
        self.model = cp_model.CpModel()
        self.weights = [_weight(group.n, j) for j in range(1, group.n + 1)]
        self.literals = {claim: self.model.new_bool_var(claim) for claim in group.claims}
        self.curves = {name: self._curve(name) for name in self._endpoints()}
        if len(self.curves) == len(ENDPOINTS):
            for early, late in zip(self.curves["PFS"].times, self.curves["OS"].times, strict=True):
                self.model.add(early <= late)
        for name, curve in self.curves.items():
            for median in group.medians[name]:
                self._median(curve, median)
            for rate in group.rates[name]:
                self._rate(curve, rate)
        for observed in group.observed:
            self._observed(observed)

    def _endpoints(self) -> list[str]:
        group = self.group
        used = [name for name in ENDPOINTS if group.medians[name] or group.rates[name]]
        return ["OS", *(name for name in used if name != "OS")]

    def _curve(self, name: str) -> Curve:
        model, n = self.model, self.group.n
        times = [model.new_int_var(1, self.group.horizon, f"{name}_t{j}") for j in range(n)]
        events = [model.new_bool_var(f"{name}_e{j}") for j in range(n)]
        for j in range(n - 1):
            model.add(times[j] <= times[j + 1])
            # a censoring before an event lies a day earlier: on one day the event comes first
            model.add(times[j] + 1 <= times[j + 1]).only_enforce_if(events[j].negated(), events[j + 1])
        return Curve(times, events)

    def fallen(self, flags: list[Any], upto: int) -> Any:
        """−ln S just after a position (0: before everybody), in millionths."""
        return sum(weight * flag for weight, flag in zip(self.weights[:upto], flags[:upto], strict=True))

    def _median(self, curve: Curve, target: MedianTarget) -> None:
        """One position at which the curve crosses one half, on a day that prints as the median."""
        model, literal = self.model, self.literals[target.claim]
        flags = [1 - one for one in curve.events] if target.of_censoring else curve.events
        crosses = [model.new_bool_var(f"{target.claim}_x{j}") for j in range(self.group.n)]
        model.add(sum(crosses) == 1).only_enforce_if(literal)
        for j, here in enumerate(crosses):
            given = [literal, here]
            model.add(flags[j] == 1).only_enforce_if(given)
            model.add(self.fallen(flags, j + 1) >= _LOG_TWO + self.at_half).only_enforce_if(given)
            model.add(self.fallen(flags, j) <= _LOG_TWO - SLACK - 1).only_enforce_if(given)
            model.add(curve.times[j] >= target.days.low).only_enforce_if(given)
            model.add(curve.times[j] <= target.days.high).only_enforce_if(given)

    def fallen_at(self, curve: Curve, day: int, name: str) -> Any:
        """−ln S at a day, in millionths."""
        model, total = self.model, []
        for j, (time, event) in enumerate(zip(curve.times, curve.events, strict=True)):
            by_then = model.new_bool_var(f"{name}_y{j}")
            model.add(time <= day).only_enforce_if(by_then)
            model.add(time >= day + 1).only_enforce_if(by_then.negated())
            both = model.new_bool_var(f"{name}_w{j}")
            model.add_bool_and(by_then, event).only_enforce_if(both)
            model.add_bool_or(by_then.negated(), event.negated()).only_enforce_if(both.negated())
            total.append(self.weights[j] * both)
        return sum(total)

    def _rate(self, curve: Curve, target: RateTarget) -> None:
        literal = self.literals[target.claim]
        fallen = self.fallen_at(curve, target.day, target.claim)
        least = -math.log(target.high) if target.high > 0 else ZERO / SCALE
        self.model.add(fallen >= math.floor(least * SCALE) - SLACK).only_enforce_if(literal)
        if target.low > 0:
            most = math.ceil(-math.log(target.low) * SCALE) + SLACK
            self.model.add(fallen <= most).only_enforce_if(literal)

    def _observed(self, target: ObservedTarget) -> None:
        """The median, the shortest and the longest of the observed times of survival."""
        times, literal, n = self.curves["OS"].times, self.literals[target.claim], self.group.n
        twice = times[(n - 1) // 2] + times[n // 2]
        self.model.add(twice >= 2 * target.median.low).only_enforce_if(literal)
        self.model.add(twice <= 2 * target.median.high).only_enforce_if(literal)
        for days, time in ((target.shortest, times[0]), (target.longest, times[-1])):
            if days is not None:
                self.model.add(time >= days.low).only_enforce_if(literal)
                self.model.add(time <= days.high).only_enforce_if(literal)


def _weight(n: int, position: int) -> int:
    left = n - position
    return ZERO if left == 0 else round(math.log((left + 1) / left) * SCALE)
