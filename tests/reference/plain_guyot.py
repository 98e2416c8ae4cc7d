"""The algorithm of Guyot et al. (2012, BMC Med Res Methodol 12:9), written anew from its description.

It stands beside our search as what readers use today. Within each interval of printed numbers at risk,
censorings are spread evenly, events are the rounded fall of the curve times the number at risk, and the
number censored is corrected until the next number at risk is met. After the last one, censoring goes on at
the mean rate; a printed total of events corrects it.
"""

import numpy as np


def rebuild(time, survival, at_risk, total=None):
    """Times and events from clicks, {time: number at risk} with time 0, and a printed total of events."""
    time, survival = _cleaned(time, survival)
    known = sorted((t, n) for t, n in at_risk.items() if t < time[-1] and n > 0)
    lower = [int(np.searchsorted(time, t, side="left")) for t, _n in known]
    keep = [i for i in range(len(lower)) if i == 0 or lower[i] > lower[i - 1]]
    starts, numbers = [lower[i] for i in keep], [known[i][1] for i in keep]
    state = _State(time, survival, numbers[0])
    rates = []
    for i in range(len(starts) - 1):
        start, stop, wanted = starts[i], starts[i + 1], numbers[i + 1]
        censored = round(state.n[start] * survival[stop] / max(survival[start], 1e-9) - wanted)
        for _ in range(200):
            state.run(start, stop, max(censored, 0))
            off = state.n[stop] - wanted
            if off == 0 or (off < 0 and censored <= 0):
                break
            censored += off
        rates.append(max(censored, 0) / max(time[stop] - time[start], 1e-9))
    start, stop = starts[-1], len(time)
    censored = round(np.mean(rates) * (time[-1] - time[start])) if rates else 0
    censored = min(censored, state.n[start])
    for _ in range(200):
        state.run(start, stop, max(censored, 0))
        found = int(state.d.sum())
        if total is None or found == total or (found < total and censored <= 0):
            break
        censored += found - total
        if censored > state.n[start]:
            break
    return state.subjects()


def _cleaned(time, survival):
    order = np.argsort(time, kind="stable")
    time, survival = np.asarray(time, float)[order], np.minimum.accumulate(np.asarray(survival, float)[order])
    survival = np.clip(survival, 0.0, 1.0)
    if time[0] > 0:
        time, survival = np.append(0.0, time), np.append(1.0, survival)
    survival[0] = 1.0
    return time, survival


class _State:
    def __init__(self, time, survival, n):
        self.time, self.survival = time, survival
        size = len(time)
        self.n = np.zeros(size + 1, int)
        self.n[0] = n
        self.d, self.c = np.zeros(size, int), np.zeros(size, int)
        self.km, self.last = np.ones(size), np.zeros(size + 1, int)

    def run(self, start, stop, censored):
        """Walk over the clicks of one interval with so many censored, spread evenly."""
        end = self.time[stop] if stop < len(self.time) else self.time[-1]
        when = self.time[start] + np.arange(1, censored + 1) * (end - self.time[start]) / (censored + 1)
        edges = np.append(self.time[start:stop], end)
        counts = (
            np.histogram(when, edges)[0]
            if censored and end > self.time[start]
            else np.zeros(stop - start, int)
        )
        last = self.last[start]
        for k in range(start, stop):
            before = self.km[last]
            self.d[k] = 0 if k == 0 or before <= 0 else round(self.n[k] * (1 - self.survival[k] / before))
            self.d[k] = min(max(self.d[k], 0), self.n[k])
            self.km[k] = before * (1 - self.d[k] / self.n[k]) if self.n[k] else before
            if self.d[k]:
                last = k
            self.c[k] = min(counts[k - start], self.n[k] - self.d[k])
            self.n[k + 1] = self.n[k] - self.d[k] - self.c[k]
            self.last[k + 1] = last

    def subjects(self):
        times, events = [], []
        for k in range(len(self.time)):
            times += [self.time[k]] * int(self.d[k])
            events += [1] * int(self.d[k])
            after = self.time[min(k + 1, len(self.time) - 1)]
            times += [(self.time[k] + after) / 2] * int(self.c[k])
            events += [0] * int(self.c[k])
        rest = int(self.n[len(self.time)])
        return np.array(times + [self.time[-1]] * rest), np.array(events + [0] * rest)
