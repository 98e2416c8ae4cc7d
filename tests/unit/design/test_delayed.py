"""`trialwright design delayed` as programs and people call it."""

import json
import sys

import pytest
from typer.testing import CliRunner

from trialwright import cli
from trialwright.stats.event_sizes import Question, schoenfeld_power

RUN = CliRunner()
TIMING = ("--median", "12", "--accrual", "24", "--follow-up", "12", "--dropout", "0.05")
LATE = ("--delay", "3", "--hr", "0.6")


def run(*words):
    found = RUN.invoke(cli.app, ["design", "delayed", *words], catch_exceptions=False)
    assert found.exit_code == 0
    return found.stdout


def answer(*words):
    return json.loads(run(*words, "--json"))


def by_test(found):
    return {row["test"]: row for row in found["tests"]}


def test_every_test_has_its_size_and_simulated_power():
    found = answer(*TIMING, *LATE, "--trials", "3000")
    rows = by_test(found)
    assert list(rows) == ["logrank", "fh:0:1", "maxcombo", "rmst"]
    assert rows["fh:0:1"]["subjects"] < rows["logrank"]["subjects"] < rows["rmst"]["subjects"]
    for row in rows.values():
        assert 0.8 <= row["power"] < 0.803
        assert row["events"] == pytest.approx(row["subjects"] * found["event_share"])
        assert abs(row["simulated"]["share"] - 0.8) < 0.04
        assert row["simulated"]["trials"] == 3000


def test_the_size_found_gives_the_power_asked_for():
    n = by_test(answer(*TIMING, *LATE, "--tests", "maxcombo", "--trials", "0", "--power", "0.9"))["maxcombo"]
    powers = [
        by_test(answer(*TIMING, *LATE, "--tests", "maxcombo", "--trials", "0", "--n", str(size)))["maxcombo"][
            "power"
        ]
        for size in (n["subjects"], n["subjects"] - 1)
    ]
    assert powers[0] == n["power"]
    assert powers[0] >= 0.9 > powers[1]


def test_without_delay_the_log_rank_test_has_about_schoenfelds_power():
    words = (*TIMING, "--delay", "0", "--hr", "0.7", "--n", "400", "--trials", "0", "--tests", "logrank")
    found = answer(*words)
    expected = schoenfeld_power(Question(0.7), 0.025, 400 * found["event_share"])
    assert abs(found["tests"][0]["power"] - expected) < 0.01
    assert found["tests"][0]["simulated"] is None


def test_the_same_words_give_the_same_bytes():
    words = (*TIMING, *LATE, "--n", "100", "--trials", "700", "--json")
    assert run(*words) == run(*words)
    assert run(*words) != run(*words, "--seed", "2")


def test_precision_stops_the_trials_early():
    found = answer(*TIMING, *LATE, "--n", "100", "--trials", "50000", "--precision", "0.01")
    seen = [row["simulated"] for row in found["tests"]]
    assert all(one["error"] <= 0.01 and one["trials"] < 50000 for one in seen)


def test_several_changes_and_other_combinations_are_told():
    words = ("--delay", "0,6", "--hr", "1.4,0.5", "--combination", "0:0,0:0.5", "--trials", "0", "--n", "300")
    shown = run(*TIMING, *words)
    assert "1.4 from 0 months, 0.5 from 6 months" in shown
    assert "(0, 0.5)" in shown


def test_trials_beyond_the_kernel_are_sized_but_not_simulated():
    found = answer(*TIMING, "--delay", "3", "--hr", "0.95", "--tests", "logrank", "--trials", "10")
    assert found["tests"][0]["subjects"] > 4000
    assert found["tests"][0]["simulated"] is None


@pytest.mark.parametrize(
    "changed",
    [
        ("--delay", "36"),
        ("--delay", "-1"),
        ("--delay", "x"),
        ("--delay", ""),
        ("--delay", "3,2", "--hr", "0.6,0.7"),
        ("--delay", "3,4"),
        ("--hr", "0"),
        ("--hr", "-0.5"),
        ("--hr", "nan"),
        ("--hr", "1"),
        ("--hr", "1.2"),
        ("--accrual", "0"),
        ("--accrual", "inf"),
        ("--follow-up", "-1"),
        ("--dropout", "1"),
        ("--median", "0"),
        ("--allocation", "0"),
        ("--tau", "36"),
        ("--tau", "0"),
        ("--tau", "nan"),
        ("--n", "1"),
        ("--n", "0"),
        ("--n", "100", "--power", "0.8"),
        ("--power", "1"),
        ("--power", "nan"),
        ("--alpha", "0.5"),
        ("--tests", "log-rank"),
        ("--tests", "fh:0"),
        ("--tests", "fh:-1:0"),
        ("--tests", "logrank,logrank"),
        ("--tests", ""),
        ("--combination", "0:0"),
        ("--combination", "0:0,0:0"),
        ("--combination", "0:0,a:b"),
        ("--trials", "-1"),
        ("--precision", "2"),
        ("--seed", "-1"),
    ],
    ids=" ".join,
)
def test_bad_input_ends_in_one_message_and_status_2(changed, monkeypatch, capsys):
    words = dict(zip(TIMING[::2], TIMING[1::2], strict=True)) | {
        "--delay": "3",
        "--hr": "0.6",
        "--trials": "5",
    }
    words |= dict(zip(changed[::2], changed[1::2], strict=True))
    flat = [part for pair in words.items() for part in pair]
    monkeypatch.setattr(sys, "argv", ["trialwright", "design", "delayed", *flat])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    told = capsys.readouterr()
    (message,) = [line for line in told.err.splitlines() if not line.startswith("First run")]
    assert message.startswith("trialwright: ")
    assert not told.out
