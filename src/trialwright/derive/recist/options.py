"""The options of the response rules, as numbers that a compiled loop can read."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from trialwright.derive.recist.codes import CrThenPr
from trialwright.rulebook import read_table

NO_LAST_DAY: Final = int(np.iinfo(np.int64).max)
"""`last_day` of a subject whose visits all count."""

UNKNOWN_DAY: Final = int(np.iinfo(np.int64).min)
"""`reference_day` of a subject who has none: every visit counts, no minimum duration is ever met."""


def read_rulebook() -> dict[str, dict[str, Any]]:
    """Read the constants of RECIST 1.1 with their sources, as printed in the rulebook."""
    return read_table("recist-1.1.toml")


_BOOK: Final = read_rulebook()
_BEST: Final = _BOOK["best_response"]


class Options(NamedTuple):
    """What a protocol may choose, and the thresholds; defaults are those of rulebook/recist-1.1.toml.

    Days are whole days, lengths mm, percentages of 100. `max_not_evaluable` is the number of NE
    allowed between a response and its confirmation; `sd_between_prs` lets any number of SD lie
    between a PR and its confirmation, unless a CR came in between; `cr_then_pr` is a `CrThenPr`.
    `reappearance_after_cr_is_pd`: once the overall response was CR, disease that is seen again
    (target or non-target) is progression, whatever the sum.
    """

    minimum_sd_days: int = int(_BEST["minimum_stable_disease_days"])
    confirmation_days: int = int(_BEST["confirmation_days"])
    confirmation_tolerance_days: int = int(_BEST["confirmation_tolerance_days"])
    max_not_evaluable: int = int(_BEST["not_evaluable_between_at_most"])
    sd_between_prs: bool = bool(_BEST["stable_disease_between_partial_responses"])
    cr_then_pr: int = int(CrThenPr.ARITHMETIC)
    reappearance_after_cr_is_pd: bool = bool(_BEST["reappearance_after_complete_response_is_progression"])
    node_normal_below_mm: float = float(_BOOK["complete_response"]["node_short_axis_below_mm"])
    fall_percent: float = float(_BOOK["partial_response"]["fall_from_baseline_percent"])
    rise_percent: float = float(_BOOK["progression"]["rise_from_nadir_percent"])
    rise_at_least_mm: float = float(_BOOK["progression"]["rise_at_least_mm"])
    tolerance_mm: float = float(_BOOK["arithmetic"]["tolerance_mm"])

    def compiled(self) -> Options:
        """Return the same options with plain numbers of fixed types, as the compiled loops want them."""
        return Options(*(kind(value) for kind, value in zip(_KINDS, self, strict=True)))


_KINDS: Final = (int, int, int, int, bool, int, bool, float, float, float, float, float)
