"""Published against recomputed: the three rebuilt trials go through the pipeline of recorded data."""

import re
from dataclasses import dataclass

import polars as pl
import pytest

pytest.importorskip("ortools")

from trialwright import auditing, workflow
from trialwright.analyse.results import Results
from trialwright.claims.audit import audit
from trialwright.claims.finding import Verdict
from trialwright.claims.read import read_claims
from trialwright.progress import Silent

STAMP = '<span class="stamp">RECONSTRUCTED</span>'
# what cannot be, by the bound of the figure: printed, recomputed, and the claim with its part of the audit
IMPOSSIBLE = {
    "ici-capox": {
        ("Confirmed objective response rate", "high"): ("66.2", "66.3", "orr"),
        ("Overall survival, median", "high"): ("28.0", None, "os"),
    },
    "nivo-gemcis": {
        ("Data cut-off", "value"): ("September 31, 2019", "September 30, 2019", "study.cutoff"),
        ("Complete response rate", "value"): ("18.6", "18.5", "cr"),
    },
    "nabp-cis": {
        ("Overall survival, hazard ratio", "value"): ("1.62", "1.67", "os_hr"),
        ("Abnormal liver and kidney function, TP", "value"): ("56", "55", "organs_tp"),
        ("Abnormal liver and kidney function, GP", "value"): ("67", "68", "organs_gp"),
        ("Gastrointestinal reactions, TP", "value"): ("46", "45", "gut_tp"),
        ("Gastrointestinal reactions, GP", "value"): ("43", "44", "gut_gp"),
        ("Rash or allergy, TP", "value"): ("44", "45", "rash_tp"),
        ("Rash or allergy, GP", "value"): ("37", "38", "rash_gp"),
    },
}


@dataclass(frozen=True)
class Rebuilt:
    """A study of the gallery, from claims to report."""

    name: str
    told: str
    loaded: workflow.Loaded
    results: Results
    html: str


@pytest.fixture(scope="module", params=list(IMPOSSIBLE))
def rebuilt(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("rebuilt") / request.param
    told = auditing.reconstruct(request.param, folder / "sdtm", Silent(), seed=1, size=1)
    loaded = workflow.load(request.param, folder / "sdtm", Silent())
    page = workflow.write_report(loaded, folder / "report", workflow.FORMATS)
    results = workflow.analyse(loaded, Silent())
    return Rebuilt(request.param, told, loaded, results, page.read_text(encoding="utf-8"))


def test_every_possible_number_prints_as_published(rebuilt):
    published = rebuilt.results.published
    assert published.height > 25
    differs = published.filter(pl.col("agreement") != "equal as printed")
    found = {(one["name"], one["bound"]): one for one in differs.to_dicts()}
    assert set(found) == set(IMPOSSIBLE[rebuilt.name])
    for key, (printed, recomputed, _claim) in IMPOSSIBLE[rebuilt.name].items():
        assert found[key]["printed"] == printed
        assert recomputed is None or found[key]["computed"] == recomputed


def test_what_differs_says_why_and_the_audit_found_it(rebuilt):
    reasons = {(one["name"], one["bound"]): one["impossible"] for one in rebuilt.results.published.to_dicts()}
    assert {key for key, reason in reasons.items() if reason} == set(IMPOSSIBLE[rebuilt.name])
    findings = audit(read_claims(rebuilt.name))
    flagged = {name for one in findings if one.verdict is not Verdict.OK for name in one.claims}
    assert {claim for _printed, _recomputed, claim in IMPOSSIBLE[rebuilt.name].values()} <= flagged


def test_the_chapter_names_what_cannot_be_and_every_page_part_is_marked(rebuilt):
    html = rebuilt.html
    assert "<h2>Published beside reconstructed" in html
    count = len({name for name, _bound in IMPOSSIBLE[rebuilt.name]})
    assert f"{count} cannot be as printed:" in html
    assert "agreement is no evidence for them" in html
    sections = re.findall(r'<section id="([^"]+)">(.*?)</section>', html, re.DOTALL)
    assert len(sections) > 8
    for name, content in sections:
        assert STAMP in content.split("</h2>")[0], name


def test_the_records_are_whole_and_break_no_rule(rebuilt):
    assert rebuilt.loaded.data.origin == "reconstructed"
    assert rebuilt.loaded.errors == 0, [one for one in rebuilt.loaded.findings if one.severity == "error"]
    history = "CM" if rebuilt.name == "nivo-gemcis" else "MH"  # no diagnosis is counted there
    for domain in ("DM", "AE", "EX", "TR", "RS", "DS", history):
        assert rebuilt.loaded.data.has(domain), domain


def test_what_the_claims_leave_open_is_said(rebuilt):
    assert rebuilt.told.startswith("RECONSTRUCTED: 1 data sets")
    assert "Free, not bounded by the claims, and filled by rule:" in rebuilt.told
    assert "hardly bounded" in rebuilt.told
