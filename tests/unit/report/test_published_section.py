"""The table of published figures in a report of recorded data."""

from dataclasses import replace

import pytest

from trialwright.analyse.published import published_beside
from trialwright.analyse.results import TABLE_KEYS
from trialwright.analyse.rows import Row
from trialwright.protocol.published import Figure, Publication, RowKey, Unit
from trialwright.report.document import render_html


def figure(name, printed, row, **more):
    key = RowKey(**{name: row[name] for name in TABLE_KEYS})
    return Figure(
        name=name, printed=printed, unit=Unit.PERCENT, place="Results", quote=printed, row=key, **more
    )


@pytest.fixture
def with_publication(given):
    """Give the tiny report with one figure that agrees, one that does not, and one without a row."""
    row = given.results.table.filter(statistic="rate", group="Total").row(0, named=True)
    same = f"{100 * row['value']:.1f}"
    elsewhere = row | {"endpoint": "nothing of the kind"}
    figures = (
        figure("Agrees", same, row),
        figure("Cannot be", "99.9", row, impossible="more than <all>"),
        figure("No row", "1.0", elsewhere),
    )
    publication = Publication(study="tiny", citation="A. Author 2020", figures=figures)
    fields = Row.__dataclass_fields__
    rows = [Row(**{name: one[name] for name in fields}) for one in given.results.table.to_dicts()]
    results = replace(given.results, published=published_beside(publication, rows))
    return replace(given, results=results, citation=publication.citation)


def test_recorded_data_stand_beside_computed_and_nothing_says_simulated(with_publication):
    html = render_html(with_publication)
    assert "<h2>Published beside computed" in html
    assert "SIMULATED" not in html
    assert "A. Author 2020." in html


def test_agreement_is_told_in_words_with_the_reason(with_publication):
    html = render_html(with_publication)
    assert "equal as printed" in html
    assert "outside the computed interval" in html
    assert "the analysis has no such row" in html
    assert "3 published figures: 1 equal as printed, 1 different, 1 not computed." in html


def test_why_a_figure_cannot_be_is_told_and_escaped(with_publication):
    assert "Cannot be as printed:</b> more than &lt;all&gt;." in render_html(with_publication)


def test_without_a_publication_there_is_no_such_chapter(given):
    assert 'id="published"' not in render_html(given)
