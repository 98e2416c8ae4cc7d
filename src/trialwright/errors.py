"""What can be wrong with the input, as exceptions.

TrialwrightError            anything a person can mend; the command line prints it and exits with 2
├── InputFileError          a file is missing, truncated, foreign or not readable as what it claims to be
├── StudyFileError          study.yaml and its companions: one or several problems, each with its line
├── DataError               SDTM records that cannot be used as they stand
├── ContractError           a frame does not have the columns, types or keys of its contract
├── ConditionError          a condition that cannot be parsed, or names what does not exist
├── UnitError               a unit that is unknown or does not convert
├── DateError               a date that does not exist or is not ISO 8601
└── ArgumentError           a value given on the command line or to a function is outside its range

A message says where, what was found, what was expected and the remedy, in that order.
"""

from __future__ import annotations

from typing import Self


class TrialwrightError(Exception):
    """Anything in the input that a person can mend."""

    @classmethod
    def at(cls, where: str, found: str, *, expected: str = "", remedy: str = "") -> Self:
        """Compose `where: found; expected …. Remedy: …`, leaving out what is empty."""
        message = f"{where}: {found}" if where else found
        if expected:
            message += f"; expected {expected}"
        if remedy:
            message = f"{message.rstrip('.')}. Remedy: {remedy}"
        return cls(message)


class InputFileError(TrialwrightError):
    """A file is missing, truncated, foreign or not what it claims to be."""


class StudyFileError(TrialwrightError):
    """A study file has one or several problems."""


class DataError(TrialwrightError):
    """SDTM records cannot be used as they stand."""


class ContractError(TrialwrightError):
    """A frame does not keep its column contract."""


class ConditionError(TrialwrightError):
    """A condition cannot be parsed, or names what does not exist."""


class UnitError(TrialwrightError):
    """A unit is unknown or does not convert."""


class DateError(TrialwrightError):
    """A date does not exist or is not ISO 8601."""


class ArgumentError(TrialwrightError):
    """An argument is outside its range."""
