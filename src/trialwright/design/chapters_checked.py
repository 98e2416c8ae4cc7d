"""Chapters that check a randomised study: simulated trials, and what each assumption moves."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from markupsafe import Markup

from trialwright.design.figures import Swing, tornado
from trialwright.report import blocks
from trialwright.report import format as fmt
from trialwright.stats.event_sizes import Question, schoenfeld_power

if TYPE_CHECKING:
    from collections.abc import Callable

    from trialwright.design.operating import Characteristics
    from trialwright.design.randomised_page import RandomisedPage
    from trialwright.design.study_inputs import RandomisedInputs
    from trialwright.stats.trial_sums import Proportion

Value = TypeVar("Value")


def simulated(page: RandomisedPage) -> blocks.Section:
    """Operating characteristics by simulation."""
    sets = (
        ("Endpoint level, assumed medians", page.simulated.assumed),
        ("Endpoint level, arms equal", page.simulated.equal),
        ("Protocol level, calibrated virtual subjects", page.simulated.protocol),
    )
    rows = tuple(blocks.TableRow(name, _simulated_cells(page, name, found)) for name, found in sets)
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
    """How much each assumption moves the power at the study's margin."""
    given, margin = page.inputs, page.inputs.margin or page.margins[1]
    base = _expected_power(given, margin, page.allocation)
    label = f"Power for a margin of {margin:g} with the events expected, one assumption changed at a time"
    drawing = tornado(_swings(page, margin), base, label)
    how = "Schoenfeld 1981 with the events expected under the assumptions"
    text = Markup("Base case: power {}; the dashed line.").format(
        page.book.number(f"Power at margin {margin:g}, events expected", base, fmt.percent(base), how)
    )
    figure = blocks.Figure("tornado", label, drawing, (text,))
    return blocks.Section("sensitivity", "Sensitivity", (figure,))


def _expected_power(
    given: RandomisedInputs, margin: float, allocation: float, ratio: float = 1.0, alpha: float | None = None
) -> float:
    trial = given.trial(ratio)
    events = sum(given.sizes) * trial.event_share()
    return schoenfeld_power(Question(ratio, margin), alpha or given.alpha, events, allocation)


def _both(of: Callable[[Value], float], values: tuple[Value, Value]) -> tuple[float, float]:
    """The power with each of two values of an assumption."""
    return of(values[0]), of(values[1])


def _swings(page: RandomisedPage, margin: float) -> list[Swing]:
    given, allocation = page.inputs, page.allocation

    def power(changed: RandomisedInputs) -> float:
        return _expected_power(changed, margin, allocation)

    def with_timing(**changes: float) -> RandomisedInputs:
        return replace(given, timing=replace(given.timing, **changes))

    def scaled(f: float) -> tuple[int, int]:
        return round(given.sizes[0] * f), round(given.sizes[1] * f)

    medians = (round(given.medians[0] * 0.75, 1), round(given.medians[0] * 1.25, 1))
    accrual = (round(given.timing.accrual * 0.75, 1), round(given.timing.accrual * 1.25, 1))
    alphas = (given.alpha, 2.0 * given.alpha)
    sizes = (scaled(0.75), scaled(1.25))
    return [
        Swing(
            "True hazard ratio",
            ("0.9", "1.1"),
            _both(lambda ratio: _expected_power(given, margin, allocation, ratio), (0.9, 1.1)),
        ),
        Swing(
            "Control median, months",
            (f"{medians[0]:g}", f"{medians[1]:g}"),
            _both(lambda median: power(replace(given, medians=(median, median))), medians),
        ),
        Swing(
            "Accrual, months",
            (f"{accrual[0]:g}", f"{accrual[1]:g}"),
            _both(lambda months: power(with_timing(accrual=months)), accrual),
        ),
        Swing(
            "Follow-up, months", ("0", "12"), _both(lambda m: power(with_timing(follow_up=m)), (0.0, 12.0))
        ),
        Swing(
            "Drop-out a month",
            ("0", f"{3 * given.timing.dropout:g}"),
            _both(lambda rate: power(with_timing(dropout=rate)), (0.0, 3 * given.timing.dropout)),
        ),
        Swing(
            "One-sided alpha",
            (f"{alphas[0]:g}", f"{alphas[1]:g}"),
            _both(lambda alpha: _expected_power(given, margin, allocation, 1.0, alpha), alphas),
        ),
        Swing(
            "Subjects",
            (str(sum(sizes[0])), str(sum(sizes[1]))),
            _both(lambda size: power(replace(given, sizes=size)), sizes),
        ),
    ]
