"""The eight assessed subjects of the pharmaverse oncology pilot, as R's admiralonco derived them.

Typed in from adrs_onco of pharmaverseadam (Apache-2.0): responses of the investigator by day after
randomisation, then BOR, CBOR, RSP, CRSP, CB, CCB and PD with the day of each (None: N or no date).
"""

import pytest

PILOT = {
    "01-701-1015": ("SD NE CR", (21, 57, 63), ("CR", 63), ("SD", 63), 63, None, 63, 63, None),
    "01-701-1028": ("SD PD SD", (21, 42, 63), ("PD", 42), ("PD", 42), None, None, None, None, 42),
    "01-701-1034": (
        "NON-CR/NON-PD NON-CR/NON-PD",
        (21, 42),
        ("NON-CR/NON-PD", 42),
        ("NON-CR/NON-PD", 42),
        *(None, None, 42, 42, None),
    ),
    "01-701-1097": ("NON-CR/NON-PD", (21,), ("NE", 21), ("NE", 21), None, None, None, None, None),
    "01-701-1115": ("SD PR CR", (21, 42, 63), ("CR", 63), ("SD", 42), 42, None, 42, 42, None),
    "01-701-1118": ("SD PR NE PR", (21, 42, 63, 84), ("PR", 42), ("PR", 42), 42, 42, 42, 42, None),
    "01-701-1130": ("SD SD PD", (21, 42, 63), ("SD", 42), ("SD", 42), None, None, 42, 42, 63),
    "01-701-1133": ("PR CR PD", (21, 42, 63), ("CR", 42), ("SD", 42), 21, None, 21, 42, 63),
}


@pytest.mark.parametrize("subject", PILOT)
def test_best_responses_and_dates_equal_admiralonco(recorded, subject):
    text, days, bor, cbor, *dates = PILOT[subject]
    best = recorded(text, days=days)
    day = dict(enumerate(days))
    assert (best.bor[0], day[best.bor[1]]) == bor
    assert (best.cbor[0], day[best.cbor[1]]) == cbor
    assert [day.get(visit) for visit in (best.rsp, best.crsp, best.cb, best.ccb, best.pd)] == dates
