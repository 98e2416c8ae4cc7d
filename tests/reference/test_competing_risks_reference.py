"""Cumulative incidence and rates against frozen output of R (script: r/competing_risks.R)."""

from __future__ import annotations

import json
import pathlib

import numpy as np
import pytest

from trialwright.stats.competing_risks import cumulative_incidence
from trialwright.stats.rates import poisson_rate, poisson_rate_ratio
from trialwright.stats.survival import ConfType

REFERENCE = json.loads(pathlib.Path(__file__).with_name("competing_risks.json").read_text(encoding="utf-8"))
DIGITS = 1e-9


def _array(values):
    return np.array([np.nan if value is None else float(value) for value in values])


def _same(name, ours, theirs, defined=None):
    theirs = _array(theirs)
    chosen = np.isfinite(theirs) if defined is None else defined & np.isfinite(theirs)
    np.testing.assert_allclose(ours[chosen], theirs[chosen], rtol=DIGITS, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("case", REFERENCE["curves"], ids=lambda case: f"{case['name']} {case['conf_type']}")
def test_cumulative_incidence_equals_survfit(case):
    curve = cumulative_incidence(case["time"], case["cause"], causes=2, conf_type=ConfType(case["conf_type"]))
    _same("times", curve.time, case["times"])
    _same("at risk", curve.at_risk, case["at_risk"])
    _same("event-free", curve.event_free, case["free"])
    _same("error of event-free", curve.event_free_error, case["free_error"])
    for k in range(2):
        _same(f"incidence {k + 1}", curve.incidence[k], case["incidence"][k])
        _same(f"standard error {k + 1}", curve.std_error[k], case["std_error"][k])
        positive = curve.incidence[k] > 0
        _same(f"low {k + 1}", curve.low[k], case["low"][k], positive)
        _same(f"high {k + 1}", curve.high[k], case["high"][k], positive)
        assert np.isfinite(_array(case["low"][k])[positive]).all()


@pytest.mark.parametrize(
    "case", REFERENCE["rates"], ids=lambda case: f"{case['events']} in {case['exposure']}"
)
def test_exact_poisson_rate_equals_poisson_test(case):
    rate = poisson_rate(case["events"], case["exposure"], level=case["level"])
    assert [rate.value, rate.low, rate.high] == pytest.approx(
        [case["rate"], case["low"], case["high"]], rel=DIGITS
    )


@pytest.mark.parametrize("case", REFERENCE["ratios"], ids=lambda case: str(case["events"]))
def test_ratio_of_rates_equals_poisson_test(case):
    ratio = poisson_rate_ratio(tuple(case["events"]), tuple(case["exposure"]))
    assert [ratio.value, ratio.low, ratio.high] == pytest.approx(
        [case["ratio"], case["low"], case["high"]], rel=DIGITS
    )
