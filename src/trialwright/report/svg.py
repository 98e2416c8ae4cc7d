"""A small hand for drawing: scales, axes and marks as SVG text.

Why not a plotting library: rendering one chart through vl-convert costs 0.3 s and its start 0.7 s
(the report has a dozen charts and five seconds for everything), and numbers at risk must stand
exactly beneath the axis. Every text that comes from data is escaped here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from trialwright.report import palette

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif"
_CHARACTER_WIDTH = 0.56


def coordinate(value: float) -> str:
    """A coordinate with one decimal at most: `12.5`, `7`, never `-0`."""
    text = f"{value:.1f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


@dataclass(frozen=True, slots=True)
class Stroke:
    """How a line is drawn."""

    colour: str = palette.INK
    width: float = 1.0
    dash: str = ""


@dataclass(frozen=True, slots=True)
class Type:
    """How a word is set: size in pixels, colour, weight, anchor (start, middle, end)."""

    size: float = 12.0
    colour: str = palette.INK
    anchor: str = "start"
    weight: int = 400


@dataclass(frozen=True, slots=True)
class Linear:
    """A straight scale from data to pixels."""

    domain: tuple[float, float]
    pixels: tuple[float, float]

    def __call__(self, value: float) -> float:
        """The pixel at which a value stands."""
        (low, high), (start, end) = self.domain, self.pixels
        share = (value - low) / (high - low) if high > low else 0.0
        return start + share * (end - start)


def multiples(low: float, high: float, step: float) -> list[float]:
    """The multiples of a step between two bounds, both included.

    >>> multiples(0, 24, 6)
    [0, 6, 12, 18, 24]
    """
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [k * step for k in range(first, last + 1)]


def text_width(words: str, size: float) -> float:
    """About how many pixels a text takes: fonts differ, so leave room."""
    return len(words) * size * _CHARACTER_WIDTH


def line(x1: float, y1: float, x2: float, y2: float, stroke: Stroke) -> Markup:
    """A straight line."""
    return _mark(
        f'<line x1="{coordinate(x1)}" y1="{coordinate(y1)}" x2="{coordinate(x2)}" y2="{coordinate(y2)}"'
        f"{_stroke(stroke)}/>"
    )


def path(points: Iterable[tuple[float, float]], stroke: Stroke, *, title: str = "") -> Markup:
    """A polyline without fill."""
    drawn = _trace(points)
    if not title:
        return _mark(f'<path d="{drawn}" fill="none"{_stroke(stroke)}/>')
    return _mark(f'<path class="tip" d="{drawn}" fill="none"{_stroke(stroke)}>{_title(title)}</path>')


def area(points: Iterable[tuple[float, float]], colour: str, opacity: float) -> Markup:
    """A filled, closed shape without outline."""
    return _mark(f'<path d="{_trace(points)}Z" fill="{colour}" fill-opacity="{opacity}"/>')


def rect(
    x: float, y: float, width: float, height: float, fill: str, *, outline: str = "", title: str = ""
) -> Markup:
    """A box; with a title it answers to pointer and finger."""
    shape = (
        f'x="{coordinate(x)}" y="{coordinate(y)}" width="{coordinate(max(width, 0))}"'
        f' height="{coordinate(max(height, 0))}" fill="{fill}"'
    )
    if outline:
        shape += f' stroke="{outline}"'
    if not title:
        return _mark(f"<rect {shape}/>")
    return _mark(f'<rect class="tip" {shape}>{_title(title)}</rect>')


def dot(x: float, y: float, radius: float, fill: str, outline: str = "") -> Markup:
    """A filled circle."""
    edge = f' stroke="{outline}" stroke-width="0.6"' if outline else ""
    return _mark(
        f'<circle cx="{coordinate(x)}" cy="{coordinate(y)}" r="{coordinate(radius)}" fill="{fill}"{edge}/>'
    )


def word(x: float, y: float, words: str, kind: Type) -> Markup:
    """One line of text."""
    anchor = "" if kind.anchor == "start" else f' text-anchor="{kind.anchor}"'
    weight = "" if kind.weight == Type().weight else f' font-weight="{kind.weight}"'
    return _mark(
        f'<text x="{coordinate(x)}" y="{coordinate(y)}" font-size="{coordinate(kind.size)}"'
        f' fill="{kind.colour}"{anchor}{weight}>{escape(words)}</text>'
    )


def turned_word(x: float, y: float, words: str, kind: Type) -> Markup:
    """One line of text that reads upwards, centred at the point."""
    return _mark(
        f'<text transform="translate({coordinate(x)} {coordinate(y)}) rotate(-90)" text-anchor="middle"'
        f' font-size="{coordinate(kind.size)}" fill="{kind.colour}">{escape(words)}</text>'
    )


def group(children: Iterable[Markup], *, title: str = "") -> Markup:
    """Marks that belong together; with a title they answer as one."""
    inside = Markup("").join(children)
    if not title:
        return _mark(f"<g>{inside}</g>")
    return _mark(f'<g class="tip">{_title(title)}{inside}</g>')


def link(anchor: str, inside: Markup) -> Markup:
    """A mark that leads to a row of the results."""
    return Markup('<a class="n" href="#{}">{}</a>').format(anchor, inside)


def picture(width: float, height: float, label: str, children: Iterable[Markup], *, mark: str = "") -> Markup:
    """The whole drawing with its text alternative; `mark` is written across it (SIMULATED)."""
    inside = Markup("").join(children)
    stamp = _watermark(width, height, mark) if mark else ""
    return _mark(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {coordinate(width)} {coordinate(height)}"'
        f' width="{coordinate(width)}" height="{coordinate(height)}" role="img" aria-label="{escape(label)}"'
        f' font-family="{FONT}">{stamp}{inside}</svg>'
    )


def wrap(words: str, width: float, size: float) -> list[str]:
    """Break a text into lines that fit about so many pixels."""
    lines: list[str] = []
    for piece in words.split(" "):
        if lines and text_width(f"{lines[-1]} {piece}", size) <= width:
            lines[-1] += f" {piece}"
        else:
            lines.append(piece)
    return lines or [""]


def staircase(steps: Sequence[tuple[float, float]], end: float) -> list[tuple[float, float]]:
    """The corners of a right-continuous step function given by (time, level after it)."""
    corners: list[tuple[float, float]] = []
    for time, height in steps:
        if corners:
            corners.append((time, corners[-1][1]))
        corners.append((time, height))
    if corners and end > corners[-1][0]:
        corners.append((end, corners[-1][1]))
    return corners


def _mark(text: str) -> Markup:
    """Say that a text is safe: its parts are numbers, colours of the palette, or escaped."""
    return Markup(text)  # noqa: S704 - see above


def _trace(points: Iterable[tuple[float, float]]) -> str:
    return "".join(
        f"{'M' if k == 0 else 'L'}{coordinate(x)} {coordinate(y)}" for k, (x, y) in enumerate(points)
    )


def _stroke(stroke: Stroke) -> str:
    dash = f' stroke-dasharray="{stroke.dash}"' if stroke.dash else ""
    width = "" if stroke.width == 1 else f' stroke-width="{coordinate(stroke.width)}"'
    return f' stroke="{stroke.colour}"{width}{dash}'


def _title(words: str) -> Markup:
    return Markup("<title>{}</title>").format(words)


def _watermark(width: float, height: float, mark: str) -> Markup:
    size = min(width / (len(mark) * 0.7), height / 3)
    return _mark(
        f'<text x="{coordinate(width / 2)}" y="{coordinate(height / 2 + size / 3)}" text-anchor="middle"'
        f' font-size="{coordinate(size)}" font-weight="700" fill="{palette.INK}" fill-opacity="0.07"'
        f' transform="rotate(-18 {coordinate(width / 2)} {coordinate(height / 2)})">{escape(mark)}</text>'
    )
