"""Posteriors of parallel cohorts against Gibbs sampling by JAGS, and against a plain quadrature."""

import json
from pathlib import Path

import numpy as np
import plain_cohorts as plain
import pytest
from scipy import stats

from trialwright.stats.cohort_models import Cohort, Exnex, Hierarchical
from trialwright.stats.cohort_posterior import cohort_posteriors
from trialwright.stats.cohort_priors import (
    HalfCauchy,
    HalfNormal,
    InverseGammaVariance,
    NormalPrior,
    UniformSpread,
)
from trialwright.stats.cohort_tables import Exchangeable

JAGS = json.loads((Path(__file__).parent / "cohorts.json").read_text())
SPREADS = {
    "half_normal": lambda one: HalfNormal(one["scale"]),
    "half_cauchy": lambda one: HalfCauchy(one["scale"]),
    "uniform": lambda one: UniformSpread(one["upper"]),
    "inverse_gamma": lambda one: InverseGammaVariance(one["shape"], one["rate"]),
}
ERRORS = 4.5  # of about 200 comparisons the largest is expected near 3
LARGEST_ERROR = 0.004


def model_of(case):
    components = tuple(
        Exchangeable(NormalPrior(one["mean"], one["sd"]), SPREADS[one["spread"]["kind"]](one["spread"]))
        for one in case["components"]
    )
    if "weights" not in case:
        return Hierarchical(components[0])
    weights = tuple(tuple(np.atleast_1d(row).tolist()) for row in case["weights"])
    return Exnex(components, weights, tuple(NormalPrior(one["mean"], one["sd"]) for one in case["own"]))


@pytest.mark.parametrize("case", JAGS["cases"], ids=lambda case: case["name"])
def test_posteriors_equal_long_chains_of_jags(case):
    cohorts = [Cohort(*one) for one in zip(case["n"], case["null"], case["target"], strict=True)]
    found = cohort_posteriors(cohorts, case["y"], model_of(case))
    for ours, theirs in zip(found, case["posterior"], strict=True):
        pairs = [
            (ours.above_null, theirs["above"]),
            (ours.mean, theirs["mean"]),
            (ours.sd, theirs["sd"]),
            (ours.low, theirs["low"]),
            (ours.high, theirs["high"]),
            *zip(ours.members, theirs["members"], strict=True),
        ]
        for value, drawn in pairs:
            assert drawn["error"] < LARGEST_ERROR
            assert abs(value - drawn["value"]) < ERRORS * drawn["error"]


def half_normal(scale):
    return plain.spread_nodes(lambda tau: stats.halfnorm.pdf(tau, scale=scale), 9 * scale)


def uniform(upper):
    return plain.spread_nodes(np.ones_like, upper)


def inverse_gamma(shape, rate):
    def density(tau):
        return stats.invgamma.pdf(tau**2, shape, scale=rate) * 2 * tau

    return plain.spread_nodes(density, 14.0)


COHORTS = ((15, 3, 0.3, 0.1), (10, 5, 0.4, 0.2))
UNEQUAL = ((6, 0, 0.3, 0.1), (21, 14, 0.6, 0.4))
PLAIN = {
    "half-normal": (COHORTS, ((-1.35, 2.0, HalfNormal(1.0), half_normal(1.0)),), None, None),
    "uniform, unequal": (UNEQUAL, ((-1.0, 1.0, UniformSpread(3.0), uniform(3.0)),), None, None),
    "inverse gamma": (
        COHORTS,
        ((-0.5, 2.0, InverseGammaVariance(3.0, 1.0), inverse_gamma(3.0, 1.0)),),
        None,
        None,
    ),
    "exnex": (
        UNEQUAL,
        ((-1.0, 2.0, HalfNormal(0.5), half_normal(0.5)),),
        ((0.5,), (0.8,)),
        ((-0.5, 2.2), (0.2, 1.8)),
    ),
    "exnex, two components": (
        COHORTS,
        ((-1.2, 1.0, HalfNormal(0.5), half_normal(0.5)), (0.0, 1.5, UniformSpread(2.0), uniform(2.0))),
        ((0.25, 0.35), (0.5, 0.3)),
        ((-0.5, 2.0), (-0.3, 2.5)),
    ),
}


@pytest.mark.parametrize("name", PLAIN)
def test_posteriors_equal_a_plain_quadrature_on_another_grid(name):
    rows, components, weights, own = PLAIN[name]
    cohorts = [Cohort(n, cut, target) for n, _, target, cut in rows]
    ours = tuple(Exchangeable(NormalPrior(mean, sd), spread) for mean, sd, spread, _ in components)
    theirs = [(mean, sd, *nodes) for mean, sd, _, nodes in components]
    if weights is None:
        model = Hierarchical(ours[0])
        expected = plain.two_cohorts(rows, theirs, ((1.0,), (1.0,)), (None, None))
    else:
        model = Exnex(ours, weights, tuple(NormalPrior(*one) for one in own))
        expected = plain.two_cohorts(rows, theirs, weights, own)
    for one, values in zip(
        cohort_posteriors(cohorts, [y for _, y, _, _ in rows], model), expected, strict=True
    ):
        assert one.above_null == pytest.approx(values[0], abs=1e-6)
        assert one.mean == pytest.approx(values[1], abs=1e-6)
        assert one.sd**2 + one.mean**2 == pytest.approx(values[2], abs=1e-6)
        if weights is not None:
            assert one.members == pytest.approx(values[3:], abs=1e-6)
