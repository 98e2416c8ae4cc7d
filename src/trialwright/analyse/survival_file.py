"""Kaplan–Meier, medians, log-rank, Cox and follow-up of one file, without a study."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from trialwright.analyse.survival_input import Labels, SurvivalColumns, SurvivalInput, read_survival
from trialwright.analyse.survival_tests import AskedTest, asked_tests, finite
from trialwright.errors import ArgumentError
from trialwright.stats.coding import treatment_coding
from trialwright.stats.cox import CoxFit, cox
from trialwright.stats.inputs import merge_ties
from trialwright.stats.logrank import LogRank, logrank
from trialwright.stats.proportional_hazards import ProportionalHazardsTest, proportional_hazards_test
from trialwright.stats.survival import ConfType, KaplanMeier, kaplan_meier, reverse_kaplan_meier

if TYPE_CHECKING:
    from pathlib import Path

    from trialwright.stats.estimate import ChiSquareTest, Estimate
    from trialwright.stats.named_tests import NamedTest

ALL = "All"


@dataclass(frozen=True, eq=False)
class SurvivalAnswer:
    """What one file says: curves by group, tests, the Cox model, follow-up, and what to be wary of."""

    curves: dict[str, KaplanMeier]
    landmarks: tuple[float, ...]
    follow_up: Estimate
    logrank: LogRank | None
    stratified_logrank: LogRank | None
    cox: CoxFit | None
    proportional_hazards: ProportionalHazardsTest | None
    asked: tuple[AskedTest, ...]
    warnings: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The answer for programs; null where not reached, not defined or not asked for."""
        return {
            "groups": [_group(name, curve, self.landmarks) for name, curve in self.curves.items()],
            "follow_up_median": finite(self.follow_up.value),
            "follow_up_low": finite(self.follow_up.low),
            "follow_up_high": finite(self.follow_up.high),
            "logrank": _test(self.logrank),
            "stratified_logrank": _test(self.stratified_logrank),
            "cox": _terms(self.cox),
            "proportional_hazards": _hazards(self.proportional_hazards),
            "tests": [test.as_json() for test in self.asked],
            "warnings": list(self.warnings),
        }


def _group(name: str, curve: KaplanMeier, landmarks: tuple[float, ...]) -> dict[str, Any]:
    median = curve.median()
    return {
        "group": name,
        "n": int(curve.n),
        "events": int(curve.n_events),
        "median": finite(median.value),
        "median_low": finite(median.low),
        "median_high": finite(median.high),
        "landmarks": [
            {
                "time": mark.time,
                "survival": finite(mark.survival),
                "low": finite(mark.low),
                "high": finite(mark.high),
            }
            for mark in curve.at(landmarks)
        ],
    }


def _test(test: LogRank | ChiSquareTest | None) -> dict[str, Any] | None:
    if test is None:
        return None
    return {"chi2": finite(test.chi2), "df": test.df, "p": finite(test.p)}


def _terms(fit: CoxFit | None) -> list[dict[str, Any]]:
    if fit is None:
        return []
    fields = ("beta", "se", "hr", "low", "high", "p")
    return [
        {"term": name, **{field: finite(getattr(fit, field)[i]) for field in fields}}
        for i, name in enumerate(fit.names)
    ]


def _hazards(test: ProportionalHazardsTest | None) -> list[dict[str, Any]]:
    if test is None:
        return []
    named = [*test.terms.items(), ("overall", test.overall)]
    return [{"term": name, **(_test(found) or {})} for name, found in named]


def _covariate_columns(data: SurvivalInput) -> tuple[list[np.ndarray[Any, Any]], list[str]]:
    columns: list[np.ndarray[Any, Any]] = []
    names: list[str] = []
    for item in (*((data.by,) if data.by else ()), *data.covariates):
        if not isinstance(item, Labels):
            columns.append(item[1][:, None])
            names.append(item[0])
        elif len(item.levels) > 1:
            coded = treatment_coding(np.array(item.levels)[item.codes], item.name, levels=item.levels)
            columns.append(coded.matrix)
            names.extend(coded.names)
    return columns, names


def _fit(data: SurvivalInput) -> CoxFit | None:
    columns, names = _covariate_columns(data)
    if not columns or not data.event.any():
        return None
    strata = data.strata.codes if data.strata else None
    return cox(data.time, data.event, np.hstack(columns), strata=strata, names=names)


def _hazards_test(fit: CoxFit | None) -> ProportionalHazardsTest | None:
    if fit is None or fit.monotone.any() or fit.aliased.all() or not fit.converged:
        return None
    return proportional_hazards_test(fit)


def _curves(data: SurvivalInput, conf_type: ConfType) -> dict[str, KaplanMeier]:
    time = merge_ties(data.time)
    if data.by is None:
        return {ALL: kaplan_meier(time, data.event, conf_type=conf_type, tolerance=0.0)}
    return {
        level: kaplan_meier(
            time[data.by.codes == code], data.event[data.by.codes == code], conf_type=conf_type, tolerance=0.0
        )
        for code, level in enumerate(data.by.levels)
    }


def _warnings(data: SurvivalInput, tests: tuple[LogRank | None, ...], fit: CoxFit | None) -> tuple[str, ...]:
    texts = [f"{mark}: these are no patients' records" for mark in data.marks]
    texts += [] if data.event.any() else ["no events: no test and no model"]
    labelled = [item for item in (data.by, *data.covariates) if isinstance(item, Labels)]
    texts += [f"{x.name}: only the value {x.levels[0]!r}: left out" for x in labelled if len(x.levels) == 1]
    texts += [f"log-rank test: not defined: {t.reason}" for t in tests if t is not None and t.reason]
    return (*texts, *(fit.warnings if fit else ()))


def survival_file(
    path: Path,
    columns: SurvivalColumns,
    *,
    conf_type: ConfType = ConfType.LOG_LOG,
    landmarks: tuple[float, ...] = (),
    tests: tuple[NamedTest, ...] = (),
) -> SurvivalAnswer:
    """Analyse one CSV or Parquet file of survival times; the time unit is the file's.

    With `by`: a curve per group, the log-rank test, and the groups as a factor of the Cox model. With
    `strata`: the stratified log-rank test, and a Cox model stratified on them. Text covariates are
    factors, their first level alphabetically the reference. Ties are handled by Efron's method. `tests`
    are made besides.

    Raises:
        InputFileError: the file is missing, or cannot be read.
        ArgumentError: a column or a landmark is not what it should be, values are missing, or a test
            cannot be made of these groups.
    """
    if not all(math.isfinite(t) and t >= 0.0 for t in landmarks):
        raise ArgumentError.at("--at", f"{landmarks}", expected="times of 0 or more")
    data = read_survival(path, columns)
    groups = data.by.codes if data.by and len(data.by.levels) > 1 else None
    plain = logrank(data.time, data.event, groups) if groups is not None else None
    stratified = None
    if groups is not None and data.strata is not None:
        stratified = logrank(data.time, data.event, groups, strata=data.strata.codes)
    fit = _fit(data)
    return SurvivalAnswer(
        curves=_curves(data, conf_type),
        landmarks=landmarks,
        follow_up=reverse_kaplan_meier(data.time, data.event, conf_type=conf_type).median(),
        logrank=plain,
        stratified_logrank=stratified,
        cox=fit,
        proportional_hazards=_hazards_test(fit),
        asked=asked_tests(data, tests),
        warnings=_warnings(data, (plain, stratified), fit),
    )
