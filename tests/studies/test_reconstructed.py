"""Published against recomputed: a rebuilt study goes through the pipeline of recorded data."""

import pytest

pytest.importorskip("ortools")

from trialwright import auditing, workflow
from trialwright.progress import Silent


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rebuilt") / "ici-capox"
    auditing.reconstruct("ici-capox", folder, Silent(), seed=1)
    loaded = workflow.load("ici-capox", folder, Silent())
    assert loaded.data.origin == "reconstructed"
    table = workflow.analyse(loaded, Silent()).table
    rows = table.filter((table["variant"] == "primary") & (table["population"] == "evaluable"))
    return {(row["endpoint"], row["statistic"]): row for row in rows.to_dicts()}


@pytest.mark.parametrize(
    ("endpoint", "printed"),
    [("PFS", "6.1"), ("OS", "16.5"), ("DOR", "5.0"), ("follow-up", "9.0")],
)
def test_medians_print_as_published(results, endpoint, printed):
    assert f"{results[endpoint, 'median']['value']:.1f}" == printed


@pytest.mark.parametrize(
    ("endpoint", "counts", "percent", "low", "high"),
    [("confirmed ORR", (12, 26), "46.2", 27.1, 66.2), ("DCR", (18, 26), "69.2", 48.1, 84.9)],
)
def test_rates_and_their_intervals_print_as_published(results, endpoint, counts, percent, low, high):
    row = results[endpoint, "rate"]
    assert (row["events"], row["n"]) == counts
    assert f"{100 * row['value']:.1f}" == percent
    assert 100 * row["low"] == pytest.approx(low, abs=0.1)
    assert 100 * row["high"] == pytest.approx(high, abs=0.1)
