"""Properties of the audit: honest figures raise no alarm, impossible ones do, any text ends in words."""

import math
import re
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from drafted_numbers import bare, numbers_in
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from trialwright.claims.audit import audit
from trialwright.claims.draft import draft_text
from trialwright.claims.draft.grammar import plain
from trialwright.claims.draft.sheet import NUMBER
from trialwright.claims.finding import Verdict
from trialwright.claims.model import Publication
from trialwright.claims.printed import Printed, print_to
from trialwright.claims.proportion_intervals import METHODS, limits_of
from trialwright.claims.read import parse_claims
from trialwright.claims.table_ratios import odds_intervals, odds_ratios, risk_intervals, risk_ratios
from trialwright.claims.two_by_two import Table, difference_intervals, p_values
from trialwright.errors import StudyFileError

ALARMS = {Verdict.ERROR, Verdict.SUSPECT}
ROUNDINGS = st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_DOWN])
LEVELS = st.sampled_from([80, 90, 95, 99])
RATIOS = {"odds": (odds_ratios, odds_intervals), "risk": (risk_ratios, risk_intervals)}
PLAIN = settings(deadline=None)
SLOW = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def shown(value, decimals, rounding):
    return str(Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding))


def audited(claims, populations=None, **study):
    content = {"study": {"id": "x", **study}, "populations": populations or {}, "claims": claims}
    return audit(Publication.model_validate(content))


def alarms(findings):
    return [one for one in findings if one.verdict in ALARMS]


@st.composite
def fractions_of(draw, most=150):
    n = draw(st.integers(1, most))
    return draw(st.integers(0, n)), n


@st.composite
def tables(draw, most=120):
    (a, m), (c, n) = draw(fractions_of(most)), draw(fractions_of(most))
    return Table(a, m, c, n)


@SLOW
@given(
    pair=fractions_of(),
    method=st.sampled_from(METHODS),
    level=LEVELS,
    decimals=st.integers(0, 2),
    rounding=ROUNDINGS,
    states_count=st.booleans(),
    states_level=st.booleans(),
)
def test_a_rate_and_its_interval_by_any_listed_method_raise_no_alarm(
    pair, method, level, decimals, rounding, states_count, states_level
):
    k, n = pair
    limits = [shown(one, decimals, rounding) for one in limits_of(method, k, n, level / 100)]
    claim = {"id": "orr", "type": "proportion", "n": n, "ci": limits}
    claim["percent"] = shown(Fraction(100 * k, n), decimals, rounding)
    claim |= {"k": k} if states_count else {}
    claim |= {"level": level} if states_level else {}
    assert alarms(audited([claim])) == []


@SLOW
@given(
    table=tables(),
    measure=st.sampled_from(["odds", "risk"]),
    level=LEVELS,
    decimals=st.integers(2, 3),
    rounding=ROUNDINGS,
    data=st.data(),
)
def test_a_ratio_of_two_rates_by_any_listed_method_raises_no_alarm(
    table, measure, level, decimals, rounding, data
):
    assume(table.a and table.c and table.b and table.d)
    estimates, intervals = RATIOS[measure]
    value = next(iter(estimates(table).values()))
    low, high = data.draw(st.sampled_from([limits for _, limits in intervals(table, level / 100)]))
    assume(math.isfinite(high) and low <= value <= high)
    p = data.draw(st.sampled_from(list(p_values(table).values())))
    rates = [
        {"id": "a", "type": "proportion", "k": table.a, "n": table.m},
        {"id": "b", "type": "proportion", "k": table.c, "n": table.n},
    ]
    value, low, high = (shown(one, decimals, rounding) for one in (value, low, high))
    claim = {"id": "r", "type": "ratio", "measure": measure, "value": value, "ci": [low, high]}
    claim |= {"level": level, "of": ["a", "b"], "p": shown(p, 3, rounding)}
    assert alarms(audited([*rates, claim])) == []


@SLOW
@given(table=tables(), level=LEVELS, decimals=st.integers(0, 2), rounding=ROUNDINGS, data=st.data())
def test_a_difference_by_any_listed_method_raises_no_alarm(table, level, decimals, rounding, data):
    low, high = data.draw(st.sampled_from([limits for _, limits in difference_intervals(table, level / 100)]))
    value = 100 * (table.a / table.m - table.c / table.n)
    assume(low <= value <= high)
    rates = [
        {"id": "a", "type": "proportion", "k": table.a, "n": table.m},
        {"id": "b", "type": "proportion", "k": table.c, "n": table.n},
    ]
    value, low, high = (shown(one, decimals, rounding) for one in (value, low, high))
    claim = {"id": "d", "type": "difference", "value": value, "ci": [low, high], "level": level}
    assert alarms(audited([*rates, claim | {"of": ["a", "b"]}])) == []


@SLOW
@given(
    log_ratio=st.floats(-1.5, 1.5),
    error=st.floats(0.05, 0.8),
    level=LEVELS,
    decimals=st.integers(2, 3),
    rounding=ROUNDINGS,
)
def test_a_ratio_with_its_wald_interval_and_p_raises_no_alarm(log_ratio, error, level, decimals, rounding):
    from scipy import stats

    z = stats.norm.isf((1 - level / 100) / 2)
    low, value, high = (shown(math.exp(log_ratio + step * error), decimals, rounding) for step in (-z, 0, z))
    assume(float(low) > 0)
    p = shown(2 * stats.norm.sf(abs(log_ratio) / error), 3, rounding)
    claim = {"id": "hr", "type": "ratio", "value": value, "ci": [low, high], "level": level, "p": p}
    assert alarms(audited([claim])) == []


@PLAIN
@given(n=st.integers(2, 400), decimals=st.integers(0, 2), data=st.data())
def test_a_percentage_that_the_denominator_cannot_give_is_always_an_error(n, decimals, data):
    printed = print_to(data.draw(st.integers(0, 100 * 10**decimals)) / 10**decimals, decimals)
    unit = Fraction(1, 10**decimals)
    # by definition: no count rounds to it, to either side, and none is cut off to it
    possible = any(
        abs(Fraction(100 * k, n) - printed.value) <= unit / 2
        or printed.value <= Fraction(100 * k, n) < printed.value + unit
        for k in range(n + 1)
    )
    claim = {"id": "ae", "type": "percent", "n": n, "percent": printed.text}
    assert bool(alarms(audited([claim]))) is not possible


@PLAIN
@given(
    percents=st.lists(st.integers(0, 1000), min_size=1, max_size=4),
    n=st.integers(5, 60),
    seed=st.randoms(use_true_random=False),
)
def test_the_order_of_the_file_never_changes_what_is_found(percents, n, seed):
    claims = [
        {"id": f"r{at}", "type": "percent", "n": n, "percent": f"{one / 10:.1f}", "column": "c"}
        for at, one in enumerate(percents)
    ]
    claims += [
        {"id": "os", "type": "median", "value": "9.0", "ci": ["5.0", "14.1"], "unit": "month"},
        {"id": "os_12", "type": "landmark", "time": "12", "unit": "month", "percent": "61.0"},
        {"id": "os_hr", "type": "ratio", "value": "0.60", "ci": ["0.40", "0.93"], "p": "0.044"},
        {"id": "end", "type": "conclusion", "kind": "superior", "endpoint": "OS"},
        {"id": "d", "type": "difference", "value": "3.0", "of": ["r0", "r0"]},
    ]
    shuffled = list(claims)
    seed.shuffle(shuffled)

    def told(findings):
        return sorted((one.code, one.verdict, tuple(sorted(one.claims))) for one in findings)

    assert told(audited(claims)) == told(audited(shuffled))


@PLAIN
@given(value=st.integers(-(10**9), 10**9), decimals=st.integers(0, 6))
def test_a_printed_number_reads_as_it_was_printed(value, decimals):
    exact = Fraction(value, 10**decimals)
    printed = print_to(exact, decimals)
    assert Printed(printed.text).value == exact
    assert print_to(Printed(printed.text).value, decimals).text == printed.text
    assert exact in printed.rounded
    assert exact in printed.truncated


@PLAIN
@given(value=st.fractions(-1000, 1000), decimals=st.integers(0, 4))
def test_what_is_printed_can_stand_for_what_it_was_printed_from(value, decimals):
    printed = print_to(value, decimals)
    assert value in printed.rounded
    assert value in printed.either


WORDS = st.sampled_from(
    "study populations claims id type proportion percent median ratio value ci level unit month k n of p "
    "contrast landmark time follow_up range partition parts total null yes 0 1 95 '46.2' \"0.61\" -3 1e9 . ~ "
    "[ ] { } , : - & * ! | > % @ ` 2019-09-31 \t é 、".split(" ")
)
VALID = """study: {id: x, enrolled: 28, accrual: ["2019-12-24", "2021-08-06"], cutoff: "2022-01-23"}
populations: {all: 28, evaluable: {n: 26, of: all}}
claims:
  - {id: orr, type: proportion, k: 12, population: evaluable, percent: "46.2", ci: ["27.1", "66.2"]}
  - {id: os, type: median, value: "16.5", ci: ["5.0", "28.0"], level: 95, unit: month}
  - {id: pfs_hr, type: ratio, value: "1.33", ci: ["0.61", "2.91"], p: "0.469"}
  - {id: sex, type: partition, parts: {male: 41, female: 26}, total: 67}
"""


def reads_or_refuses(text):
    """Whatever the text: a publication that is audited, or one message with a place and what was expected."""
    try:
        findings = audit(parse_claims(text))
    except StudyFileError as error:
        said = str(error)
        assert re.search(r"claims\.yaml:\d+", said), said
        assert "expected" in said or "remedy" in said.lower(), said
    else:
        assert all(one.computation for one in findings)


@settings(max_examples=300, deadline=None)
@given(words=st.lists(WORDS, max_size=25), glue=st.sampled_from([" ", "\n", ": ", "\n  "]))
def test_any_text_is_read_or_refused_with_its_line(words, glue):
    reads_or_refuses(glue.join(words))


@settings(max_examples=300, deadline=None)
@given(
    at=st.integers(0, len(VALID)), length=st.integers(0, 12), inserted=st.one_of(WORDS, st.text(max_size=4))
)
def test_a_damaged_file_is_read_or_refused_with_its_line(at, length, inserted):
    reads_or_refuses(VALID[:at] + inserted + VALID[at + length :])


NUMBERS = st.integers(-5, 200).map(str) | st.floats(-2, 130).map(lambda one: f"{one:.1f}")
LIMITS = st.tuples(NUMBERS | st.none(), NUMBERS | st.none()).map(list)


@SLOW
@given(
    value=NUMBERS,
    ci=LIMITS,
    percent=NUMBERS,
    time=NUMBERS,
    level=st.none() | LEVELS,
    unit=st.sampled_from(["day", "week", "month", "year", None]),
    kind=st.sampled_from(["non_inferior", "superior", "equivalent", "inferior", "no_difference"]),
    measure=st.sampled_from(["hazard", "odds", "risk"]),
    margin=st.none() | NUMBERS,
    k=st.integers(0, 60),
)
def test_no_figures_whatever_break_the_audit(value, ci, percent, time, level, unit, kind, measure, margin, k):
    base = {"endpoint": "OS", "ci": ci, "level": level, "contrast": ["A", "B"]}
    median = {"type": "median", "endpoint": "OS", "value": value, "ci": ci, "unit": unit}
    rate = {"type": "proportion", "endpoint": "OS", "k": k, "percent": percent, "ci": ci}
    claims = [
        base | {"id": "r", "type": "ratio", "measure": measure, "value": value, "p": "0.04"},
        base | {"id": "d", "type": "difference", "value": percent, "p": "<0.001"},
        *(median | {"id": f"m{arm}", "population": arm} for arm in ("A", "B")),
        *(rate | {"id": f"k{arm}", "population": arm} for arm in ("A", "B")),
        {"id": "p", "type": "percent", "percent": percent, "ci": ci, "level": level},
        {
            "id": "l",
            "type": "landmark",
            "endpoint": "OS",
            "population": "A",
            "time": time,
            "percent": percent,
        },
        {"id": "f", "type": "follow_up", "value": value, "range": ci, "unit": unit},
        {"id": "x", "type": "reduction", "endpoint": "OS", "percent": percent},
        {"id": "c", "type": "conclusion", "endpoint": "OS", "kind": kind, "margin": margin},
        {"id": "s", "type": "partition", "parts": ["kA", "kB", 3], "total": "all"},
    ]
    populations = {"all": 60, "A": {"n": 31, "of": "all", "arm": "yes"}, "B": {"n": 29, "arm": "yes"}}
    study = {"enrolled": 60, "accrual": ["2019-01", "2020-13"], "cutoff": "2021-02-28"}
    findings = audited(claims, populations, **study)
    assert {claim["id"] for claim in claims} <= {name for one in findings for name in one.claims}


PHRASES = st.sampled_from(
    [
        "ORR was 46.2% (95% CI, 27.1-66.2)",
        "mPFS 5.8 mo (95%CI 4.1–7.6)",
        "HR, 0.64; 95% CI, 0.47 to 0.87; P=.004",
        "12/26 (46%)",
        "n=31",
        "median OS 8·5 months (NR–NR)",
        "of 27 patients 5 (18.6%) responded",
        "median age 60 (27-69)",
        "grade 3 neutropenia in 22%",
        "From Jan 3, 2019 to 31 May 2021",
        "NCT01234567",
        "7",
        "3.14-fold",
    ]
)


@settings(max_examples=200, deadline=None)
@given(
    parts=st.lists(PHRASES | st.text("0123456789.,%()-–·=<>nNpPsS \n", max_size=12), max_size=8),
    glue=st.sampled_from([". ", "; ", " and ", "\n"]),
)
def test_a_draft_of_any_text_can_be_read_and_loses_no_number(parts, glue):
    text = glue.join(parts)
    draft = draft_text(text)
    publication = parse_claims(draft.yaml)
    audit(publication)
    said = publication.model_dump(mode="json", by_alias=True)
    kept = numbers_in(said) | numbers_in(list(said["populations"])) | numbers_in(draft.no_claims)
    assert {bare(one[0]) for one in NUMBER.finditer(plain(text))} <= kept


@pytest.mark.parametrize("name", ["nivo-gemcis", "ici-capox", "nabp-cis"])
def test_the_three_abstracts_do_not_depend_on_the_order_of_their_claims(name):
    path = Path(__file__).parents[2] / "studies" / name / "claims.yaml"
    publication = parse_claims(path.read_text())
    turned = publication.model_copy(update={"claims": publication.claims[::-1]})
    first, second = (
        sorted((one.code, one.verdict, tuple(sorted(one.claims))) for one in audit(each))
        for each in (publication, turned)
    )
    assert first == second
