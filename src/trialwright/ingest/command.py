"""What `trialwright ingest` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.errors import ArgumentError
from trialwright.ingest.guess import guess_mapping
from trialwright.ingest.report import told_tally
from trialwright.ingest.run import ingest_study, write_ingested
from trialwright.ingest.source import read_source
from trialwright.protocol.read import read_study

if TYPE_CHECKING:
    from pathlib import Path


def ingest(
    study: str | None, source: Path | None, out: Path | None, mapping: Path | None
) -> tuple[list[str], bool]:
    """Ingest and write; return the lines of the tally, and whether a row was rejected as an error.

    Raises:
        TrialwrightError: the call, the study, the mapping or the source is wrong; nothing is written.
    """
    if study is None:
        raise ArgumentError.at("STUDY", "is missing", expected="STUDY SOURCE --out DIR, or --guess SOURCE")
    if out is None:
        raise ArgumentError.at("--out", "is missing", expected="the folder to write")
    ingested = ingest_study(read_study(study), source, mapping)
    write_ingested(ingested, out)
    return [*told_tally(ingested.tally), str(out)], ingested.tally.has_errors


def guess(source: Path) -> str:
    """Return a mapping.yaml that may fit the source.

    Raises:
        InputFileError: the source cannot be read.
    """
    return guess_mapping(read_source(source))
