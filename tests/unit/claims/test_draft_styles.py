"""Ten abstracts in the styles of journals and congresses, in our own words: what stands there is drafted.

The expected claims were typed from the texts in `pastiches/`. Whatever no claim holds is marked.
"""

from pathlib import Path

import pytest
import yaml
from drafted_numbers import bare, numbers_in

from trialwright.claims.audit import audit
from trialwright.claims.draft import draft_text
from trialwright.claims.draft.grammar import plain, printed, sentences, unit
from trialwright.claims.draft.sheet import NUMBER
from trialwright.claims.read import parse_claims

TEXTS = {
    path.stem[:2]: path.read_text(encoding="utf-8")
    for path in (Path(__file__).parent / "pastiches").glob("*.txt")
}

# id: value or percent, limits (None: not reached), level, count, population, P
EXPECTED = {
    "01": {
        "orr": ("24.4", ("12.9", "39.5"), 95, 11, "all"),
        "pfs": ("5.8", ("4.1", "7.6"), 95),
        "os": ("12.5", ("9.8", None), 95),
        "pfs_6": ("48.1", ("33.0", "61.7"), 95),
        "cr": (None, None, None, 1, "all"),
        "pr": (None, None, None, 10, "all"),
        "age": ("63",),
        "fatigue": ("6.7", None, None, 3, "all"),
    },
    "02": {
        "os_drug_b": ("11.2", ("9.6", "12.9"), 95, None, "drug B"),
        "os_placebo": ("8.7", ("7.1", "10.2"), 95, None, "placebo"),
        "os_hr": ("0.74", ("0.57", "0.96"), 95, None, None, "0.023"),
        "os_12_drug_b": ("46.6", ("39.6", "53.3"), 95, None, "drug B"),
        "os_12_placebo": ("34.2", ("25.2", "43.4"), 95, None, "placebo"),
        "anaemia_placebo": ("9", None, None, 9),
        "neutropenia_drug_b": ("16", None, None, 33, "drug B"),
        "neutropenia_placebo": ("2", None, None, 2, "placebo"),
    },
    "03": {
        "pfs_c": ("7.1", ("5.9", "8.8"), 95, None, "C"),
        "pfs_observation": ("4.9", ("4.0", "5.7"), 95, None, "observation"),
        "pfs_hr": ("0.64", ("0.47", "0.87"), 95, None, None, ".004"),
        "os_c": ("15.3", None, None, None, "C"),
        "os_observation": ("14.1", None, None, None, "observation"),
        "os_hr": ("0.91", ("0.66", "1.25"), 95, None, None, ".56"),
        "orr_c": ("22.0", None, None, 20, "C"),
        "orr_observation": ("11.2", None, None, 10, "observation"),
        "orr_or": ("2.23", ("0.98", "5.07"), 95, None, None, ".053"),
    },
    "04": {
        "pfs_arm_a": ("6.9", ("5.8", "8.3"), 80, None, "arm A"),
        "pfs_arm_b": ("5.1", ("4.0", "6.4"), 80, None, "arm B"),
        "pfs_hr": ("0.72", ("0.53", "0.98"), 80, None, None, "0.088"),
        "dor_arm_a": (None, ("5.6", None), 95, None, "arm A"),
        "dor_arm_b": ("6.2", ("3.9", "9.0"), 95, None, "arm B"),
        "dcr_arm_a": ("79.4", None, None, 27, "arm A"),
        "dcr_arm_b": ("67.6", None, None, 23, "arm B"),
    },
    "05": {
        "orr": ("20.0", ("10.0", "33.7"), 95, 10, "evaluable"),
        "dcr": ("64.0", None, None, 32, "evaluable"),
        "dor": ("9.4",),
        "pfs": ("3.7",),
        "os": ("11.0",),
    },
    "06": {
        "age": ("65",),
        "follow_up": ("18.3",),
        "os_hr": ("0.71", ("0.52", "0.97"), 95, None, None, ".03"),
        "os_2": ("38.1", ("28.9", "47.2"), 95),
        "women": ("52.3", None, None, 112, "all"),
    },
    "07": {
        "orr_g_oral": ("42.0", None, None, 84, "G-oral"),
        "orr_g_iv": ("44.1", None, None, 89, "G-iv"),
        "orr_difference": ("-2.1", ("-11.7", "7.6"), 95, None, None, "0.68"),
        "orr_rr": ("0.95", ("0.76", "1.19"), 95),
    },
    "08": {
        "age": ("78.4",),
        "cr": ("6.5", None, None, 2, "all"),
        "pr": ("25.8", None, None, 8, "all"),
        "orr": ("32.3", ("16.7", "51.4"), 95),
        "ttp": ("22.4", ("15.1", "29.9"), 95),
        "os": ("41",),
        "os_1": ("35.5",),
    },
    "09": {
        "os_hr": ("0.82", ("0.70", "0.96"), 95, None, None, "0.013"),
        "reduction": ("18",),
        "os_24_j": ("42.3", None, None, None, "J"),
        "os_24_k": ("35.7", None, None, None, "K"),
        "follow_up": ("33.6",),
    },
    "10": {
        "pr": ("15.8", None, None, 3, "evaluable"),
        "sd": ("47.4", None, None, 9, "evaluable"),
        "orr": ("15.8", ("4.4", "35.9"), 90),
        "dor": (None, ("3.9", None), 95),
        "registration": (None,),
    },
}
MARKED = {"08": ["4.2", "0"], "09": ["610"], "10": ["2", "3.7", "0.02"]}
ENROLLED = {
    "01": 45,
    "02": 312,
    "03": 180,
    "04": 68,
    "05": 52,
    "06": 214,
    "07": 402,
    "08": 31,
    "09": 1024,
    "10": 22,
}


def text_of(number):
    return None if number is None else str(number)


def facts(claim, many):
    """As much of a claim as is expected of it."""
    first = text_of(getattr(claim, "percent", None) or getattr(claim, "value", None))
    ci = getattr(claim, "ci", None)
    limits = None if ci is None else tuple(text_of(one) for one in ci)
    p = text_of(getattr(claim, "p", None))
    return (first, limits, getattr(claim, "level", None), getattr(claim, "k", None), claim.population, p)[
        :many
    ]


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_figure_is_drafted_as_it_is_printed(name):
    publication = parse_claims(draft_text(TEXTS[name]).yaml)
    claims = {claim.id: claim for claim in publication.claims}
    for ident, expected in EXPECTED[name].items():
        assert facts(claims[ident], len(expected)) == expected, ident
    assert publication.study.enrolled == ENROLLED[name]


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_what_no_rule_understands_is_marked(name):
    publication = parse_claims(draft_text(TEXTS[name]).yaml)
    assert [one.text for one in publication.not_understood] == MARKED.get(name, [])


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_no_number_is_lost(name):
    """Every number of the text is in a claim, marked, or told as a dose, a grade or the like."""
    draft = draft_text(TEXTS[name])
    publication = parse_claims(draft.yaml).model_dump(mode="json", by_alias=True)
    kept = (
        numbers_in(publication) | numbers_in(list(publication["populations"])) | numbers_in(draft.no_claims)
    )
    assert {bare(one[0]) for one in NUMBER.finditer(plain(TEXTS[name]))} <= kept


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_consistent_abstracts_raise_no_alarm_after_drafting(name):
    findings = audit(parse_claims(draft_text(TEXTS[name]).yaml))
    assert [one for one in findings if one.verdict.value in {"ERROR", "SUSPECT"}] == []


def test_the_margin_goes_to_the_conclusion():
    publication = parse_claims(draft_text(TEXTS["07"]).yaml)
    (conclusion,) = (one for one in publication.claims if one.type == "conclusion")
    assert (conclusion.kind, str(conclusion.margin), conclusion.endpoint) == ("non_inferior", "10", "ORR")


def test_quartiles_and_ranges_are_told_apart():
    claims = {one.id: one for one in parse_claims(draft_text(TEXTS["06"]).yaml).claims}
    assert [str(one) for one in claims["age"].quartiles] == ["57", "71"]
    assert [str(one) for one in claims["follow_up"].range] == ["1.2", "45.6"]


def test_an_adjusted_ratio_and_its_measure_are_told():
    claims = {one.id: one for one in parse_claims(draft_text(TEXTS["06"] + TEXTS["03"]).yaml).claims}
    assert claims["os_hr"].adjusted
    assert claims["orr_or"].measure.value == "odds"


def test_sentences_end_at_points_that_are_no_decimals():
    text = "OS was 8.5 mo. vs. 7.2 mo (P = .04). ORR was 46%. Of 12, 3 died."
    assert [text[slice(*span)].strip() for span in sentences(text)] == [
        "OS was 8.5 mo. vs. 7.2 mo (P = .04).",
        "ORR was 46%.",
        "Of 12, 3 died.",
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [("mo", "month"), ("mos.", "month"), ("wks", "week"), ("yrs", "year"), ("days", "day")],
)
def test_units_have_one_word(given, expected):
    assert unit(given) == expected


def test_middle_dots_between_digits_are_decimal_points():
    assert plain("8·7 months · mean") == "8.7 months · mean"
    assert printed("−2.1") == "-2.1"


def drafted_from(text):
    return {one["id"]: one for one in yaml.safe_load(draft_text(text).yaml)["claims"]}


@pytest.mark.parametrize("dash", ["-", "‐", "–", " "])
def test_a_number_in_two_words_is_one_number(dash):
    text = f"Sixty{dash}three patients (56.3%) received GEMOX and forty{dash}nine (43.8%) GEMCIS."
    assert sorted(one["k"] for one in drafted_from(text).values()) == [49, 63]


def test_the_subject_before_a_rate_names_its_endpoint():
    text = "The objective response rate was 22% (9 of 41), and the disease control rate was 70.7% (29 of 41)."
    found = drafted_from(text)
    assert (found["orr"]["k"], found["dcr"]["k"]) == (9, 29)


def test_two_rates_joined_by_and_are_not_both_of_everybody():
    # 14 and 9 of 37 each: of all 74 they would be 18.9 % and 12.2 %, and the audit would call both errors
    text = "74 patients were randomised. Nausea occurred in 14 (37.8%) and 9 (24.3%) patients."
    drafted = draft_text(text).yaml
    assert not any("population" in one for one in yaml.safe_load(drafted)["claims"])
    assert not [one for one in audit(parse_claims(drafted)) if one.verdict.value == "ERROR"]


def test_two_rates_of_their_own_label_stay_of_everybody():
    found = drafted_from("50 patients were enrolled. Fatigue in 5 (10%) and nausea in 4 (8%) patients.")
    assert {one["population"] for one in found.values()} == {"all"}


def test_a_decimal_fraction_is_no_count():
    assert drafted_from(".0\nof 27 patients 5 (18.6%) responded")["orr"]["k"] == 5
