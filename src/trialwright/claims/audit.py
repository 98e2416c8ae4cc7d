"""All checks of a publication, in one list of findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.claims.checks import (
    comparisons,
    conclusions,
    context,
    dates,
    follow_up,
    intervals,
    percentages,
    ratios,
    tables,
    times,
    totals,
)
from trialwright.claims.finding import Finding, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from trialwright.claims.model import Publication

CHECKS: tuple[Callable[[Publication], Iterable[Finding]], ...] = (
    percentages.percentages,
    percentages.columns,
    totals.counts,
    totals.totals,
    intervals.proportion_intervals,
    context.all_treated,
    ratios.ratios,
    ratios.events_implied,
    comparisons.ratio_and_medians,
    comparisons.reductions,
    tables.tables,
    times.median_intervals,
    follow_up.beyond_follow_up,
    follow_up.landmarks_beyond,
    times.landmarks,
    times.progression_and_survival,
    follow_up.follow_up_method,
    dates.dates,
    conclusions.conclusions,
    context.summaries,
    context.registrations,
)
NOTHING = "NO-CHECK"
LEFTOVER = "NOT-UNDERSTOOD"


def audit(publication: Publication) -> tuple[Finding, ...]:
    """Every finding; a claim that no check concerns is UNCHECKABLE, never silently fine."""
    findings = [finding for check in CHECKS for finding in check(publication)]
    concerned = {name for finding in findings for name in finding.claims}
    for claim in publication.claims:
        if claim.id not in concerned:
            text = "nothing in the other claims bears on it"
            findings.append(Finding(NOTHING, Verdict.UNCHECKABLE, (claim.id,), text))
    for leftover in publication.not_understood:
        text = f"'{leftover.text}' was not understood when the claims were drafted"
        question = "What is claimed here?"
        findings.append(Finding(LEFTOVER, Verdict.UNCHECKABLE, (), text, question=question))
    return tuple(findings)


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether at least one finding is an ERROR."""
    return any(finding.verdict is Verdict.ERROR for finding in findings)
