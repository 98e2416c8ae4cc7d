"""Chapters of a randomised study with a time to event: what its events can show, and what they cannot."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright.design.figures import Axis, Curve, Guide, curves, percent_axis
from trialwright.design.randomised_page import ratios_of
from trialwright.report import blocks
from trialwright.report import format as fmt
from trialwright.stats.event_process import enrolled_share
from trialwright.stats.event_sizes import Question, schoenfeld_events
from trialwright.stats.group_sequential import sequential_plan
from trialwright.stats.spending import OBrienFleming, Pocock

if TYPE_CHECKING:
    from trialwright.design.randomised_page import RandomisedPage

STEPS = 60
MONTHS_SHOWN = 60
MOST_RATIO = 2.0
LEAST_RATIO = 0.5
POWER_AT = {"arms equal": "equal hazards"}
SCHOENFELD = "Schoenfeld 1981: Φ(log(margin / hazard ratio) √(d π (1 − π)) − z), one-sided alpha {alpha:g}"


def headline(page: RandomisedPage) -> list[Markup]:
    """The answer in a sentence or two."""
    own = page.inputs.ruled_out
    others = [margin for margin in page.margins if margin != own]
    first, last = own, others[-1]
    how = SCHOENFELD.format(alpha=page.inputs.alpha)
    low, high = (
        page.book.number(
            f"Power for non-inferiority, margin {margin:g}, equal hazards",
            page.power(1.0, margin),
            fmt.percent(page.power(1.0, margin)),
            how,
        )
        for margin in (first, last)
    )
    lines = [
        Markup(
            "With {} events ({}), a trial whose arms are truly equal would show non-inferiority in {} of"
            " cases at its margin of {}, and in {} at a margin of {}."
        ).format(page.d, page.events_how, low, f"{first:g}", high, f"{last:g}")
    ]
    seen = page.inputs.published
    if seen is not None:
        lines.append(
            Markup(
                "The published hazard ratio is {} (95% CI {} to {}): it excludes no margin below {}."
            ).format(f"{seen.value:g}", f"{seen.low:g}", f"{seen.high:g}", f"{seen.high:g}")
        )
    return lines


def supports(page: RandomisedPage) -> blocks.Section:
    """Power at each margin, events and subjects that the stated power would need."""
    rows = tuple(_margin_row(page, margin) for margin in page.margins)
    columns = (
        blocks.Column("Margin (hazard ratio)"),
        *(
            blocks.Column("Power", under=words if ratio == 1.0 else f"{words}, ratio {ratio:.3g}")
            for ratio, words in ratios_of(page.inputs)
        ),
        blocks.Column("Events needed", under=f"{page.shown_power}, arms equal"),
        blocks.Column("Subjects needed", under=f"{page.shown_power}, this timing"),
    )
    superior = page.power(0.7, 1.0)
    caption = Markup("What {} events can show: non-inferiority by margin").format(page.d)
    notes = (
        f"One-sided alpha {page.inputs.alpha:g}. The study's own margin is {page.inputs.margin:g}.",
        Markup("Superiority: at a true hazard ratio of 0.7 the power is {}.").format(
            page.book.number(
                "Power for superiority at a hazard ratio of 0.7",
                superior,
                fmt.percent(superior),
                SCHOENFELD.format(alpha=page.inputs.alpha),
            )
        ),
    )
    table = blocks.Table("margins", caption, columns, rows, notes)
    return blocks.Section("supports", "What this size can show", (table, _power_figure(page)))


def _margin_row(page: RandomisedPage, margin: float) -> blocks.TableRow:
    alpha = page.inputs.alpha
    how = SCHOENFELD.format(alpha=alpha)
    number = page.book.number
    cells = (
        *(
            number(
                f"Power for non-inferiority, margin {margin:g}, {POWER_AT.get(words, words)}",
                page.power(ratio, margin),
                fmt.percent(page.power(ratio, margin)),
                how,
            )
            for ratio, words in ratios_of(page.inputs)
        ),
        *_needed(page, margin),
    )
    return blocks.TableRow(f"{margin:g}", cells)


def _needed(page: RandomisedPage, margin: float) -> tuple[Markup, Markup]:
    """Events and subjects to rule out a margin where the arms are equal."""
    return page.needed(Question(1.0, margin), f", margin {margin:g}", "margin")


def _power_figure(page: RandomisedPage) -> blocks.Figure:
    ratios = [LEAST_RATIO * (MOST_RATIO / LEAST_RATIO) ** (k / STEPS) for k in range(STEPS + 1)]
    lines = [
        Curve(f"Margin {margin:g}", tuple((math.log(r), page.power(r, margin)) for r in ratios))
        for margin in page.margins
    ]
    ticks = tuple((math.log(r), f"{r:g}") for r in (0.5, 0.6, 0.7, 0.8, 1.0, 1.2, 1.5, 2.0))
    label = "Power to show the hazard ratio below a margin, by the true hazard ratio"
    guides = [Guide(page.inputs.errors.power, f"{page.shown_power}")]
    guides += [Guide(math.log(r), words, upright=True) for r, words in ratios_of(page.inputs)[:1]]
    drawing = curves(lines, Axis("True hazard ratio", ticks), percent_axis("Power"), label, guides)
    return blocks.Figure("power", label, drawing)


def assumptions(page: RandomisedPage) -> blocks.Section:
    """What is assumed, and how events come in over time."""
    given = page.inputs
    timing = given.timing
    expected = sum(given.sizes) * given.trial().event_share()
    entries: list[tuple[str, Markup | str]] = [
        ("Endpoint", given.label),
        (
            "Arms",
            f"{given.arms[0]} ({given.sizes[1]}), {given.arms[1]} ({given.sizes[0]})",
        ),
        ("Medians", _medians(page)),
        ("Accrual", f"{timing.accrual:.1f} months, then {timing.follow_up:.1f} months to the cut-off"),
        ("Drop-out", f"hazard {timing.dropout:.3g} a month"),
        ("Test", f"log-rank and Cox, one-sided alpha {given.alpha:g}"),
        (
            "Events expected if every event were seen at once",
            page.book.number(
                "Events expected by the cut-off under the assumed medians",
                expected,
                f"{expected:.1f}",
                "closed form over uniform accrual, exponential events and drop-out (Lachin and Foulkes 1986)",
            ),
        ),
        ("Events behind this report", Markup("{} ({})").format(page.d, page.events_how)),
    ]
    return blocks.Section("assumptions", "Assumptions", (blocks.Facts(tuple(entries)), _events_figure(page)))


def _medians(page: RandomisedPage) -> str:
    control, other = page.inputs.medians
    planned = f"{other:.3g} and {control:.3g} months (hazard ratio {page.inputs.ratio:.3g})"
    if page.inputs.seen is None:
        return planned
    return f"{planned}; published: {page.inputs.seen[1]:g} and {page.inputs.seen[0]:g}"


def _events_figure(page: RandomisedPage) -> blocks.Figure:
    given, n = page.inputs, sum(page.inputs.sizes)
    trial = given.trial()
    months = range(MONTHS_SHOWN + 1)
    enrolled = Curve("Enrolled", tuple((t, n * enrolled_share(trial.accrual, t)) for t in months))
    events = Curve("Events expected", tuple((t, n * trial.event_share(float(t))) for t in months))
    top = -(-n // 20) * 20
    up = Axis("Subjects", tuple((k, str(k)) for k in range(0, top + 1, 20)))
    across = Axis("Months from the first entry", tuple((t, str(t)) for t in range(0, MONTHS_SHOWN + 1, 6)))
    label = "Accrual and expected events over calendar time, under the medians planned with"
    needed = schoenfeld_events(
        Question(given.truth, given.ruled_out), given.alpha, given.errors.beta, given.allocation
    )
    guides = [Guide(given.timing.accrual + given.timing.follow_up, "analysis", upright=True)]
    if needed <= top:
        guides.append(Guide(needed, f"{math.ceil(needed)} events needed"))
    notes = () if needed <= top else (f"{math.ceil(needed)} events are needed: beyond this figure.",)
    drawing = curves([enrolled, events], across, up, label, guides)
    return blocks.Figure("accrual", label, drawing, notes)


def boundaries(page: RandomisedPage) -> blocks.Section:
    """What one interim look would cost."""
    rows = []
    for rule in (OBrienFleming(), Pocock()):
        plan = sequential_plan((0.5, 1.0), page.inputs.alpha, page.inputs.errors.beta, rule)
        how = f"{rule.label}, looks at half and all events; recursive integration"
        cells = tuple(
            page.book.number(f"{name}, {rule.label}", value, shown, how)
            for name, value, shown in (
                ("z at half of the events", plan.efficacy[0], f"{plan.efficacy[0]:.3f}"),
                ("z at the end", plan.efficacy[1], f"{plan.efficacy[1]:.3f}"),
                ("Nominal one-sided p at half", plan.nominal_p[0], f"{plan.nominal_p[0]:.5f}"),
                ("Maximum over fixed events", plan.inflation, f"{plan.inflation:.4f}"),
            )
        )
        rows.append(blocks.TableRow(rule.label, cells))
    columns = tuple(
        blocks.Column(words)
        for words in ("Spending", "z at half", "z at the end", "p at half", "Maximum / fixed events")
    )
    caption = "Boundaries if the study looked once, at half of its events (it plans no interim look)"
    return blocks.Section("boundaries", "Boundaries", (blocks.Table("looks", caption, columns, tuple(rows)),))


def paragraph(page: RandomisedPage) -> blocks.Section:
    """The paragraph for the statistics section of the protocol."""
    given = page.inputs
    margin = given.ruled_out
    events, subjects = _needed(page, margin)
    book = page.book
    asked = (
        book.given("One-sided alpha", given.alpha, f"{given.alpha:g}"),
        book.given("Margin", margin, f"{margin:g}"),
    )
    power, *timing, size = stated_values(page)
    text = Markup(
        "The primary comparison of {} uses the log-rank test and a Cox model at a one-sided level of {}."
        " Non-inferiority is shown if the upper limit of the confidence interval of the hazard ratio lies"
        " below {}. With equal hazards, {} events give a power of {}; at a median of {} months, accrual of"
        " {} months and follow-up of {} months these are expected among {} subjects. The {} subjects of this"
        " study with {} events have a power of {}."
    ).format(
        given.label.lower(),
        *asked,
        events,
        power,
        *timing,
        subjects,
        size,
        page.d,
        book.number(
            f"Power for non-inferiority, margin {margin:g}, equal hazards",
            page.power(1.0, margin),
            fmt.percent(page.power(1.0, margin)),
            SCHOENFELD.format(alpha=given.alpha),
        ),
    )
    return blocks.Section("paragraph", "For the statistics section", (blocks.Prose(text),))


def stated_values(page: RandomisedPage) -> tuple[Markup, ...]:
    """Power, control median, accrual, follow-up and subjects as they are stated, each as a link."""
    given, stated = page.inputs, page.book.given
    return (
        stated("Power", given.errors.power, page.shown_power),
        stated("Control median, months", given.medians[0], f"{given.medians[0]:g}"),
        stated("Accrual, months", given.timing.accrual, f"{given.timing.accrual:.1f}"),
        stated("Follow-up, months", given.timing.follow_up, f"{given.timing.follow_up:.1f}"),
        stated("Subjects", sum(given.sizes), f"{sum(given.sizes)}"),
    )
