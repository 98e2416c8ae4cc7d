import pytest

from trialwright.claims.model import Proportion, Ratio
from trialwright.claims.read import parse_claims, read_claims
from trialwright.errors import StudyFileError

ISSUE = """
study: {id: e16144, enrolled: 28, accrual: [2019-12-24, 2021-08-06], cutoff: 2022-01-23}
populations: {all: 28, evaluable: 26}
claims:
- {id: orr, type: proportion, k: 12, population: evaluable, percent: "46.2", ci: ["27.1", "66.2"], level: 95}
- {id: os, type: median, value: "16.5", ci: ["5.0", "28.0"], level: 95, unit: month}
- {id: pfs_hr, type: ratio, value: "1.33", ci: ["0.61", "2.91"], level: 95, p: "0.469", contrast: [TP, GP]}
- {id: ae, type: percent, percent: "32.1", population: evaluable}
- {id: fu, type: follow_up, value: "9.0", range: ["2.1", "23.4"], unit: month}
- {id: verdict, type: conclusion, kind: non_inferior, margin: null}
"""


def test_the_printed_text_is_kept():
    publication = parse_claims(ISSUE)
    assert str(publication.claim("fu").value) == "9.0"
    assert publication.all_of(Proportion)[0].percent.text == "46.2"
    assert publication.all_of(Ratio)[0].p.text == "0.469"


def test_no_level_is_assumed():
    assert parse_claims(ISSUE.replace(", level: 95", "")).all_of(Ratio)[0].level is None


def test_a_day_that_does_not_exist_can_be_written_down():
    assert parse_claims(ISSUE.replace("2022-01-23", "2019-09-31")).study.cutoff == "2019-09-31"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'percent: "46.2"',
            "percent: 46.2",
            r"claims.yaml:5  claims\[1\].percent: found 46.2; expected the number",
        ),
        ("population: evaluable, percent", "population: evaluble, percent", "did you mean 'evaluable'"),
        ("type: median", "type: meadian", r"claims.yaml:6  claims\[2\].type: found 'meadian'"),
        ("level: 95, unit", "levl: 95, unit", "unknown key 'levl'.*did you mean 'level'"),
        ("id: os,", "id: orr,", "found 'orr' a second time"),
        ('p: "0.469"', 'p: "1.469"', "a P value between 0 and 1"),
        ('ci: ["5.0", "28.0"]', 'ci: ["5.0"]', "a lower and an upper limit"),
        ("level: 95, p:", "level: 0.95, p:", "a confidence level in percent"),
        ("cutoff: 2022-01-23", "cutoff: January", "a date as year-month-day"),
        ("kind: non_inferior", "kind: noninferior", "non_inferior"),
        ("id: e16144, ", "", "study.id: is missing"),
        ("k: 12", "k: -1", "at least 0"),
    ],
)
def test_a_wrong_file_names_the_line_and_what_was_expected(old, new, message):
    assert old in ISSUE
    with pytest.raises(StudyFileError, match=message):
        parse_claims(ISSUE.replace(old, new))


def test_claims_are_found_by_gallery_name_folder_and_file(tmp_path):
    assert read_claims("ici-capox").study.id == "e16144"
    (tmp_path / "claims.yaml").write_text(ISSUE)
    assert read_claims(tmp_path).study.id == read_claims(tmp_path / "claims.yaml").study.id == "e16144"
    with pytest.raises(StudyFileError, match="did you mean 'ici-capox'"):
        read_claims("ici-capx")
    with pytest.raises(StudyFileError, match=r"has no claims\.yaml"):
        read_claims(tmp_path.parent)
