"""Chapters that check a single arm with a response rate: simulated trials, sensitivity, and the paragraph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright.design.figures import BESIDE, Swing, tornado
from trialwright.report import blocks
from trialwright.report import format as fmt
from trialwright.stats.single_stage import exact_test
from trialwright.stats.two_stage import TwoStagePlan, evaluate

if TYPE_CHECKING:
    from trialwright.design.chapters_rate import RatePage

LEAST, MOST = 0.01, 0.99


def simulated(page: RatePage) -> blocks.Section:
    """What virtual subjects through scans and RECIST give."""
    counts, number = page.simulated, page.book.number
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
    note = "The virtual subjects are fitted to the published figures: this is no evidence about the drug."
    table = blocks.Table("operating", caption, columns, tuple(rows), (note,))
    return blocks.Section("simulation", "Operating characteristics by simulation", (table,))


def sensitivity(page: RatePage) -> blocks.Section:
    """How much each assumption moves the power against the rate to rule out."""
    given = page.inputs
    p0, p1 = page.question
    base = _power(page)
    low, high = max(p1 - 0.1, p0 + LEAST), min(p1 + 0.1, MOST)
    below, above = max(p0 - 0.05, LEAST), min(p0 + 0.05, p1 - LEAST)
    few, many = round(given.enrolled * 0.8), round(given.enrolled * 1.2)
    levels = (page.alpha / 2.0, 2.0 * page.alpha)
    swings = [
        Swing(
            "True rate",
            (fmt.percent(low, 0), fmt.percent(high, 0)),
            (_power(page, p=low), _power(page, p=high)),
        ),
        Swing(
            "Rate to rule out",
            (fmt.percent(below, 0), fmt.percent(above, 0)),
            (_power(page, null=below), _power(page, null=above)),
        ),
        Swing(
            "One-sided alpha",
            (f"{levels[0]:g}", f"{levels[1]:g}"),
            (_power(page, alpha=levels[0]), _power(page, alpha=levels[1])),
        ),
        Swing("Subjects", (str(few), str(many)), (_power(page, n=few), _power(page, n=many))),
    ]
    if given.evaluable < given.enrolled:
        lost = given.evaluable
        words = (f"all {given.enrolled}", f"only {lost}")
        swings.append(Swing("Evaluable subjects", words, (_power(page), _power(page, n=lost))))
    label = (
        f"Power against {fmt.percent(p0, 0)} of {given.enrolled} subjects, one assumption changed at a time"
    )
    shown = page.book.number(
        f"Power of {given.enrolled} against {p0:g} at {p1:g}", base, fmt.percent(base), page.how
    )
    text = Markup("Base case: power {} at a true rate of {}; the upright line.").format(
        shown, fmt.percent(p1)
    )
    notes = (
        text,
        BESIDE,
        "The power of an exact test is a saw over the size: fewer subjects can have more power.",
    )
    figure = blocks.Figure("tornado", label, tornado(swings, base, label), notes)
    return blocks.Section("sensitivity", "Sensitivity", (figure,))


def _power(
    page: RatePage,
    n: int | None = None,
    p: float | None = None,
    null: float | None = None,
    alpha: float | None = None,
) -> float:
    """The exact power with one assumption changed, of a single stage."""
    p0, p1 = page.question
    return exact_test(n or page.inputs.enrolled, null or p0, p or p1, alpha or page.alpha).power


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
    (p0, p1), n = page.question, given.enrolled
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
    stages = given.stages
    assert stages is not None
    p0, p1 = page.question
    design = evaluate(TwoStagePlan(stages.r1, stages.n1, stages.r, stages.n), p0, p1)
    how = "exact binomial probabilities over both stages (Simon 1989)"
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
