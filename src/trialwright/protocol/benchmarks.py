"""Published trials of a disease as facts with their citation, read from rulebook/btc-trials.toml."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from pydantic import Field, TypeAdapter

from trialwright.protocol.part import Part
from trialwright.rulebook import read_table

TRIALS_FILE = "btc-trials.toml"


class Arm(Part):
    """What a publication states of an arm: medians in months, rates in percent; None where it is silent."""

    subjects: int | None = None
    orr: float | None = None
    orr_low: float | None = None
    orr_high: float | None = None
    cr: float | None = None
    dcr: float | None = None
    dcr_low: float | None = None
    dcr_high: float | None = None
    tumour_control: float | None = None
    pfs_median: float | None = None
    pfs_low: float | None = None
    pfs_high: float | None = None
    os_median: float | None = None
    os_low: float | None = None
    os_high: float | None = None
    os_12_month: float | None = None
    os_24_month: float | None = None
    dor_median: float | None = None
    dor_low: float | None = None
    dor_high: float | None = None
    cycles_median: float | None = None
    cycles_q1: float | None = None
    cycles_q3: float | None = None
    grade_3_thrombocytopenia: float | None = None
    grade_3_neutropenia: float | None = None
    grade_3_related: float | None = None
    bone_marrow: float | None = None
    liver_kidney: float | None = None
    gastrointestinal: float | None = None
    rash_allergy: float | None = None
    fever_influenza: float | None = None


class Contrast(Part):
    """The hazard ratio of the first arm against the second, with its interval; `level` in percent."""

    hazard_ratio: float
    low: float
    high: float
    level: float
    p: float | None = None
    non_inferiority_margin: float | None = None


class FollowUp(Part):
    """The median follow-up in months, with its interval or its range."""

    median: float
    low: float | None = None
    high: float | None = None
    shortest: float | None = None
    longest: float | None = None


class Accrual(Part):
    """The days on which the first and the last subject were enrolled."""

    first: dt.date
    last: dt.date


class Trial(Part):
    """One published trial."""

    citation: str
    registration: str = ""
    setting: str
    phase: str
    subjects: int
    evaluable: int | None = None
    arms: Mapping[str, Arm] = Field(min_length=1)
    pfs: Contrast | None = None
    os: Contrast | None = None
    follow_up: FollowUp | None = None
    accrual: Accrual | None = None
    data_cutoff: dt.date | None = None
    data_cutoff_as_printed: str = ""
    note: str = ""


@cache
def trials() -> Mapping[str, Trial]:
    """Read the published trials, in the order of the rulebook.

    >>> trials()["abc-02"].arms["gemcitabine + cisplatin"].os_median
    11.7
    """
    read = TypeAdapter(dict[str, Trial]).validate_python(read_table(TRIALS_FILE))
    return MappingProxyType(read)
