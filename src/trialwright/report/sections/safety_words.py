"""What the safety chapter rests on, in sentences: set, arm received, window, grading, order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.derive.ctcae.criteria import decisions
from trialwright.protocol.safety import LaboratoryGrading
from trialwright.report import format as fmt
from trialwright.report.sections.safety_counts import SEVERE

if TYPE_CHECKING:
    from trialwright.report.inputs import Page

_EXPOSURE, _RECEIVED = "exposure", "arm received"
_SAFETY, _OVERVIEW = "safety", "overview"


def basis(page: Page) -> str:
    """Which events count, how they are graded, and in which arm a subject stands."""
    safety = page.study.safety
    words = [
        f"Treatment-emergent adverse events: from the first dose to {safety.window} after the last.",
        _grading(page),
        *_choices(safety.laboratory),
        received(page),
    ]
    return " ".join(word for word in words if word)


def _grading(page: Page) -> str:
    rows = page.ledger.of_endpoint(_SAFETY, _OVERVIEW)
    if any(row.item == SEVERE and row.value is not None for row in rows):
        return f"Events are graded by {page.study.safety.grading.value}, laboratory results by CTCAE 5.0."
    return "Laboratory results are graded by CTCAE 5.0; grades of events are not recorded."


def received(page: Page) -> str:
    """That groups are as treated, and who stands in another arm than the assigned one."""
    if len(page.study.arms) < 2:  # noqa: PLR2004 - with one arm nothing can be exchanged
        return ""
    moved = [
        row
        for row in page.ledger.of_endpoint(_EXPOSURE, _RECEIVED)
        if row.events and row.group != page.total and not page.is_comparison(row)
    ]
    lead = "Safety and exposure are told by the arm received, efficacy by the arm assigned"
    if not moved:
        return f"{lead}; every subject dosed received the arm assigned."
    told = [
        f"{fmt.plural(row.events or 0, 'subject')} assigned to {page.group_label(row.item)} "
        f"received {page.group_label(row.group)}"
        for row in moved
    ]
    return f"{lead}: {fmt.listing(told)}."


def _choices(chosen: LaboratoryGrading) -> list[str]:
    """The choices of laboratory grading that are not the default ones."""
    usual = LaboratoryGrading().choices
    made = {name: choice for name, choice in chosen.choices.items() if choice != usual[name]}
    return [decisions()[name]["choices"][choice] for name, choice in made.items()]


def groups(page: Page) -> list[str]:
    """Which terms each group holds."""
    named = page.study.safety.groups
    return [f"{name[:1].upper() + name[1:]}: {', '.join(terms)}." for name, terms in named.items()]


def order(page: Page) -> str:
    """By whose frequency the tables of terms are sorted."""
    column = page.study.safety.sort_by
    named = column is not None and column in page.study.groups
    where = f"with {page.group_label(str(column))}" if named else "in all subjects"
    return f"Sorted by frequency {where}, classes and terms within them."
