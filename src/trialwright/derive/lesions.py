"""What an assessor saw of each lesion at each visit: TU and TR, ordered into subjects, visits, lesions.

Decisions, where SDTM leaves a choice:

* Records of one VISITNUM make one visit, dated at its earliest complete date (a partial date is
  completed only where the visit has no complete one); dates of one VISITNUM more than a month apart are
  two visits (unscheduled ones share a number), two visits of one date are one. Where VISITNUM is
  missing, the date makes the visit. A record without date belongs to the visit of its number, if that is one.
* A new lesion that only TU knows makes a visit of its own where TR has none on that visit.
* Baseline is every visit up to the later of the reference date and the first dose, else the subject's
  first visit if TU identifies target or non-target lesions there (a scan some days after the start); of
  several, each lesion's last measurement counts.
* A lesion's diameter is the one that the assessor recorded for the sum (DIAMETER); without it, the short
  axis of a node (SAXIS, else LPERP) and the longest diameter (LDIAM) of any other lesion.
* A fragment of a split lesion is named after it (`T01.1`); the diameters of fragments are added, and the
  lesion is not evaluable where one of them has no record. A merged lesion is named after those that it joins
  (`T01/T02`); its one diameter stands with the first, and the others are 0 [Eisenhauer 2009, 4.3.2; EORTC].
  Fragments, or the merged lesion, count before a record under the lesion's old name.
* A measured lesion without a record in TU takes its role from TRGRPID.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from trialwright.derive.assessor import of_assessor
from trialwright.derive.dated import with_date
from trialwright.derive.lesion_states import new_lesion_states, non_target_states
from trialwright.derive.lesions_left_out import lesions_left_out, refuse_negative
from trialwright.derive.recist.options import read_rulebook
from trialwright.derive.tumour_words import meaning_of, tumour_words

if TYPE_CHECKING:
    import datetime as dt

    from trialwright.dates import DateRule
    from trialwright.findings import Finding
    from trialwright.protocol.response_rules import Assessor
    from trialwright.sdtm.study_data import StudyData

SAME_VISIT_DAYS = 31
"""Dates of one VISITNUM further apart are two visits."""


@dataclass(frozen=True)
class LesionHistory:
    """Visits and lesions of all subjects, in order.

    `visits`: USUBJID, VISITNO (0 is the baseline, then 1, 2, … by date), ADT, ADTF, VISIT, VISITNUM,
    NONTARGET (a word of `NON_TARGET_TEXT`, or ""), NEWLESION (the name of a `NewLesion`, or ""), NEWWHERE,
    FIRSTDOM and FIRSTSEQ (a record of the visit: of TR, else of TU).
    `targets`: USUBJID, LESIONID, VISITNO, AVAL (mm, null where not evaluable), NODE, TULOC, TRSEQ,
    TRTESTCD. `left_out`: the records that belong to no visit, and the lesions without a role.
    """

    visits: pl.DataFrame
    targets: pl.DataFrame
    left_out: tuple[Finding, ...] = ()


def collect_lesions(
    data: StudyData,
    assessor: Assessor,
    references: pl.DataFrame,
    rule: DateRule,
    cut_off: dt.date | None = None,
) -> LesionHistory:
    """Collect one assessor's lesions.

    Args:
        data: The study's SDTM.
        assessor: Whose records count.
        references: USUBJID, REFDT and TRTSDT.
        rule: How the date of a visit without any complete date is completed.
        cut_off: What is seen later confirms nothing.

    Raises:
        DataError: a diameter is below 0 mm.
    """
    named = with_date(of_assessor(data.domain("TU"), "TU", assessor), "TUDTC", rule).sort("DATE", "TUSEQ")
    results = with_date(of_assessor(data.domain("TR"), "TR", assessor), "TRDTC", rule)
    keys = _visit_keys(pl.concat([frame.select("USUBJID", "VISITNUM", "DATE") for frame in (results, named)]))
    identified = _identified(_with_key(named, keys))
    measured = _with_key(results, keys).join(keys, on=("USUBJID", "KEY"), how="semi")
    refuse_negative(measured)
    measured = measured.with_columns(LESIONID=_parent(pl.col("TRLNKID")))
    lesions = _lesions(identified, measured)
    visits = _visits(measured, identified, references)
    measured = measured.join(visits.select("USUBJID", "KEY", "VISITNO"), on=("USUBJID", "KEY"))
    new = new_lesion_states(measured, lesions, identified, visits, cut_off)
    states = _visit_states(measured, lesions, new, visits)
    targets = _target_diameters(measured, lesions, visits)
    results = results.join(references.select("USUBJID"), on="USUBJID", how="semi")
    return LesionHistory(states, targets, lesions_left_out(results, measured, lesions))


def _role(word: pl.Expr) -> pl.Expr:
    return word.str.to_uppercase().replace_strict(meaning_of("role"), default=None, return_dtype=pl.String)


def _visit_keys(dates: pl.DataFrame) -> pl.DataFrame:
    """What makes records one visit: USUBJID, VISITNUM and DATE, with the KEY of their visit."""
    gap = pl.col("DATE").diff().dt.total_days().over("USUBJID", "VISITNUM", order_by="DATE")
    further = (gap > SAME_VISIT_DAYS).fill_null(value=False).cast(pl.Int64)
    return (
        dates.filter(pl.col("DATE").is_not_null())
        .unique()
        .with_columns(FURTHER=further)
        .with_columns(PART=pl.col("FURTHER").cum_sum().over("USUBJID", "VISITNUM", order_by="DATE"))
        .with_columns(
            KEY=pl.when(pl.col("VISITNUM").is_null())
            .then(pl.format("on {}", "DATE"))
            .otherwise(pl.format("visit {} part {}", "VISITNUM", "PART"))
        )
        .select("USUBJID", "VISITNUM", "DATE", "KEY")
    )


def _with_key(records: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Add KEY; a record without date belongs to the visit of its number, if there is one such visit."""
    on = ("USUBJID", "VISITNUM", "DATE")
    of_number = keys.select("USUBJID", "VISITNUM", ONLY="KEY").unique()
    of_number = of_number.unique(("USUBJID", "VISITNUM"), keep="none").drop_nulls("VISITNUM")
    dated = records.join(keys, on=on, how="left", nulls_equal=True, maintain_order="left")
    joined = dated.join(of_number, on=("USUBJID", "VISITNUM"), how="left", maintain_order="left")
    undated = pl.when(pl.col("DATE").is_null()).then("ONLY")
    return joined.with_columns(KEY=pl.coalesce("KEY", undated)).drop("ONLY")


def _identified(tu: pl.DataFrame) -> pl.DataFrame:
    """Lesions as TU names them: USUBJID, LESIONID, ROLE, TULOC, KEY, and when."""
    role = pl.coalesce(_role(pl.col("TUSTRESC")), _role(pl.col("TUORRES")))
    when = ("DATE", "FLAG", "VISIT", "VISITNUM", "TUSEQ")
    return (
        tu.filter(pl.col("TULNKID").is_not_null())
        .with_columns(ROLE=role)
        .filter(pl.col("ROLE").is_not_null())
        .select("USUBJID", "ROLE", "TULOC", "KEY", *when, LESIONID="TULNKID")
    )


def _parent(lesion: pl.Expr) -> pl.Expr:
    """The lesion that a fragment (`T01.1`) or a merged lesion (`T01/T02`) stands with."""
    return lesion.str.split("/").list.first().str.split(".").list.first()


def _lesions(identified: pl.DataFrame, measured: pl.DataFrame) -> pl.DataFrame:
    """One row a lesion: USUBJID, LESIONID, ROLE, TULOC, NODE; TU first, else TRGRPID."""
    by_group = measured.filter(pl.col("LESIONID").is_not_null()).select(
        "USUBJID", "LESIONID", ROLE=_role(pl.col("TRGRPID")), TULOC=pl.lit(None, dtype=pl.String)
    )
    by_axis = (
        measured.filter(pl.col("TRTESTCD") == "SAXIS")
        .select("USUBJID", "LESIONID", SHORTAXIS=pl.lit(1))
        .unique(("USUBJID", "LESIONID"))
    )
    where = pl.col("TULOC").str.to_uppercase()
    located = pl.any_horizontal(
        *[where.str.contains(word, literal=True) for word in tumour_words()["node"]["location_contains"]]
    )
    return (
        pl.concat([identified.select("USUBJID", "ROLE", "TULOC", "LESIONID"), by_group], how="diagonal")
        .filter(pl.col("ROLE").is_not_null())
        .with_columns(LESIONID=_parent(pl.col("LESIONID")))
        .unique(("USUBJID", "LESIONID"), keep="first", maintain_order=True)
        .join(by_axis, on=("USUBJID", "LESIONID"), how="left")
        .with_columns(
            NODE=located.fill_null(value=False)
            | (pl.col("TULOC").is_null() & pl.col("SHORTAXIS").is_not_null())
        )
        .drop("SHORTAXIS")
    )


def _visits(measured: pl.DataFrame, identified: pl.DataFrame, references: pl.DataFrame) -> pl.DataFrame:
    """One row a subject and KEY, with the date of its visit and VISITNO; baseline visits share 0."""
    dated = pl.concat([_dated(measured, "TR"), _dated(_only_named(measured, identified), "TU")])
    first_seen = (
        identified.filter(pl.col("ROLE").is_in(["target", "non_target"]))
        .select("USUBJID", "KEY", IDENTIFIED=pl.lit(1))
        .unique(("USUBJID", "KEY"))
    )
    last_baseline_day = pl.max_horizontal("REFDT", "TRTSDT")
    numbered = pl.when("BASELINE").then(0).otherwise(pl.col("ADT").rank("dense").over("USUBJID", "BASELINE"))
    first_visit = pl.col("ADT") == pl.col("ADT").min().over("USUBJID")
    return (
        dated.join(references.select("USUBJID", "REFDT", "TRTSDT"), on="USUBJID", how="inner")
        .join(first_seen, on=("USUBJID", "KEY"), how="left")
        .with_columns(
            BASELINE=(pl.col("ADT") <= last_baseline_day).fill_null(value=False)
            | (first_visit & pl.col("IDENTIFIED").is_not_null())
        )
        .with_columns(VISITNO=numbered.cast(pl.Int64))
        .sort("USUBJID", "VISITNO", "ADT", "KEY")
        .select("USUBJID", "KEY", "VISITNO", "ADT", "ADTF", "VISIT", "VISITNUM", "FIRSTDOM", "FIRSTSEQ")
    )


def _dated(records: pl.DataFrame, domain: str) -> pl.DataFrame:
    """The visits of the records of a domain: USUBJID, KEY, ADT, ADTF, VISIT, VISITNUM, FIRSTDOM, FIRSTSEQ."""
    complete = pl.col("FLAG") == ""
    return records.group_by("USUBJID", "KEY").agg(
        ADT=pl.coalesce(pl.col("DATE").filter(complete).min(), pl.col("DATE").min()),
        ADTF=pl.when(complete.any()).then(pl.lit("")).otherwise(pl.col("FLAG").max()),
        VISIT=pl.col("VISIT").drop_nulls().first(),
        VISITNUM=pl.col("VISITNUM").first(),
        FIRSTDOM=pl.lit(domain),
        FIRSTSEQ=pl.col(f"{domain}SEQ").min(),
    )


def _only_named(measured: pl.DataFrame, identified: pl.DataFrame) -> pl.DataFrame:
    """New lesions that TU identifies before TR tells of them, at visits of which TR has no record."""
    on = ("USUBJID", "LESIONID")
    first = measured.group_by(on).agg(MEASURED=pl.col("DATE").min())
    return (
        identified.filter(pl.col("ROLE") == "new", pl.col("DATE").is_not_null())
        .join(measured, on=("USUBJID", "KEY"), how="anti")
        .join(first, on=on, how="left")
        .filter((pl.col("DATE") < pl.col("MEASURED")).fill_null(value=True))
    )


def _visit_states(
    measured: pl.DataFrame, lesions: pl.DataFrame, new: pl.DataFrame, visits: pl.DataFrame
) -> pl.DataFrame:
    """One row a subject and VISITNO with the non-target and new lesion state."""
    one = visits.group_by("USUBJID", "VISITNO", maintain_order=True).agg(
        pl.col("ADT", "ADTF", "VISIT", "VISITNUM").last(),
        FIRSTDOM=pl.col("FIRSTDOM").min(),
        FIRSTSEQ=pl.col("FIRSTSEQ").filter(pl.col("FIRSTDOM") == pl.col("FIRSTDOM").min()).min(),
    )
    non_target = non_target_states(measured, lesions, one)
    return (
        one.join(non_target, on=("USUBJID", "VISITNO"), how="left")
        .join(new, on=("USUBJID", "VISITNO"), how="left")
        .with_columns(pl.col("NONTARGET", "NEWLESION", "NEWWHERE").fill_null(""))
        .sort("USUBJID", "VISITNO")
    )


def _diameter() -> pl.Expr:
    """The diameter in mm: the number, or what the word stands for; else null; StudyData holds mm."""
    word = pl.coalesce("TRSTRESC", "TRORRES").str.to_uppercase()
    words = tumour_words()["target_words"]
    too_small = read_rulebook()["measurable"]["too_small_to_measure_mm"]
    return (
        pl.when(pl.col("TRSTAT") == "NOT DONE")
        .then(None)
        .when(pl.col("TRSTRESN").is_not_null())
        .then("TRSTRESN")
        .when(word.is_in(words["too_small_to_measure"]))
        .then(float(too_small))
        .when(word.is_in(words["absent"]))
        .then(0.0)
    )


def _preference() -> pl.Expr:
    """0 for the test that is the lesion's RECIST diameter, 1, 2 … for those that may stand for it."""
    ranks = tumour_words()["diameter"]
    node = {test: rank for rank, test in enumerate(ranks["node"])}
    other = {test: rank for rank, test in enumerate(ranks["other"])}
    return (
        pl.when("NODE")
        .then(pl.col("TRTESTCD").replace_strict(node, default=None, return_dtype=pl.Int64))
        .otherwise(pl.col("TRTESTCD").replace_strict(other, default=None, return_dtype=pl.Int64))
    )


def _target_diameters(measured: pl.DataFrame, lesions: pl.DataFrame, visits: pl.DataFrame) -> pl.DataFrame:
    """Every target lesion at every visit of its subject."""
    keys = ("USUBJID", "LESIONID")
    targets = lesions.filter(pl.col("ROLE") == "target").select(*keys, "NODE", "TULOC")
    words = tumour_words()["target_words"]
    stands_for_size = pl.col("TRTESTCD") == "TUMSTATE"
    worded = pl.col("TRSTRESC").str.to_uppercase().is_in([w for group in words.values() for w in group])
    candidates = (
        measured.join(targets, on=keys)
        .with_columns(RANK=_preference(), AVAL=_diameter())
        .with_columns(RANK=pl.when(stands_for_size & worded).then(pl.lit(9)).otherwise(pl.col("RANK")))
        .filter(pl.col("RANK").is_not_null())
    )
    each = (
        candidates.sort("USUBJID", "TRLNKID", "VISITNO", "AVAL", nulls_last=True)
        .with_columns(EVALUABLE=pl.col("AVAL").is_not_null())
        .sort("EVALUABLE", "RANK", "DATE", "TRSEQ", descending=[True, False, True, True])
        .unique(("USUBJID", "TRLNKID", "VISITNO"), keep="first", maintain_order=True)
    )
    whole = _parts_before_own_name(each)
    merged = _merged_away(each)
    known = pl.concat([merged, whole.join(merged, on=(*keys, "VISITNO"), how="anti")], how="diagonal")
    every = visits.select("USUBJID", "VISITNO").unique().join(targets, on="USUBJID")
    return every.join(known, on=(*keys, "VISITNO"), how="left").sort("USUBJID", "VISITNO", "LESIONID")


def _parts_before_own_name(each: pl.DataFrame) -> pl.DataFrame:
    """One diameter a lesion and visit: of its fragments or of what it merged into, else of its own name."""
    keys = ("USUBJID", "LESIONID")
    fragment = pl.col("TRLNKID").str.contains(".", literal=True)
    first_seen = each.filter(fragment).group_by(*keys, "TRLNKID").agg(SINCE=pl.col("VISITNO").min())
    expected = (
        each.filter(fragment)
        .select(*keys, "VISITNO")
        .unique()
        .join(first_seen, on=keys)
        .filter(pl.col("SINCE") <= pl.col("VISITNO"))
        .group_by(*keys, "VISITNO")
        .agg(EXPECTED=pl.len())
    )
    own, size = pl.col("TRLNKID") == pl.col("LESIONID"), pl.col("AVAL")
    parts = size.filter(~own)
    all_there = parts.is_not_null().all() & (fragment.sum() == pl.col("EXPECTED").first().fill_null(0))
    return (
        each.join(expected, on=(*keys, "VISITNO"), how="left")
        .group_by(*keys, "VISITNO")
        .agg(
            AVAL=pl.when((~own).any() & all_there).then(parts.sum()).otherwise(size.filter(own).first()),
            TRSEQ=pl.col("TRSEQ").min(),
            TRTESTCD=pl.col("TRTESTCD").sort_by("TRSEQ").first(),
            DATE=pl.col("DATE").min(),
        )
    )


def _merged_away(each: pl.DataFrame) -> pl.DataFrame:
    """The lesions whose diameter now stands with another that they merged with: 0 mm each."""
    return (
        each.filter(pl.col("TRLNKID").str.contains("/", literal=True), pl.col("AVAL").is_not_null())
        .with_columns(LESIONID=pl.col("TRLNKID").str.split("/").list.slice(1))
        .explode("LESIONID")
        .select("USUBJID", "LESIONID", "VISITNO", "TRSEQ", "TRTESTCD", "DATE", AVAL=pl.lit(0.0))
    )
