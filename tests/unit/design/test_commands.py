"""`trialwright design …` as programs call it: contracts of JSON, messages and exit status."""

import json
import sys

import pytest
from typer.testing import CliRunner

from trialwright import cli

RUN = CliRunner()
KEYS = {"r1", "n1", "r", "n", "en0", "pet0", "alpha", "power"}


def answer(*words):
    found = RUN.invoke(cli.app, ["design", *words, "--json"], catch_exceptions=False)
    assert found.exit_code == 0
    return json.loads(found.stdout)


def test_simon_keeps_its_contract():
    found = answer("simon", "--p0", ".2", "--p1", ".4", "--alpha", ".05", "--beta", ".2")
    assert set(found) == {"optimal", "minimax", "admissible"}
    assert set(found["optimal"]) == set(found["minimax"]) == KEYS
    assert all(set(one) >= KEYS for one in found["admissible"])
    assert [found["optimal"][key] for key in ("r1", "n1", "r", "n")] == [3, 13, 12, 43]
    assert [found["minimax"][key] for key in ("r1", "n1", "r", "n")] == [4, 18, 10, 33]
    assert round(found["optimal"]["en0"], 2) == 20.58


@pytest.mark.parametrize(
    "words",
    [
        ("simon", "--p0", ".4", "--p1", ".2"),
        ("simon", "--p0", ".2", "--p1", ".2"),
        ("simon", "--p0", ".2", "--p1", ".4", "--alpha", "0.5"),
        ("simon", "--p0", ".2", "--p1", ".4", "--alpha", "0"),
        ("simon", "--p0", ".2", "--p1", ".4", "--n-max", "20"),
        ("simon", "--p0", "nan", "--p1", ".4"),
        ("survival", "--medians", "7.5,10", "--accrual", "0", "--follow-up", "12"),
        ("survival", "--medians", "7.5,0", "--accrual", "24", "--follow-up", "12"),
        ("survival", "--medians", "7.5,inf", "--accrual", "24", "--follow-up", "12"),
        ("survival", "--medians", "7.5", "--accrual", "24", "--follow-up", "12"),
        ("survival", "--medians", "7.5,x", "--accrual", "24", "--follow-up", "12"),
        ("trials", "--n", "1", "--medians", "7.5,10", "--accrual", "24", "--follow-up", "12"),
        (
            "trials",
            "--n",
            "60",
            "--medians",
            "7.5,10",
            "--accrual",
            "24",
            "--follow-up",
            "12",
            "--trials",
            "0",
        ),
        ("sequential", "--looks", "0.5,0.4,1"),
        ("sequential", "--looks", "0.5,1", "--seen", "nan"),
        ("sequential", "--looks", "0.5,1", "--seen", "1.2", "--look", "2"),
        ("winner", "--best", ".2", "--others", ".4"),
        ("winner", "--best", ".4", "--others", ".2", "--arms", "0"),
        ("survival", "--medians", "10,7.5", "--accrual", "24", "--follow-up", "12"),
        ("trials", *"--n 60 --medians 7.5,10 --accrual 24 --follow-up 12 --alpha nan".split()),
        ("trials", *"--n 60 --medians 7.5,10 --accrual 24 --follow-up 12 --alpha -1".split()),
        ("trials", *"--n 60 --medians 7.5,10 --accrual 24 --follow-up 12 --margins inf".split()),
        ("rates", *"--experimental .4 --control .2 --allocation 1e20".split()),
        ("one-sample", *"--reference 9 --target 14 --accrual 5 --follow-up inf".split()),
        ("screening", "--rates", ".2,.4", "--beta", ""),
        ("cohorts", "--n", "5,5", "--null", ".1", "--target", ".3", "--observed", ""),
        ("ici-capox", "--events", "nan"),
        ("ici-capox", "--out", __file__),
        ("predictive", "--p0", ".2", "--p1", ".4", "--looks", "1"),
        ("delayed", *"--median 12 --delay 3 --hr .6 --accrual 24 --follow-up 12 --power 80".split()),
        ("after", *"--r1 3 --n1 13 --r 12 --n 99999999999999999999 --p0 .2 --x1 5 --x2 9 --n2 30".split()),
        ("after", *"--r1 3 --n1 13 --r 12 --n 43 --p0 .2 --x1 5 --x2 9 --n2 99999999999999999999".split()),
        ("no-such-study",),
    ],
)
def test_bad_input_ends_in_one_message_and_status_2(words, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["trialwright", "design", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    said = capsys.readouterr().err.removeprefix(
        "First run of this version: the numerical rules are compiled once.\n"
    )
    assert [line.startswith("trialwright: ") for line in said.splitlines()].count(
        True
    ) == 1  # and a word, where it waits
    assert "Traceback" not in said


def test_every_design_answers_in_json():
    assert answer("single", "--p0", ".2", "--p1", ".4")["exact"]["n"] == 35
    timing = ("--medians", "7.5,10.7", "--accrual", "24", "--follow-up", "12")
    assert round(answer("survival", *timing)["schoenfeld"]["events"]) == 249
    assert len(answer("sequential", "--looks", "0.5,1")["efficacy_z"]) == 2
    sample = (
        "--reference",
        "9",
        "--target",
        "14.2389",
        "--shape",
        "1.22",
        "--accrual",
        "5",
        "--follow-up",
        "3",
    )
    assert 87 < answer("one-sample", *sample)["subjects"] <= 88
    assert answer("rates", "--experimental", ".4", "--control", ".4", "--margin", ".15")["subjects"] > 300
    assert answer("winner", "--best", ".35", "--others", ".2")["subjects_per_arm"] == 29


def test_precision_stops_the_trials_early():
    timing = ("--medians", "7.5,7.7", "--accrual", "24", "--follow-up", "12", "--dropout", "0.05")
    found = answer("trials", "--n", "67", *timing, "--margins", "1.3", "--precision", "0.002")
    assert found["precision_reached"]
    assert found["trials"] < 1_000_000
    assert all(one["error"] <= 0.002 for one in found["decisions"].values())


def test_the_seed_decides_the_trials():
    timing = ("--medians", "7.5,7.7", "--accrual", "24", "--follow-up", "12", "--trials", "5000")
    one, same, other = (answer("trials", "--n", "67", *timing, "--seed", seed) for seed in "112")
    assert one == same
    assert one["decisions"] != other["decisions"]


def test_a_finished_trial_is_judged_by_its_plan():
    """12 of 43 do not reject 20 %, 13 do; the unbiased rate is above the naive one."""
    plan = ("--r1", "3", "--n1", "13", "--r", "12", "--n", "43", "--p0", ".2")
    lost = answer("after", *plan, "--x1", "4", "--x2", "8", "--n2", "30")
    won = answer("after", *plan, "--x1", "4", "--x2", "9", "--n2", "30")
    assert (lost["rejected"], won["rejected"]) == (False, True)
    assert won["p"] <= 0.05 < lost["p"]
    assert won["response_rate"] > won["naive_rate"]
    stopped = answer("after", *plan, "--x1", "3")
    assert stopped["response_rate"] == stopped["naive_rate"] == 3 / 13


@pytest.mark.parametrize(
    ("seen", "decision"), [("3.1", "efficacy"), ("1.2", "continue"), ("-0.5", "futility")]
)
def test_an_interim_look_names_its_decision_and_the_power_that_is_left(seen, decision):
    words = ("sequential", "--looks", "0.5,1", "--futility", "not-binding", "--seen", seen)
    found = answer(*words)
    left = found["conditional_power"]
    assert decision in found["decision"]
    assert left["no_effect"] < left["assumed_effect"]
    assert 0.0 <= found["predictive_power"] <= 1.0


def test_a_p_value_too_small_to_print_is_not_printed_as_zero():
    words = "after --r1 3 --n1 13 --r 12 --n 43 --p0 .2 --x1 13 --x2 30 --n2 30".split()
    found = RUN.invoke(cli.app, ["design", *words], catch_exceptions=False)
    assert "< 0.0001" in found.stdout
    assert "0.0000" not in found.stdout


def test_a_nominal_level_too_small_for_five_decimals_keeps_its_digits():
    # 2 (1 − Φ(2.2414 / √0.1)) = 1.4e-12 is what O'Brien–Fleming spends at a tenth of the information
    found = RUN.invoke(cli.app, ["design", "sequential", "--looks", ".1,1"], catch_exceptions=False)
    assert "p ≤ 1.4e-12" in found.stdout
