"""The three biliary tract trials, whole: each published figure has its row, and everything says SIMULATED."""

import re
from dataclasses import dataclass

import polars as pl
import pytest

from trialwright import workflow
from trialwright.analyse.results import TABLE_KEYS, Results
from trialwright.errors import ArgumentError

CLASS_OF_SECTION = re.compile(r'<section id="([^"]+)">(.*?)</section>', re.DOTALL)
SIMULATED = '<span class="stamp">SIMULATED</span>'


@dataclass(frozen=True)
class Trial:
    """One study of the gallery, from data to report."""

    loaded: workflow.Loaded
    results: Results
    html: str


@pytest.fixture(scope="module", params=["ici-capox", "nabp-cis", "nivo-gemcis"])
def trial(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    data = None
    if request.param != "ici-capox":
        data = folder / "sdtm"
        workflow.simulate(request.param, data, seed=1)
    loaded = workflow.load(request.param, data)
    page = workflow.write_report(loaded, folder, workflow.FORMATS)
    return Trial(loaded, workflow.analyse(loaded), page.read_text(encoding="utf-8"))


def test_every_published_figure_has_its_row(trial):
    keys = trial.results.table.select(TABLE_KEYS)
    without = trial.results.published.join(keys, on=TABLE_KEYS, how="anti")
    assert without.select("name", *TABLE_KEYS).rows() == []


def test_the_computed_number_is_that_of_the_row(trial):
    rows = {tuple(row[key] for key in TABLE_KEYS): row for row in trial.results.table.iter_rows(named=True)}
    for record in trial.results.published.filter(pl.col("value").is_not_null()).iter_rows(named=True):
        row = rows[tuple(record[key] for key in TABLE_KEYS)]
        scale = 100 if record["unit"] == "percent" else 1
        assert record["value"] == pytest.approx(scale * row[record["bound"]], rel=1e-12), record["name"]
        places = len(record["printed"].partition(".")[2])
        assert abs(float(record["computed"]) - record["value"]) <= 0.5 * 10**-places + 1e-9


def test_every_figure_stands_in_the_report_as_printed(trial):
    table = trial.html[trial.html.index('id="table-published"') :]
    table = table[: table.index("</table>")]
    for printed in trial.results.published["printed"]:
        assert printed in table


def test_computed_numbers_link_to_their_rows(trial):
    table = trial.html[trial.html.index('id="table-published"') :]
    table = table[: table.index("</table>")]
    figures = trial.results.published["number"].n_unique()
    assert len(re.findall(r'<a class="n" href="#r\d+">', table)) == figures


def test_every_section_table_and_figure_says_simulated(trial):
    assert trial.results.origin == "simulated"
    sections = CLASS_OF_SECTION.findall(trial.html)
    assert len(sections) > 8
    for name, content in sections:
        assert SIMULATED in content.split("</h2>")[0], name
        for caption in re.findall(r"<(?:caption|figcaption)>(.*?)<b>", content):
            assert SIMULATED in caption, name
    assert "<h2>Published beside simulated" in trial.html
    assert "beside computed" not in trial.html


def test_comparators_stand_beside_the_study(trial):
    assert "Valle J et al. N Engl J Med 2010" in trial.html
    assert 'id="table-comparators"' in trial.html


def test_the_cut_off_of_the_study_is_the_published_one(trial):
    found = trial.results.published.filter(pl.col("name") == "Data cut-off")
    impossible = found["impossible"][0] != ""
    assert (found["agreement"][0] == "equal as printed") is not impossible


@pytest.mark.parametrize("trial", ["nabp-cis"], indirect=True)
def test_the_first_assessment_cannot_beat_the_best_response(trial):
    rows = trial.results.select(section="response", endpoint="ORR", statistic="responders")
    first = rows.filter(pl.col("variant") == "first assessment")
    best = rows.filter(pl.col("variant") == "primary")
    both = first.join(best, on="group", suffix="_best")
    assert both.height == first.height > 1
    for early, late in both.select("subjects", "subjects_best").iter_rows():
        assert set(early) <= set(late)


@pytest.mark.parametrize("trial", ["nabp-cis"], indirect=True)
def test_two_completed_cycles_are_a_fact_of_the_doses(trial):
    adsl, adex = trial.loaded.adam.adsl, trial.loaded.adam.adex
    completed = dict(adex.filter(pl.col("PARAMCD") == "NCYCC").select("USUBJID", "AVAL").iter_rows())
    for subject, belongs, evaluable in adsl.select("USUBJID", "SET_TWO_CYCLES", "EVALFL").iter_rows():
        assert (belongs == "Y") is (evaluable == "Y" and completed.get(subject, 0) >= 2)


@pytest.mark.parametrize("trial", ["nivo-gemcis"], indirect=True)
def test_cycles_of_combination_therapy_are_at_most_the_six_planned(trial):
    rows = trial.results.select(section="exposure", endpoint="combination cycles", group="Total")
    found = dict(rows.select("statistic", "value").iter_rows())
    assert 1 <= found["min"] <= found["median"] <= found["max"] <= 6
    assert set(rows["population"]) == {"evaluable"}


def test_a_study_with_assumptions_alone_is_not_simulated_unasked():
    with pytest.raises(ArgumentError, match="trialwright simulate nabp-cis"):
        workflow.load("nabp-cis", None)


def test_a_workbook_beside_the_study_is_its_data():
    study, data = workflow.read("ici-capox", None)
    assert workflow.has_own_data(study)
    assert {source.name for source in data.sources["DM"]} == {"ici-capox-chart-review.xlsx"}
