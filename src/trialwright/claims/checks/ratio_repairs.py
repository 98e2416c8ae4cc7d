"""The one number whose change mends a ratio, its interval and its P value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.claims.log_scale import Wald, meet, p_range

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.claims.model import Ratio
    from trialwright.claims.printed import Printed, PrintedP, Span

_USUAL = 95.0
_LEVELS = (95.0, 90.0, 99.0)
_MOST = 4000
_SWAPPED = 2


def _strict(number: Printed) -> Span:
    return number.rounded


def _fits(value: Printed, limits: tuple[Printed, Printed], level: float, p: PrintedP | None) -> bool:
    if not limits[0].value < value.value < limits[1].value or limits[0].value <= 0:
        return False
    wald = Wald(value, *limits, level, _strict)
    return wald.is_symmetric() and (p is None or meet(wald.p_values_apart(), p_range(p, _strict)))


def repairs(claim: Ratio) -> Iterator[str]:
    """The changes of one field that mend all, each as the range of what it would have to be.

    One digit mistyped, or two swapped, is said: it is the likeliest.
    """
    assert claim.ci is not None
    low, high = claim.ci
    assert low is not None
    assert high is not None
    level = claim.level or _USUAL
    yield from _told("the ratio", claim.value, _values(claim, low, high, level))
    yield from _told("the lower limit", low, _limits(claim, (None, high), level))
    yield from _told("the upper limit", high, _limits(claim, (low, None), level))
    if claim.p is not None and low.value < claim.value.value < high.value and low.value > 0:
        wald = Wald(claim.value, low, high, level, _strict)
        if wald.is_symmetric():
            p = wald.p_values()
            decimals = claim.p.number.decimals
            yield f"P {p.low:.{decimals}f}–{p.high:.{decimals}f} instead of {claim.p}"
    for other in _LEVELS:
        if other != level and _fits(claim.value, (low, high), other, claim.p):
            yield f"a level of {other:g} % instead of {level:g} %"


def _grid(like: Printed, first: Printed, last: Printed) -> Iterator[Printed]:
    """The numbers printed like one, from the first to the last of a range."""
    steps = int((last.value - first.value) / like.unit)
    for step in range(min(steps, _MOST) + 1):
        yield like.at(first.value + step * like.unit)


def _values(claim: Ratio, low: Printed, high: Printed, level: float) -> list[Printed]:
    return [one for one in _grid(claim.value, low, high) if _fits(one, (low, high), level, claim.p)]


def _limits(claim: Ratio, known: tuple[Printed | None, Printed | None], level: float) -> list[Printed]:
    """The missing limit that makes the interval symmetric, where P allows it too."""
    other = known[0] or known[1]
    assert other is not None
    if other.value <= 0:
        return []
    mirrored = other.at(claim.value.value**2 / other.value)
    found = []
    for one in (mirrored, *mirrored.neighbours(_reach(mirrored, other))):
        limits = (known[0] or one, known[1] or one)
        if _fits(claim.value, limits, level, claim.p):
            found.append(one)
    return sorted(found, key=lambda one: one.value)


def _reach(mirrored: Printed, other: Printed) -> int:
    """How many units the mirrored limit can move when both others move by half a unit."""
    return int(2 + 2 * mirrored.value / max(other.value, other.unit))


def _told(what: str, printed: Printed, found: list[Printed]) -> Iterator[str]:
    if not found or printed in found:
        return
    shown = found[0].text if len(found) == 1 else f"{found[0]}–{found[-1]}"
    typing = [one.text for one in found if is_one_slip(printed.text, one.text)]
    slip = f" (one slip of typing: {', '.join(typing)})" if typing else ""
    yield f"{what} {shown} instead of {printed}{slip}"


def is_one_slip(first: str, second: str) -> bool:
    """Whether one digit differs, or two neighbours are swapped.

    >>> is_one_slip("1.62", "1.67"), is_one_slip("0.16", "0.61"), is_one_slip("0.16", "0.99")
    (True, True, False)
    """
    if len(first) != len(second):
        return False
    places = [at for at, (one, other) in enumerate(zip(first, second, strict=True)) if one != other]
    if len(places) == 1:
        return True
    before, after = [first[at] for at in places], [second[at] for at in places]
    return len(places) == _SWAPPED and before == after[::-1]
