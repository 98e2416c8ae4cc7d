"""Chapters of a single-arm study with a time to event: which reference medians it can rule out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright.design.enrolment import month_axis, subject_axis
from trialwright.design.figures import Axis, Curve, Guide, curves, percent_axis
from trialwright.report import blocks
from trialwright.report import format as fmt
from trialwright.stats.event_process import Accrual, Arm, Hazard, enrolled_share, event_probability
from trialwright.stats.one_sample_logrank import SingleArm, WeibullCurve, mean_events, one_sample_power
from trialwright.stats.special import normal_isf
from trialwright.stats.support import detectable_median, excluded_median

if TYPE_CHECKING:
    from trialwright.design.inputs import CurveInputs
    from trialwright.design.ledger import Book

SMALL_BETA = 0.1
STEPS = 60
SHARES = (1 / 3, 1 / 2, 2 / 3, 5 / 6, 1.0)
LONGEST = 2.0
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
    def alpha(self) -> float:
        """The one-sided level."""
        return self.inputs.alpha

    @property
    def how(self) -> str:
        """The test in words."""
        return HOW.format(alpha=self.alpha)

    @property
    def shown_power(self) -> str:
        """The power in words."""
        return f"{100.0 * self.inputs.errors.power:g}%"

    @property
    def excluded(self) -> float:
        """The largest reference median ruled out with the stated power at the assumed one."""
        given = self.inputs
        arm = self.arm(given.median / 2.0, given.median)
        return excluded_median(arm, given.median, given.enrolled, self.alpha, given.errors.beta)

    @property
    def question(self) -> tuple[float, float]:
        """The reference median and the true one of the power: as planned, else as the published supports."""
        if self.inputs.hypotheses is not None:
            return self.inputs.hypotheses
        return max(0.5, math.floor(2.0 * self.excluded) / 2.0), self.inputs.median

    @property
    def shown(self) -> Markup:
        """The largest reference median ruled out, as a link."""
        what = (
            f"Largest reference median ruled out with {self.shown_power} power,"
            f" true median {self.inputs.median:g}"
        )
        return self.book.number(what, self.excluded, f"{self.excluded:.1f}", self.how)


def references(inputs: CurveInputs) -> tuple[float, ...]:
    """Reference medians that are of interest: whole months up to the published one, and the study's own."""
    own = {inputs.hypotheses[0]} if inputs.hypotheses else set()
    usual = {float(max(1, round(inputs.median * share))) for share in SHARES}
    return tuple(sorted(own.union(usual)))


def headline(page: CurvePage) -> list[Markup]:
    """The answer in a sentence."""
    given = page.inputs
    lines = [
        Markup(
            "If the true median is {} months, {} subjects rule out reference medians up to {} months with"
            " {} power (one-sided alpha {})."
        ).format(f"{given.median:g}", given.enrolled, page.shown, page.shown_power, f"{page.alpha:g}"),
        Markup("A single arm has no control: such a comparison rests on how well the reference fits."),
    ]
    if given.hypotheses is not None:
        null, target = given.hypotheses
        power = one_sample_power(page.arm(null, target), page.alpha, given.enrolled)
        shown = page.book.number(
            f"Power against {null:g} months at {target:g}", power, fmt.percent(power), page.how
        )
        words = Markup("Against a median of {} months, a true median of {} is found with a power of {}.")
        lines.insert(0, words.format(f"{null:g}", f"{target:g}", shown))
    return lines


def supports(page: CurvePage) -> blocks.Section:
    """Detectable medians by reference median."""
    n, betas = page.inputs.enrolled, tuple(dict.fromkeys((page.inputs.errors.beta, SMALL_BETA)))
    rows = []
    for reference in references(page.inputs):
        arm = page.arm(reference, 2.0 * reference)
        cells = []
        for beta in betas:
            median = detectable_median(arm, n, page.alpha, beta)
            shown = (
                f"{median:.1f} (ratio {reference / median:.2f})" if math.isfinite(median) else fmt.NO_VALUE
            )
            what = f"Detectable median against {reference:g} months, power {1 - beta:g}"
            cells.append(page.book.number(what, median, shown, page.how))
        rows.append(blocks.TableRow(f"{reference:g} months", tuple(cells)))
    columns = (
        blocks.Column("Reference median"),
        *(blocks.Column("Detectable median", under=f"{fmt.percent(1 - beta, 0)} power") for beta in betas),
    )
    table = blocks.Table("references", f"Medians that {n} subjects can show", columns, tuple(rows))
    return blocks.Section("supports", "What this size can show", (table, _power_figure(page)))


def _power_figure(page: CurvePage) -> blocks.Figure:
    given, lines = page.inputs, []
    longest = 2.0 * math.ceil(LONGEST * given.median / 2.0)
    for reference in references(given)[:5]:
        medians = [reference + (longest - reference) * (k + 1) / STEPS for k in range(STEPS)]
        points = tuple(
            (m, one_sample_power(page.arm(reference, m), page.alpha, given.enrolled)) for m in medians
        )
        lines.append(Curve(f"Reference {reference:g} months", points))
    label = "Power of the one-sample log-rank test by the true median"
    across = Axis("True median, months", tuple((float(k), str(k)) for k in range(0, int(longest) + 1, 2)))
    seen = "worth finding" if given.hypotheses else "published"
    guides = (
        Guide(given.errors.power, page.shown_power),
        Guide(given.hypotheses[1] if given.hypotheses else given.median, seen, upright=True),
    )
    drawing = curves(lines, across, percent_axis("Power"), label, guides)
    return blocks.Figure("power", label, drawing)


def assumptions(page: CurvePage) -> blocks.Section:
    """What is assumed, and how events come in over time."""
    given = page.inputs
    planned = given.hypotheses
    words = f"median too short {planned[0]:g}, worth finding {planned[1]:g} months" if planned else "none"
    entries = (
        ("Endpoint", given.label),
        ("Hypotheses stated", words),
        ("Assumed median", f"{given.median:g} months ({given.source})"),
        ("Subjects", f"{given.enrolled}"),
        ("Accrual", f"{given.timing.accrual:.1f} months, then {given.timing.follow_up:.1f} to the cut-off"),
        ("Drop-out", f"hazard {given.timing.dropout:.3g} a month"),
        (
            "Test",
            f"one-sample log-rank, one-sided alpha {page.alpha:g}"
            + ("" if given.errors.stated else ", the usual one"),
        ),
    )
    return blocks.Section("assumptions", "Assumptions", (blocks.Facts(entries), _events_figure(page)))


def _events_figure(page: CurvePage) -> blocks.Figure:
    given, n = page.inputs, page.inputs.enrolled
    end = given.timing.accrual + given.timing.follow_up
    accrual, across = Accrual(given.timing.accrual), month_axis(1.5 * end)
    arm = Arm(Hazard.of_median(given.median), given.timing.dropout)
    months = range(int(across.ends[1]) + 1)
    enrolled = Curve("Enrolled", tuple((t, n * enrolled_share(accrual, t)) for t in months))
    events = Curve("Events expected", tuple((t, n * event_probability(arm, accrual, t)) for t in months))
    label = "Accrual and expected events over calendar time"
    guides = (Guide(end, "analysis", upright=True),)
    return blocks.Figure("accrual", label, curves([enrolled, events], across, subject_axis(n), label, guides))


def boundaries(page: CurvePage) -> blocks.Section:
    """How few events the test asks for, by reference median."""
    given, critical, rows = page.inputs, normal_isf(page.alpha), []
    _, median = page.question
    for reference in references(given):
        if reference >= median:
            continue
        seen, expected = mean_events(page.arm(reference, median), given.enrolled)
        most = math.floor(expected - critical * math.sqrt(expected))
        how = f"exponential survival, uniform accrual; true median {median:g} months"
        number = page.book.number
        what = f"against {reference:g} months"
        cells = (
            number(f"Events expected by the reference, {what}", expected, f"{expected:.1f}", how),
            number(
                f"Most events that still reject, {what}",
                most,
                f"{most}",
                f"E − z √E with E so expected; {how}",
            ),
            number(f"Events seen on average, {what}", seen, f"{seen:.1f}", how),
        )
        rows.append(blocks.TableRow(f"{reference:g} months", cells))
    columns = (
        blocks.Column("Reference median"),
        blocks.Column("Expected events", under="by the reference"),
        blocks.Column("Rejected up to", under="events seen"),
        blocks.Column("Events seen", under=f"on average, median {median:g}"),
    )
    notes = (
        "The expected events follow from the times under observation; the boundary moves with them.",
        "The study plans no interim look.",
    )
    caption = "How few events reject a reference median"
    table = blocks.Table("rejects", caption, columns, tuple(rows), notes)
    return blocks.Section("boundaries", "Boundaries", (table,))
