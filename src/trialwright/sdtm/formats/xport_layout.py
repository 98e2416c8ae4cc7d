"""The layout of SAS transport files, versions 5 and 8: records of 80 bytes.

Source: SAS TS-140, "Record Layout of a SAS Version 5 or 6 Data Set in SAS Transport (XPORT) Format",
and "Record Layout of a SAS Version 8 or 9 Data Set in SAS Transport Format".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

RECORD = 80
LONGEST_NAME = 8
LONGEST_LABEL = 40
LONGEST_TEXT = 200
MARK = 48
"""A header record is told by its first 48 bytes; its numbers follow."""

NAMESTR = struct.Struct(">hhhh8s40s8shhh2s8shhi52s")
"""One variable: kind, length and position are what a reader needs."""

NUMERIC, CHARACTER = 1, 2
ZEROS = "0" * 30


@dataclass(frozen=True, slots=True)
class Headers:
    """The words of one version's header records."""

    version: int
    library: str
    member: str
    descriptor: str
    namestr: str
    observations: str


VERSION_5 = Headers(5, "LIBRARY", "MEMBER", "DSCRPTR", "NAMESTR", "OBS")
VERSION_8 = Headers(8, "LIBV8", "MEMBV8", "DSCPTV8", "NAMSTV8", "OBSV8")


def header(kind: str, numbers: str = ZEROS) -> bytes:
    """One header record."""
    return f"HEADER RECORD*******{kind:<8}HEADER RECORD!!!!!!!{numbers}  ".encode()


def mark(kind: str) -> bytes:
    """The beginning that tells a header record."""
    return header(kind)[:MARK]
