"""The streams of random numbers: one a purpose, so that a change to one leaves the others alone.

The numbers are part of every simulated result: never renumber, only add.
"""

from __future__ import annotations

BASELINE = 1
ALLOCATION = 2
TRAITS = 3
LESIONS = 4
EVENTS = 5
SCANS = 6
READER = 7
TREATMENT = 8
LABORATORY = 9
ADVERSE_EVENTS = 10
MARKERS = 11
THERAPY = 12
