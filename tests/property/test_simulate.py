"""Virtual patients under any seed: what must hold of every subject, and of doses of every size."""

from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.derive.recist.codes import Response
from trialwright.protocol.dosing.amounts import Prescriber, calvert, round_by_size
from trialwright.protocol.dosing.body import Body, du_bois, gehan_george, haycock, mosteller
from trialwright.protocol.dosing.tablets import nearest_tablets, tablets_of
from trialwright.protocol.read import read_study
from trialwright.simulate.patients import draw_patients
from trialwright.simulate.plan import make_plan
from trialwright.simulate.read import read_assumptions


@cache
def plan_of(name):
    study = read_study(name)
    return make_plan(study, read_assumptions(study))


seeds = st.integers(0, 2**63 - 1)
studies = st.sampled_from(["nivo-gemcis", "ici-capox", "nabp-cis"])
heights, weights = st.floats(150, 200), st.floats(45, 150)


@settings(max_examples=25, deadline=None)
@given(studies, seeds, st.integers(0, 2**31), st.permutations(range(12)))
def test_the_order_in_which_subjects_are_drawn_never_matters(name, seed, first, order):
    plan = plan_of(name)
    subjects = first + np.arange(12, dtype=np.int64)
    shuffled = subjects[np.array(order)]
    straight = draw_patients(plan, seed, np.zeros(12, np.int64), subjects)
    mixed = draw_patients(plan, seed, np.zeros(12, np.int64), shuffled)
    for field in ("death", "progression", "scans", "overall"):
        np.testing.assert_array_equal(
            getattr(straight.disease, field)[np.array(order)], getattr(mixed.disease, field)
        )


@settings(max_examples=25, deadline=None)
@given(studies, seeds)
def test_every_history_is_possible(name, seed):
    some = draw_patients(plan_of(name), seed, np.zeros(200, np.int64), np.arange(200, dtype=np.int64))
    base, disease = some.baseline, some.disease
    assert (base.targets >= 1).all()
    assert (base.targets <= 5).all()
    places = np.arange(5)[None, :] < base.targets[:, None]
    assert (base.diameter_mm[places] >= 10).all()
    for organ in range(10):
        assert (((base.target_organ == organ) & places).sum(axis=1) <= 2).all()
    scans = np.arange(disease.scan_day.shape[1])[None, :] < disease.scans[:, None]
    later = scans[:, 1:] & scans[:, :-1]
    assert (np.diff(disease.scan_day, axis=1)[later] > 0).all()
    before_last = np.arange(disease.scan_day.shape[1])[None, :] < disease.scans[:, None] - 1
    assert (disease.overall[before_last] != Response.PD).all()
    assert (disease.therapy[disease.therapy < 10**6] <= some.cutoff[disease.therapy < 10**6]).all()


@given(heights, weights)
def test_a_larger_body_never_gets_a_smaller_dose(height, weight):
    for formula in (mosteller, du_bois, haycock, gehan_george):
        assert formula(height, weight) < formula(height + 1, weight)
        assert formula(height, weight) < formula(height, weight + 1)


@given(heights, weights, st.floats(30, 1500))
def test_rounding_stays_within_five_percent_of_the_computed_dose(height, weight, amount):
    dose = Prescriber(Body(height, weight)).compute(amount, "mg/m2").dose_mg
    assert abs(round_by_size()(dose) - dose) <= 0.05 * dose


@given(st.floats(600, 3000))
def test_tablets_are_never_more_than_100_mg_from_the_computed_dose(dose):
    assert abs(nearest_tablets(dose, tablets_of("capecitabine")).dose_mg - dose) <= 100


@given(st.floats(2, 7), st.floats(20, 400))
def test_calvert_never_exceeds_the_dose_at_the_cap(auc, clearance):
    assert calvert(auc, clearance).dose_mg <= calvert(auc, 125).dose_mg
