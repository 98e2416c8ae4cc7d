"""The recorded sum of target diameters against the lesions it should add.

A sum agrees if it is that of the diameters which RECIST 1.1 takes (a node's short axis, any other
lesion's longest diameter, by the tests that rulebook/tumour-findings.toml lists), or that of the
records named DIAMETER.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.findings import Severity
from trialwright.rulebook import read_table
from trialwright.sdtm.conformance.lesions import dated_lesions
from trialwright.sdtm.conformance.report import Rule, assessor

if TYPE_CHECKING:
    from trialwright.findings import Finding
    from trialwright.sdtm.conformance.facts import Facts
    from trialwright.sdtm.study_data import StudyData

TOLERANCE_MM = 0.5
"""A sum of rounded diameters may differ by rounding."""

_DISAGREES = Rule(
    Severity.WARNING, "TR-SUM-DISAGREES", "correct the sum or the diameters; the lesions are used"
)
_INCOMPLETE = Rule(
    Severity.WARNING,
    "TR-SUM-INCOMPLETE",
    "leave the sum empty, or measure every target; the lesions are used",
)


def recorded_sums(data: StudyData, facts: Facts) -> list[Finding]:
    """TR-SUM-DISAGREES and TR-SUM-INCOMPLETE: a recorded sum that is not the sum of every target lesion."""
    sums = data.domain("TR").filter((pl.col("TRTESTCD") == "SUMDIAM") & pl.col("TRSTRESN").is_not_null())
    if sums.is_empty():
        return []
    order = read_table("tumour-findings.toml")["diameter"]
    visit = ["USUBJID", *assessor("TR"), "__VISIT"]
    diameters = _diameters(data, facts)
    compared = sums.with_columns(__VISIT=_visit())
    for name, node, other in (
        ("ADDED", order["node"], order["other"]),
        ("NAMED", ["DIAMETER"], ["DIAMETER"]),
    ):
        added = _added(diameters, visit, node, other).rename({"ADDED": name, "MEASURED": f"{name}_N"})
        compared = compared.join(added, on=visit, how="left", nulls_equal=True, maintain_order="left")
    targets = diameters.group_by("USUBJID", *assessor("TR")).agg(TARGETS=pl.col("LESION").n_unique())
    compared = compared.join(
        targets, on=["USUBJID", *assessor("TR")], nulls_equal=True, maintain_order="left"
    )
    complete = pl.col("ADDED_N").fill_null(0) == pl.col("TARGETS")
    off = (pl.col("TRSTRESN") - pl.col("ADDED")).abs() > TOLERANCE_MM
    off_named = ((pl.col("TRSTRESN") - pl.col("NAMED")).abs() > TOLERANCE_MM).fill_null(value=True)
    wrong, partial = compared.filter(complete & off & off_named), compared.filter(~complete)
    return [
        *_DISAGREES.each(
            wrong, "TR", "SUMDIAM is {TRSTRESN:g} mm, its {TARGETS} target lesions add up to {ADDED:g} mm"
        ),
        *_INCOMPLETE.each(
            partial.with_columns(pl.col("ADDED_N").fill_null(0)),
            "TR",
            "SUMDIAM is {TRSTRESN:g} mm, but {ADDED_N} of {TARGETS} target lesions are measured",
        ),
    ]


def _visit() -> pl.Expr:
    return pl.coalesce(pl.format("visit {}", "VISITNUM"), "TRDTC")


def _diameters(data: StudyData, facts: Facts) -> pl.DataFrame:
    """The measurements of target lesions, with their visit and NODE (null where the lesion is none)."""
    words = read_table("tumour-findings.toml")
    where = pl.col("TULOC").str.to_uppercase()
    nodal = pl.any_horizontal(
        *(where.str.contains(word, literal=True) for word in words["node"]["location_contains"])
    )
    nodes = (
        data.domain("TU").filter(nodal).select("USUBJID", LESION="TULNKID", NODE=pl.lit(value=True)).unique()
    )
    tests = {*words["diameter"]["node"], *words["diameter"]["other"]}
    return (
        dated_lesions(data, facts)
        .filter(pl.col("ROLE") == "target", pl.col("TRTESTCD").is_in(tests))
        .join(nodes, on=("USUBJID", "LESION"), how="left")
        .with_columns(__VISIT=_visit())
    )


def _added(diameters: pl.DataFrame, visit: list[str], node: list[str], other: list[str]) -> pl.DataFrame:
    """For each visit the sum of one diameter a lesion, ADDED, and how many lesions have one, MEASURED."""
    choice = pl.when(pl.col("NODE").is_not_null()).then(_preference(node)).otherwise(_preference(other))
    return (
        diameters.filter(pl.col("TRSTRESN").is_not_null())
        .with_columns(RANK=choice)
        .filter(pl.col("RANK").is_not_null())
        .sort("RANK", maintain_order=True)
        .unique([*visit, "TRLNKID"], keep="first", maintain_order=True)
        .group_by(visit)
        .agg(ADDED=pl.col("TRSTRESN").sum(), MEASURED=pl.col("LESION").n_unique())
    )


def _preference(tests: list[str]) -> pl.Expr:
    return pl.col("TRTESTCD").replace_strict(
        tests, list(range(len(tests))), default=None, return_dtype=pl.Int32
    )


CHECKS = (recorded_sums,)
