"""Published figures beside rows: written alike, compared as printed, and honest where there is none."""

from decimal import Decimal

import polars as pl
import pytest

from trialwright.analyse.published import published_beside, published_findings, rounded
from trialwright.analyse.rows import Cell
from trialwright.protocol.published import parse_published

FIGURE = """\
  - name: {name}
    printed: "{printed}"
    unit: {unit}
    place: Results
    quote: "{quote}"
    row: {{section: {section}, endpoint: {endpoint}, population: full, statistic: {statistic}}}
"""


def figure(name, printed, unit, statistic, section="response", endpoint="ORR", extra=""):
    text = FIGURE.format(
        name=name,
        printed=printed,
        unit=unit,
        quote=f"{printed} 10.8 14.8",
        section=section,
        endpoint=endpoint,
        statistic=statistic,
    )
    return text + extra


def beside(*figures, rows=()):
    publication = parse_published("study: s\ncitation: c\nfigures:\n" + "".join(figures))
    return published_beside(publication, list(rows))


def rate(k, n, low=0.353, high=0.745):
    cell = Cell("response", "ORR", "full", "Total")
    return cell.number("rate", k / n, ["a"], interval=(low, high), level=0.95, n=n, events=k)


def only(frame, column):
    (value,) = frame[column]
    return value


def test_15_of_27_is_55_6_percent_as_printed():
    found = beside(figure("ORR", "55.6", "percent", "rate"), rows=[rate(15, 27)])
    assert (only(found, "computed"), only(found, "agreement")) == ("55.6", "equal as printed")


def test_5_of_27_is_not_18_6_percent():
    found = beside(figure("CR", "18.6", "percent", "rate"), rows=[rate(5, 27, 0.06, 0.38)])
    assert (only(found, "computed"), only(found, "agreement")) == ("18.5", "differs")


def test_the_printed_precision_decides():
    found = beside(figure("ORR", "56", "percent", "rate"), rows=[rate(15, 27)])
    assert (only(found, "computed"), only(found, "agreement")) == ("56", "equal as printed")


@pytest.mark.parametrize(("printed", "inside"), [("35.4", "yes"), ("35.2", "no"), ("74.6", "no")])
def test_whether_the_printed_number_lies_in_the_computed_interval(printed, inside):
    found = beside(figure("ORR", printed, "percent", "rate"), rows=[rate(15, 27)])
    assert only(found, "inside") == inside


def test_halves_are_rounded_up_as_with_pencil_and_paper():
    assert [rounded(Decimal(text), 0) for text in ("0.5", "1.5", "2.5")] == ["1", "2", "3"]


def test_bounds_are_compared_one_by_one_and_an_open_one_is_not_reached():
    cell = Cell("follow-up", "follow-up", "full", "Total")
    row = cell.number(
        "median", 12.84, ["a"], interval=(10.76, None), level=0.95, text="upper limit not reached"
    )
    extra = '    low: "10.8"\n    high: "14.8"\n'
    printed = figure("F", "12.8", "months", "median", "follow-up", "follow-up", extra)
    found = beside(printed, rows=[row])
    assert found["bound"].to_list() == ["value", "low", "high"]
    assert found["computed"].to_list() == ["12.8", "10.8", "not reached"]
    assert found["agreement"].to_list() == ["equal as printed", "equal as printed", "differs"]


def test_days_are_written_as_the_publication_writes_them():
    cell = Cell("disposition", "disposition", "full", "Total")
    row = cell.statement("data_cutoff", "2019-09-30")
    found = beside(
        figure("A", "September 31, 2019", "date", "data_cutoff", "disposition", "disposition"),
        figure("B", "Sep 30, 2019", "date", "data_cutoff", "disposition", "disposition"),
        figure("C", "September 2019", "date", "data_cutoff", "disposition", "disposition"),
        rows=[row],
    )
    assert found["computed"].to_list() == ["September 30, 2019", "Sep 30, 2019", "September 2019"]
    assert found["agreement"].to_list() == ["differs", "equal as printed", "equal as printed"]


def test_a_figure_without_a_row_is_a_finding_that_names_the_row():
    found = beside(figure("DCR", "92.6", "percent", "rate", endpoint="DCR"), rows=[rate(15, 27)])
    assert only(found, "agreement") == "not computed"
    (finding,) = published_findings(found)
    assert finding.code == "PUBLISHED-NOT-COMPUTED"
    assert "response / DCR / primary / full / Total / rate" in finding.what


def test_a_row_that_is_not_estimable_says_why():
    row = Cell("response", "ORR", "full", "Total").statement("rate", "not estimable: no subjects", n=0)
    found = beside(figure("ORR", "55.6", "percent", "rate"), rows=[row])
    assert only(found, "reason") == "not estimable: no subjects"


def test_without_a_publication_the_frame_is_empty_and_whole():
    empty = published_beside(None, [rate(15, 27)])
    assert empty.is_empty()
    assert empty.schema["value"] == pl.Float64
