"""Every printed figure of time against what the subjects give, computed as for recorded data."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from trialwright.claims.calendar import DAYS
from trialwright.claims.model import FollowUp, Landmark, Median, Ratio, endpoint_of
from trialwright.claims.reconstruct.match import REST
from trialwright.claims.reconstruct.targets import group_of
from trialwright.stats.cox import cox
from trialwright.stats.logrank import logrank
from trialwright.stats.special import normal_isf
from trialwright.stats.survival import kaplan_meier, reverse_kaplan_meier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.claims.model import Claim, Publication
    from trialwright.claims.printed import Printed
    from trialwright.claims.reconstruct.sample import Rebuilt
    from trialwright.claims.reconstruct.targets import Whole
    from trialwright.stats.estimate import Estimate

DataSet = dict[str, "Rebuilt"]
Ints = npt.NDArray[np.int64]
NOT_REACHED = "not reached"
_USUAL_LEVEL = 95.0
_PERCENT = 100.0


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed number and what a data set gives for it."""

    claim: str
    what: str
    printed: str
    recomputed: str

    @property
    def met(self) -> bool:
        """Whether the two print alike."""
        return self.printed == self.recomputed


def figure(claim: Claim, what: str, printed: Printed, value: float) -> Figure:
    """A number beside its printed one, with as many digits."""
    recomputed = NOT_REACHED if math.isnan(value) else printed.at(value).text
    return Figure(claim.id, what, printed.text, recomputed)


def time_figures(
    publication: Publication, parts: DataSet, wholes: tuple[Whole, ...] = ()
) -> tuple[Figure, ...]:
    """Every printed figure of time and what one data set gives; `wholes` are populations over groups."""
    figures: list[Figure] = []
    for claim in publication.claims:
        if isinstance(claim, Ratio):
            figures += _ratio_figures(claim, parts)
        elif isinstance(claim, Median | Landmark | FollowUp) and claim.unit is not None:
            endpoint = "OS" if isinstance(claim, FollowUp) else endpoint_of(claim)
            names = names_of(group_of(publication, claim.population), wholes)
            found = _together([parts[name] for name in names if name in parts], endpoint)
            figures += _curve_figures(claim, endpoint, *found) if found is not None else []
    return tuple(figures)


def names_of(group: str, wholes: tuple[Whole, ...]) -> list[str]:
    """The groups that make up a population: itself, or what it is the whole of."""
    whole = next((one for one in wholes if one.group.name == group), None)
    return [group] if whole is None else [*whole.parts, *([REST] if whole.has_rest else [])]


def _together(parts: list[Rebuilt], endpoint: str) -> tuple[Ints, Ints] | None:
    if not parts or any(endpoint not in part.times for part in parts):
        return None
    return (
        np.concatenate([part.times[endpoint] for part in parts]),
        np.concatenate([part.events[endpoint] for part in parts]),
    )


def _curve_figures(
    claim: Median | Landmark | FollowUp, endpoint: str, days: Ints, events: Ints
) -> Iterator[Figure]:
    assert claim.unit is not None
    times = days / DAYS[claim.unit]
    if isinstance(claim, Landmark):
        rate = kaplan_meier(times, events).at([float(claim.time)])[0].survival
        yield figure(claim, f"{endpoint} at {claim.time} {claim.unit}s, %", claim.percent, _PERCENT * rate)
    elif isinstance(claim, Median):
        level = (claim.level or _USUAL_LEVEL) / _PERCENT
        yield from _median(claim, f"median {endpoint}", kaplan_meier(times, events, level=level).median())
    elif claim.is_reverse:
        level = (claim.level or _USUAL_LEVEL) / _PERCENT
        found = reverse_kaplan_meier(times, events, level=level).median()
        yield from _median(claim, "median follow-up, reverse Kaplan–Meier", found)
    else:
        yield figure(claim, "median follow-up, observed", claim.value, float(np.median(times)))
        for name, printed, value in zip(
            ("shortest", "longest"), claim.range or (), (times.min(), times.max()), strict=False
        ):
            if printed is not None:
                yield figure(claim, f"{name} follow-up", printed, float(value))


def _median(claim: Median | FollowUp, what: str, found: Estimate) -> Iterator[Figure]:
    if claim.value is None:
        return
    yield figure(claim, what, claim.value, found.value)
    for name, printed, value in zip(
        ("lower", "upper"), claim.ci or (), (found.low, found.high), strict=False
    ):
        if printed is not None:
            yield figure(claim, f"{what}, {name} limit (log-log)", printed, value)


def _ratio_figures(claim: Ratio, parts: DataSet) -> list[Figure]:
    endpoint = endpoint_of(claim)
    if claim.contrast is None or any(
        name not in parts or endpoint not in parts[name].times for name in claim.contrast
    ):
        return []
    first, second = (parts[name] for name in claim.contrast)
    times = np.concatenate([first.times[endpoint], second.times[endpoint]])
    events = np.concatenate([first.events[endpoint], second.events[endpoint]])
    arm = np.concatenate([np.ones(first.group.n), np.zeros(second.group.n)])
    fit = cox(times, events, arm[:, None])
    b, se = float(fit.beta[0]), float(fit.se[0])
    reach = normal_isf((1 - (claim.level or _USUAL_LEVEL) / _PERCENT) / 2) * se
    figures = [figure(claim, f"{endpoint} hazard ratio", claim.value, math.exp(b))]
    for name, printed, value in zip(("lower", "upper"), claim.ci or (), (b - reach, b + reach), strict=False):
        if printed is not None:
            figures.append(figure(claim, f"{endpoint} hazard ratio, {name} limit", printed, math.exp(value)))
    if claim.p is not None:
        p = logrank(times, events, arm.astype(int).astype(str)).p
        text = claim.p.text if claim.p.sign and p in claim.p.rounded else claim.p.number.at(p).text
        figures.append(Figure(claim.id, f"{endpoint}, P of the log-rank test", claim.p.text, text))
    return figures
