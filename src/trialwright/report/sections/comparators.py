"""Published trials of the same disease, as facts with their citation, beside this study."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright.protocol.benchmarks import trials
from trialwright.protocol.endpoints import Event, Response, ResponseEndpoint, TimeToEventEndpoint
from trialwright.report import blocks, cells
from trialwright.report import format as fmt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.protocol.benchmarks import Arm, Contrast, Trial
    from trialwright.report.inputs import Page
    from trialwright.report.ledger import Row

_HEADS = ("Subjects", "Response rate", "Median PFS, months", "Median OS, months", "PFS, HR", "OS, HR")
_USUAL_LEVEL = 95


def section(page: Page) -> blocks.Section | None:
    """The chapter; None where the study file names no comparators."""
    chosen = [trials()[name] for name in page.study.comparators]
    if not chosen:
        return None
    lines = [*_own(page), *(line for trial in chosen for line in _trial(trial))]
    table = blocks.Table(
        "table-comparators",
        "This study beside published trials.",
        (blocks.Column(""), *(blocks.Column(head) for head in _HEADS)),
        tuple(lines),
        tuple(_notes(chosen)),
    )
    return blocks.Section("comparators", "Published trials", (table,))


def _own(page: Page) -> Iterator[blocks.TableRow]:
    """The rows of this study, from its results."""
    mark = f", {page.mark}" if page.mark else ""
    yield blocks.TableRow(f"This study{mark}")
    names = _names(page)
    groups = list(page.study.arms) or [page.total]
    pair = f"{groups[0]} vs {groups[-1]}"
    for place, group in enumerate(groups):
        shown: list[Markup | str] = [
            cells.plain(_row(page, "disposition", "disposition", "allocated", group))
        ]
        rate = _row(page, "response", names["ORR"], "rate", group)
        shown.append(cells.estimate(rate))
        shown += [
            cells.estimate(_row(page, "time-to-event", names[name], "median", group))
            for name in ("PFS", "OS")
        ]
        for name in ("PFS", "OS"):
            ratio = _row(page, "time-to-event", names[name], "hazard_ratio", pair)
            shown.append(cells.estimate(ratio) if place == 0 and ratio is not None else "")
        yield blocks.TableRow(page.group_label(group), tuple(shown), 1)


def _names(page: Page) -> dict[str, str]:
    """Which endpoints of the study are the response rate, PFS and OS; "" where it has none."""
    found = {"ORR": "", "PFS": "", "OS": ""}
    for name, endpoint in page.study.endpoints.items():
        if isinstance(endpoint, ResponseEndpoint) and set(endpoint.of) == {Response.CR, Response.PR}:
            found["ORR"] = found["ORR"] or name
        elif isinstance(endpoint, TimeToEventEndpoint):
            events = set(endpoint.events)
            kind = (
                "OS"
                if events == {Event.DEATH}
                else "PFS"
                if events == {Event.PROGRESSION, Event.DEATH}
                else ""
            )
            if kind and endpoint.start.value in _FROM_THE_START:
                found[kind] = found[kind] or name
    return found


_FROM_THE_START = ("randomisation", "first dose", "enrolment")


def _row(page: Page, section: str, endpoint: str, statistic: str, group: str) -> Row | None:
    """The first row of the primary analysis."""
    wanted = (
        row
        for row in page.ledger.of_endpoint(section, endpoint)
        if (row.variant, row.statistic, row.group) == ("primary", statistic, group)
    )
    return next(wanted, None)


def _trial(trial: Trial) -> Iterator[blocks.TableRow]:
    registration = f", {trial.registration}" if trial.registration else ""
    phase = f"phase {trial.phase}" if trial.phase != "retrospective" else trial.phase
    yield blocks.TableRow(
        f"{trial.citation}{registration}: {trial.setting}, {phase}, {trial.subjects} subjects"
    )
    for place, (name, arm) in enumerate(trial.arms.items()):
        yield blocks.TableRow(_capital(name), tuple(_arm(trial, arm, place)), 1)


def _arm(trial: Trial, arm: Arm, place: int) -> Iterator[Markup | str]:
    yield fmt.NO_VALUE if arm.subjects is None else str(arm.subjects)
    rate = _with_bounds(arm.orr, arm.orr_low, arm.orr_high, 0 if float(arm.orr or 0).is_integer() else 1, "%")
    yield rate
    yield _with_bounds(arm.pfs_median, arm.pfs_low, arm.pfs_high)
    yield _with_bounds(arm.os_median, arm.os_low, arm.os_high)
    for contrast in (trial.pfs, trial.os):
        if len(trial.arms) == 1:
            yield ""
        else:
            yield _contrast(contrast) if place == 0 else ""


def _with_bounds(
    value: float | None, low: float | None, high: float | None, decimals: int = 1, sign: str = ""
) -> Markup | str:
    if value is None:
        return fmt.NO_VALUE
    shown = fmt.number(value, decimals) + sign
    if low is None or high is None:
        return shown
    return _whole(shown, fmt.interval(fmt.number(low, 1), fmt.number(high, 1)))


def _contrast(contrast: Contrast | None) -> Markup | str:
    """`0.80 (0.66–0.97)`; another level than 95 % is told."""
    if contrast is None:
        return fmt.NO_VALUE
    level = "" if contrast.level == _USUAL_LEVEL else f"{contrast.level:g}% CI "
    decimals = max(2, len(repr(contrast.hazard_ratio).partition(".")[2]))
    bounds = fmt.interval(fmt.ratio(contrast.low), fmt.ratio(contrast.high))
    return _whole(fmt.number(contrast.hazard_ratio, decimals), f"{level}{bounds}")


def _whole(value: str, interval: str) -> Markup:
    """A value and its interval, which does not break."""
    return Markup('{} <span class="whole">({})</span>').format(value, interval)


def _notes(chosen: list[Trial]) -> Iterator[str]:
    yield "Intervals are 95% where no other level is told. HR: hazard ratio, first arm against second."
    yield (
        "Trials differ in patients, dates and rules; a difference between two of them is no effect of "
        "treatment. A dash marks what the source does not state."
    )
    if any(trial.setting == "second line" for trial in chosen):
        yield "Second-line trials are shown for subjects who were treated before."


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
