"""Two-arm data sets of 20 to 120 subjects, their Kaplan–Meier figures in pixels, and a hand that clicks them.

Everything here is independent of the package: the curve, the figure of 600 × 400 pixels, the printed
numbers at risk, the clicks with their errors. Real data are random subsamples of tests/reference/data.
"""

import csv
import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

DATA = Path(__file__).parents[1] / "reference" / "data"
WIDTH, HEIGHT = 600, 400
DAYS_A_MONTH = 30.4375


@dataclass(frozen=True)
class Arm:
    """Times in months and events of one arm."""

    time: np.ndarray
    event: np.ndarray

    @property
    def n(self):
        return self.time.size

    def at_risk(self, month):
        return int((self.time >= month - 1e-9).sum())


@dataclass(frozen=True)
class Hand:
    """Errors of the clicks in pixels; `riser` and `plateau` are the chances of further clicks there."""

    x: float = 1.0
    y: float = 0.75
    riser: float = 0.15
    plateau: float = 0.4


@dataclass(frozen=True)
class Figure:
    """What is read off one arm: clicks (months, survival), printed numbers at risk, marks."""

    time: np.ndarray
    survival: np.ndarray
    at_risk: dict = field(default_factory=dict)
    marks: np.ndarray = field(default_factory=lambda: np.zeros(0))


def curve(arm):
    """The steps of the Kaplan–Meier curve: months and survival after them, written out plainly."""
    steps, survival = [], 1.0
    for month in sorted(set(arm.time[arm.event == 1].tolist())):
        at_risk = (arm.time >= month).sum()
        events = ((arm.time == month) & (arm.event == 1)).sum()
        survival *= 1 - events / at_risk
        steps.append((month, survival))
    return steps


def axis_of(arms):
    """The end of the time axis and the distance of the printed numbers at risk, in months."""
    longest = max(float(arm.time.max()) for arm in arms)
    every = next(gap for gap in (1, 2, 3, 6, 12, 24) if longest / gap <= 10)
    return every * math.ceil(longest / every), every


def clicked(arm, axis, every, hand, rng):
    """Clicks on the corners of every step that the figure shows apart, with some on risers and plateaus."""
    points, height, shown = [(0.0, 1.0)], 1.0, []
    for month, survival in curve(arm):
        column = round(month / axis * WIDTH)
        if shown and shown[-1][0] == column:
            shown[-1] = (column, month, survival)  # one riser for all events of a pixel
        else:
            shown.append((column, month, survival))
    for _column, month, survival in shown:
        if month / axis * WIDTH - points[-1][0] / axis * WIDTH > 0.03 * WIDTH and rng.random() < hand.plateau:
            points.append(((points[-1][0] + month) / 2, height))
        points.append((month, height))
        if height - survival > 0.02 and rng.random() < hand.riser:
            points.append((month, height - (height - survival) * rng.uniform(0.25, 0.75)))
        points.append((month, survival))
        height = survival
    points.append((float(arm.time.max()), height))
    return _figure(np.array(points), arm, axis, every, hand, rng)


def traced(arm, axis, every, hand, rng):
    """A program follows the line: a point for each pixel column, with the whole of the last riser."""
    steps = curve(arm)
    months = np.array([0.0, *(month for month, _ in steps)])
    heights = np.array([1.0, *(survival for _, survival in steps)])
    columns = np.arange(int(arm.time.max() / axis * WIDTH) + 1)
    at = columns / WIDTH * axis
    points = np.stack([at, heights[np.searchsorted(months, at, side="right") - 1]], axis=1)
    end = np.array([[float(arm.time.max()), heights[-1]]])
    still = Hand(x=0.0, y=hand.y / 2)
    return _figure(np.concatenate([points, end]), arm, axis, every, still, rng)


def _figure(points, arm, axis, every, hand, rng):
    n = len(points)
    x = np.round(points[:, 0] / axis * WIDTH + rng.normal(0, hand.x, n))
    y = np.round(points[:, 1] * HEIGHT + rng.normal(0, hand.y, n))
    at_risk = {float(month): arm.at_risk(month) for month in np.arange(0, axis + 1e-9, every)}
    marks = np.round(arm.time[arm.event == 0] / axis * WIDTH + rng.normal(0, hand.x, (arm.event == 0).sum()))
    end = x.max() / WIDTH * axis
    marks = np.clip(np.unique(marks) / WIDTH * axis, 0.0, end)
    return Figure(np.maximum(x / WIDTH * axis, 0.0), y / HEIGHT, at_risk, marks)


def simulated(rng):
    """Weibull survival under a hazard ratio, with staggered entry, loss to follow-up or both; whole days."""
    n = int(rng.integers(20, 121))
    arm = rng.permutation(np.arange(n) % 2)
    shape, scale = rng.choice([0.8, 1.0, 1.4]), rng.uniform(4, 14)
    survival = scale * rng.weibull(shape, n) * np.exp(-rng.normal(0, 0.35) * arm / shape)
    staggered, lost = rng.uniform(rng.uniform(3, 8), rng.uniform(18, 30), n), rng.exponential(25, n)
    leaves = [staggered, np.minimum(lost, 24.0), np.minimum(staggered, lost)][int(rng.integers(3))]
    survival, leaves = (np.ceil(one * DAYS_A_MONTH) / DAYS_A_MONTH for one in (survival, leaves))
    time, event = np.minimum(survival, leaves), (survival <= leaves).astype(int)
    return [Arm(time[arm == k], event[arm == k]) for k in (0, 1)]


def subsample(name, rng):
    """20 to 120 subjects of two groups of a real data set."""
    with (DATA / f"{name}.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    labels = sorted({row["group"] for row in rows})
    chosen = [labels[i] for i in sorted(rng.choice(len(labels), 2, replace=False))]
    each = int(rng.integers(10, 61))
    arms = []
    for label in chosen:
        own = [row for row in rows if row["group"] == label]
        taken = [own[i] for i in rng.choice(len(own), min(each, len(own)), replace=False)]
        days = np.array([float(row["time"]) for row in taken])
        arms.append(
            Arm(np.maximum(days, 1) / DAYS_A_MONTH, np.array([int(float(row["event"])) for row in taken]))
        )
    return arms
