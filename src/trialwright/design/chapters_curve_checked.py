"""Chapters that check a single arm with a time to event: simulated trials, sensitivity, and the paragraph."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright.design.chapters_curve import references
from trialwright.design.figures import BESIDE, Swing, tornado
from trialwright.report import blocks
from trialwright.report import format as fmt
from trialwright.stats.one_sample_logrank import SingleArm, WeibullCurve, one_sample_power

if TYPE_CHECKING:
    from trialwright.design.chapters_curve import CurvePage
    from trialwright.design.curve_trials import CurveTrials


def simulated(page: CurvePage, found: CurveTrials) -> blocks.Section:
    """How often virtual subjects, through scans and RECIST, rule out each reference median."""
    how = f"{found.trials:,} simulated trials under assumptions.yaml, one-sample log-rank on their times"
    rows = []
    for reference, share in zip(references(page.inputs), found.rejected, strict=True):
        error = (share * (1.0 - share) / found.trials) ** 0.5
        number = page.book.number(
            f"Rules out a median of {reference:g} months", share, fmt.percent(share), how
        )
        rows.append(blocks.TableRow(f"{reference:g} months", (number, f"± {fmt.percent(error)}")))
    columns = (
        blocks.Column("Reference median"),
        blocks.Column("Trials that rule it out"),
        blocks.Column("Monte-Carlo error"),
    )
    events = page.book.number("Mean events in simulated trials", found.events, f"{found.events:.1f}", how)
    notes = (
        Markup(
            "{} events on average. Lesions, scan dates, missed scans, RECIST 1.1 and censoring rules count."
        ).format(events),
        "The closed form above assumes exponential survival; that of virtual subjects differs.",
        "The virtual subjects are fitted to the published figures: this is no evidence about the drug.",
    )
    caption = f"{found.trials:,} trials of virtual subjects"
    table = blocks.Table("operating", caption, columns, tuple(rows), notes)
    return blocks.Section("simulation", "Operating characteristics by simulation", (table,))


def sensitivity(page: CurvePage) -> blocks.Section:
    """How much each assumption moves the power against the reference median."""
    reference, median = page.question
    base = _power(page.arm(reference, median), page)
    label = (
        f"Power against a reference median of {reference:g} months, true median {median:g},"
        " one assumption changed at a time"
    )
    shown = page.book.number(
        f"Power against {reference:g} months at {median:g}", base, fmt.percent(base), page.how
    )
    text = Markup("Base case: power {}; the upright line.").format(shown)
    figure = blocks.Figure("tornado", label, tornado(_swings(page), base, label), (text, BESIDE))
    return blocks.Section("sensitivity", "Sensitivity", (figure,))


def _power(arm: SingleArm, page: CurvePage, n: int | None = None, alpha: float | None = None) -> float:
    return one_sample_power(arm, alpha or page.alpha, n or page.inputs.enrolled)


def _swings(page: CurvePage) -> list[Swing]:
    reference, median = page.question
    arm, n, timing = page.arm(reference, median), page.inputs.enrolled, page.inputs.timing

    def swing(name: str, shown: tuple[str, str], arms: tuple[SingleArm, SingleArm]) -> Swing:
        return Swing(name, shown, (_power(arms[0], page), _power(arms[1], page)))

    def words(values: tuple[float, float]) -> tuple[str, str]:
        return f"{values[0]:.3g}", f"{values[1]:.3g}"

    def shaped(shape: float) -> SingleArm:
        curve = WeibullCurve(reference, shape)
        return replace(arm, reference=curve, ratio=(reference / median) ** shape)

    few, many = round(n * 0.75), round(n * 1.25)
    medians = (max(0.9 * median, reference * 1.01), 1.1 * median)
    nulls = (0.9 * reference, min(1.1 * reference, median * 0.99))
    accrual, waits = (0.75 * timing.accrual, 1.25 * timing.accrual), (0.0, timing.follow_up + 12.0)
    lost, alphas = (0.0, 3.0 * timing.dropout or 0.02), (page.alpha / 2.0, 2.0 * page.alpha)
    return [
        Swing("Subjects", (str(few), str(many)), (_power(arm, page, few), _power(arm, page, many))),
        swing(
            "True median, months",
            words(medians),
            (page.arm(reference, medians[0]), page.arm(reference, medians[1])),
        ),
        swing(
            "Reference median, months", words(nulls), (page.arm(nulls[0], median), page.arm(nulls[1], median))
        ),
        swing("Shape of survival (Weibull)", ("0.8", "1.25"), (shaped(0.8), shaped(1.25))),
        swing(
            "Accrual, months",
            words(accrual),
            (replace(arm, accrual=accrual[0]), replace(arm, accrual=accrual[1])),
        ),
        swing(
            "Follow-up, months",
            words(waits),
            (replace(arm, follow_up=waits[0]), replace(arm, follow_up=waits[1])),
        ),
        swing(
            "Drop-out a month", words(lost), (replace(arm, dropout=lost[0]), replace(arm, dropout=lost[1]))
        ),
        Swing(
            "One-sided alpha",
            words(alphas),
            (_power(arm, page, alpha=alphas[0]), _power(arm, page, alpha=alphas[1])),
        ),
    ]


def paragraph(page: CurvePage) -> blocks.Section:
    """The paragraph for the statistics section of the protocol."""
    given = page.inputs
    stated = page.book.given
    size = stated("Subjects", given.enrolled, f"{given.enrolled}")
    alpha = stated("One-sided alpha", page.alpha, f"{page.alpha:g}")
    timing = (
        stated("Accrual, months", given.timing.accrual, f"{given.timing.accrual:.1f}"),
        stated("Follow-up, months", given.timing.follow_up, f"{given.timing.follow_up:.1f}"),
    )
    if given.hypotheses is None:
        text = Markup(
            "The primary endpoint is {}. With {} subjects, accrual over {} months and {} months of further"
            " follow-up, a one-sided one-sample log-rank test at a level of {} rules out, with a power of"
            " {}, reference medians up to {} months if the true median is {} months."
        ).format(
            *(given.label.lower(), size, *timing, alpha),
            stated("Power", given.errors.power, page.shown_power),
            page.shown,
            stated("Assumed median, months", given.median, f"{given.median:g}"),
        )
    else:
        null, target = given.hypotheses
        power = one_sample_power(page.arm(null, target), page.alpha, given.enrolled)
        what = f"Power against {null:g} months at {target:g}"
        text = Markup(
            "The primary endpoint is {}. With {} subjects, accrual over {} months and {} months of further"
            " follow-up, a one-sided one-sample log-rank test at a level of {} of a median of {} months has a"
            " power of {} if the true median is {} months (exponential survival, Wu 2015)."
        ).format(
            *(given.label.lower(), size, *timing, alpha),
            stated("Median that is too short, months", null, f"{null:g}"),
            page.book.number(what, power, fmt.percent(power), page.how),
            stated("Median worth finding, months", target, f"{target:g}"),
        )
    return blocks.Section("paragraph", "For the statistics section", (blocks.Prose(text),))
