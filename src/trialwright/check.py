"""A study file, and data against it: findings as a table for people and as JSON for programs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from trialwright import workflow
from trialwright.errors import DataError
from trialwright.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from trialwright.progress import Progress

SHOWN = 3
"""So many records of one kind of finding are printed; the JSON has them all."""

_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
_STYLE = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}


def check_study(study: str, data: Path | None, progress: Progress) -> tuple[str, tuple[Finding, ...] | None]:
    """Check a study file, and its data where there are any.

    Returns:
        The study's id, and the findings; None where only the study file was checked.

    Raises:
        TrialwrightError: the study file is wrong, or the data cannot be read at all.
    """
    from trialwright.protocol.read import read_study  # noqa: PLC0415 (heavy)

    protocol = read_study(study)
    if data is None and not workflow.has_own_data(protocol):
        return protocol.id, None
    try:
        loaded = workflow.load(study, data, progress)
        records, derived = loaded.data, loaded.adam.findings
    except DataError as problem:
        records, derived = workflow.read(study, data)[1], (_not_derived(problem),)
    with progress.step("Checking the data"):
        found = workflow.all_findings(protocol, records, derived)
    return protocol.id, tuple(sorted(found, key=_place))


def _not_derived(problem: DataError) -> Finding:
    """Why nothing can be derived, among all that is to be mended."""
    told, _, remedy = str(problem).partition(". Remedy: ")
    return Finding(Severity.ERROR, "NOT-DERIVED", "", "", "", told, remedy or "correct the record")


def _place(finding: Finding) -> tuple[Any, ...]:
    return (
        _ORDER[finding.severity],
        finding.code,
        finding.dataset,
        finding.subject,
        finding.record,
        finding.what,
    )


def has_errors(findings: Sequence[Finding]) -> bool:
    """Whether any finding is an error."""
    return any(finding.severity is Severity.ERROR for finding in findings)


def as_json(study: str, findings: Sequence[Finding] | None) -> dict[str, Any]:
    """The same facts for programs; `findings` is null where only the study file was checked."""
    listed = None if findings is None else [asdict(finding) for finding in findings]
    return {"study": study, "study_file": "valid", "findings": listed}


def print_findings(study: str, findings: Sequence[Finding] | None, console: Console) -> None:
    """Print findings of one kind together, the gravest first, with a few records of each."""
    console.print(f"{study}: the study file is valid.", highlight=False)
    if findings is None:
        console.print("No data were checked; name a folder with --data.", highlight=False)
        return
    kinds: dict[tuple[Severity, str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        kinds[finding.severity, finding.code, finding.dataset].append(finding)
    for (severity, code, dataset), members in kinds.items():
        heading = f"[{_STYLE[severity]}]{severity.value:7}[/] {code} ({dataset}): {len(members)}"
        console.print(f"\n{heading}", highlight=False)
        for finding in members[:SHOWN]:
            where = " ".join(part for part in (finding.subject, finding.record) if part)
            console.print(f"  {where}: {finding.what}".replace("  : ", "  "), highlight=False, markup=False)
        if len(members) > SHOWN:
            console.print(f"  … and {len(members) - SHOWN} more (--json lists all)", highlight=False)
        console.print(f"  Remedy: {members[0].remedy}", highlight=False, markup=False)
    counts = ", ".join(
        f"{sum(finding.severity is severity for finding in findings)} {severity.value}s"
        for severity in Severity
    )
    console.print(f"\n{counts}", highlight=False)
