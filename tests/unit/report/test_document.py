"""The page: rows in, numbers out, each with its way back; nothing from outside; the same bytes every time."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import polars as pl
import pytest

from trialwright.analyse.rows import Cell, table_of
from trialwright.report.document import render_html

VOID = {"meta", "link", "br", "img", "input", "hr", "path", "rect", "line", "circle"}
RESOURCES = {"src", "srcset", "href", "action", "data", "poster", "xlink:href"}


class Reader(HTMLParser):
    """Collects elements, the text of links and table cells, and what is left open."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.attributes, self.headings = [], [], [], []
        self.heads, self.open, self.cells = [], [], []
        self._link = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "a" and values.get("class") == "n":
            self._link = [values["href"], ""]
        if tag == "th":
            self.heads.append(values)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        assert self.open.pop() == tag, f"unbalanced </{tag}> at {self.getpos()}"
        if tag == "a" and self._link is not None:
            self.links.append(tuple(self._link))
            self._link = None

    def handle_data(self, data):
        if self._link is not None:
            self._link[1] += data


@pytest.fixture(scope="module")
def page(given):
    return render_html(given)


@pytest.fixture(scope="module")
def read(page):
    return Reader(page)


def behind(page):
    return json.loads(re.search(r'id="behind">(.*?)</script>', page, re.DOTALL)[1])


def shown(read, results, **key):
    """Give the texts of all links that lead to the row with this key."""
    wanted = pl.all_horizontal(pl.col(name) == value for name, value in key.items())
    rows = results.table.with_row_index("row", offset=1).filter(wanted)["row"].to_list()
    assert len(rows) == 1
    return {text for href, text in read.links if href == f"#r{rows[0]}"}


def test_every_element_is_closed_and_every_id_is_unique(read):
    assert read.open == []
    assert len(read.ids) == len(set(read.ids))


def test_a_median_without_upper_limit_says_not_reached(read, results):
    row = {"endpoint": "PFS", "statistic": "median", "group": "A", "variant": "primary"}
    assert "7.5 (1.5 to not reached)" in shown(read, results, **row)


def test_a_rate_stands_with_its_exact_interval(read, results):
    assert shown(read, results, endpoint="ORR", statistic="rate", group="Total") == {"33.3% (0.8–90.6)"}
    assert shown(read, results, endpoint="ORR", statistic="responders", group="A") == {"1 of 3"}


def test_a_small_p_value_is_bounded_in_table_and_headline(read, results):
    texts = shown(read, results, statistic="logrank_p", variant="primary")
    assert texts == {"<0.001", "p\u00a0<\u00a00.001"}


def test_the_headline_gives_the_primary_endpoint_with_interval_and_method(page):
    headline = re.search(r'<div class="headline">(.*?)<dl', page, re.DOTALL)[1]
    words = re.sub(r"<[^>]+>", "", headline)
    assert "Median progression-free survival (PFS): 7.5 months (95% CI 1.5 to not reached) with Drug" in words
    assert "0.43 (95% CI 0.10–1.87)" in words
    assert "Brookmeyer–Crowley" in words


def test_every_number_in_a_result_table_is_a_link_to_a_row_that_exists(page, read, results):
    rows = {f"r{number}" for number in range(1, results.table.height + 1)}
    assert rows <= set(read.ids)
    assert {href for href, _ in read.links} <= {f"#{row}" for row in rows}
    for anchor in (
        "table-rates",
        "table-best-evaluable",
        "table-pfs",
        "table-pfs-variants",
        "table-baseline",
    ):
        table = re.search(rf'id="{anchor}".*?</table>', page, re.DOTALL)[0]
        for cell in re.findall(r"<td>(.*?)</td>", table):
            outside = re.sub(r'<a class="n".*?</a>', "", cell)
            assert not re.search(r"\d", outside), f"{anchor}: {cell} has a number without a way back"


def test_each_row_of_results_is_used_somewhere_or_listed(page, results):
    assert len(re.findall(r'<tr[^>]* id="r\d+"', page)) == results.table.height


def test_the_subjects_behind_a_number_are_those_of_its_row(page, results):
    known = behind(page)
    for number, subjects in enumerate(results.table["subjects"].to_list(), start=1):
        found = []
        for piece in filter(None, known["r"].get(str(number), "").split(",")):
            first, _, last = piece.partition("-")
            found += known["s"][int(first) : int(last or first) + 1]
        assert found == sorted(subjects)


def test_numbers_at_risk_are_those_of_the_curves(page, results):
    figure = re.search(r'id="figure-pfs".*?<div class="narrow">', page, re.DOTALL)[0]
    printed = [int(n) for n in re.findall(r'<a class="n"[^>]*><text[^>]*>(\d+)</text>', figure)]
    expected = []
    for group in ("A", "B"):
        steps = results.curve("PFS", group)
        for month in (0, 3, 6):
            later = steps.filter(pl.col("time") >= month)
            expected.append(later["at_risk"][0] if later.height else 0)
    assert printed == expected


def test_nothing_is_fetched_from_outside(page, read):
    for tag, name, value in read.attributes:
        if name in RESOURCES:
            assert (value or "").startswith(("#", "data:")), f"<{tag} {name}={value}>"
    without_names = page.replace("http://www.w3.org/2000/svg", "")
    assert "http://" not in without_names
    assert "https://" not in without_names
    assert not re.search(r"@import|url\(", page)


def test_the_same_input_gives_the_same_bytes(given, page):
    assert render_html(given) == page


def test_the_order_of_findings_and_sources_does_not_matter(given, page):
    turned = replace(
        given, findings=given.findings[::-1], versions=dict(reversed(list(given.versions.items())))
    )
    assert render_html(turned) == page


def test_a_hostile_subject_id_stays_text(renamed):
    hostile = "<script>alert(1)</script>"
    text = render_html(renamed("T-02", hostile))
    assert hostile not in text
    assert text.count("<script") == 2
    assert hostile in behind(text)["s"]
    assert Reader(text).open == []


def test_a_subject_id_cannot_break_out_of_an_attribute_or_the_script(renamed):
    hostile = '"></title></svg>--><img src=x onerror=alert(1)>'
    text = render_html(renamed("T-04", hostile))
    assert "<img" not in text
    assert hostile in behind(text)["s"]


@pytest.mark.parametrize("origin", ["simulated", "reconstructed"])
def test_data_that_are_not_recorded_say_so_on_every_table_and_figure(given, origin):
    mark = origin.upper()
    text = render_html(replace(given, results=replace(given.results, origin=origin)))
    captions = re.findall(r"<(?:caption|figcaption)>(.*?)</(?:caption|figcaption)>", text)
    assert captions
    assert all(f'<span class="stamp">{mark}</span>' in caption for caption in captions)
    drawings = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    assert drawings
    assert all(f">{mark}</text>" in drawing for drawing in drawings)
    assert f'<body data-mark="{mark}">' in text
    assert f"({mark})</title>" in text


def test_recorded_data_carry_no_mark(page):
    assert "SIMULATED" not in page
    assert 'class="origin"' not in page


def test_table_heads_have_a_scope_and_headings_go_down_by_one(read):
    assert all(head.get("scope") in {"col", "row", "rowgroup"} for head in read.heads)
    assert read.headings[0] == 1
    steps = zip(read.headings, read.headings[1:], strict=False)
    assert all(after - before <= 1 for before, after in steps)


def test_every_drawing_has_a_text_alternative(page):
    drawings = re.findall(r"<svg[^>]*>", page)
    assert drawings
    assert all(re.search(r'role="img" aria-label="[^"]{10,}"', drawing) for drawing in drawings)


def test_reasons_of_adtte_are_worded_for_readers(page):
    """ADTTE keeps the words of CDISC examples (`Disease Progression`); the table says what they mean."""
    table = re.search(r'id="table-pfs-?\d*".*?</table>', page, re.DOTALL)[0]
    assert ">Progression<" in table
    assert "Disease Progression" not in table


def test_who_changed_and_why_is_told(page):
    table = re.search(r'id="table-pfs-changes".*?</table>', page, re.DOTALL)[0]
    assert "T-03" in table
    assert "Censored on 2020-06-01 (new therapy) becomes event on 2020-06-20: New therapy." in table


def test_findings_are_grouped_by_code_errors_first(page):
    summaries = re.findall(r'<summary><span class="severity-(\w+)">.*?<code>(.*?)</code> · (.*?) ·', page)
    assert summaries == [
        ("error", "AE-END-BEFORE-START", "1 record"),
        ("warning", "TR-NO-BASELINE", "2 records"),
    ]


def test_inputs_are_named_with_their_checksum(page):
    table = re.search(r'id="table-inputs".*?</table>', page, re.DOTALL)[0]
    assert "dm.xpt" in table
    assert "ab" * 32 in table


def test_the_waterfall_counts_who_is_not_in_it_and_what_is_cut(page):
    figure = re.search(r'id="figure-waterfall".*?</figure>', page, re.DOTALL)[0]
    assert "4 of 8 subjects" in figure
    assert "4 had no complete sum of target lesions between baseline and progression" in figure
    assert "1 bar above +100% is cut there." in figure


def test_bars_have_the_colour_of_the_derived_best_response(page):
    figure = re.search(r'id="figure-waterfall".*?<div class="narrow">', page, re.DOTALL)[0]
    bars = dict(re.findall(r'<rect class="tip"[^>]*fill="(#\w+)"[^>]*><title>(T-\d+)', figure))
    colours = {subject: colour for colour, subject in bars.items()}
    both = re.findall(
        r'<rect class="tip"[^>]*fill="(#\w+)"[^>]*><title>(T-\d+): (\S+)%, best response (\w+)', figure
    )
    assert [(subject, change, response) for _, subject, change, response in both] == [
        ("T-04", "+150.0", "PD"),
        ("T-03", "0.0", "SD"),
        ("T-06", "−30.0", "PR"),
        ("T-02", "−45.2", "PR"),
    ]
    by_response = {response: colour for colour, _, _, response in both}
    assert len(set(by_response.values())) == 3
    assert set(colours) <= {"T-02", "T-03", "T-04", "T-06"}


def test_the_swimmer_shows_every_subject_with_a_reference_date(page):
    figure = re.search(r'id="figure-swimmer-1".*?<div class="narrow">', page, re.DOTALL)[0]
    assert len(re.findall(r'<g class="tip">', figure)) == 8
    assert "Course of each subject (1–8 of 8)" in figure


def test_the_waterfall_says_whether_its_responses_are_confirmed(given, page):
    """The bars show the best response of the first response endpoint, here the confirmed one."""
    assert "Colour: best response, unconfirmed, derived from the lesions" in page
    rate = given.study.endpoints["ORR"].model_copy(update={"confirmed": True})
    study = given.study.model_copy(update={"endpoints": {**given.study.endpoints, "ORR": rate}})
    assert "Colour: best response, confirmed, derived from the lesions" in render_html(
        replace(given, study=study)
    )


def test_nothing_after_the_cut_off_is_drawn(given):
    """T-02 has a baseline and sums on day 42 and day 60; the cut-off lies between the two."""
    early = given.study.identity.model_copy(update={"data_cutoff": dt.date(2020, 2, 20)})
    cut = render_html(replace(given, study=given.study.model_copy(update={"identity": early})))
    figures = [
        re.search(r'id="figure-spider".*?<div class="narrow">', text, re.DOTALL)[0]
        for text in (render_html(given), cut)
    ]
    assert [figure.count("<circle") for figure in figures] == [3, 2]


def test_who_is_in_no_arm_does_not_stand_under_the_first(given):
    adsl = given.adam.adsl.with_columns(
        GROUP=pl.when(pl.col("USUBJID") == "T-01").then(None).otherwise("GROUP")
    )
    page = render_html(replace(given, adam=replace(given.adam, adsl=adsl)))
    figure = re.search(r'id="figure-swimmer-1".*?<div class="narrow">', page, re.DOTALL)[0]
    assert figure.index("In no group") < figure.index("T-01")
    assert figure.index("Control") < figure.index("In no group")


def test_the_design_is_told_in_words(page):
    words = re.sub(r"<[^>]+>", " ", page)
    assert "Cycles of 3 weeks, at most 6; until progression" in words
    assert "1000 mg/m²" in words
    assert "by mouth, twice a day" in words
    assert "days 1–14" in words
    assert "New anti-cancer therapy counts as an event." in words
    assert "Progression or death after 2 missed assessments or more" in words


def test_a_report_without_any_result_is_still_a_page(given):
    nothing = replace(
        given.results,
        table=given.results.table.clear(),
        curves=given.results.curves.clear(),
        changes=given.results.changes.clear(),
        disagreements=given.results.disagreements.clear(),
    )
    adam = replace(
        given.adam, **{n: getattr(given.adam, n).clear() for n in ("adsl", "adtr", "adrs", "adtte")}
    )
    text = render_html(replace(given, results=nothing, adam=adam, findings=()))
    assert "names no primary endpoint that has a result" in text
    assert Reader(text).open == []


def with_rows(given, rows):
    """Give the input with further rows of results."""
    table = pl.concat([given.results.table, table_of(rows, "recorded")])
    return replace(given, results=replace(given.results, table=table))


def test_adverse_events_stand_by_class_and_term_with_their_share(given):
    cell = Cell("safety", "terms", "full", "A")
    item = "BLOOD DISORDERS | ANAEMIA"
    text = render_html(
        with_rows(
            given,
            [cell.number("affected", 0.25, ["T-01"], item=item, n=4, events=1, method="share of subjects")],
        )
    )
    table = re.search(r'id="table-safety-.*?</table>', text, re.DOTALL)[0]
    assert re.search(
        r'colspan="\d">Blood disorders</th>.*?Anaemia</th>.*?>1\u00a0\(25\.0%\)</a>', table, re.DOTALL
    )


def test_exposure_gives_median_and_quartiles(given):
    cell = Cell("exposure", "Cycles started", "full", "A")
    values = {"q1": 3.0, "median": 4.0, "q3": 6.0, "min": 1.0, "max": 6.0, "mean": 4.1}
    text = render_html(
        with_rows(given, [cell.number(name, value, ["T-01"]) for name, value in values.items()])
    )
    table = re.search(r'id="table-exposure".*?</table>', text, re.DOTALL)[0]
    words = re.sub(r"<[^>]+>", "", table)
    assert "4 (3–6)" in words
    assert "1–6" in words


def test_a_verdict_is_told_in_the_headline(given):
    text = "upper limit 1.87 exceeds the margin 1.30: non-inferiority not shown"
    cell = Cell("time-to-event", "PFS", "full", "A vs B")
    page = render_html(with_rows(given, [cell.statement("verdict", text, item="non-inferior")]))
    headline = re.search(r'<div class="headline">(.*?)<dl', page, re.DOTALL)[1]
    assert "Upper limit 1.87 exceeds the margin 1.30: non-inferiority not shown." in headline
