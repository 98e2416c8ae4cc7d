"""One subject, one PFS and one OS."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.claims.reconstruct.curves.pair import pair
from trialwright.claims.reconstruct.curves.place import Subjects


def subjects(*pairs):
    ordered = sorted(pairs, key=lambda one: (one[0], 1 - one[1]))
    return Subjects(np.array([one[0] for one in ordered]), np.array([one[1] for one in ordered]))


def test_who_is_free_of_progression_is_alive():
    early, late = subjects((10, 1), (20, 1), (50, 0)), subjects((30, 1), (40, 1), (60, 0))
    found = pair(early, late)
    assert found.early.days.tolist() == [10, 20, 50]
    assert found.early.events.tolist() == [1, 1, 0]
    assert (found.moved, found.died_censored) == (0, 0)


def test_a_censored_pfs_goes_to_the_survivor_even_where_it_is_shortest():
    found = pair(subjects((5, 0), (20, 1)), subjects((30, 1), (40, 0)))
    assert found.early.days.tolist() == [20, 5]  # the one who died progressed


def test_pfs_beyond_os_is_cut_and_told():
    found = pair(subjects((12, 1), (30, 0)), subjects((10, 1), (31, 0)))
    assert (found.moved, found.days) == (1, 2)
    assert found.early.days.tolist() == [10, 30]


def test_more_deaths_than_events_of_pfs_are_told():
    assert (
        pair(subjects((10, 0), (20, 0)), subjects((10, 1), (20, 0))).died_censored == 0
    )  # death is an event
    assert pair(subjects((10, 0), (20, 0)), subjects((15, 1), (20, 0))).died_censored == 1


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 90), st.integers(0, 60), st.booleans(), st.booleans()),
        min_size=1,
        max_size=20,
    )
)
def test_curves_of_real_subjects_are_always_paired(courses):
    """Any subjects with PFS not longer than OS and deaths as events: their two curves can be paired again."""
    early, late = [], []
    for free, more, failed, died in courses:
        late.append((free + more, int(died)))
        early.append((free, int(failed or died)))
    found = pair(subjects(*early), subjects(*late))
    assert (found.moved, found.died_censored) == (0, 0)
    assert sorted(found.early.days.tolist()) == sorted(one[0] for one in early)
    assert found.early.events.sum() == sum(one[1] for one in early)
