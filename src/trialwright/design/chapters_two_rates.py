"""Chapters of a randomised study that compares response rates, or picks the arm with most responses."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright.design.figures import BESIDE, Axis, Curve, Guide, Swing, curves, percent_axis, tornado
from trialwright.report import blocks
from trialwright.report import format as fmt
from trialwright.stats.rate_sizes import TwoRates, farrington_manning_power, farrington_manning_size

if TYPE_CHECKING:
    from trialwright.design.inputs import TwoRateInputs
    from trialwright.design.ledger import Book

MANNING = "score test of Farrington and Manning (1990), one-sided alpha {alpha:g}"
STEPS = 60
CHANGES = (0.1, 0.15, 0.2, 0.25, 0.3)


@dataclass(frozen=True)
class TwoRatesPage:
    """All that the chapters print."""

    inputs: TwoRateInputs
    book: Book

    @property
    def how(self) -> str:
        """The test in words."""
        return MANNING.format(alpha=self.inputs.errors.alpha)

    @property
    def shown_power(self) -> str:
        """The stated power in words."""
        return f"{100.0 * self.inputs.errors.power:g}%"

    def power(
        self,
        control: float | None = None,
        experimental: float | None = None,
        n: int | None = None,
        alpha: float | None = None,
        margin: float | None = None,
    ) -> float:
        """The power with what is named changed."""
        given = self.inputs
        lost = given.margin if margin is None else margin
        rates = TwoRates(experimental or given.rates[1], control or given.rates[0], -lost)
        return farrington_manning_power(
            rates, alpha or given.errors.alpha, n or sum(given.sizes), given.allocation
        )

    @property
    def shown(self) -> Markup:
        """The power as planned, as a link."""
        power = self.power()
        return self.book.number("Power as planned", power, fmt.percent(power), self.how)


def headline(page: TwoRatesPage) -> list[Markup]:
    """The answer in a sentence."""
    control, experimental = (fmt.percent(rate) for rate in page.inputs.rates)
    asked = (
        f"rule out a loss of {fmt.percent(page.inputs.margin)}"
        if page.inputs.margin
        else "show the better one"
    )
    words = Markup("With {} subjects, rates of {} (control) and {} {} with a probability of {}.")
    return [words.format(sum(page.inputs.sizes), control, experimental, asked, page.shown)]


def supports(page: TwoRatesPage) -> blocks.Section:
    """Power and subjects needed by the difference of the rates."""
    given = page.inputs
    control = given.rates[0]
    own = given.rates[1] - control
    differences = sorted({0.0 if given.margin else own, own, *(() if given.margin else CHANGES)})
    rows = []
    for gap in differences:
        if not 0.0 < control + gap < 1.0 or gap <= -given.margin:
            continue
        rates = TwoRates(control + gap, control, -given.margin)
        power = page.power(experimental=control + gap)
        needed = farrington_manning_size(rates, given.errors.alpha, given.errors.beta, given.allocation)
        name = f"at a true difference of {100 * gap:+.0f} points"
        cells = (
            page.book.number(f"Power {name}", power, fmt.percent(power), page.how),
            page.book.number(f"Subjects {name}", needed, fmt.count(math.ceil(needed)), page.how),
        )
        rows.append(blocks.TableRow(f"{100 * gap:+.0f} points", cells))
    columns = (
        blocks.Column("True difference"),
        blocks.Column("Power", under=f"{sum(given.sizes)} subjects"),
        blocks.Column("Subjects needed", under=page.shown_power),
    )
    caption = f"What {sum(given.sizes)} subjects can show against a control rate of {fmt.percent(control)}"
    table = blocks.Table("differences", caption, columns, tuple(rows))
    return blocks.Section("supports", "What this size can show", (table, _figure(page)))


def _figure(page: TwoRatesPage) -> blocks.Figure:
    given = page.inputs
    low, high = max(given.rates[0] - given.margin, 0.01), min(given.rates[0] + 0.5, 0.99)
    rates = [low + (high - low) * (k + 1) / (STEPS + 1) for k in range(STEPS)]
    line = Curve("Power", tuple((p, page.power(experimental=p)) for p in rates))
    label = "Power by the true rate of the experimental arm"
    across = Axis("True rate, experimental arm", tuple((k / 10, f"{10 * k}%") for k in range(11)))
    guides = (
        Guide(given.errors.power, page.shown_power),
        Guide(given.rates[1], "as planned", upright=True),
    )
    return blocks.Figure("power", label, curves([line], across, percent_axis("Power"), label, guides))


def assumptions(page: TwoRatesPage) -> blocks.Section:
    """What is assumed."""
    given = page.inputs
    entries = (
        ("Endpoint", given.label),
        ("Arms", f"{given.arms[0]} ({given.sizes[1]}), {given.arms[1]} ({given.sizes[0]})"),
        ("Rates", f"{fmt.percent(given.rates[1])} and {fmt.percent(given.rates[0])}"),
        ("To rule out", f"a loss of {fmt.percent(given.margin)}" if given.margin else "no difference"),
        ("Test", page.how),
    )
    return blocks.Section("assumptions", "Assumptions", (blocks.Facts(entries),))


def sensitivity(page: TwoRatesPage) -> blocks.Section:
    """How much each assumption moves the power."""
    given = page.inputs
    (control, experimental), n = given.rates, sum(given.sizes)
    controls = (max(control - 0.05, 0.01), min(control + 0.05, 0.99))
    others = (max(experimental - 0.05, 0.01), min(experimental + 0.05, 0.99))
    swings = [
        Swing(
            "Control rate",
            (fmt.percent(controls[0], 0), fmt.percent(controls[1], 0)),
            (page.power(control=controls[0]), page.power(control=controls[1])),
        ),
        Swing(
            "Experimental rate",
            (fmt.percent(others[0], 0), fmt.percent(others[1], 0)),
            (page.power(experimental=others[0]), page.power(experimental=others[1])),
        ),
        Swing(
            "Subjects",
            (str(round(0.75 * n)), str(round(1.25 * n))),
            (page.power(n=round(0.75 * n)), page.power(n=round(1.25 * n))),
        ),
        Swing(
            "One-sided alpha",
            (f"{given.errors.alpha / 2:g}", f"{given.errors.alpha * 2:g}"),
            (page.power(alpha=given.errors.alpha / 2), page.power(alpha=given.errors.alpha * 2)),
        ),
    ]
    label = "Power, one assumption changed at a time"
    text = Markup("Base case: power {}; the upright line.").format(page.shown)
    figure = blocks.Figure("tornado", label, tornado(swings, page.power(), label), (text, BESIDE))
    return blocks.Section("sensitivity", "Sensitivity", (figure,))


def paragraph(page: TwoRatesPage) -> blocks.Section:
    """The paragraph for the statistics section of the protocol."""
    given, stated = page.inputs, page.book.given
    shown = [
        stated(f"Rate planned with, {arm}", rate, fmt.percent(rate))
        for arm, rate in zip(("control", "experimental"), given.rates, strict=True)
    ]
    asked = Markup("Superiority is shown if no difference is ruled out")
    if given.margin:
        margin = stated("Margin", given.margin, fmt.percent(given.margin))
        asked = Markup("Non-inferiority is shown if a loss of {} is ruled out").format(margin)
    text = Markup(
        "The primary endpoint is {}, compared between {} and {} by a score test (Farrington and Manning 1990)"
        " at a one-sided level of {}. {}. With {} subjects the power is {} if the rates are {} and {}."
    ).format(
        *(given.label.lower(), given.arms[0], given.arms[1]),
        stated("One-sided alpha", given.errors.alpha, f"{given.errors.alpha:g}"),
        asked,
        stated("Subjects", sum(given.sizes), f"{sum(given.sizes)}"),
        page.shown,
        shown[1],
        shown[0],
    )
    return blocks.Section("paragraph", "For the statistics section", (blocks.Prose(text),))
