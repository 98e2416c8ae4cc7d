"""Chapters of a single-arm study with a time to event: which reference medians it can rule out."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright.design.figures import Axis, Curve, Swing, curves, percent_axis, tornado
from trialwright.report import blocks
from trialwright.report import format as fmt
from trialwright.stats.event_process import Accrual, Arm, Hazard, enrolled_share, event_probability
from trialwright.stats.one_sample_logrank import SingleArm, WeibullCurve, one_sample_power
from trialwright.stats.support import detectable_median, excluded_median

if TYPE_CHECKING:
    from trialwright.design.ledger import Book
    from trialwright.design.study_inputs import CurveInputs

ALPHA, BETA, SMALL_BETA = 0.05, 0.2, 0.1
REFERENCES = (2.0, 3.0, 4.0, 5.0, 6.0)
STEPS = 60
MONTHS_SHOWN = 48
LONGEST = 12.0
HOW = "one-sample log-rank test, exponential survival, exact variance (Wu 2015), one-sided alpha {alpha:g}"


@dataclass(frozen=True)
class CurvePage:
    """All that the chapters print."""

    inputs: CurveInputs
    book: Book

    def arm(self, reference: float, median: float) -> SingleArm:
        """The study against a reference median, with its own."""
        timing = self.inputs.timing
        return SingleArm(
            WeibullCurve(reference), reference / median, timing.accrual, timing.follow_up, timing.dropout
        )

    @property
    def excluded(self) -> float:
        """The largest reference median ruled out with 80% power at the assumed one."""
        given = self.inputs
        arm = self.arm(given.median / 2.0, given.median)
        return excluded_median(arm, given.median, given.enrolled, ALPHA, BETA)

    @property
    def shown(self) -> Markup:
        """That median as a link."""
        what = f"Largest reference median ruled out with 80% power, true median {self.inputs.median:g}"
        return self.book.number(what, self.excluded, f"{self.excluded:.1f}", HOW.format(alpha=ALPHA))


def headline(page: CurvePage) -> list[Markup]:
    """The answer in a sentence."""
    given = page.inputs
    return [
        Markup(
            "If the true median is {} months, {} subjects rule out reference medians up to {} months with"
            " 80% power (one-sided alpha {})."
        ).format(f"{given.median:g}", given.enrolled, page.shown, f"{ALPHA:g}"),
        Markup("A single arm has no control: such a comparison rests on how well the reference fits."),
    ]


def supports(page: CurvePage) -> blocks.Section:
    """Detectable medians by reference median."""
    how, n = HOW.format(alpha=ALPHA), page.inputs.enrolled
    rows = []
    for reference in REFERENCES:
        arm = page.arm(reference, 2.0 * reference)
        cells = []
        for beta in (BETA, SMALL_BETA):
            median = detectable_median(arm, n, ALPHA, beta)
            shown = (
                f"{median:.1f} (ratio {reference / median:.2f})" if math.isfinite(median) else fmt.NO_VALUE
            )
            what = f"Detectable median against {reference:g} months, power {1 - beta:g}"
            cells.append(page.book.number(what, median, shown, how))
        rows.append(blocks.TableRow(f"{reference:g} months", tuple(cells)))
    columns = (
        blocks.Column("Reference median"),
        blocks.Column("Detectable median", under="80% power"),
        blocks.Column("Detectable median", under="90% power"),
    )
    table = blocks.Table("references", f"Medians that {n} subjects can show", columns, tuple(rows))
    return blocks.Section("supports", "What this size can show", (table, _power_figure(page)))


def _power_figure(page: CurvePage) -> blocks.Figure:
    lines = []
    for reference in REFERENCES[:4]:
        medians = [reference + (LONGEST - reference) * (k + 1) / STEPS for k in range(STEPS)]
        points = tuple(
            (m, one_sample_power(page.arm(reference, m), ALPHA, page.inputs.enrolled)) for m in medians
        )
        lines.append(Curve(f"Reference {reference:g} months", points))
    label = "Power of the one-sample log-rank test by the true median"
    across = Axis("True median, months", tuple((float(k), str(k)) for k in range(0, 13, 2)))
    return blocks.Figure("power", label, curves(lines, across, percent_axis("Power"), label))


def assumptions(page: CurvePage) -> blocks.Section:
    """What is assumed, and how events come in over time."""
    given = page.inputs
    entries = (
        ("Endpoint", given.label),
        ("Assumed median", f"{given.median:g} months ({given.source})"),
        ("Subjects", f"{given.enrolled}"),
        ("Accrual", f"{given.timing.accrual:.1f} months, then {given.timing.follow_up:.1f} to the cut-off"),
        ("Drop-out", f"hazard {given.timing.dropout:g} a month"),
        ("Test", f"one-sample log-rank, one-sided alpha {ALPHA:g}; the study file states no hypotheses"),
    )
    return blocks.Section("assumptions", "Assumptions", (blocks.Facts(entries), _events_figure(page)))


def _events_figure(page: CurvePage) -> blocks.Figure:
    given, n = page.inputs, page.inputs.enrolled
    accrual = Accrual(given.timing.accrual)
    arm = Arm(Hazard.of_median(given.median), given.timing.dropout)
    months = range(MONTHS_SHOWN + 1)
    enrolled = Curve("Enrolled", tuple((t, n * enrolled_share(accrual, t)) for t in months))
    events = Curve("Events expected", tuple((t, n * event_probability(arm, accrual, t)) for t in months))
    up = Axis("Subjects", tuple((k, str(k)) for k in range(0, -(-n // 10) * 10 + 1, 10)))
    across = Axis("Months from the first entry", tuple((t, str(t)) for t in range(0, MONTHS_SHOWN + 1, 6)))
    label = "Accrual and expected events over calendar time"
    return blocks.Figure("accrual", label, curves([enrolled, events], across, up, label))


def sensitivity(page: CurvePage) -> blocks.Section:
    """How much each assumption moves the power against half the assumed median."""
    given = page.inputs
    reference = max(1.0, float(int(page.excluded)))
    n = given.enrolled

    def power(
        changed: CurvePage = page, median: float = given.median, size: int = n, alpha: float = ALPHA
    ) -> float:
        return one_sample_power(changed.arm(reference, median), alpha, size)

    def timed(**changes: float) -> CurvePage:
        return replace(page, inputs=replace(given, timing=replace(given.timing, **changes)))

    few, many = round(n * 0.75), round(n * 1.25)
    low, high = round(given.median * 0.9, 1), round(given.median * 1.1, 1)
    swings = [
        Swing("Subjects", (str(few), str(many)), (power(size=few), power(size=many))),
        Swing("True median", (f"{low:g}", f"{high:g}"), (power(median=low), power(median=high))),
        Swing("Follow-up, months", ("0", "12"), (power(timed(follow_up=0.0)), power(timed(follow_up=12.0)))),
        Swing("Drop-out a month", ("0", "0.05"), (power(timed(dropout=0.0)), power(timed(dropout=0.05)))),
        Swing("One-sided alpha", ("0.025", "0.1"), (power(alpha=0.025), power(alpha=0.1))),
    ]
    label = f"Power against a reference median of {reference:g} months, one assumption changed at a time"
    shown = page.book.number(
        f"Power against {reference:g} months", power(), fmt.percent(power()), HOW.format(alpha=ALPHA)
    )
    text = Markup("Base case: power {}; the dashed line.").format(shown)
    figure = blocks.Figure("tornado", label, tornado(swings, power(), label), (text,))
    return blocks.Section("sensitivity", "Sensitivity", (figure,))


def paragraph(page: CurvePage) -> blocks.Section:
    """The paragraph for the statistics section of the protocol."""
    given = page.inputs
    text = Markup(
        "The primary endpoint is {}. With {} subjects, accrual over {} months and {} months of further"
        " follow-up, a one-sided one-sample log-rank test at a level of {} rules out, with a power of"
        " 80%, reference medians up to {} months if the true median is {} months."
    ).format(
        given.label.lower(),
        given.enrolled,
        f"{given.timing.accrual:.1f}",
        f"{given.timing.follow_up:.1f}",
        f"{ALPHA:g}",
        page.shown,
        f"{given.median:g}",
    )
    return blocks.Section("paragraph", "For the statistics section", (blocks.Prose(text),))
