# ruff: noqa: E501 - sentences of the abstracts as they are
"""The three abstracts are read by rules; what no rule reads is marked."""

import re
from pathlib import Path

import pytest

from trialwright.claims.draft import draft_file, draft_text
from trialwright.claims.read import parse_claims, read_claims
from trialwright.errors import InputFileError

NIVO = """Results: 32 patients with a median age of 60 (range 27-69) years were enrolled. As of September 31, 2019, \
the median follow-up was 12.8 (95% CI, 10.8-14.8) months. 27 response-evaluable patients received a median of \
4 (IQR, 3-6) cycles combination therapy, of which 15 (55.6%) patients achieved objective response, including \
5 (18.6%)with complete response (CR), and the DCR was 92.6%. The median OS was 8.5 months with 33.3% 12-month \
OS rate. The most frequent grade 3 or higher adverse events were thrombocytopenia (56%), and neutropenia (22%)."""

CAPOX = """28 patients were given ICIs, oxaliplatin (130 mg/m2, i.v., d1), and capecitabine (1000mg/m2, po, bid, \
d1-14) every 3 weeks, assessed per CTCAE v5.0 and RECIST v1.1. From Dec 24, 2019 to Aug 6, 2021, 28 patients had \
been enrolled. As of Jan 23, 2022, with a median follow-up of 9.0 months (range, 2.1-23.4), efficacy was assessed \
in 26 evaluable patients, with response of 12 PR and 6 SD. Confirmed ORR and disease control rate (DCR) were 46.2% \
(95% CI, 27.1%-66.2%) and 69.2% (95% CI, 48.1%-84.9%), respectively. The median PFS, median OS and median DOR were \
6.1 months (95% CI, 4.9-7.3), 16.5 months (95% CI, 5.0-28.0) and 5.0 months (95% CI, 2.0-8.0), respectively."""

NABP = """Up to January 2022, 67 patients were enrolled, the 41male and 26 female patients had a median age of \
55(range 32-74) years. Of the 67 enrolled patients, 33 were randomly assigned to the TP group and 34 to the GP \
group. mPFS in the TP and the GP groups was 7.7 and 7.5 months, respectively (HR 1.33, CI 0.61 - 2.91,P = 0.469), \
the ORR was 39.4% and 35.3% in the TP group and the GP group. Bone marrow suppression (61% vs 76%) was the most \
predominant. Conclusions: TP was non-inferior to GP in terms of PFS and ORR. NCT01234567."""


def claims_of(text):
    publication = parse_claims(draft_text(text).yaml)
    return publication, {claim.id: claim for claim in publication.claims}


def test_the_first_abstract():
    publication, claims = claims_of(NIVO)
    assert publication.study.enrolled == 32
    assert publication.study.cutoff == "2019-09-31"
    assert publication.populations["evaluable"].n == 27
    assert (claims["orr"].k, claims["orr"].percent.text) == (15, "55.6")
    assert (claims["cr"].k, claims["cr"].percent.text) == (5, "18.6")
    assert claims["dcr"].percent.text == "92.6"
    assert [one.text for one in claims["follow_up"].ci] == ["10.8", "14.8"]
    assert (claims["os"].value.text, claims["os_12"].percent.text) == ("8.5", "33.3")
    assert claims["thrombocytopenia"].percent.text == "56"
    assert [one.text for one in claims["cycles"].quartiles] == ["3", "6"]
    assert publication.not_understood == ()


def test_the_second_abstract():
    publication, claims = claims_of(CAPOX)
    assert publication.study.accrual == ("2019-12-24", "2021-08-06")
    assert publication.study.cutoff == "2022-01-23"
    assert (claims["pr"].k, claims["sd"].k) == (12, 6)
    assert [one.text for one in claims["dcr"].ci] == ["48.1", "84.9"]
    assert claims["dcr"].level == 95
    values = {name: claims[name].value.text for name in ("pfs", "os", "dor", "follow_up")}
    assert values == {"pfs": "6.1", "os": "16.5", "dor": "5.0", "follow_up": "9.0"}
    assert publication.not_understood == ()


def test_the_third_abstract():
    publication, claims = claims_of(NABP)
    assert {name: one.n for name, one in publication.populations.items()} == {"all": 67, "TP": 33, "GP": 34}
    assert claims["sex"].parts == {"male": 41, "female": 26}
    assert (claims["pfs_hr"].value.text, claims["pfs_hr"].p.text) == ("1.33", "0.469")
    assert claims["pfs_hr"].level is None  # the text prints none
    assert claims["pfs_hr"].contrast == ("TP", "GP")
    assert (claims["orr_tp"].percent.text, claims["orr_gp"].percent.text) == ("39.4", "35.3")
    assert claims["bone_marrow_suppression_gp"].percent.text == "76"
    assert {claim.endpoint for claim in publication.claims if claim.type == "conclusion"} == {"PFS", "ORR"}
    assert claims["registration"].number == "NCT01234567"


@pytest.mark.parametrize("name", ["nivo-gemcis", "ici-capox", "nabp-cis"])
def test_every_number_of_the_transcription_stands_in_its_quote(name):
    """A transcription that misprints a number would not find it in the words that it quotes."""
    for claim in read_claims(name).claims:
        for number in re.findall(
            r'"(\d+(?:\.\d+)?)"', str([str(one) for one in printed_numbers(claim)]).replace("'", '"')
        ):
            assert re.search(rf"(?<![\d.]){re.escape(number)}(?!\d)", claim.quote), (
                claim.id,
                number,
                claim.quote,
            )


def printed_numbers(claim):
    for name in ("value", "percent", "time", "ci", "range", "quartiles"):
        found = getattr(claim, name, None)
        yield from (found if isinstance(found, tuple) else [] if found is None else [found])


def test_a_number_that_no_rule_reads_is_marked():
    text = "The biomarker rose 3.7-fold; 14 samples failed. ORR was 40.0%."
    publication, claims = claims_of(text)
    assert [one.text for one in publication.not_understood] == ["3.7", "14"]
    assert claims["orr"].percent.text == "40.0"


def test_doses_and_versions_are_no_claims():
    draft = draft_text(
        "Gemcitabine 1000 mg/m2 on days 1 and 8, every 3 weeks, RECIST 1.1, CTCAE v5.0, PD-L1."
    )
    assert (draft.claims, draft.not_understood) == (0, 0)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path):
    empty = tmp_path / "empty.txt"
    empty.write_text("  \n")
    binary = tmp_path / "binary.txt"
    binary.write_bytes(b"\xff\xfe\x00")
    for path, message in (
        (empty, "is empty"),
        (binary, "is not UTF-8"),
        (tmp_path / "none.txt", "cannot be read"),
    ):
        with pytest.raises(InputFileError, match=message):
            draft_file(path)
