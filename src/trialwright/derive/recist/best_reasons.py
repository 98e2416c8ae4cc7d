"""Why a subject's best response is what it is, in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trialwright.derive.recist.codes import RESPONSE_TEXT, NotConfirmed, Response
from trialwright.derive.recist.options import Options
from trialwright.derive.recist.wording import Names

if TYPE_CHECKING:
    from trialwright.derive.recist.driver import BestResponses
    from trialwright.derive.recist.histories import Ints

RESPONSES = (Response.CR, Response.PR)


@dataclass(frozen=True, slots=True)
class BestReasons:
    """Tells the reason of the best responses of any subject, from lesions or recorded responses.

    Attributes:
        day: the days of all visits, as in the histories.
        best: the result for the same histories.
        options: those that the result was derived with.
        names: writes the dates.
    """

    day: Ints
    best: BestResponses
    options: Options = field(default_factory=Options)
    names: Names = field(default_factory=Names)

    def unconfirmed(self, subject: int) -> str:
        """Say why the unconfirmed best overall response is what it is."""
        response = Response(int(self.best.bor[subject]))
        at = int(self.best.bor_visit[subject])
        if response in RESPONSES:
            return f"{RESPONSE_TEXT[response]} as best response: first on {self._date(at)}"
        return f"{RESPONSE_TEXT[response]} as best response: {self._below(response, at)}"

    def confirmed(self, subject: int) -> str:
        """Say why, such as "SD as confirmed best response: PR on A was not confirmed, …"."""
        response = Response(int(self.best.cbor[subject]))
        at, by = int(self.best.cbor_visit[subject]), int(self.best.confirmed_at[subject])
        parts = []
        if response in RESPONSES:
            parts.append(f"{self._at(at)}, confirmed by {self._at(by)}")
        parts += self._not_confirmed(subject)
        if response not in RESPONSES:
            parts.append(self._below(response, at))
        return f"{RESPONSE_TEXT[response]} as confirmed best response: {'; '.join(parts)}"

    def _date(self, visit: int) -> str:
        return self.names.date_text(int(self.day[visit]))

    def _at(self, visit: int) -> str:
        """Say "PR on 2021-03-04" of a visit that counts."""
        return f"{RESPONSE_TEXT[Response(int(self.best.counted[visit]))]} on {self._date(visit)}"

    def _below(self, response: Response, at: int) -> str:
        days = self.options.minimum_sd_days
        if response == Response.MISSING:
            return "no assessment that counts"
        if response in {Response.SD, Response.NON_CR_NON_PD}:
            return f"{self._at(at)}, at least {days} days after the reference date"
        if response == Response.NED:
            return f"no disease at baseline and none since, first on {self._date(at)}"
        short = f"no stable disease or better at least {days} days after the reference date"
        if response == Response.PD:
            return f"{self._at(at)}, and {short} before it"
        return f"assessed first on {self._date(at)}, but {short}"

    def _not_confirmed(self, subject: int) -> list[str]:
        """Say of the first CR and the first PR, in order of date, why they were not confirmed."""
        best = self.best
        told = [
            (
                int(best.cr_visit[subject]),
                int(best.cr_not_confirmed[subject]),
                int(best.cr_blocked_at[subject]),
            ),
            (
                int(best.pr_visit[subject]),
                int(best.pr_not_confirmed[subject]),
                int(best.pr_blocked_at[subject]),
            ),
        ]
        return [self._why_not(first, NotConfirmed(why), at) for first, why, at in sorted(told) if why]

    def _why_not(self, first: int, why: NotConfirmed, blocked: int) -> str:
        days = self.options.confirmation_days - self.options.confirmation_tolerance_days
        head = f"{self._at(first)} was not confirmed"
        if why == NotConfirmed.NOTHING_AFTER:
            return f"{head}, no assessment that counts followed"
        if why == NotConfirmed.TOO_SOON:
            last = self._date(blocked)
            return f"{head}, no response at least {days} days later up to the last assessment on {last}"
        if why == NotConfirmed.ONLY_NOT_EVALUABLE:
            return f"{head}, only not evaluable assessments followed, up to {self._date(blocked)}"
        if why == NotConfirmed.TOO_MANY_NOT_EVALUABLE:
            allowed = self.options.max_not_evaluable
            return f"{head}, more than {allowed} not evaluable before it could be, by {self._date(blocked)}"
        response = RESPONSE_TEXT[Response(int(self.best.counted[blocked]))]
        if why == NotConfirmed.PR_AFTER_CR:
            return f"{head}, a CR after it was followed by PR on {self._date(blocked)}"
        if why == NotConfirmed.RESPONSE_ENDED_TOO_SOON:
            return f"{head}, {response} on {self._date(blocked)} came before a response {days} days later"
        between = self.best.counted[first + 1 : blocked]
        which = "next evaluable assessment" if (between == Response.NE).any() else "next assessment"
        return f"{head}, {which} on {self._date(blocked)} was {response}"
