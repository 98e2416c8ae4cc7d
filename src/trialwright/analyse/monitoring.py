"""Rules of the study file that watch toxicity: their boundaries, and what they say at the data cut-off."""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING

import polars as pl

from trialwright.analyse.results import TOTAL
from trialwright.analyse.rows import Cell
from trialwright.analyse.safety_events import Events, spellings
from trialwright.protocol.safety import BayesianBoundary
from trialwright.stats.special import beta_sf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.analyse.context import Context
    from trialwright.analyse.rows import Row
    from trialwright.protocol.safety import AdverseEvents, MonitoringRule, StopAtCount

SECTION = "monitoring"
STOP, GO_ON = "stop", "go on"


def monitoring(context: Context) -> list[Row]:
    """Give each rule of the study file: its boundary, and what was observed, for each arm that it watches.

    The endpoint is the name of the rule. Events are those known at the data cut-off, also where a look lies
    long before it; subjects count in the order of their first dose.
    """
    events = Events(context.as_treated)
    rows: list[Row] = []
    for rule in context.study.safety.monitoring:
        for group in _watched(context, rule):
            if isinstance(rule, BayesianBoundary):
                rows += _bayesian(events, rule, group)
            else:
                rows += _counted(events, rule, group)
    return rows


def excess_probability(affected: int, treated: int, rule: BayesianBoundary) -> float:
    """The posterior probability that the rate exceeds the rule's limit, after so many affected."""
    alpha, beta = rule.prior
    return float(beta_sf(rule.limit, alpha + affected, beta + treated - affected))


def boundary(treated: int, rule: BayesianBoundary) -> int | None:
    """The smallest number affected at which the rule stops, or None where no number is enough."""
    for affected in range(treated + 1):
        if excess_probability(affected, treated, rule) >= rule.probability:
            return affected
    return None


def _watched(context: Context, rule: MonitoringRule) -> tuple[str, ...]:
    if rule.arm is not None:
        return (rule.arm,)
    return tuple(context.study.arms) if len(context.study.arms) > 1 else (TOTAL,)


def _treated(events: Events, rule: MonitoringRule, group: str) -> list[str]:
    """The dosed subjects of the rule's set and arm, in the order of their first dose."""
    members = events.context.members(rule.set, group)
    adsl = events.context.adam.adsl.filter(pl.col("USUBJID").is_in(members), pl.col("TRTSDT").is_not_null())
    return adsl.sort("TRTSDT", "USUBJID")["USUBJID"].to_list()


def _affected(events: Events, counted: AdverseEvents) -> set[str]:
    if not events.recorded:
        return set()
    groups = events.context.study.safety.groups
    terms = {one for name in counted.terms for term in groups.get(name, (name,)) for one in spellings(term)}
    conditions = [
        pl.col("ATOXGRN").fill_null(0) >= counted.min_grade if counted.min_grade > 1 else None,
        pl.col("RELFL") == "Y" if counted.related else None,
        pl.col("AESER").str.to_uppercase() == "Y" if counted.serious else None,
        pl.col("FATALFL") == "Y" if counted.fatal else None,
        pl.col("AEDECOD").str.to_uppercase().is_in(sorted(terms)) if terms else None,
    ]
    chosen = functools.reduce(
        operator.and_, (one for one in conditions if one is not None), pl.lit(value=True)
    )
    return set(events.frame.filter(chosen)["USUBJID"])


def _bayesian(events: Events, rule: BayesianBoundary, group: str) -> Iterator[Row]:
    treated, affected = _treated(events, rule, group), _affected(events, rule.events)
    cell = Cell(SECTION, rule.name, rule.set, group)
    method = f"beta({rule.prior[0]:g}, {rule.prior[1]:g}) prior, limit {rule.limit:g}"
    stops = []
    for look in rule.looks:
        at = boundary(look, rule)
        item = str(look)
        if at is None:
            yield cell.statement("boundary", "no number stops here", item=item, method=method, n=look)
        else:
            yield cell.number("boundary", at, (), item=item, method=method, n=look)
        if look > len(treated):
            continue
        seen = [one for one in treated[:look] if one in affected]
        yield cell.number("observed", len(seen), seen, item=item, n=look, events=len(seen))
        probability = excess_probability(len(seen), look, rule)
        yield cell.number("excess_probability", probability, seen, item=item, method=method, n=look)
        if at is not None and len(seen) >= at:
            stops.append(item)
    seen = [one for one in treated if one in affected]
    words = f"{STOP}: boundary reached at {', '.join(stops)} subjects" if stops else GO_ON
    if not treated:
        words = "no subject treated"
    yield cell.statement("rule_verdict", words, seen, n=len(treated))


def _counted(events: Events, rule: StopAtCount, group: str) -> Iterator[Row]:
    treated, affected = _treated(events, rule, group), _affected(events, rule.events)
    seen = [one for one in treated if one in affected]
    cell = Cell(SECTION, rule.name, rule.set, group)
    yield cell.number("boundary", rule.at_most + 1, (), n=len(treated))
    yield cell.number("observed", len(seen), seen, n=len(treated), events=len(seen))
    words = f"{STOP}: more than {rule.at_most}" if len(seen) > rule.at_most else GO_ON
    yield cell.statement("rule_verdict", words, seen, n=len(treated))
