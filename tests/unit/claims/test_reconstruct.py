"""Rebuilt subjects: what is proved is checked by hand, what is printed by the pipeline of recorded data."""

import math

import numpy as np
import pytest

pytest.importorskip("ortools")

from trialwright.claims.model import Publication
from trialwright.claims.read import read_claims
from trialwright.claims.reconstruct.ensemble import build, figures_of
from trialwright.claims.reconstruct.hazard_kernel import hazard_ratio
from trialwright.claims.reconstruct.prove import bounds, contradiction
from trialwright.claims.reconstruct.records import study_data
from trialwright.claims.reconstruct.targets import targets_of
from trialwright.progress import Silent
from trialwright.sdtm.files import Format, read_folder, write_folder
from trialwright.sdtm.study_data import Origin
from trialwright.stats.cox import cox


def publication(*claims, n=10, **study):
    content = {"study": {"id": "x", "enrolled": n, **study}, "claims": list(claims)}
    return Publication.model_validate(content)


def median(value, name="os", endpoint="OS"):
    return {"id": name, "type": "median", "endpoint": endpoint, "value": value, "unit": "month"}


def rate(percent, time, name="rate"):
    return {
        "id": name,
        "type": "landmark",
        "endpoint": "OS",
        "time": time,
        "percent": percent,
        "unit": "month",
    }


def group_of(one):
    return targets_of(one).groups[0]


def test_a_median_after_a_rate_below_one_half_is_a_contradiction_and_named():
    one = publication(median("12.0"), rate("40.0", "6"), rate("90.0", "3", "early"))
    assert set(contradiction(group_of(one))) == {"os", "rate"}  # the early rate is innocent


def test_one_death_among_ten_leaves_at_most_ninety_percent():
    assert contradiction(group_of(publication(rate("95.0", "6")))) == ("rate",)
    assert contradiction(group_of(publication(rate("87.5", "6")))) == ()  # 7 / 8, after two censorings


def test_bounds_of_the_deaths_behind_a_rate():
    # 10 subjects, 80 % at 6 months: at least 1 death (5 at risk, 1 − 1/5), at most 2 by then and 8 after it
    found = {one.figure: one for one in bounds(group_of(publication(rate("80.0", "6"))))}
    events = found["all: OS events"]
    assert (events.low, events.high) == (1, 10)
    assert events.proved
    assert "hardly bounded" in events.words


def test_the_fast_hazard_ratio_is_that_of_the_cox_model():
    rng = np.random.default_rng(3)
    times = [np.sort(rng.integers(1, 60, n)) for n in (33, 34)]
    events = [rng.integers(0, 2, one.size) for one in times]
    b, se = hazard_ratio(times[0], events[0], times[1], events[1])
    arm = np.concatenate([np.ones(33), np.zeros(34)])
    fit = cox(np.concatenate(times), np.concatenate(events), arm[:, None])
    assert b == pytest.approx(fit.beta[0], rel=1e-6)
    assert se == pytest.approx(fit.se[0], rel=1e-6)


@pytest.fixture(scope="module")
def capox():
    claims = read_claims("ici-capox")
    return claims, build(claims, Silent(), seed=1, size=50)


def test_fifty_data_sets_meet_every_printed_time(capox):
    _claims, ensemble = capox
    assert len(ensemble.sets) == 50
    assert all(figure.met for figures in ensemble.figures for figure in figures)
    assert {figure.claim for figure in ensemble.figures[0]} == {"follow_up", "pfs", "os"}
    different = {tuple(one["evaluable"].times["OS"]) for one in ensemble.sets}
    assert len(different) == 50


def test_nobody_progresses_after_death(capox):
    _claims, ensemble = capox
    for one in ensemble.sets:
        part = one["evaluable"]
        same_day = part.times["PFS"] == part.times["OS"]
        assert (part.times["PFS"] <= part.times["OS"]).all()
        assert (part.events["PFS"][same_day] >= part.events["OS"][same_day]).all()


def test_the_mark_follows_the_records(capox, tmp_path):
    claims, ensemble = capox
    data = study_data(claims, ensemble.sets[0], np.random.default_rng(1))
    assert data.origin is Origin.RECONSTRUCTED
    assert len(data.subjects) == 28
    write_folder(data, tmp_path / "sdtm", Format.CSV)
    assert read_folder(tmp_path / "sdtm").origin is Origin.RECONSTRUCTED


def test_the_same_seed_gives_the_same_subjects():
    claims = read_claims("ici-capox")
    first, second = (build(claims, Silent(), seed=7, size=2) for _ in range(2))
    assert figures_of(claims, first.sets[0]) == figures_of(claims, second.sets[0])
    assert (first.sets[1]["evaluable"].times["OS"] == second.sets[1]["evaluable"].times["OS"]).all()


def test_two_arms_are_brought_to_a_printed_hazard_ratio():
    arms = {name: {"n": 30, "arm": "yes"} for name in ("A", "B")}
    medians = [median("8.0", "os_A") | {"population": "A"}, median("11.0", "os_B") | {"population": "B"}]
    ratio = {
        "id": "hr",
        "type": "ratio",
        "endpoint": "OS",
        "value": "1.40",
        "ci": ["0.80", "2.45"],
        "level": 95,
    }
    content = {"study": {"id": "x", "enrolled": 60}, "populations": arms}
    content["claims"] = [*medians, ratio | {"contrast": ["A", "B"]}]
    ensemble = build(Publication.model_validate(content), Silent(), seed=2, size=4)
    best = {figure.what: figure for figure in ensemble.figures[0]}
    assert math.isclose(float(best["OS hazard ratio"].recomputed), 1.40, abs_tol=0.03)
    assert all(figure.met for what, figure in best.items() if what.startswith("median"))
