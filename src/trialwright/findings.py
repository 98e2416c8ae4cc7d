"""A finding: one thing that someone should look at, with the record and the remedy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters: an error makes `check` exit with 1."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One observation about the data, for a person to act on.

    `code` is stable and machine-readable (`TR-NO-BASELINE`); `record` names the record
    ("TRSEQ 4 of 2014-02-12"), or is empty where the finding is about a whole dataset.
    """

    severity: Severity
    code: str
    dataset: str
    subject: str
    record: str
    what: str
    remedy: str
