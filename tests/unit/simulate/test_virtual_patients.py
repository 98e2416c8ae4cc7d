"""Virtual patients: the same subject in every run, bodies of medicine, scans before responses."""

import math
import tomllib
from dataclasses import replace
from importlib.resources import files

import numpy as np
import polars as pl
import pytest

from trialwright.derive.adam import derive_all
from trialwright.derive.recist.codes import RESPONSE_TEXT, Response
from trialwright.errors import ArgumentError, StudyFileError
from trialwright.findings import Severity
from trialwright.protocol.read import read_study
from trialwright.sdtm.conformance import check
from trialwright.sdtm.study_data import Origin
from trialwright.simulate.blood import marrow_course
from trialwright.simulate.disease import size_ratio
from trialwright.simulate.facts import lab_tests
from trialwright.simulate.outcomes import outcomes_of
from trialwright.simulate.patients import draw_patients, patients
from trialwright.simulate.plan import make_plan
from trialwright.simulate.read import parse_assumptions, read_assumptions
from trialwright.simulate.records.assemble import simulate_study
from trialwright.simulate.scan_rules import read_diameter_mm

STUDIES = ["nivo-gemcis", "ici-capox", "nabp-cis"]


def plan_of(name):
    study = read_study(name)
    return make_plan(study, read_assumptions(study))


def arrays_of(some):
    for part in (some.baseline, some.disease):
        yield from zip(part._fields, part, strict=True)
    course, cycles = some.course, some.course.cycles
    for name in ("cycles", "ending", "end_day", "samples", "events", "first_dose"):
        yield name, getattr(course, name)
    widest = np.arange(course.samples.max())[None, :]
    at = np.where(
        widest < course.samples[:, None], course.first_sample[:, None] + widest, course.first_sample[:, None]
    )
    yield (
        "platelets",
        [course.blood[line, 0].tolist()[:count] for line, count in zip(at, course.samples, strict=True)],
    )
    for name, used in (("cycle_day", cycles), ("event_grade", course.events)):
        values = getattr(course, name)
        places = np.arange(values.shape[1])[None, :] < used[:, None]
        yield name, np.where(places.reshape(places.shape + (1,) * (values.ndim - 2)), values, 0)


@pytest.mark.parametrize("name", STUDIES)
def test_a_subject_is_the_same_whatever_the_number_of_subjects_and_the_chunks(name):
    plan = plan_of(name)
    many = next(patients(plan, seed=5, subjects=700, chunk=700))
    few = list(patients(plan, seed=5, subjects=60, chunk=23))[1]
    for (label, whole), (_, part) in zip(arrays_of(many), arrays_of(few), strict=True):
        if label == "first_sample":
            continue
        if isinstance(part, list):
            assert whole[23:46] == part
        else:
            np.testing.assert_array_equal(whole[23:46], part, err_msg=label)


def test_another_seed_or_another_trial_gives_other_subjects():
    plan = plan_of("nabp-cis")
    subjects = np.arange(50)
    one = draw_patients(plan, 1, np.zeros(50, np.int64), subjects)
    for other in (
        draw_patients(plan, 2, np.zeros(50, np.int64), subjects),
        draw_patients(plan, 1, np.ones(50, np.int64), subjects),
    ):
        assert (one.disease.death != other.disease.death).any()
        assert (one.baseline.age != other.baseline.age).any()


def test_permuted_blocks_keep_the_arms_balanced_at_every_second_subject():
    plan = plan_of("nabp-cis")
    block = len(plan.baseline.block)
    arm = next(patients(plan, seed=3, subjects=200)).baseline.arm
    for end in range(block, 200, block):
        assert (arm[:end] == 0).sum() == end // 2


def test_a_lesion_without_sensitive_part_grows_and_without_resistant_part_vanishes():
    assert size_ratio(-40.0, 0.02, 0.003, 100.0) == pytest.approx(math.exp(0.3))
    assert size_ratio(40.0, 0.02, 0.003, 100.0) == pytest.approx(math.exp(-2.0))


def test_the_fall_of_counts_is_deepest_on_the_day_of_the_nadir():
    course = [marrow_course(float(day), 13.0, 4.0) for day in range(29)]
    assert course[0] == 0
    assert max(course) == course[13] == 1.0
    assert course[28] < 0.3


def test_limits_of_grades_are_those_of_ctcae_5():
    limits = {test.code: test.limits() for test in lab_tests()}
    assert limits["PLAT"] == (125, 75, 50, 25)
    assert limits["NEUT"] == (1.8, 1.5, 1.0, 0.5)
    assert limits["HGB"] == (120, 100, 80, -math.inf)
    assert limits["ALT"] == (40, 120, 200, 800)  # 1, 3, 5, 20 times the upper limit of 40


@pytest.mark.parametrize("name", STUDIES)
def test_nothing_is_recorded_after_death_loss_or_cut_off(name):
    some = next(patients(plan_of(name), seed=2, subjects=2000))
    end = np.minimum(np.minimum(some.disease.death, some.disease.lost), some.cutoff)
    course = some.course
    places = np.arange(course.cycle_day.shape[1])[None, :] < course.cycles[:, None]
    assert (np.where(places, course.cycle_day, -99).max(axis=1) <= end).all()
    assert (course.sample_day[course.first_sample + course.samples - 1] <= end).all()
    scans = np.arange(some.disease.scan_day.shape[1])[None, :] < some.disease.scans[:, None]
    assert (np.where(scans, some.disease.scan_day, -99).max(axis=1) <= end).all()


def test_no_cycle_begins_after_progression_and_scans_stop_there():
    some = next(patients(plan_of("nivo-gemcis"), seed=2, subjects=2000))
    course, disease = some.course, some.disease
    last = course.cycle_day[np.arange(2000), np.maximum(course.cycles - 1, 0)]
    assert (last[course.cycles > 0] <= disease.progression[course.cycles > 0]).all()
    rows = np.flatnonzero(disease.progression < 10_000)
    assert (disease.overall[rows, disease.scans[rows] - 1] == Response.PD).all()
    assert (disease.scan_day[rows, disease.scans[rows] - 1] == disease.progression[rows]).all()


def test_the_hazard_of_death_follows_the_size_of_the_tumour():
    plan = plan_of("nivo-gemcis")
    disease = plan.disease._replace(death_size_power=np.array([2.0]))
    follows = next(patients(replace(plan, disease=disease), seed=9, subjects=4000))
    indifferent = plan.disease._replace(death_size_power=np.array([0.0]))
    constant = next(patients(replace(plan, disease=indifferent), seed=9, subjects=4000))
    shrank = follows.disease.log_ratio < np.median(follows.disease.log_ratio)
    gain = np.median(follows.disease.death[shrank]) - np.median(follows.disease.death[~shrank])
    without = np.median(constant.disease.death[shrank]) - np.median(constant.disease.death[~shrank])
    assert gain > without + 60


@pytest.mark.parametrize("name", STUDIES)
def test_records_are_simulated_and_conform(name):
    plan = plan_of(name)
    data = simulate_study(plan, seed=4, subjects=150)
    assert data.origin is Origin.SIMULATED
    summary = dict(data.domain("TS").select("TSPARMCD", "TSVAL").iter_rows())
    assert summary["DATAORIG"] == "SIMULATED"
    assert summary["TITLE"].startswith("SIMULATED")
    assert len(data.subjects) == 150
    serious = [one for one in check(data, plan.study) if one.severity is not Severity.NOTE]
    assert serious == []


@pytest.mark.parametrize("name", STUDIES)
def test_derivation_of_the_records_agrees_with_the_arrays(name):
    plan = plan_of(name)
    subjects = 250
    data = simulate_study(plan, seed=6, subjects=subjects)
    outcomes = outcomes_of(plan, next(patients(plan, seed=6, subjects=subjects)))
    adam = derive_all(plan.study, data)
    names = data.domain("DM")["USUBJID"]
    for parameter, codes in (("BOR", outcomes.best), ("CBOR", outcomes.confirmed)):
        mine = pl.DataFrame(
            {"USUBJID": names, "MINE": [RESPONSE_TEXT[Response(code)] for code in codes.tolist()]}
        )
        both = adam.adrs.filter(pl.col("PARAMCD") == parameter).join(mine, on="USUBJID")
        assert both.height == subjects
        assert both["AVALC"].to_list() == both["MINE"].to_list()
    for endpoint, times in (("PFS", outcomes.pfs), ("OS", outcomes.survival)):
        mine = pl.DataFrame({"USUBJID": names, "DAYS": times.days, "EVENT": times.event})
        chosen = (pl.col("ENDPOINT") == endpoint) & (pl.col("VARIANT") == "primary")
        both = adam.adtte.filter(chosen).join(mine, on="USUBJID")
        assert both.height == subjects
        assert both["AVAL"].to_list() == both["DAYS"].to_list()
        assert (both["CNSR"] == 0).to_list() == both["EVENT"].to_list()
    read = adam.adrs.filter(pl.col("PARAMCD").is_in(["OVR", "OVRREC"])).select(
        "USUBJID", "ADT", "PARAMCD", "AVALC"
    )
    wide = read.pivot("PARAMCD", index=["USUBJID", "ADT"], values="AVALC")
    assert wide["OVR"].to_list() == wide["OVRREC"].to_list()


def test_capecitabine_is_recorded_in_whole_tablets_twice_a_day():
    exposure = simulate_study(plan_of("ici-capox"), seed=1, subjects=40).domain("EX")
    tablets = exposure.filter(pl.col("EXTRT") == "CAPECITABINE")
    possible = {150 * small + 500 * large for small in range(3) for large in range(8)}
    assert set(tablets["EXDOSE"]) <= possible
    assert set(tablets["EXDOSFRQ"]) == {"BID"}


def test_the_abstracts_figures_are_the_targets_of_the_gallery():
    facts = tomllib.loads((files("trialwright") / "rulebook" / "btc-trials.toml").read_text("utf-8"))
    keys = {"median PFS": "pfs_median", "median OS": "os_median", "median duration of response": "dor_median"}
    for name in STUDIES:
        arms = list(facts[name]["arms"].values())
        published = read_assumptions(read_study(name)).published
        for one in published:
            arm = arms[0 if one.arm in (None, "TP") else 1]
            if one.figure.value in keys:
                assert arm[keys[one.figure.value]] == one.value
            if one.figure.value in {"response rate", "confirmed response rate"}:
                assert arm["orr"] == pytest.approx(100 * one.value)


def test_problems_of_an_assumptions_file_come_with_their_lines():
    study = read_study("nivo-gemcis")
    text = (study.folder / "assumptions.yaml").read_text(encoding="utf-8")
    wrong = text.replace("ecog_one: 0.6", "ecog_one: 1.6").replace("lost_per_month", "lost_each_month")
    with pytest.raises(StudyFileError, match=r"assumptions.yaml:\d+  baseline.ecog_one") as caught:
        parse_assumptions(wrong)
    assert "lost_each_month" in str(caught.value)


def test_no_subjects_and_a_negative_seed_are_refused():
    plan = plan_of("nivo-gemcis")
    with pytest.raises(ArgumentError, match="0 subjects"):
        next(patients(plan, seed=1, subjects=0))
    with pytest.raises(ArgumentError, match="seed -1"):
        next(patients(plan, seed=-1, subjects=5))


@pytest.mark.parametrize(
    ("true_mm", "node", "written"),
    [
        (1e25, True, 300.0),
        (1e25, False, 300.0),
        (12.5, False, 12.0),
        (13.5, False, 14.0),
        (4.9, False, 5.0),
        (2.4, False, 0.0),
        (0.2, True, 1.0),
    ],
)
def test_the_reader_writes_whole_millimetres_within_limits(true_mm, node, written):
    assert read_diameter_mm(true_mm, 1.0, node, 5.0, 2.5) == written
