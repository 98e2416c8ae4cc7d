"""What the checks of a study's own plan share: a line (stated beside computed), findings, and their words."""

from __future__ import annotations

from dataclasses import dataclass

from trialwright.findings import Finding, Severity
from trialwright.report.format import percent

EXACT = 1e-9
"""By how much a computed power may fall short of the stated one: rounding only."""
APPROXIMATE = 0.005
"""The same where the power is a normal approximation: what rounds to the stated percent."""
ALPHA_ROUNDING = 5e-5
"""By how much an exact type I error may lie above the stated one: what rounds to four digits."""


@dataclass(frozen=True, slots=True)
class Line:
    """One property of the plan: as stated (empty where it is not), as computed, and how."""

    what: str
    stated: str
    value: float
    shown: str
    how: str


@dataclass(frozen=True, slots=True)
class PlanCheck:
    """The properties of a plan, and what someone should look at."""

    lines: tuple[Line, ...] = ()
    findings: tuple[Finding, ...] = ()


def finding(severity: Severity, code: str, what: str, remedy: str) -> Finding:
    """A finding about the section `design`."""
    return Finding(severity, code, "study.yaml", "", "design", what, remedy)


def low_power(computed: float, stated: float, slack: float, of: str, remedy: str) -> list[Finding]:
    """The finding that subjects are too few, where they are."""
    if computed >= stated - slack:
        return []
    what = f"{of} give a power of {percent(computed)}, not the {percent(stated)} that study.yaml states"
    return [finding(Severity.WARNING, "DESIGN-POWER", what, remedy)]


def high_alpha(computed: float, stated: float, of: str, remedy: str) -> list[Finding]:
    """The finding that a boundary rejects a true null more often than stated, where it does."""
    if computed <= stated + ALPHA_ROUNDING:
        return []
    what = f"{of} reject a true null hypothesis with a probability of {computed:.4f}, above {stated:g}"
    return [finding(Severity.ERROR, "DESIGN-ALPHA", what, remedy)]
