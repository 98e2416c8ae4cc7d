"""One draft with everything that follows from it: results in standard form, names of tests, who assessed."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from trialwright.ingest.mapping import Kind
from trialwright.ingest.rulebook import ingest_rules, variable_kinds
from trialwright.ingest.values import Reading
from trialwright.rulebook import read_table
from trialwright.sdtm.lesion_units import LENGTH_TESTS
from trialwright.standards import ColumnKind

if TYPE_CHECKING:
    from trialwright.ingest.rows import Draft
    from trialwright.protocol.study import Study

Values = dict[str, str | float | None]

NOT_DONE = "NOT DONE"
YEARS = "YEARS"
_TUMOUR = ("TU", "TR", "RS")


def complete(draft: Draft, study: Study) -> Values:
    """Return every variable of the record that follows from the draft; identifiers are added later."""
    domain = draft.domain
    values: Values = {name: _plain(domain, name, value) for name, value in draft.values.items()}
    _set_absent(values, dict(ingest_rules()["defaults"].get(domain, {})))
    result = draft.values.get(f"{domain}ORRES")
    if result is not None:
        _standardise(domain, values, result)
    if isinstance(dose := draft.values.get(f"{domain}DOSE"), Reading) and dose.unit:
        _set_absent(values, {f"{domain}DOSU": dose.unit})
    for name, source in ingest_rules()["copies"].items():
        if source in values:
            _set_absent(values, {name: values[source]})
    _set_absent(values, _facts(domain, values, study))
    return values


def _plain(domain: str, name: str, value: Reading | str) -> str | float | None:
    if variable_kinds(domain).get(name) is ColumnKind.NUMBER:
        return float(value) if isinstance(value, str) else value.number
    return value if isinstance(value, str) else value.text


def _set_absent(values: Values, further: Values) -> None:
    for name, value in further.items():
        if values.get(name) is None:
            values[name] = value


def _standardise(domain: str, values: Values, result: Reading | str) -> None:
    """The result as recorded, and in standard form: terms, and lengths in mm."""
    if isinstance(result, str):
        _set_absent(values, {f"{domain}STRESC": result})
        return
    if result.kind is not Kind.NUMBER:
        if (
            domain == "TR"
            and values.get("TRTESTCD") in LENGTH_TESTS
            and result.text.upper() not in _lengths_in_words()
        ):
            values |= {"TRORRES": None, "TRSTAT": NOT_DONE, "TRREASND": result.text.upper()}
            return
        values[f"{domain}ORRES"] = result.recorded
        _set_absent(values, {f"{domain}STRESC": result.text})
        return
    if f"{domain}STRESN" not in variable_kinds(domain):
        values[f"{domain}STRESC"] = result.text
        return
    recorded_unit = values.get(f"{domain}ORRESU") or result.unit or None
    in_mm = domain == "TR" and result.standard is not None
    standard = result.standard if in_mm else result.number
    standard_unit = result.standard_unit if in_mm else recorded_unit
    _set_absent(
        values,
        {
            f"{domain}ORRESU": recorded_unit,
            f"{domain}STRESN": standard,
            f"{domain}STRESC": f"{standard:.15g}",
            f"{domain}STRESU": standard_unit,
        },
    )


@cache
def _lengths_in_words() -> frozenset[str]:
    """Words that stand for a length, such as TOO SMALL TO MEASURE."""
    groups = read_table("tumour-findings.toml")["target_words"]
    return frozenset(word for words in groups.values() for word in words)


def _facts(domain: str, values: Values, study: Study) -> Values:
    """What the study file, or another variable of the record, says."""
    facts: Values = {}
    test = values.get(f"{domain}TESTCD")
    if test is not None:
        facts[f"{domain}TEST"] = ingest_rules()["tests"].get(test, test)
    if domain in _TUMOUR:
        assessor = study.response.assessor
        facts[f"{domain}EVAL"] = assessor.evaluator
        facts[f"{domain}EVALID"] = assessor.id
        facts[f"{domain}ACPTFL"] = "Y" if assessor.accepted_only else None
    if domain == "RS":
        facts["RSCAT"] = study.response.criteria
    if domain == "DM":
        facts["AGEU"] = YEARS if values.get("AGE") is not None else None
        facts["DTHFL"] = "Y" if values.get("DTHDTC") is not None else None
    if domain == "DS":
        facts["DSCAT"] = (
            "PROTOCOL MILESTONE" if values.get("DSDECOD") in _milestones() else "DISPOSITION EVENT"
        )
    for name in ("MHDECOD", "CMDECOD", "PRDECOD"):
        if name.startswith(domain) and isinstance(text := values.get(name), str):
            values[name] = text.upper()
    return facts


@cache
def _milestones() -> frozenset[str]:
    words = read_table("disposition.toml")["milestone"]
    return frozenset(word for group in words.values() for word in group)
