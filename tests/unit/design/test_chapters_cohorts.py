"""The chapter on borrowing: its numbers are those of exact tests, and it hides no error."""

import pytest
from scipy import stats

from trialwright.design.chapters_cohorts import borrowing, cohorts_page
from trialwright.design.chapters_rate import RatePage
from trialwright.design.ledger import Book
from trialwright.design.study_inputs import primary_endpoint, rate_inputs
from trialwright.protocol.read import read_study
from trialwright.simulate.read import read_assumptions


def rate_page(study):
    name, endpoint = primary_endpoint(study)
    inputs = rate_inputs(name, endpoint, study, read_assumptions(study))
    return endpoint, RatePage(inputs, endpoint.confirmed, Book())


@pytest.fixture(scope="module")
def chapter():
    study = read_study("nivo-gemcis")
    endpoint, page = rate_page(study)
    section = borrowing(cohorts_page(study, endpoint.by, page, seed=1))
    return section, {one.what: one.value for one in page.book.entries}


def test_cohorts_judged_alone_are_exact_binomial_tests(chapter):
    """25 % against 50 % at one-sided 0.05: 6 subjects need 4 responses, 21 need 10."""
    _, numbers = chapter
    for name, n, needed in (("A", 6, 4), ("B", 21, 10)):
        for rates, p in (("25%, 25%", 0.25), ("50%, 50%", 0.5)):
            found = numbers[f"Cohort {name} called active at true rates {rates}, Each alone"]
            assert found == pytest.approx(stats.binom.sf(needed - 1, n, p), rel=1e-9)


def test_every_model_keeps_alpha_where_all_are_null_and_the_error_beside_an_active_cohort_is_shown(chapter):
    section, numbers = chapter
    said = str(section.blocks[1].text)
    for name in ("Each alone", "EXNEX", "Hierarchical", "Pooled"):
        for cohort in ("A", "B"):
            assert numbers[f"Cohort {cohort} called active at true rates 25%, 25%, {name}"] <= 0.05
        beside = numbers[f"Cohort A called active at true rates 25%, 50%, {name}"]
        assert f"{100 * beside:.1f}%" in said
    hierarchical, pooled = (
        numbers[f"Cohort A called active at true rates 25%, 50%, {name}"]
        for name in ("Hierarchical", "Pooled")
    )
    assert 0.05 < hierarchical < pooled


def test_rates_of_a_cohort_are_its_own():
    study = read_study("nivo-gemcis")
    own = study.size_plan.model_copy(
        update={"cohorts": {"A": study.size_plan.model_copy(update={"null_rate": 0.1})}}
    )
    endpoint, page = rate_page(study)
    found = cohorts_page(study.model_copy(update={"size_plan": own}), endpoint.by, page, seed=1)
    assert [(one.null, one.target) for one in found.cohorts] == [(0.1, 0.5), (0.25, 0.5)]


def test_no_chapter_without_cohorts_of_planned_size():
    study = read_study("nivo-gemcis")
    endpoint, page = rate_page(study)
    assert cohorts_page(study, None, page, seed=1) is None
    unsized = {name: one.model_copy(update={"size": None}) for name, one in study.cohorts.items()}
    assert cohorts_page(study.model_copy(update={"cohorts": unsized}), endpoint.by, page, seed=1) is None


def test_cohorts_too_small_for_alpha_are_said_and_not_the_end_of_the_report():
    """One subject each: a responder is no surprise at 25 %, and two of two are 6 %."""
    study = read_study("nivo-gemcis")
    endpoint, page = rate_page(study)
    tiny = {name: one.model_copy(update={"size": 1}) for name, one in study.cohorts.items()}
    section = borrowing(cohorts_page(study.model_copy(update={"cohorts": tiny}), endpoint.by, page, seed=1))
    assert "No threshold keeps 0.05" in section.blocks[1].text
    assert "Each alone" in section.blocks[1].text
