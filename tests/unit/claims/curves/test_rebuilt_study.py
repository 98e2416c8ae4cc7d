"""From clicks to a report: the same hazard ratio on every way, and the mark in every output."""

import csv
import json

import numpy as np
import polars as pl
import pytest
from drawn_curves import Arm, Hand, axis_of, clicked
from typer.testing import CliRunner

from trialwright.cli import app
from trialwright.sdtm.files import read_folder
from trialwright.sdtm.study_data import Origin
from trialwright.stats.cox import cox

RUN = CliRunner()
MONTH = 30.4375


def trial(rng):
    """PFS and OS of two arms of 25: death after progression, staggered entry; days as months."""
    arms = {}
    for name, scale in (("GP", 7.0), ("TP & co", 10.0)):
        free = rng.exponential(scale, 25)
        dies, leaves = free + rng.exponential(6, 25) * rng.integers(0, 2, 25), rng.uniform(6, 24, 25)
        free, dies, leaves = (np.ceil(one * MONTH) / MONTH for one in (free, dies, leaves))
        early = Arm(np.minimum(free, leaves), (free <= leaves).astype(int))
        arms[name] = {"PFS": early, "OS": Arm(np.minimum(dies, leaves), (dies <= leaves).astype(int))}
    return arms


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("curves")
    rng = np.random.default_rng(31)
    arms = trial(rng)
    lines = ["study: {id: rebuilt, enrolled: 50}", "populations:"]
    lines += [f"  {name}: {{n: 25, arm: yes}}" for name in arms]
    lines += ["claims:", "- {id: pfs_hr, type: ratio, value: '0.70', contrast: [TP & co, GP]}", "curves:"]
    axis, every = axis_of([one for each in arms.values() for one in each.values()])
    for number, (name, each) in enumerate(arms.items()):
        for endpoint, arm in each.items():
            figure = clicked(arm, axis, every, Hand(), rng)
            file = f"{endpoint.lower()}_{number}.csv"
            rows = [f"{t},{100 * s}" for t, s in zip(figure.time, figure.survival, strict=True)]
            (folder / file).write_text("\n".join(["time,survival", *rows]) + "\n")
            at_risk = ", ".join(f"{when:g}: {number}" for when, number in figure.at_risk.items())
            lines.append(
                f"- {{id: {endpoint}-{number}, endpoint: {endpoint}, population: {name}, clicks: {file}, "
                f"scale: percent, unit: months, events: {arm.event.sum()}, at_risk: {{{at_risk}}}}}"
            )
    (folder / "claims.yaml").write_text("\n".join(lines) + "\n")
    done = RUN.invoke(app, ["reconstruct", str(folder), "--out", str(folder / "out")], catch_exceptions=False)
    assert done.exit_code == 0
    return arms, folder / "out", done.stdout


def subjects(out, endpoint):
    with (out / "subjects" / f"{endpoint.lower()}.csv").open() as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("endpoint", ["OS", "PFS"])
def test_events_are_exact_and_the_ratio_is_near_that_of_the_real_subjects(made, endpoint):
    arms, out, told = made
    rows = subjects(out, endpoint)
    for name, each in arms.items():
        events = sum(int(row["EVENT"]) for row in rows if row["ARM"] == name)
        assert events == each[endpoint].event.sum()
        assert f"{endpoint} of {name}, 25 subjects" in told
    real = [arms[name][endpoint] for name in arms]
    truth = cox(
        np.concatenate([one.time for one in real]),
        np.concatenate([one.event for one in real]),
        np.repeat([0.0, 1.0], 25)[:, None],
    )
    group = np.array([[float(row["ARM"] != "GP")] for row in rows])
    found = cox([float(row["DAYS"]) for row in rows], [float(row["EVENT"]) for row in rows], group)
    assert abs(found.beta[0] - truth.beta[0]) < 0.03


def test_the_told_table_says_what_is_met(made):
    _arms, out, told = made
    assert told == (out / "reconstructed-constraints.txt").read_text()
    assert told.startswith("RECONSTRUCTED: 50 data sets behind 4 digitised curves")
    assert told.count("met in all data sets") == 4
    assert "; not " not in told
    assert "pfs_hr: PFS hazard ratio: published 0.70, recomputed" in told


def test_every_record_and_table_carries_the_mark(made):
    _arms, out, _told = made
    assert read_folder(out).origin is Origin.RECONSTRUCTED
    assert all(row["ORIGIN"] == "RECONSTRUCTED" for row in subjects(out, "PFS"))
    assert (out / "study.yaml").read_text().startswith("# RECONSTRUCTED")
    ensemble = pl.read_csv((out / "reconstructed-ensemble.txt").read_bytes())
    assert ensemble["ORIGIN"].unique().to_list() == ["RECONSTRUCTED"]
    assert ensemble["SET"].n_unique() == 50


def test_survival_reads_the_subjects(made):
    _arms, out, _told = made
    options = ["--time", "DAYS", "--event", "EVENT", "--by", "ARM", "--json"]
    done = RUN.invoke(app, ["survival", str(out / "subjects" / "pfs.csv"), *options], catch_exceptions=False)
    answer = json.loads(done.stdout)
    assert [one["n"] for one in answer["groups"]] == [25, 25]
    assert answer["warnings"][0] == "RECONSTRUCTED: these are no patients' records"


def test_the_report_of_the_written_study_gives_the_same_ratio_and_the_mark(made, tmp_path):
    _arms, out, _told = made
    done = RUN.invoke(
        app, ["report", str(out), "--data", str(out), "--out", str(tmp_path / "r")], catch_exceptions=False
    )
    assert done.exit_code == 0
    page = (tmp_path / "r" / "report.html").read_text()
    assert "RECONSTRUCTED: these data were reconstructed from published figures" in page
    results = pl.read_parquet(tmp_path / "r" / "results.parquet")
    for endpoint in ("OS", "PFS"):
        rows = subjects(out, endpoint)
        group = np.array([[float(row["ARM"] != "GP")] for row in rows])
        own = cox([float(row["DAYS"]) for row in rows], [float(row["EVENT"]) for row in rows], group)
        ratio = results.filter(pl.col("endpoint") == endpoint, pl.col("statistic") == "hazard_ratio")
        assert ratio["value"].to_list() == [pytest.approx(np.exp(own.beta[0]))]
        assert ratio["origin"].to_list() == ["reconstructed"]


def test_the_same_seed_writes_the_same_bytes(made, tmp_path):
    _arms, out, _told = made
    for target in (tmp_path / "one", tmp_path / "two"):
        RUN.invoke(app, ["reconstruct", str(out.parent), "--out", str(target)], catch_exceptions=False)
    names = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.*"))
    assert names
    for name in names:
        one, two = (folder / name for folder in (tmp_path / "one", tmp_path / "two"))
        assert one.is_dir() or one.read_bytes() == two.read_bytes()


def test_one_arm_with_a_curve_of_survival_alone_has_deaths_and_no_scans(tmp_path):
    arm = trial(np.random.default_rng(5))["GP"]["OS"]
    axis, every = axis_of([arm])
    figure = clicked(arm, axis, every, Hand(), np.random.default_rng(6))
    rows = [f"{t},{s}" for t, s in zip(figure.time, figure.survival, strict=True)]
    (tmp_path / "os.csv").write_text("\n".join(["time,survival", *rows]) + "\n")
    (tmp_path / "claims.yaml").write_text(
        "study: {id: one arm, enrolled: 25}\n"
        f"curves: [{{id: os, clicks: os.csv, scale: fraction, unit: month, events: {arm.event.sum()}}}]\n"
    )
    out = tmp_path / "out"
    for call in (
        ["reconstruct", str(tmp_path), "--out", str(out)],
        ["report", str(out), "--data", str(out), "--out", str(tmp_path / "r")],
    ):
        assert RUN.invoke(app, call, catch_exceptions=False).exit_code == 0
    data = read_folder(out)
    assert data.domain("DM")["DTHFL"].drop_nulls().len() == arm.event.sum()
    assert not data.has("TR")
    results = pl.read_parquet(tmp_path / "r" / "results.parquet")
    assert results["endpoint"].is_in(["PFS"]).sum() == 0
