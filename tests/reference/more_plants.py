"""Errors to plant in the abstracts of more_abstracts.py: each returns the claim that holds it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from real_abstracts import Plant, _shift, find


def _first(content, *names):
    return next(claim for claim in content["claims"] if claim["id"] in names)


def _table(content):
    """The comparison of the two response rates, whichever the author printed."""
    return _first(content, "orr_ratio", "orr_gap")


def _add(content, **claim):
    content["claims"].append(claim)
    return claim["id"]


def table_estimate(content):
    claim = _table(content)
    claim["value"], claim["ci"] = _shift(claim["value"], 37), None
    return claim["id"]


def table_estimate_beyond_its_limits(content):
    claim = _table(content)
    claim["value"] = _shift(claim["ci"][1], 5)
    return claim["id"]


def table_upper_limit(content):
    claim = _table(content)
    claim["ci"][1] = _shift(claim["ci"][1], max(int(3 * abs(Decimal(claim["ci"][1])).scaleb(2)), 300))
    return claim["id"]


def table_lower_limit_at_the_estimate(content):
    claim = _table(content)
    claim["ci"][0] = claim["value"]
    return claim["id"]


def table_limits_swapped(content):
    claim = _table(content)
    claim["ci"].reverse()
    return claim["id"]


def table_p(content):
    claim = _table(content)
    large = Decimal(claim["p"].removeprefix("<")) > Decimal("0.2")
    claim["p"] = "0.004" if large else "0.871"
    return claim["id"]


def odds_ratio_named_risk_ratio(content):
    claim = _first(content, "orr_ratio")
    assert Decimal("1.3") < Decimal(claim["value"]) or Decimal(claim["value"]) < Decimal("0.7")
    claim["measure"] = "odds" if claim["measure"] == "risk" else "risk"
    claim["ci"] = None
    return claim["id"]


def one_sided_limit(content):
    claim = find(content, "control")
    claim["ci"][0] = _shift(claim["ci"][0], -9 if "." not in claim["ci"][0] else -143)
    assert Decimal(claim["ci"][0]) > 0
    return "control"


def one_sided_limit_above_the_rate(content):
    claim = find(content, "control")
    claim["ci"][0] = "99.9"
    claim["percent"] = str(round(100 * claim["k"] / claim["n"], 1))
    assert claim["k"] < claim["n"]
    return "control"


def rate_limits_swapped(content):
    claim = find(content, "dcr")
    assert claim["ci"][0] != claim["ci"][1]
    claim["ci"].reverse()
    return "dcr"


def rate_interval_of_half_the_width(content):
    claim = find(content, "orr_A")
    low, high = (Decimal(one) for one in claim["ci"])
    assert high - low > 8
    claim["ci"] = [str(low + (high - low) / 4), str(high - (high - low) / 4)]
    return "orr_A"


def rate_beyond_the_calendar(content):
    return _add(
        content, id="pfs_late", type="landmark", endpoint="PFS", time="20", unit="year", percent="4.0"
    )


def count_above_population(content):
    find(content, "cr_A")["k"] = content["populations"]["A"]["n"] + 3
    return "cr_A"


def parts_by_reference(content):
    find(content, "cr_A")["k"] += 2
    return "responses"


def complete_above_all_responses(content):
    total = content["populations"]["B"]["n"]
    find(content, "orr_B").update(k=1, percent=None, ci=None)
    return _add(content, id="cr_B", type="proportion", endpoint="CR", population="B", k=total)


def rate_outside_its_interval(content):
    claim = next(one for one in content["claims"] if one["type"] == "landmark" and one.get("ci"))
    claim["ci"] = [_shift(claim["percent"], 3), "100"]
    return claim["id"]


def mean_out_of_range(content):
    claim = find(content, "age")
    claim["value"] = _shift(claim["range"][0], -4)
    return "age"


def quartiles_out_of_order(content):
    claim = find(content, "age")
    claim["quartiles"].reverse()
    return "age"


def month_13(content):
    content["study"]["accrual"][1] = "2013-13"
    return "study.accrual[2]"


def leap_day_of_a_common_year(content):
    return _add(content, id="amended", type="date", date="2015-02-29")


def cutoff_before_the_first_patient(content):
    content["study"]["cutoff"] = "2009-06"
    return "study.cutoff"


def ratio_of_zero(content):
    claim = find(content, "pfs_hr")
    claim["value"] = "0.00"
    return "pfs_hr"


def ratio_below_its_limits(content):
    claim = find(content, "pfs_hr")
    claim["value"] = _shift(claim["ci"][0], -3)
    return "pfs_hr"


def ratio_inverted_without_its_interval(content):
    claim = find(content, "pfs_hr")
    value = Decimal(claim["value"])
    assert abs(value.ln()) > Decimal("0.4")
    claim["value"] = f"{1 / value:.2f}"
    return "pfs_hr"


def ratio_of_more_events_than_stated(content):
    claim = find(content, "pfs_hr")
    claim.update(value="0.70", ci=["0.60", "0.82"], p=None, level=95)
    content["claims"] = [one for one in content["claims"] if one["id"] != "reduction"]
    find(content, "pfs_events")["k"] = 60
    return "pfs_hr"


def median_with_a_negative_limit(content):
    claim = find(content, "pfs")
    claim["ci"][0] = "-1.2"
    assert claim["value"]
    return "pfs"


def median_above_its_limits(content):
    claim = find(content, "pfs_A")
    claim["value"] = _shift(claim["ci"][1], 9)
    return "pfs_A"


def longest_follow_up_beyond_the_calendar(content):
    claim = find(content, "fu")
    claim.update(range=["0", "99"], unit="year", ci=None, value="1")
    return "fu"


def evaluable_above_enrolled(content):
    content["populations"]["evaluable"]["n"] = content["populations"]["all"] + 4
    content["claims"] = [one for one in content["claims"] if one["id"] not in {"dcr", "flow"}]
    return "populations.evaluable"


def arm_above_enrolled(content):
    content["study"]["enrolled"] = content["populations"]["A"]["n"] - 1
    return "populations.all"


def flow_of_patients(content):
    find(content, "flow")["parts"]["not evaluable"] += 5
    return "flow"


def percent_above_100(content):
    return _add(content, id="rash", type="percent", population="A", percent="104")


def two_decimals_that_no_count_gives(content):
    content["populations"]["few"] = 31
    return _add(content, id="rash", type="percent", population="few", percent="27.43")


def reduction_of_the_inverse(content):
    claim = find(content, "reduction")
    claim["percent"] = str(100 - Decimal(claim["percent"]))
    assert abs(Decimal(claim["percent"]) - 50) > 8
    return "reduction"


def truncated_registration(content):
    return _add(content, id="registration", type="registration", number="ChiCTR20000328")


MORE_PLANTS: tuple[Plant, ...] = (
    table_estimate,
    table_estimate_beyond_its_limits,
    table_upper_limit,
    table_lower_limit_at_the_estimate,
    table_limits_swapped,
    table_p,
    odds_ratio_named_risk_ratio,
    one_sided_limit,
    one_sided_limit_above_the_rate,
    rate_limits_swapped,
    rate_interval_of_half_the_width,
    rate_beyond_the_calendar,
    count_above_population,
    parts_by_reference,
    complete_above_all_responses,
    rate_outside_its_interval,
    mean_out_of_range,
    quartiles_out_of_order,
    month_13,
    leap_day_of_a_common_year,
    cutoff_before_the_first_patient,
    ratio_of_zero,
    ratio_below_its_limits,
    ratio_inverted_without_its_interval,
    ratio_of_more_events_than_stated,
    median_with_a_negative_limit,
    median_above_its_limits,
    longest_follow_up_beyond_the_calendar,
    evaluable_above_enrolled,
    arm_above_enrolled,
    flow_of_patients,
    percent_above_100,
    two_decimals_that_no_count_gives,
    reduction_of_the_inverse,
    truncated_registration,
)


# Errors that leave every figure possible: nothing in the text contradicts them.


def another_possible_percent(content) -> dict[str, Any]:
    """A toxicity of another whole number of the same subjects."""
    size = content["populations"]["A"]["n"]
    find(content, "ae_0")["percent"] = f"{100 * (size // 3) / size:.1f}"
    return content


def another_median_without_interval(content) -> dict[str, Any]:
    """A median without limits or landmarks, some months longer."""
    claim = find(content, "pfs_A")
    claim["value"], claim["ci"] = _shift(claim["value"], 4), None
    content["claims"] = [one for one in content["claims"] if not one["id"].startswith("pfs_A_")]
    return content


def both_arms_swapped(content) -> dict[str, Any]:
    """The two arms' toxicity, of arms of the same size, exchanged."""
    content["populations"]["B"]["n"] = content["populations"]["A"]["n"]
    first, second = find(content, "ae_0"), find(content, "ae_1")
    kept = [one for one in content["claims"] if one["id"] in {"ae_0", "ae_1"}]
    size = content["populations"]["A"]["n"]
    first["percent"], second["percent"] = f"{100 * 3 / size:.1f}", f"{100 * 5 / size:.1f}"
    content["claims"] = kept
    content["study"]["enrolled"] = content["populations"]["all"] = 2 * size
    return content


UNSEEN = (another_possible_percent, another_median_without_interval, both_arms_swapped)
