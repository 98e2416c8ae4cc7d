"""What all figures share: sizes, the plotting area, axes, and the pair of wide and narrow drawings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright.analyse.results import DAYS_PER_MONTH
from trialwright.report import palette, svg

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WIDE = 760.0
NARROW = 360.0
_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 36, 60, 120)
_WIDE_TICKS = 10
_NARROW_TICKS = 6


@dataclass(frozen=True, slots=True)
class Sheet:
    """The paper for one drawing: its width, and the size of its letters."""

    width: float = WIDE
    letter: float = 12.0

    @property
    def is_narrow(self) -> bool:
        """Whether the drawing is for a phone."""
        return self.width < WIDE

    @property
    def most_ticks(self) -> int:
        """How many ticks a horizontal axis carries without crowding."""
        return _NARROW_TICKS if self.is_narrow else _WIDE_TICKS

    def type(self, anchor: str = "start", colour: str = palette.INK, weight: int = 400) -> svg.Type:
        """The type of this sheet."""
        return svg.Type(self.letter, colour, anchor, weight)


WIDE_SHEET = Sheet()
NARROW_SHEET = Sheet(NARROW, 11.0)


@dataclass(frozen=True, slots=True)
class Plot:
    """The rectangle between the axes."""

    left: float
    top: float
    right: float
    bottom: float


def pair(draw: Callable[[Sheet], Markup]) -> Markup:
    """Both drawings; the style sheet shows the one that fits."""
    return Markup('<div class="wide">{}</div><div class="narrow">{}</div>').format(
        draw(WIDE_SHEET), draw(NARROW_SHEET)
    )


def months_between(days: float) -> float:
    """Days as months, for a place on an axis."""
    return days / DAYS_PER_MONTH


def month_ticks(last: float, at_most: int) -> list[float]:
    """Ticks of a time axis in steps that clinicians use.

    >>> month_ticks(23.4, 6)
    [0, 6, 12, 18, 24]
    """
    step = next((s for s in _MONTH_STEPS if last / s <= at_most - 1), _MONTH_STEPS[-1])
    return svg.multiples(0, max(-(-last // step), 1) * step, step)


def time_axis(
    sheet: Sheet, plot: Plot, scale: svg.Linear, marks: Sequence[float], label: str
) -> list[Markup]:
    """A horizontal axis in months with ticks and its label."""
    drawn = [svg.line(plot.left, plot.bottom, plot.right, plot.bottom, svg.Stroke())]
    for tick in marks:
        x = scale(tick)
        drawn.append(svg.line(x, plot.bottom, x, plot.bottom + 5, svg.Stroke()))
        drawn.append(svg.word(x, plot.bottom + 6 + sheet.letter, f"{tick:g}", sheet.type("middle")))
    middle = (plot.left + plot.right) / 2
    drawn.append(svg.word(middle, plot.bottom + 10 + 2.2 * sheet.letter, label, sheet.type("middle")))
    return drawn


def value_axis(
    sheet: Sheet, plot: Plot, scale: svg.Linear, marks: Sequence[tuple[float, str]], label: str
) -> list[Markup]:
    """A vertical axis with its ticks, their words, and the label that reads upwards."""
    drawn = [svg.line(plot.left, plot.top, plot.left, plot.bottom, svg.Stroke())]
    for tick, words in marks:
        y = scale(tick)
        drawn.append(svg.line(plot.left - 5, y, plot.left, y, svg.Stroke()))
        drawn.append(svg.word(plot.left - 8, y + sheet.letter * 0.36, words, sheet.type("end")))
    room = max(svg.text_width(words, sheet.letter) for _, words in marks)
    edge = max(plot.left - room - 18, sheet.letter)
    drawn.append(svg.turned_word(edge, (plot.top + plot.bottom) / 2, label, sheet.type("middle")))
    return drawn


def response_key(sheet: Sheet, responses: Sequence[str], top: float) -> tuple[list[Markup], float]:
    """The legend of response colours from the left edge, in rows; and the height it took."""
    drawn, x, y = [], 0.0, top
    for response in responses:
        name = palette.response_name(response)
        width = 16 + svg.text_width(name, sheet.letter) + 14
        if x and x + width > sheet.width:
            x, y = 0.0, y + sheet.letter + 8
        drawn.append(svg.rect(x, y, 11, 11, palette.response_colour(response), outline=palette.QUIET))
        drawn.append(svg.word(x + 16, y + 10, name, sheet.type()))
        x += width
    return drawn, y + sheet.letter + 8 - top


def responses_in_order(present: set[str]) -> list[str]:
    """The responses that occur, best first; terms of other rule sets last, by name."""
    known = [response for response in palette.RESPONSE_ORDER if response in present]
    return known + sorted(present - set(known))
