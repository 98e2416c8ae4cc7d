"""Times and responses drawn alone are those of whole histories under any assumptions and rules."""

from dataclasses import replace

import numpy as np
import pytest

from trialwright.design.protocol_trials import draw_trials
from trialwright.protocol.censoring import AfterMissed, NewTherapy
from trialwright.protocol.read import read_study
from trialwright.simulate.outcomes import progression_endpoint
from trialwright.simulate.plan import make_plan
from trialwright.simulate.read import read_assumptions
from trialwright.simulate.tiles.draw import draw_progressions, draw_responses

BLOCKS = ([0, 1], [0, 0, 1], [0, 1, 1, 0, 1])


@pytest.fixture(scope="module")
def plan():
    study = read_study("nabp-cis")
    return make_plan(study, read_assumptions(study))


def other_assumptions(plan, rng):
    """Many targets, nodes, missed and unreadable scans, new lesions, early deaths, unequal blocks."""
    disease, baseline = plan.disease, plan.baseline
    return replace(
        plan,
        disease=disease._replace(
            missed_scan=rng.uniform(0, 0.5),
            not_assessable=rng.uniform(0.01, 0.5),
            nontarget_gone=rng.uniform(0, 0.5),
            nontarget_progression=rng.uniform(1.1, 2),
            new_lesion=disease.new_lesion * rng.uniform(0, 4),
            death=disease.death * rng.uniform(0, 3),
            death_size_power=disease.death_size_power * rng.uniform(-1, 3),
            growth=disease.growth * rng.uniform(0.5, 4),
            lost=disease.lost * rng.choice([0.0, 5.0]),
            stop=disease.stop * rng.uniform(0, 4),
            therapy_after_stop=rng.uniform(0, 1),
            reader_log_sd=rng.uniform(0, 0.2),
            measured_from_mm=rng.uniform(0, 20),
            seen_from_mm=rng.uniform(0, 12),
        ),
        baseline=baseline._replace(
            block=np.array(BLOCKS[rng.integers(3)]),
            metastasis=rng.uniform(0, 0.7, len(baseline.metastasis)),
            second_lesion=rng.uniform(0, 1),
            prior_therapy=rng.uniform(0, 1),
            prior_surgery=rng.choice([0.0, 0.6]),
        ),
    )


def other_rules(plan, rng):
    """Other censoring of the endpoint and other options of the response rules."""
    endpoint = progression_endpoint(plan)
    changes = {
        "missed_assessments": [None, 1, 3][rng.integers(3)],
        "new_therapy": list(NewTherapy)[rng.integers(len(NewTherapy))],
        "progression_after_missed": list(AfterMissed)[rng.integers(len(AfterMissed))],
        "death_after_missed": list(AfterMissed)[rng.integers(len(AfterMissed))],
    }
    other = endpoint.model_copy(update={"censor": endpoint.censor.model_copy(update=changes)})
    options = plan.options._replace(
        reappearance_after_cr_is_pd=bool(rng.integers(2)),
        sd_between_prs=bool(rng.integers(2)),
        cr_then_pr=int(rng.integers(4)),
        minimum_sd_days=int(rng.integers(90)),
    )
    study = plan.study.model_copy(update={"endpoints": {"PFS": other}})
    return replace(plan, study=study, options=options)


@pytest.mark.parametrize("seed", range(12))
def test_nothing_is_lost_by_drawing_less(plan, seed):
    rng = np.random.default_rng(seed)
    unusual = other_rules(other_assumptions(plan, rng), rng)
    size = int(rng.choice([1, 5, 67, 700]))
    where = (unusual, seed, size, int(rng.integers(2**31)), max(1, 3000 // size))
    times, responses = draw_progressions(*where), draw_responses(*where)
    some, outcomes = draw_trials(*where)
    assert np.array_equal(times.arm, some.baseline.arm)
    assert np.array_equal(times.days, outcomes.pfs.days)
    assert np.array_equal(times.event, outcomes.pfs.event)
    assert np.array_equal(responses.evaluable, outcomes.evaluable)
    assert np.array_equal(responses.best, outcomes.best)
    assert np.array_equal(responses.confirmed, outcomes.confirmed)


def test_without_scans_nobody_is_evaluable(plan):
    unscanned = replace(plan, disease=plan.disease._replace(scan_days=np.zeros(0, np.int64)))
    times, responses = draw_progressions(unscanned, 1, 67, 0, 20), draw_responses(unscanned, 1, 67, 0, 20)
    some = draw_trials(unscanned, 1, 67, 0, 20)[0]
    died = (some.disease.death <= some.cutoff) & (some.disease.death <= some.disease.lost)
    treated = some.disease.therapy < some.disease.death
    assert not responses.evaluable.any()
    assert np.array_equal(times.event, died & ~treated)
