"""What must hold for any data of parallel cohorts."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special, stats

from trialwright.stats.bayesian_monitoring import BetaPrior
from trialwright.stats.cohort_grid import logit
from trialwright.stats.cohort_models import Exnex, Hierarchical, Independent, Pooled
from trialwright.stats.cohort_priors import (
    FixedSpread,
    HalfCauchy,
    HalfNormal,
    InverseGammaVariance,
    NormalPrior,
    UniformSpread,
)
from trialwright.stats.cohort_tables import Exchangeable, Question

FEW = settings(deadline=None, max_examples=8, derandomize=True)
ACCURACY = 1e-6
OUTCOME = st.integers(1, 25).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))
DATA = st.lists(OUTCOME, min_size=2, max_size=3)
SPREAD = st.one_of(
    st.floats(0.05, 3.0).map(HalfNormal),
    st.floats(0.05, 2.0).map(HalfCauchy),
    st.floats(0.2, 8.0).map(UniformSpread),
    st.tuples(st.floats(0.5, 4.0), st.floats(0.05, 2.0)).map(lambda one: InverseGammaVariance(*one)),
)
MEAN = st.tuples(st.floats(-2.5, 1.0), st.floats(0.3, 6.0)).map(lambda one: NormalPrior(*one))
COMPONENT = st.builds(Exchangeable, MEAN, SPREAD)
WEIGHT = st.floats(0.05, 0.95)
OWN = NormalPrior(-0.5, 2.0)
NULL, TARGET = 0.15, 0.35


def exnex(component, weights):
    return Exnex((component,), tuple((one,) for one in weights), (OWN,) * len(weights))


def beliefs(model, data, cut=NULL, target=TARGET, fineness=1.0):
    """Columns P(rate > cut), mean, mean square, memberships; a row for each cohort."""
    questions = [Question(target, cut, (one,)) for one in data]
    found = model.judge(questions, fineness)(np.zeros((1, len(data)), dtype=np.int64))
    return np.column_stack([found.above[0], found.mean[0], found.square[0], found.members[0]])


def logit_normal(n, y, prior, target=TARGET, cut=NULL):
    """One cohort with a normal prior of θ, by scipy's adaptive quadrature."""

    def joint(theta):
        p = special.expit(theta + logit(target))
        return stats.binom.pmf(y, n, p) * stats.norm.pdf(theta, prior.mean, prior.sd)

    def integral(function, low, high):
        return integrate.quad(function, low, high, epsabs=1e-13, limit=200)[0]

    jump = logit(cut) - logit(target)
    low, high = min(prior.mean - 9 * prior.sd, jump - 1), max(prior.mean + 9 * prior.sd, jump + 1)
    below, above = integral(joint, low, jump), integral(joint, jump, high)
    mean = sum(
        integral(lambda theta: special.expit(theta + logit(target)) * joint(theta), *ends)
        for ends in ((low, jump), (jump, high))
    )
    return above / (below + above), mean / (below + above)


@FEW
@given(data=DATA, component=COMPONENT, weight=WEIGHT)
def test_a_finer_grid_changes_nothing(data, component, weight):
    for model in (Hierarchical(component), exnex(component, [weight] * len(data))):
        found, finer = beliefs(model, data), beliefs(model, data, fineness=1.7)
        assert found == pytest.approx(finer, abs=ACCURACY)


@FEW
@given(data=DATA, component=COMPONENT, weight=WEIGHT)
def test_the_order_of_cohorts_does_not_matter(data, component, weight):
    weights = [weight * (k + 1) / len(data) for k in range(len(data))]
    turned = list(range(len(data)))[::-1]
    for one, other in (
        (Hierarchical(component), Hierarchical(component)),
        (exnex(component, weights), exnex(component, [weights[k] for k in turned])),
    ):
        found = beliefs(one, data)
        again = beliefs(other, [data[k] for k in turned])[turned]
        assert found == pytest.approx(again, abs=1e-9)


@FEW
@given(data=DATA, component=COMPONENT, weight=WEIGHT)
def test_a_responder_more_never_lowers_the_own_probability(data, component, weight):
    n, _ = data[0]
    rows = [tuple((n, y) for y in range(n + 1)), *((one,) for one in data[1:])]
    states = np.zeros((n + 1, len(data)), dtype=np.int64)
    states[:, 0] = range(n + 1)
    for model in (Hierarchical(component), exnex(component, [weight] * len(data))):
        found = model.judge([Question(TARGET, NULL, one) for one in rows])(states)
        for values in (found.above[:, 0], found.mean[:, 0]):
            assert (np.diff(values) >= -ACCURACY).all()


@FEW
@given(data=DATA, mean=MEAN, tau=st.floats(0.05, 3.0))
def test_a_responder_more_elsewhere_lowers_nothing_where_the_spread_is_known(data, mean, tau):
    """Where it is not known, a responder more can mean that the cohorts differ."""
    model = Hierarchical(Exchangeable(mean, FixedSpread(tau)))
    (n, y), rest = data[1], data[2:]
    fewer = beliefs(model, [data[0], (n, y), *rest])
    more = beliefs(model, [data[0], (n, min(n, y + 1)), *rest])
    assert more[0, 0] >= fewer[0, 0] - ACCURACY


@FEW
@given(data=DATA, component=COMPONENT)
def test_exnex_without_exchangeability_is_each_cohort_alone(data, component):
    found = beliefs(exnex(component, [0.0] * len(data)), data)
    for row, (n, y) in zip(found, data, strict=True):
        assert row[:2] == pytest.approx(logit_normal(n, y, OWN), abs=ACCURACY)
        assert row[3] == 0.0


@FEW
@given(data=DATA, component=COMPONENT)
def test_exnex_with_certain_exchangeability_is_the_hierarchical_model(data, component):
    found = beliefs(exnex(component, [1.0] * len(data)), data)
    assert found[:, :3] == pytest.approx(beliefs(Hierarchical(component), data)[:, :3], abs=1e-9)
    assert found[:, 3] == pytest.approx(1.0)


@FEW
@given(data=DATA, component=COMPONENT, other=COMPONENT, weight=WEIGHT)
def test_a_second_component_without_weight_changes_nothing(data, component, other, weight):
    two = Exnex((component, other), ((weight, 0.0),) * len(data), (OWN,) * len(data))
    one = exnex(component, [weight] * len(data))
    assert beliefs(two, data)[:, :4] == pytest.approx(beliefs(one, data), abs=1e-9)


@FEW
@given(data=DATA, mean=MEAN, spread=st.sampled_from([FixedSpread(1e-5), HalfNormal(1e-5)]))
def test_without_spread_the_cohorts_are_one(data, mean, spread):
    found = beliefs(Hierarchical(Exchangeable(mean, spread)), data)
    n, y = (sum(column) for column in zip(*data, strict=True))
    expected = logit_normal(n, y, mean)
    for row in found:
        assert row[:2] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("tau", [1e-5, 0.003])
def test_data_in_conflict_are_pooled_where_no_spread_is_allowed(tau):
    """0 of 300 beside 300 of 300: with one common rate these are 300 of 600, and no tail may blow up."""
    model = Hierarchical(Exchangeable(NormalPrior(-0.5, 2.0), FixedSpread(tau)))
    found = beliefs(model, [(300, 0), (300, 300)], cut=0.48)
    expected = logit_normal(600, 300, NormalPrior(-0.5, 2.0), cut=0.48)
    for row in found:
        assert row[:2] == pytest.approx(expected, abs=1e-5 if tau < 1e-4 else 2e-2)
    assert found == pytest.approx(beliefs(model, [(300, 0), (300, 300)], 0.48, fineness=1.7), abs=ACCURACY)


@pytest.mark.parametrize("spread", [HalfNormal(0.05), HalfCauchy(1.0)], ids=["half-normal", "half-cauchy"])
def test_a_finer_grid_changes_nothing_where_data_and_prior_are_far_apart(spread):
    for data, mean in (
        ([(300, 0), (300, 300)], NormalPrior(0.0, 2.0)),
        ([(300, 30), (300, 45)], NormalPrior(1.0, 0.3)),
    ):
        model = Hierarchical(Exchangeable(mean, spread))
        assert beliefs(model, data) == pytest.approx(beliefs(model, data, fineness=1.7), abs=ACCURACY)


@FEW
@given(data=DATA, component=COMPONENT, cut=st.floats(0.02, 0.98))
def test_failures_mirror_responses(data, component, cut):
    mirrored = Exchangeable(NormalPrior(-component.mean.mean, component.mean.sd), component.spread)
    found = beliefs(Hierarchical(component), data, cut)
    other = beliefs(Hierarchical(mirrored), [(n, n - y) for n, y in data], 1 - cut, 1 - TARGET)
    assert found[:, 0] == pytest.approx(1 - other[:, 0], abs=ACCURACY)
    assert found[:, 1] == pytest.approx(1 - other[:, 1], abs=ACCURACY)


@FEW
@given(data=DATA, a=st.floats(0.1, 3.0), b=st.floats(0.1, 3.0))
def test_alone_and_pooled_are_the_beta_distributions(data, a, b):
    alone = beliefs(Independent((BetaPrior(a, b),) * len(data)), data)
    n, y = (sum(column) for column in zip(*data, strict=True))
    pooled = beliefs(Pooled(BetaPrior(a, b)), data)
    for k, (size, responses) in enumerate(data):
        own, common = stats.beta(a + responses, b + size - responses), stats.beta(a + y, b + n - y)
        for row, beta in ((alone[k], own), (pooled[k], common)):
            assert row == pytest.approx([beta.sf(NULL), beta.mean(), beta.moment(2)], abs=1e-10)


@pytest.mark.parametrize(
    "spread",
    [HalfNormal(0.7), HalfCauchy(0.5), UniformSpread(3.0), InverseGammaVariance(2.0, 0.5)],
    ids=lambda one: type(one).__name__,
)
def test_nodes_hold_the_mass_of_the_prior(spread):
    """The mass below a point, and the mean of 1 / (1 + τ²), against scipy."""
    density = {
        HalfNormal: lambda t: stats.halfnorm.pdf(t, scale=0.7),
        HalfCauchy: lambda t: stats.halfcauchy.pdf(t, scale=0.5),
        UniformSpread: lambda t: stats.uniform.pdf(t, scale=3.0),
        InverseGammaVariance: lambda t: stats.invgamma.pdf(t * t, 2.0, scale=0.5) * 2 * t,
    }[type(spread)]
    nodes = spread.nodes(0.4, 1.0)
    assert math.isclose(nodes.mass.sum(), 1.0, rel_tol=1e-12)
    ends = (0.0, 0.3, 1.0, 3.0, math.inf)
    expected = sum(
        integrate.quad(lambda t: density(t) / (1 + t * t), low, high)[0]
        for low, high in itertools.pairwise(ends)
        if not (isinstance(spread, UniformSpread) and low >= 3.0)
    )
    assert (nodes.mass / (1 + nodes.at**2)).sum() == pytest.approx(expected, abs=1e-7)
