"""Strata and covariates of a comparison: from the names in the study file to arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trialwright.errors import StudyFileError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trialwright.analyse.context import Context

NOT_RECORDED = "(not recorded)"
_ALIASES = {"SITE": "SITEID", "CENTRE": "SITEID", "CENTER": "SITEID"}


def column_of(context: Context, name: str) -> str:
    """Find the column of adsl that a factor names: a baseline variable, or a column in any case.

    Raises:
        StudyFileError: adsl holds no such column.
    """
    columns = context.adam.adsl.columns
    upper = name.upper().replace(" ", "")
    for candidate in (f"BL_{name}", upper, _ALIASES.get(upper, upper)):
        if candidate in columns:
            return candidate
    known = ", ".join(variable.name for variable in context.study.baseline) or "none is declared"
    raise StudyFileError.at(
        "comparison",
        f"the factor {name!r} is neither a baseline variable nor a column of adsl",
        expected=f"one of the baseline variables ({known})",
        remedy=f"declare {name!r} under `baseline`",
    )


def strata_of(context: Context, names: Sequence[str], subjects: Sequence[str]) -> NDArray[np.int64]:
    """Number the combinations of the factors; what is not recorded is a category of its own."""
    columns = [column_of(context, name) for name in names]
    wanted = pl.DataFrame({"USUBJID": list(subjects)}, schema={"USUBJID": pl.String})
    adsl = context.adam.adsl.select("USUBJID", *(pl.col(c).cast(pl.String).alias(c) for c in columns))
    rows = wanted.join(adsl, on="USUBJID", how="left", maintain_order="left").select(columns)
    labels = [tuple(NOT_RECORDED if part is None else part for part in row) for row in rows.iter_rows()]
    number = {label: place for place, label in enumerate(sorted(set(labels)))}
    return np.array([number[label] for label in labels], dtype=np.int64)


def strata_words(strata: NDArray[np.int64]) -> str:
    """Say how many strata there are.

    >>> strata_words(np.array([0, 1, 1]))
    '2 strata'
    """
    number = np.unique(strata).size
    return f"{number} stratum" if number == 1 else f"{number} strata"


def design_of(
    context: Context, names: Sequence[str], subjects: Sequence[str]
) -> tuple[NDArray[np.float64], list[str], NDArray[np.bool_]]:
    """Code covariates as columns: numbers as they are, categories against their first one.

    Returns the columns, their names, and which subjects have every covariate.
    """
    wanted = pl.DataFrame({"USUBJID": list(subjects)}, schema={"USUBJID": pl.String})
    parts: list[NDArray[np.float64]] = []
    terms: list[str] = []
    complete = np.ones(len(subjects), dtype=np.bool_)
    for name in names:
        column = column_of(context, name)
        values = wanted.join(
            context.adam.adsl.select("USUBJID", pl.col(column).alias("VALUE")),
            on="USUBJID",
            how="left",
            maintain_order="left",
        )["VALUE"]
        complete &= values.is_not_null().to_numpy()
        if values.dtype.is_numeric():
            parts.append(values.cast(pl.Float64).fill_null(0.0).to_numpy())
            terms.append(name)
            continue
        for category in _categories(context, name, values)[1:]:
            parts.append(
                (values.cast(pl.String) == category).fill_null(value=False).cast(pl.Float64).to_numpy()
            )
            terms.append(f"{name}: {category}")
    columns = np.column_stack(parts) if parts else np.empty((len(subjects), 0))
    return columns, terms, complete


def _categories(context: Context, name: str, values: pl.Series) -> list[str]:
    """The categories that occur, in the declared order, then by the alphabet."""
    present = set(values.drop_nulls().cast(pl.String))
    declared = next((list(v.levels) for v in context.study.baseline if v.name == name), [])
    return [one for one in declared if one in present] + sorted(present - set(declared))
