"""What the study file says of randomisation; the lists themselves are made in `allocation`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from trialwright.protocol.part import Count, Name, Names, Part, Probability, wrong


class Method(StrEnum):
    """How subjects are allocated to arms."""

    SIMPLE = "simple"
    PERMUTED_BLOCKS = "permuted blocks"
    MINIMISATION = "minimisation"
    NOT_STATED = "not stated"


class Randomisation(Part):
    """Ratio, method, block sizes and strata."""

    ratio: Mapping[Name, Count]
    method: Method
    sizes: tuple[Count, ...] = Field(
        default=(), description="Block sizes, of which one is drawn for each block."
    )
    strata: Names = Field(default=(), description="`site`, or names of baseline variables.")
    biased_coin: Probability | None = Field(
        default=None, description="Minimisation: probability of the arm that balances best."
    )

    @model_validator(mode="after")
    def _method_has_its_options(self) -> Self:
        blocks = self.method is Method.PERMUTED_BLOCKS
        if blocks != bool(self.sizes):
            raise wrong("block `sizes` with permuted blocks, and only there")
        total = sum(self.ratio.values())
        if any(size % total for size in self.sizes):
            raise wrong(f"block sizes that are multiples of {total}, the sum of the ratio")
        if (self.method is Method.MINIMISATION) != (self.biased_coin is not None):
            raise wrong("`biased_coin` with minimisation, and only there")
        if self.method is Method.MINIMISATION and not self.strata:
            raise wrong("`strata` to balance with minimisation")
        return self
