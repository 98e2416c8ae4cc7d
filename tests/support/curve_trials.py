"""Two-arm trials drawn, clicked and rebuilt: how far ln HR and events are from those of the real subjects."""

import time
from dataclasses import dataclass

import numpy as np
import plain_guyot
from drawn_curves import DAYS_A_MONTH, axis_of, simulated, subsample

from trialwright.claims.curve_claim import DigitisedCurve
from trialwright.claims.model import Publication
from trialwright.claims.reconstruct.curves.arm_curve import ready
from trialwright.claims.reconstruct.curves.click_file import Clicks
from trialwright.claims.reconstruct.curves.rebuild import sets_of
from trialwright.stats.cox import cox

MONOTONE = 3.0


@dataclass(frozen=True)
class Printed:
    """What stands beside the curve."""

    numbers: bool = False
    total: bool = False
    marks: bool = False

    def __str__(self):
        names = [name for name in ("numbers", "total", "marks") if getattr(self, name)]
        return " + ".join(names) or "n alone"


@dataclass(frozen=True)
class Outcome:
    """Errors of ln HR and exact numbers of events; whether the range of the sets holds it; CPU seconds."""

    errors: np.ndarray
    exact: np.ndarray
    plain_errors: np.ndarray
    plain_exact: np.ndarray
    held: np.ndarray
    seconds: np.ndarray


def log_ratio(arms):
    times = np.concatenate([one[0] for one in arms])
    events = np.concatenate([one[1] for one in arms])
    group = np.concatenate([np.full(len(one[0]), float(k)) for k, one in enumerate(arms)])
    return float(cox(times, events, group[:, None]).beta[0])


def trials(seed, count, real):
    """Subsamples of real data and simulated trials in turn; without events or a finite ratio, the next."""
    number = found = 0
    while found < count:
        rng = np.random.default_rng([seed, number])
        arms = simulated(rng) if number % 2 else subsample(real[number // 2 % len(real)], rng)
        number += 1
        if all(arm.event.sum() >= 2 for arm in arms):
            truth = log_ratio([(arm.time, arm.event) for arm in arms])
            if abs(truth) < MONOTONE:
                found += 1
                yield arms, truth, rng


def rebuilt(figure, arm, printed, seed):
    """The data sets of one arm; every printed constraint is checked in every one of them."""
    beside = {"at_risk": {str(when): n for when, n in figure.at_risk.items()}} if printed.numbers else {}
    if printed.total:
        beside["events"] = int(arm.event.sum())
    claim = {"id": "os", "clicks": "-", "scale": "fraction", "unit": "month", **beside}
    publication = Publication.model_validate({"study": {"id": "x", "enrolled": arm.n}})
    clicks, marks = Clicks(figure.time, figure.survival), figure.marks if printed.marks else None
    curve = ready(publication, DigitisedCurve.model_validate(claim), clicks, marks)
    found = sets_of(curve, np.random.default_rng(seed))
    for one in found.sets:
        assert one.days.size == arm.n
        assert not printed.total or one.events.sum() == arm.event.sum()
        if printed.numbers:
            assert all(one.at_risk(when * DAYS_A_MONTH) == n for when, n in figure.at_risk.items())
    return [(one.days, one.events) for one in found.sets]


def guyot(figure, arm, printed):
    numbers = figure.at_risk if printed.numbers else {0.0: arm.n}
    total = int(arm.event.sum()) if printed.total else None
    return plain_guyot.rebuild(figure.time, figure.survival, numbers, total)


def evaluate(given, printed, draw, hand):
    """Draw and rebuild every trial of `given`, by our search and by the plain algorithm."""
    errors, exact, plain_errors, plain_exact, held, seconds = [], [], [], [], [], []
    for number, (arms, truth, rng) in enumerate(given):
        axis, every = axis_of(arms)
        figures = [draw(arm, axis, every, hand, rng) for arm in arms]
        begun = time.process_time()
        ours = [rebuilt(figure, arm, printed, number) for figure, arm in zip(figures, arms, strict=True)]
        seconds.append(time.process_time() - begun)
        plain = [guyot(figure, arm, printed) for figure, arm in zip(figures, arms, strict=True)]
        logs = np.array([log_ratio(pair) for pair in zip(*ours, strict=True)])
        low, high = np.quantile(logs, [0.025, 0.975])
        held.append(low <= truth <= high)
        errors.append(abs(logs[0] - truth))
        plain_errors.append(abs(log_ratio(plain) - truth))
        exact += [one[0][1].sum() == arm.event.sum() for one, arm in zip(ours, arms, strict=True)]
        plain_exact += [one[1].sum() == arm.event.sum() for one, arm in zip(plain, arms, strict=True)]
    columns = (errors, exact, plain_errors, plain_exact, held, seconds)
    return Outcome(*(np.array(one) for one in columns))
