"""The ensemble: solutions until there are enough, each checked against every printed figure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trialwright.claims.calendar import DAYS
from trialwright.claims.model import FollowUp, Landmark, Median, Ratio, endpoint_of
from trialwright.claims.reconstruct.hazards import NEAR, match
from trialwright.claims.reconstruct.prove import bounds, contradiction
from trialwright.claims.reconstruct.sample import mixed, sample
from trialwright.claims.reconstruct.targets import Targets, group_of, targets_of
from trialwright.errors import DataError
from trialwright.stats.cox import cox
from trialwright.stats.special import normal_isf
from trialwright.stats.survival import kaplan_meier, reverse_kaplan_meier

if TYPE_CHECKING:
    from trialwright.claims.model import Claim, Publication
    from trialwright.claims.printed import Printed
    from trialwright.claims.reconstruct.prove import Bound
    from trialwright.claims.reconstruct.sample import Rebuilt
    from trialwright.claims.reconstruct.targets import RatioTarget
    from trialwright.progress import Progress

SIZE = 50
_ATTEMPTS_EACH = 5
_HOPE = 0.15
_GOOD = 0.004
_MORE_EVENTS = 8
_SPLIT = (0.35, 0.65)
_USUAL_LEVEL = 95.0

DataSet = dict[str, "Rebuilt"]


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


@dataclass(frozen=True, eq=False)
class Ensemble:
    """The data sets, best first, with the figures of each, the contradictions and the bounds."""

    targets: Targets
    sets: tuple[DataSet, ...]
    figures: tuple[tuple[Figure, ...], ...]
    contradictions: dict[str, tuple[str, ...]]
    bounds: tuple[Bound, ...]


def build(publication: Publication, progress: Progress, *, seed: int = 1, size: int = SIZE) -> Ensemble:
    """Make `size` data sets.

    Raises:
        DataError: no subjects were found that meet the claims.
        StudyFileError: the claims say too little.
    """
    targets = targets_of(publication)
    contradictions: dict[str, tuple[str, ...]] = {}
    bounded: list[Bound] = []
    for group in targets.groups:
        with progress.step(f"{group.name}: what the figures prove"):
            contradictions[group.name] = contradiction(group)
            bounded += bounds(group, contradictions[group.name])
    rng = np.random.default_rng(seed)
    with progress.step(f"{size} data sets"):
        found = _found(publication, targets, contradictions, rng, size)
    if not found:
        raise DataError.at(
            "reconstruct", "no subjects were found that meet the claims", remedy="look at the audit"
        )
    found.sort(key=lambda pair: pair[0])
    sets = tuple({name: mixed(part, rng) for name, part in one.items()} for _missed, one in found[:size])
    figures = tuple(figures_of(publication, one) for one in sets)
    return Ensemble(targets, sets, figures, contradictions, tuple(bounded))


def _found(
    publication: Publication,
    targets: Targets,
    contradictions: dict[str, tuple[str, ...]],
    rng: np.random.Generator,
    size: int,
) -> list[tuple[int, DataSet]]:
    """Data sets, each with the number of figures that it misses."""
    found: list[tuple[int, DataSet]] = []
    totals = {ratio.claim: _Totals.of(ratio) for ratio in targets.ratios}
    for _ in range(_ATTEMPTS_EACH * size):
        one = _attempt(targets, contradictions, totals, rng)
        if one is not None:
            found.append((sum(not figure.met for figure in figures_of(publication, one)), one))
            good = sum(missed == 0 for missed, _set in found) if not targets.ratios else len(found)
            if good >= size:
                break
    return found


@dataclass
class _Totals:
    """Which total of events leads to a printed standard error: learnt from what came out so far."""

    events: list[int]
    tries: list[int]
    worth: list[float]

    @classmethod
    def of(cls, ratio: RatioTarget) -> _Totals:
        """Totals from the least possible upwards."""
        least = math.ceil(4.0 / ratio.std_error**2)
        events = list(range(least, least + _MORE_EVENTS))
        return cls(events, [0] * len(events), [0.0] * len(events))

    def draw(self, rng: np.random.Generator) -> int:
        """The place of a total, the better ones more often."""
        chance = np.array(
            [(_HOPE + worth) / (1 + tries) for worth, tries in zip(self.worth, self.tries, strict=True)]
        )
        return int(rng.choice(len(chance), p=chance / chance.sum()))

    def learn(self, place: int, left: float) -> None:
        """Note how near a total came."""
        self.tries[place] += 1
        self.worth[place] += math.exp(-left / _GOOD)


def _attempt(
    targets: Targets,
    contradictions: dict[str, tuple[str, ...]],
    totals: dict[str, _Totals],
    rng: np.random.Generator,
) -> DataSet | None:
    counts: dict[str, dict[str, int]] = {group.name: {} for group in targets.groups}
    places = {name: one.draw(rng) for name, one in totals.items()}
    share = rng.uniform(*_SPLIT)
    for ratio in targets.ratios:
        events = totals[ratio.claim].events[places[ratio.claim]]
        first = round(events * share)
        counts[ratio.groups[0]][ratio.endpoint] = first
        counts[ratio.groups[1]][ratio.endpoint] = events - first
    parts: DataSet = {}
    for group in targets.groups:
        part = sample(group, rng, contradictions[group.name], counts[group.name])
        if part is None:
            return None
        parts[group.name] = part
    worst = 0.0
    for ratio in targets.ratios:
        parts, left = match(parts, ratio, rng)
        totals[ratio.claim].learn(places[ratio.claim], left)
        worst = max(worst, left)
    return parts if worst <= NEAR else None


def figures_of(publication: Publication, parts: DataSet) -> tuple[Figure, ...]:
    """Every printed figure of time against what the subjects give, computed as for recorded data."""
    figures: list[Figure] = []
    for claim in publication.claims:
        if isinstance(claim, Ratio):
            figures += _ratio_figures(claim, parts)
        elif isinstance(claim, Median | Landmark | FollowUp):
            part = parts.get(group_of(publication, claim.population))
            figures += _curve_figures(claim, part) if part is not None else []
    return tuple(figures)


def _figure(claim: Claim, what: str, printed: Printed, value: float) -> Figure:
    recomputed = "not reached" if math.isnan(value) else printed.at(value).text
    return Figure(claim.id, what, printed.text, recomputed)


def _curve_figures(claim: Median | Landmark | FollowUp, part: Rebuilt) -> list[Figure]:
    if claim.unit is None:
        return []
    factor = DAYS[claim.unit]
    endpoint = "OS" if isinstance(claim, FollowUp) else endpoint_of(claim)
    if endpoint not in part.times:
        return []
    times, events = part.times[endpoint] / factor, part.events[endpoint]
    if isinstance(claim, Landmark):
        rate = kaplan_meier(times, events).at([float(claim.time)])[0].survival
        return [_figure(claim, f"{endpoint} at {claim.time} {claim.unit}s, %", claim.percent, 100 * rate)]
    if isinstance(claim, Median):
        value = kaplan_meier(times, events).median().value
        return [_figure(claim, f"median {endpoint}", claim.value, value)] if claim.value else []
    if claim.ci is not None:
        value = reverse_kaplan_meier(times, events).median().value
        return [_figure(claim, "median follow-up, reverse Kaplan–Meier", claim.value, value)]
    figures = [_figure(claim, "median follow-up, observed", claim.value, float(np.median(times)))]
    for name, printed, value in zip(
        ("shortest", "longest"), claim.range or (), (times.min(), times.max()), strict=False
    ):
        figures += [_figure(claim, f"{name} follow-up", printed, float(value))] if printed else []
    return figures


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
    reach = normal_isf((1 - (claim.level or _USUAL_LEVEL) / 100) / 2) * se
    figures = [_figure(claim, f"{endpoint} hazard ratio", claim.value, math.exp(b))]
    for name, printed, value in zip(("lower", "upper"), claim.ci or (), (b - reach, b + reach), strict=False):
        figures += (
            [_figure(claim, f"{endpoint} hazard ratio, {name} limit", printed, math.exp(value))]
            if printed
            else []
        )
    if claim.p is not None and not claim.p.sign:
        figures.append(_figure(claim, f"{endpoint} hazard ratio, P", claim.p.number, float(fit.p[0])))
    return figures
