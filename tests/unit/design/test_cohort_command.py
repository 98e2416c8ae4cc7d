"""`trialwright design cohorts` as programs call it."""

import json

import pytest
from typer.testing import CliRunner

from trialwright import cli

RUN = CliRunner()
PLAN = ("--n", "10,10", "--null", ".1", "--target", ".4")


def answer(*words):
    found = RUN.invoke(cli.app, ["design", "cohorts", *words, "--json"], catch_exceptions=False)
    assert found.exit_code == 0
    return json.loads(found.stdout)


@pytest.mark.parametrize("model", ["bhm", "exnex", "independent", "pooled"])
def test_characteristics_keep_alpha_under_the_null(model):
    found = answer(*PLAN, "--model", model, "--alpha", "0.1")
    assert [one["n"] for one in found["cohorts"]] == [10, 10]
    null = found["scenarios"][0]
    assert null["rates"] == [0.1, 0.1]
    assert max(null["active"]) <= 0.1
    assert null["familywise"] is not None
    assert found["trials"] is None
    assert found["scenarios"][-1]["rates"] == [0.4, 0.4]
    assert found["scenarios"][-1]["familywise"] is None


def test_calibration_to_the_worst_scenario_costs_power():
    usual, worst = answer(*PLAN), answer(*PLAN, "--calibrate", "worst")
    assert worst["threshold"] > usual["threshold"]
    assert max(worst["scenarios"][1]["active"][1:]) <= 0.05
    assert worst["scenarios"][-1]["active"][0] < usual["scenarios"][-1]["active"][0]


def test_scenarios_looks_and_simulation():
    found = answer(*PLAN, "--scenario", ".1,.4", "--interim", "5,5", "--trials", "2000", "--threshold", ".9")
    (one,) = found["scenarios"]
    assert found["trials"] == 2000
    assert one["expected_n"] < 20
    assert one["error"][0] == pytest.approx((one["active"][0] * (1 - one["active"][0]) / 2000) ** 0.5)
    assert (
        answer(*PLAN, "--scenario", ".1,.4", "--interim", "5,5", "--trials", "2000", "--threshold", ".9")
        == found
    )


def test_observed_data_are_analysed():
    found = answer(*PLAN, "--observed", "1,5", "--threshold", ".95", "--model", "exnex", "--weights", ".3,.3")
    low, high = found["observed"]
    assert (low["raw"], high["raw"]) == (0.1, 0.5)
    assert low["raw"] < low["estimate"] < high["estimate"] < high["raw"]
    assert high["active"] == (high["above_null"] > 0.95)
    assert len(high["members"]) == 2
    assert high["low"] < high["estimate"] < high["high"]


@pytest.mark.parametrize(
    "extra", [(), ("--observed", "1,5"), ("--interim", "5,5", "--spread", "uniform", "--scale", "3")]
)
def test_people_get_a_table(extra):
    found = RUN.invoke(cli.app, ["design", "cohorts", *PLAN, *extra], catch_exceptions=False)
    assert found.exit_code == 0
    assert "active where P(rate > null)" in found.stdout


@pytest.mark.parametrize(
    ("extra", "part"),
    [
        (("--observed", "1,11"), "0 to 10"),
        (("--observed", "1"), "one for each of 2 cohorts"),
        (("--scenario", ".1"), "2 rates"),
        (("--scenario", ".1,x"), "numbers separated by commas"),
        (("--alpha", "0"), "alpha"),
        (("--threshold", "1"), "between 0 and 1"),
        (("--interim", "5"), "interim"),
        (("--futility", "0.2"), "no look"),
        (("--interim", "5,10"), "interim"),
        (("--interim", "5,5", "--futility", "1"), "futility"),
        (("--scale", "-1"), "above 0"),
        (("--scale", "1,2"), "one, like 1"),
        (("--spread", "inverse-gamma", "--scale", "1"), "shape and rate"),
        (("--mean-sd", "0"), "above 0"),
        (("--model", "exnex", "--weights", "1.5"), "at most 1"),
        (("--model", "exnex", "--weights", ".2,.2,.2"), "each component"),
        (("--trials", "-1"), "--trials"),
        (("--seed", "-1", "--trials", "10"), "seed"),
        (("--level", "1", "--observed", "1,2"), "level"),
        (("--target", ".05"), "null < target"),
    ],
)
def test_bad_input_is_said_and_exits_with_2(extra, part, monkeypatch, capsys):
    words = [*PLAN, *extra] if extra[0] != "--target" else [*PLAN[:4], *extra]
    monkeypatch.setattr("sys.argv", ["trialwright", "design", "cohorts", *words])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 2
    said = capsys.readouterr()
    assert part in said.err.replace("\n", " ")
    assert said.out == ""
