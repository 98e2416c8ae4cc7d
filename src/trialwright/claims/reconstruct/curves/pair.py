"""One subject has one PFS and one OS: the two curves of an arm are paired so that both are possible."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from trialwright.claims.reconstruct.curves.place import Subjects

if TYPE_CHECKING:
    import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class Pairing:
    """PFS in the order of OS; `moved` subjects had their PFS shortened, by at most `days`.

    `died_censored` counts deaths with a censored PFS, where the curves allow nothing else.
    """

    early: Subjects
    moved: int
    days: int
    died_censored: int


def pair(early: Subjects, late: Subjects) -> Pairing:
    """For each subject of `late` (OS) one of `early` (PFS), by rank as far as that is possible.

    PFS is not longer than OS, and who died has an event of PFS. Where the accuracy of the clicks leaves no
    such pairing, PFS that is longer than OS is cut to it.
    """
    of = _matched(early, late)
    days, events = early.days[of], early.events[of]
    over = np.maximum(days - late.days, 0)
    days = days - over
    events = np.maximum(events, late.events * (days == late.days))
    contrary = int(((events == 0) & (late.events == 1)).sum())
    return Pairing(Subjects(days, events), int((over > 0).sum()), int(over.max(initial=0)), contrary)


def _distance(early: Subjects, late: Subjects, j: int, i: int) -> tuple[int, int]:
    """How ill a PFS suits an OS: by days where censored, as follow-up ends for both; else by rank."""
    return (abs(i - j) if early.events[j] else int(abs(late.days[i] - early.days[j])), i)


def _matched(early: Subjects, late: Subjects) -> npt.NDArray[np.int64]:
    """Which PFS each OS gets: the longest first, censored before others, so that whoever fits is kept."""
    n = late.days.size
    of = np.full(n, -1, np.int64)
    free = set(range(n))
    # censored PFS needs a censored OS that is not shorter: the longest such choose first
    for j in sorted(range(n), key=lambda i: (early.events[i], -early.days[i], i)):
        fits = [i for i in free if late.days[i] >= early.days[j] and early.events[j] >= late.events[i]]
        fits = fits or [i for i in free if early.events[j] >= late.events[i]] or list(free)
        best = min(fits, key=partial(_distance, early, late, j))
        of[best] = j
        free.discard(best)
    return of
