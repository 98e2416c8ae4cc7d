"""What no curve can be is refused with its place, and nothing is written."""

import pytest
from typer.testing import CliRunner

from trialwright.claims.curve_claim import Scale
from trialwright.claims.read import parse_claims
from trialwright.claims.reconstruct.curves.click_file import read_clicks, read_marks
from trialwright.cli import app
from trialwright.errors import InputFileError, StudyFileError, TrialwrightError

GOOD = "time,survival\n0,1\n3,1\n3,0.8\n9,0.8\n"
CURVE = {"id": "os", "clicks": "os.csv", "scale": "fraction", "unit": "month"}


def file(tmp_path, text):
    path = tmp_path / "os.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "os.csv: is empty"),
        ("time,survival\n", "os.csv: has no rows"),
        ("time,survival\n0,1\n", "a single click"),
        (
            "month,survival\n0,1\n",
            "os.csv:1: columns 'month', 'survival'; expected exactly 'time', 'survival'",
        ),
        ("time,survival,arm\n0,1,A\n", "os.csv:1: columns 'time', 'survival', 'arm'"),
        ("time,survival\n0,1\n3,high\n", "os.csv:3: 'high'; expected a number"),
        ("time;survival\n0;1\n3,5;0,8\n", "os.csv:3: '3,5'; expected a number with a decimal point"),
        ("time,survival\n0,1\n3\n", "os.csv:3: 1 fields; expected 2"),
        ("time,survival\n0,1\n3,nan\n", "os.csv:3: 'nan'"),
        ("time,survival\n0,1\n3,1.2\n", "os.csv:3: survival 1.2; expected 0 to 1. Remedy: scale: percent"),
        ("time,survival\n0,1\n3,-0.1\n", "os.csv:3: survival -0.1"),
        ("time,survival\n0,1\n-3,1\n9,1\n", "os.csv:3: time -3"),
        (
            "time,survival\n0,1\n9,0.8\n3,0.7\n",
            "os.csv:4: time 3 after 9; expected clicks from left to right",
        ),
        ("time,survival\n0,0\n3,0\n9,0.4\n", "os.csv:4: the curve rises from 0.0 to 40.0 %"),
    ],
)
def test_clicks_that_are_no_curve_are_refused_with_their_line(tmp_path, text, told):
    with pytest.raises(InputFileError) as refused:
        read_clicks(file(tmp_path, text), Scale.FRACTION)
    assert told in str(refused.value)
    assert "Remedy" in str(refused.value) or "expected" in str(refused.value)


def test_fractions_called_percent_are_refused(tmp_path):
    with pytest.raises(InputFileError, match=r"no click is above 2 %.*scale: fraction"):
        read_clicks(file(tmp_path, GOOD), Scale.PERCENT)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputFileError, match=r"none\.csv: cannot be read"):
        read_clicks(tmp_path / "none.csv", Scale.FRACTION)


def test_what_a_hand_does_to_a_curve_is_read(tmp_path):
    text = "\ufeffSurvival;Time\n1.004;0\n0.998;3.02\n0.80;3\n0.803;9\n\n"
    clicks = read_clicks(file(tmp_path, text), Scale.FRACTION)
    assert clicks.time.tolist() == [0, 3.02, 3, 9]
    assert clicks.survival.tolist() == [1.004, 0.998, 0.80, 0.803]


def test_a_mark_beyond_the_end_is_refused(tmp_path):
    clicks = read_clicks(file(tmp_path, GOOD), Scale.FRACTION)
    marks = tmp_path / "marks.csv"
    marks.write_text("time\n4\n12\n")
    with pytest.raises(
        InputFileError, match=r"marks\.csv:3: a censoring mark at 12, but the curve ends at 9"
    ):
        read_marks(marks, clicks)


def claims(curve, n=30):
    fields = ", ".join(f"{key}: {value}" for key, value in ({**CURVE, **curve}).items())
    return f"study: {{id: x, enrolled: {n}}}\ncurves:\n- {{{fields}}}\n"


@pytest.mark.parametrize(
    ("curve", "told"),
    [
        ({"at_risk": "{0: 30, 6: 12, 12: 14}"}, "found 14 at time 12 after 12 at time 6"),
        ({"at_risk": "{0: 28, 6: 12}"}, "found 28 at time 0; expected the 30 subjects"),
        ({"at_risk": "{6: 31}"}, "found 31 at time 6 after 30 at time 0"),
        ({"at_risk": "[30, 12]"}, "expected times with the printed numbers at risk"),
        ({"at_risk": "{six: 12}"}, "expected times with the printed numbers at risk"),
        ({"events": "31"}, "found 31; expected at most the 30 subjects"),
        ({"scale": "per mille"}, "found 'per mille'"),
        ({"unit": "moons"}, "found 'moon"),
        ({"population": "A"}, "found 'A'"),
        ({"endpoint": "DOR"}, "found 'DOR'; expected one of OS, PFS"),
        ({"klicks": "x"}, "found the unknown key 'klicks'"),
    ],
)
def test_printed_numbers_that_cannot_be_are_refused_with_their_line(curve, told):
    with pytest.raises(StudyFileError) as refused:
        parse_claims(claims(curve))
    assert told in str(refused.value)
    assert "claims.yaml:3" in str(refused.value)


def test_a_second_curve_of_the_same_endpoint_and_a_missing_n_are_refused():
    two = claims({}) + claims({"id": "again", "endpoint": "OS"}).split("curves:\n")[1]
    with pytest.raises(StudyFileError, match="found a second curve of OS"):
        parse_claims(two)
    with pytest.raises(StudyFileError, match="no number of subjects"):
        parse_claims(claims({}).replace(", enrolled: 30", ""))


def test_nothing_is_written_where_the_numbers_contradict_the_clicks(tmp_path):
    file(tmp_path, GOOD)
    (tmp_path / "claims.yaml").write_text(claims({"events": "25"}))
    with pytest.raises(TrialwrightError, match="os: no 30 subjects have this curve and 25 events"):
        CliRunner().invoke(
            app, ["reconstruct", str(tmp_path), "--out", str(tmp_path / "out")], catch_exceptions=False
        )
    assert not (tmp_path / "out").exists()
