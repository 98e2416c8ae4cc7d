"""ADTTE: times to event with explicit censoring, one set of records an endpoint and variant.

For each subject with a start, in this order:

1. The event is the first of the endpoint's events on or after the start and up to the cut-off; of two on
   one day, the one that the study names first.
2. New anti-cancer therapy before the event: the event does not count and the time is censored at the last
   evaluable assessment before the therapy; or the therapy is itself the event; or it is ignored.
3. After too many missed assessments the event does not count, and the time is censored at the last
   evaluable assessment before them. A planned assessment was missed if its whole window lies between the
   last evaluable assessment (the reference date, if none) and the event.
4. Without event: censored at the last evaluable assessment (not NE), or at the last date known alive;
   where there is none, at the start.

Source: FDA, Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics, 2018, appendix C;
EMA, appendix 1 to the guideline on anticancer medicinal products, 2012.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trialwright.derive.labels import adam_words
from trialwright.protocol.censoring import (
    AfterMissed,
    DeathWithoutProgression,
    LostToFollowUp,
    NewTherapy,
    NoAssessment,
    WithoutEvent,
)
from trialwright.protocol.endpoints import (
    Event,
    Start,
    TimeToEventEndpoint,
    paramcd_of,
    variant_names,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trialwright.protocol.schedule import TumourSchedule
    from trialwright.protocol.study import Study

    Days = NDArray[np.int64]

COLUMNS = (
    "STUDYID USUBJID ASEQ ENDPOINT VARIANT PARAMCD PARAM STARTDT ADT AVAL CNSR EVNTDESC CNSDTDSC "
    "SRCDOM SRCVAR SRCSEQ"
).split()
_START_COLUMN = {
    Start.RANDOMISATION: "RANDDT",
    Start.FIRST_DOSE: "TRTSDT",
    Start.ENROLMENT: "ENRLDT",
    Start.RESPONSE: "RSPDT",
    Start.CONFIRMED_RESPONSE: "CRSPDT",
}
_EVENT_COLUMNS = ("DATE", "WHAT", "SRCDOM", "SRCVAR", "SRCSEQ")
_CENSORED = 1


@dataclass(frozen=True)
class Facts:
    """What every endpoint is made from.

    `subjects`: adsl with RSPDT and CRSPDT; `dates`: USUBJID, EVENT, DATE, SRCDOM, SRCVAR, SRCSEQ, the dated
    events up to the cut-off; `assessments`: USUBJID, DATE, SRCSEQ, the evaluable assessments after baseline.
    """

    study: Study
    subjects: pl.DataFrame
    dates: pl.DataFrame
    assessments: pl.DataFrame


def gather_facts(study: Study, adsl: pl.DataFrame, adrs: pl.DataFrame) -> Facts:
    """Collect events and assessments up to the cut-off from ADSL and ADRS."""
    until = pl.lit(study.data_cutoff, dtype=pl.Date)
    in_time = (pl.col("DATE") <= until).fill_null(value=True)

    def of_adrs(code: str, event: Event) -> pl.DataFrame:
        return adrs.filter(pl.col("PARAMCD") == code, pl.col("ADT").is_not_null()).select(
            "USUBJID",
            EVENT=pl.lit(event.value),
            DATE="ADT",
            SRCDOM=pl.lit("ADRS"),
            SRCVAR=pl.lit("ADT"),
            SRCSEQ="ASEQ",
        )

    def of_adsl(column: str, event: Event, where: pl.Expr) -> pl.DataFrame:
        return adsl.filter(pl.col(column).is_not_null(), where).select(
            "USUBJID",
            EVENT=pl.lit(event.value),
            DATE=column,
            SRCDOM=pl.lit("ADSL"),
            SRCVAR=pl.lit(column),
            SRCSEQ=pl.lit(None, dtype=pl.Int64),
        )

    responses = {Event.RESPONSE: "RSP", Event.CONFIRMED_RESPONSE: "CRSP"}
    codes = {Event.PROGRESSION: "PD", Event.DEATH: "DEATH"} | responses
    dates = [of_adrs(code, event) for event, code in codes.items()]
    dates.append(of_adsl("NEWTXDT", Event.NEW_THERAPY, pl.lit(value=True)))
    dates.append(of_adsl("TRTEDT", Event.TREATMENT_STOP, pl.col("EOSSTT").is_not_null()))
    known = pl.concat(dates).filter(in_time)
    alive = pl.col("LSTALVDT")
    subjects = adsl.with_columns(ALIVEDT=pl.when(alive.is_not_null()).then(pl.min_horizontal(alive, until)))
    for column, event in (("RSPDT", Event.RESPONSE), ("CRSPDT", Event.CONFIRMED_RESPONSE)):
        first = known.filter(pl.col("EVENT") == event.value).select("USUBJID", pl.col("DATE").alias(column))
        subjects = subjects.join(first, on="USUBJID", how="left", maintain_order="left")
    last = adrs.filter(pl.col("PARAMCD") == "LSTA").select("USUBJID", DATE="ADT", LSTASEQ="ASEQ")
    assessments = (
        adrs.filter(pl.col("PARAMCD") == "OVR", pl.col("ANL01FL") == "Y", pl.col("AVALC") != "NE")
        .select("USUBJID", DATE="ADT", SRCSEQ="ASEQ")
        .join(last, on=("USUBJID", "DATE"), how="left")
        .select("USUBJID", "DATE", SRCSEQ=pl.coalesce("LSTASEQ", "SRCSEQ"))
    )
    return Facts(study, subjects, known, assessments.filter(in_time).sort("USUBJID", "DATE"))


def derive_adtte(study: Study, adsl: pl.DataFrame, adrs: pl.DataFrame) -> pl.DataFrame:
    """Compose ADTTE: every time-to-event endpoint of the study with all its variants."""
    facts = gather_facts(study, adsl, adrs)
    parts = [
        _one(facts, name, variant, endpoint.variant(variant))
        for name, endpoint in study.endpoints.items()
        if isinstance(endpoint, TimeToEventEndpoint)
        for variant in variant_names(endpoint)
    ]
    if not parts:
        parts = [pl.DataFrame(schema=_EMPTY)]
    return (
        pl.concat(parts)
        .join(adsl.select("STUDYID", "USUBJID"), on="USUBJID", maintain_order="left")
        .sort("USUBJID", maintain_order=True)
        .with_columns(ASEQ=pl.int_range(1, pl.len() + 1).over("USUBJID").cast(pl.Int64))
        .select(COLUMNS)
    )


_EMPTY: dict[str, pl.DataType] = {
    "USUBJID": pl.String(),
    "ENDPOINT": pl.String(),
    "VARIANT": pl.String(),
    "PARAMCD": pl.String(),
    "PARAM": pl.String(),
    "STARTDT": pl.Date(),
    "ADT": pl.Date(),
    "AVAL": pl.Float64(),
    "CNSR": pl.Int64(),
    "EVNTDESC": pl.String(),
    "CNSDTDSC": pl.String(),
    "SRCDOM": pl.String(),
    "SRCVAR": pl.String(),
    "SRCSEQ": pl.Int64(),
}


def _one(facts: Facts, name: str, variant: str, endpoint: TimeToEventEndpoint) -> pl.DataFrame:
    """The records of one endpoint in one variant."""
    start = _START_COLUMN[endpoint.start]
    subjects = facts.subjects.filter(pl.col(start).is_not_null()).with_columns(START=pl.col(start))
    events = _first_event(facts, endpoint, subjects)
    judged = subjects.join(events, on="USUBJID", how="left", maintain_order="left")
    judged = _last_before(judged, facts.assessments, pl.col("DATE"), "LAST")
    judged = _apply_new_therapy(judged, facts, endpoint)
    judged = _apply_missed(judged, facts, endpoint)
    judged = _apply_nothing(judged, endpoint)
    code = paramcd_of(name, endpoint)
    label = endpoint.label or adam_words()["adtte"].get(code, name)
    return _censored(judged, endpoint, start).select(
        "USUBJID",
        ENDPOINT=pl.lit(name),
        VARIANT=pl.lit(variant),
        PARAMCD=pl.lit(code),
        PARAM=pl.lit(label),
        STARTDT="START",
        ADT="ADT",
        AVAL=(pl.col("ADT") - pl.col("START")).dt.total_days().cast(pl.Float64) + 1,
        CNSR=pl.col("CNSR").cast(pl.Int64),
        EVNTDESC="EVNTDESC",
        CNSDTDSC="CNSDTDSC",
        SRCDOM="SRCDOM",
        SRCVAR="SRCVAR",
        SRCSEQ="SRCSEQ",
    )


def _counted_events(endpoint: TimeToEventEndpoint) -> list[Event]:
    """The endpoint's events in order, with those that its censoring rules add."""
    events = list(endpoint.events)
    rules = endpoint.censor
    if rules.death_without_progression is DeathWithoutProgression.EVENT and Event.DEATH not in events:
        events.append(Event.DEATH)
    if rules.new_therapy is NewTherapy.EVENT and Event.NEW_THERAPY not in events:
        events.append(Event.NEW_THERAPY)
    return events


def _first_event(facts: Facts, endpoint: TimeToEventEndpoint, subjects: pl.DataFrame) -> pl.DataFrame:
    """The first event on or after the start: USUBJID, WHAT, DATE and its source."""
    order = {event.value: rank for rank, event in enumerate(_counted_events(endpoint))}
    return (
        facts.dates.filter(pl.col("EVENT").is_in(list(order)))
        .join(subjects.select("USUBJID", "START"), on="USUBJID")
        .filter(pl.col("DATE") >= pl.col("START"))
        .with_columns(RANK=pl.col("EVENT").replace_strict(order, return_dtype=pl.Int64))
        .sort("USUBJID", "DATE", "RANK")
        .unique("USUBJID", keep="first", maintain_order=True)
        .select("USUBJID", "DATE", "SRCDOM", "SRCVAR", "SRCSEQ", WHAT="EVENT")
    )


def _last_before(
    judged: pl.DataFrame, assessments: pl.DataFrame, limit: pl.Expr, prefix: str
) -> pl.DataFrame:
    """Add the last evaluable assessment from the start to before `limit` (no limit where null)."""
    last = (
        judged.select("USUBJID", "START", LIMIT=limit)
        .join(assessments.rename({"DATE": "SEEN", "SRCSEQ": "SEENSEQ"}), on="USUBJID")
        .filter(pl.col("SEEN") >= pl.col("START"), (pl.col("SEEN") < pl.col("LIMIT")).fill_null(value=True))
        .sort("USUBJID", "SEEN")
        .unique("USUBJID", keep="last", maintain_order=True)
        .select("USUBJID", pl.col("SEEN").alias(f"{prefix}DT"), pl.col("SEENSEQ").alias(f"{prefix}SEQ"))
    )
    return judged.join(last, on="USUBJID", how="left", maintain_order="left")


def _drop_event(judged: pl.DataFrame, where: pl.Expr, why: str) -> pl.DataFrame:
    """Take the event back where `where`; WHY remembers the rule that did."""
    columns = [pl.when(where).then(None).otherwise(pl.col(name)).alias(name) for name in _EVENT_COLUMNS]
    return judged.with_columns(*columns, WHY=pl.when(where).then(pl.lit(why)).otherwise(pl.col("WHY")))


def _apply_new_therapy(judged: pl.DataFrame, facts: Facts, endpoint: TimeToEventEndpoint) -> pl.DataFrame:
    """Censor before new therapy: an event on the day that the therapy starts still counts."""
    judged = judged.with_columns(WHY=pl.lit(None, dtype=pl.String))
    if endpoint.censor.new_therapy is not NewTherapy.BEFORE or endpoint.censor_at is WithoutEvent.LAST_ALIVE:
        return judged
    cut_off = pl.lit(facts.study.data_cutoff, dtype=pl.Date)
    therapy = pl.col("NEWTXDT")
    started = (
        therapy.is_not_null() & (therapy >= pl.col("START")) & (therapy <= cut_off).fill_null(value=True)
    )
    before = started & (pl.col("DATE").is_null() | (pl.col("DATE") > therapy))
    judged = _drop_event(judged, before, "before new therapy")
    limit = pl.when(pl.col("WHY").is_not_null()).then(therapy)
    narrowed = _last_before(judged.drop("LASTDT", "LASTSEQ"), facts.assessments, limit, "LAST")
    keep = pl.col("WHY").is_null()
    return judged.with_columns(
        LASTDT=pl.when(keep).then("LASTDT").otherwise(narrowed["LASTDT"]),
        LASTSEQ=pl.when(keep).then("LASTSEQ").otherwise(narrowed["LASTSEQ"]),
    )


def missed_assessments(schedule: TumourSchedule, last: Days, event: Days) -> Days:
    """Count the planned assessments whose whole window lies strictly between two days.

    Args:
        schedule: Planned days since the reference date, and the window in days to either side.
        last: Day of the last evaluable assessment since the reference date (0: the reference date).
        event: Day of the event since the reference date.
    """
    planned = np.array(list(schedule.planned_days(int(event.max(initial=0)))), dtype=np.int64)
    window = schedule.window.days
    begun = np.searchsorted(planned, last + window, side="right")
    ended = np.searchsorted(planned, event - window, side="left")
    missed: Days = np.maximum(ended - begun, 0)
    return missed


def _apply_missed(judged: pl.DataFrame, facts: Facts, endpoint: TimeToEventEndpoint) -> pl.DataFrame:
    """Take back an event that came after too many missed assessments."""
    rules = endpoint.censor
    if rules.missed_assessments is None:
        return judged
    what = pl.col("WHAT")
    concerned = pl.lit(value=False)
    if rules.progression_after_missed is AfterMissed.CENSOR:
        concerned = concerned | (what == Event.PROGRESSION.value)
    if rules.death_after_missed is AfterMissed.CENSOR:
        concerned = concerned | (what == Event.DEATH.value)
    reference = pl.coalesce("REFDT", "START")
    days = judged.select(
        LAST=(pl.coalesce("LASTDT", "START") - reference).dt.total_days().fill_null(0),
        EVENT=(pl.col("DATE") - reference).dt.total_days().fill_null(0),
    )
    missed = missed_assessments(
        facts.study.assessments.tumour,
        days["LAST"].to_numpy().astype(np.int64),
        days["EVENT"].to_numpy().astype(np.int64),
    )
    too_many = pl.Series(missed >= rules.missed_assessments)
    return _drop_event(judged, concerned.fill_null(value=False) & too_many, "before missed")


def _apply_nothing(judged: pl.DataFrame, endpoint: TimeToEventEndpoint) -> pl.DataFrame:
    """Loss to follow-up as an event, and subjects without assessment after the start."""
    rules = endpoint.censor
    open_ended = pl.col("DATE").is_null() & pl.col("WHY").is_null()
    if rules.lost_to_follow_up is LostToFollowUp.EVENT:
        when = pl.max_horizontal(pl.coalesce("EOSDT", "LSTALVDT"), "START")
        judged = _make_event(
            judged, open_ended & (pl.col("LOSTFL") == "Y"), when, "lost to follow-up", "EOSDT"
        )
    if Event.PROGRESSION not in endpoint.events:
        return judged
    unseen = pl.col("DATE").is_null() & pl.col("WHY").is_null() & pl.col("LASTDT").is_null()
    if rules.no_assessment is NoAssessment.EVENT:
        return _make_event(judged, unseen, pl.col("START"), "no assessment", _START_COLUMN[endpoint.start])
    if rules.no_assessment is NoAssessment.EXCLUDE:
        return judged.filter(~unseen)
    return judged


def _make_event(
    judged: pl.DataFrame, where: pl.Expr, date: pl.Expr, what: str, variable: str
) -> pl.DataFrame:
    chosen = where.fill_null(value=False)
    values = {"DATE": date, "WHAT": pl.lit(what), "SRCDOM": pl.lit("ADSL"), "SRCVAR": pl.lit(variable)}
    return judged.with_columns(
        *[pl.when(chosen).then(value).otherwise(pl.col(name)).alias(name) for name, value in values.items()]
    )


def _censored(judged: pl.DataFrame, endpoint: TimeToEventEndpoint, start: str) -> pl.DataFrame:
    """Give every record its date, description and source: the event, else where it is censored."""
    words = adam_words()
    cut_off_known = pl.col("LASTDT").is_not_null()
    at_start = words["censoring"].get(start, words["censoring"]["RSPDT"])
    event = pl.col("DATE").is_not_null()
    if endpoint.censor_at is WithoutEvent.LAST_ALIVE:
        cut_off_known = pl.col("ALIVEDT") > pl.col("START")
        found = {"DATE": "ALIVEDT", "SEQ": None, "DOM": "ADSL", "VAR": "LSTALVDT"}
        described = pl.lit(words["censoring"]["last alive"])
        brief = pl.lit("Alive")
    else:
        found = {"DATE": "LASTDT", "SEQ": "LASTSEQ", "DOM": "ADRS", "VAR": "ADT"}
        described = pl.coalesce("WHY", pl.lit("last assessment")).replace_strict(
            words["censoring"], return_dtype=pl.String
        )
        brief = pl.lit(words["censoring"]["last assessment"])
    names = words["event"]
    seq = pl.lit(None, dtype=pl.Int64) if found["SEQ"] is None else pl.col(found["SEQ"])

    def choose(of_event: pl.Expr, of_known: pl.Expr, of_start: pl.Expr) -> pl.Expr:
        return pl.when(event).then(of_event).when(cut_off_known).then(of_known).otherwise(of_start)

    return judged.with_columns(
        ADT=choose(pl.col("DATE"), pl.col(str(found["DATE"])), pl.col("START")),
        CNSR=pl.when(event).then(0).otherwise(_CENSORED),
        EVNTDESC=choose(
            pl.col("WHAT").replace_strict(names, default=None, return_dtype=pl.String),
            brief,
            pl.lit(at_start),
        ),
        CNSDTDSC=choose(pl.lit(None, dtype=pl.String), described, pl.lit(at_start)),
        SRCDOM=choose(pl.col("SRCDOM"), pl.lit(found["DOM"]), pl.lit("ADSL")),
        SRCVAR=choose(pl.col("SRCVAR"), pl.lit(found["VAR"]), pl.lit(start)),
        SRCSEQ=choose(pl.col("SRCSEQ"), seq, pl.lit(None, dtype=pl.Int64)),
    )
