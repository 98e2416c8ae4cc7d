"""Chapters of a randomised study that asks whether the experimental arm is better, or worth a phase III."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright.design.chapters_randomised import stated_values
from trialwright.design.figures import Axis, Curve, Guide, curves, percent_axis
from trialwright.report import blocks
from trialwright.report import format as fmt
from trialwright.stats.event_sizes import Question

if TYPE_CHECKING:
    from trialwright.design.randomised_page import RandomisedPage

ALPHAS = (0.025, 0.05, 0.1, 0.2)
STEPS = 60
LEAST_RATIO = 0.4
HOW = "Schoenfeld 1981: Φ(|log(hazard ratio)| √(d π (1 − π)) − z), one-sided alpha {alpha:g}"


def _power(page: RandomisedPage, ratio: float) -> Markup:
    value = page.power(ratio, 1.0)
    what = f"Power for superiority, true hazard ratio {ratio:.3g}"
    return page.book.number(what, value, fmt.percent(value), HOW.format(alpha=page.inputs.alpha))


def _needed(page: RandomisedPage, ratio: float) -> tuple[Markup, Markup]:
    """Events and subjects to show superiority at a true hazard ratio."""
    return page.needed(Question(ratio), f" at {ratio:.3g}", "hazard ratio")


def headline(page: RandomisedPage) -> list[Markup]:
    """The answer in a sentence or two."""
    given = page.inputs
    better = given.ratio if given.ratio < 1.0 else page.ratios[-1]
    lines = [
        Markup("With {} events, a true hazard ratio of {} is found with a probability of {}.").format(
            page.d, f"{better:.3g}", _power(page, better)
        )
    ]
    if given.screens:
        lines.append(
            Markup(
                "This is a screening trial: one in {} experimental arms that are no better would go on to a"
                " phase III, and its result is no proof of benefit."
            ).format(f"{1.0 / given.alpha:.0f}")
        )
    return lines


def supports(page: RandomisedPage) -> blocks.Section:
    """Power by the true hazard ratio, and the events and subjects that the stated power would need."""
    given = page.inputs
    rows = [
        blocks.TableRow(f"{ratio:.3g}", (_power(page, ratio), *_needed(page, ratio))) for ratio in page.ratios
    ]
    columns = (
        blocks.Column("True hazard ratio"),
        blocks.Column("Power"),
        blocks.Column("Events needed", under=page.shown_power),
        blocks.Column("Subjects needed", under=f"{page.shown_power}, this timing"),
    )
    caption = Markup("What {} events can show").format(page.d)
    table = blocks.Table("ratios", caption, columns, tuple(rows), (f"One-sided alpha {given.alpha:g}.",))
    return blocks.Section("supports", "What this size can show", (table, _figure(page)))


def _figure(page: RandomisedPage) -> blocks.Figure:
    ratios = [LEAST_RATIO ** (1.0 - k / STEPS) for k in range(STEPS + 1)]
    levels = sorted({page.inputs.alpha, *ALPHAS})
    lines = [
        Curve(
            f"One-sided alpha {alpha:g}",
            tuple((math.log(r), page.power(r, 1.0, alpha=alpha)) for r in ratios),
        )
        for alpha in levels
    ]
    ticks = tuple((math.log(r), f"{r:g}") for r in (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0))
    guides = [Guide(page.inputs.errors.power, page.shown_power)]
    if LEAST_RATIO < page.inputs.ratio < 1.0:
        guides.append(Guide(math.log(page.inputs.ratio), "as planned", upright=True))
    label = "Power by the true hazard ratio and the level of the test"
    drawing = curves(lines, Axis("True hazard ratio", ticks), percent_axis("Power"), label, guides)
    return blocks.Figure("power", label, drawing)


def paragraph(page: RandomisedPage) -> blocks.Section:
    """The paragraph for the statistics section of the protocol."""
    given = page.inputs
    ratio = given.ratio if given.ratio < 1.0 else page.ratios[-1]
    events, subjects = _needed(page, ratio)
    power, *timing, size = stated_values(page)
    text = Markup(
        "The primary comparison of {} uses the log-rank test at a one-sided level of {}{}. A hazard ratio of"
        " {} is detected with a power of {} by {} events; at a control median of {} months, accrual of {}"
        " months and follow-up of {} months these are expected among {} subjects. The {} subjects of this"
        " study with {} events have a power of {}."
    ).format(
        given.label.lower(),
        page.book.given("One-sided alpha", given.alpha, f"{given.alpha:g}"),
        ", as a screening trial for a phase III (Rubinstein 2005)" if given.screens else "",
        page.book.given("Hazard ratio planned with", ratio, f"{ratio:.3g}"),
        power,
        events,
        *timing,
        subjects,
        size,
        page.d,
        _power(page, ratio),
    )
    return blocks.Section("paragraph", "For the statistics section", (blocks.Prose(text),))
