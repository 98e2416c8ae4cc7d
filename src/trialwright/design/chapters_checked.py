"""Chapters that check a randomised study: simulated trials, and what each assumption moves."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from markupsafe import Markup

from trialwright.design.figures import BESIDE, Swing, tornado
from trialwright.report import blocks
from trialwright.report import format as fmt
from trialwright.stats.event_sizes import Question, schoenfeld_power

if TYPE_CHECKING:
    from collections.abc import Callable

    from trialwright.design.inputs import RandomisedInputs
    from trialwright.design.operating import Characteristics
    from trialwright.design.randomised_page import RandomisedPage
    from trialwright.stats.trial_sums import Proportion

Value = TypeVar("Value")


def simulated(page: RandomisedPage) -> blocks.Section:
    """Operating characteristics by simulation."""
    rows = tuple(
        blocks.TableRow(name, _simulated_cells(page, name, found)) for name, found in page.simulated.rows
    )
    columns = (
        blocks.Column("Trials as"),
        blocks.Column("Trials"),
        blocks.Column("Mean events"),
        blocks.Column("Hazard ratio", under="geometric mean"),
        blocks.Column("Log-rank", under="experimental better"),
        *(blocks.Column("Below", under=f"{margin:g}") for margin in page.margins),
    )
    notes = (
        "After ± the Monte-Carlo standard error.",
        "Endpoint level: exponential times, every event seen when it happens.",
        "Protocol level: lesions, scan dates, missed scans, RECIST 1.1 and the endpoint's censoring rules.",
    )
    table = blocks.Table(
        "operating", "Shares of simulated trials that reach each conclusion", columns, rows, notes, dense=True
    )
    return blocks.Section("simulation", "Operating characteristics by simulation", (table,))


def _simulated_cells(page: RandomisedPage, name: str, found: Characteristics) -> tuple[Markup | str, ...]:
    sums = found.sums

    def shown(what: str, one: Proportion) -> Markup:
        digits = f"{fmt.percent(one.value)} ± {fmt.percent_digits(one.error, 2)}"
        how = f"{sums.trials:,} simulated trials; Monte-Carlo standard error {one.error:.5f}"
        return page.book.number(f"{what}: {name}", one.value, digits, how)

    events = page.book.number(f"Mean events: {name}", sums.events, f"{sums.events:.1f}", "simulation")
    ratio = math.exp(sums.log_hr[0])
    centre = page.book.number(
        f"Hazard ratio, geometric mean: {name}", ratio, fmt.ratio(ratio), "simulation, Cox"
    )
    below = (shown(f"Hazard ratio shown below {margin:g}", sums.below(margin)) for margin in page.margins)
    return (f"{sums.trials:,}", events, centre, shown("Log-rank, experimental better", sums.benefit), *below)


def sensitivity(page: RandomisedPage) -> blocks.Section:
    """How much each assumption moves the power of the study's question."""
    given = page.inputs
    base = _expected_power(given)
    asked = f"for a margin of {given.margin:g}" if given.margin is not None else "for superiority"
    label = f"Power {asked} with the events expected, one assumption changed at a time"
    how = "Schoenfeld 1981 with the events expected under the assumptions"
    text = Markup("Base case: power {} at a true hazard ratio of {}; the upright line.").format(
        page.book.number(f"Power {asked}, events expected", base, fmt.percent(base), how),
        f"{given.truth:.3g}",
    )
    figure = blocks.Figure("tornado", label, tornado(_swings(page), base, label), (text, BESIDE))
    return blocks.Section("sensitivity", "Sensitivity", (figure,))


def _expected_power(
    given: RandomisedInputs, ratio: float | None = None, ruled_out: float | None = None
) -> float:
    true, asked = ratio or given.truth, ruled_out or given.ruled_out
    events = sum(given.sizes) * given.trial(true).event_share()
    if asked == 1.0 and true >= 1.0:
        return given.alpha
    return schoenfeld_power(Question(true, asked), given.alpha, events, given.allocation)


def _both(of: Callable[[Value], float], values: tuple[Value, Value]) -> tuple[float, float]:
    """The power with each of two values of an assumption."""
    return of(values[0]), of(values[1])


def _around(value: float, share: float = 0.25) -> tuple[float, float]:
    return round(value * (1.0 - share), 3), round(value * (1.0 + share), 3)


def _words(values: tuple[float, float]) -> tuple[str, str]:
    return f"{values[0]:.3g}", f"{values[1]:.3g}"


def _swings(page: RandomisedPage) -> list[Swing]:
    given, timing = page.inputs, page.inputs.timing

    def of_control(median: float) -> float:
        return _expected_power(replace(given, medians=(median, median / given.ratio)))

    def timed(**changes: float) -> float:
        return _expected_power(replace(given, timing=replace(timing, **changes)))

    def at_level(alpha: float) -> float:
        return _expected_power(replace(given, errors=replace(given.errors, alpha=alpha)))

    def of_subjects(sizes: tuple[int, int]) -> float:
        return _expected_power(replace(given, sizes=sizes))

    ratios, medians = _around(given.truth, 0.1), _around(given.medians[0])
    accrual, lost = _around(timing.accrual), (0.0, 3.0 * timing.dropout or 0.02)
    alphas = (given.alpha / 2.0, 2.0 * given.alpha)
    few, many = (tuple(round(n * f) for n in given.sizes) for f in (0.75, 1.25))
    sizes = ((few[0], few[1]), (many[0], many[1]))
    waits = (0.0, timing.follow_up + 12.0)
    swings = [
        Swing("True hazard ratio", _words(ratios), _both(lambda r: _expected_power(given, r), ratios)),
        Swing("Control median, months", _words(medians), _both(of_control, medians)),
        Swing("Accrual, months", _words(accrual), _both(lambda m: timed(accrual=m), accrual)),
        Swing("Follow-up, months", _words(waits), _both(lambda m: timed(follow_up=m), waits)),
        Swing("Drop-out a month", _words(lost), _both(lambda rate: timed(dropout=rate), lost)),
        Swing("One-sided alpha", _words(alphas), _both(at_level, alphas)),
        Swing("Subjects", (str(sum(few)), str(sum(many))), _both(of_subjects, sizes)),
    ]
    if given.margin is not None:
        limits = (1.2, 1.5)
        of_margin = _both(lambda margin: _expected_power(given, None, margin), limits)
        swings.append(Swing("Margin", _words(limits), of_margin))
    return swings
