"""The tests of one file that are asked for by name: other weights, MaxCombo, restricted means."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trialwright.errors import ArgumentError
from trialwright.stats.logrank import LogRank, logrank
from trialwright.stats.maxcombo import MaxCombo, maxcombo
from trialwright.stats.named_tests import Combined, Means, NamedTest
from trialwright.stats.restricted_means import RestrictedMeans, restricted_means

if TYPE_CHECKING:
    from trialwright.analyse.survival_input import Labels, SurvivalInput
    from trialwright.stats.estimate import Estimate
    from trialwright.stats.logrank import FlemingHarrington

Found = LogRank | MaxCombo | RestrictedMeans


@dataclass(frozen=True, eq=False)
class AskedTest:
    """A test by name with what it found, and whether it is within strata."""

    test: NamedTest
    found: Found
    groups: tuple[str, ...]
    stratified: bool

    def as_json(self) -> dict[str, Any]:
        """For programs; null where not defined."""
        shown: dict[str, Any] = {
            "test": self.test.name,
            "label": self.test.label,
            "stratified": self.stratified,
            "p": finite(self.found.p),
        }
        if isinstance(self.found, MaxCombo):
            return shown | self._combined(self.found)
        if isinstance(self.found, RestrictedMeans):
            return shown | self._means(self.found)
        return shown | {"chi2": finite(self.found.chi2), "df": self.found.df, "z": finite(self.found.z)}

    def _combined(self, found: MaxCombo) -> dict[str, Any]:
        """One-sided p-values are those against the group named having fewer events."""
        sides = (found.p_first_better, found.p_second_better)
        return {
            "z": {exponents(w): finite(z) for w, z in zip(found.weights, found.z.tolist(), strict=True)},
            "largest": None if found.reason else exponents(found.largest),
            "p_better": {group: finite(p) for group, p in zip(self.groups, sides, strict=True)},
        }

    def _means(self, found: RestrictedMeans) -> dict[str, Any]:
        means = zip(self.groups, found.means, strict=True)
        return {
            "tau": found.tau,
            "means": [{"group": group} | limits(mean) for group, mean in means],
            "difference": {"of": f"{self.groups[1]} - {self.groups[0]}"} | limits(found.difference),
            "ratio": {"of": f"{self.groups[1]} / {self.groups[0]}"} | limits(found.ratio),
            "ratio_p": finite(found.ratio_p),
        }


def finite(number: float) -> float | None:
    """The number, or nothing where it is not finite."""
    return float(number) if math.isfinite(number) else None


def limits(estimate: Estimate) -> dict[str, float | None]:
    """An estimate with its interval."""
    return {key: finite(getattr(estimate, key)) for key in ("value", "low", "high")}


def exponents(weight: FlemingHarrington) -> str:
    """A weight as it is asked for."""
    return f"{weight.rho:g}:{weight.gamma:g}"


def asked_tests(data: SurvivalInput, tests: tuple[NamedTest, ...]) -> tuple[AskedTest, ...]:
    """Each test of the groups, within strata where there are any; restricted means know no strata.

    Raises:
        ArgumentError: no groups; more than two for MaxCombo or restricted means; tau beyond follow-up.
    """
    if not tests:
        return ()
    if data.by is None or len(data.by.levels) == 1:
        raise ArgumentError.at(
            "--tests", "no groups to compare", expected="--by, a column with two or more groups"
        )
    return tuple(_asked(data, test, data.by) for test in tests)


def _asked(data: SurvivalInput, test: NamedTest, by: Labels) -> AskedTest:
    strata = data.strata.codes if data.strata else None
    time, event, group = data.time, data.event, by.codes
    if isinstance(test, Means):
        return AskedTest(test, restricted_means(time, event, group, test.tau), by.levels, stratified=False)
    found: Found
    if isinstance(test, Combined):
        found = maxcombo(time, event, group, strata=strata, weights=test.weights)
    else:
        found = logrank(time, event, group, strata=strata, weight=test.weight)
    return AskedTest(test, found, by.levels, stratified=strata is not None)
