"""Why a visit's response is what it is, in words that a radiologist would accept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from trialwright.derive.recist.codes import RESPONSE_TEXT, NonTarget, Reason, Response
from trialwright.derive.recist.options import Options
from trialwright.derive.recist.wording import Names, percent_change, plain, signed

if TYPE_CHECKING:
    from trialwright.derive.recist.driver import TimePoints
    from trialwright.derive.recist.histories import Ints, LesionHistories


@dataclass(frozen=True, slots=True)
class VisitReasons:
    """Tells the reason of any visit of these histories.

    Attributes:
        histories: the lesions that were judged.
        time_points: the result for the same histories.
        options: those that the result was derived with.
        names: of lesions, places and dates.
    """

    histories: LesionHistories
    time_points: TimePoints
    options: Options = field(default_factory=Options)
    names: Names = field(default_factory=Names)
    blocks: Ints = field(init=False)

    def __post_init__(self) -> None:
        """Find once where each subject's diameters begin."""
        object.__setattr__(self, "blocks", self.histories.block_offsets())

    def text(self, visit: int) -> str:
        """Say why, such as "PD on 2021-03-04: sum 55 mm, +13 mm (+31 %) above nadir 42 mm of 2020-12-01"."""
        reason = Reason(int(self.time_points.reason[visit]))
        date = self._date(visit)
        if Reason.BASELINE in reason:
            return f"Baseline on {date}: {self._baseline(visit)}"
        overall = Response(int(self.time_points.overall[visit]))
        if overall == Response.PD:
            parts = self._progression(visit, reason)
        else:
            parts = [self._no_progression(visit, overall, reason)]
            if Reason.EQUIVOCAL_NEW_LESION in reason:
                parts.append(f"an equivocal new lesion{self._place(visit)} is not counted")
        return f"{RESPONSE_TEXT[overall]} on {date}: {'; '.join(parts)}"

    def all(self) -> list[str]:
        """Say why for every visit, in order."""
        return [self.text(visit) for visit in range(self.histories.day.size)]

    def _date(self, visit: int) -> str:
        return self.names.date_text(int(self.histories.day[visit]))

    def _place(self, visit: int) -> str:
        place = self.names.new_lesions.get(visit, "")
        return f" ({place})" if place else ""

    def _subject(self, visit: int) -> int:
        return int(np.searchsorted(self.histories.visit_offsets, visit, side="right")) - 1

    def _diameters(self, visit: int) -> list[tuple[str, float, bool]]:
        """Return name, diameter (mm) and node flag of each target lesion at a visit."""
        subject = self._subject(visit)
        first = int(self.histories.lesion_offsets[subject])
        last = int(self.histories.lesion_offsets[subject + 1])
        start = int(self.blocks[subject])
        start += (visit - int(self.histories.visit_offsets[subject])) * (last - first)
        return [
            (
                self.names.lesions[lesion] if self.names.lesions else f"target lesion {lesion - first + 1}",
                float(self.histories.diameters_mm[start + lesion - first]),
                bool(self.histories.is_node[lesion]),
            )
            for lesion in range(first, last)
        ]

    def _missing(self, visit: int) -> str:
        """Say "1 of 3 target lesions not evaluable (T02)"."""
        lesions = self._diameters(visit)
        gaps = [name for name, diameter, _ in lesions if np.isnan(diameter)]
        noun = "target lesion" if len(lesions) == 1 else "target lesions"
        if len(gaps) == len(lesions):
            return f"none of {len(lesions)} {noun} evaluable"
        return f"{len(gaps)} of {len(lesions)} {noun} not evaluable ({', '.join(gaps)})"

    def _change(self, visit: int, base_mm: float) -> str:
        """Say "+13 mm (+31 %)" against a baseline or nadir sum."""
        total = float(self.time_points.sum_mm[visit])
        thresholds = (self.options.rise_percent, -self.options.fall_percent)
        percent = percent_change(total, base_mm, thresholds)
        return f"{signed(total - base_mm)} mm" + (f" ({percent})" if percent else "")

    def _sum(self, visit: int) -> str:
        return f"sum {plain(float(self.time_points.sum_mm[visit]))} mm"

    def _nadir(self, visit: int) -> str:
        nadir, at = float(self.time_points.nadir_mm[visit]), int(self.time_points.nadir_visit[visit])
        return f"nadir {plain(nadir)} mm of {self._date(at)}"

    def _baseline(self, visit: int) -> str:
        lesions = self._diameters(visit)
        if not lesions:
            text = "no target lesions"
        elif self.time_points.missing[visit]:
            text = self._missing(visit)
        else:
            count = f"{len(lesions)} target lesion{'s' if len(lesions) > 1 else ''}"
            text = f"{self._sum(visit)} of {count}"
        if self.time_points.non_target[visit] != NonTarget.NONE:
            text += ", non-target disease"
        return text

    def _progression(self, visit: int, reason: Reason) -> list[str]:
        parts = []
        if Reason.PD_SUM in reason:
            nadir = float(self.time_points.nadir_mm[visit])
            partial = f" although {self._missing(visit)}" if Reason.PD_PARTIAL_SUM in reason else ""
            parts.append(
                f"{self._sum(visit)}{partial}, {self._change(visit, nadir)} above {self._nadir(visit)}"
            )
        if Reason.PD_NON_TARGET in reason:
            which = self.names.non_targets.get(visit, "")
            parts.append("unequivocal progression of non-target lesions" + (f" ({which})" if which else ""))
        if Reason.PD_NEW_LESION in reason:
            parts.append(f"new lesion{self._place(visit)}")
        if Reason.PD_NEW_LESION_CONFIRMED_LATER in reason:
            at = int(self.time_points.confirmed_at[visit])
            when = f"on {self._date(at)}" if at >= 0 else "later"
            parts.append(f"new lesion{self._place(visit)}, equivocal here and confirmed {when}")
        if Reason.PD_TARGET_REAPPEARED in reason:
            parts.append(f"{', '.join(self._seen(visit))} seen again after CR")
        if Reason.PD_NON_TARGET_REAPPEARED in reason:
            parts.append("non-target disease seen again after CR")
        return parts

    def _seen(self, visit: int) -> list[str]:
        """Name the targets that are not gone, with their diameters."""
        limits = {True: self.options.node_normal_below_mm, False: 0.0}
        tolerance = self.options.tolerance_mm
        return [
            f"{name} ({plain(diameter)} mm)"
            for name, diameter, node in self._diameters(visit)
            if (diameter >= limits[node] - tolerance if node else diameter > tolerance)
        ]

    def _no_progression(self, visit: int, overall: Response, reason: Reason) -> str:
        if Reason.TARGETS_GONE in reason:
            return self._targets_gone(visit, reason)
        if Reason.SUM_FELL in reason:
            baseline = float(self.time_points.baseline_mm[visit])
            return f"{self._sum(visit)}, {self._change(visit, baseline)} from baseline {plain(baseline)} mm"
        if Reason.SUM_STABLE in reason:
            return self._stable(visit)
        if Reason.TARGET_NOT_EVALUABLE in reason:
            return self._missing(visit)
        if Reason.BASELINE_NOT_MEASURABLE in reason:
            return "no measurable disease at baseline: every target lesion already as in CR"
        if Reason.BASELINE_INCOMPLETE in reason:
            first = int(self.histories.visit_offsets[self._subject(visit)])
            return f"no complete baseline sum: {self._missing(first)}"
        if Reason.NO_BASELINE in reason:
            return "no baseline assessment"
        if Reason.NON_TARGET_ONLY in reason:
            return {
                Response.CR: "every non-target lesion gone, no target lesions",
                Response.NON_CR_NON_PD: "non-target lesions persist, no target lesions",
            }.get(overall, "non-target lesions not all evaluated, no target lesions")
        return "no disease at baseline and no new lesion"

    def _targets_gone(self, visit: int, reason: Reason) -> str:
        total = float(self.time_points.sum_mm[visit])
        nodes = f" (sum {plain(total)} mm: nodes below {plain(self.options.node_normal_below_mm)} mm)"
        text = f"every target lesion gone{nodes if total > 0 else ''}"
        if Reason.NON_TARGET_PERSISTS in reason:
            return f"{text}, but non-target lesions persist"
        if Reason.NON_TARGET_NOT_EVALUATED in reason:
            return f"{text}, but non-target lesions not all evaluated"
        if self.time_points.non_target[visit] == NonTarget.CR:
            return f"{text}, and every non-target lesion"
        return text

    def _stable(self, visit: int) -> str:
        total, nadir = float(self.time_points.sum_mm[visit]), float(self.time_points.nadir_mm[visit])
        baseline = float(self.time_points.baseline_mm[visit])
        text = f"{self._sum(visit)}, {self._change(visit, baseline)} from baseline {plain(baseline)} mm"
        if nadir < baseline - self.options.tolerance_mm:
            text += f", {self._change(visit, nadir)} from {self._nadir(visit)}"
        tolerance = self.options.tolerance_mm
        enough_percent = total - nadir >= nadir * self.options.rise_percent / 100 - tolerance
        if enough_percent and tolerance < total - nadir < self.options.rise_at_least_mm - tolerance:
            text += f": less than {plain(self.options.rise_at_least_mm)} mm above nadir"
        return text
