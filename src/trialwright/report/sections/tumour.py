"""Lesions and lives: waterfall, spider and swimmer plots, with who is not in them and why."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING

import polars as pl

from trialwright.protocol.endpoints import ResponseEndpoint
from trialwright.protocol.response_rules import ResponseSource
from trialwright.report import blocks
from trialwright.report import format as fmt
from trialwright.report.figures import spider, swimmer, waterfall
from trialwright.report.figures.frame import months_between, pair

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trialwright.report.inputs import Page
    from trialwright.report.ledger import Row

SECTION = "target"
SUM = "SDIAM"
_SOURCES = {
    ResponseSource.LESIONS: "the lesions",
    ResponseSource.RECORDED: "the recorded time points",
}
_OVERALL = "OVR"
_BEST = "BOR"
_NO_ASSESSMENT = "MISSING"
_NO_GROUP = "In no group"
_ONGOING = "ONGOING"
_DATES = ("USUBJID", "GROUP", "REFDT", "TRTSDT", "TRTEDT", "DTHDT", "LSTALVDT", "NEWTXDT", "EOSSTT")
_THRESHOLD_NOTE = (
    "Dashed: −30% (partial response, from baseline) and +20%; progression is judged against the smallest "
    "sum, not against baseline."
)


def section(page: Page) -> blocks.Section | None:
    """The chapter; None where there is neither a lesion nor a response to show."""
    parts: list[blocks.Block] = []
    rows = [row for row in page.ledger.of_section(SECTION) if row.statistic == "best_change_percent"]
    best = _best_responses(page)
    figures = (_waterfall(page, rows), _spider(page, best))
    parts += [figure for figure in figures if figure is not None]
    parts += _swimmers(page)
    return blocks.Section("tumours", "Tumours and course", tuple(parts)) if parts else None


def _waterfall(page: Page, rows: Sequence[Row]) -> blocks.Figure | None:
    bars = [
        waterfall.Bar(row.item, row.value, row.text, _place(page, row.group), row.anchor)
        for row in rows
        if row.value is not None
    ]
    if not bars:
        return None
    groups = _names(page, [bar.place for bar in bars])
    without = len(rows) - len(bars)
    cut = sum(bar.change > waterfall.HIGHEST for bar in bars)
    notes = [
        f"{len(bars)} of {fmt.plural(len(rows), 'subject')} ({page.set_label(rows[0].population)}) are shown"
    ]
    if without:
        notes[0] += f"; {without} had no complete sum of target lesions between baseline and progression"
    source = _SOURCES[page.study.response.source]
    notes[0] += f". Colour: best response, {_confirmation(page)}, derived from {source}."
    if cut:
        notes.append(f"{fmt.plural(cut, 'bar')} above +100% {'is' if cut == 1 else 'are'} cut there.")
    notes.append(_THRESHOLD_NOTE)
    label = f"Waterfall plot of {len(bars)} subjects: best percentage change of the target sum from baseline."
    return blocks.Figure(
        "figure-waterfall",
        "Best change of the sum of target lesions from baseline.",
        pair(lambda sheet: waterfall.draw(bars, groups, label, sheet, page.mark)),
        tuple(notes),
    )


def _confirmation(page: Page) -> str:
    """Which best response the waterfall shows: that of the first response endpoint."""
    stated = next((one for one in page.study.endpoints.values() if isinstance(one, ResponseEndpoint)), None)
    return "confirmed" if stated is not None and stated.confirmed else "unconfirmed"


def _place(page: Page, group: str) -> int:
    """The place of a group; who is in none of several groups stands behind them, never in the first."""
    places = page.group_places
    return places.get(group, len(places) if len(places) > 1 else 0)


def _names(page: Page, places: Sequence[int]) -> list[str]:
    """The labels of the groups by place."""
    names = [page.group_label(group) for group in page.group_places]
    return [*names, _NO_GROUP] if len(names) in places else names


def _up_to_cut_off(page: Page) -> pl.Expr:
    """Whether a record of ADRS or ADTR is dated up to the data cut-off."""
    cut_off = page.study.data_cutoff
    return pl.col("ADT") <= cut_off if cut_off is not None else pl.col("ADT").is_not_null()


def _best_responses(page: Page) -> Mapping[str, str]:
    """The unconfirmed best response of each subject as derived."""
    rows = page.given.adam.adrs.filter(pl.col("PARAMCD") == _BEST, pl.col("AVALC").is_not_null())
    return dict(rows.sort("USUBJID").select("USUBJID", "AVALC").iter_rows())


def _references(page: Page) -> Mapping[str, dt.date]:
    """The day from which each subject's months count."""
    adsl = page.given.adam.adsl.filter(pl.col("REFDT").is_not_null())
    return dict(adsl.select("USUBJID", "REFDT").iter_rows())


def _spider(page: Page, best: Mapping[str, str]) -> blocks.Figure | None:
    """Change from baseline of every analysed sum; baseline is the point (0, 0)."""
    start = _references(page)
    frame = page.given.adam.adtr.filter(
        pl.col("PARAMCD") == SUM,
        pl.col("ANL01FL").fill_null("") == "Y",
        pl.col("PCHG").is_not_null(),
        _up_to_cut_off(page),
    ).sort("USUBJID", "ADT")
    points: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for subject, day, change in frame.select("USUBJID", "ADT", "PCHG").iter_rows():
        if subject in start and day > start[subject]:
            points[subject].append((months_between((day - start[subject]).days), change))
    if not points:
        return None
    threads = [
        spider.Thread(subject, best.get(subject, _NO_ASSESSMENT), ((0.0, 0.0), *path))
        for subject, path in sorted(points.items())
    ]
    cut = sum(change > waterfall.HIGHEST for thread in threads for _, change in thread.points)
    notes = [f"{fmt.plural(len(threads), 'subject')} with a target sum after baseline.", _THRESHOLD_NOTE]
    if cut:
        notes.insert(
            1, f"{fmt.plural(cut, 'sum')} above +100% {'is' if cut == 1 else 'are'} drawn at the edge."
        )
    label = f"Spider plot of {len(threads)} subjects: change of the target sum from baseline over time."
    return blocks.Figure(
        "figure-spider",
        "Target sum over time, as change from baseline.",
        pair(lambda sheet: spider.draw(threads, label, sheet, page.mark)),
        tuple(notes),
    )


def _swimmers(page: Page) -> list[blocks.Block]:
    """All subjects with a reference date, so many a page; the first page is open."""
    lanes = _lanes(page)
    if not lanes:
        return []
    groups = _names(page, [lane.place for lane in lanes])
    last = max(lane.last for lane in lanes)
    sheets = swimmer.pages(lanes)
    figures = [_swimmer(page, k, sheets, groups, last) for k in range(len(sheets))]
    rest = tuple(
        blocks.Folded(f"Subjects {_span(sheets, k)} of {len(lanes)}", (figure,))
        for k, figure in enumerate(figures)
        if k
    )
    return [figures[0], *rest]


def _span(sheets: Sequence[Sequence[swimmer.Lane]], k: int) -> str:
    before = sum(len(sheet) for sheet in sheets[:k])
    return f"{before + 1}–{before + len(sheets[k])}"


def _swimmer(
    page: Page, k: int, sheets: Sequence[Sequence[swimmer.Lane]], groups: Sequence[str], last: float
) -> blocks.Figure:
    lanes, total = sheets[k], sum(len(sheet) for sheet in sheets)
    without = page.given.adam.adsl.filter(pl.col("ENRLFL") == "Y").height - total
    notes = [
        f"{len(lanes)} of {fmt.plural(total, 'subject')} are in this figure (subjects {_span(sheets, k)})"
    ]
    last_words = "; those never assessed come last." if len(sheets) > 1 else "."
    notes[0] += f", by group and length of observation{last_words}"
    if len(sheets) > 1 and k == 0:
        notes.append("The others follow in the folded figures beneath.")
    if without > 0:
        notes.append(f"{fmt.plural(without, 'enrolled subject')} without reference date cannot be drawn.")
    label = f"Swimmer plot, subjects {_span(sheets, k)} of {total}: responses, treatment and death over time."
    return blocks.Figure(
        f"figure-swimmer-{k + 1}",
        f"Course of each subject ({_span(sheets, k)} of {total}).",
        pair(lambda sheet: swimmer.draw(lanes, groups, last, label, sheet, page.mark)),
        tuple(notes),
    )


def _lanes(page: Page) -> list[swimmer.Lane]:
    """One lane for each subject who has a reference date."""
    responses = _responses(page)
    rows = page.given.adam.adsl.filter(pl.col("REFDT").is_not_null()).select(_DATES)
    return [
        _lane(page, dict(zip(_DATES, row, strict=True)), responses.get(row[0], ()))
        for row in rows.iter_rows()
    ]


def _lane(page: Page, row: dict[str, object], responses: Sequence[tuple[dt.date, str]]) -> swimmer.Lane:
    """Dates of one subject as months since the reference date."""
    reference = row["REFDT"]
    assert isinstance(reference, dt.date)

    def month(day: object) -> float | None:
        return months_between((day - reference).days) if isinstance(day, dt.date) else None

    seen = [(months_between((day - reference).days), response) for day, response in responses]
    treated_to = month(row["TRTEDT"])
    died, known = month(row["DTHDT"]), month(row["LSTALVDT"])
    ends = [end for end in (died if died is not None else known, treated_to) if end is not None]
    last = max([0.0, *ends, *(at for at, _ in seen)])
    return swimmer.Lane(
        subject=str(row["USUBJID"]),
        place=_place(page, str(row["GROUP"])),
        last=last,
        treated_from=month(row["TRTSDT"]),
        treated_to=treated_to,
        died=died,
        new_therapy=month(row["NEWTXDT"]),
        ongoing=str(row["EOSSTT"] or _ONGOING).upper() == _ONGOING,
        responses=tuple(seen),
    )


def _responses(page: Page) -> Mapping[str, list[tuple[dt.date, str]]]:
    """The analysed time-point responses of each subject by date."""
    frame = page.given.adam.adrs.filter(
        pl.col("PARAMCD") == _OVERALL, pl.col("ANL01FL").fill_null("") == "Y", _up_to_cut_off(page)
    )
    found: dict[str, list[tuple[dt.date, str]]] = defaultdict(list)
    for subject, day, response in frame.sort("USUBJID", "ADT").select("USUBJID", "ADT", "AVALC").iter_rows():
        found[subject].append((day, response))
    return found
