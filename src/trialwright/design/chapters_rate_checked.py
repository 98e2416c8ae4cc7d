"""Chapters that check a single arm with a response rate: simulated trials, sensitivity, and the paragraph."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright.design.chapters_rate import TWO_STAGES
from trialwright.design.figures import BESIDE, Swing, tornado
from trialwright.report import blocks
from trialwright.report import format as fmt
from trialwright.stats.discrete import binomial_pmf, binomial_sf
from trialwright.stats.single_stage import exact_test
from trialwright.stats.two_stage import evaluate
from trialwright.stats.two_stage_inference import needed_in_second_stage

if TYPE_CHECKING:
    from trialwright.design.chapters_rate import RatePage
    from trialwright.design.protocol_trials import ResponseCounts
    from trialwright.stats.two_stage import TwoStagePlan

LEAST, MOST = 0.01, 0.99


def simulated(page: RatePage, counts: ResponseCounts) -> blocks.Section:
    """What virtual subjects through scans and RECIST give."""
    number = page.book.number
    responders = counts.confirmed if page.confirmed else counts.responders
    trials = counts.evaluable.size
    rates = responders / counts.evaluable.clip(1)
    how = f"{trials:,} simulated trials: lesions, scans, RECIST 1.1 under assumptions.yaml"
    mean_size, mean_rate = float(counts.evaluable.mean()), float(rates.mean())
    rows = [
        blocks.TableRow(
            "Evaluable subjects, mean",
            (number("Mean evaluable", mean_size, f"{mean_size:.1f}", how), fmt.NO_VALUE),
        ),
        blocks.TableRow(
            "Response rate, mean",
            (number("Mean response rate", mean_rate, fmt.percent(mean_rate), how), fmt.NO_VALUE),
        ),
    ]
    for p0 in page.nulls:
        found = [
            k >= exact_test(int(n), p0, (1.0 + p0) / 2.0, page.alpha).needed
            for k, n in zip(responders, counts.evaluable, strict=True)
            if n > 0
        ]
        share = sum(found) / trials
        error = (share * (1.0 - share) / trials) ** 0.5
        own = " (the study's own)" if page.inputs.hypotheses and p0 == page.inputs.hypotheses[0] else ""
        shown = number(f"Rules out {p0:g}", share, fmt.percent(share), how)
        words = f"Trials that rule out {fmt.percent(p0, 0)}{own}"
        rows.append(blocks.TableRow(words, (shown, f"± {fmt.percent(error)}")))
    columns = (blocks.Column("Virtual subjects"), blocks.Column("Found"), blocks.Column("Monte-Carlo error"))
    caption = f"{trials:,} trials of virtual subjects through scans and RECIST 1.1"
    notes = ["The virtual subjects are fitted to the published figures: this is no evidence about the drug."]
    if page.two_stages is not None:
        notes.append("Judged once at the end by the exact test, not by the two stages.")
    table = blocks.Table("operating", caption, columns, tuple(rows), tuple(notes))
    return blocks.Section("simulation", "Operating characteristics by simulation", (table,))


def sensitivity(page: RatePage) -> blocks.Section:
    """How much each assumption moves the power against the rate to rule out."""
    (p0, p1), staged = page.question, page.two_stages
    n = page.inputs.analysed
    if staged is None:
        swings, base = _single_swings(page), _power(page)
        what, how = f"Power of {n} against {p0:g} at {p1:g}", page.how
        last = "The power of an exact test is a saw over the size: fewer subjects can have more power."
    else:
        swings, base = _two_stage_swings(page, staged), staged.reject(p1)
        what, how = "Two-stage power", TWO_STAGES
        last = "Another second stage than planned is judged by the conditional error (Koyama and Chen 2008)."
    label = f"Power against {fmt.percent(p0, 0)} of {n} subjects, one assumption changed at a time"
    shown = page.book.number(what, base, fmt.percent(base), how)
    text = Markup("Base case: power {} at a true rate of {}; the upright line.").format(
        shown, fmt.percent(p1)
    )
    figure = blocks.Figure("tornado", label, tornado(swings, base, label), (text, BESIDE, last))
    return blocks.Section("sensitivity", "Sensitivity", (figure,))


def _true_rates(page: RatePage) -> tuple[tuple[float, float], tuple[str, str]]:
    p0, p1 = page.question
    low, high = max(p1 - 0.1, p0 + LEAST), min(p1 + 0.1, MOST)
    return (low, high), (fmt.percent(low, 0), fmt.percent(high, 0))


def _two_stage_swings(page: RatePage, plan: TwoStagePlan) -> list[Swing]:
    """The true rate, and a second stage that had another size than planned."""
    (low, high), words = _true_rates(page)
    p0, p1 = page.question
    few, many = max(round(plan.n2 * 0.8), 1), round(plan.n2 * 1.2)

    def with_second(size: int) -> float:
        return math.fsum(
            binomial_pmf(x, plan.n1, p1)
            * binomial_sf(needed_in_second_stage(plan, x, size, p0) - 1, size, p1)
            for x in range(plan.r1 + 1, plan.n1 + 1)
        )

    return [
        Swing("True rate", words, (plan.reject(low), plan.reject(high))),
        Swing("Second stage", (str(few), str(many)), (with_second(few), with_second(many))),
    ]


def _single_swings(page: RatePage) -> list[Swing]:
    given, (p0, p1) = page.inputs, page.question
    (low, high), words = _true_rates(page)
    nulls = (max(p0 - 0.05, LEAST), min(p0 + 0.05, p1 - LEAST))
    sizes = (round(given.analysed * 0.8), round(given.analysed * 1.2))
    levels = (page.alpha / 2.0, 2.0 * page.alpha)
    swings = [
        Swing("True rate", words, (_power(page, p=low), _power(page, p=high))),
        Swing(
            "Rate to rule out",
            (fmt.percent(nulls[0], 0), fmt.percent(nulls[1], 0)),
            (_power(page, null=nulls[0]), _power(page, null=nulls[1])),
        ),
        Swing(
            "One-sided alpha",
            (f"{levels[0]:g}", f"{levels[1]:g}"),
            (_power(page, alpha=levels[0]), _power(page, alpha=levels[1])),
        ),
        Swing(
            "Subjects",
            (str(sizes[0]), str(sizes[1])),
            (_power(page, n=sizes[0]), _power(page, n=sizes[1])),
        ),
    ]
    if given.evaluable < given.analysed:
        both = (f"all {given.analysed}", f"only {given.evaluable}")
        swings.append(Swing("Evaluable subjects", both, (_power(page), _power(page, n=given.evaluable))))
    return swings


def _power(
    page: RatePage,
    n: int | None = None,
    p: float | None = None,
    null: float | None = None,
    alpha: float | None = None,
) -> float:
    """The exact power with one assumption changed, of a single stage."""
    p0, p1 = page.question
    return exact_test(n or page.inputs.analysed, null or p0, p or p1, alpha or page.alpha).power


def paragraph(page: RatePage) -> blocks.Section:
    """The paragraph for the statistics section of the protocol."""
    given = page.inputs
    if given.stages is not None:
        text = _two_stage_words(page)
    elif given.hypotheses is not None:
        text = _single_stage_words(page)
    else:
        text = Markup(
            "The primary endpoint is the {}. With {} evaluable subjects an exact one-sided binomial test at a"
            " level of {} rules out, with a power of {}, every rate up to {} if the true rate is {}; the rate"
            " is given with its exact 95% confidence interval (Clopper–Pearson)."
        ).format(
            given.label.lower(),
            page.book.given("Evaluable subjects", given.evaluable, f"{given.evaluable}"),
            page.book.given("One-sided alpha", page.alpha, f"{page.alpha:g}"),
            page.book.given("Power", given.errors.power, page.shown_power),
            page.excluded(given.evaluable),
            page.book.given("Assumed rate", given.rate, fmt.percent(given.rate)),
        )
    return blocks.Section("paragraph", "For the statistics section", (blocks.Prose(text),))


def _single_stage_words(page: RatePage) -> Markup:
    given, number = page.inputs, page.book.number
    (p0, p1), n = page.question, given.analysed
    test = exact_test(n, p0, p1, page.alpha)
    return Markup(
        "The primary endpoint is the {}. A rate of {} is too low to go on, {} is worth finding. With {}"
        " subjects, {} responses or more reject the lower rate by an exact one-sided binomial test at a level"
        " of {} (exact type I error {}) with a power of {}. The rate is given with its exact 95% confidence"
        " interval (Clopper–Pearson)."
    ).format(
        given.label.lower(),
        *_rates(page),
        page.book.given("Subjects", n, f"{n}"),
        number(f"Responses needed of {n} against {p0:g}", test.needed, str(test.needed), page.how),
        page.book.given("One-sided alpha", page.alpha, f"{page.alpha:g}"),
        number(f"Exact alpha of {n} against {p0:g}", test.alpha, f"{test.alpha:.4f}", page.how),
        number(f"Power of {n} against {p0:g} at {p1:g}", test.power, fmt.percent(test.power), page.how),
    )


def _two_stage_words(page: RatePage) -> Markup:
    given, number = page.inputs, page.book.number
    stages, how = page.two_stages, TWO_STAGES
    assert stages is not None
    design = evaluate(stages, *page.question)
    return Markup(
        "The primary endpoint is the {}. A rate of {} is too low to go on, {} is worth finding. In a"
        " two-stage design (Simon 1989) {} subjects enter first; with {} responses or fewer the study stops."
        " Otherwise {} more enter, and more than {} responses among all {} reject the lower rate. The"
        " exact type I error is {} and the power {}; if the lower rate is true, {} subjects enter on average"
        " and the study stops early with a probability of {}. The analysis follows the two stages"
        " (unbiased estimate, stage-adjusted interval and p-value)."
    ).format(
        given.label.lower(),
        *_rates(page),
        *(
            page.book.given(what, value, f"{value}")
            for what, value in (
                ("Subjects of the first stage", stages.n1),
                ("Stop with so many responses or fewer", stages.r1),
                ("Subjects of the second stage", stages.n - stages.n1),
                ("Not active with so many responses or fewer", stages.r),
                ("Subjects of both stages", stages.n),
            )
        ),
        number("Two-stage type I error", design.alpha, f"{design.alpha:.4f}", how),
        number("Two-stage power", design.power, fmt.percent(design.power), how),
        number("Two-stage mean size at the lower rate", design.en0, f"{design.en0:.1f}", how),
        number("Two-stage early stop at the lower rate", design.pet0, fmt.percent(design.pet0), how),
    )


def _rates(page: RatePage) -> tuple[Markup, Markup]:
    """The two rates as they are stated, each as a link."""
    p0, p1 = page.question
    return (
        page.book.given("Rate that is too low", p0, fmt.percent(p0, 0)),
        page.book.given("Rate worth finding", p1, fmt.percent(p1, 0)),
    )
