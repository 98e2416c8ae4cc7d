"""What the rebuilt subjects meet, in words: the table of constraints and fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.claims.calendar import DAYS
from trialwright.claims.reconstruct.curves.rebuild import SIZE
from trialwright.claims.reconstruct.curves.records import pairings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.claims.curve_claim import DigitisedCurve
    from trialwright.claims.model import Publication
    from trialwright.claims.reconstruct.curves.rebuild import CurveSets, RatioRange, Rebuilding

MARK = "RECONSTRUCTED"
_PERCENT = 100.0
_FAR = 0.02
_WIDE = 1.5
"""A ratio whose limits differ by more than this factor is hardly bounded."""
_SHARE = 0.1


def told(publication: Publication, rebuilding: Rebuilding) -> str:
    """The table of constraints met, how near the clicks are, what is hardly bounded, and what was assumed."""
    lines = [f"{MARK}: {SIZE} data sets behind {len(rebuilding.curves)} digitised curves", ""]
    for one in rebuilding.curves:
        lines += _of_curve(one, next(curve for curve in publication.curves if curve.id == one.curve.id))
    lines += ["", *(_of_ratio(one) for one in rebuilding.ratios)]
    lines += [
        f"{figure.claim}: {figure.what}: published {figure.printed}, recomputed {figure.recomputed}; "
        f"met in {share} of {SIZE}"
        for figure, share in zip(rebuilding.figures, rebuilding.shares, strict=True)
    ]
    lines += ["", *_of_pairs(rebuilding), *_assumed(publication, rebuilding)]
    return "\n".join(lines) + "\n"


def _of_numbers(one: CurveSets, printed: DigitisedCurve) -> str:
    """How many of the printed numbers at risk every data set meets."""
    if not printed.at_risk:
        return "  numbers at risk: not printed"
    missed = [
        f"{number} at {when:g}"
        for when, number in printed.at_risk
        if any(each.at_risk(when * DAYS[printed.unit]) != number for each in one.sets)
    ]
    after = f"; not {', '.join(missed)}" if missed else ""
    met = len(printed.at_risk) - len(missed)
    return f"  numbers at risk: {met} of {len(printed.at_risk)} met in all data sets{after}"


def _of_curve(one: CurveSets, printed: DigitisedCurve) -> Iterator[str]:
    curve, first = one.curve, one.sets[0]
    yield f"{curve.id}: {curve.endpoint} of {curve.group}, {curve.n} subjects"
    yield _of_numbers(one, printed)
    low, high = one.events
    if curve.total is not None:
        yield f"  events: {low} to {high} in the data sets, {curve.total} printed"
    else:
        hardly = ", hardly bounded" if high - low > _SHARE * curve.n else ""
        yield f"  events: {int(first.events.sum())}, {low} to {high} in the data sets{hardly}; not printed"
    off, day = one.farthest_click()
    far = ": compare this place with the figure" if off > _FAR else ""
    at = f"{day / DAYS[printed.unit]:.1f} {printed.unit}s"
    yield f"  clicks: at most {_PERCENT * off:.1f} points from the curve, at {at}{far}"
    yield f"  accuracy of the clicks as learnt from them: {_PERCENT * one.sigma:.2f} points"


def _of_ratio(one: RatioRange) -> str:
    hardly = ", hardly bounded" if one.high > _WIDE * one.low else ""
    return (
        f"{one.endpoint}: hazard ratio {one.groups[0]} over {one.groups[1]} {one.value:.3f}, "
        f"{one.low:.3f} to {one.high:.3f} in 95 % of the data sets{hardly} (reconstruction only, no sampling)"
    )


def _of_pairs(rebuilding: Rebuilding) -> Iterator[str]:
    for group, pairing in pairings(rebuilding).items():
        yield f"{group}: each subject's PFS is paired with an OS that is not shorter; which is not published"
        if pairing.moved:
            yield f"{group}: PFS of {pairing.moved} subjects was cut to OS, by {pairing.days} days at most"
        if pairing.died_censored:
            yield f"{group}: {pairing.died_censored} died with censored PFS: the two curves contradict"


def _assumed(publication: Publication, rebuilding: Rebuilding) -> Iterator[str]:
    yield "Assumed:"
    unstated = {curve.id for curve in publication.curves if curve.population is None}
    for where in sorted({one.curve.group for one in rebuilding.curves if one.curve.id in unstated}):
        yield f"curves and figures without a stated population are of the population '{where}'"
    yield "numbers at risk count times of so much or more; at one time events come before censorings"
    if any(one.curve.marks is None for one in rebuilding.curves):
        yield "without censoring marks, who left between two events left at any time in between"
    if publication.study.accrual is None:
        yield "no dates are printed: every subject starts on the same day"
