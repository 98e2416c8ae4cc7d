"""What a reader sees: claims in words, questions once each, verdicts that link to their arithmetic."""

import re

import pytest

from trialwright.claims.audit import audit
from trialwright.claims.read import parse_claims, read_claims
from trialwright.claims.titles import title_of
from trialwright.claims.told import printed
from trialwright.report.audit_cards import sentence
from trialwright.report.audit_page import audit_page

CLAIMS = """
study: {id: x, enrolled: 28}
populations: {all: 28, TP: {n: 14, arm: yes}}
claims:
- {id: pfs_tp, type: median, population: TP, value: "7.7", unit: month}
- {id: os, type: median, ci: ["9.8", null], level: 95, unit: month}
- {id: os_hr, type: ratio, value: "0.80"}
- {id: orr_or, type: ratio, measure: odds, value: "2.23"}
- {id: os_12, type: landmark, time: "12", unit: month, percent: "46"}
- {id: rash_tp, type: percent, population: TP, percent: "21"}
- {id: end, type: conclusion, endpoint: OS, kind: non_inferior}
- {id: same, type: conclusion, endpoint: OS, kind: no_difference}
"""


@pytest.mark.parametrize(
    ("name", "title", "says"),
    [
        ("pfs_tp", "median PFS, TP", "7.7 months"),
        ("os", "median OS", "not reached (95 % 9.8–not reached)"),
        ("os_hr", "OS hazard ratio", "0.80"),
        ("orr_or", "ORR odds ratio", "2.23"),
        ("os_12", "OS at 12 months", "46 % at 12 months"),
        ("rash_tp", "rash, TP", "21 %"),
        ("end", "conclusion on OS", "non-inferior, margin not stated"),
        ("same", "conclusion on OS", "no difference"),
    ],
)
def test_claims_are_told_in_words(name, title, says):
    publication = parse_claims(CLAIMS)
    assert title_of(publication, name) == title
    assert printed(publication.claim(name)) == says


def test_dates_and_populations_are_told_in_words():
    publication = parse_claims(CLAIMS)
    assert title_of(publication, "study.cutoff") == "data cut-off"
    assert title_of(publication, "populations.TP") == "population TP"


def test_a_sentence_keeps_words_with_capitals_of_their_own():
    assert sentence("no count of 26") == "No count of 26."
    assert sentence("mPFS of 7") == "mPFS of 7."
    assert sentence("P 0.04 is Fisher") == "P 0.04 is Fisher."


@pytest.mark.parametrize("name", ["nivo-gemcis", "ici-capox", "nabp-cis"])
def test_every_verdict_links_to_a_finding_and_every_question_stands_once(name):
    publication = read_claims(name)
    page = audit_page(publication, audit(publication))
    links = set(re.findall(r'class="verdict [A-Z]+"[^>]*href="#(finding-\d+)"', page))
    assert links
    assert links <= set(re.findall(r'<article[^>]* id="(finding-\d+)"', page))
    asked = re.findall(r'<ol class="asked">(.*?)</ol>', page, re.DOTALL)[0]
    questions = re.findall(r"<li>(.*?) <span", asked)
    assert len(questions) == len(set(questions)) > 0


def test_words_of_a_claims_file_cannot_become_markup():
    publication = parse_claims(CLAIMS.replace("id: x,", 'id: x, title: "<script>alert(1)</script>",'))
    quoted = publication.claims[0].model_copy(update={"quote": "<img src=x onerror=alert(1)>"})
    publication = publication.model_copy(update={"claims": (quoted, *publication.claims[1:])})
    page = audit_page(publication, audit(publication))
    assert "<script>alert" not in page
    assert "<img src=x" not in page
