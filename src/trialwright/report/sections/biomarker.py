"""Biomarkers, exploratory: serum markers on therapy against response and times, neoantigen fitness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from markupsafe import Markup

from trialwright.analyse.biomarker_outcome import NON_RESPONDERS, RESPONDERS
from trialwright.report import blocks, cells
from trialwright.report import format as fmt
from trialwright.report.figures import marker_panels
from trialwright.report.figures.frame import pair
from trialwright.report.ledger import cell, unique

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from trialwright.report.inputs import Page
    from trialwright.report.ledger import Row

SECTION = "biomarker"
CHANGE, FITNESS, ABOUT = "change", "fitness", "n(tau)"
_SUBJECT = "subject_log2_change"
_CHANGES = ("log2_change", "change", "percent_change")
_MOST_LINES = 400
_P_HEADS = ("p", "p, BH", "p, Holm")
_EFFECTS = (
    "AUC: the chance that a responder has the larger value. Concordance: the chance that of two subjects "
    "the one with the larger value has the later event. 0.5 is no association in both."
)
_DIRECTION = (
    "The hazard ratio is that of the first half against the second; the cut comes from these very data. "
    "p: log-rank."
)
_LANDMARK = (
    "Times run from the day of the {visit} sample. Subjects without a sample, and those whose time had "
    "ended by then, are left out of them, so that nobody is credited with time that had to be survived to "
    "give the sample. Best response is that of the whole study."
)
_FORMULA = (
    "n(tau) is the expected size of a tumour relative to that at the start: the sum over its clones of share "
    "x exp(F tau), where F is minus the largest amplitude x recognition among the neoantigens of the clone "
    "(\u0141uksza and others, Nature 2017; 551:517)."
)


def section(page: Page) -> blocks.Section | None:
    """The chapter; None where the study declares no biomarkers."""
    rows = list(page.ledger.of_section(SECTION))
    if not rows:
        return None
    parts: list[blocks.Block] = [
        blocks.Prose(cell(row, row.text)) for row in rows if row.statistic == "exploratory"
    ]
    serum, fitness = page.study.biomarkers.serum, page.study.biomarkers.fitness
    markers = [name for name in unique(row.endpoint for row in rows) if _is_serum(page, name)]
    if serum is not None and markers:
        parts.append(blocks.Heading("Serum markers on therapy", "serum-markers"))
        parts.append(blocks.Prose(_LANDMARK.format(visit=serum.landmark)))
        parts += _levels(page, rows, markers)
        parts += _figure(page, rows, markers, serum.landmark)
        parts += _outcomes(page, rows, markers, "serum")
    if fitness is not None:
        parts.append(blocks.Heading("Neoantigen fitness", "neoantigen-fitness"))
        parts += _fitness(page, rows)
    parts.append(_left_out(page, rows))
    return blocks.Section("biomarkers", "Biomarkers (exploratory)", tuple(parts))


def _is_serum(page: Page, name: str) -> bool:
    serum = page.study.biomarkers.serum
    return serum is not None and name in serum.analytes


def _name(page: Page, marker: str) -> str:
    serum = page.study.biomarkers.serum
    if serum is not None and marker in serum.analytes:
        return serum.analytes[marker]
    return "Neoantigen fitness" if marker == FITNESS else marker


def _sentence(words: str) -> str:
    """Begin with a capital and leave all else, units too, as it is.

    >>> _sentence("baseline, pg/mL"), _sentence("n(tau) above the median")
    ('Baseline, pg/mL', 'n(tau) above the median')
    """
    return words if words.startswith("n(") else words[:1].upper() + words[1:]


def _columns(*heads: str) -> tuple[blocks.Column, ...]:
    return (blocks.Column(""), *(blocks.Column(head) for head in heads))


def _levels(page: Page, rows: Sequence[Row], markers: Sequence[str]) -> list[blocks.Block]:
    """Level at baseline and landmark, and the change, of each marker."""
    lines: list[blocks.TableRow] = []
    for marker in markers:
        here = [row for row in rows if row.endpoint == marker and row.variant == CHANGE]
        measured = next(row for row in here if row.statistic == "measured")
        lines.append(blocks.TableRow(_name(page, marker), (cells.out_of(measured),)))
        lines += [
            blocks.TableRow(_sentence(row.item), _one(row), 1)
            for row in here
            if row.statistic == "marker_level"
        ]
        lines += [
            blocks.TableRow(page.statistic_label(row.statistic), _one(row), 1)
            for row in here
            if row.statistic in {*_CHANGES, "fold_change"}
        ]
    population = page.set_label(next(row.population for row in rows if row.variant == CHANGE))
    notes = ("Median (quartiles) of subjects with both values; the first line counts them.",)
    caption = f"Serum markers: level and change ({population})."
    return [blocks.Table("table-biomarker-levels", caption, _columns("Subjects"), tuple(lines), notes)]


def _one(row: Row) -> tuple[Markup]:
    return (cells.estimate(row),)


def _outcomes(page: Page, rows: Sequence[Row], markers: Sequence[str], slug: str) -> list[blocks.Block]:
    """One table of tests, one of halves."""
    found: list[blocks.Block] = []
    tests, halves = _tests(page, rows, markers), _halves(page, rows, markers)
    if tests:
        caption = "Association with response and with times: one test a marker and outcome."
        notes = (_EFFECTS, *_families(row for row in rows if not _is_half(row)))
        columns = _columns("n, events", "Effect (interval)", "Concordance", *_P_HEADS)
        found.append(blocks.Table(f"table-biomarker-{slug}", caption, columns, tuple(tests), notes))
    if halves:
        caption = "High against low: Kaplan\u2013Meier, log-rank and Cox."
        notes = (_DIRECTION, *_families(row for row in rows if _is_half(row)))
        columns = _columns("Subjects", "Events", "Median, months", "Hazard ratio", *_P_HEADS)
        found.append(blocks.Table(f"table-biomarker-{slug}-halves", caption, columns, tuple(halves), notes))
    return found


def _is_half(row: Row) -> bool:
    """Whether a row compares halves, not responders."""
    return " vs " in row.group and RESPONDERS not in row.group


def _families(rows: Iterable[Row]) -> list[str]:
    """Over how many tests the p-values are adjusted."""
    words = unique(row.method.partition(" over ")[2] for row in rows if row.statistic == "p_bh")
    return [f"BH (Benjamini\u2013Hochberg) and Holm: adjusted over {one}." for one in words]


def _of(rows: Sequence[Row], statistic: str, chosen: Callable[[Row], bool] | None = None) -> Row | None:
    return next((r for r in rows if r.statistic == statistic and (chosen is None or chosen(r))), None)


def _tests(page: Page, rows: Sequence[Row], markers: Sequence[str]) -> list[blocks.TableRow]:
    lines: list[blocks.TableRow] = []
    for marker in markers:
        here = [row for row in rows if row.endpoint == marker and row.variant not in {CHANGE, ABOUT}]
        if here:
            lines.append(blocks.TableRow(_name(page, marker)))
        outcomes = unique(row.variant for row in here)
        lines += [_test(page, one, [row for row in here if row.variant == one]) for one in outcomes]
    return lines


def _test(page: Page, outcome: str, rows: Sequence[Row]) -> blocks.TableRow:
    area, total = _of(rows, "auc"), [row for row in rows if row.group == page.total]
    effect = area or _of(total, "hazard_ratio")
    place = [row for row in rows if effect is not None and row.group == effect.group]
    word = "AUC" if area is not None else f"HR {effect.item}" if effect is not None else ""
    numbers = (
        cells.plain(_of(total, "measured")),
        *((cells.plain(event),) if (event := _of(total, "event_count")) else ()),
    )
    p = _of(place, "mann_whitney_p") or _of(place, "hazard_ratio_p")
    shown = (
        Markup(", ").join(numbers),
        cells.estimate(effect),
        cells.estimate(_of(total, "concordance")),
        cells.plain(p),
        cells.plain(_of(place, "p_bh")),
        cells.plain(_of(place, "p_holm")),
    )
    remark = f"; {effect.text}" if effect is not None and effect.text and effect.value is not None else ""
    return blocks.TableRow(f"{outcome} ({word}{remark})", shown, 1)


def _halves(page: Page, rows: Sequence[Row], markers: Sequence[str]) -> list[blocks.TableRow]:
    lines: list[blocks.TableRow] = []
    for marker in markers:
        here = [row for row in rows if row.endpoint == marker]
        for outcome in unique(row.variant for row in here if row.statistic == "median_time"):
            same = [row for row in here if row.variant == outcome]
            lines.append(blocks.TableRow(f"{_name(page, marker)}: {outcome}"))
            compared = [row for row in same if page.is_comparison(row)]
            tests = tuple(
                show(_of(compared, statistic))
                for statistic, show in (
                    ("hazard_ratio", cells.estimate),
                    ("logrank_p", cells.plain),
                    ("p_bh", cells.plain),
                    ("p_holm", cells.plain),
                )
            )
            for place, group in enumerate(unique(r.group for r in same if r.statistic == "median_time")):
                half = [row for row in same if row.group == group]
                shown = (
                    cells.plain(_of(half, "subjects")),
                    cells.plain(_of(half, "event_count")),
                    cells.estimate(_of(half, "median_time")),
                )
                lines.append(
                    blocks.TableRow(_sentence(group), (*shown, *(tests if place == 0 else ("",) * 4)), 1)
                )
    return lines


def _figure(page: Page, rows: Sequence[Row], markers: Sequence[str], landmark: str) -> list[blocks.Block]:
    """One row of panels a marker."""
    shown = [_panels(page, rows, marker, landmark) for marker in markers]
    shown = [marker for marker in shown if marker.lines]
    if not shown:
        return []
    label = (
        f"Small multiples of {fmt.plural(len(shown), 'serum marker')}: change from baseline to {landmark} of "
        "each subject by response, and Kaplan\u2013Meier curves of subjects with high and low change."
    )
    notes = [
        (
            f"Curves start at the {landmark} sample; axes of the curves in months, ticks are censored "
            "subjects. p: log-rank, in brackets adjusted for the number of these tests."
        )
    ]
    if any(len(marker.lines) == _MOST_LINES for marker in shown):
        notes.append(f"The first {_MOST_LINES} subjects are drawn.")
    figure = blocks.Figure(
        "figure-biomarkers",
        f"Serum markers from baseline to {landmark}, and outcome thereafter (exploratory).",
        pair(lambda sheet: marker_panels.draw(shown, label, sheet, page.mark)),
        tuple(notes),
    )
    return [figure]


def _panels(page: Page, rows: Sequence[Row], marker: str, landmark: str) -> marker_panels.Marker:
    here = [row for row in rows if row.endpoint == marker]
    known = {RESPONDERS: True, NON_RESPONDERS: False}
    lines = tuple(
        marker_panels.Line(row.item, row.value, known.get(row.text))
        for row in here
        if row.statistic == _SUBJECT and row.value is not None
    )
    outcomes = unique(row.variant for row in here if row.statistic == "median_time")
    curves = tuple(_curves(page, here, marker, outcome) for outcome in outcomes)
    return marker_panels.Marker(
        _name(page, marker),
        ("baseline", landmark),
        lines[:_MOST_LINES],
        tuple(one for one in curves if one.halves),
    )


def _curves(page: Page, rows: Sequence[Row], marker: str, outcome: str) -> marker_panels.Curves:
    here = [row for row in rows if row.variant == outcome]
    frame = page.given.results.curves.filter(pl.col("endpoint") == marker, pl.col("variant") == outcome)
    halves = tuple(
        marker_panels.Half(
            group, tuple(steps.sort("time").select("time", "survival", "censored").iter_rows())
        )
        for group in unique(row.group for row in here if row.statistic == "median_time")
        if not (steps := frame.filter(pl.col("group") == group)).is_empty()
    )
    tested = [row for row in here if _is_half(row)]
    p, adjusted = _of(tested, "logrank_p"), _of(tested, "p_bh")
    note = ""
    if p is not None and p.value is not None:
        note = fmt.p_clause(p.value)
        note += f" (BH {fmt.p_value(adjusted.value)})" if adjusted is not None else ""
    return marker_panels.Curves(outcome, halves, note)


def _fitness(page: Page, rows: Sequence[Row]) -> list[blocks.Block]:
    """What was found of neoantigen fitness, or that there are no data."""
    here = [row for row in rows if row.endpoint == FITNESS]
    missing = _of(here, "not_available")
    if missing is not None:
        words = f"Not analysed: {missing.text}. The study file asks for it; nothing stands in its place."
        return [blocks.Prose(cell(missing, words))]
    tumours = [row for row in here if row.statistic == "tumour_size" and row.variant == ABOUT]
    lines = tuple(
        blocks.TableRow(row.item or "All (median, quartiles)", (cells.estimate(row), row.text))
        for row in tumours
    )
    columns = (blocks.Column("Subject"), blocks.Column("n(tau)"), blocks.Column("Of it", is_text=True))
    method = next((row.method for row in tumours if row.item), "")
    table = blocks.Table(
        "table-biomarker-fitness", f"Neoantigen fitness ({method}).", columns, lines, dense=True
    )
    summary = f"n(tau) of {fmt.plural(max(len(tumours) - 1, 0), 'tumour')}"
    return [
        blocks.Prose(_FORMULA),
        blocks.Folded(summary, (table,)),
        *_outcomes(page, rows, [FITNESS], "fitness-outcomes"),
    ]


def _left_out(page: Page, rows: Sequence[Row]) -> blocks.Block:
    """Who is in no analysis, and why, for each marker and outcome."""
    lines = tuple(
        blocks.TableRow(
            _name(page, row.endpoint),
            (row.variant, page.set_label(row.population), row.item, cells.out_of(row)),
        )
        for row in rows
        if row.statistic == "left_out"
    )
    if not lines:
        return blocks.Prose("No subject is left out of these analyses.", quiet=True)
    heads = ("Analysis", "Set", "Why")
    columns = (
        blocks.Column("Marker"),
        *(blocks.Column(words, is_text=True) for words in heads),
        blocks.Column("Subjects"),
    )
    table = blocks.Table(
        "table-biomarker-left-out", "Subjects left out, by the first reason that holds.", columns, lines
    )
    return blocks.Folded("Who is left out, and why", (table,))
