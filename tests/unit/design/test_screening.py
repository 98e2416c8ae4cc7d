"""Randomised phase II screening as a command: sizes, what counts as positive, and refusals."""

import json
import math
import sys

import pytest
from scipy import stats
from typer.testing import CliRunner

from trialwright import cli

RUN = CliRunner()
TIMING = ("--accrual", "18", "--follow-up", "6")


def answer(*words):
    found = RUN.invoke(cli.app, ["design", "screening", *words, "--json"], catch_exceptions=False)
    assert found.exit_code == 0
    return json.loads(found.stdout)


def test_events_of_a_hazard_ratio_of_two_thirds_are_those_of_schoenfeld():
    """4 (z_α + z_β)² / ln²(1.5): 160, 110, 110 and 69 events for errors of 0.1 and 0.2."""
    designs = answer("--medians", "6,9", *TIMING)["designs"]
    assert [math.ceil(one["events"]) for one in designs] == [160, 110, 110, 69]
    for one in designs:
        z = stats.norm.isf(one["alpha"]) + stats.norm.ppf(one["power"])
        assert math.isclose(one["events"], 4 * z**2 / math.log(1.5) ** 2, rel_tol=1e-9)


def test_the_result_that_counts_as_positive_has_the_level():
    designs = answer("--medians", "6,9", *TIMING)["designs"]
    for one in designs:
        z = math.log(one["positive_below"]) * math.sqrt(math.ceil(one["events"])) / 2
        assert math.isclose(stats.norm.cdf(z), one["alpha"], rel_tol=1e-9)


def test_larger_errors_never_need_more_subjects():
    sizes = {
        (one["alpha"], round(one["power"], 3)): one["subjects"]
        for one in answer("--rates", ".2,.4")["designs"]
    }
    assert sizes[0.2, 0.8] < sizes[0.1, 0.8] < sizes[0.1, 0.9]
    assert sizes[0.2, 0.8] < sizes[0.2, 0.9] < sizes[0.1, 0.9]


def test_a_person_reads_a_table():
    found = RUN.invoke(cli.app, ["design", "screening", "--rates", ".2,.4"], catch_exceptions=False)
    assert "Rubinstein 2005" in found.stdout
    assert "20.0 % (control) and 40.0 %" in found.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "either --medians or --rates"),
        (("--medians", "6,9", "--rates", ".2,.4", *TIMING), "either --medians or --rates"),
        (("--medians", "6,9"), "--accrual and --follow-up"),
        (("--medians", "9,6", *TIMING), "an experimental median above"),
        (("--medians", "6,9", "--accrual", "0", "--follow-up", "6"), "accrual"),
        (("--rates", ".4,.2"), "difference"),
        (("--rates", ".2,.4", "--alpha", "0.025"), "0.1 to 0.2"),
        (("--rates", ".2,.4", "--alpha", "0.5"), "0.1 to 0.2"),
        (("--rates", ".2,.4", "--alpha", ""), "0.1 to 0.2"),
        (("--rates", ".2"), "two numbers"),
        (("--medians", "inf,9", *TIMING), "median"),
    ],
)
def test_bad_input_ends_in_one_message_and_status_2(words, told, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["trialwright", "design", "screening", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert told in capsys.readouterr().err
