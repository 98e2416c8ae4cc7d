"""Results that should be numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.errors import UnitError
from trialwright.findings import Severity
from trialwright.rulebook import read_table
from trialwright.sdtm.conformance.report import Rule
from trialwright.sdtm.lesion_units import LENGTH_TESTS
from trialwright.units import convert_column

if TYPE_CHECKING:
    from trialwright.findings import Finding
    from trialwright.sdtm.conformance.facts import Facts
    from trialwright.sdtm.study_data import StudyData

LONGEST_LESION_MM = 500
"""No lesion of a human body is longer than half a metre: a unit or a typing error."""

_ROUNDING_MM = 0.5

_NEGATIVE = Rule(Severity.ERROR, "TR-NEGATIVE", "correct the diameter")
_TOO_LONG = Rule(Severity.WARNING, "TR-IMPLAUSIBLE", "check the value and its unit")
_NO_NUMBER = Rule(
    Severity.ERROR, "TR-NOT-NUMERIC", "record the length in mm, or TRSTAT NOT DONE with the reason"
)
_NO_RESULT = Rule(Severity.WARNING, "TR-NO-RESULT", "record the length, or TRSTAT NOT DONE with the reason")
_DISAGREES = Rule(Severity.ERROR, "TR-RESULT-DISAGREES", "correct the standard result or its unit")
_TEXT = Rule(
    Severity.NOTE, "RESULT-NOT-NUMERIC", "none, if the value is beyond a limit of detection; it is not used"
)


def lesion_lengths(data: StudyData, _facts: Facts) -> list[Finding]:
    """TR-NEGATIVE, TR-IMPLAUSIBLE, TR-NOT-NUMERIC, TR-NO-RESULT: lengths that cannot be used as they are."""
    lengths = data.domain("TR").filter(pl.col("TRTESTCD").is_in(LENGTH_TESTS))
    words = [word for group in read_table("tumour-findings.toml")["target_words"].values() for word in group]
    value, text = pl.col("TRSTRESN"), pl.coalesce("TRSTRESC", "TRORRES")
    unknown = value.is_null() & pl.col("TRSTAT").is_null()
    number = text.str.strip_chars().cast(pl.Float64, strict=False).is_not_null()
    wordy = unknown & text.is_not_null() & ~text.str.to_uppercase().is_in(words) & ~number
    sums = pl.col("TRTESTCD").str.starts_with("SUM")
    return [
        *_NEGATIVE.each(lengths.filter(value < 0), "TR", "{TRTESTCD} of {TRLNKID} is {TRSTRESN:g} mm"),
        *_TOO_LONG.each(
            lengths.filter((value > LONGEST_LESION_MM) & ~sums),
            "TR",
            "{TRTESTCD} of {TRLNKID} is {TRSTRESN:g} mm",
        ),
        *_NO_NUMBER.each(
            lengths.with_columns(__text=text).filter(wordy), "TR", "{TRTESTCD} of {TRLNKID} is {__text!r}"
        ),
        *_NO_RESULT.each(
            lengths.filter(unknown & text.is_null()),
            "TR",
            "{TRTESTCD} of {TRLNKID} has neither result nor status",
        ),
    ]


def lesion_standard_results(data: StudyData, _facts: Facts) -> list[Finding]:
    """TR-RESULT-DISAGREES: the length as recorded, in mm, is not the standard result."""
    lengths = data.domain("TR").filter(pl.col("TRTESTCD").is_in(LENGTH_TESTS) & (pl.col("TRSTRESU") == "mm"))
    recorded = lengths["TRORRES"].str.strip_chars().cast(pl.Float64, strict=False)
    lengths = lengths.with_columns(__recorded=recorded.set(~recorded.is_finite(), None)).filter(
        pl.col("__recorded").is_not_null()
        & pl.col("TRSTRESN").is_not_null()
        & pl.col("TRORRESU").is_not_null()
    )
    found = []
    for unit in lengths["TRORRESU"].unique().sort():
        rows = lengths.filter(pl.col("TRORRESU") == unit)
        try:
            in_mm = convert_column(rows["__recorded"], unit, "mm")
        except UnitError:
            continue
        wrong = rows.filter((in_mm - rows["TRSTRESN"]).abs() > _ROUNDING_MM)
        what = "{TRTESTCD} of {TRLNKID} was recorded as {TRORRES} {TRORRESU}, but TRSTRESN is {TRSTRESN:g} mm"
        found += _DISAGREES.each(wrong, "TR", what)
    return found


def other_results(data: StudyData, _facts: Facts) -> list[Finding]:
    """RESULT-NOT-NUMERIC: texts among the numbers of one test, such as "<0.1", counted for each test."""
    found = []
    for name in ("LB", "VS"):
        if not data.has(name):
            continue
        test, number, text = f"{name}TESTCD", pl.col(f"{name}STRESN"), pl.col(f"{name}STRESC")
        wordy = number.is_null() & text.is_not_null()
        counts = (
            data.domain(name)
            .group_by(test)
            .agg(texts=wordy.sum(), numbers=number.is_not_null().sum(), example=text.filter(wordy).first())
            .filter((pl.col("texts") > 0) & (pl.col("numbers") > 0))
            .sort(test)
        )
        found += [
            _TEXT.one(
                name,
                f"{row['texts']} results of {row[test]} are text among numbers, such as {row['example']!r}",
            )
            for row in counts.iter_rows(named=True)
        ]
    return found


CHECKS = (lesion_lengths, lesion_standard_results, other_results)
