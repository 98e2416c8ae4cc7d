"""Two cohorts under the hierarchical and the EXNEX model, by another way than the package goes.

The mean μ is integrated by hand: given τ, the half sum of both θ is normal with variance s² + τ²/2, and
their difference with variance 2 τ². What is left is integrated over (half sum, difference, τ), with the
panels of the half sum broken where a rate crosses its cut.
"""

from itertools import product

import numpy as np
from scipy import special, stats

TAU_NODES, DIFFERENCE_NODES, PANEL_NODES = 60, 241, 40


def logit(p):
    return np.log(p / (1 - p))


def spread_nodes(density, upper):
    """Gauss–Legendre on τ = upper · v², so that small values are not missed."""
    v, w = np.polynomial.legendre.leggauss(TAU_NODES)
    v, w = 0.5 * (v + 1), 0.5 * w
    tau = upper * v**2
    mass = w * 2 * upper * v * density(tau)
    return tau, mass / mass.sum()


def panels(edges):
    x, w = np.polynomial.legendre.leggauss(PANEL_NODES)
    low, high = edges[:-1], edges[1:]
    half = 0.5 * (high - low)
    return (low + half)[..., None] + half[..., None] * x, half[..., None] * w


def quantities(theta, cohort):
    """1, P(p > cut), p and p² at θ, times the likelihood."""
    n, y, target, cut = cohort
    x = theta + logit(target)
    p = special.expit(x)
    like = special.comb(n, y) * p**y * special.expit(-x) ** (n - y)
    return like, like * (x > logit(cut)), like * p, like * p * p


def alone(cohort, mean, sd):
    """Integrals of one cohort whose θ is normal."""
    _, _, target, cut = cohort
    jump = logit(cut) - logit(target)
    edges = np.unique(np.concatenate([np.linspace(mean - 9 * sd, mean + 9 * sd, 61), [jump]]))
    edges = edges[(edges >= mean - 9 * sd) & (edges <= mean + 9 * sd)]
    theta, weight = panels(edges)
    weight = weight * stats.norm.pdf(theta, mean, sd)
    return np.array([(weight * q).sum() for q in quantities(theta, cohort)])


def apart(cohort, mean, sd, tau, mass):
    """The same with θ of variance sd² + τ², over τ."""
    return sum(m * alone(cohort, mean, np.hypot(sd, t)) for t, m in zip(tau, mass, strict=True))


def together(cohorts, mean, sd, tau, mass):
    """Integrals of both cohorts in one component: [probability, then quantities of each]."""
    jumps = [logit(cut) - logit(target) for _, _, target, cut in cohorts]
    z = np.linspace(-8.5, 8.5, DIFFERENCE_NODES)
    wz = stats.norm.pdf(z) * (z[1] - z[0])
    out = np.zeros(7)
    for t, m in zip(tau, mass, strict=True):
        half = t * z / np.sqrt(2)
        s = np.sqrt(sd**2 + t**2 / 2)
        low, high = mean - 9 * s, mean + 9 * s
        fixed = np.broadcast_to(np.linspace(low, high, 25), (z.size, 25))
        crossing = np.clip(np.stack([jumps[0] - half, jumps[1] + half], axis=1), low, high)
        u, w = panels_of_rows(np.sort(np.concatenate([fixed, crossing], axis=1), axis=1))
        w = w * stats.norm.pdf(u, mean, s) * wz[:, None]
        first = quantities(u + half[:, None], cohorts[0])
        second = quantities(u - half[:, None], cohorts[1])
        terms = [first[0] * second[0]]
        terms += [one * second[0] for one in first[1:]] + [one * first[0] for one in second[1:]]
        out += m * np.array([(w * term).sum() for term in terms])
    return out


def panels_of_rows(edges):
    x, w = np.polynomial.legendre.leggauss(8)
    half = 0.5 * np.diff(edges, axis=1)
    points = (edges[:, :-1] + half)[:, :, None] + half[:, :, None] * x
    return points.reshape(len(edges), -1), (half[:, :, None] * w).reshape(len(edges), -1)


def two_cohorts(cohorts, components, weights, own):
    """Posterior of each cohort: P(p > cut), mean, mean square, then the memberships.

    `cohorts` are (n, y, target, cut); `components` (mean, sd, τ, mass); `weights` by cohort and
    component; `own` (mean, sd) of each cohort, or None where the weights leave no rest.
    """
    joint = [together(cohorts, *one) for one in components]
    single = [[apart(cohort, *one) for one in components] for cohort in cohorts]
    outside = [
        alone(cohort, *prior) if prior else np.zeros(4) for cohort, prior in zip(cohorts, own, strict=True)
    ]
    places = range(len(components) + 1)
    rest = [1 - sum(row) for row in weights]
    total, found = 0.0, np.zeros((2, 3 + len(components)))
    for a, b in product(places, places):
        chance = 1.0
        for place, row, left in zip((a, b), weights, rest, strict=True):
            chance *= row[place] if place < len(components) else left
        if a == b < len(components):
            values = joint[a]
        else:
            one = single[0][a] if a < len(components) else outside[0]
            two = single[1][b] if b < len(components) else outside[1]
            values = np.concatenate([[one[0] * two[0]], one[1:] * two[0], two[1:] * one[0]])
        total += chance * values[0]
        found[0, :3] += chance * values[1:4]
        found[1, :3] += chance * values[4:7]
        for k, place in enumerate((a, b)):
            if place < len(components):
                found[k, 3 + place] += chance * values[0]
    return found / total
