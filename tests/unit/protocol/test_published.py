"""What the abstracts print stands in published.yaml: every number, and nothing else."""

import json
import re
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal

import pytest

from trialwright.errors import StudyFileError
from trialwright.protocol.benchmarks import trials
from trialwright.protocol.published import Unit, parse_published, read_published
from trialwright.protocol.read import read_study

GALLERY = ("nivo-gemcis", "ici-capox", "nabp-cis")
NUMBER = re.compile(r"\d+(?:\.\d+)?")

# The numbers of each abstract that are no results, with what they are.
NO_RESULTS = {
    "nivo-gemcis": {
        "doses: 1000 and 75 mg/m2, 3 mg/kg": ["1000", "2", "75", "2", "3"],
        "every 3 weeks, up to 6 cycles": ["3", "6"],
        "the level of an interval; grade 3; 12-month": ["95", "3", "12"],
        "MCP-1": ["1"],
    },
    "ici-capox": {
        "number of the abstract": ["16144"],
        "the usual gemcitabine: 800-1250 mg/m2, d1 and d8, q3w": ["800", "1250", "2", "1", "8", "3"],
        "PD-1 and PD-L1": ["1", "1"],
        "doses: d1; 130 mg/m2, d1; 1000 mg/m2, d1-14": ["1", "130", "2", "1", "1000", "2", "1", "14"],
        "every 3 weeks": ["3"],
        "CTCAE v5.0, RECIST v1.1": ["5.0", "1.1"],
        "levels of intervals; grades 3-4": ["95"] * 5 + ["3", "4"],
    },
    "nabp-cis": {
        "number of the abstract, registration": ["4099", "20180167"],
        "TP: 125 mg/m2, D1, 8; 75 mg/m2, D1 Q21": ["125", "2", "1", "8", "75", "2", "1", "21"],
        "GP: 1000 mg/m2, D1, 8; 75 mg/m2, D1 Q21": ["1000", "2", "1", "8", "75", "2", "1", "21"],
        "at least 2 cycles": ["2"],
        "enrolled, said a second time": ["67"],
        "the level of an interval": ["95"],
    },
}

ONE = """\
study: tiny
citation: an abstract
figures:
  - name: Response rate
    printed: "55.6"
    unit: percent
    place: Results
    quote: 15 (55.6%) patients
    row: {section: response, endpoint: ORR, population: full, statistic: rate}
"""


@pytest.fixture(scope="module")
def numbers(pytestconfig):
    """Every number of each abstract, in its order, as a regular expression finds them."""
    path = pytestconfig.rootpath / "tests" / "reference" / "abstract_numbers.json"
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module", params=GALLERY)
def publication(request):
    found = read_published(read_study(request.param))
    assert found is not None
    return found


def test_every_number_of_the_abstract_is_a_figure_or_listed_as_no_result(publication, numbers):
    figures = [
        number for one in publication.figures for _, text in one.texts for number in NUMBER.findall(text)
    ]
    others = [number for listed in NO_RESULTS[publication.study].values() for number in listed]
    assert Counter(figures) + Counter(others) == Counter(numbers[publication.study])


def test_a_percentage_of_a_told_group_is_that_of_a_whole_number_unless_it_says_why_not(publication):
    sizes = {"nivo-gemcis": {"response": 27}, "ici-capox": {"baseline": 28, "response": 26, "safety": 28}}
    of_section = sizes.get(publication.study, {})
    for figure in publication.figures:
        size = of_section.get(figure.row.section)
        if figure.unit is Unit.PERCENT and size and figure.row.group == "Total":
            step = Decimal(1).scaleb(-len(figure.printed.partition(".")[2]))
            shares = {(Decimal(100 * k) / size).quantize(step, ROUND_HALF_UP) for k in range(size + 1)}
            assert (Decimal(figure.printed) in shares) is (figure.impossible is None), figure.name


def test_what_cannot_be_stands_as_printed_with_its_reason(publication):
    flagged = {
        text for figure in publication.figures for bound, text in figure.texts if figure.why_impossible(bound)
    }
    expected = {
        "nivo-gemcis": {"September 31, 2019", "18.6"},
        "ici-capox": {"66.2", "28.0"},
        "nabp-cis": {"1.62", "56", "67", "46", "43", "44", "37"},
    }
    assert flagged == expected[publication.study]


def test_rows_take_their_usual_values():
    row = parse_published(ONE).figures[0].row
    assert (row.variant, row.group, row.item) == ("primary", "Total", "")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            'printed: "55.6"',
            "printed: 55.6",
            "published.yaml:5  figures[1].printed: found 55.6; expected text",
        ),
        ("unit: percent", "unit: percents", "published.yaml:6  figures[1].unit: found 'percents'"),
        ("unit: percent", "unit: percents", "did you mean 'percent'?"),
        ("    place: Results\n", "", "figures[1].place: is missing"),
        ("place: Results", "plaice: Results", "found the unknown key 'plaice'"),
        ('printed: "55.6"', 'printed: "55.7"', "'55.7' is not in it"),
        ('printed: "55.6"', 'printed: "55,6"', "'55,6' is not"),
        ('printed: "55.6"', 'printed: "55.6"\n    low: "1"', "both `low` and `high`"),
        ("statistic: rate", "statistics: rate", "did you mean 'statistic'?"),
        ("study: tiny", "study: [tiny", "published.yaml:"),
        (ONE, "- a list", "expected a mapping"),
    ],
)
def test_a_wrong_file_is_refused_with_line_and_remedy(old, new, told):
    with pytest.raises(StudyFileError) as refused:
        parse_published(ONE.replace(old, new))
    assert told in str(refused.value)


def test_two_figures_of_one_name_are_refused():
    again = ONE + ONE[ONE.index("  - name") :]
    with pytest.raises(StudyFileError, match="a second time"):
        parse_published(again)


def test_the_publication_of_another_study_is_refused(tmp_path):
    study = read_study("nabp-cis")
    (tmp_path / "published.yaml").write_text(ONE)
    elsewhere = study.read_from(text="", sha256="", folder=tmp_path)
    with pytest.raises(StudyFileError, match="nabp-cis"):
        read_published(elsewhere)


def test_a_study_without_publication_has_none(tmp_path):
    assert read_published(read_study("nabp-cis").read_from(text="", sha256="", folder=tmp_path)) is None


def test_published_hazard_ratios_lie_in_their_intervals():
    for trial in trials().values():
        for contrast in (trial.pfs, trial.os):
            assert contrast is None or contrast.low <= contrast.hazard_ratio <= contrast.high


def test_arms_do_not_outnumber_their_trial():
    for name, trial in trials().items():
        sizes = [arm.subjects for arm in trial.arms.values()]
        assert None in sizes or sum(sizes) == trial.subjects, name
