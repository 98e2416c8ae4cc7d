"""The head of the report: what was asked, and the answer with its interval and method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright.protocol.response_rules import ResponseSource
from trialwright.report import cells
from trialwright.report import format as fmt
from trialwright.report.ledger import cell, unique
from trialwright.report.protocol_words import design_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trialwright.report.inputs import Page
    from trialwright.report.ledger import Row

_TIMES = "time-to-event"
_RESPONSE = "response"
_PRIMARY = "primary"
_SOURCES = {ResponseSource.LESIONS: "derived from lesions", ResponseSource.RECORDED: "as recorded"}
_EFFECTS = ("hazard_ratio", "rate_difference")
_NAMES_OF_TESTS = {
    "maxcombo_p": "MaxCombo ",
    "logrank_p": "log-rank ",
    "cmh_p": "Cochran–Mantel–Haenszel ",
    "fisher_p": "Fisher’s exact ",
    "chi_square_p": "chi-square ",
}
_TESTS = tuple(_NAMES_OF_TESTS)


@dataclass(frozen=True, slots=True)
class Headline:
    """What stands above all else: a label, the result in sentences, and the methods in small print."""

    label: str
    sentences: tuple[Markup, ...]
    small: Markup


def kicker(page: Page) -> str:
    """`Phase II · randomised · NCT01234567`."""
    study = page.study
    phase = f"Phase {study.phase}" if study.phase != "not applicable" else ""
    return " · ".join(part for part in (phase, design_words(study), study.registration or "") if part)


def facts(page: Page) -> tuple[tuple[str, Markup | str], ...]:
    """Design, subjects, data cut-off, follow-up, sponsor; what is not known is left out."""
    study = page.study
    entries: list[tuple[str, Markup | str]] = [("Study", study.id)]
    for statistic, words in (("enrolled", "Enrolled"), ("treated", "Treated")):
        row = _overall(page, statistic)
        if row is not None:
            entries.append((words, cell(row, fmt.plural(int(row.value or 0), "subject"))))
    if study.data_cutoff is not None:
        entries.append(("Data cut-off", fmt.long_date(study.data_cutoff)))
    follow_up = next((r for r in page.ledger.of_section("follow-up") if _is_overall_median(page, r)), None)
    if follow_up is not None and follow_up.value is not None:
        words = Markup("{} months").format(cells.estimate(follow_up))
        level = f" ({fmt.level(follow_up.level)} CI)" if follow_up.level is not None else ""
        entries.append((f"Median follow-up{level}", words))
    entries.append(("Response criteria", f"{study.response.criteria}, {_SOURCES[study.response.source]}"))
    if study.sponsor:
        entries.append(("Sponsor", study.sponsor))
    return tuple(entries)


def _is_overall_median(page: Page, row: Row) -> bool:
    return row.statistic == "median" and row.group == page.total


def _overall(page: Page, statistic: str) -> Row | None:
    """A count of the disposition over all groups."""
    rows = page.ledger.of_section("disposition")
    return next((r for r in rows if r.statistic == statistic and r.group == page.total), None)


def headline(page: Page) -> Headline:
    """The result of each primary endpoint; honest where there is none."""
    named = [name for name, endpoint in page.study.endpoints.items() if endpoint.role == _PRIMARY]
    told = [(name, rows) for name in named if (rows := _rows(page, name))]
    if not told:
        nothing = Markup("The study file names no primary endpoint that has a result.")
        return Headline("Primary endpoint", (nothing,), Markup())
    used: list[Row] = []
    sentences = tuple(sentence for name, rows in told for sentence in _sentences(page, name, rows, used))
    label = f"Primary endpoint: {fmt.listing([page.endpoint_label(name) for name, _ in told])}"
    population = unique(page.set_label(row.population) for row in used)
    methods = unique(row.method for row in used if row.method)
    small = Markup("{}. {}").format(fmt.listing(population), "; ".join(_capital(m) for m in methods))
    return Headline(label, sentences, small + Markup(".") if methods else small)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _rows(page: Page, name: str) -> list[Row]:
    """The rows of the primary analysis of an endpoint, whichever kind it is."""
    rows = [*page.ledger.of_endpoint(_RESPONSE, name), *page.ledger.of_endpoint(_TIMES, name)]
    return [row for row in rows if row.variant == _PRIMARY]


def _sentences(page: Page, name: str, rows: Sequence[Row], used: list[Row]) -> Iterator[Markup]:
    """The estimate of each compared group, or of all; then effect, test and verdict."""
    tell = _rate if rows[0].section == _RESPONSE else _median
    parts = [part for group in _groups(page, rows) if (part := tell(page, rows, group, used))]
    if parts:
        lead = "" if rows[0].section == _RESPONSE else "Median "
        label = page.endpoint_label(name)
        yield Markup("{}{}: {}.").format(lead, label if not lead else _lower(label), Markup("; ").join(parts))
    yield from _comparisons(page, rows, used)


def _lower(label: str) -> str:
    """A label inside a sentence; abbreviations keep their capitals."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def _groups(page: Page, rows: Sequence[Row]) -> list[str]:
    """The compared groups, or all subjects together."""
    groups = page.groups_of(rows)
    compared = any(page.is_comparison(row) for row in rows)
    apart = [group for group in groups if group != page.total]
    return apart if compared and apart else groups[-1:]


def _rate(page: Page, rows: Sequence[Row], group: str, used: list[Row]) -> Markup:
    """`15 of 27 subjects, 55.6% (95% CI 35.3–74.5)`."""
    rate, responders = _pick(rows, "rate", group), _pick(rows, "responders", group)
    if rate is None or responders is None:
        return Markup()
    used.append(rate)
    told = Markup("{} subjects, {}").format(cells.out_of(responders), _with_interval(rate))
    return told + _with(page, group)


def _median(page: Page, rows: Sequence[Row], group: str, used: list[Row]) -> Markup:
    """`7.7 months (95% CI 5.1–9.9) with TP, 21 events in 33 subjects`."""
    median, events = _pick(rows, "median", group), _pick(rows, "event_count", group)
    if median is None:
        return Markup()
    used.append(median)
    told = _with_interval(median, " months") + _with(page, group)
    if events is None or events.n is None:
        return told
    noun = "event" if events.value == 1 else "events"
    return told + Markup(" ({} {} in {})").format(cells.plain(events), noun, fmt.plural(events.n, "subject"))


def _with(page: Page, group: str) -> str:
    return "" if group == page.total else f" with {page.group_label(group)}"


def _with_interval(row: Row, unit: str = "") -> Markup:
    """`7.7 months (95% CI 5.1–9.9)`, the number linked."""
    interval = cells.bounds(row)
    shown = f" ({fmt.level(row.level)} CI {interval})" if interval else ""
    return Markup("{}{}{}").format(cell(row, cells.value(row)), unit if row.value is not None else "", shown)


def _comparisons(page: Page, rows: Sequence[Row], used: list[Row]) -> Iterator[Markup]:
    """Effect, test and verdict of each comparison; the last model is the one the verdict rests on."""
    for pair in unique(row.group for row in rows if page.is_comparison(row)):
        effect, test = _last(rows, _EFFECTS, pair), _last(rows, _TESTS, pair)
        if effect is None:
            continue
        used += [row for row in (effect, test) if row is not None]
        item = f", {effect.item}" if effect.item else ""
        head = f"{page.statistic_label(effect.statistic)}{item} ({page.group_label(pair)})"
        told = Markup("{}: {}").format(head, _with_interval(effect))
        if test is not None:
            told += Markup("; {}{}").format(
                _NAMES_OF_TESTS[test.statistic], cell(test, fmt.p_clause(test.value))
            )
        yield told + Markup(".")
        verdict = _last(rows, ("verdict",), pair)
        if verdict is not None:
            yield cell(verdict, f"{_capital(verdict.text)}.")


def _pick(rows: Sequence[Row], statistic: str, group: str) -> Row | None:
    wanted = (r for r in rows if r.statistic == statistic and r.group == group and not r.item)
    return next(wanted, None)


def _last(rows: Sequence[Row], statistics: Sequence[str], group: str) -> Row | None:
    """The last row of the first of these statistics that occurs."""
    for statistic in statistics:
        wanted = [r for r in rows if r.statistic == statistic and r.group == group]
        if wanted:
            return wanted[-1]
    return None
