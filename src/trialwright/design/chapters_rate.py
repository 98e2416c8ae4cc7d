"""Chapters of a single-arm study with a response rate: which hypotheses its subjects can tell apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright.design.figures import Axis, Curve, Swing, curves, percent_axis, tornado
from trialwright.errors import ArgumentError
from trialwright.report import blocks
from trialwright.report import format as fmt
from trialwright.stats.proportions import clopper_pearson
from trialwright.stats.single_stage import exact_test
from trialwright.stats.support import detectable_rate, excluded_rate
from trialwright.stats.two_stage import TwoStageDesign, simon_designs

if TYPE_CHECKING:
    from trialwright.design.ledger import Book
    from trialwright.design.protocol_trials import ResponseCounts
    from trialwright.design.study_inputs import RateInputs

ALPHA, BETA = 0.05, 0.2
SMALL_BETA = 0.1
NULLS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
GAP = 0.2
STEPS = 60
EXACT = "exact binomial test, one-sided alpha {alpha:g}"


@dataclass(frozen=True)
class RatePage:
    """All that the chapters print."""

    inputs: RateInputs
    simulated: ResponseCounts
    confirmed: bool
    book: Book

    @property
    def sizes(self) -> tuple[int, ...]:
        """Evaluable and enrolled subjects, once where they are the same."""
        return tuple(dict.fromkeys((self.inputs.evaluable, self.inputs.enrolled)))

    def excluded(self, n: int) -> Markup:
        """The largest rate ruled out with 80% power at the published rate."""
        value = excluded_rate(n, self.inputs.rate, ALPHA, BETA)
        what = f"Largest rate ruled out with 80% power, {n} subjects, true rate {self.inputs.rate:g}"
        return self.book.number(what, value, fmt.percent(value), EXACT.format(alpha=ALPHA))


def headline(page: RatePage) -> list[Markup]:
    """The answer in a sentence for each size."""
    given = page.inputs
    return [
        Markup(
            "If the true rate is {}, {} subjects rule out every rate up to {} with 80% power"
            " (one-sided alpha {})."
        ).format(fmt.percent(given.rate), n, page.excluded(n), f"{ALPHA:g}")
        for n in page.sizes
    ]


def supports(page: RatePage) -> blocks.Section:
    """Responses needed and detectable rates by the rate to rule out."""
    rows = []
    for n in page.sizes:
        rows.append(blocks.TableRow(f"{n} subjects"))
        rows += [_null_row(page, n, p0) for p0 in NULLS]
    columns = (
        blocks.Column("Rate to rule out (p0)"),
        blocks.Column("Responses needed"),
        blocks.Column("Exact alpha"),
        blocks.Column("Detectable rate", under="80% power"),
        blocks.Column("Detectable rate", under="90% power"),
    )
    caption = "Single-stage hypotheses that the study's size supports"
    return blocks.Section(
        "supports",
        "What this size can show",
        (blocks.Table("nulls", caption, columns, tuple(rows)), _power_figure(page), _precision(page)),
    )


def _null_row(page: RatePage, n: int, p0: float) -> blocks.TableRow:
    test = exact_test(n, p0, (1.0 + p0) / 2.0, ALPHA)
    how, number = EXACT.format(alpha=ALPHA), page.book.number
    detectable = [detectable_rate(n, p0, ALPHA, beta) for beta in (BETA, SMALL_BETA)]
    cells = (
        number(f"Responses needed of {n} against {p0:g}", test.needed, str(test.needed), how),
        number(f"Exact alpha of {n} against {p0:g}", test.alpha, f"{test.alpha:.4f}", how),
        *(
            number(f"Detectable rate of {n} against {p0:g}, power {1 - beta:g}", rate, fmt.percent(rate), how)
            for rate, beta in zip(detectable, (BETA, SMALL_BETA), strict=True)
        ),
    )
    return blocks.TableRow(fmt.percent(p0, 0), cells, level=1)


def _power_figure(page: RatePage) -> blocks.Figure:
    n = page.inputs.evaluable
    lines = []
    for p0 in NULLS[1:5]:
        rates = [p0 + (0.95 - p0) * (k + 1) / STEPS for k in range(STEPS)]
        points = tuple((p, exact_test(n, p0, p, ALPHA).power) for p in rates)
        lines.append(Curve(f"p0 {fmt.percent(p0, 0)}", points))
    label = f"Power of the exact test by the true response rate, {n} subjects"
    ticks = tuple((k / 10, f"{10 * k}%") for k in range(11))
    drawing = curves(lines, Axis("True response rate", ticks), percent_axis("Power"), label)
    return blocks.Figure("power", label, drawing)


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
    entries = (
        ("Endpoint", given.label),
        ("Assumed rate", f"{fmt.percent(given.rate)} ({given.source})"),
        ("Subjects", f"{given.enrolled} enrolled, {given.evaluable} evaluable"),
        ("Test", f"exact binomial, one-sided alpha {ALPHA:g}; the study file states no hypotheses"),
    )
    return blocks.Section("assumptions", "Assumptions", (blocks.Facts(entries),))


def boundaries(page: RatePage) -> blocks.Section:
    """Two-stage designs for differences of 20 points that fit the subjects."""
    rows = []
    for p0 in NULLS:
        designs = simon_designs(p0, p0 + GAP, ALPHA, BETA, 100)
        rows += [
            blocks.TableRow(
                f"{fmt.percent(p0, 0)} against {fmt.percent(p0 + GAP, 0)}, {kind}",
                _simon_cells(page, p0, design),
            )
            for kind, design in (("optimal", designs.optimal), ("minimax", designs.minimax))
        ]
    columns = tuple(
        blocks.Column(words)
        for words in ("Hypotheses", "Stop: r1/n1", "Not active: r/n", "EN(p0)", "PET(p0)", "Fits")
    )
    note = f"Alpha {ALPHA:g}, power {1 - BETA:g}. Fits: no more subjects than were enrolled."
    table = blocks.Table("simon", "Simon two-stage designs for 20 points", columns, tuple(rows), (note,))
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


def simulated(page: RatePage) -> blocks.Section:
    """What virtual subjects through scans and RECIST give."""
    counts = page.simulated
    responders = counts.confirmed if page.confirmed else counts.responders
    trials = counts.evaluable.size
    rates = responders / counts.evaluable.clip(1)
    how = f"{trials:,} simulated trials: lesions, scans, RECIST 1.1 under assumptions.yaml"
    number = page.book.number
    entries: list[tuple[str, Markup | str]] = [
        (
            "Evaluable subjects, mean",
            number("Mean evaluable", counts.evaluable.mean(), f"{counts.evaluable.mean():.1f}", how),
        ),
        (
            "Response rate, mean",
            number("Mean response rate", rates.mean(), fmt.percent(float(rates.mean())), how),
        ),
    ]
    for p0 in NULLS[1:5]:
        found = [
            k >= exact_test(int(n), p0, (1.0 + p0) / 2.0, ALPHA).needed
            for k, n in zip(responders, counts.evaluable, strict=True)
            if n > 0
        ]
        share = sum(found) / trials
        error = (share * (1.0 - share) / trials) ** 0.5
        words = f"{fmt.percent(share)} ± {fmt.percent_digits(error)}"
        entries.append(
            (f"Trials that rule out {fmt.percent(p0, 0)}", number(f"Rules out {p0:g}", share, words, how))
        )
    note = blocks.Prose("After ± the Monte-Carlo standard error.", quiet=True)
    return blocks.Section(
        "simulation", "Operating characteristics by simulation", (blocks.Facts(tuple(entries)), note)
    )


def sensitivity(page: RatePage) -> blocks.Section:
    """How much each assumption moves the power against the nearest rate in steps of 5 points."""
    given = page.inputs
    p0 = max(0.05, int(excluded_rate(given.evaluable, given.rate, ALPHA, BETA) * 20) / 20)

    def power(
        n: int = given.evaluable, p: float = given.rate, null: float = p0, alpha: float = ALPHA
    ) -> float:
        if p <= null:
            raise ArgumentError.at("rate", f"{p}", expected=f"above {null}")
        return exact_test(n, null, p, alpha).power

    few, many = round(given.evaluable * 0.8), given.enrolled
    low, high = max(given.rate - 0.1, p0 + 0.01), min(given.rate + 0.1, 0.99)
    swings = [
        Swing("Subjects", (str(few), str(many)), (power(n=few), power(n=many))),
        Swing("True rate", (fmt.percent(low), fmt.percent(high)), (power(p=low), power(p=high))),
        Swing(
            "Rate to rule out",
            (fmt.percent(p0 - 0.04, 0), fmt.percent(p0 + 0.05, 0)),
            (power(null=p0 - 0.04), power(null=min(p0 + 0.05, given.rate - 0.01))),
        ),
        Swing("One-sided alpha", ("0.025", "0.1"), (power(alpha=0.025), power(alpha=0.1))),
    ]
    base = power()
    label = f"Power against {fmt.percent(p0, 0)}, one assumption changed at a time"
    shown = page.book.number(f"Power against {p0:g}", base, fmt.percent(base), EXACT.format(alpha=ALPHA))
    text = Markup("Base case: power {}; the dashed line.").format(shown)
    figure = blocks.Figure("tornado", label, tornado(swings, base, label), (text,))
    return blocks.Section("sensitivity", "Sensitivity", (figure,))


def paragraph(page: RatePage) -> blocks.Section:
    """The paragraph for the statistics section of the protocol."""
    given = page.inputs
    text = Markup(
        "The primary endpoint is the {}. With {} evaluable subjects an exact one-sided binomial test at a"
        " level of {} rules out, with a power of 80%, every rate up to {} if the true rate is {}; the rate is"
        " given with its exact 95% confidence interval (Clopper–Pearson)."
    ).format(
        given.label.lower(),
        given.evaluable,
        f"{ALPHA:g}",
        page.excluded(given.evaluable),
        fmt.percent(given.rate),
    )
    return blocks.Section("paragraph", "For the statistics section", (blocks.Prose(text),))
