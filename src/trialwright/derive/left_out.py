"""Who and what is left out of the derivation, and why: nothing is dropped in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.derive.assessor import of_assessor
from trialwright.derive.conditions import MET, UNKNOWN, evaluate
from trialwright.derive.disposition import milestone
from trialwright.derive.recorded import OVERALL
from trialwright.errors import DataError
from trialwright.findings import Finding, Severity
from trialwright.protocol.response_rules import ResponseSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.protocol.study import Study
    from trialwright.sdtm.study_data import StudyData

_DOMAIN_OF = {ResponseSource.LESIONS: "TR", ResponseSource.RECORDED: "RS"}
_OTHER_WAY = {
    ResponseSource.LESIONS: ResponseSource.RECORDED,
    ResponseSource.RECORDED: ResponseSource.LESIONS,
}


def require_source(study: Study, data: StudyData) -> None:
    """Refuse to take responses from elsewhere than the study says.

    Raises:
        DataError: the source of responses is missing, and the data have the other one.
    """
    wanted = study.response.source
    other = _OTHER_WAY[wanted]
    if not data.has(_DOMAIN_OF[wanted]) and data.has(_DOMAIN_OF[other]):
        raise DataError.at(
            _DOMAIN_OF[wanted],
            f"not in the data, and the study file takes responses from it (response.source: {wanted.value})",
            remedy=f"add the dataset, or write source: {other.value} to take them from {_DOMAIN_OF[other]}",
        )


def records_left_out(study: Study, data: StudyData) -> list[Finding]:
    """Find the tumour records that the choice of assessor and criteria leaves out.

    Codes: NO-ASSESSMENTS, ASSESSOR-NONE, ASSESSOR-OTHER, OVERALL-NONE, CRITERIA-NONE, CRITERIA-OTHER.
    """
    found = []
    wanted = _DOMAIN_OF[study.response.source]
    if not data.has(wanted):
        what = "the data have no tumour assessments: nobody has a response"
        remedy = "add TR, or RS, or wait for the first assessments"
        found.append(Finding(Severity.WARNING, "NO-ASSESSMENTS", wanted, "", "", what, remedy))
    for domain in ("TU", "TR", "RS"):
        if data.has(domain):
            found += _of_others(study, data.domain(domain), domain, needed=domain == wanted)
    if data.has("RS"):
        found += _of_other_criteria(study, data, needed=wanted == "RS")
    return found


def _of_others(study: Study, frame: pl.DataFrame, domain: str, *, needed: bool) -> Iterator[Finding]:
    assessor = study.response.assessor
    kept = of_assessor(frame, domain, assessor).height
    others = frame.height - kept
    if not others:
        return
    named = _words(frame, f"{domain}EVAL", f"{domain}EVALID")
    who = " ".join(part for part in (assessor.evaluator, assessor.id) if part)
    accepted = ", accepted only" if assessor.accepted_only else ""
    what = f"{others} of {frame.height} records are not of the study's assessor ({who}{accepted}): {named}"
    if kept:
        remedy = "none, if others read the scans too"
        yield Finding(Severity.NOTE, "ASSESSOR-OTHER", domain, "", "", what, remedy)
        return
    severity = Severity.ERROR if needed else Severity.WARNING
    remedy = f"name one of them under response.assessor, or correct {domain}EVAL"
    yield Finding(severity, "ASSESSOR-NONE", domain, "", "", f"{what}; none is left", remedy)


def _of_other_criteria(study: Study, data: StudyData, *, needed: bool) -> Iterator[Finding]:
    criteria = study.response.criteria
    own = of_assessor(data.domain("RS"), "RS", study.response.assessor)
    overall = own.filter(pl.col("RSTESTCD") == OVERALL)
    if needed and own.height and not overall.height:
        what = f"none of {own.height} records is an overall response: RSTESTCD {_words(own, 'RSTESTCD')}"
        remedy = f"write {OVERALL} in RSTESTCD of overall responses"
        yield Finding(Severity.ERROR, "OVERALL-NONE", "RS", "", "", what, remedy)
    category = pl.col("RSCAT")
    same = (category.str.to_uppercase() == criteria.upper()).fill_null(value=True)
    others = overall.filter(~same)
    if not others.height:
        return
    named = _words(others, "RSCAT")
    what = f"{others.height} overall responses are not by {criteria} (RSCAT {named}) and are not used"
    if others.height < overall.height:
        remedy = "none, if both criteria were recorded"
        yield Finding(Severity.NOTE, "CRITERIA-OTHER", "RS", "", "", what, remedy)
        return
    severity = Severity.ERROR if needed else Severity.WARNING
    remedy = f"write {criteria} in RSCAT if these are such responses"
    yield Finding(severity, "CRITERIA-NONE", "RS", "", "", f"{what}; none is left", remedy)


def _words(frame: pl.DataFrame, *columns: str) -> str:
    """The values of the columns, with how often each occurs."""
    word = pl.concat_str(*columns, separator=" ", ignore_nulls=True)
    counts = frame.select(WORD=word).group_by("WORD").len().sort("len", "WORD", descending=[True, False])
    return ", ".join(f"{word or 'empty'} {count} times" for word, count in counts.iter_rows())


def subjects_left_out(study: Study, data: StudyData, adsl: pl.DataFrame) -> list[Finding]:
    """Find the enrolled subjects of whom the data do not tell their group or analysis sets.

    Codes: GROUP-NONE, COHORT-UNKNOWN, SET-UNKNOWN, SET-EMPTY; SCREEN-FAILURE, START-IMPUTED, DOSE-EARLY.
    """
    enrolled = adsl.filter(pl.col("ENRLFL") == "Y")
    found = [*_in_no_group(study, enrolled), *_failed_yet_started(adsl), *_starts(data, adsl)]
    cohorts = {name: one.when for name, one in study.cohorts.items() if one.when is not None}
    sets = {name: one.condition for name, one in study.analysis_sets.items()}
    for kind, conditions in (("cohort", cohorts), ("set", sets)):
        for name, condition in conditions.items():
            verdict = evaluate(condition, data, adsl, study=study)
            judged = enrolled.select("USUBJID").join(verdict, on="USUBJID", maintain_order="left")
            unknown = judged.filter(pl.col("RESULT") == UNKNOWN)
            found += [
                _not_known(kind, name, *row) for row in unknown.select("USUBJID", "BECAUSE").iter_rows()
            ]
            if kind == "set" and judged.height and not (judged["RESULT"] == MET).any():
                found.append(_empty(name, judged))
    return found


def _empty(name: str, judged: pl.DataFrame) -> Finding:
    reasons = judged.group_by(pl.col("BECAUSE").fill_null("")).len().sort("len", "BECAUSE", descending=True)
    what = (
        f"none of {judged.height} enrolled subjects is in the analysis set '{name}' ({reasons['BECAUSE'][0]})"
    )
    remedy = "add the records that its condition reads, or correct the condition"
    return Finding(Severity.WARNING, "SET-EMPTY", "ADSL", "", "", what, remedy)


def _in_no_group(study: Study, enrolled: pl.DataFrame) -> Iterator[Finding]:
    if len(study.groups) == 1:
        return
    kind = next(iter(study.groups.values())).kind.value
    for subject, code in enrolled.filter(pl.col("GROUP").is_null()).select("USUBJID", "ARMCD").iter_rows():
        what = f"enrolled, but in no {kind} of the study (ARMCD {code or 'empty'}): counted in Total only"
        remedy = "correct ARMCD, or the codes and conditions of the groups in study.yaml"
        yield Finding(Severity.ERROR, "GROUP-NONE", "DM", subject, "", what, remedy)


def _not_known(kind: str, name: str, subject: str, because: str | None) -> Finding:
    what = f"whether the subject belongs to the {kind} '{name}' is unknown ({because}); not counted in it"
    severity = Severity.ERROR if kind == "cohort" else Severity.WARNING
    return Finding(
        severity, f"{kind.upper()}-UNKNOWN", "ADSL", subject, "", what, "record what the condition reads"
    )


def _failed_yet_started(adsl: pl.DataFrame) -> Iterator[Finding]:
    """Screen failures who were randomised or treated."""
    failed = adsl.filter(pl.col("SCRNFL") == "Y")
    for column, words in (("RANDDT", "randomised"), ("TRTSDT", "treated")):
        started = failed.filter(pl.col(column).is_not_null())
        for subject, day in started.select("USUBJID", column).iter_rows():
            what = f"a screen failure (ARMCD, ARMNRS), yet {words} on {day}; not counted as enrolled"
            remedy = "correct ARMCD and ARMNRS in DM, or the milestone in DS and the doses in EX"
            yield Finding(Severity.ERROR, "SCREEN-FAILURE", "DM", subject, "", what, remedy)


def _starts(data: StudyData, adsl: pl.DataFrame) -> Iterator[Finding]:
    """Times that count from a completed date, and doses before randomisation."""
    imputed = milestone(data, "randomised").filter(pl.col("FLAG") != "")
    for subject, day, sequence in imputed.select("USUBJID", "DATE", "SRCSEQ").iter_rows():
        what = f"the date of randomisation is partial; {day} is taken, and times count from it"
        remedy = "record the full date"
        yield Finding(Severity.WARNING, "START-IMPUTED", "DS", subject, f"DSSEQ {sequence}", what, remedy)
    early = adsl.filter(pl.col("TRTSDT") < pl.col("RANDDT"))
    for subject, dose, start in early.select("USUBJID", "TRTSDT", "RANDDT").iter_rows():
        what = f"the first dose on {dose} is before the randomisation on {start}"
        remedy = "correct EXSTDTC or the date of randomisation in DS"
        yield Finding(Severity.WARNING, "DOSE-EARLY", "EX", subject, "", what, remedy)
