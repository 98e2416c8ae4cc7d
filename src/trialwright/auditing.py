"""From a claims file to its audit or its subjects: what `audit`, `draft-claims` and `reconstruct` call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.claims.audit import audit, has_errors
from trialwright.claims.read import read_claims, resolve_claims
from trialwright.claims.told import as_json, as_text
from trialwright.errors import ArgumentError
from trialwright.files import atomic_file

if TYPE_CHECKING:
    from pathlib import Path

    from trialwright.claims.finding import Finding
    from trialwright.claims.model import Publication
    from trialwright.progress import Progress

_STUDY_FILE = "study.yaml"


@dataclass(frozen=True, slots=True)
class Audit:
    """A publication and what was found."""

    publication: Publication
    findings: tuple[Finding, ...]

    @property
    def has_errors(self) -> bool:
        """Whether a finding is an ERROR."""
        return has_errors(self.findings)

    @property
    def text(self) -> str:
        """The audit for a terminal."""
        return as_text(self.publication, self.findings)


def audit_claims(claims: str) -> Audit:
    """Read the claims and check them.

    Raises:
        StudyFileError: there are none, or all the problems of the file.
    """
    publication = read_claims(claims)
    return Audit(publication, audit(publication))


def write_audit(done: Audit, *, json_file: Path | None, html_file: Path | None) -> None:
    """Write the audit for programs and as a page, where a file is named.

    Raises:
        ArgumentError: a file cannot be written.
    """
    if json_file is not None:
        with atomic_file(json_file) as temporary:
            temporary.write_text(as_json(done.findings), encoding="utf-8")
    if html_file is not None:
        from trialwright.report.audit_page import audit_page  # noqa: PLC0415 - only where a page is wanted

        with atomic_file(html_file) as temporary:
            temporary.write_text(audit_page(done.publication, done.findings), encoding="utf-8")


def draft(text: Path, out: Path | None) -> str:
    """Draft claims from a text file: the draft, or what was done with it where `out` is a file.

    Raises:
        InputFileError: the text cannot be read.
        ArgumentError: the file cannot be written.
    """
    from trialwright.claims.draft import draft_file  # noqa: PLC0415 - only this command needs it

    drafted = draft_file(text)
    if out is None:
        return drafted.yaml
    with atomic_file(out) as temporary:
        temporary.write_text(drafted.yaml, encoding="utf-8")
    return f"{out}: {drafted.claims} claims, {drafted.not_understood} numbers not understood\n"


def reconstruct(claims: str, out: Path, progress: Progress, *, seed: int, size: int | None = None) -> str:
    """Rebuild subjects that the claims allow, write them, and tell what was met.

    A study file beside the claims says how the subjects are treated.

    Raises:
        StudyFileError: there are no claims, or they say too little.
        ArgumentError: OR-Tools is not installed, the folder holds other files, or the size is below 1.
        DataError: no subjects were found.
    """
    publication = read_claims(claims)
    if publication.curves:
        return _from_curves(publication, resolve_claims(claims).parent, out, progress, seed=seed)
    if size is not None and size < 1:
        raise ArgumentError.at("--ensemble", str(size), expected="1 data set or more")
    from trialwright.claims.reconstruct.ensemble import SIZE, build  # noqa: PLC0415 - only this command needs it
    from trialwright.claims.reconstruct.write import told, write  # noqa: PLC0415 - likewise
    from trialwright.protocol.read import read_study  # noqa: PLC0415 - likewise

    folder = resolve_claims(claims).parent
    study = read_study(str(folder)) if (folder / _STUDY_FILE).is_file() else None
    ensemble = build(publication, progress, seed=seed, size=size or SIZE, study=study)
    write(publication, ensemble, out, study)
    return told(publication, ensemble)


def _from_curves(publication: Publication, folder: Path, out: Path, progress: Progress, *, seed: int) -> str:
    """Rebuild the subjects behind digitised curves; printed figures are compared, not fitted."""
    from trialwright.claims.reconstruct.curves.rebuild import rebuild  # noqa: PLC0415 - only this way
    from trialwright.claims.reconstruct.curves.told import told  # noqa: PLC0415 - likewise
    from trialwright.claims.reconstruct.curves.write import write  # noqa: PLC0415 - likewise

    rebuilding = rebuild(publication, folder, progress, seed=seed)
    write(publication, rebuilding, out)
    return told(publication, rebuilding)
