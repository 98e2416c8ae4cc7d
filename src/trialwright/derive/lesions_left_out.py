"""Records of lesions that no rule can use, and lengths that cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.derive.tumour_words import tumour_words
from trialwright.errors import DataError
from trialwright.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

_LESION = ("USUBJID", "LESIONID")


def lesions_left_out(
    results: pl.DataFrame, measured: pl.DataFrame, lesions: pl.DataFrame
) -> tuple[Finding, ...]:
    """Find what the derivation cannot use.

    Args:
        results: The records of TR of one assessor.
        measured: Those of them that belong to a visit, with LESIONID.
        lesions: The lesions with a role.

    Codes: TR-NO-DATE, LESION-NO-ROLE, TARGET-NO-DIAMETER.
    """
    return (
        *_without_visit(results, measured),
        *_without_role(measured, lesions),
        *_without_diameter(measured, lesions),
    )


def refuse_negative(measured: pl.DataFrame) -> None:
    """Refuse lengths below 0.

    Raises:
        DataError: naming the first such record.
    """
    wrong = measured.filter(pl.col("TRSTRESN") < 0).sort("USUBJID", "TRSEQ")
    if wrong.height:
        row = wrong.row(0, named=True)
        raise DataError.at(
            f"{row['USUBJID']}, TRSEQ {row['TRSEQ']} ({row['TRDTC']})",
            f"{row['TRTESTCD']} of lesion {row['TRLNKID']} is {row['TRSTRESN']:g} mm",
            expected="0 mm or more",
            remedy="correct the measurement, or record TRSTAT NOT DONE with the reason",
        )


def _without_visit(results: pl.DataFrame, used: pl.DataFrame) -> Iterator[Finding]:
    """TR-NO-DATE: records of lesions without a date, and without a visit that could lend its own."""
    lost = results.filter(pl.col("TRLNKID").is_not_null()).join(used, on=("USUBJID", "TRSEQ"), how="anti")
    for subject, sequence, test, lesion in lost.select("USUBJID", "TRSEQ", "TRTESTCD", "TRLNKID").iter_rows():
        what = f"{test} of lesion {lesion} has neither a date nor a visit with one; it is not used"
        remedy = "write TRDTC, or the VISITNUM of a visit that is dated"
        yield Finding(Severity.ERROR, "TR-NO-DATE", "TR", subject, f"TRSEQ {sequence}", what, remedy)


def _without_role(measured: pl.DataFrame, lesions: pl.DataFrame) -> Iterator[Finding]:
    """LESION-NO-ROLE: lesions of which neither TU nor TRGRPID says what they are."""
    named = measured.filter(pl.col("LESIONID").is_not_null())
    lost = named.join(lesions, on=_LESION, how="anti").group_by(_LESION).agg(pl.len()).sort(_LESION)
    for subject, lesion, count in lost.iter_rows():
        what = f"neither TU nor TRGRPID tells what lesion {lesion} is; its {count} results are not used"
        remedy = "identify it in TU as TARGET, NON-TARGET or NEW, or write that in TRGRPID"
        yield Finding(Severity.ERROR, "LESION-NO-ROLE", "TR", subject, f"lesion {lesion}", what, remedy)


def _without_diameter(measured: pl.DataFrame, lesions: pl.DataFrame) -> Iterator[Finding]:
    """TARGET-NO-DIAMETER: target lesions of which no record is a diameter, or a word for one."""
    ranks = tumour_words()["diameter"]
    tests = [*ranks["node"], *ranks["other"]]
    word = pl.col("TRSTRESC").str.to_uppercase()
    words = [word for group in tumour_words()["target_words"].values() for word in group]
    tells = pl.col("TRTESTCD").is_in(tests) | word.is_in(words)
    lost = (
        measured.join(lesions.filter(pl.col("ROLE") == "target"), on=_LESION, how="semi")
        .group_by(_LESION)
        .agg(
            TELLS=tells.fill_null(value=False).any(),
            TESTS=pl.col("TRTESTCD").fill_null("empty").unique().sort(),
        )
        .filter(~pl.col("TELLS"))
        .sort(_LESION)
    )
    for subject, lesion, _, found in lost.iter_rows():
        what = f"no record of target lesion {lesion} is a diameter (TRTESTCD {', '.join(found)})"
        remedy = f"write one of {', '.join(dict.fromkeys(tests))} in TRTESTCD"
        yield Finding(Severity.ERROR, "TARGET-NO-DIAMETER", "TR", subject, f"lesion {lesion}", what, remedy)
