"""What an assessor saw of each lesion at each visit: TU and TR, ordered into subjects, visits, lesions.

Decisions, where SDTM leaves a choice:

* Records of one VISITNUM make one visit, dated at its earliest complete date (a partial date is
  completed only where the visit has no complete one); dates of one VISITNUM more than a month apart are
  two visits (unscheduled ones share a number), two visits of one date are one. Where VISITNUM is
  missing, the date makes the visit.
* Baseline is every visit up to the later of the reference date and the first dose, else the subject's
  first visit if TU identifies target or non-target lesions there (a scan some days after the start); of
  several, each lesion's last measurement counts.
* A lesion's diameter is the one that the assessor recorded for the sum (DIAMETER); without it, the short
  axis of a node (SAXIS, else LPERP) and the longest diameter (LDIAM) of any other lesion.
* A fragment of a split lesion is named after it (`T01.1`); the diameters of fragments are added. A
  merged lesion is named after those that it joins (`T01/T02`); its one diameter stands with the first,
  and the others are 0 [Eisenhauer 2009, 4.3.2; EORTC].
* A measured lesion without a record in TU takes its role from TRGRPID.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from trialwright.derive.assessor import of_assessor
from trialwright.derive.dated import with_date
from trialwright.derive.recist.options import read_rulebook
from trialwright.derive.tumour_words import meaning_of, tumour_words

if TYPE_CHECKING:
    from trialwright.dates import DateRule
    from trialwright.protocol.response_rules import Assessor
    from trialwright.sdtm.study_data import StudyData

SAME_VISIT_DAYS = 31
"""Dates of one VISITNUM further apart are two visits."""


@dataclass(frozen=True)
class LesionHistory:
    """Visits and lesions of all subjects, in order.

    `visits`: USUBJID, VISITNO (0 is the baseline, then 1, 2, … by date), ADT, ADTF, VISIT, VISITNUM,
    NONTARGET (a word of `NON_TARGET_TEXT`, or ""), NEWLESION (the name of a `NewLesion`, or ""), NEWWHERE.
    `targets`: USUBJID, LESIONID, VISITNO, AVAL (mm, null where not evaluable), NODE, TULOC, TRSEQ,
    TRTESTCD.
    """

    visits: pl.DataFrame
    targets: pl.DataFrame


def collect_lesions(
    data: StudyData, assessor: Assessor, references: pl.DataFrame, rule: DateRule
) -> LesionHistory:
    """Collect one assessor's lesions.

    Args:
        data: The study's SDTM.
        assessor: Whose records count.
        references: USUBJID, REFDT and TRTSDT.
        rule: How the date of a visit without any complete date is completed.
    """
    named = with_date(of_assessor(data.domain("TU"), "TU", assessor), "TUDTC", rule)
    results = with_date(of_assessor(data.domain("TR"), "TR", assessor), "TRDTC", rule)
    keys = _visit_keys(pl.concat([frame.select("USUBJID", "VISITNUM", "DATE") for frame in (results, named)]))
    identified = _identified(_with_key(named, keys))
    measured = _with_key(results, keys).filter(pl.col("DATE").is_not_null())
    measured = measured.with_columns(LESIONID=_parent(pl.col("TRLNKID")))
    lesions = _lesions(identified, measured)
    visits = _visits(measured, identified, references)
    measured = measured.join(visits.select("USUBJID", "KEY", "VISITNO"), on=("USUBJID", "KEY"))
    states = _visit_states(measured, lesions, identified, visits)
    targets = _target_diameters(measured, lesions, visits)
    return LesionHistory(visits=states, targets=targets)


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
    """Add KEY; a record without date belongs to the first visit of its number."""
    on = ("USUBJID", "VISITNUM", "DATE")
    first = pl.format("visit {} part 0", "VISITNUM")
    joined = records.join(keys, on=on, how="left", nulls_equal=True, maintain_order="left")
    return joined.with_columns(KEY=pl.coalesce("KEY", first))


def _identified(tu: pl.DataFrame) -> pl.DataFrame:
    """Lesions as TU names them: USUBJID, LESIONID, ROLE, TULOC, KEY."""
    role = pl.coalesce(_role(pl.col("TUSTRESC")), _role(pl.col("TUORRES")))
    return (
        tu.filter(pl.col("TULNKID").is_not_null())
        .with_columns(ROLE=role)
        .filter(pl.col("ROLE").is_not_null())
        .select("USUBJID", "ROLE", "TULOC", "KEY", LESIONID="TULNKID")
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
        pl.concat([identified.drop("KEY"), by_group], how="diagonal")
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
    complete = pl.col("FLAG") == ""
    dated = measured.group_by("USUBJID", "KEY").agg(
        ADT=pl.coalesce(pl.col("DATE").filter(complete).min(), pl.col("DATE").min()),
        ADTF=pl.when(complete.any()).then(pl.lit("")).otherwise(pl.col("FLAG").max()),
        VISIT=pl.col("VISIT").drop_nulls().first(),
        VISITNUM=pl.col("VISITNUM").first(),
        FIRSTSEQ=pl.col("TRSEQ").min(),
    )
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
        .select("USUBJID", "KEY", "VISITNO", "ADT", "ADTF", "VISIT", "VISITNUM", "FIRSTSEQ")
    )


def _visit_states(
    measured: pl.DataFrame, lesions: pl.DataFrame, identified: pl.DataFrame, visits: pl.DataFrame
) -> pl.DataFrame:
    """One row a subject and VISITNO with the non-target and new lesion state."""
    one = visits.group_by("USUBJID", "VISITNO", maintain_order=True).agg(
        pl.col("ADT", "ADTF", "VISIT", "VISITNUM").last(), pl.col("FIRSTSEQ").min()
    )
    non_target = _non_target_states(measured, lesions, one)
    new = _new_lesion_states(measured, lesions, identified, visits)
    return (
        one.join(non_target, on=("USUBJID", "VISITNO"), how="left")
        .join(new, on=("USUBJID", "VISITNO"), how="left")
        .with_columns(pl.col("NONTARGET", "NEWLESION", "NEWWHERE").fill_null(""))
        .sort("USUBJID", "VISITNO")
    )


def _non_target_states(measured: pl.DataFrame, lesions: pl.DataFrame, visits: pl.DataFrame) -> pl.DataFrame:
    """The non-target response of each visit: progression outranks what was not assessed [4.3.3, 4.3.4].

    A lesion of which TU or TR says "non-target" belongs to the subject's baseline disease.
    """
    keys = ("USUBJID", "LESIONID")
    expected = lesions.filter(pl.col("ROLE") == "non_target").select(*keys, "NODE")
    normal_below = read_rulebook()["complete_response"]["node_short_axis_below_mm"]
    gone = (pl.col("TRSTRESN") == 0) | (pl.col("NODE") & (pl.col("TRSTRESN") < normal_below))
    by_size = (
        pl.when(pl.col("TRSTRESN").is_null())
        .then(None)
        .when(gone)
        .then(pl.lit("absent"))
        .otherwise(pl.lit("present"))
    )
    word = pl.col("TRSTRESC").str.to_uppercase()
    by_word = word.replace_strict(meaning_of("non_target_state"), default=None, return_dtype=pl.String)
    seen = (
        measured.join(expected, on=keys)
        .with_columns(STATE=pl.coalesce(by_word, by_size, pl.lit("not_evaluable")))
        .group_by(*keys, "VISITNO")
        .agg(pl.col("STATE").sort_by("DATE", "TRSEQ").last())
    )
    every = visits.select("USUBJID", "VISITNO").join(expected, on="USUBJID")
    state = pl.col("STATE")
    return (
        every.join(seen, on=(*keys, "VISITNO"), how="left")
        .with_columns(state.fill_null("not_evaluable"))
        .group_by("USUBJID", "VISITNO")
        .agg(
            NONTARGET=pl.when((pl.col("VISITNO") == 0).first())
            .then(pl.lit("NON-CR/NON-PD"))
            .when((state == "progression").any())
            .then(pl.lit("PD"))
            .when((state == "not_evaluable").any())
            .then(pl.lit("NE"))
            .when((state == "absent").all())
            .then(pl.lit("CR"))
            .otherwise(pl.lit("NON-CR/NON-PD"))
        )
    )


def _new_lesion_states(
    measured: pl.DataFrame, lesions: pl.DataFrame, identified: pl.DataFrame, visits: pl.DataFrame
) -> pl.DataFrame:
    """What was seen of new lesions, each followed by its identifier [Eisenhauer 2009, 4.3.5].

    UNEQUIVOCAL if any new lesion is; EQUIVOCAL_CONFIRMED if one seen here is unequivocal later; else
    EQUIVOCAL_UNCONFIRMED. A new lesion that only TU knows is unequivocal.
    """
    new = lesions.filter(pl.col("ROLE") == "new").select("USUBJID", "LESIONID", "TULOC")
    meaning = meaning_of("new_lesion_state")
    word = pl.col("TRSTRESC").str.to_uppercase()
    described = measured.join(new, on=("USUBJID", "LESIONID")).select(
        "USUBJID",
        "LESIONID",
        "VISITNO",
        "TULOC",
        STATE=word.replace_strict(meaning, default="unequivocal", return_dtype=pl.String),
    )
    only_named = (
        identified.filter(pl.col("ROLE") == "new")
        .join(visits.select("USUBJID", "KEY", "VISITNO"), on=("USUBJID", "KEY"))
        .join(described, on=("USUBJID", "LESIONID"), how="anti")
        .select("USUBJID", "LESIONID", "VISITNO", "TULOC", STATE=pl.lit("unequivocal"))
    )
    unequivocal = pl.col("STATE") == "unequivocal"
    last_certain = pl.col("VISITNO").filter(unequivocal).max().over("USUBJID", "LESIONID")
    return (
        pl.concat([described, only_named])
        .filter(pl.col("VISITNO") > 0, pl.col("STATE") != "none")
        .with_columns(LATER=(last_certain > pl.col("VISITNO")).fill_null(value=False))
        .group_by("USUBJID", "VISITNO")
        .agg(
            NEWLESION=pl.when(unequivocal.any())
            .then(pl.lit("UNEQUIVOCAL"))
            .when(pl.col("LATER").any())
            .then(pl.lit("EQUIVOCAL_CONFIRMED"))
            .otherwise(pl.lit("EQUIVOCAL_UNCONFIRMED")),
            NEWWHERE=pl.col("TULOC").drop_nulls().unique().sort().str.join(", "),
        )
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
    merged_away = _merged_away(each)
    whole = each.group_by(*keys, "VISITNO").agg(
        AVAL=pl.when(pl.col("AVAL").is_null().any()).then(None).otherwise(pl.col("AVAL").sum()),
        TRSEQ=pl.col("TRSEQ").min(),
        TRTESTCD=pl.col("TRTESTCD").first(),
        DATE=pl.col("DATE").min(),
    )
    known = pl.concat([whole, merged_away.join(whole, on=(*keys, "VISITNO"), how="anti")], how="diagonal")
    every = visits.select("USUBJID", "VISITNO").unique().join(targets, on="USUBJID")
    return every.join(known, on=(*keys, "VISITNO"), how="left").sort("USUBJID", "VISITNO", "LESIONID")


def _merged_away(each: pl.DataFrame) -> pl.DataFrame:
    """The lesions whose diameter now stands with another that they merged with: 0 mm each."""
    return (
        each.filter(pl.col("TRLNKID").str.contains("/", literal=True), pl.col("AVAL").is_not_null())
        .with_columns(LESIONID=pl.col("TRLNKID").str.split("/").list.slice(1))
        .explode("LESIONID")
        .select("USUBJID", "LESIONID", "VISITNO", "TRSEQ", "TRTESTCD", "DATE", AVAL=pl.lit(0.0))
    )
