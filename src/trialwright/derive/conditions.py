"""Conditions of the study file on data: met, not met or unknown for every subject, with the reason.

What is not there is read by the kind of its domain. In events and interventions (MH, AE, CM, PR) a subject
without such a record does not meet the condition where the domain was supplied, and is unknown where it was
not. In DM and in findings (LB, VS) a missing value is unknown. A value in a unit that does not convert is
unknown: nothing is guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.derive.comparisons import age_in_years, judged
from trialwright.derive.facts_context import Context
from trialwright.derive.field_records import occurred, records_of
from trialwright.derive.result_units import factor_between
from trialwright.derive.subject_facts import fact, prior
from trialwright.derive.verdicts import (
    MET,
    NOT_MET,
    UNKNOWN,
    Truth,
    all_of,
    any_of,
    any_record,
    negated,
    told,
    uniform,
)
from trialwright.errors import ConditionError, UnitError
from trialwright.protocol.baseline import Kind
from trialwright.protocol.condition import (
    And,
    Compare,
    Condition,
    Exists,
    FactHolds,
    Member,
    Node,
    Not,
    Or,
    Prior,
)
from trialwright.protocol.condition_words import DomainKind

if TYPE_CHECKING:
    from trialwright.protocol.baseline import BaselineVariable
    from trialwright.protocol.study import Study
    from trialwright.sdtm.study_data import StudyData

_OCCURRING = frozenset({DomainKind.EVENTS, DomainKind.INTERVENTIONS})


def evaluate(
    condition: Condition, data: StudyData, adsl: pl.DataFrame | None = None, *, study: Study | None = None
) -> pl.DataFrame:
    """Judge a condition for every subject of ADSL, else of DM.

    Args:
        condition: What to judge.
        data: The study's SDTM.
        adsl: ADSL as far as it is derived; its dates decide facts such as `treated`.
        study: Needed where the condition names analysis sets, or visits by the names of the study.

    Returns:
        USUBJID, RESULT (MET, NOT MET or UNKNOWN) and BECAUSE, in the order of the subjects.

    Raises:
        ConditionError: an analysis set is named and the study does not have it, or sets refer in a circle.
    """
    return told(_judge(condition.root, Context(data, adsl, study), ()))


def _judge(node: Node, context: Context, inside: tuple[str, ...]) -> pl.DataFrame:
    match node:
        case And(parts):
            return all_of([_judge(part, context, inside) for part in parts])
        case Or(parts):
            return any_of([_judge(part, context, inside) for part in parts])
        case Not(part):
            return negated(_judge(part, context, inside))
        case Member(name):
            return _judge(_root_of(name, context, inside), context, (*inside, name))
        case FactHolds(which, phase):
            return fact(context, which, phase)
        case Prior(treatments):
            return prior(context, treatments)
        case Exists(domain):
            return _exists(context, domain)
        case Compare():
            return _compare(context, node)


def _root_of(name: str, context: Context, inside: tuple[str, ...]) -> Node:
    sets = context.study.analysis_sets if context.study is not None else {}
    if name not in sets:
        raise ConditionError.at(
            "", f"'{name}' is not an analysis set", expected=f"one of {', '.join(sets) or 'none'}"
        )
    if name in inside:
        raise ConditionError.at("", f"the analysis set '{name}' refers to itself")
    return sets[name].condition.root


def _exists(context: Context, domain: str) -> pl.DataFrame:
    if domain not in context.data.domains:
        return uniform(context.subjects, Truth.UNKNOWN, f"{domain} was not supplied")
    frame = occurred(context.data.domain(domain), domain)
    found = frame.select(
        "USUBJID", TRUTH=pl.lit(int(Truth.MET), dtype=pl.Int8), BECAUSE=pl.lit(f"has a record in {domain}")
    )
    return any_record(context.subjects, found, Truth.NOT_MET, f"no record in {domain}")


def _compare(context: Context, comparison: Compare) -> pl.DataFrame:
    field = comparison.field
    if field.domain not in context.data.domains and field.domain != "ADSL":
        return uniform(context.subjects, Truth.UNKNOWN, f"{field.domain} was not supplied")
    records = records_of(field, context.data, context.adsl, context.study, context.reference)
    if field.kind in _OCCURRING:
        absent, because = Truth.NOT_MET, f"no record of {field.domain}"
    else:
        absent, because = Truth.UNKNOWN, f"{field} is missing"
    return any_record(context.subjects, judged(records, comparison), absent, because)


def baseline_values(
    variable: BaselineVariable,
    data: StudyData,
    adsl: pl.DataFrame | None = None,
    *,
    study: Study | None = None,
) -> pl.DataFrame:
    """Read a baseline variable of every subject.

    Returns:
        USUBJID and VALUE: a number in the variable's unit where it is continuous, else the category (the
        recorded text, or the first category whose condition is met); null where nothing says.
    """
    context = Context(data, adsl, study)
    frame = pl.DataFrame({"USUBJID": context.subjects})
    if variable.categories is not None:
        value = pl.lit(None, dtype=pl.String)
        for number, (category, condition) in reversed(list(enumerate(variable.categories.items()))):
            frame = frame.with_columns(_judge(condition.root, context, ())["TRUTH"].alias(f"T{number}"))
            value = pl.when(pl.col(f"T{number}") == int(Truth.MET)).then(pl.lit(category)).otherwise(value)
        return frame.select("USUBJID", VALUE=value)
    field = variable.field
    assert field is not None
    records = records_of(field, data, adsl, study, context.reference).unique(
        "USUBJID", keep="first", maintain_order=True
    )
    if variable.kind is Kind.CONTINUOUS:
        records = _in_unit_of(variable, records)
    column = "NUMBER" if variable.kind is Kind.CONTINUOUS else "TEXT"
    return frame.join(
        records.select("USUBJID", VALUE=column), on="USUBJID", how="left", maintain_order="left"
    )  # fmt: skip


def _in_unit_of(variable: BaselineVariable, records: pl.DataFrame) -> pl.DataFrame:
    """Convert results to the unit of the variable; what does not convert is left out."""
    if variable.source == "DM.AGE":
        return age_in_years(records)
    factors: dict[str, float | None] = {}
    for recorded in records["UNIT"].drop_nulls().unique():
        try:
            factors[recorded] = 1.0 if variable.unit is None else factor_between(recorded, variable.unit)
        except UnitError:
            factors[recorded] = None
    factor = pl.col("UNIT").replace_strict(factors, default=None, return_dtype=pl.Float64)
    own = pl.when(pl.col("UNIT").is_null()).then(1.0).otherwise(factor)
    return records.with_columns(NUMBER=pl.col("NUMBER") * own)


__all__ = ["MET", "NOT_MET", "UNKNOWN", "baseline_values", "evaluate"]
