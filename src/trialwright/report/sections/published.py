"""What a publication of the study prints, beside what this analysis computes: figure by figure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from trialwright.report import blocks
from trialwright.report import format as fmt
from trialwright.report.ledger import Row, cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trialwright.report.inputs import Page

_EQUAL, _DIFFERS, _NOT_COMPUTED = "equal as printed", "differs", "not computed"
_SECTIONS: Mapping[str, str] = MappingProxyType(
    {
        "disposition": "Subjects",
        "baseline": "Baseline",
        "response": "Tumour response",
        "time-to-event": "Time to event",
        "follow-up": "Follow-up",
        "exposure": "Exposure",
        "safety": "Safety",
    }
)
_UNITS: Mapping[str, str] = MappingProxyType(
    {"percent": "%", "months": "months", "years": "years", "cycles": "cycles"}
)
_SIMULATED, _RECONSTRUCTED = "SIMULATED", "RECONSTRUCTED"


@dataclass(frozen=True)
class _Figure:
    """The printed numbers of one figure: the value first, then the bounds of its interval."""

    records: tuple[Mapping[str, Any], ...]
    row: Row | None

    @property
    def value(self) -> Mapping[str, Any]:
        """The record of the number itself."""
        return self.records[0]

    def written(self, column: str) -> Markup:
        """`12.8 (10.8–14.8)` of what is printed or computed; a dash where there is nothing."""
        value, *bounds = (str(record[column]) for record in self.records)
        if not bounds or not value:
            return Markup('<span class="whole">{}</span>').format(value or fmt.NO_VALUE)
        low, high = (bound or fmt.NOT_ESTIMABLE for bound in bounds)
        return Markup('{} <span class="whole">({})</span>').format(value, fmt.interval(low, high))

    @property
    def has_interval(self) -> bool:
        """Whether an interval was printed."""
        return len(self.records) > 1


def section(page: Page) -> blocks.Section | None:
    """The chapter; None where nothing was published of the study."""
    frame = page.given.results.published
    if frame.is_empty():
        return None
    figures = [
        _figure(page, list(records)) for _, records in groupby(frame.to_dicts(), lambda r: r["number"])
    ]
    beside = beside_what(page)
    computed = beside[:1].upper() + beside[1:]
    columns = (
        blocks.Column(""),
        blocks.Column("Published"),
        blocks.Column(computed),
        blocks.Column("Agreement", is_text=True),
        blocks.Column("Notes", is_text=True),
    )
    table = blocks.Table(
        "table-published",
        f"Every figure of the publication beside the {beside} one.",
        columns,
        tuple(_lines(figures, beside)),
        tuple(_notes(page, figures)),
    )
    intro = (blocks.Prose(_citation(page)), blocks.Prose(_summary(figures, beside)))
    return blocks.Section("published", f"Published beside {beside}", (*intro, table))


def beside_what(page: Page) -> str:
    """`computed` for records, `simulated` or `reconstructed` for what no patient stands behind."""
    return page.mark.lower() or "computed"


def _figure(page: Page, records: list[Mapping[str, Any]]) -> _Figure:
    first = records[0]
    row = page.ledger.find(
        first["section"],
        first["endpoint"],
        first["statistic"],
        first["group"],
        population=first["population"],
        item=first["item"],
        variant=first["variant"],
    )
    return _Figure(tuple(records), row)


def _lines(figures: Sequence[_Figure], beside: str) -> Iterator[blocks.TableRow]:
    for name, members in groupby(figures, lambda figure: str(figure.value["section"])):
        yield blocks.TableRow(_SECTIONS.get(name, name))
        for figure in members:
            yield blocks.TableRow(_head(figure), tuple(_cells(figure, beside)), 1)


def _head(figure: _Figure) -> str:
    unit = _UNITS.get(str(figure.value["unit"]), "")
    return f"{figure.value['name']} ({unit})" if unit else str(figure.value["name"])


def _cells(figure: _Figure, beside: str) -> Iterator[Markup | str]:
    yield figure.written("printed")
    yield cell(figure.row, figure.written("computed"))
    yield _agreement(figure, beside)
    yield _remarks(figure)


def _agreement(figure: _Figure, beside: str) -> Markup:
    """The agreement in words; where the value differs, whether the published one lies in the interval."""
    value = figure.value
    if value["agreement"] == _NOT_COMPUTED:
        return Markup("<b>not computed</b>: {}").format(value["reason"])
    if value["agreement"] == _EQUAL:
        told = "equal as printed"
    else:
        where = {"yes": "inside", "no": "outside"}.get(str(value["inside"]), "")
        told = f"differs, {where} the {beside} interval" if where else "differs"
    if figure.has_interval and value["agreement"] == _EQUAL:
        same = all(record["agreement"] == _EQUAL for record in figure.records[1:])
        told += ", with its interval" if same else "; its interval differs"
    return Markup("<b>{}</b>").format(told) if value["agreement"] == _EQUAL else escape(told)


def _remarks(figure: _Figure) -> Markup:
    value = figure.value
    parts = []
    parts += [
        Markup("<b>Cannot be as printed:</b> {}.").format(record["impossible"])
        for record in figure.records
        if record["impossible"]
    ]
    if value["note"]:
        parts.append(Markup("{}.").format(value["note"]))
    return Markup(" ").join(parts)


def _citation(page: Page) -> Markup:
    return Markup("{}.").format(page.given.citation.rstrip("."))


def _summary(figures: Sequence[_Figure], beside: str) -> str:
    """How many figures agree, in one or two sentences."""
    found = [str(figure.value["agreement"]) for figure in figures]
    equal, differ, without = (found.count(one) for one in (_EQUAL, _DIFFERS, _NOT_COMPUTED))
    told = f"{fmt.plural(len(figures), 'published figure')}: {equal} equal as printed, {differ} different, "
    told += f"{without} not computed."
    cannot = [figure.value["name"] for figure in figures if any(one["impossible"] for one in figure.records)]
    if cannot:
        told += f" {len(cannot)} cannot be as printed: {'; '.join(map(str, cannot))}."
    inside = [str(figure.value["inside"]) for figure in figures if figure.value["inside"]]
    if inside:
        told += f" Where there is a {beside} interval, the published value lies inside it in "
        told += f"{inside.count('yes')} of {len(inside)}."
    return told


def _notes(page: Page, figures: Sequence[_Figure]) -> Iterator[str]:
    yield "Published figures are verbatim; the others are written as precisely as those were printed."
    if page.mark == _SIMULATED:
        yield (
            "Simulated figures come from one virtual trial of the published size: they scatter around the "
            "published ones as those of a repeated trial would, and are no evidence for or against them."
        )
    if page.mark == _RECONSTRUCTED:
        yield (
            "Reconstructed subjects were made to give these figures, one data set of many that do: agreement "
            "is no evidence for them, and what they do not bound was filled by the rules in "
            "reconstructed-constraints.txt beside the data."
        )
    if any(record["impossible"] for figure in figures for record in figure.records):
        yield "A figure that cannot be as printed stands as printed, and says why."
