"""The contract of results, and the files they are written to."""

from __future__ import annotations

import json

import polars as pl
import pytest

from trialwright.analyse.results import (
    CHANGE_COLUMNS,
    CURVE_COLUMNS,
    DISAGREEMENT_COLUMNS,
    Results,
    check_results,
)
from trialwright.analyse.rows import Cell, table_of
from trialwright.analyse.vocabulary import statistics
from trialwright.analyse.write import write_results
from trialwright.errors import ArgumentError, ContractError

CELL = Cell("response", "ORR", "full", "Total")


def results(*rows):
    frames = [pl.DataFrame(schema=dict(c)) for c in (CURVE_COLUMNS, CHANGE_COLUMNS, DISAGREEMENT_COLUMNS)]
    return Results("nine", "recorded", table_of(rows, "recorded"), *frames)


RATE = CELL.number("rate", 0.5, ["2", "1"], interval=(0.1, 0.9), level=0.95, method="Wilson", n=4, events=2)
NONE = CELL.at(group="B").statement("rate", "not estimable: no subjects", n=0)


def test_rows_keep_the_contract():
    found = check_results(results(RATE, NONE))
    assert found.table["subjects"].to_list() == [["1", "2"], []]


def test_a_number_that_is_not_finite_becomes_null_and_needs_a_text():
    assert CELL.number("rate", float("nan"), [], text="not estimable: no subjects").value is None
    with pytest.raises(ValueError, match="neither value nor text"):
        CELL.number("rate", float("inf"), [])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ((RATE, RATE), "occurs more than once"),
        ((CELL.number("rate", 0.5, [], interval=(0.6, 0.9)),), "outside its interval"),
        ((CELL.number("speed", 0.5, []),), "expected a word of statistics.toml"),
    ],
)
def test_what_breaks_the_contract_is_refused(rows, message):
    with pytest.raises(ContractError, match=message):
        check_results(results(*rows))


def test_every_statistic_says_its_unit_and_how_it_is_computed():
    units = {
        "count",
        "proportion",
        "months",
        "days",
        "mm",
        "percent",
        "ratio",
        "probability",
        "number",
        "coefficient",
        "none",
    }
    assert {one.unit for one in statistics().values()} <= units
    assert all(one.computed.endswith(".") and one.label for one in statistics().values())


def test_json_holds_one_object_a_row_with_null_for_no_number(tmp_path):
    write_results(results(RATE, NONE), tmp_path / "results.json")
    rows = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert [row["value"] for row in rows] == [0.5, None]
    assert rows[0]["subjects"] == ["1", "2"]


def test_parquet_holds_the_same_table(tmp_path):
    write_results(results(RATE, NONE), tmp_path / "results.parquet")
    assert pl.read_parquet(tmp_path / "results.parquet").equals(results(RATE, NONE).table)


def test_no_rows_are_an_empty_list(tmp_path):
    write_results(results(), tmp_path / "results.json")
    assert json.loads((tmp_path / "results.json").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", ["results.csv", "results"])
def test_any_other_suffix_is_refused_and_nothing_is_written(tmp_path, name):
    with pytest.raises(ArgumentError, match=r"expected a name that ends in \.parquet or \.json"):
        write_results(results(RATE), tmp_path / name)
    assert list(tmp_path.iterdir()) == []
