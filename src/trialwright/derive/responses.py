"""From lesions or recorded responses to time points and best responses, as frames.

`Judged` is what the rest of `derive` reads: one row a visit with the response and its reason, and one
row a subject with the best responses and the visits that decide them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trialwright.derive import recist
from trialwright.derive.recist import NewLesion, NonTarget, Options

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trialwright.derive.lesions import LesionHistory
    from trialwright.protocol.response_rules import ResponseRules
    from trialwright.protocol.study import Study

VISIT_COLUMNS: dict[str, pl.DataType] = {
    "USUBJID": pl.String(),
    "ADT": pl.Date(),
    "ADTF": pl.String(),
    "AVISIT": pl.String(),
    "VISITNUM": pl.Float64(),
    "AVAL": pl.Float64(),
    "AVALC": pl.String(),
    "REASON": pl.String(),
    "SRCDOM": pl.String(),
    "SRCVAR": pl.String(),
    "SRCSEQ": pl.Int64(),
}
"""One time-point response and the record or records it comes from."""


@dataclass(frozen=True)
class Judged:
    """Time points and best responses of all subjects.

    `visits`: VISIT_COLUMNS, sorted by subject and day, baseline left out; `best` and `whole` hold
    positions in it. `points`: the visits judged from lesions with their sums and parts, baseline included;
    empty for recorded responses. `best` counts
    visits up to the cut-off and, if the study says so, before new therapy; `whole` up to the cut-off;
    `within_cut_off` says of each visit whether it is dated up to the cut-off.
    """

    subjects: list[str]
    visits: pl.DataFrame
    points: pl.DataFrame
    best: recist.BestResponses
    whole: recist.BestResponses
    reasons: recist.BestReasons
    within_cut_off: NDArray[np.bool_]


def options_of(rules: ResponseRules) -> Options:
    """The options of the study's response rules, as the compiled loops want them."""
    then = {"as the sums say": "ARITHMETIC"}.get(rules.cr_then_pr.value, rules.cr_then_pr.value)
    return Options(
        minimum_sd_days=rules.minimum_sd_days,
        confirmation_days=rules.confirmation_days,
        confirmation_tolerance_days=rules.confirmation_tolerance_days,
        max_not_evaluable=rules.max_not_evaluable,
        sd_between_prs=rules.sd_between_prs,
        cr_then_pr=int(recist.CrThenPr[then]),
        reappearance_after_cr_is_pd=rules.reappearance_after_cr_is_pd,
    )


@dataclass(frozen=True)
class Limits:
    """For each subject, in order: the reference day and the last days that count."""

    subjects: list[str]
    reference: NDArray[np.int64]
    last_for_best: NDArray[np.int64]
    last: NDArray[np.int64]


def limits_of(study: Study, adsl: pl.DataFrame) -> Limits:
    """Reference day, cut-off and new therapy of every subject, as days since 1970."""
    ordered = adsl.sort("USUBJID")
    cut_off = pl.lit(study.data_cutoff, dtype=pl.Date).dt.epoch("d").fill_null(recist.NO_LAST_DAY)
    before_therapy = (pl.col("NEWTXDT").dt.epoch("d") - 1).cast(pl.Int64).fill_null(recist.NO_LAST_DAY)
    days = ordered.select(
        "USUBJID",
        REFERENCE=pl.col("REFDT").dt.epoch("d").cast(pl.Int64).fill_null(recist.UNKNOWN_DAY),
        LAST=cut_off.cast(pl.Int64),
        BEFORE=before_therapy,
    )
    last = days["LAST"].to_numpy().astype(np.int64)
    until = np.minimum(last, days["BEFORE"].to_numpy()) if study.response.stop_at_new_therapy else last
    return Limits(
        days["USUBJID"].to_list(), days["REFERENCE"].to_numpy().astype(np.int64), until.astype(np.int64), last
    )


def _offsets(subjects: list[str], of_rows: pl.Series) -> NDArray[np.int64]:
    """Positions at which the rows of each subject begin; rows are sorted by subject."""
    counts = dict(of_rows.value_counts().iter_rows())
    sizes = np.array([counts.get(subject, 0) for subject in subjects], dtype=np.int64)
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)]).astype(np.int64)


def _days(dates: pl.Series) -> NDArray[np.int64]:
    return dates.dt.epoch("d").cast(pl.Int64).to_numpy().astype(np.int64)


def judge_recorded(visits: pl.DataFrame, limits: Limits, options: Options) -> Judged:
    """Judge recorded responses: VISIT_COLUMNS, one response a day of a subject."""
    ordered = visits.sort("USUBJID", "ADT")
    return _judge(ordered, ordered.clear(), limits, options)


def _judge(visits: pl.DataFrame, points: pl.DataFrame, limits: Limits, options: Options) -> Judged:
    """Best responses from time points."""

    def histories(last_day: NDArray[np.int64]) -> recist.ResponseHistories:
        return recist.ResponseHistories(
            visit_offsets=_offsets(limits.subjects, visits["USUBJID"]),
            day=_days(visits["ADT"]),
            response=visits["AVAL"].to_numpy().astype(np.int8),
            reference_day=limits.reference,
            last_day=last_day,
            subjects=limits.subjects,
        )

    best = recist.best_responses(histories(limits.last_for_best), options)
    whole = best
    if not np.array_equal(limits.last, limits.last_for_best):
        whole = recist.best_responses(histories(limits.last), options)
    offsets, days = _offsets(limits.subjects, visits["USUBJID"]), _days(visits["ADT"])
    within = days <= np.repeat(limits.last, np.diff(offsets))
    reasons = recist.BestReasons(days, best, options)
    return Judged(limits.subjects, visits, points, best, whole, reasons, within)


def judge_lesions(history: LesionHistory, limits: Limits, options: Options) -> Judged:
    """Judge lesions: every visit by RECIST 1.1, then best responses."""
    lesions = _lesion_histories(history, limits)
    points = recist.time_point_responses(lesions, options)
    names = _names(history)
    frame = _time_point_frame(history, points, recist.VisitReasons(lesions, points, options, names).all())
    baseline = pl.col("VISITNO") == 0
    visits = frame.filter(~baseline).select(VISIT_COLUMNS.keys())
    return _judge(visits, frame, limits, options)


def _lesion_histories(history: LesionHistory, limits: Limits) -> recist.LesionHistories:
    visits, targets = history.visits, history.targets
    first = visits.group_by("USUBJID").agg(pl.col("VISITNO").min())
    with_baseline = dict(first.iter_rows())
    lesions = targets.select("USUBJID", "LESIONID", "NODE").unique().sort("USUBJID", "LESIONID")
    new_code = {"": int(NewLesion.NO)} | {new.name: int(new) for new in NewLesion}
    return recist.LesionHistories(
        visit_offsets=_offsets(limits.subjects, visits["USUBJID"]),
        day=_days(visits["ADT"]),
        has_baseline=np.array([with_baseline.get(subject, 1) == 0 for subject in limits.subjects]),
        lesion_offsets=_offsets(limits.subjects, lesions["USUBJID"]),
        is_node=lesions["NODE"].to_numpy().astype(np.bool_),
        diameters_mm=targets.sort("USUBJID", "VISITNO", "LESIONID")["AVAL"]
        .cast(pl.Float64)
        .fill_null(np.nan)
        .to_numpy(),
        non_target=_codes(visits["NONTARGET"], {"": int(NonTarget.NONE)} | recist.NON_TARGET_CODE),
        new_lesion=_codes(visits["NEWLESION"], new_code),
        reference_day=limits.reference,
        last_day=limits.last,
        subjects=limits.subjects,
    )


def _codes(words: pl.Series, code: dict[str, int]) -> NDArray[np.int8]:
    plain = {word: int(number) for word, number in code.items()}
    return words.replace_strict(plain, return_dtype=pl.Int8).to_numpy().astype(np.int8)


def _names(history: LesionHistory) -> recist.Names:
    targets = history.targets.select("USUBJID", "LESIONID").unique().sort("USUBJID", "LESIONID")
    where = history.visits["NEWWHERE"].to_list()
    return recist.Names(
        lesions=targets["LESIONID"].to_list(),
        new_lesions={visit: place.lower() for visit, place in enumerate(where) if place},
        non_targets={},
    )


def _time_point_frame(history: LesionHistory, points: recist.TimePoints, reasons: list[str]) -> pl.DataFrame:
    """One row a visit, baseline included, with the sums and the response."""
    text = {int(code): word for code, word in recist.RESPONSE_TEXT.items()}
    records = (
        history.targets.group_by("USUBJID", "VISITNO")
        .agg(
            SRCSEQ=pl.col("TRSEQ").min(),
            LESIONS=pl.len(),
            LSEXP=pl.col("LESIONID").sort().str.join(", "),
            LSASS=pl.col("LESIONID").filter(pl.col("AVAL").is_not_null()).sort().str.join(", "),
            PARTIAL=pl.col("AVAL").sum(),
            ASSESSED=pl.col("AVAL").count(),
        )
    )  # fmt: skip
    frame = history.visits.with_columns(
        AVAL=pl.Series(points.overall).cast(pl.Float64),
        AVALC=pl.Series(points.overall).cast(pl.Int64).replace_strict(text, return_dtype=pl.String),
        TARGET=pl.Series(points.target).cast(pl.Int64).replace_strict(text, return_dtype=pl.String),
        NONTARGETDERIVED=_non_target_words(points.non_target),
        BASE=pl.Series(points.baseline_mm).fill_nan(None),
        NADIR=pl.Series(points.nadir_mm).fill_nan(None),
        COMPLETE=pl.Series(points.complete),
        REASON=pl.Series(reasons, dtype=pl.String),
        AVISIT=pl.col("VISIT"),
        SRCDOM=pl.col("FIRSTDOM"),
        SRCVAR=pl.when(pl.col("FIRSTDOM") == "TU").then(pl.lit("TUSTRESC")).otherwise(pl.lit("TRSTRESN")),
    )
    return (
        frame.join(records, on=("USUBJID", "VISITNO"), how="left", maintain_order="left")
        .with_columns(pl.coalesce("SRCSEQ", "FIRSTSEQ").alias("SRCSEQ"), pl.col("LESIONS").fill_null(0))
    )  # fmt: skip


def _non_target_words(codes: NDArray[np.int8]) -> pl.Series:
    text = {int(code): word for code, word in recist.NON_TARGET_TEXT.items()}
    return pl.Series(codes).cast(pl.Int64).replace_strict(text, return_dtype=pl.String)
