"""The design report: what it must say about the three studies, with a way back from every number."""

import json
import math
import re

import pytest
from scipy import stats

from trialwright.design.inputs import PublishedRatio
from trialwright.design.operating import Effort
from trialwright.design.study_chapters import DesignEffort
from trialwright.design.study_report import write_design
from trialwright.progress import Silent

SMALL = DesignEffort(Effort(20_000), Effort(40))


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    found = {}
    for name in ("nabp-cis", "nivo-gemcis", "ici-capox"):
        out = tmp_path_factory.mktemp(name)
        page = write_design(name, out, SMALL, Silent())
        found[name] = page.page.read_text(encoding="utf-8"), json.loads((out / "design.json").read_text())
    return found


@pytest.mark.parametrize("name", ["nabp-cis", "nivo-gemcis", "ici-capox"])
def test_every_linked_number_has_its_computation(pages, name):
    page, numbers = pages[name]
    links = set(re.findall(r'href="#(c\d+)"', page))
    assert links
    assert links <= {one["anchor"] for one in numbers}
    assert all(f'id="{anchor}"' in page for anchor in links)
    assert "http" not in re.sub(r"http://www\.w3\.org/\S+", "", page)


def test_published_interval_implies_about_25_events():
    """0.61 to 2.91 around 1.33, 33 against 34: 4 / (ln(2.91 / 0.61) / 3.92)² is 25."""
    seen = PublishedRatio(1.33, 0.61, 2.91, "abstract")
    assert round(seen.implied_events(33 / 67)) == 25


@pytest.mark.parametrize("margin", [1.2, 1.3, 1.5, 2.0])
def test_power_for_non_inferiority_with_25_events_is_shown_as_it_is(pages, margin):
    _, numbers = pages["nabp-cis"]
    events = next(one["value"] for one in numbers if one["what"].startswith("Events behind"))
    shown = next(
        one["value"]
        for one in numbers
        if one["what"] == f"Power for non-inferiority, margin {margin:g}, equal hazards"
    )
    share = 33 / 67
    expected = stats.norm.sf(
        stats.norm.isf(0.025) - math.log(margin) * math.sqrt(events * share * (1 - share))
    )
    assert math.isclose(shown, expected, rel_tol=1e-9)
    assert shown < 0.5


def test_the_headline_speaks_of_the_margin_of_the_study_and_says_whose_events_it_counts(pages):
    page, _ = pages["nabp-cis"]
    words = re.sub(r"<[^>]+>", "", page)
    assert "With 25 events (implied by the published interval 0.61 to 2.91" in words
    assert "at its margin of 1.3, and in 41.3% at a margin of 2." in words


def test_the_single_arm_report_states_the_exact_test(pages):
    _, numbers = pages["nivo-gemcis"]
    needed = {one["what"]: one["value"] for one in numbers if one["what"].startswith("Responses needed")}
    for n in (27, 32):
        for p0 in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6):
            k = needed[f"Responses needed of {n} against {p0:g}"]
            assert stats.binom.sf(k - 1, n, p0) <= 0.05 < stats.binom.sf(k - 2, n, p0)


def test_the_same_input_gives_the_same_page(pages, tmp_path):
    again = write_design("ici-capox", tmp_path, SMALL, Silent())
    assert again.page.read_text(encoding="utf-8") == pages["ici-capox"][0]
