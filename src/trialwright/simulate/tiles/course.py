"""Subjects of a tile up to what ends their history: arm, cut-off, traits, loss, therapy, death."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trialwright.simulate.baseline import shuffle_block
from trialwright.simulate.disease import (
    HALF,
    LEAST_RATIO,
    MOST_RATIO,
    STEP_DAYS,
    days_until,
    first_day_of_scans,
    stop_day,
    therapy_day,
)
from trialwright.simulate.scan_rules import NEVER
from trialwright.simulate.streams import BASELINE, EVENTS, TRAITS
from trialwright.simulate.streams import THERAPY as THERAPY_STREAM
from trialwright.simulate.tiles.scratch import (
    ARM,
    CUTOFF,
    DEATH,
    DEATH_BASE,
    DEATH_LEFT,
    DEATH_RATE,
    DRAWN_0,
    DRAWN_1,
    DRAWN_2,
    DRAWN_3,
    DYING,
    DYING_STEP,
    ECOG,
    END,
    FRAILTY,
    GROWING,
    GROWING_STEP,
    GROWTH,
    HAZARD_ROWS,
    LAST,
    LIMIT,
    LISTED,
    LOGIT,
    LOST,
    NEW_BASE,
    NEW_LEFT,
    NEW_LESION,
    NEW_RATE,
    OF_0,
    OF_1,
    OF_2,
    POWER,
    PRIMARY,
    PRIOR,
    PROGRESSED,
    SCANS_MADE,
    SHRINK,
    SURGERY,
    THERAPY,
    Scratch,
    Setting,
    draw_for_all,
)
from trialwright.stats.kernel import kernel
from trialwright.stats.lane_draws import WORD_0, WORD_1, WORD_2, WORD_3, normal_pair, uniform
from trialwright.stats.lane_math import exp_of, log_of, minus_log_uniform

if TYPE_CHECKING:
    from trialwright.simulate.parameters import BaselineParameters, DiseaseParameters, Floats, Ints

FIRST_HAZARD_ROW, PAST_HAZARD_ROWS, ROW_STEP = HAZARD_ROWS.start, HAZARD_ROWS.stop, HAZARD_ROWS.step
NO_BLOCK = -1


@kernel
def take_seats(s: Scratch, block: Ints, first: int, n: int, size: int, seed: int) -> None:
    """Seat the subjects first … first + n − 1, counted through all trials, and fill their arms."""
    whole, trials, subjects = s.whole, s.trial, s.subject
    trial, subject = first // size, first % size
    order, wide, held = block.copy(), len(block), NO_BLOCK
    for i in range(n):
        trials[i], subjects[i] = np.uint64(trial), np.uint64(subject)
        whole[PROGRESSED + i], whole[LAST + i], whole[SCANS_MADE + i] = NEVER, -1, 0
        number = subject // wide
        if number != held:
            shuffle_block(block, seed, trial, number, order)
            held = number
        whole[ARM + i] = order[subject - number * wide]
        subject += 1
        if subject == size:
            trial, subject, held = trial + 1, 0, NO_BLOCK


@kernel
def enrol(p: BaselineParameters, s: Scratch, n: int, horizon: int) -> None:
    """Fill cut-off, performance status and history, as far as the assumptions make use of it."""
    whole, real, words = s.whole, s.real, s.words
    draw_for_all(s, n, BASELINE, 0)
    for i in range(n):
        whole[CUTOFF + i] = horizon - int(uniform(words[WORD_1 + i]) * p.accrual_days)
        real[PRIMARY + i] = uniform(words[WORD_2 + i])
        whole[ECOG + i] = 1 if uniform(words[WORD_3 + i]) < p.ecog_one else 0
        whole[PRIOR + i] = whole[SURGERY + i] = 0
    if p.prior_therapy > 0.0 or p.prior_surgery > 0.0:
        draw_for_all(s, n, BASELINE, 3)
        for i in range(n):
            whole[PRIOR + i] = 1 if uniform(words[WORD_0 + i]) < p.prior_therapy else 0
            whole[SURGERY + i] = 1 if uniform(words[WORD_1 + i]) < p.prior_surgery else 0


@kernel
def draw_ends(s: Scratch, n: int) -> None:
    """Draw what decides on death, new lesions, loss, stopping and therapy."""
    real, words = s.real, s.words
    draw_for_all(s, n, EVENTS, 0)
    for i in range(n):
        real[DEATH_LEFT + i] = minus_log_uniform(words[WORD_0 + i])
        real[NEW_LEFT + i] = minus_log_uniform(words[WORD_1 + i])
        real[DRAWN_0 + i] = minus_log_uniform(words[WORD_2 + i])
    draw_for_all(s, n, EVENTS, 1)
    for i in range(n):
        real[DRAWN_1 + i] = minus_log_uniform(words[WORD_0 + i])
        real[OF_0 + i] = uniform(words[WORD_2 + i])
        real[OF_1 + i] = uniform(words[WORD_3 + i])
    draw_for_all(s, n, THERAPY_STREAM, 0)
    for i in range(n):
        real[OF_2 + i] = uniform(words[WORD_0 + i])
        real[DRAWN_2 + i] = minus_log_uniform(words[WORD_1 + i])


@kernel
def set_ends(setting: Setting, s: Scratch, n: int) -> None:
    """Fill loss, therapy, the first day without scans (but for death) and the last day that matters."""
    p, whole, real = setting.disease, s.whole, s.real
    rates, no_first_scan, first = p.stop, p.no_first_scan, first_day_of_scans(p)
    loss, share, wait = p.lost, p.therapy_after_stop, p.therapy_wait
    for i in range(n):
        arm, cutoff = whole[ARM + i], whole[CUTOFF + i]
        lost = days_until(loss, real[DRAWN_0 + i])
        early = real[OF_0 + i] < no_first_scan[arm]
        stop = stop_day(rates[arm], real[DRAWN_1 + i], early, real[OF_1 + i], first)
        therapy = therapy_day(stop, real[OF_2 + i], share, real[DRAWN_2 + i], wait)
        last = min(cutoff, lost)
        whole[LOST + i], whole[THERAPY + i] = lost, therapy
        whole[LIMIT + i] = min(last, therapy) if setting.rules.therapy_censors else last
        whole[END + i] = min(cutoff + 1, lost, stop if early else therapy)


@kernel
def draw_traits(p: DiseaseParameters, s: Scratch, n: int) -> None:
    """Fill the traits of the disease and the multiplier of the hazard of death."""
    whole, real, words = s.whole, s.real, s.words
    logits, shrinks, growths = p.sensitive_logit, p.shrink, p.growth
    draw_for_all(s, n, TRAITS, 0)
    for i in range(n):
        real[DRAWN_0 + i], real[DRAWN_1 + i] = normal_pair(words[WORD_0 + i], words[WORD_1 + i])
    for i in range(n):
        real[DRAWN_2 + i], real[DRAWN_3 + i] = normal_pair(words[WORD_2 + i], words[WORD_3 + i])
    for i in range(n):
        arm, prior = whole[ARM + i], float(whole[PRIOR + i])
        real[LOGIT + i] = logits[arm] + prior * p.prior_sensitive_logit
        real[SHRINK + i], real[GROWTH + i] = shrinks[arm], growths[arm]
        real[FRAILTY + i] = prior * p.prior_death + whole[ECOG + i] * p.ecog_death
    for i in range(n):
        real[LOGIT + i] += p.sensitive_sd * real[DRAWN_0 + i]
        real[SHRINK + i] *= exp_of(p.shrink_log_sd * real[DRAWN_1 + i])
        real[GROWTH + i] *= exp_of(p.growth_log_sd * real[DRAWN_2 + i])
        real[FRAILTY + i] = exp_of(real[FRAILTY + i] + p.growth_death * real[DRAWN_2 + i])


@kernel
def start_hazards(p: DiseaseParameters, s: Scratch, n: int) -> None:
    """List everybody with the two parts of the tumour in the middle of the first step of the hazards."""
    whole, real, middle = s.whole, s.real, HALF * STEP_DAYS
    deaths, powers, news = p.death, p.death_size_power, p.new_lesion
    for i in range(n):
        sensitive = 1.0 / (1.0 + exp_of(-real[LOGIT + i]))
        real[DYING + i] = sensitive * exp_of(-real[SHRINK + i] * middle)
        real[DYING_STEP + i] = exp_of(-real[SHRINK + i] * STEP_DAYS)
        real[GROWING + i] = (1.0 - sensitive) * exp_of(real[GROWTH + i] * middle)
        real[GROWING_STEP + i] = exp_of(real[GROWTH + i] * STEP_DAYS)
    for i in range(n):
        arm = whole[ARM + i]
        real[DEATH_BASE + i] = deaths[arm] * real[FRAILTY + i]
        real[POWER + i], real[NEW_BASE + i] = powers[arm], news[arm]
        whole[DEATH + i] = whole[NEW_LESION + i] = NEVER
        whole[LISTED + i] = i


@kernel
def hazard_step(real: Floats, n: int) -> None:
    """Take one step's hazards from what is left, and let both parts of the tumour go on by a step."""
    for i in range(n):
        ratio = min(max(real[DYING + i] + real[GROWING + i], LEAST_RATIO), MOST_RATIO)
        death = real[DEATH_BASE + i] * exp_of(real[POWER + i] * log_of(ratio))
        new = real[NEW_BASE + i] * ratio
        real[DYING + i] *= real[DYING_STEP + i]
        real[GROWING + i] *= real[GROWING_STEP + i]
        real[DEATH_RATE + i], real[NEW_RATE + i] = death, new
        real[DEATH_LEFT + i] -= death * STEP_DAYS
        real[NEW_LEFT + i] -= new * STEP_DAYS


@kernel
def follow_hazards(s: Scratch, n: int) -> None:
    """Find the days of death and of the first new lesion, up to the last day that matters."""
    whole, real = s.whole, s.real
    start = 0
    while n > 0:
        hazard_step(real, n)
        i = 0
        while i < n:
            seat = whole[LISTED + i]
            if real[NEW_LEFT + i] <= 0.0:
                left = real[NEW_LEFT + i] + real[NEW_RATE + i] * STEP_DAYS
                whole[NEW_LESION + seat] = start + int(left / real[NEW_RATE + i])
                real[NEW_LEFT + i] = np.inf
            dead = real[DEATH_LEFT + i] <= 0.0
            if dead:
                left = real[DEATH_LEFT + i] + real[DEATH_RATE + i] * STEP_DAYS
                whole[DEATH + seat] = start + 1 + int(left / real[DEATH_RATE + i])
            if not dead and start + STEP_DAYS <= whole[LIMIT + seat]:
                i += 1
                continue
            n -= 1
            whole[LISTED + i] = whole[LISTED + n]
            for row in range(FIRST_HAZARD_ROW, PAST_HAZARD_ROWS, ROW_STEP):
                real[row + i] = real[row + n]
        start += STEP_DAYS
