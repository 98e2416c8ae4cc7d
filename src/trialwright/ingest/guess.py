"""Propose a mapping for a source: how each column is read, and what its heading makes it.

A proposal to correct, never a decision: what was not understood stands in it as a comment.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from trialwright.ingest.guess_columns import Reads, how_read, subject_rule
from trialwright.ingest.guess_headings import heading_rows
from trialwright.ingest.rulebook import folded, ingest_rules
from trialwright.ingest.tables import JOINED, Table, with_headings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trialwright.ingest.tables import Book

_DIGITS = re.compile(r"(?<!\d)(\d{1,2})(?!\d)")
_LATIN = re.compile(r"[a-z0-9_.-]+")
_NUMBERED = "{n}"
_LONGEST_UNSURE = 60
_UNITS = {"TR": "mm", "AGE": "years"}

_HEAD = """# Proposed by `trialwright ingest --guess`: read every line, and correct it.
# A value that starts with = is written as it stands; any other names a column. Lengths without a unit
# are proposed as mm: check them.
format: 1
study: STUDY                 # the id in study.yaml
source: {source}
sheets:"""


@dataclass(slots=True)
class _Proposal:
    """What is proposed for one sheet."""

    table: Table
    header: str
    subject: str = ""
    columns: dict[str, Reads] = field(default_factory=dict)
    records: list[dict[str, Any]] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)


def guess_mapping(book: Book) -> str:
    """Return the text of a mapping.yaml that may fit, without sheets that name no patient."""
    proposals = []
    for sheet in book.sheets.values():
        rows = heading_rows(sheet)
        if rows is not None:
            table = with_headings(sheet, *rows)
            proposals.append(_propose(table, f"{rows[0]}-{rows[1]}" if rows[0] != rows[1] else str(rows[0])))
    usable = [one for one in proposals if one.subject]
    if usable and not any(record["domain"] == "DM" for one in usable for record in one.records):
        usable[0].records.insert(0, {"domain": "DM", "set": {"SITEID": "=01"}})
    lines = [_HEAD.format(source=_quoted(book.name))]
    for one in usable:
        lines += _sheet_lines(one)
    left = [name for name in book.sheets if name not in {one.table.name for one in usable}]
    lines += [f"# not understood: sheet {name}" for name in left]
    return "\n".join(lines)


def _propose(table: Table, header: str) -> _Proposal:
    found = _Proposal(table, header)
    reads = {heading: how_read(table, place) for place, heading in enumerate(table.headings)}
    filled = [heading for heading, read in reads.items() if read.filled]
    words = ingest_rules()["guess"]
    found.subject = next((heading for heading in filled if _says(heading, words["subject"]["words"])), "")
    date = next((h for h in filled if reads[h].styles and _says(h, words["date"]["words"])), "")
    by_domain: dict[str, dict[str, Any]] = {}
    for pattern, numbers, heading in _families(filled):
        if heading == found.subject:
            continue
        entry = _entry(heading, reads[heading])
        if entry is None or (entry.get("dated") and not date):
            found.unsure.append(heading)
            continue
        found.columns[pattern] = reads[heading]
        _add(found, by_domain, entry, (pattern, numbers, date))
    if date and any(record.get("dated") for record in found.records):
        found.columns[date] = reads[date]
        found.unsure = [heading for heading in found.unsure if heading != date]
    found.records = [record for record in found.records if _whole(record)]
    used = {source for record in found.records for source in record["set"].values()}
    found.unsure += [pattern for pattern in found.columns if pattern not in used]
    found.columns = {pattern: read for pattern, read in found.columns.items() if pattern in used}
    return found


def _families(headings: Sequence[str]) -> Iterator[tuple[str, tuple[int, int], str]]:
    """Yield headings; those that differ by a running number as one: pattern, numbers, one of them."""
    numbered: dict[str, list[tuple[int, str]]] = {}
    for heading in headings:
        match = _DIGITS.search(heading)
        if match:
            pattern = f"{heading[: match.start()]}{_NUMBERED}{heading[match.end() :]}"
            numbered.setdefault(pattern, []).append((int(match[1]), heading))
    families = {
        pattern: members
        for pattern, members in numbered.items()
        if [number for number, _ in members] == list(range(1, len(members) + 1)) and len(members) > 1
    }
    inside = {heading for members in families.values() for _, heading in members}
    for pattern, members in families.items():
        yield pattern, (1, len(members)), members[0][1]
    for heading in headings:
        if heading not in inside:
            yield heading, (0, 0), heading


def _entry(heading: str, reads: Reads) -> Mapping[str, Any] | None:
    """Return what a heading may feed: the entry with the longest fitting word whose kind of values fits."""
    fitting = [
        (max(len(word) for word in entry["words"] if _says(heading, [word])), number, entry)
        for number, entry in enumerate(ingest_rules()["guess"]["variables"])
        if _says(heading, entry["words"]) and reads.fits(entry["variable"])
    ]
    return max(fitting, key=lambda one: (one[0], -one[1]))[2] if fitting else None


def _says(heading: str, words: Sequence[str]) -> bool:
    """Whether one of the words stands in the heading; English ones as whole words."""
    text = folded(heading.rsplit(JOINED, 1)[-1])
    whole = " ".join(_LATIN.findall(text.replace("_", " ")))
    latin = f" {re.sub(r'[0-9]+', ' ', whole)} ".replace("  ", " ")
    for word in map(folded, words):
        if word.isascii():
            if f" {word} " in latin or f" {word} " in f" {whole} " or text == word:
                return True
        elif word in text or word in folded(heading):
            return True
    return False


_Family = tuple[str, tuple[int, int], str]
"""A pattern with {n}, the first and last number (0 without), and the column with the date of the row."""


def _add(
    found: _Proposal, by_domain: dict[str, dict[str, Any]], entry: Mapping[str, Any], where: _Family
) -> None:
    """Add a variable to the record of its domain; a finding is a record of its own."""
    pattern, numbers, date = where
    domain, texts = entry["domain"], {name: f"={text}" for name, text in entry.get("texts", {}).items()}
    alone = "test" in entry or bool(texts)
    record = None if alone else by_domain.get(domain)
    if record is None:
        record = {"domain": domain, "set": {}}
        found.records.append(record)
        if not alone:
            by_domain[domain] = record
    if numbers[1]:
        record["repeat"] = f"{numbers[0]}-{numbers[1]}"
    if "test" in entry:
        record["set"][f"{domain}TESTCD"] = f"={entry['test']}"
    assumed = _UNITS.get(entry["variable"] if domain == "DM" else domain, "")
    if assumed and not found.columns[pattern].unit and found.columns[pattern].numeric:
        found.columns[pattern] = replace(found.columns[pattern], unit=assumed)
    if entry.get("test") == "LDIAM":
        record["set"]["TRLNKID"] = f"=T0{_NUMBERED}" if numbers[1] else "=T01"
    record["set"] |= texts | {entry["variable"]: pattern}
    if entry.get("dated"):
        record["dated"] = True
        record["set"][f"{domain}DTC"] = date


def _whole(record: Mapping[str, Any]) -> bool:
    needed = ingest_rules()["filled"][record["domain"]]
    tested = record["set"].get(f"{record['domain']}TESTCD") == "=BESTRESP"
    return all(name in record["set"] or (tested and name.endswith("DTC")) for name in needed)


def _sheet_lines(found: _Proposal) -> list[str]:
    lines = [
        f"  - sheet: {_quoted(found.table.name)}",
        f"    header: {found.header}",
        f"    subject: {_quoted(found.subject)}",
    ]
    rules = {found.subject: subject_rule(found.table, found.table.headings.index(found.subject))}
    rules |= {pattern: read.rule() for pattern, read in found.columns.items()}
    rules = {pattern: rule for pattern, rule in rules.items() if rule}
    if rules:
        lines += ["    columns:", *(f"      {_quoted(name)}: {rule}" for name, rule in rules.items())]
    if found.records:
        lines.append("    records:")
        for record in found.records:
            repeat = f"repeat: {{n: {record['repeat']}}}, " if "repeat" in record else ""
            pairs = ", ".join(f"{name}: {_quoted(source)}" for name, source in record["set"].items())
            lines.append(f"      - {{domain: {record['domain']}, {repeat}set: {{{pairs}}}}}")
    else:
        lines = [f"#{line[1:]}" if line.startswith(" ") else f"# {line}" for line in lines]
        lines.append("#   records: nothing was understood")
    return [*lines, *(f"    # not understood: {name[:_LONGEST_UNSURE]}" for name in found.unsure)]


def _quoted(text: str) -> str:
    """Return a text as YAML, in double quotes."""
    return json.dumps(text, ensure_ascii=False)
