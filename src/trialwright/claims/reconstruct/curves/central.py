"""The history in the middle of many: the one to be nearest to all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trialwright.claims.reconstruct.curves.plan import Fall

if TYPE_CHECKING:
    from trialwright.claims.reconstruct.curves.search import Histories


def central(found: Histories) -> int:
    """The history whose numbers at risk and events over time differ least from those of the others."""
    is_fall = np.array([isinstance(step, Fall) for step in found.steps])
    at_risk, events = found.at_risk_after(), np.cumsum(found.counts * is_fall, axis=1)
    off = [
        int(np.abs(at_risk - at_risk[i]).sum() + np.abs(events - events[i]).sum())
        for i in range(len(at_risk))
    ]
    return int(np.argmin(off))
