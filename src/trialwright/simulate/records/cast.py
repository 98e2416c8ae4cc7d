"""What every domain of the virtual patients needs: subjects, dates, study days, sequence numbers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trialwright.simulate.course import Course
    from trialwright.simulate.parameters import Bools, Codes, Ints
    from trialwright.simulate.patients import Patients
    from trialwright.simulate.plan import TrialPlan

BEFORE_DAYS = 1500
AFTER_DAYS = 800
DIGITS = 4


@dataclass(frozen=True)
class Cast:
    """The subjects of one chunk, with what turns their arrays into records.

    `row` arrays name the subject of each record and must be in order of subject.
    """

    plan: TrialPlan
    patients: Patients

    @property
    def count(self) -> int:
        """How many subjects."""
        return len(self.patients.subjects)

    @property
    def study_id(self) -> str:
        """STUDYID."""
        return self.plan.study.id

    @cached_property
    def course(self) -> Course:
        """What was given; records cannot be made without."""
        if self.patients.course is None:
            message = "records need the whole course of treatment"
            raise TypeError(message)
        return self.patients.course

    @cached_property
    def site(self) -> pl.Series:
        """SITEID of each subject."""
        sites = pl.Series(list(self.plan.assumptions.accrual.sites), dtype=pl.String)
        return sites.gather(self.patients.baseline.site)

    @cached_property
    def subject_id(self) -> pl.Series:
        """SUBJID: the site and the subject's number."""
        number = pl.Series(self.patients.subjects + 1).cast(pl.String).str.zfill(DIGITS)
        return (self.site + "-" + number).alias("SUBJID")

    @cached_property
    def usubjid(self) -> pl.Series:
        """USUBJID of each subject."""
        return (self.study_id + "-" + self.subject_id).alias("USUBJID")

    @cached_property
    def enrolled(self) -> Ints:
        """Days from the first day of accrual to the reference date of each subject."""
        return self.patients.baseline.enrolled.astype(np.int64)

    @cached_property
    def last(self) -> Ints:
        """The last day on which something can be recorded: death, loss or data cut-off."""
        disease = self.patients.disease
        return np.minimum(np.minimum(disease.death, disease.lost), self.patients.cutoff)

    @cached_property
    def died(self) -> Bools:
        """Whether the death is on record."""
        disease = self.patients.disease
        return np.asarray((disease.death <= self.patients.cutoff) & (disease.death <= disease.lost))

    @cached_property
    def lost(self) -> Bools:
        """Whether the subject was lost to follow-up before the data cut-off."""
        return np.asarray((self.patients.disease.lost <= self.patients.cutoff) & ~self.died)

    @cached_property
    def treated(self) -> Bools:
        """Whether any cycle was begun."""
        return np.asarray(self.course.cycles > 0)

    @cached_property
    def consent(self) -> Ints:
        """The day of consent: the day before the baseline scan."""
        return self.patients.disease.scan_day[:, 0].astype(np.int64) - 1

    @cached_property
    def _calendar(self) -> pl.Series:
        first = self.plan.assumptions.accrual.first
        days = range(-BEFORE_DAYS, self.plan.horizon + AFTER_DAYS)
        return pl.Series([(first + dt.timedelta(day)).isoformat() for day in days], dtype=pl.String)

    def dates(self, row: Ints, day: Ints, known: Bools | None = None) -> pl.Series:
        """Return ISO 8601 dates for days since the reference date; null where not `known`."""
        place = self.enrolled[row] + day + BEFORE_DAYS
        if known is None:
            return self._calendar.gather(place)
        found = self._calendar.gather(np.where(known, place, 0))
        return found.to_frame("date").select(pl.when(pl.Series(np.asarray(known, np.bool_))).then("date"))[
            "date"
        ]

    def study_day(self, row: Ints, day: Ints, known: Bools | None = None) -> pl.Series:
        """Return study days: the first dose is day 1, the day before it -1; null where not `known`."""
        since = day - self.course.first_dose[row]
        number = np.where(since >= 0, since + 1, since).astype(np.float64)
        usable = self.treated[row] if known is None else self.treated[row] & known
        return pl.Series(np.where(usable, number, np.nan)).fill_nan(None)

    def frame(self, domain: str, row: Ints, columns: Mapping[str, object]) -> pl.DataFrame:
        """Return a domain: identifiers, --SEQ by subject, then the columns; a text alone is repeated."""
        height = len(row)
        counts = np.bincount(row, minlength=self.count)
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        fixed: dict[str, object] = {
            "STUDYID": self.study_id,
            "DOMAIN": domain,
            "USUBJID": self.usubjid.gather(row),
        }
        if domain != "DM":
            fixed[f"{domain}SEQ"] = pl.Series(np.arange(height) - starts[row] + 1, dtype=pl.Int64)
        series = [as_series(name, value, height) for name, value in {**fixed, **columns}.items()]
        return pl.DataFrame(series)


def as_series(name: str, value: object, height: int) -> pl.Series:
    """Return a column; a text or number is repeated."""
    if isinstance(value, pl.Series):
        return value.alias(name)
    if isinstance(value, np.ndarray):
        return pl.Series(name, value)
    if isinstance(value, list):
        return pl.Series(name, value)
    dtype = pl.Float64 if isinstance(value, int | float) else pl.String
    return pl.Series(name, [value], dtype=dtype).new_from_index(0, height)


def words(texts: Sequence[str | None], which: Codes) -> pl.Series:
    """Return one of the texts for each record."""
    return pl.Series(list(texts), dtype=pl.String).gather(which)


def in_order(*keys: Ints) -> Ints:
    """Return the order of records by subject first, then by the other keys."""
    return np.lexsort(keys[::-1])


def number_text(values: Ints | np.ndarray, decimals: int = 0) -> pl.Series:
    """Return numbers as the text of --ORRES."""
    series = pl.Series(np.asarray(values, np.float64))
    if decimals == 0:
        return series.round(0).cast(pl.Int64, strict=False).cast(pl.String)
    return series.round(decimals).cast(pl.String)
