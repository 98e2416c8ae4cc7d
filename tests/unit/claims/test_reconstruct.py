"""Rebuilt subjects: what is proved is checked by hand, what is printed by the pipeline of recorded data."""

import numpy as np
import pytest

pytest.importorskip("ortools")

from trialwright.claims.model import Publication
from trialwright.claims.read import read_claims
from trialwright.claims.reconstruct.annealing_kernel import energy_of
from trialwright.claims.reconstruct.ensemble import build
from trialwright.claims.reconstruct.facts import facts_of
from trialwright.claims.reconstruct.figure_kernel import curve_figures, hazard_ratio, log_rank_z, rate_at
from trialwright.claims.reconstruct.match import state_of, table_of
from trialwright.claims.reconstruct.prove import bounds, contradiction
from trialwright.claims.reconstruct.records import study_data
from trialwright.claims.reconstruct.targets import targets_of
from trialwright.progress import Silent
from trialwright.sdtm.files import Format, read_folder, write_folder
from trialwright.sdtm.study_data import Origin
from trialwright.stats.cox import cox
from trialwright.stats.logrank import logrank
from trialwright.stats.survival import kaplan_meier


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


def test_a_smallest_contradiction_needs_each_of_its_claims():
    # 90 % at 6 months and 30 % at 12 are possible, a median of 20 months with 30 % at 12 is not
    claims = [
        rate("90.0", "6", "early"),
        rate("30.0", "12", "late"),
        median("20.0"),
        rate("80.0", "9", "mid"),
    ]
    core = contradiction(group_of(publication(*claims, n=20)))
    assert set(core) == {"late", "os"}
    for needed in core:
        rest = [one for one in claims if one["id"] != needed]
        assert contradiction(group_of(publication(*rest, n=20))) == ()


def test_three_claims_that_contradict_only_together():
    # follow-up 3.0 to 8.0 months with a median of 5.0, and half dead at 9 months: nobody was there to see it
    follow_up = {"id": "seen", "type": "follow_up", "value": "5.0", "range": ["3.0", "8.0"], "unit": "month"}
    assert set(contradiction(group_of(publication(follow_up, median("9.0"))))) == {"seen", "os"}


def test_bounds_are_reached_and_not_passed():
    # 90 % of 10 at 6 months is one death among ten at risk: no other count before a first censoring
    deaths, rate_12 = bounds(group_of(publication(rate("90.0", "6"), n=10)))[:2]
    assert deaths.proved
    assert (deaths.low, deaths.high) == (1, 10)
    assert rate_12.proved
    assert rate_12.low == 0.0
    assert rate_12.high == pytest.approx(90.0, abs=0.1)
    assert "hardly bounded" in rate_12.words


def arms(seed, sizes=(33, 34), longest=60):
    rng = np.random.default_rng(seed)
    times = [np.sort(rng.integers(1, longest, n)) for n in sizes]
    return times, [rng.integers(0, 2, one.size) for one in times]


@pytest.mark.parametrize("seed", range(6))
def test_the_fast_hazard_ratio_and_log_rank_are_those_of_the_analysis(seed):
    times, events = arms(seed)
    b, se = hazard_ratio(times[0], events[0], times[1], events[1], 0.3)
    arm = np.concatenate([np.ones(33), np.zeros(34)])
    fit = cox(np.concatenate(times), np.concatenate(events), arm[:, None])
    assert b == pytest.approx(fit.beta[0], rel=1e-6, abs=1e-9)
    assert se == pytest.approx(fit.se[0], rel=1e-6)
    test = logrank(np.concatenate(times), np.concatenate(events), arm)
    assert log_rank_z(times[0], events[0], times[1], events[1]) == pytest.approx(abs(test.z), rel=1e-9)


@pytest.mark.parametrize("longest", [4, 12, 300])
@pytest.mark.parametrize("seed", range(25))
def test_the_fast_median_and_its_limits_are_those_of_the_analysis(seed, longest):
    times, events = arms(seed, sizes=(2 + seed, 20), longest=longest)
    curve = kaplan_meier(times[0], events[0])
    found = curve.median()
    fast = curve_figures(times[0], events[0], 1.959963984540054)
    assert fast == pytest.approx((found.value, found.low, found.high), nan_ok=True)
    assert rate_at(times[0], events[0], 5.0) == pytest.approx(curve.at([5.0])[0].survival)


def test_a_curve_that_rests_on_one_half_has_its_median_in_the_middle():
    assert curve_figures(np.array([1, 2, 3, 4]), np.array([1, 1, 1, 1]), 1.96)[0] == 2.5


@pytest.fixture(scope="module")
def capox():
    claims = read_claims("ici-capox")
    return claims, build(claims, Silent(), seed=1, size=6)


def test_every_data_set_meets_every_possible_figure(capox):
    _claims, ensemble = capox
    assert len(ensemble.sets) == 6
    missed = {(one.claim, one.what) for found in ensemble.sets for one in found.figures if not one.met}
    assert missed == {("os", "median OS, upper limit (log-log)")}  # 28.0 months: nobody was followed so long
    claims = {one.claim for one in ensemble.sets[0].figures}
    assert {"follow_up", "pfs", "os", "dor", "orr", "dcr", "ae", "icc", "surgery", "age"} <= claims


def test_the_data_sets_differ(capox):
    _claims, ensemble = capox
    curves = [kaplan_meier(*_of(one.parts["evaluable"], "OS")) for one in ensemble.sets]
    at = np.arange(30, 700, 30)
    heights = np.array([[mark.survival for mark in curve.at(at)] for curve in curves])
    apart = [np.abs(heights[i] - heights[j]).max() for i in range(6) for j in range(i)]
    assert min(apart) > 0.02
    assert np.median(apart) > 0.1


def _of(part, endpoint):
    return part.times[endpoint], part.events[endpoint]


def test_nobody_progresses_after_death_and_nothing_happens_after_it(capox):
    claims, ensemble = capox
    for one in ensemble.sets:
        part = one.parts["evaluable"]
        same_day = part.times["PFS"] == part.times["OS"]
        assert (part.times["PFS"] <= part.times["OS"]).all()
        assert (part.events["PFS"][same_day] >= part.events["OS"][same_day]).all()
    data = study_data(claims, ensemble.sets[0].people)
    last = dict(data.domain("DM").select("USUBJID", "RFPENDTC").iter_rows())
    for domain, column in (("AE", "AEENDTC"), ("EX", "EXENDTC"), ("TR", "TRDTC"), ("RS", "RSDTC")):
        for subject, day in data.domain(domain).select("USUBJID", column).iter_rows():
            assert day <= last[subject], (domain, subject)


def test_the_mark_follows_the_records(capox, tmp_path):
    claims, ensemble = capox
    data = study_data(claims, ensemble.sets[0].people)
    assert data.origin is Origin.RECONSTRUCTED
    assert len(data.subjects) == 28
    write_folder(data, tmp_path / "sdtm", Format.CSV)
    assert read_folder(tmp_path / "sdtm").origin is Origin.RECONSTRUCTED


def test_the_same_seed_gives_the_same_subjects_whatever_the_size():
    claims = publication(median("6.0"), rate("25.0", "12"), n=12)
    first, second = (build(claims, Silent(), seed=7, size=size) for size in (2, 1))
    assert first.sets[0].people == second.sets[0].people
    assert first.sets[0].figures == second.sets[0].figures
    other = build(claims, Silent(), seed=8, size=1)
    assert other.sets[0].people != second.sets[0].people


def test_percentages_that_no_count_gives_are_said():
    claims = [
        {"id": "wider", "type": "percent", "population": "some", "percent": "32.1"},
        {"id": "nearest", "type": "percent", "population": "A", "percent": "46"},
        {"id": "cut", "type": "percent", "population": "B", "percent": "67"},
    ]
    content = {
        "study": {"id": "x", "enrolled": 67},
        "populations": {
            "all": 28,
            "some": {"n": 26, "of": "all"},
            "A": {"n": 33, "arm": "yes", "of": "all"},
            "B": {"n": 34, "arm": "yes", "of": "all"},
        },
        "claims": [one | {"record": {"domain": "AE", "term": "Nausea"}} for one in claims],
    }
    wider, nearest, cut = facts_of(Publication.model_validate(content))
    assert (wider.k, wider.n, wider.population) == (9, 28, "all")
    assert (nearest.k, nearest.n) == (15, 33)
    assert "no whole number of 33 gives 46 %" in nearest.told
    assert (cut.k, cut.told) == (23, "67 % is 23 of 34 cut off, not rounded")


def two_arms(value="1.40", low="0.64", high="3.06", p="0.399"):
    groups = {name: {"n": 30, "arm": "yes"} for name in ("A", "B")}
    medians = [median("8.0", "os_A") | {"population": "A"}, median("11.0", "os_B") | {"population": "B"}]
    ratio = {"id": "hr", "type": "ratio", "endpoint": "OS", "value": value, "ci": [low, high], "level": 95}
    content = {"study": {"id": "x", "enrolled": 60}, "populations": groups}
    content["claims"] = [*medians, ratio | {"contrast": ["A", "B"], "p": p}]
    return Publication.model_validate(content)


@pytest.fixture(scope="module")
def compared():
    return build(two_arms(), Silent(), seed=2, size=3)


def test_two_arms_are_brought_to_a_printed_hazard_ratio_its_interval_and_test(compared):
    ensemble = compared
    assert len(ensemble.sets) == 3
    for one in ensemble.sets:
        assert {figure.what for figure in one.figures if not figure.met} == set()
        printed = {figure.what: figure.recomputed for figure in one.figures}
        assert printed["OS hazard ratio"] == "1.40"
        assert printed["OS, P of the log-rank test"] == "0.399"


def test_a_ratio_off_the_middle_of_its_interval_is_left_out_and_said():
    # √(0.64 × 3.06) = 1.40: 1.30 is not the middle
    targets = targets_of(two_arms(value="1.30"))
    assert targets.ratios[0].ratio is None
    assert "1.30 is not the middle of its interval" in targets.ratios[0].left_out


def test_what_meets_every_figure_costs_nothing_and_what_does_not_costs(compared):
    table = table_of(compared.targets, ["A", "B"])
    good = compared.sets[0].parts
    state = state_of([good["A"], good["B"]])

    def cost(times):
        return energy_of(times, state.events, state.blocks, table.what, table.spans, 0, np.inf)

    assert cost(state.times) == 0.0
    assert cost(state.times + 40) > 1.0  # every median 1.3 months later


def test_follow_up_of_a_population_over_groups():
    content = {
        "study": {"id": "x", "enrolled": 30},
        "populations": {"enrolled": 30, "evaluable": {"n": 24, "of": "enrolled"}},
        "claims": [
            median("9.0") | {"population": "evaluable"},
            {
                "id": "seen",
                "type": "follow_up",
                "population": "enrolled",
                "value": "14.0",
                "ci": ["11.0", "18.0"],
                "level": 95,
                "unit": "month",
            },
        ],
    }
    ensemble = build(Publication.model_validate(content), Silent(), seed=1, size=2)
    assert ensemble.targets.rest == 6
    for one in ensemble.sets:
        assert len(one.people) == 30
        assert all(figure.met for figure in one.figures if figure.claim in {"seen", "os"})


def test_follow_up_said_to_be_reverse_kaplan_meier_is_met_as_such():
    # half of all still observed at 26 months would mean at least 50 % alive at 12
    seen = {"id": "seen", "type": "follow_up", "value": "26.3", "unit": "month"}
    claims = (median("11.2"), rate("45.0", "12"))
    assert set(contradiction(group_of(publication(*claims, seen, n=20)))) in (
        {"os", "seen"},
        {"rate", "seen"},
    )
    one = publication(*claims, seen | {"method": "reverse Kaplan–Meier"}, n=20)
    assert contradiction(group_of(one)) == ()
    for made in build(one, Silent(), seed=1, size=2).sets:
        assert all(figure.met for figure in made.figures if figure.claim in {"os", "rate", "seen"})
