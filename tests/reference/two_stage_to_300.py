"""Freezes the two-stage designs for 0.4 against 0.5 with up to 300 subjects: every plan, by scipy.binom.

python tests/reference/two_stage_to_300.py > tests/reference/two_stage_to_300.json    (a minute)

Left out is only what cannot count: an r with which even one stage has too little power, and, once the
smallest size is known, first stages above the best mean size.
"""

import json
import sys

import numpy as np
import scipy
from scipy.stats import binom

P0, P1, ALPHA, BETA, N_MAX = 0.4, 0.5, 0.05, 0.2, 300


def plans(n, n1):
    """For each r1 the smallest r that keeps alpha, where the plan has the power too."""
    most = int(np.searchsorted(-binom.sf(np.arange(n), n, P1), -(1 - BETA), side="right"))
    x, r = np.arange(n1 + 1), np.arange(most)
    early = binom.cdf(x, n1, P1)
    last = int(np.searchsorted(early, BETA, side="right"))  # r1 below this stop a good drug seldom enough
    if last == 0:
        return
    late = [binom.sf(np.arange(-n1, n), n - n1, p) for p in (P0, P1)]
    index = r[None, :] - x[:, None] + n1
    both = [binom.pmf(x, n1, p)[:, None] * tail[index] for p, tail in zip((P0, P1), late, strict=True)]
    error, power = (np.cumsum(part[::-1], axis=0)[::-1] for part in both)
    for r1 in range(min(last, n1, most)):
        first = r1 + int(np.argmax(error[r1 + 1, r1:] <= ALPHA))
        if error[r1 + 1, first] <= ALPHA and power[r1 + 1, first] >= 1 - BETA:
            mean = n1 + (n - n1) * binom.sf(r1, n1, P0)
            yield [r1, n1, first, n, float(mean)]


optimal = minimax = None
for n in range(2, N_MAX + 1):
    below = n if minimax is None or minimax[3] == n else min(n, int(optimal[4]) + 1)
    for n1 in range(1, below):
        for plan in plans(n, n1):
            if optimal is None or plan[4] < optimal[4]:
                optimal = plan
            if minimax is None or (plan[3] == minimax[3] and plan[4] < minimax[4]):
                minimax = plan
json.dump({"scipy": scipy.__version__, "optimal": optimal, "minimax": minimax}, sys.stdout, indent=1)
