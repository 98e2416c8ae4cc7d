"""TU, TR and RS: lesions as they were identified and measured, and what the investigator concluded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trialwright.derive.recist.codes import NON_TARGET_TEXT, RESPONSE_TEXT, NonTarget, Response
from trialwright.simulate.baseline import MOST_TARGETS
from trialwright.simulate.facts import organs
from trialwright.simulate.records.cast import Cast, in_order, number_text, words

if TYPE_CHECKING:
    from trialwright.simulate.parameters import Bools, Codes, Floats, Ints

BASELINE_VISIT = "SCREENING"
METHOD = "CT SCAN"
READER = "INVESTIGATOR"
TARGET, NON_TARGET, NEW = 0, 1, 2
ROLES = ("TARGET", "NON-TARGET", "NEW")
NEW_NAME = "NEW01"
DIAMETER, STATE, SUM = 0, 1, 2
SUM_ORDER = 98
NEW_ORDER = 99


@dataclass(frozen=True)
class Scans:
    """Every scan that was made, as rows: subject, place among the subject's scans, day."""

    row: Ints
    visit: Ints
    day: Ints
    planned: Ints


def scans_of(cast: Cast) -> Scans:
    """Return the scans, baseline first."""
    disease = cast.patients.disease
    visits = np.arange(disease.scan_day.shape[1])
    row, visit = np.nonzero(visits[None, :] < disease.scans[:, None])
    return Scans(
        row,
        visit,
        disease.scan_day[row, visit].astype(np.int64),
        disease.planned[row, visit].astype(np.int64),
    )


def visit_columns(cast: Cast, planned: Ints) -> dict[str, object]:
    """Return VISITNUM and VISIT of scans by their place in the schedule."""
    days = [0, *cast.plan.disease.scan_days.tolist()]
    names = [BASELINE_VISIT, *(f"WEEK {day // 7}" if day % 7 == 0 else f"DAY {day}" for day in days[1:])]
    return {"VISITNUM": np.where(planned == 0, 0.0, 100.0 + planned), "VISIT": words(names, planned)}


def _organ_bits(nontarget: Codes) -> Bools:
    """Return which organ has non-target lesions, subjects × organs."""
    bits = np.arange(len(organs()))
    return np.asarray((nontarget[:, None] >> bits[None, :]) & 1, np.bool_)


def _new_seen(cast: Cast) -> tuple[Ints, Ints]:
    """Return the subjects with a new lesion and the scan on which it was first seen."""
    disease = cast.patients.disease
    visits = np.arange(disease.scan_day.shape[1])
    seen = (disease.new_lesion > 0) & (visits[None, :] < disease.scans[:, None])
    row = np.flatnonzero(seen.any(axis=1))
    return row, seen[row].argmax(axis=1)


def _lesion_names() -> list[str]:
    targets = [f"T{number + 1:02d}" for number in range(MOST_TARGETS)]
    return [*targets, *(f"NT{number + 1:02d}" for number in range(len(organs()))), NEW_NAME]


def tu(cast: Cast) -> pl.DataFrame:
    """Make lesion identification: targets and non-targets at baseline, new lesions when first seen."""
    base, disease = cast.patients.baseline, cast.patients.disease
    places = np.arange(MOST_TARGETS)
    target_row, target = np.nonzero(places[None, :] < base.targets[:, None])
    bits = _organ_bits(base.nontarget)
    other_row, organ = np.nonzero(bits)
    new_row, new_visit = _new_seen(cast)
    row = np.concatenate([target_row, other_row, new_row])
    order_of = np.concatenate(
        [target, MOST_TARGETS + organ, np.full(len(new_row), MOST_TARGETS + len(organs()))]
    )
    where = np.concatenate([base.target_organ[target_row, target], organ, _new_organ(cast)[new_row]]).astype(
        np.int64
    )
    zeros = np.zeros(len(target_row) + len(other_row), np.int64)
    visit = np.concatenate([zeros, new_visit])
    role = np.concatenate(
        [np.full(len(target_row), TARGET), np.full(len(other_row), NON_TARGET), np.full(len(new_row), NEW)]
    )
    order = in_order(row, order_of)
    row, order_of, where, visit, role = row[order], order_of[order], where[order], visit[order], role[order]
    day = disease.scan_day[row, visit].astype(np.int64)
    return cast.frame(
        "TU",
        row,
        {
            "TULNKID": words(_lesion_names(), order_of),
            "TUTESTCD": "TUMIDENT",
            "TUTEST": "Tumor Identification",
            "TUORRES": words(ROLES, role),
            "TUSTRESC": words(ROLES, role),
            "TULOC": words([one.name for one in organs()], where),
            "TUMETHOD": METHOD,
            "TUEVAL": READER,
            **visit_columns(cast, disease.planned[row, visit].astype(np.int64)),
            "TUDTC": cast.dates(row, day),
            "TUDY": cast.study_day(row, day),
        },
    )


def _new_organ(cast: Cast) -> Ints:
    """Return where a new lesion lies: the first measurable organ that was free of disease at baseline."""
    free = ~_organ_bits(cast.patients.baseline.organs)
    usable = free & np.array([one.measurable for one in organs()])[None, :]
    return np.asarray(usable.argmax(axis=1))


def tr(cast: Cast) -> pl.DataFrame:
    """Make lesion results: diameters and their sum, states of non-targets and of new lesions."""
    scans = scans_of(cast)
    base, disease = cast.patients.baseline, cast.patients.disease
    diameters = disease.diameter_mm[scans.row, scans.visit]
    targets = base.targets[scans.row]
    at, lesion = np.nonzero(np.arange(MOST_TARGETS)[None, :] < targets[:, None])
    bits = _organ_bits(base.nontarget)[scans.row]
    other_at, organ = np.nonzero(bits)
    state = _state_words(disease.nontarget[scans.row, scans.visit])
    new_at = np.flatnonzero(disease.new_lesion[scans.row, scans.visit] > 0)
    filled = np.where(np.arange(MOST_TARGETS)[None, :] < targets[:, None], diameters, 0.0)
    sums = filled.sum(axis=1)
    sum_at = np.flatnonzero(~np.isnan(sums))
    place = np.concatenate([at, other_at, new_at, sum_at])
    kind = np.repeat([DIAMETER, STATE, STATE, SUM], [len(at), len(other_at), len(new_at), len(sum_at)])
    which = np.concatenate(
        [lesion, MOST_TARGETS + organ, np.full(len(new_at), NEW_ORDER), np.full(len(sum_at), SUM_ORDER)]
    )
    number = np.concatenate(
        [diameters[at, lesion], np.full(len(other_at) + len(new_at), np.nan), sums[sum_at]]
    )
    text = np.concatenate(
        [
            np.zeros(len(at), np.int64),
            state[other_at],
            np.full(len(new_at), 1),
            np.zeros(len(sum_at), np.int64),
        ]
    )
    node = np.array([one.node for one in organs()])
    short = np.zeros(len(place), np.bool_)
    short[: len(at)] = node[base.target_organ[scans.row[at], lesion]]
    order = in_order(scans.row[place], scans.visit[place], which)
    return _tr_frame(
        cast, scans, place[order], kind[order], which[order], number[order], text[order], short[order]
    )


def _state_words(state: Codes) -> Ints:
    """Return the place of the word in `STATES` for non-target states."""
    table = np.zeros(max(NonTarget) + 1, np.int64)
    table[NonTarget.NON_CR_NON_PD], table[NonTarget.CR], table[NonTarget.PD] = 1, 2, 3
    return np.asarray(table[state])


STATES = (None, "PRESENT", "ABSENT", "UNEQUIVOCAL PROGRESSION")


def _tr_frame(
    cast: Cast, scans: Scans, place: Ints, kind: Ints, which: Ints, number: Floats, text: Ints, short: Bools
) -> pl.DataFrame:
    row, day = scans.row[place], scans.day[place]
    names = [*_lesion_names()[:-1], *([None] * (SUM_ORDER - MOST_TARGETS - len(organs()))), None, NEW_NAME]
    role = np.where(
        which == NEW_ORDER, NEW, np.where((which >= MOST_TARGETS) & (which != SUM_ORDER), NON_TARGET, TARGET)
    )
    test = np.where(kind == DIAMETER, short.astype(np.int64), kind + 1)
    done = (kind == STATE) | ~np.isnan(number)
    measured = (kind != STATE) & done
    printed = number_text(np.where(measured, number, 0.0))
    result = (
        pl.DataFrame({"number": printed, "text": words(STATES, text), "measured": measured})
        .select(pl.when("measured").then("number").otherwise("text"))
        .to_series()
    )
    return cast.frame(
        "TR",
        row,
        {
            "TRGRPID": words(ROLES, role),
            "TRLNKID": words(names, which),
            "TRTESTCD": words(["LDIAM", "SAXIS", "TUMSTATE", "SUMDIAM"], test),
            "TRTEST": words(["Longest Diameter", "Short Axis", "Tumor State", "Sum of Diameter"], test),
            "TRORRES": result,
            "TRORRESU": words([None, "mm"], measured.astype(np.int64)),
            "TRSTRESC": result,
            "TRSTRESN": pl.Series(np.where(measured, number, np.nan).astype(np.float64)).fill_nan(None),
            "TRSTRESU": words([None, "mm"], measured.astype(np.int64)),
            "TRSTAT": words(["NOT DONE", None], done.astype(np.int64)),
            "TRREASND": words(["NOT ASSESSABLE", None], done.astype(np.int64)),
            "TRMETHOD": METHOD,
            "TREVAL": READER,
            **visit_columns(cast, scans.planned[place]),
            "TRDTC": cast.dates(row, day),
            "TRDY": cast.study_day(row, day),
        },
    )


def rs(cast: Cast) -> pl.DataFrame:
    """Make responses: target, non-target and overall at each scan after baseline, and ECOG at baseline."""
    scans = scans_of(cast)
    disease, base = cast.patients.disease, cast.patients.baseline
    after = np.flatnonzero(scans.visit > 0)
    row, visit = scans.row[after], scans.visit[after]
    has_other = base.nontarget[row] != 0
    parts = [
        (after, disease.target_response[row, visit].astype(np.int64)),
        (after[has_other], len(RESPONSE_TEXT) + disease.nontarget[row, visit].astype(np.int64)[has_other]),
        (after, disease.overall[row, visit].astype(np.int64)),
    ]
    place = np.concatenate([part[0] for part in parts])
    code = np.concatenate([part[1] for part in parts])
    test = np.concatenate([np.full(len(part[0]), number) for number, part in enumerate(parts)])
    order = in_order(scans.row[place], scans.visit[place], test)
    place, code, test = place[order], code[order], test[order]
    texts = [*(RESPONSE_TEXT[one] for one in Response), *(NON_TARGET_TEXT[one] for one in NonTarget)]
    row, day = scans.row[place], scans.day[place]
    return cast.frame(
        "RS",
        row,
        {
            "RSTESTCD": words(["TRGRESP", "NTRGRESP", "OVRLRESP"], test),
            "RSTEST": words(["Target Response", "Non-target Response", "Overall Response"], test),
            "RSCAT": "RECIST 1.1",
            "RSORRES": words(texts, code),
            "RSSTRESC": words(texts, code),
            "RSEVAL": READER,
            **visit_columns(cast, scans.planned[place]),
            "RSDTC": cast.dates(row, day),
            "RSDY": cast.study_day(row, day),
        },
    )
