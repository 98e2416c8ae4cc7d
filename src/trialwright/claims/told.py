"""The audit in words: for a terminal, and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from trialwright.claims.checklists import entry
from trialwright.claims.finding import MEANINGS, Finding, Verdict
from trialwright.claims.model import (
    Conclusion,
    ConclusionKind,
    CountClaim,
    DateClaim,
    Landmark,
    Median,
    Partition,
    Proportion,
    Ratio,
    Reduction,
    Registration,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from trialwright.claims.model import Claim, Publication

_ORDER = list(Verdict)
_QUIET = {Verdict.OK, Verdict.UNCHECKABLE}
_INDENT = "      "
_WITH_MARGIN = {ConclusionKind.NON_INFERIOR, ConclusionKind.EQUIVALENT}


def as_json(findings: Sequence[Finding]) -> str:
    """The findings as a list, each with the checklist items of its code."""
    entries = []
    for finding in findings:
        items = entry(finding.code)
        entries.append({**finding.as_json(), "inspect_sr": items.inspect_sr, "tract": items.tract})
    return json.dumps(entries, indent=2, ensure_ascii=False) + "\n"


def sorted_findings(findings: Sequence[Finding]) -> list[Finding]:
    """The worst first; among equals, in the order of the checks."""
    return sorted(findings, key=lambda finding: _ORDER.index(finding.verdict))


def worst(findings: Sequence[Finding], claim: str) -> Finding | None:
    """The worst finding that concerns a claim."""
    mine = [finding for finding in findings if claim in finding.claims]
    return sorted_findings(mine)[0] if mine else None


def printed(claim: Claim) -> str:
    """What a claim says, in the words of the file."""
    match claim:
        case Proportion():
            parts = [
                f"{claim.k}" if claim.k is not None else "",
                f"{claim.percent} %" if claim.percent else "",
            ]
            text = ", ".join(part for part in parts if part)
        case Ratio():
            text = f"{claim.value}" + (f", P {claim.p}" if claim.p else "")
        case Landmark():
            text = f"{claim.percent} % at {claim.time} {_units(claim.unit or '')}".rstrip()
        case CountClaim():
            text = f"{claim.k}"
        case Partition():
            text = f"{' + '.join(str(part) for part in claim.parts.values())} of {claim.total}"
        case DateClaim():
            text = claim.date
        case Registration():
            text = claim.number
        case Reduction():
            text = f"{claim.percent} %"
        case Conclusion():
            margin = f", margin {claim.margin or 'not stated'}" if claim.kind in _WITH_MARGIN else ""
            text = claim.kind.replace("non_", "non-").replace("_", " ") + margin
        case Median() if claim.value is None:
            text = "not reached"
        case _:
            text = f"{_attribute(claim, 'value')} {_units(_attribute(claim, 'unit'))}".strip()
    return text + _limits(claim)


def _units(unit: str) -> str:
    """A unit in the plural, as a time is read aloud."""
    return f"{unit}s" if unit and not unit.endswith("s") else unit


def _attribute(claim: Any, name: str) -> str:
    value = getattr(claim, name, None)
    return "" if value is None else str(value)


def _limits(claim: Any) -> str:
    ci, level = getattr(claim, "ci", None), getattr(claim, "level", None)
    if ci is None:
        return ""
    shown = "–".join("not reached" if one is None else one.text for one in ci)
    return f" ({f'{level:g} %' if level else 'no level'} {shown})"


def as_text(publication: Publication, findings: Sequence[Finding]) -> str:
    """A line per claim; then the arithmetic, the repairs and a question for each finding that is not OK."""
    counted = Counter(finding.verdict for finding in findings)
    tally = ", ".join(f"{counted[verdict]} {verdict}" for verdict in _ORDER if counted[verdict])
    lines = [
        f"{publication.study.id}: {len(publication.claims)} claims, {len(findings)} findings ({tally})",
        "",
    ]
    lines += _claim_lines(publication, findings)
    for finding in sorted_findings(findings):
        if finding.verdict not in _QUIET:
            lines += ["", *_block(finding)]
    unchecked = [finding for finding in findings if finding.verdict is Verdict.UNCHECKABLE]
    if unchecked:
        lines += ["", f"UNCHECKABLE ({MEANINGS[Verdict.UNCHECKABLE]})"]
        lines += [f"{_INDENT}{_ids(finding)}{finding.computation}" for finding in unchecked]
    return "\n".join(lines) + "\n"


def _claim_lines(publication: Publication, findings: Sequence[Finding]) -> list[str]:
    rows = [(claim.id, printed(claim), worst(findings, claim.id)) for claim in publication.claims]
    study = sorted(
        {name for one in findings for name in one.claims if name.startswith(("study.", "populations."))}
    )
    rows += [(name, "", worst(findings, name)) for name in study]
    wide = max((len(name) for name, _text, _worst in rows), default=0)
    return [
        f"{(found.verdict if found else Verdict.UNCHECKABLE):<12}{name:<{wide}}  {text}".rstrip()
        for name, text, found in rows
    ]


def _ids(finding: Finding) -> str:
    return f"{', '.join(finding.claims)}: " if finding.claims else ""


def _block(finding: Finding) -> list[str]:
    lines = [f"{finding.verdict}  {_ids(finding)}{entry(finding.code).title} [{finding.code}]"]
    lines.append(f"{_INDENT}{finding.computation}")
    lines += [f"{_INDENT}assumed: {one}" for one in finding.assumptions]
    if finding.minimal_repairs:
        lines.append(f"{_INDENT}would mend it: {'; or '.join(finding.minimal_repairs)}")
    if finding.question:
        lines.append(f"{_INDENT}question to the authors: {finding.question}")
    return lines
