"""The head of the report: what was asked, and the answer with its interval and method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright.report import cells
from trialwright.report import format as fmt
from trialwright.report.ledger import Row, cell
from trialwright.report.protocol_words import design_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trialwright.report.inputs import Page

_TIMES = "time-to-event"
_RESPONSE = "response"


def kicker(page: Page) -> str:
    """`Phase II · randomised · NCT01234567`."""
    study = page.study
    parts = [f"Phase {study.phase}" if study.phase else "", design_words(study), study.registration or ""]
    return " · ".join(part for part in parts if part)


def facts(page: Page) -> tuple[tuple[str, Markup | str], ...]:
    """Design, subjects, data cut-off, endpoint, sponsor; what is not known is left out."""
    study = page.study
    entries: list[tuple[str, Markup | str]] = [
        ("Study", study.id),
        ("Design", design_words(study).capitalize()),
    ]
    for statistic, words in (("enrolled", "Enrolled"), ("treated", "Treated")):
        row = _overall(page, statistic)
        if row is not None:
            entries.append((words, cell(row, fmt.plural(int(row.value or 0), "subject"))))
    if study.data_cutoff is not None:
        entries.append(("Data cut-off", fmt.long_date(study.data_cutoff)))
    follow_up = next((r for r in page.ledger.of_section("follow-up") if _is_overall_median(page, r)), None)
    if follow_up is not None and follow_up.value is not None:
        words = Markup("{} months").format(cells.estimate(follow_up))
        entries.append((f"Median follow-up ({fmt.level(follow_up.level)} CI)", words))
    entries.append(("Response criteria", study.response.criteria))
    if study.sponsor:
        entries.append(("Sponsor", study.sponsor))
    return tuple(entries)


def _is_overall_median(page: Page, row: Row) -> bool:
    return row.statistic == "median" and row.group == page.total


def _overall(page: Page, statistic: str) -> Row | None:
    """A count of the disposition over all groups."""
    rows = page.ledger.of_section("disposition")
    return next((r for r in rows if r.statistic == statistic and r.group == page.total), None)


def headline(page: Page) -> tuple[str, list[Markup]]:
    """The label, and the primary endpoint's result in sentences; honest where there is none."""
    primary = [name for name, endpoint in page.study.endpoints.items() if endpoint.role == "primary"]
    lines: list[Markup] = []
    for name in primary:
        lines += _result(page, name)
    if not lines:
        return "Primary endpoint", [Markup("The study file names no primary endpoint with a result.")]
    names = fmt.listing([page.endpoint_label(name) for name in primary])
    return f"Primary endpoint: {names}", lines


def _result(page: Page, name: str) -> list[Markup]:
    """One endpoint's sentences: by group where groups are compared, else over all."""
    for kind, say in ((_RESPONSE, _rate), (_TIMES, _median)):
        rows = [r for r in page.ledger.of_endpoint(kind, name) if r.variant == "primary"]
        if rows:
            sentences = [say(page, rows, group) for group in _groups(page, rows)]
            return [sentence for sentence in (*sentences, *_comparison(page, rows)) if sentence]
    return []


def _groups(page: Page, rows: Sequence[Row]) -> list[str]:
    """The compared groups, or all subjects together."""
    groups = page.groups_of(rows)
    compared = any(page.is_comparison(row) for row in rows)
    apart = [group for group in groups if group != page.total]
    return apart if compared and apart else groups[-1:]


def _rate(page: Page, rows: Sequence[Row], group: str) -> Markup:
    """`15 of 27 subjects responded: 55.6% (95% CI 35.3–74.5, Clopper–Pearson).`."""
    rate = _pick(rows, "rate", group)
    responders = _pick(rows, "responders", group)
    if rate is None or responders is None:
        return Markup()
    who = "" if group == page.total else f"{page.group_label(group)}: "
    interval = cells.interval_words(rate)
    return Markup("{}{} subjects, {}{}.").format(
        who, cells.out_of(responders), cell(rate, cells.value(rate)), f" ({interval})" if interval else ""
    )


def _median(page: Page, rows: Sequence[Row], group: str) -> Markup:
    """`TP: median 7.7 months (95% CI 5.1–9.9, …), 21 events in 33 subjects.`."""
    median, events = _pick(rows, "median", group), _pick(rows, "event_count", group)
    if median is None:
        return Markup()
    who = "Median" if group == page.total else f"{page.group_label(group)}: median"
    unit = " months" if median.value is not None else ""
    interval = cells.interval_words(median)
    tail = Markup()
    if events is not None and events.n is not None:
        subjects = fmt.plural(events.n, "subject")
        noun = "event" if events.value == 1 else "events"
        tail = Markup("; {} {} in {}").format(cells.plain(events), noun, subjects)
    return Markup("{} {}{}{}{}.").format(
        who, cell(median, cells.value(median)), unit, f" ({interval})" if interval else "", tail
    )


def _comparison(page: Page, rows: Sequence[Row]) -> list[Markup]:
    """Effect, test and verdict of each comparison; the last model is the one the verdict rests on."""
    sentences = []
    pairs = dict.fromkeys(row.group for row in rows if page.is_comparison(row))
    for pair in pairs:
        effects = [_last(rows, name, pair) for name in ("hazard_ratio", "rate_difference")]
        tests = [_last(rows, name, pair) for name in ("logrank_p", "cmh_p", "fisher_p", "chi_square_p")]
        effect = next((row for row in effects if row is not None), None)
        test = next((row for row in tests if row is not None), None)
        if effect is None:
            continue
        label = page.statistic_label(effect.statistic)
        item = f", {effect.item}" if effect.item else ""
        interval = cells.interval_words(effect)
        words = Markup("{}{} ({}): {}{}").format(
            label,
            item,
            page.group_label(pair),
            cell(effect, cells.value(effect)),
            f" ({interval})" if interval else "",
        )
        if test is not None:
            named = f", {test.method}" if test.method else ""
            words += Markup("; {}{}").format(cell(test, fmt.p_clause(test.value)), named)
        sentences.append(words + Markup("."))
        verdict = _last(rows, "verdict", pair)
        if verdict is not None:
            text = verdict.text[:1].upper() + verdict.text[1:]
            sentences.append(cell(verdict, f"{text}."))
    return sentences


def _pick(rows: Sequence[Row], statistic: str, group: str) -> Row | None:
    wanted = (r for r in rows if r.statistic == statistic and r.group == group and not r.item)
    return next(wanted, None)


def _last(rows: Sequence[Row], statistic: str, group: str) -> Row | None:
    wanted = [r for r in rows if r.statistic == statistic and r.group == group]
    return wanted[-1] if wanted else None
