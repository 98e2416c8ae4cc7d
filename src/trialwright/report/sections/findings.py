"""What is odd in the data: disagreements of responses, and the findings by code."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright.report import blocks
from trialwright.report import format as fmt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trialwright.findings import Finding
    from trialwright.report.inputs import Page

MOST_SHOWN = 100
"""Records listed per code; the count above them always names all."""

_WEIGHT = {"error": 0, "warning": 1, "note": 2}
_PLURALS = {"error": "errors", "warning": "warnings", "note": "notes"}


def section(page: Page) -> blocks.Section:
    """The chapter on findings, worst first."""
    found = sorted(page.given.findings, key=_order)
    if not found:
        nothing = blocks.Prose("The checks of the data found nothing to report.")
        return blocks.Section("findings", "Data findings", (nothing,))
    groups = [list(members) for _, members in groupby(found, key=lambda f: (f.severity, f.code))]
    folded = tuple(_folded(members) for members in groups)
    return blocks.Section("findings", "Data findings", (blocks.Prose(_overview(found, groups)), *folded))


def _order(finding: Finding) -> tuple[int, str, str, str, str, str]:
    weight = _WEIGHT.get(finding.severity, len(_WEIGHT))
    return weight, finding.code, finding.dataset, finding.subject, finding.record, finding.what


def _overview(found: Sequence[Finding], groups: Sequence[Sequence[Finding]]) -> str:
    """How many findings of each severity, of how many kinds."""
    counts = {severity: sum(f.severity == severity for f in found) for severity in _WEIGHT}
    words = [fmt.plural(n, severity, _PLURALS[severity]) for severity, n in counts.items() if n]
    kinds = fmt.plural(len(groups), "kind")
    return (
        f"The checks of the data found {fmt.listing(words)} of {kinds}. Nothing was changed or left out "
        "because of a finding unless it says so; each carries its record and the remedy."
    )


def _folded(members: Sequence[Finding]) -> blocks.Folded:
    """All findings of one code behind one line."""
    first = members[0]
    summary = Markup('<span class="severity-{0}">{1}</span> · <code>{2}</code> · {3} · {4}').format(
        str(first.severity),
        str(first.severity).capitalize(),
        first.code,
        fmt.plural(len(members), "record"),
        _common(members),
    )
    rows = tuple(
        blocks.TableRow(f.dataset, (f.subject, f.record, f.what, f.remedy)) for f in members[:MOST_SHOWN]
    )
    heads = ("Subject", "Record", "What is wrong", "Remedy")
    columns = (blocks.Column("Dataset"), *(blocks.Column(words, is_text=True) for words in heads))
    table = blocks.Table(
        f"finding-{_slug(str(first.severity), first.code)}",
        f"{first.code}: {shown_of(len(members), 'finding')}.",
        columns,
        rows,
        dense=True,
    )
    return blocks.Folded(summary, (table,))


def _common(members: Sequence[Finding]) -> str:
    """What the findings say, where they all say the same; else the first and that there are others."""
    first = members[0].what
    return first if all(f.what == first for f in members) else f"such as: {first}"


def shown_of(total: int, noun: str) -> str:
    """How many of them are listed.

    >>> shown_of(3, "finding"), shown_of(1899, "finding")
    ('3 findings', '100 of 1,899 findings are listed; the command `check` lists all')
    """
    if total <= MOST_SHOWN:
        return fmt.plural(total, noun)
    return f"{MOST_SHOWN} of {fmt.plural(total, noun)} are listed; the command `check` lists all"


def _slug(*words: str) -> str:
    return "-".join("".join(c if c.isalnum() else "-" for c in word.lower()) for word in words)
