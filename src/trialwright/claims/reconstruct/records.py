"""One rebuilt data set as SDTM records, every one of them marked RECONSTRUCTED by its study's TS."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from trialwright.claims.calendar import window
from trialwright.claims.model import Median, Partition, Publication, Summary, endpoint_of
from trialwright.claims.reconstruct.targets import (
    CONFIRMED_AFTER,
    FIRST_SCAN,
    UNBOUNDED_DAYS,
    days_of,
    response_counts,
)
from trialwright.sdtm.study_data import Origin, StudyData, assemble
from trialwright.stats.survival import kaplan_meier

if TYPE_CHECKING:
    from trialwright.claims.reconstruct.ensemble import DataSet
    from trialwright.claims.reconstruct.sample import Rebuilt

EVERY = 42
_LAST_GAP = 14
_BASELINE, _SMALL, _LARGE = 50.0, 30.0, 75.0
_LAST_DAY = dt.date(2022, 12, 31)
_MONTH_TEXT = len("2019-09")
_RESPONSES = ("CR", "PR")
_UNCONTROLLED = {"PD": "PD", "NE": "SD"}
"""What the only scan shows; stable disease too early to count is not evaluable."""
_AGE_SPREAD = 9.0
_AGE = 60
_TRIES = 1500


@dataclass(frozen=True, slots=True)
class Course:
    """One subject: days from 1; `death` and `progression` are events, else the last day known."""

    group: str
    entry: dt.date
    survival: int
    died: bool
    free: int
    failed: bool
    best: str
    response: int = FIRST_SCAN


def study_data(publication: Publication, parts: DataSet, rng: np.random.Generator) -> StudyData:
    """The records of one data set: DM, EX, DS, DD, SS, TU, TR and RS."""
    courses = [course for part in parts.values() for course in _courses(publication, part, rng)]
    outside = (publication.enrolled or len(courses)) - len(courses)
    for _ in range(max(outside, 0)):
        entry = _entry(publication, 1, rng)
        courses.append(Course("", entry, survival=1, died=False, free=1, failed=False, best=""))
    ages, sexes = _ages(publication, len(courses), rng), _sexes(publication, len(courses), rng)
    tables: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("DM", "EX", "DS", "DD", "SS", "TU", "TR", "RS")
    }
    for at, course in enumerate(courses):
        subject = f"{publication.study.id}-{at + 1:03d}"
        base = {"STUDYID": publication.study.id, "USUBJID": subject}
        _person(tables, base, course, f"{at + 1:03d}", (ages[at], sexes[at]))
        if course.best:
            _scans(tables, base, course)
    frames = {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in tables.items() if rows}
    return assemble(frames, Origin.RECONSTRUCTED)


def _courses(publication: Publication, part: Rebuilt, rng: np.random.Generator) -> list[Course]:
    late, died = part.times["OS"], part.events["OS"]
    early = part.times.get("PFS", late)
    failed = part.events.get("PFS", died)
    best = _best(publication, part.group.name, early, failed, rng)
    response = _response_days(publication, (early, failed), best, rng)
    return [
        Course(
            part.group.name,
            _entry(publication, int(late[j]), rng),
            int(late[j]),
            bool(died[j]),
            int(early[j]),
            bool(failed[j]),
            best[j],
            response[j],
        )
        for j in range(part.group.n)
    ]


def _entry(publication: Publication, follow_up: int, rng: np.random.Generator) -> dt.date:
    """A day of enrolment within the accrual that leaves room for the follow-up before the cut-off."""
    start, end = (window(one) if one else None for one in publication.study.accrual or (None, None))
    cutoff = last_day(publication)
    first = start.first if start else cutoff - dt.timedelta(days=UNBOUNDED_DAYS)
    latest = cutoff - dt.timedelta(days=follow_up - 1)
    last = min(end.last, latest) if end else latest
    return first + dt.timedelta(days=int(rng.integers(0, max((last - first).days, 0) + 1)))


def last_day(publication: Publication) -> dt.date:
    """The day of the cut-off; the end of its month where it does not exist, else of the accrual."""
    study = publication.study
    printed = [study.cutoff, study.cutoff and study.cutoff[:_MONTH_TEXT], (study.accrual or (None, None))[1]]
    return next((found.last for text in printed if text and (found := window(text)) is not None), _LAST_DAY)


def _best(
    publication: Publication, group: str, early: np.ndarray, failed: np.ndarray, rng: np.random.Generator
) -> list[str]:
    """Best responses with the printed counts: responders among those free of progression for longest.

    Without disease control means progression at the first scan, so such a subject's PFS is an event.
    """
    counts = response_counts(publication, group)
    n = early.size
    responders = counts.get("ORR", 0)
    seen = int((early >= FIRST_SCAN + 2).sum())
    controlled = counts.get("DCR", seen)
    rank = early + rng.normal(0, 25, n) - 10_000 * (early < FIRST_SCAN) + 5_000 * (failed == 0)
    order = np.argsort(-rank)
    kept = sorted(
        order[:controlled],
        key=lambda j: -(early[j] + rng.normal(0, 40) - 10_000 * (early[j] < FIRST_SCAN + CONFIRMED_AFTER)),
    )
    best = ["PD" if failed[j] else "NE" for j in range(n)]
    for place, j in enumerate(kept):
        best[j] = "SD" if place >= responders else "PR"
    able = list(kept[:responders])
    for j in rng.permutation(able)[: counts.get("CR", 0)]:
        best[int(j)] = "CR"
    return best


def _ages(publication: Publication, n: int, rng: np.random.Generator) -> list[float]:
    """Ages with the printed median and range."""
    printed = next((one for one in publication.all_of(Summary) if one.id == "age"), None)
    if printed is None:
        return [float(_AGE)] * n
    middle = float(printed.value)
    low, high = (float(one) if one else middle for one in printed.range or (None, None))
    below = np.clip(np.round(middle - np.abs(rng.normal(0, _AGE_SPREAD, n // 2))), low, middle)
    above = np.clip(np.round(middle + np.abs(rng.normal(0, _AGE_SPREAD, n // 2))), middle, high)
    if n > 1:
        below[0], above[0] = low, high
    values = np.concatenate([below, above, [middle] * (n % 2)])
    if n % 2 == 0 and n > 3:  # noqa: PLR2004 - the two middle ones make the median
        values[1] = values[n // 2 + 1] = middle
    return [float(one) for one in rng.permutation(values)]


def _sexes(publication: Publication, n: int, rng: np.random.Generator) -> list[str]:
    """Sexes as a partition prints them; unknown otherwise."""
    for claim in publication.all_of(Partition):
        names = {name.lower(): part for name, part in claim.parts.items()}
        if set(names) >= {"male", "female"} and isinstance(names["male"], int):
            men = names["male"]
            return [str(one) for one in rng.permutation(["M"] * men + ["F"] * (n - men))]
    return ["U"] * n


def _day(course: Course, day: int) -> str:
    return (course.entry + dt.timedelta(days=day - 1)).isoformat()


def _person(
    tables: dict[str, list[dict[str, Any]]],
    base: dict[str, str],
    course: Course,
    number: str,
    who: tuple[float, str],
) -> None:
    start, end = _day(course, 1), _day(course, course.survival)
    death = end if course.died else None
    tables["DM"].append(
        base
        | {"SUBJID": number, "RFSTDTC": start, "RFXSTDTC": start, "RFICDTC": start, "RFPENDTC": end}
        | {"DTHDTC": death, "DTHFL": "Y" if course.died else None, "SITEID": "01", "AGE": who[0]}
        | {"AGEU": "YEARS", "SEX": who[1], "ARMCD": course.group or "TRT", "ARM": course.group or "TRT"}
        | {"ACTARMCD": course.group or "TRT", "ACTARM": course.group or "TRT", "COUNTRY": "CHN"}
    )
    tables["EX"].append(
        base
        | {"EXTRT": "STUDY TREATMENT", "EXSTDTC": start, "EXENDTC": start, "EXDOSE": 1.0, "EXDOSU": "UNIT"}
    )
    for term in ("ENROLLED", "RANDOMIZED"):
        milestone = {"DSTERM": term, "DSDECOD": term, "DSCAT": "PROTOCOL MILESTONE", "DSSTDTC": start}
        tables["DS"].append(base | milestone)
    status = "DEAD" if course.died else "ALIVE"
    contact = {"SSTESTCD": "SURVSTAT", "SSTEST": "Survival Status", "SSORRES": status, "SSSTRESC": status}
    tables["SS"].append(base | contact | {"SSDTC": end})
    if course.died:
        event = {"DSTERM": "DEATH", "DSDECOD": "DEATH", "DSCAT": "DISPOSITION EVENT", "DSSTDTC": end}
        tables["DS"].append(base | event)
        cause = {"DDTESTCD": "PRCDTH", "DDTEST": "Primary Cause of Death", "DDORRES": "DISEASE UNDER STUDY"}
        tables["DD"].append(base | cause | {"DDSTRESC": "DISEASE UNDER STUDY", "DDDTC": end})


def scan_days(course: Course) -> list[tuple[int, str]]:
    """The days of the scans and what each shows, up to the end of progression-free survival."""
    if course.best in _UNCONTROLLED:
        return [(course.free, _UNCONTROLLED[course.best])]
    if course.best in _RESPONSES:
        response = course.response
        days = list(range(FIRST_SCAN, response - _LAST_GAP, EVERY))
        later = range(response + CONFIRMED_AFTER - 1 + EVERY, course.free - _LAST_GAP, EVERY)
        scans = [(day, "SD") for day in days]
        shown = [response, response + CONFIRMED_AFTER - 1, *later]
        scans += [(day, course.best) for day in shown if day < course.free]
    else:
        scans = [(day, "SD") for day in range(FIRST_SCAN, course.free - _LAST_GAP, EVERY)] or [
            (FIRST_SCAN, "SD")
        ]
        scans = [scan for scan in scans if scan[0] < course.free]
    if course.failed and course.died and course.free == course.survival:
        return scans or [(course.free - 1, course.best)]
    return [*scans, (course.free, "PD" if course.failed else course.best)]


def _response_days(
    publication: Publication, ends: tuple[np.ndarray, np.ndarray], best: list[str], rng: np.random.Generator
) -> list[int]:
    """When each responder responded: on the first scan, or so that the printed duration comes out."""
    early, failed = ends
    days = [FIRST_SCAN] * len(best)
    target = next(
        (one for one in publication.all_of(Median) if endpoint_of(one) == "DOR" and one.value), None
    )
    able = [j for j, shows in enumerate(best) if shows in _RESPONSES]
    if target is None or target.value is None or target.unit is None or not able:
        return days
    wanted, late = days_of(target.value, target.unit), np.array([early[j] - CONFIRMED_AFTER for j in able])
    for _ in range(_TRIES):
        chosen = np.array([rng.integers(FIRST_SCAN - 7, max(one, FIRST_SCAN) + 1) for one in late])
        chosen = np.where(rng.random(chosen.size) < rng.random(), chosen, FIRST_SCAN)
        durations = early[able] - chosen + 1
        median = kaplan_meier(np.maximum(durations, 1), failed[able]).median().value
        if wanted.low <= median <= wanted.high:
            return [int(chosen[able.index(j)]) if j in able else FIRST_SCAN for j in range(len(best))]
    return days


def _scans(tables: dict[str, list[dict[str, Any]]], base: dict[str, str], course: Course) -> None:
    lesion = {"TULNKID": "T01", "TUTESTCD": "TUMIDENT", "TUTEST": "Tumor Identification", "TUORRES": "TARGET"}
    where = {"TUSTRESC": "TARGET", "TULOC": "LIVER", "TUMETHOD": "CT SCAN", "TUEVAL": "INVESTIGATOR"}
    tables["TU"].append(
        base | lesion | where | {"VISITNUM": 0.0, "VISIT": "SCREENING", "TUDTC": _day(course, 1)}
    )
    sizes = {"CR": 0.0, "PR": _SMALL, "SD": _BASELINE, "PD": _LARGE}
    for number, (day, shows) in enumerate([(1, "SD"), *scan_days(course)]):
        visit = {
            "VISITNUM": 100.0 * (number > 0) + number,
            "VISIT": f"SCAN {number}" if number else "SCREENING",
        }
        size = sizes[shows]
        result = {
            "TRORRES": f"{size:g}",
            "TRORRESU": "mm",
            "TRSTRESC": f"{size:g}",
            "TRSTRESN": size,
            "TRSTRESU": "mm",
        }
        test = {"TRGRPID": "TARGET", "TRLNKID": "T01", "TRTESTCD": "LDIAM", "TRTEST": "Longest Diameter"}
        read = {"TRMETHOD": "CT SCAN", "TREVAL": "INVESTIGATOR", "TRDTC": _day(course, day)}
        tables["TR"].append(base | test | result | read | visit)
        if number:
            response = {
                "RSTESTCD": "OVRLRESP",
                "RSTEST": "Overall Response",
                "RSCAT": "RECIST 1.1",
                "RSORRES": shows,
            }
            tables["RS"].append(
                base
                | response
                | {"RSSTRESC": shows, "RSEVAL": "INVESTIGATOR", "RSDTC": _day(course, day)}
                | visit
            )
