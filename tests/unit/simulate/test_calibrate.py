"""Calibration: what was published is found again inside the central 80 % of simulated trials."""

import numpy as np
import pytest

from trialwright.errors import StudyFileError
from trialwright.protocol.read import read_study
from trialwright.simulate.calibrate.assumed import Assumed, place_of
from trialwright.simulate.calibrate.run import achieved, replicate
from trialwright.simulate.calibrate.write import fitted_names, updated
from trialwright.simulate.read import parse_assumptions, read_assumptions

STUDIES = ["nivo-gemcis", "ici-capox", "nabp-cis"]


@pytest.mark.parametrize("name", STUDIES)
def test_every_published_figure_that_is_possible_lies_in_the_central_80_percent(name):
    study = read_study(name)
    assumptions = read_assumptions(study)
    found = achieved(replicate(study, assumptions, seed=20_000_003, trials=1000))
    outside = [
        one.figure
        for one, published in zip(found, assumptions.published, strict=True)
        if published.possible and not one.inside
    ]
    assert outside == []


def test_a_position_and_its_assumptions_are_the_same_thing():
    assumptions = read_assumptions(read_study("nabp-cis"))
    assumed = Assumed(assumptions, fitted_names(assumptions))
    again = Assumed(assumed.at(assumed.position()), assumed.names)
    np.testing.assert_allclose(again.position(), assumed.position(), rtol=1e-12)


def test_shares_and_rates_stay_possible_however_far_a_step_goes():
    assumptions = read_assumptions(read_study("nivo-gemcis"))
    names = ("outcome.no_first_scan", "outcome.death_per_month", "tumour.sensitive_sd")
    for far in (-50.0, 50.0):
        data = Assumed(assumptions, names).at(np.full(3, far)).model_dump()
        for name in names:
            holder, key = place_of(data, name)
            assert holder[key] > 0
        assert data["outcome"]["no_first_scan"] < 1


def test_a_fit_that_names_no_assumption_is_refused():
    assumptions = read_assumptions(read_study("nivo-gemcis"))
    with pytest.raises(StudyFileError, match="names no assumption"):
        Assumed(assumptions, ["tumour.colour"])


def test_writing_keeps_comments_and_reads_back_the_same():
    study = read_study("nivo-gemcis")
    text = (study.folder / "assumptions.yaml").read_text(encoding="utf-8")
    assumptions = read_assumptions(study)
    written = updated(text, assumptions)
    assert "# the abstract prints September 31, a day that does not exist" in written
    assert parse_assumptions(written) == assumptions
