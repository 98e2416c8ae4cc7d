"""Abstracts computed from real patients have no error; the same ones with one error planted have it found."""

import functools

import pytest
from more_abstracts import wider
from more_plants import MORE_PLANTS, UNSEEN
from real_abstracts import PLANTS, abstract, planted

from trialwright.claims.audit import audit
from trialwright.claims.finding import Verdict
from trialwright.claims.model import Publication

wider_once = functools.cache(wider)
ALARMS = {Verdict.ERROR, Verdict.SUSPECT}


@pytest.mark.parametrize("seed", range(40))
def test_a_correct_abstract_raises_no_alarm(seed):
    findings = audit(Publication.model_validate(abstract(seed)))
    assert [one for one in findings if one.verdict in ALARMS] == []


@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_error_is_found(plant):
    tried = 0
    for seed in range(12):
        try:
            content, name = planted(abstract(seed), plant)
        except (StopIteration, TypeError, AttributeError):
            continue  # this abstract does not print such a number, or prints 'not reached'
        tried += 1
        findings = audit(Publication.model_validate(content))
        assert any(one.verdict in ALARMS and name in one.claims for one in findings)
    assert tried >= 5


@pytest.mark.parametrize("seed", range(60))
def test_an_abstract_of_other_habits_raises_no_alarm(seed):
    findings = audit(Publication.model_validate(wider(seed)))
    assert [one for one in findings if one.verdict in ALARMS] == []


@pytest.mark.parametrize("plant", MORE_PLANTS, ids=lambda plant: plant.__name__)
def test_an_error_of_another_kind_is_found(plant):
    tried = 0
    for seed in range(100, 130):
        try:
            content, name = planted(wider_once(seed), plant)
        except (StopIteration, TypeError, AttributeError, AssertionError, KeyError):
            continue  # this abstract does not print such a number, or one that the error would not move
        tried += 1
        findings = audit(Publication.model_validate(content))
        assert any(one.verdict in ALARMS and name in one.claims for one in findings), (seed, content)
        if tried == 5:
            break
    assert tried >= 3


@pytest.mark.parametrize("plant", UNSEEN, ids=lambda plant: plant.__name__)
def test_an_error_that_leaves_every_figure_possible_is_not_seen(plant):
    """What the page says that the audit cannot see; it must not be taken for a check."""
    findings = audit(Publication.model_validate(plant(wider(101))))
    assert not any(one.verdict in ALARMS for one in findings)
