"""The variables by which subjects are described at baseline."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Self

from pydantic import Field, field_validator, model_validator

from trialwright.errors import ConditionError
from trialwright.protocol import condition
from trialwright.protocol.part import Identifier, Name, Names, Part, Text, When, wrong


class Kind(StrEnum):
    """How a variable is summarised."""

    CONTINUOUS = "continuous"
    CATEGORICAL = "categorical"


class BaselineVariable(Part):
    """A baseline variable: read from a field, or a category given by the first condition that is met.

    `name` becomes the column BL_<name> of adsl.
    """

    name: Identifier
    label: Text
    kind: Kind
    source: Text | None = Field(default=None, description="A field, such as DM.AGE or LB.CA199 at baseline.")
    categories: Mapping[Name, When] | None = Field(
        default=None, description="Category → condition; the first that is met gives the category."
    )
    order: Names = Field(default=(), description="Categories in the order of the table.")
    labels: Mapping[Name, Text] = Field(default={}, description="Recorded value → what the table prints.")
    unit: Text | None = Field(default=None, description="The unit to show; results are converted to it.")

    @field_validator("source")
    @classmethod
    def _is_field(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                condition.parse_field(value)
            except ConditionError as error:
                raise wrong(f"a field such as DM.AGE ({error})") from error
        return value

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.source is None) == (self.categories is None):
            raise wrong("either `source` or `categories`")
        if self.categories is not None and self.kind is not Kind.CATEGORICAL:
            raise wrong("kind categorical where `categories` are given")
        if self.kind is Kind.CONTINUOUS and (self.order or self.labels):
            raise wrong("`order` and `labels` only for a categorical variable")
        return self

    @property
    def field(self) -> condition.Field | None:
        """The parsed source."""
        return None if self.source is None else condition.parse_field(self.source)

    @property
    def levels(self) -> tuple[str, ...]:
        """The categories in the order of the table, as far as the study names them."""
        return self.order or tuple(self.categories or {})
