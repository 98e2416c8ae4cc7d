"""Subjects behind a curve: on curves small enough to be worked out by hand, every number is exact."""

import numpy as np
import pytest
from drawn_curves import Arm, Hand, axis_of, clicked, curve, simulated, traced

from trialwright.claims.curve_claim import DigitisedCurve
from trialwright.claims.model import Publication
from trialwright.claims.reconstruct.curves.arm_curve import in_order, ready, thinned
from trialwright.claims.reconstruct.curves.click_file import Clicks
from trialwright.claims.reconstruct.curves.rebuild import sets_of, survival_at
from trialwright.errors import DataError
from trialwright.stats.survival import kaplan_meier

MONTH = 30.4375
STILL = Hand(x=0.0, y=0.0, riser=0.0, plateau=0.0)


def arm_curve(clicks, n, marks=None, unit="month", **beside):
    claim = {"id": "os", "clicks": "-", "scale": "fraction", "unit": unit, **beside}
    publication = Publication.model_validate({"study": {"id": "x", "enrolled": n}})
    time, survival = (np.array(one, dtype=float) for one in zip(*clicks, strict=True))
    marks = None if marks is None else np.array(marks, dtype=float)
    return ready(publication, DigitisedCurve.model_validate(claim), Clicks(time, survival), marks)


def rebuilt(*given, **beside):
    return sets_of(arm_curve(*given, **beside), np.random.default_rng(1))


def steps(*pairs, end):
    """Corner clicks of a curve that falls to the given heights on the given days."""
    clicks, height = [(0.0, 1.0)], 1.0
    for day, after in pairs:
        clicks += [(day, height), (day, after)]
        height = after
    return [*clicks, (end, height)]


def test_ten_subjects_without_censoring_are_found_one_by_one():
    clicks = steps(*[(10 * k, 1 - k / 10) for k in range(1, 11)], end=100)
    first = rebuilt(clicks, 10, unit="day").sets[0]
    assert first.days.tolist() == [10 * k for k in range(1, 11)]
    assert first.events.tolist() == [1] * 10


def test_a_step_of_a_third_says_that_two_of_five_had_left():
    # 1/5 falls at day 20; then 0.8 → 0.5333 is 1 of 3: one was censored in between, and 2 stay to the end
    found = rebuilt(steps((20, 0.8), (60, 0.8 * 2 / 3), end=100), 5, unit="day")
    for one in found.sets:
        assert one.events.sum() == 2
        between = (one.days >= 20) & (one.days < 60) & (one.events == 0)
        assert between.sum() == 1


def test_two_deaths_on_one_day_are_two():
    found = rebuilt(steps((20, 0.9), (50, 0.7), end=100), 10, unit="day")
    assert [one.events.sum() for one in found.sets] == [3] * len(found.sets)


def test_a_click_on_a_riser_is_no_event():
    clicks = steps((20, 0.9), (50, 0.8), end=100)
    clicks.insert(4, (50, 0.86))
    found = rebuilt(clicks, 10, unit="day")
    assert all(one.events.sum() == 2 for one in found.sets)
    assert found.farthest_click()[0] < 1e-9


def test_printed_numbers_at_risk_are_met_by_every_data_set():
    # 20 subjects, a death each at day 30 and 90: between, 20 − 1 − 12 = 7 left; the clicks are 1 % off
    clicks = [(0, 1.0), (30, 0.99), (30, 0.955), (90, 0.95), (90, 0.87), (150, 0.87)]
    found = rebuilt(clicks, 20, unit="day", at_risk={"0": 20, "60": 12, "120": 11})
    for one in found.sets:
        assert (one.days >= 60).sum() == 12
        assert (one.days >= 120).sum() == 11
        assert one.days.size == 20


def test_the_printed_total_decides_between_histories():
    """A fall from 0.3 to 0 at the end may be any number of deaths; the total says how many."""
    # of 20, 14 die one by one; 6 stay, whose last fall to 0 is of all who are left
    clicks = steps(*[(10 * k, 1 - k / 20) for k in range(1, 15)], (200, 0.0), end=200)
    for total in (15, 16, 20):
        found = rebuilt(clicks, 20, unit="day", events=total)
        assert {int(one.events.sum()) for one in found.sets} == {total}
        assert all(one.events[-1] == 1 for one in found.sets)  # the curve ends at 0


def test_marks_say_when_subjects_left():
    clicks = steps((50, 0.9), end=100)
    found = rebuilt(clicks, 10, [70, 80, 90], unit="day")
    censored = found.sets[0].days[found.sets[0].events == 0]
    assert set(censored.tolist()) >= {70, 80, 90}


def test_a_total_that_the_clicks_refute_is_named():
    clicks = steps((20, 0.9), end=100)
    with pytest.raises(DataError, match=r"no 10 subjects have this curve and 8 events"):
        rebuilt(clicks, 10, unit="day", events=8)


def test_a_total_that_is_one_too_low_shows_at_the_clicks():
    clicks = steps(*[(10 * k, 1 - k / 20) for k in range(1, 15)], end=200)
    assert rebuilt(clicks, 20, unit="day", events=14).farthest_click()[0] < 0.001
    off, day = rebuilt(clicks, 20, unit="day", events=13).farthest_click()
    assert off == pytest.approx(0.05)  # one step of 1 / 20 is missing
    assert day >= 140  # after the last event


def test_a_number_at_risk_that_the_clicks_refute_is_named_and_innocent_ones_are_not():
    # half of 20 had died by day 50, so 19 cannot be at risk on day 60; 20 on day 10 are innocent
    clicks = steps(*[(5 * k, 1 - k / 20) for k in range(1, 11)], end=100)
    with pytest.raises(DataError, match=r"curve and number at risk 19 at 60 days;"):
        rebuilt(clicks, 20, unit="day", at_risk={"2": 20, "60": 19})


def test_numbers_at_risk_end_with_the_curve():
    clicks = steps((20, 0.9), end=100)
    with pytest.raises(DataError, match="4 at risk at 150, but the clicks end at 100 days"):
        rebuilt(clicks, 10, unit="day", at_risk={"150": 4})
    with pytest.raises(DataError, match="0 at risk at 50, but the clicks end at 100 days"):
        rebuilt(clicks, 10, unit="day", at_risk={"50": 0})


def test_a_last_click_somewhat_beside_its_place_is_brought_to_the_numbers_at_risk():
    # 0.6 % of the axis is the accuracy of a click; the end may be three times as far off
    short = rebuilt(steps((20, 0.9), end=98.5), 10, unit="day", at_risk={"0": 10, "100": 2})
    assert all((one.days >= 100).sum() == 2 for one in short.sets)
    long = rebuilt(steps((20, 0.9), end=101.5), 10, unit="day", at_risk={"0": 10, "100": 0})
    assert all(one.days.max() == 99 for one in long.sets)


def test_steps_that_the_number_of_subjects_cannot_make_are_refused():
    clicks = steps(*[(10 * k, 1 - k / 40) for k in range(1, 21)], end=250)
    with pytest.raises(DataError, match="no 3 subjects have this curve, whatever is printed beside it"):
        rebuilt(clicks, 3, unit="day")


def test_a_pixel_trace_becomes_the_corners_of_its_steps():
    time = np.arange(0.0, 101.0)
    survival = np.where(time < 50, 1.0, 0.9)
    thin_time, thin = thinned(time, survival, 1.0, 0.04)
    assert thin_time.tolist() == [0.0, 49.0, 50.0, 100.0]
    assert thin.tolist() == [1.0, 1.0, 0.9, 0.9]


def test_at_one_place_the_higher_click_comes_first():
    time, survival = in_order(Clicks(np.array([0.0, 5.1, 5.0, 9.0]), np.array([1.0, 0.8, 1.0, 0.8])), 0.2)
    assert survival.tolist() == [1.0, 1.0, 0.8, 0.8]
    assert (np.diff(time) >= 0).all()


def test_survival_of_rebuilt_subjects_is_that_of_kaplan_meier():
    found = rebuilt(steps((20, 0.9), (50, 0.77), (80, 0.6), end=100), 20, unit="day").sets[3]
    whole = kaplan_meier(found.days, found.events)
    assert survival_at(found, whole.time) == pytest.approx(whole.survival)


def test_the_plain_curve_of_the_figures_is_that_of_kaplan_meier():
    arm = simulated(np.random.default_rng(5))[0]
    whole = kaplan_meier(arm.time, arm.event)
    fallen = whole.events > 0
    assert [after for _month, after in curve(arm)] == pytest.approx(whole.survival[fallen].tolist())


@pytest.mark.parametrize("draw", [clicked, traced])
def test_the_same_seed_gives_the_same_subjects(draw):
    rng = np.random.default_rng(8)
    arms = simulated(rng)
    axis, every = axis_of(arms)
    figure = draw(arms[0], axis, every, Hand(), rng)
    clicks = list(zip(figure.time, figure.survival, strict=True))
    one, two = (rebuilt(clicks, arms[0].n) for _ in range(2))
    for first, second in zip(one.sets, two.sets, strict=True):
        assert first.days.tolist() == second.days.tolist()
        assert first.events.tolist() == second.events.tolist()


def test_exact_clicks_of_an_exact_curve_give_its_events_and_days():
    arm = Arm(np.array([30, 60, 75, 90, 120, 150, 200, 240]) / MONTH, np.array([1, 1, 0, 1, 0, 1, 1, 0]))
    figure = clicked(arm, 8.0, 2, STILL, np.random.default_rng(1))
    clicks = list(zip(figure.time, figure.survival, strict=True))
    first = rebuilt(clicks, 8, at_risk={str(when): number for when, number in figure.at_risk.items()}).sets[0]
    died = first.days[first.events == 1]
    assert np.abs(died - np.array([30, 60, 90, 150, 200])).max() <= 1  # a pixel is 0.4 days
