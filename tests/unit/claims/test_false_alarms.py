"""Abstracts computed from real patients have no error; the same ones with one error planted have it found."""

import pytest
from real_abstracts import PLANTS, abstract, planted

from trialwright.claims.audit import audit
from trialwright.claims.finding import Verdict
from trialwright.claims.model import Publication

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
