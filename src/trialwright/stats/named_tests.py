"""Tests of two survival curves as a person names them: logrank, fh:0:1, maxcombo, rmst."""

from __future__ import annotations

from dataclasses import dataclass

from trialwright.errors import ArgumentError
from trialwright.stats.logrank import UNWEIGHTED, FlemingHarrington, fleming_harrington
from trialwright.stats.maxcombo import check_combination

LOG_RANK, WEIGHTED, COMBINED, MEANS = "logrank", "fh:", "maxcombo", "rmst"


@dataclass(frozen=True, slots=True)
class Weighted:
    """A log-rank test with one weight."""

    weight: FlemingHarrington = UNWEIGHTED

    @property
    def name(self) -> str:
        """As it is asked for."""
        plain = self.weight == UNWEIGHTED
        return LOG_RANK if plain else f"{WEIGHTED}{self.weight.rho:g}:{self.weight.gamma:g}"

    @property
    def label(self) -> str:
        """As it is printed."""
        if self.weight == UNWEIGHTED:
            return "Log-rank"
        return f"Fleming–Harrington({self.weight.rho:g}, {self.weight.gamma:g})"


@dataclass(frozen=True, slots=True)
class Combined:
    """The largest of several weighted log-rank tests."""

    weights: tuple[FlemingHarrington, ...]

    @property
    def name(self) -> str:
        """As it is asked for."""
        return COMBINED

    @property
    def label(self) -> str:
        """As it is printed."""
        each = ", ".join(f"({one.rho:g}, {one.gamma:g})" for one in self.weights)
        return f"MaxCombo {each}"


@dataclass(frozen=True, slots=True)
class Means:
    """The difference of mean times restricted to `tau`."""

    tau: float

    @property
    def name(self) -> str:
        """As it is asked for."""
        return MEANS

    @property
    def label(self) -> str:
        """As it is printed."""
        return f"Restricted means to {self.tau:g}"


NamedTest = Weighted | Combined | Means


def _weight(text: str, option: str) -> FlemingHarrington:
    parts = text.split(":")
    try:
        rho, gamma = (float(part) for part in parts)
    except ValueError as error:
        raise ArgumentError.at(
            option, repr(text), expected="the exponents rho and gamma of a weight, like 0:1"
        ) from error
    return fleming_harrington(rho, gamma)


def read_combination(text: str, option: str) -> tuple[FlemingHarrington, ...]:
    """The weights of MaxCombo: `0:0,0:1,1:0,1:1`.

    Raises:
        ArgumentError: a part that is no pair of exponents; fewer than two, more than four, or one twice.
    """
    return check_combination(tuple(_weight(part.strip(), option) for part in text.split(",") if part.strip()))


def read_tests(
    text: str, combination: tuple[FlemingHarrington, ...], tau: float | None, option: str
) -> tuple[NamedTest, ...]:
    """The tests named in a list separated by commas.

    Raises:
        ArgumentError: no name, a name that is none of them, or twice; restricted means without `tau`.
    """
    found: list[NamedTest] = []
    for name in (part.strip().lower() for part in text.split(",") if part.strip()):
        if name == LOG_RANK:
            found.append(Weighted())
        elif name.startswith(WEIGHTED):
            found.append(Weighted(_weight(name.removeprefix(WEIGHTED), option)))
        elif name == COMBINED:
            found.append(Combined(combination))
        elif name == MEANS:
            if tau is None:
                raise ArgumentError.at(
                    option, "rmst without a time", expected="--tau, the time to restrict to"
                )
            found.append(Means(tau))
        else:
            raise ArgumentError.at(
                option, repr(name), expected="logrank, fh:RHO:GAMMA, maxcombo or rmst", remedy="like fh:0:1"
            )
    if not found or len({test.name for test in found}) < len(found):
        raise ArgumentError.at(option, repr(text), expected="one test or more, each once")
    return tuple(found)
