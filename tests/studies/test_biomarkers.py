"""The biomarkers of nivo-gemcis from virtual patients to the page; tumours typed in for the test only."""

import polars as pl
import pytest

from trialwright import workflow

NEOANTIGENS = (
    "subject,clone,clone_fraction,mutant_peptide,wild_type_peptide,mutant_affinity_nm,wild_type_affinity_nm\n"
)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("virtual") / "sdtm"
    workflow.simulate("nivo-gemcis", folder, seed=1)
    return folder


@pytest.fixture(scope="module")
def loaded(data):
    return workflow.load("nivo-gemcis", data)


@pytest.fixture(scope="module")
def rows(loaded):
    return workflow.analyse(loaded).table.filter(pl.col("section") == "biomarker")


def test_measured_and_left_out_add_up_to_the_set(rows):
    for (_, _), here in rows.filter(pl.col("statistic").is_in(["measured", "left_out"])).group_by(
        "endpoint", "variant"
    ):
        assert here["value"].sum() == here["n"][0]


def test_every_analyte_is_related_to_response_and_to_each_time(rows):
    tested = rows.filter(pl.col("statistic") == "p_holm").select("endpoint", "variant").unique().rows()
    assert set(tested) == {
        (marker, end) for marker in ("SFASL", "MCP1", "IFNG") for end in ("ORR", "PFS", "OS")
    }


def test_every_row_is_called_simulated(rows):
    assert set(rows["origin"]) == {"simulated"}


def test_nobody_is_credited_with_time_before_the_sample(loaded):
    curves = workflow.analyse(loaded).curves
    landmark = curves.filter(pl.col("endpoint") == "SFASL", pl.col("variant") == "OS")
    whole = curves.filter(
        pl.col("endpoint") == "OS", pl.col("variant") == "primary", pl.col("group") == "Total"
    )
    assert landmark["time"].max() < whole["time"].max()
    at_start = landmark.filter(pl.col("time") == 0.0)["at_risk"].sum()
    assert at_start < whole.filter(pl.col("time") == 0.0)["at_risk"].sum()


def test_fitness_without_sequencing_is_said_and_not_invented(rows):
    fitness = rows.filter(pl.col("endpoint") == "fitness")
    assert fitness["statistic"].to_list() == ["not_available"]
    assert fitness["text"][0].startswith("no sequencing data supplied")


def test_the_page_says_exploratory_and_that_there_is_no_sequencing(loaded, tmp_path):
    page = workflow.write_report(loaded, tmp_path / "report", ["html"]).read_text(encoding="utf-8")
    assert "Biomarkers (exploratory)" in page
    assert "no sequencing data supplied" in page
    assert page.count("SIMULATED") > 10


@pytest.fixture
def sequenced(data, loaded, tmp_path):
    """The study with tumours: even subjects have a clone that is seen, odd ones have none."""
    lines, scores = [], "mutant_peptide,epitope,score\nAAAAYAAAA,KLWCQVLLM,26\n"
    for place, subject in enumerate(sorted(loaded.adam.adsl["USUBJID"])[:20]):
        seen = f"AAAAYAAAA,AAAAGAAAA,{20 + place},500" if place % 2 == 0 else ",,,"
        lines.append(f"{subject},all,1,{seen}\n")
    (tmp_path / "neo.csv").write_text(NEOANTIGENS + "".join(lines), encoding="utf-8")
    (tmp_path / "scores.csv").write_text(scores, encoding="utf-8")
    fitness = loaded.study.biomarkers.fitness.model_copy(
        update={"neoantigens": "neo.csv", "alignments": "scores.csv", "tau": 0.1}
    )
    biomarkers = loaded.study.biomarkers.model_copy(update={"fitness": fitness})
    study = loaded.study.model_copy(update={"biomarkers": biomarkers})
    from trialwright.biomarkers.sequencing import read_sequencing

    return workflow.Loaded(study, loaded.data, loaded.adam, sequencing=read_sequencing(fitness, tmp_path))


def test_sequenced_tumours_are_related_to_response_and_progression(sequenced, tmp_path):
    rows = workflow.analyse(sequenced).table.filter(pl.col("endpoint") == "fitness")
    assert rows.filter(pl.col("statistic") == "measured", pl.col("variant") == "n(tau)")["value"][0] == 20
    sizes = rows.filter(
        pl.col("statistic") == "tumour_size", pl.col("item") != "", pl.col("variant") == "n(tau)"
    )
    assert (sizes["value"] == 1.0).sum() == 10
    assert {"ORR", "PFS"} <= set(rows.filter(pl.col("statistic") == "p_bh")["variant"])
    page = workflow.write_report(sequenced, tmp_path / "out", ["html"]).read_text(encoding="utf-8")
    assert "n(tau) of 20 tumours" in page
    assert "neo.csv" in page


def test_the_direction_assumed_in_a_thousand_virtual_patients_is_found_again(tmp_path):
    """Markers follow shrinkage: sFASL and MCP-1 fall where the tumour shrinks, IFN-γ rises."""
    from trialwright.protocol.read import read_study
    from trialwright.simulate.read import read_assumptions
    from trialwright.simulate.write import write_simulation

    study = read_study("nivo-gemcis")
    write_simulation(
        study, read_assumptions(study), tmp_path / "many", seed=2, subjects=1000, progress=lambda _: None
    )
    table = workflow.analyse(workflow.load("nivo-gemcis", tmp_path / "many")).table
    areas = table.filter(pl.col("section") == "biomarker", pl.col("statistic") == "auc")
    limits = {row["endpoint"]: (row["low"], row["high"]) for row in areas.iter_rows(named=True)}
    assert limits["SFASL"][1] < 0.5
    assert limits["MCP1"][1] < 0.5
    assert limits["IFNG"][0] > 0.5
