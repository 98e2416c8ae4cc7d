"""A study is planned before anybody assumes what its subjects will be: study.yaml alone is enough."""

import json

import pytest
from typer.testing import CliRunner

from trialwright import cli
from trialwright.errors import StudyFileError
from trialwright.protocol.read import read_study

RUN = CliRunner()


@pytest.fixture
def new_study(tmp_path):
    assert RUN.invoke(cli.app, ["new", str(tmp_path / "new")]).exit_code == 0
    return tmp_path / "new"


def designed(study, out):
    words = ["design", str(study), "--out", str(out), "--trials", "20000", "--json"]
    return RUN.invoke(cli.app, words)


def without_assumptions(tmp_path, name, more=""):
    text = (read_study(name).folder / "study.yaml").read_text(encoding="utf-8")
    folder = tmp_path / name
    folder.mkdir()
    (folder / "study.yaml").write_text(
        text.replace("  power: 0.8\n", f"  power: 0.8\n{more}"), encoding="utf-8"
    )
    return folder


def test_the_template_is_designed_as_it_comes(new_study, tmp_path):
    """Simon's minimax design for 20 % and 40 %: 4/18 10/33, expected size 22.25 (Simon 1989)."""
    done = designed(new_study, tmp_path / "out")
    assert done.exit_code == 0
    numbers = {one["what"]: one["value"] for one in json.loads(done.stdout)["numbers"]}
    assert round(numbers["Plan: Mean size if the rate is too low"], 2) == 22.25
    page = (tmp_path / "out" / "design.html").read_text(encoding="utf-8")
    assert "without assumptions.yaml no subject is simulated" in page
    assert "Virtual subjects" not in page


def test_two_arms_need_their_timing_where_nothing_is_assumed(tmp_path):
    with pytest.raises(StudyFileError, match="no timing of the study"):
        RUN.invoke(
            cli.app, ["design", str(without_assumptions(tmp_path, "nabp-cis"))], catch_exceptions=False
        )


def test_two_arms_with_timing_are_simulated_without_scans(tmp_path):
    timing = "  accrual: 24 months\n  follow_up: 12 months\n"
    done = designed(without_assumptions(tmp_path, "nabp-cis", timing), tmp_path / "out")
    page = (tmp_path / "out" / "design.html").read_text(encoding="utf-8")
    assert done.exit_code == 0
    assert "Endpoint level" in page
    assert "Protocol level, " not in page
