"""The answer of `trialwright survival` as tables for people."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from trialwright.stats.maxcombo import MaxCombo
from trialwright.stats.restricted_means import RestrictedMeans

if TYPE_CHECKING:
    from rich.console import Console

    from trialwright.analyse.survival_file import SurvivalAnswer
    from trialwright.analyse.survival_tests import AskedTest
    from trialwright.stats.estimate import ChiSquareTest
    from trialwright.stats.logrank import LogRank

NONE = "–"
LARGE = 100.0
SMALL = 0.1
SMALLEST_P = 0.0001


def number(value: float) -> str:
    """About three significant digits: 8.35, 12.40, 226.5; a dash where there is none."""
    if not math.isfinite(value):
        return NONE
    if abs(value) >= LARGE:
        return f"{value:.1f}"
    return f"{value:.2f}" if abs(value) >= SMALL or value == 0.0 else f"{value:.3g}"


def p_value(p: float) -> str:
    """Four decimals, or that it is smaller."""
    if math.isnan(p):
        return NONE
    return f"{p:.4f}" if p >= SMALLEST_P else f"< {SMALLEST_P}"


def _interval(low: float, high: float, scale: float = 1.0) -> str:
    if not (math.isfinite(low) or math.isfinite(high)):
        return NONE
    return f"{number(low * scale)} to {number(high * scale)}"


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(columns[0], overflow="fold")
    for column in columns[1:]:
        table.add_column(column, justify="right", overflow="fold")
    return table


def _groups(answer: SurvivalAnswer) -> Table:
    table = _table("Kaplan–Meier", "Group", "N", "Events", "Median", "95 % CI")
    for name, curve in answer.curves.items():
        median = curve.median()
        row = [number(median.value) if math.isfinite(median.value) else "not reached"]
        table.add_row(
            Text(name), f"{curve.n:.0f}", f"{curve.n_events:.0f}", *row, _interval(median.low, median.high)
        )
    return table


def _landmarks(answer: SurvivalAnswer) -> Table:
    table = _table("Survival at", "Group", "Time", "At risk", "%", "95 % CI")
    for name, curve in answer.curves.items():
        for mark in curve.at(answer.landmarks):
            beyond = "" if mark.time <= curve.time[-1] else " (after the last follow-up)"
            percent = number(100.0 * mark.survival)
            limits = _interval(mark.low, mark.high, 100.0)
            table.add_row(Text(name), f"{mark.time:g}{beyond}", f"{mark.at_risk:.0f}", percent, limits)
    return table


def _tests(answer: SurvivalAnswer) -> Table:
    tests: list[tuple[str, LogRank | ChiSquareTest | None]] = [
        ("Log-rank", answer.logrank),
        ("Log-rank, stratified", answer.stratified_logrank),
    ]
    if answer.cox is not None:
        tests += [
            ("Cox: likelihood ratio", answer.cox.lr_test),
            ("Cox: score", answer.cox.score_test),
        ]
    if answer.proportional_hazards is not None:
        tests.append(("Proportional hazards", answer.proportional_hazards.overall))
    table = _table("Tests", "Test", "Chi-square", "df", "p")
    for name, test in tests:
        if test is not None:
            table.add_row(name, number(test.chi2), str(test.df), p_value(test.p))
    return table


def _asked(answer: SurvivalAnswer) -> Table:
    table = _table("Tests asked for", "Test", "Result", "p, two-sided")
    for one in answer.asked:
        name = f"{one.test.label}, stratified" if one.stratified else one.test.label
        for words, result, p in _results(one):
            table.add_row(Text(f"{name}{words}"), Text(result), p_value(p))
    return table


def _results(one: AskedTest) -> list[tuple[str, str, float]]:
    found = one.found
    if isinstance(found, RestrictedMeans):
        first, second = one.groups
        ways = (
            (f": {second} − {first}", found.difference, found.p),
            (f": {second} / {first}", found.ratio, found.ratio_p),
        )
        return [
            (words, f"{number(shown.value)} (95 % CI {_interval(shown.low, shown.high)})", p)
            for words, shown, p in ways
        ]
    if found.reason:
        return [("", f"not defined: {found.reason}", found.p)]
    if isinstance(found, MaxCombo):
        largest = found.largest
        z = float(found.z[found.weights.index(largest)])
        return [("", f"largest ({largest.rho:g}, {largest.gamma:g}): z {number(z)}", found.p)]
    return [("", f"chi-square {number(found.chi2)}, df {found.df}", found.p)]


def _cox(answer: SurvivalAnswer) -> Table:
    table = _table("Cox model (Efron)", "Term", "Hazard ratio", "95 % CI", "p")
    fit = answer.cox
    assert fit is not None
    if any(": " in name for name in fit.names):
        table.caption = "Against the first level of each factor"
    for i, name in enumerate(fit.names):
        if fit.monotone[i]:
            table.add_row(Text(name), "∞" if fit.beta[i] > 0.0 else "0", "not estimable", NONE)
        else:
            limits = _interval(fit.low[i], fit.high[i])
            table.add_row(Text(name), number(fit.hr[i]), limits, p_value(fit.p[i]))
    return table


def print_survival(answer: SurvivalAnswer, console: Console) -> None:
    """Print groups, landmarks, tests, the Cox model, follow-up and warnings."""
    console.print(_groups(answer))
    if answer.landmarks:
        console.print(_landmarks(answer))
    if answer.logrank is not None or answer.cox is not None:
        console.print(_tests(answer))
    if answer.asked:
        console.print(_asked(answer))
    if answer.cox is not None:
        console.print(_cox(answer))
    follow_up = answer.follow_up
    shown = number(follow_up.value) if math.isfinite(follow_up.value) else "not reached"
    limits = _interval(follow_up.low, follow_up.high)
    console.print(f"Median follow-up (reverse Kaplan–Meier): {shown} (95 % CI {limits})", highlight=False)
    for warning in answer.warnings:
        console.print(Text(f"Warning: {warning}", style="yellow"))
