"""What a scan shows of a lesion, and when it takes place: shared by both ways of simulating scans.

`disease` simulates one subject after the other and keeps everything; `tiles` simulates many at once
and keeps the times alone. What both must agree on is here; the arguments are single numbers, for which
compiled code keeps no count of references.
"""

from __future__ import annotations

from trialwright.derive.recist.codes import NonTarget
from trialwright.stats.kernel import small_kernel
from trialwright.stats.lane_math import inlined, rounded

NEVER = 1_000_000
TOO_SMALL_TO_MEASURE_MM = 5.0
LARGEST_READ_MM = 300.0
NT_CR, NT_STABLE, NT_PD = int(NonTarget.CR), int(NonTarget.NON_CR_NON_PD), int(NonTarget.PD)


@inlined
def true_diameter_mm(start: float, ratio: float, node: bool, normal_node_mm: float) -> float:  # noqa: FBT001 -- a fact
    """Return the size of a lesion whose tumour has changed by a ratio: a node shrinks to a normal one."""
    normal = normal_node_mm if node else 0.0
    return normal + (start - normal) * ratio


@inlined
def read_diameter_mm(
    true_mm: float,
    noise: float,
    node: bool,  # noqa: FBT001 -- a fact
    measured_from_mm: float,
    seen_from_mm: float,
) -> float:
    """Return what the reader writes: whole mm, 5 where too small to measure, 0 where nothing is seen."""
    written = max(1.0, rounded(min(true_mm * noise, LARGEST_READ_MM)))
    written = TOO_SMALL_TO_MEASURE_MM if (not node) & (true_mm < measured_from_mm) else written
    return 0.0 if (not node) & (true_mm < seen_from_mm) else written


@small_kernel
def unread_target(u: float, not_assessable: float, targets: int) -> int:
    """Return the target that cannot be assessed at a scan, NEVER where all can."""
    return int(u / not_assessable * targets) if u < not_assessable else NEVER


@small_kernel
def nontarget_state(ratio: float, smallest: float, gone: float, progression: float) -> int:
    """Return the state of the non-target lesions by their size and the smallest before, to baseline."""
    if ratio <= gone:
        return NT_CR
    return NT_PD if ratio >= progression * smallest else NT_STABLE


@inlined
def scan_day(planned_day: int, earliest: int, latest: int, u: float) -> int:
    """Return the day of a scan, somewhat before or after its planned day."""
    return planned_day + earliest + int(u * (latest - earliest + 1))
