"""Whose assessments count: the records of one assessor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from trialwright.protocol.response_rules import Assessor

ACCEPTED = "Y"


def of_assessor(frame: pl.DataFrame, domain: str, assessor: Assessor) -> pl.DataFrame:
    """Keep the records of TU, TR or RS that the study's assessor made.

    A dataset in which no record names an evaluator at all was made by one assessor: all its
    records count. With `accepted_only`, records whose --ACPTFL is not Y do not count.
    """
    evaluator, identifier, accepted = f"{domain}EVAL", f"{domain}EVALID", f"{domain}ACPTFL"
    if not frame.height:
        return frame
    if frame[evaluator].null_count() < frame.height:
        frame = frame.filter(pl.col(evaluator).str.to_uppercase() == assessor.evaluator.upper())
    if assessor.id is not None:
        frame = frame.filter(pl.col(identifier) == assessor.id)
    if assessor.accepted_only:
        frame = frame.filter(pl.col(accepted) == ACCEPTED)
    return frame
