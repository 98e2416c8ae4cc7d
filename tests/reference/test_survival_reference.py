"""R's survival package, frozen in survival.json by r/survival.R, against trialwright.stats.

Agreement is 1e-9 relative. Two quantities of R are held to less, since R itself is no more exact:
a coefficient stops moving near sqrt(machine epsilon) of its standard error (R stops on the likelihood),
which only matters where the coefficient is near 0; a monotone likelihood has no number to compare.
"""

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest

from trialwright.stats.coding import treatment_coding
from trialwright.stats.cox import Ties, cox
from trialwright.stats.inputs import merge_ties
from trialwright.stats.logrank import fleming_harrington, logrank
from trialwright.stats.proportional_hazards import TimeScale, proportional_hazards_test
from trialwright.stats.survival import ConfType, kaplan_meier, reverse_kaplan_meier

HERE = Path(__file__).parent
R = json.loads((HERE / "survival.json").read_text())
NAMES = [name for name in R if name != "version"]
FITTED = [name for name in NAMES if "cox" in R[name] and name != "monotone"]
STRATIFIED = [name for name in FITTED if "cox_stratified" in R[name]]
COVARIATES = {
    "lung": ["age", "karno"],
    "veteran": ["karno", "age"],
    "colon": ["nodes", "age"],
    "tied67": ["marker"],
    "near_ties": ["marker"],
    "monotone": ["marker"],
}


def read(name):
    with (HERE / "data" / f"{name}.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    table = {key: np.array([row[key] for row in rows]) for key in rows[0]}
    for key in ("time", "event", *COVARIATES.get(name, [])):
        table[key] = table[key].astype(float)
    return table


def same(what, ours, theirs, rel=1e-9, small=1e-13):
    """Equal to `rel`, nan where R says NA; the message names the quantity and the digits."""
    ours = np.atleast_1d(np.asarray(ours, dtype=float)).ravel()
    theirs = np.atleast_1d(np.asarray(theirs, dtype=float)).ravel()
    assert ours.shape == theirs.shape, f"{what}: {ours.shape} against R's {theirs.shape}"
    with np.errstate(invalid="ignore"):
        off = ~((np.abs(ours - theirs) <= small + rel * np.abs(theirs)) | (np.isnan(ours) & np.isnan(theirs)))
    assert not off.any(), (
        f"{what}: ours {ours[off][:5]!r}, R {theirs[off][:5]!r} at {np.flatnonzero(off)[:5]}"
    )


def curves():
    return [
        (name, group, kind)
        for name in NAMES
        for group in R[name]["curves"]
        for kind in ("plain", "log", "log-log")
    ]


def fit_curve(name, group, kind):
    table = read(name)
    chosen = np.ones(len(table["time"]), bool) if group == "All" else table["group"] == group
    time = merge_ties(table["time"])[chosen]
    return kaplan_meier(time, table["event"][chosen], conf_type=ConfType(kind)), R[name]["curves"][group][
        kind
    ]


@pytest.mark.parametrize(("name", "group", "kind"), curves())
def test_kaplan_meier_equals_survfit(name, group, kind):
    ours, theirs = fit_curve(name, group, kind)
    for field in ("time", "at_risk", "events", "censored", "survival", "std_error", "low", "high"):
        same(f"{name} {group} {kind} {field}", getattr(ours, field), theirs[field])


@pytest.mark.parametrize(("name", "group", "kind"), curves())
def test_medians_quartiles_landmarks_and_restricted_means_equal_survfit(name, group, kind):
    ours, theirs = fit_curve(name, group, kind)
    median = ours.median()
    same("median", [median.value, median.low, median.high], theirs["median"])
    quartiles = [ours.quantile(p) for p in (0.25, 0.75)]
    for row, part in zip(theirs["quartiles"], ("value", "low", "high"), strict=True):
        same(f"quartiles {part}", [getattr(q, part) for q in quartiles], row)
    at = ours.at(theirs["landmarks"]["time"])
    for field in ("survival", "low", "high", "std_error", "at_risk"):
        same(f"landmark {field}", [getattr(mark, field) for mark in at], theirs["landmarks"][field])
    mean = ours.rmst(theirs["tau"])
    if not mean.reason:
        same("restricted mean", [mean.value, mean.std_error], theirs["rmst"])


@pytest.mark.parametrize("name", NAMES)
def test_follow_up_equals_survfit_of_censorings(name):
    table = read(name)
    median = reverse_kaplan_meier(table["time"], table["event"]).median()
    same("follow-up", [median.value, median.low, median.high], R[name]["curves"]["All"]["reverse"])


def check_logrank(theirs, ours):
    same("chi2", ours.chi2, theirs["chi2"])
    same("p", ours.p, theirs["p"], small=0.0)
    same("observed", ours.observed, theirs["observed"])
    same("expected", ours.expected, theirs["expected"])
    same("variance", ours.variance, theirs["variance"])
    assert ours.df == theirs["df"]


@pytest.mark.parametrize("name", [name for name in NAMES if "logrank" in R[name]])
@pytest.mark.parametrize("which", [0, 1, 2])
def test_logrank_and_fleming_harrington_equal_survdiff(name, which):
    table, theirs = read(name), R[name]["logrank"][which]
    weight = fleming_harrington(theirs["rho"], 0.0)
    check_logrank(theirs, logrank(table["time"], table["event"], table["group"], weight=weight))


@pytest.mark.parametrize("name", [name for name in NAMES if "stratified" in R[name]])
@pytest.mark.parametrize("which", [0, 1, 2])
def test_stratified_logrank_equals_survdiff(name, which):
    table, theirs = read(name), R[name]["stratified"][which]
    weight = fleming_harrington(theirs["rho"], 0.0)
    ours = logrank(table["time"], table["event"], table["group"], strata=table["stratum"], weight=weight)
    check_logrank(theirs, ours)


def fit_cox(name, ties, *, stratified):
    table = read(name)
    factor = treatment_coding(table["group"], "group")
    columns = COVARIATES.get(name, [])
    X = np.column_stack([factor.matrix, *(table[c] for c in columns)])
    strata = table["stratum"] if stratified else None
    names = [*factor.names, *columns]
    fit = cox(table["time"], table["event"], X, strata=strata, ties=Ties(ties), names=names)
    return fit, {"group": factor.names, **{c: (c,) for c in columns}}


def check_cox(theirs, fit):
    same("beta", fit.beta, theirs["beta"])
    same("se", fit.se, theirs["se"])
    same("p", fit.p, theirs["p"], small=0.0)
    same("low", fit.low, theirs["low"])
    same("high", fit.high, theirs["high"])
    same("loglik", [fit.loglik_null, fit.loglik], theirs["loglik"])
    same("score test", fit.score_test.chi2, theirs["score"])
    same("Wald test", fit.wald_test.chi2, theirs["wald"])
    same("Wald p", fit.wald_test.p, theirs["wald_p"], small=0.0)
    same("likelihood-ratio test", fit.lr_test.chi2, theirs["lr"], rel=1e-9, small=1e-11)
    assert fit.converged
    assert not fit.warnings


def check_zph(theirs, fit, terms):
    for scale in TimeScale:
        ours = proportional_hazards_test(fit, scale=scale)
        tests = [*ours.terms.values(), ours.overall]
        same(f"zph {scale}", [t.chi2 for t in tests], theirs["zph"][scale.value]["chi2"])
        same(f"zph p {scale}", [t.p for t in tests], theirs["zph"][scale.value]["p"])
    ours = proportional_hazards_test(fit, terms=terms)
    tests = [*ours.terms.values(), ours.overall]
    same("zph by term", [t.chi2 for t in tests], theirs["zph_terms"]["chi2"])
    same("zph df", [t.df for t in tests], theirs["zph_terms"]["df"])


@pytest.mark.parametrize("name", FITTED)
@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_cox_and_its_proportional_hazards_test_equal_coxph(name, ties):
    fit, terms = fit_cox(name, ties, stratified=False)
    check_cox(R[name]["cox"][ties], fit)
    check_zph(R[name]["cox"][ties], fit, terms)


@pytest.mark.parametrize("name", STRATIFIED)
@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_stratified_cox_equals_coxph(name, ties):
    fit, terms = fit_cox(name, ties, stratified=True)
    check_cox(R[name]["cox_stratified"][ties], fit)
    check_zph(R[name]["cox_stratified"][ties], fit, terms)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_monotone_likelihood_is_named_as_r_names_it(ties):
    theirs = R["monotone"]["cox"][ties]
    assert any("infinite" in text for text in theirs["warnings"]), "R itself warns"
    fit, _ = fit_cox("monotone", ties, stratified=False)
    assert fit.monotone.tolist() == [True, False]
    assert "monotone" in fit.warnings[0]
    assert fit.warnings[0].startswith("group: B")
    assert fit.beta[0] > 10
    same("loglik at its supremum", fit.loglik, theirs["loglik"][1], rel=1e-8)
    same("score test", fit.score_test.chi2, theirs["score"])
    same("finite coefficient", fit.beta[1], theirs["beta"][1], rel=1e-7)


def test_near_ties_give_the_same_numbers_as_exact_ties():
    exact, near = read("tied67"), read("near_ties")
    assert not np.array_equal(exact["time"], near["time"])
    a = kaplan_meier(exact["time"], exact["event"])
    b = kaplan_meier(near["time"], near["event"])
    assert a.survival.tolist() == b.survival.tolist()
    assert math.isclose(
        logrank(exact["time"], exact["event"], exact["group"]).chi2,
        logrank(near["time"], near["event"], near["group"]).chi2,
        rel_tol=1e-12,
    )
