"""The survival command: its JSON equals R's frozen numbers, and wrong files get one clear message."""

import csv
import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from trialwright import cli
from trialwright.errors import TrialwrightError

REFERENCE = Path(__file__).parents[2] / "reference"
R = json.loads((REFERENCE / "survival.json").read_text())
LUNG = REFERENCE / "data" / "lung.csv"
COLON = REFERENCE / "data" / "colon.csv"
VETERAN = REFERENCE / "data" / "veteran.csv"
KEYS = {"groups", "follow_up_median", "logrank", "stratified_logrank", "cox"}


def run(*arguments):
    return CliRunner().invoke(cli.app, ["survival", *map(str, arguments)])


def answer(*arguments):
    result = run(*arguments, "--time", "time", "--event", "event", "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def refusal(tmp_path, text, *arguments):
    file = tmp_path / "trial.csv"
    file.write_text(text)
    result = run(file, "--time", "t", "--event", "e", *arguments)
    assert isinstance(result.exception, TrialwrightError), result.output
    return str(result.exception)


def test_two_arms_with_strata_and_covariates_equal_r():
    found = answer(
        LUNG, "--by", "group", "--strata", "stratum", "--covariates", "age,karno", "--at", "100,182.5,2000"
    )
    assert set(found) >= KEYS
    theirs = R["lung"]
    for group in found["groups"]:
        curve = theirs["curves"][group["group"]]["log-log"]
        assert [group[key] for key in ("median", "median_low", "median_high")] == curve["median"]
        marks = {mark["time"]: mark for mark in group["landmarks"]}
        for i, t in enumerate(curve["landmarks"]["time"]):
            for key in ("survival", "low", "high") if t in marks else ():
                assert marks[t][key] == pytest.approx(curve["landmarks"][key][i], rel=1e-9)
    assert found["logrank"]["chi2"] == pytest.approx(theirs["logrank"][0]["chi2"], rel=1e-9)
    assert found["stratified_logrank"]["p"] == pytest.approx(theirs["stratified"][0]["p"], rel=1e-9)
    assert found["follow_up_median"] == theirs["curves"]["All"]["reverse"][0]
    model = theirs["cox_stratified"]["efron"]
    assert [row["term"] for row in found["cox"]] == ["group: 2", "age", "karno"]
    for i, row in enumerate(found["cox"]):
        for key in ("beta", "se", "low", "high", "p"):
            assert row[key] == pytest.approx(model[key][i], rel=1e-9)


def test_three_arms_are_two_terms_against_the_first():
    found = answer(COLON, "--by", "group", "--covariates", "nodes,age", "--conf-type", "log")
    assert [row["term"] for row in found["cox"]] == ["group: Lev+5FU", "group: Obs", "nodes", "age"]
    assert found["logrank"]["df"] == 2
    curve = R["colon"]["curves"]["Obs"]["log"]
    (observed,) = (group for group in found["groups"] if group["group"] == "Obs")
    assert [observed[key] for key in ("median", "median_low", "median_high")] == curve["median"]


def test_a_text_covariate_is_a_factor():
    as_factor = answer(VETERAN, "--covariates", "group,karno,age")
    as_group = answer(VETERAN, "--by", "group", "--covariates", "karno,age")
    assert as_factor["cox"] == as_group["cox"]
    assert as_factor["logrank"] is None
    assert [group["group"] for group in as_factor["groups"]] == ["All"]
    assert as_factor["groups"][0]["landmarks"] == []


def test_parquet_and_csv_give_the_same_answer(tmp_path):
    table = pl.read_csv(LUNG).with_columns(pl.col("event") == 1)
    table.write_parquet(tmp_path / "lung.parquet")
    arguments = ("--by", "group", "--covariates", "age", "--at", "365")
    assert answer(tmp_path / "lung.parquet", *arguments) == answer(LUNG, *arguments)


def test_missing_values_matter_only_in_columns_that_are_used(tmp_path):
    with LUNG.open() as lines:
        rows = list(csv.DictReader(lines))
    rows[3]["karno"] = "NA"
    file = tmp_path / "lung.csv"
    with file.open("w", newline="") as out:
        writer = csv.DictWriter(out, fieldnames=rows[0])
        writer.writeheader()
        writer.writerows(rows)
    assert answer(file, "--by", "group") == answer(LUNG, "--by", "group")
    result = run(file, "--time", "time", "--event", "event", "--covariates", "karno")
    assert "1 of 226 values are missing: 'NA' in row 4" in str(result.exception)


def test_a_monotone_likelihood_is_warned_of():
    found = answer(REFERENCE / "data" / "monotone.csv", "--by", "group")
    assert "monotone" in found["warnings"][0]
    shown = run(REFERENCE / "data" / "monotone.csv", "--time", "time", "--event", "event", "--by", "group")
    assert "∞" in shown.output
    assert "not estimable" in shown.output


def test_no_events_at_all_is_said(tmp_path):
    file = tmp_path / "alive.csv"
    file.write_text("time,event,arm\n1,0,a\n2,0,b\n")
    found = answer(file, "--by", "arm")
    assert found["logrank"] == {"chi2": None, "df": 0, "p": None}
    assert found["cox"] == []
    assert found["warnings"][0].startswith("no events")


def test_semicolons_a_byte_order_mark_and_words_for_events_are_read(tmp_path):
    file = tmp_path / "excel.csv"
    file.write_bytes("\ufefftime;event;arm\n1;TRUE; b\n2.5;false;a\n3;True;b \n".encode())
    found = answer(file, "--by", "arm")
    assert [(group["group"], group["n"], group["events"]) for group in found["groups"]] == [
        ("a", 1, 0),
        ("b", 2, 2),
    ]


def test_people_get_tables():
    shown = run(LUNG, "--time", "time", "--event", "event", "--by", "group", "--at", "365")
    assert shown.exit_code == 0
    for part in ("Median", "283.0", "212.0 to 310.0", "Log-rank", "Hazard ratio", "follow-up"):
        assert part in shown.output


@pytest.mark.parametrize(
    ("text", "arguments", "message"),
    [
        ("t,e\n5,1\n7,2\n", (), "'2' in row 2; values found: 1, 2"),
        ("t,e\n5,1\n-7,0\n", (), "'-7' in row 2"),
        ("t,e\n5,1\n3 months,0\n", (), "'3 months' in row 2"),
        ("t,e\n5,1\n,0\n", (), "1 of 2 values are missing"),
        ("t,e\n5,1\ninf,0\n", (), "'inf' in row 2"),
        ("t,e\n", (), "no rows"),
        ("", (), "cannot be read"),
        ("t,e\n1,1,9\n", (), "cannot be read"),
        ("time,e\n1,1\n", (), "no column 't'"),
        ("t,e,arm\n1,1,a\n", ("--by", "Arm"), "did you mean 'arm'"),
        ("t,e,arm\n1,1,a\n", ("--by", "t"), "'t' is used twice"),
        ("t,t,e\n1,1,1\n", (), "two columns 't'"),
        ("t,e,x\n1,1,2\n2,1,3\n3,1,high\n", ("--covariates", "x"), "'high' in row 3"),
        ("t,e,g\n1,1,1\n2,1,1.0\n", ("--by", "g"), "several ways"),
        ("t,e\n1,1\n", ("--at", "6,x"), "'6,x'"),
        ("t,e\n1,1\n", ("--at", "-6"), "times of 0 or more"),
    ],
)
def test_wrong_input_names_the_column_the_rows_and_the_values(tmp_path, text, arguments, message):
    assert message in refusal(tmp_path, text, *arguments)


def test_a_measurement_is_not_a_group(tmp_path):
    text = "t,e,age\n" + "".join(f"{i},1,{i + 0.5}\n" for i in range(1, 80))
    assert "79 different values" in refusal(tmp_path, text, "--by", "age")


def test_files_that_are_not_there_or_not_tables(tmp_path):
    for name, content in (
        ("a.parquet", b"\x00" * 50),
        ("b.parquet", b"PAR1" * 9),
        ("c.csv", b"t,e\n1,\xff\xfe\n"),
    ):
        (tmp_path / name).write_bytes(content)
        result = run(tmp_path / name, "--time", "t", "--event", "e")
        assert isinstance(result.exception, TrialwrightError)
    assert "no such file" in str(run(tmp_path / "none.csv", "--time", "t", "--event", "e").exception)


DELAYED = json.loads((REFERENCE / "delayed_effects.json").read_text())["data"]


@pytest.mark.parametrize("case", DELAYED[:2], ids=["plain", "stratified"])
def test_tests_asked_for_equal_r(case):
    strata = ("--strata", "stratum") if case["stratified"] else ()
    asked = ("--tests", "maxcombo,rmst,fh:0:1", "--tau", case["tau"])
    found = {one["test"]: one for one in answer(LUNG, "--by", "group", *strata, *asked)["tests"]}
    combined, means, late = (found[name] for name in ("maxcombo", "rmst", "fh:0:1"))
    assert combined["p"] == pytest.approx(case["p"], abs=2e-6)
    assert combined["p_better"]["2"] == pytest.approx(case["p_lower"], abs=2e-6)
    assert combined["largest"] == "1:0"
    assert combined["z"]["0:1"] == pytest.approx(
        case["excess"][1] / case["covariance"][1][1] ** 0.5, rel=1e-9
    )
    assert late["chi2"] == pytest.approx(case["excess"][1] ** 2 / case["covariance"][1][1], rel=1e-9)
    assert means["difference"]["value"] == pytest.approx(case["means"][1] - case["means"][0], rel=1e-9)
    assert means["difference"]["of"] == "2 - 1"
    assert (combined["stratified"], means["stratified"]) == (case["stratified"], False)


def test_tests_asked_for_are_printed_beside_the_others():
    result = run(
        *(LUNG, "--time", "time", "--event", "event", "--by", "group"),
        *("--tests", "maxcombo,rmst", "--tau", "600", "--combination", "0:0,0:1"),
    )
    assert "MaxCombo (0, 0), (0, 1)" in result.output
    assert "Restricted means to 600: 2 − 1" in result.output


@pytest.mark.parametrize(
    "asked",
    [
        ("--tests", "maxcombo"),
        ("--by", "g", "--tests", "rmst"),
        ("--by", "g", "--tests", "rmst", "--tau", "9"),
        ("--by", "g", "--tests", "rmst", "--tau", "nan"),
        ("--by", "g", "--tests", "maxcombo", "--tau", "3"),
        ("--by", "g", "--tests", "wilcoxon"),
        ("--by", "g", "--tests", "maxcombo", "--combination", "0:0"),
        ("--by", "three", "--tests", "maxcombo"),
        ("--by", "three", "--tests", "rmst", "--tau", "2"),
        ("--by", "one", "--tests", "fh:0:1"),
    ],
    ids=" ".join,
)
def test_tests_that_cannot_be_made_are_refused(tmp_path, asked):
    rows = "t,e,g,three,one\n1,1,a,x,o\n2,1,b,y,o\n3,0,a,z,o\n4,0,b,x,o\n"
    assert "; expected" in refusal(tmp_path, rows, *asked)
