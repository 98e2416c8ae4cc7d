"""Chapters of a single-arm study with a response rate: which hypotheses its subjects can tell apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright.design.enrolment import enrolment_figure
from trialwright.design.figures import Axis, Curve, Guide, curves, percent_axis
from trialwright.report import blocks
from trialwright.report import format as fmt
from trialwright.stats.proportions import clopper_pearson
from trialwright.stats.single_stage import exact_test
from trialwright.stats.support import detectable_rate, excluded_rate
from trialwright.stats.two_stage import TwoStageDesign, TwoStagePlan, evaluate, simon_designs

if TYPE_CHECKING:
    from trialwright.design.inputs import RateInputs
    from trialwright.design.ledger import Book

SMALL_BETA = 0.1
NULLS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
GAP = 0.2
STEPS = 60
TWO_STAGES = "exact binomial probabilities over both stages (Simon 1989)"
EXACT = "exact binomial test, one-sided alpha {alpha:g}"


@dataclass(frozen=True)
class RatePage:
    """All that the chapters print."""

    inputs: RateInputs
    confirmed: bool
    book: Book

    @property
    def sizes(self) -> tuple[int, ...]:
        """Evaluable subjects and those of the plan, once where they are the same."""
        return tuple(dict.fromkeys((self.inputs.evaluable, self.inputs.analysed)))

    @property
    def alpha(self) -> float:
        """The one-sided level."""
        return self.inputs.alpha

    @property
    def beta(self) -> float:
        """1 − power."""
        return self.inputs.errors.beta

    @property
    def shown_power(self) -> str:
        """The power in words."""
        return f"{100.0 * self.inputs.errors.power:g}%"

    @property
    def how(self) -> str:
        """The test in words."""
        return EXACT.format(alpha=self.alpha)

    @property
    def nulls(self) -> tuple[float, ...]:
        """Rates to rule out: the usual ones and the study's own."""
        own = {self.inputs.hypotheses[0]} if self.inputs.hypotheses else set()
        return tuple(sorted(own.union(NULLS)))

    @property
    def question(self) -> tuple[float, float]:
        """The rate to rule out and the true rate of the power: as planned, else as published supports."""
        if self.inputs.hypotheses is not None:
            return self.inputs.hypotheses
        largest = excluded_rate(self.inputs.evaluable, self.inputs.rate, self.alpha, self.beta)
        return max(0.05, int(largest * 20) / 20), self.inputs.rate

    @property
    def two_stages(self) -> TwoStagePlan | None:
        """The two stages of the plan, where it has them."""
        stated = self.inputs.stages
        return None if stated is None else TwoStagePlan(stated.r1, stated.n1, stated.r, stated.n)

    def excluded(self, n: int) -> Markup:
        """The largest rate ruled out with the stated power at the published rate."""
        value = excluded_rate(n, self.inputs.rate, self.alpha, self.beta)
        what = (
            f"Largest rate ruled out with {self.shown_power} power, {n} subjects,"
            f" true rate {self.inputs.rate:g}"
        )
        return self.book.number(what, value, fmt.percent(value), self.how)


def headline(page: RatePage) -> list[Markup]:
    """The answer in a sentence for each size."""
    given = page.inputs
    lines = []
    if given.hypotheses is not None and given.stages is None:
        lines = [_planned(page, n) for n in page.sizes]
    if given.stages is not None:
        lines = [_staged(page)]
    lines += [
        Markup(
            "If the true rate is {}, as {}, {} subjects rule out every rate up to {} with {} power"
            " (one-sided alpha {})."
        ).format(
            fmt.percent(given.rate),
            "published" if given.source.startswith("abstract") else "assumed",
            n,
            page.excluded(n),
            page.shown_power,
            f"{page.alpha:g}",
        )
        for n in page.sizes
    ]
    return lines


def _planned(page: RatePage, n: int) -> Markup:
    p0, p1 = page.question
    test = exact_test(n, p0, p1, page.alpha)
    number = page.book.number
    return Markup(
        "Against {}, {} subjects need {} responses; if {} is true they are seen in {} of trials."
    ).format(
        fmt.percent(p0, 0),
        n,
        number(f"Responses needed of {n} against {p0:g}", test.needed, str(test.needed), page.how),
        fmt.percent(p1, 0),
        number(f"Power of {n} against {p0:g} at {p1:g}", test.power, fmt.percent(test.power), page.how),
    )


def _staged(page: RatePage) -> Markup:
    """What the two stages of the plan do at the rate worth finding."""
    stages, (p0, p1) = page.two_stages, page.question
    assert stages is not None
    power = page.book.number("Two-stage power", stages.reject(p1), fmt.percent(stages.reject(p1)), TWO_STAGES)
    words = Markup("The stages {}/{} {}/{} reject {} in {} of trials if {} is true.")
    return words.format(
        *(stages.r1, stages.n1, stages.r, stages.n), fmt.percent(p0, 0), power, fmt.percent(p1, 0)
    )


def supports(page: RatePage) -> blocks.Section:
    """Responses needed and detectable rates by the rate to rule out."""
    rows = []
    for n in page.sizes:
        rows.append(blocks.TableRow(f"{n} subjects"))
        rows += [_null_row(page, n, p0) for p0 in page.nulls]
    columns = (
        blocks.Column("Rate to rule out (p0)"),
        blocks.Column("Responses needed"),
        blocks.Column("Exact alpha"),
        *(
            blocks.Column("Detectable rate", under=f"{fmt.percent(1 - beta, 0)} power")
            for beta in _betas(page)
        ),
    )
    caption = "Single-stage hypotheses that the study's size supports"
    return blocks.Section(
        "supports",
        "What this size can show",
        (blocks.Table("nulls", caption, columns, tuple(rows)), _power_figure(page), _precision(page)),
    )


def _betas(page: RatePage) -> tuple[float, ...]:
    return tuple(dict.fromkeys((page.beta, SMALL_BETA)))


def _null_row(page: RatePage, n: int, p0: float) -> blocks.TableRow:
    test = exact_test(n, p0, (1.0 + p0) / 2.0, page.alpha)
    how, number, betas = page.how, page.book.number, _betas(page)
    if test.needed > n:
        return blocks.TableRow(fmt.percent(p0, 0), ("none", *(fmt.NO_VALUE,) * (1 + len(betas))), level=1)
    detectable = [detectable_rate(n, p0, page.alpha, beta) for beta in betas]
    cells = (
        number(f"Responses needed of {n} against {p0:g}", test.needed, str(test.needed), how),
        number(f"Exact alpha of {n} against {p0:g}", test.alpha, f"{test.alpha:.4f}", how),
        *(
            number(f"Detectable rate of {n} against {p0:g}, power {1 - beta:g}", rate, fmt.percent(rate), how)
            for rate, beta in zip(detectable, betas, strict=True)
        ),
    )
    return blocks.TableRow(fmt.percent(p0, 0), cells, level=1)


def _power_figure(page: RatePage) -> blocks.Figure:
    n, given = page.inputs.evaluable, page.inputs
    lines = []
    for p0 in _drawn(page):
        rates = [p0 + (0.95 - p0) * (k + 1) / STEPS for k in range(STEPS)]
        points = tuple((p, exact_test(n, p0, p, page.alpha).power) for p in rates)
        lines.append(Curve(f"p0 {fmt.percent(p0, 0)}", points))
    staged = page.two_stages
    if staged is not None:
        rates = [k / STEPS for k in range(1, STEPS)]
        lines.insert(0, Curve("The study's two stages", tuple((p, staged.reject(p)) for p in rates)))
    label = f"Power of the exact test at the end by the true response rate, {n} subjects"
    ticks = tuple((k / 10, f"{10 * k}%") for k in range(11))
    guides = [Guide(given.errors.power, page.shown_power)]
    if given.hypotheses is not None:
        guides.append(Guide(given.hypotheses[1], "worth finding", upright=True))
    drawing = curves(lines, Axis("True response rate", ticks), percent_axis("Power"), label, guides)
    return blocks.Figure("power", label, drawing)


def _drawn(page: RatePage) -> tuple[float, ...]:
    """The rates to rule out of a figure: the study's own first, four at most."""
    own = page.inputs.hypotheses[:1] if page.inputs.hypotheses else ()
    return tuple(dict.fromkeys((*own, *NULLS[1:5])))[: len(NULLS[1:5])]


def _precision(page: RatePage) -> blocks.Table:
    rows = []
    for n in page.sizes:
        responses = round(page.inputs.rate * n)
        limits = clopper_pearson(responses, n)
        shown = page.book.number(
            f"Half-width of the 95% interval at {responses} of {n}",
            (limits.high - limits.low) / 2.0,
            fmt.percent((limits.high - limits.low) / 2.0),
            f"Clopper–Pearson limits {limits.low:.4f} and {limits.high:.4f}",
        )
        interval = f"{fmt.percent(limits.low)} to {fmt.percent(limits.high)}"
        rows.append(blocks.TableRow(f"{responses} of {n}", (interval, shown)))
    columns = (blocks.Column("Responses"), blocks.Column("95% interval"), blocks.Column("Half-width"))
    return blocks.Table("precision", "Precision at the assumed rate", columns, tuple(rows))


def assumptions(page: RatePage) -> blocks.Section:
    """What is assumed."""
    given = page.inputs
    stated = given.hypotheses is not None
    hypotheses = "too low {}, worth finding {}".format(*map(fmt.percent, page.question))
    entries = [
        ("Endpoint", given.label),
        ("Rates planned with" if stated else "Hypotheses", hypotheses if stated else "none are stated"),
        ("Rate seen", f"{fmt.percent(given.rate)} ({given.source})"),
        ("Subjects", f"{given.enrolled} enrolled, {given.evaluable} evaluable"),
        ("Test", f"exact binomial, one-sided alpha {page.alpha:g}{'' if stated else ', the usual one'}"),
    ]
    if given.timing is None:
        return blocks.Section("assumptions", "Assumptions", (blocks.Facts(tuple(entries)),))
    words = f"{given.timing.accrual:.1f} months, then {given.timing.follow_up:.1f} to the cut-off"
    entries.append(("Accrual", words))
    figure = enrolment_figure(given.timing, given.enrolled, given.evaluable, given.rate)
    return blocks.Section("assumptions", "Assumptions", (blocks.Facts(tuple(entries)), figure))


def boundaries(page: RatePage) -> blocks.Section:
    """Two-stage designs: for the study's own hypotheses, and for differences of 20 points."""
    rows = []
    own = [page.inputs.hypotheses] if page.inputs.hypotheses else []
    staged, (null, target) = page.two_stages, page.question
    if staged is not None:
        design = evaluate(staged, null, target)
        rows.append(blocks.TableRow("The study's own stages", _simon_cells(page, null, design)))
    for p0, p1 in [*own, *((p0, p0 + GAP) for p0 in NULLS)]:
        designs = simon_designs(p0, p1, page.alpha, page.beta)
        rows += [
            blocks.TableRow(
                f"{fmt.percent(p0, 0)} against {fmt.percent(p1, 0)}, {kind}", _simon_cells(page, p0, design)
            )
            for kind, design in (("optimal", designs.optimal), ("minimax", designs.minimax))
        ]
    columns = tuple(
        blocks.Column(words)
        for words in ("Hypotheses", "Stop: r1/n1", "Not active: r/n", "EN(p0)", "PET(p0)", "Fits")
    )
    note = (
        f"Alpha {page.alpha:g}, power {page.shown_power}. Fits: no more subjects than the"
        f" {page.inputs.enrolled} planned."
    )
    caption = "Simon two-stage designs for the study's own rates, and for 20 points"
    table = blocks.Table(
        "simon", caption if own else "Simon two-stage designs for 20 points", columns, tuple(rows), (note,)
    )
    return blocks.Section("boundaries", "Boundaries with an early look", (table,))


def _simon_cells(page: RatePage, p0: float, design: TwoStageDesign) -> tuple[Markup | str, ...]:
    plan, how = design.plan, "complete search over all two-stage designs (Simon 1989)"
    words = f"Simon design {plan.r1}/{plan.n1} {plan.r}/{plan.n} at {p0:g}"
    number = page.book.number
    return (
        f"{plan.r1}/{plan.n1}",
        f"{plan.r}/{plan.n}",
        number(f"{words}: expected size", design.en0, f"{design.en0:.2f}", how),
        number(f"{words}: early stop", design.pet0, fmt.percent(design.pet0), how),
        "yes" if plan.n <= page.inputs.enrolled else "no",
    )
