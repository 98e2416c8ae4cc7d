"""Accrual and what comes of it over calendar time, of one arm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.design.figures import Axis, Curve, Guide, curves
from trialwright.report import blocks
from trialwright.stats.event_process import Accrual, enrolled_share

if TYPE_CHECKING:
    from trialwright.design.inputs import Timing

MONTHS_STEP = 6
SUBJECTS_STEP = 10


def month_axis(months: float) -> Axis:
    """Months from the first entry, in steps of half a year (of a year beyond five)."""
    step = MONTHS_STEP if months <= 10 * MONTHS_STEP else 2 * MONTHS_STEP
    last = -(-int(months + 1) // step) * step
    return Axis("Months from the first entry", tuple((t, str(t)) for t in range(0, last + 1, step)))


def subject_axis(n: float) -> Axis:
    """Subjects, in steps of 10 or more."""
    step = max(SUBJECTS_STEP, -(-int(n) // (8 * SUBJECTS_STEP)) * SUBJECTS_STEP)
    return Axis("Subjects", tuple((k, str(k)) for k in range(0, -(-int(n) // step) * step + 1, step)))


def enrolment_figure(timing: Timing, enrolled: int, evaluable: int, rate: float) -> blocks.Figure:
    """Subjects enrolled evenly, evaluable, and responders expected among them."""
    accrual = Accrual(timing.accrual)
    across = month_axis(timing.accrual + timing.follow_up)
    months = range(int(across.ends[1]) + 1)
    lines = [
        Curve(name, tuple((t, n * enrolled_share(accrual, t)) for t in months))
        for name, n in (
            ("Enrolled", enrolled),
            ("Of these evaluable", evaluable),
            ("Of these with a response in the end", evaluable * rate),
        )
    ]
    label = "Accrual over calendar time, and how many of those enrolled count in the end"
    guides = [Guide(timing.accrual + timing.follow_up, "analysis", upright=True)]
    return blocks.Figure("accrual", label, curves(lines, across, subject_axis(enrolled), label, guides))
