"""One subject: each time-point response with its reason, derived beside recorded, and the best ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright.report import blocks
from trialwright.report import format as fmt

if TYPE_CHECKING:
    from trialwright.report.story.subject import Record, Subject

_PARTS = {"TRGRESP": "Target", "NTRGRESP": "Non-target", "NEWLESN": "New lesion"}
_BEST = {
    "BOR": "Best response, unconfirmed",
    "CBOR": "Best response, confirmed",
    "RSP": "Response",
    "CRSP": "Confirmed response",
    "CB": "Clinical benefit",
    "CCB": "Clinical benefit, confirmed response",
    "PD": "Progression",
    "DEATH": "Death",
}


def section(told: Subject) -> blocks.Section | None:
    """The chapter; None where the subject has neither a visit nor a best response."""
    parts: list[blocks.Block] = []
    if told.parameter("OVR"):
        parts += [_visits(told), _reasons(told)]
    best = _best(told)
    if best is not None:
        parts.append(best)
    return blocks.Section("responses", "Responses", tuple(parts)) if parts else None


def _at(told: Subject, code: str) -> dict[str, str]:
    """The analysed value of a parameter at each date."""
    found: dict[str, str] = {}
    for row in told.parameter(code):
        found.setdefault(str(row["ADT"]), str(row["AVALC"] or ""))
    return found


def _other(told: Subject) -> str:
    """The parameter of the reading that is not used."""
    return "OVRREC" if told.is_derived else "OVRLES"


def _visits(told: Subject) -> blocks.Table:
    """One line a date: the parts, the response used, and the other reading where both exist."""
    used = {str(row["ADT"]): row for row in reversed(told.parameter("OVR"))}
    other_name = "Recorded" if told.is_derived else "From the lesions"
    other = _at(told, _other(told))
    parts = {name: _at(told, code) for code, name in _PARTS.items()}
    parts = {name: values for name, values in parts.items() if values}
    dates = sorted({*used, *other, *(date for values in parts.values() for date in values)})
    lines = []
    for date in dates:
        row = used.get(date)
        cells = [values.get(date, "") for values in parts.values()]
        response = str(row["AVALC"] or "") if row is not None else ""
        differs = date in other and row is not None and other[date] != response
        shown = (
            told.day(row["ADT"]) if row is not None else "",
            str(row["AVISIT"] or "") if row is not None else "",
            *cells,
            response or fmt.NO_VALUE,
            *([other.get(date, fmt.NO_VALUE), "differs" if differs else ""] if other else []),
        )
        lines.append(blocks.TableRow(date, shown))
    used_name = "Derived (used)" if told.is_derived else "Recorded (used)"
    heads = ["Day", "Visit", *parts, used_name, *([other_name, ""] if other else [])]
    columns = (blocks.Column("Date", is_text=True), *(blocks.Column(words) for words in heads))
    return blocks.Table("subject-visits", "Time-point responses.", columns, tuple(lines), dense=True)


def _reasons(told: Subject) -> blocks.Table:
    """Why each time point is what it is, and the record it rests on."""
    rows = tuple(
        blocks.TableRow(
            fmt.date(row["ADT"]),
            (str(row["AVALC"] or ""), _used(row), str(row["REASON"] or ""), told.source(row)),
        )
        for code in ("OVR", _other(told))
        for row in told.parameter(code)
        if code == "OVR" or row["REASON"]
    )
    heads = ("Response", "Used", "Why", "Source")
    columns = (
        blocks.Column("Date", is_text=True),
        *(blocks.Column(words, is_text=True) for words in heads),
    )
    return blocks.Table("subject-reasons", "Why each response.", columns, rows, dense=True)


def _used(row: Record) -> str:
    """Whether a record is analysed, and whether it counts towards the best response."""
    if row["PARAMCD"] != "OVR":
        return "beside"
    if (row["ANL01FL"] or "") != "Y":
        return "no"
    return "yes" if row.get("ANL02FL", "Y") == "Y" else "yes, but not for the best response"


def _best(told: Subject) -> blocks.Table | None:
    rows = tuple(
        blocks.TableRow(
            words,
            (str(row["AVALC"] or ""), fmt.date(row["ADT"]), str(row["REASON"] or ""), told.source(row)),
        )
        for code, words in _BEST.items()
        for row in told.parameter(code)
    )
    if not rows:
        return None
    columns = (
        blocks.Column(Markup(""), is_text=True),
        *(blocks.Column(words, is_text=True) for words in ("Value", "Date", "Why", "Source")),
    )
    return blocks.Table(
        "subject-best", "Best responses and what follows from them.", columns, rows, dense=True
    )
