"""Time to progression or death of virtual subjects, under the censoring rules of the study's endpoint.

The same rules serve subjects whose whole history was simulated (`outcomes`) and those of whom nothing
else is wanted (`tiles`). A test holds them to the derivation of real data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from trialwright.derive.recist.codes import Response
from trialwright.simulate.scan_rules import NEVER
from trialwright.stats.kernel import kernel, small_kernel

if TYPE_CHECKING:
    from trialwright.simulate.parameters import Bools, Floats, Ints

NE = int(Response.NE)


class ProgressionRules(NamedTuple):
    """The rules of an endpoint as the kernels take them."""

    window: int
    """Days before and after its planned day in which a scan counts as that one."""
    missed: int
    """So many missed assessments before an event censor it; 0 where none do."""
    therapy_censors: bool
    progression_after_missed_censors: bool
    death_after_missed_censors: bool


@small_kernel
def first_event(progression: int, death: int, end: int) -> tuple[int, bool]:
    """Return the day of progression or of death up to the end of follow-up, and whether it is by a scan."""
    known = death if death <= end else NEVER
    return min(progression, known), progression <= known


@small_kernel
def missed_scans(scan_days: Ints, window: int, last: int, event: int) -> int:
    """Count the planned scans whose whole window lies between two days."""
    begun = max(last, 0) + window
    ended = event - window
    count = 0
    for day in scan_days:
        if day >= ended:
            break
        if day > begun:
            count += 1
    return count


@small_kernel
def progression_time(
    rules: ProgressionRules,
    scan_days: Ints,
    event: tuple[int, bool],
    therapy: int,
    last: int,
    start: int,
) -> tuple[int, bool]:
    """Return days from the start to event or censoring, both counted, and whether it is the event.

    `last` is the last scan with a response other than NE before the event (or the therapy that censors
    it), -1 where there is none; `event` that of `first_event`.
    """
    day, by_scan = event
    happened = day < NEVER and not (rules.therapy_censors and therapy < day)
    if happened and rules.missed > 0:
        censors = rules.progression_after_missed_censors if by_scan else rules.death_after_missed_censors
        happened = not (censors and missed_scans(scan_days, rules.window, last, day) >= rules.missed)
    ended = day if happened else (last if last >= 0 else start)
    return ended - start + 1, happened


@small_kernel
def _last_evaluable(days: Any, codes: Any, scans: int, before: int, start: int) -> int:
    """Return the last scan with a response other than NE, from the start to before a day; -1 if none."""
    last = -1
    for visit in range(1, scans):
        if codes[visit] != NE and start <= days[visit] < before:
            last = max(last, days[visit])
    return int(last)


@kernel
def progression_times(
    rules: ProgressionRules,
    scan_days: Ints,
    progression: Any,
    death: Any,
    therapy: Any,
    end: Ints,
    scans: Any,
    days: Any,
    codes: Any,
    start: Ints,
    out_days: Floats,
    out_event: Bools,
) -> None:
    """Fill the times of subjects whose scans are kept: `days` and `codes` are of subjects by visits."""
    for row in range(len(start)):
        event = first_event(progression[row], death[row], end[row])
        before = event[0]
        if rules.therapy_censors:
            before = min(before, therapy[row])
        last = _last_evaluable(days[row], codes[row], scans[row], before, start[row])
        out_days[row], out_event[row] = progression_time(
            rules, scan_days, event, therapy[row], last, start[row]
        )
