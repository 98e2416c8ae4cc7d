"""TA, TE, TV, TI and TS: the design of the trial, from the study file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.protocol.study import DesignKind, Masking
from trialwright.sdtm.origin import ORIGIN_CODE
from trialwright.simulate.records.cast import as_series

if TYPE_CHECKING:
    from trialwright.protocol.regimen import TreatmentPhase
    from trialwright.simulate.plan import TrialPlan

SIMULATED = "SIMULATED"
SCREEN, FOLLOW = "SCRN", "FUP"
LONGEST_TEXT = 200
SINGLE_ARM_CODE = "TRT"
MASKS = {
    Masking.OPEN_LABEL: "OPEN LABEL",
    Masking.SINGLE_BLIND: "SINGLE BLIND",
    Masking.DOUBLE_BLIND: "DOUBLE BLIND",
}
PHASES = {
    "I": "PHASE I TRIAL",
    "I/II": "PHASE I/II TRIAL",
    "II": "PHASE II TRIAL",
    "II/III": "PHASE II/III TRIAL",
    "III": "PHASE III TRIAL",
    "IV": "PHASE IV TRIAL",
}
MODELS = {DesignKind.RANDOMISED: "PARALLEL", DesignKind.COHORTS: "PARALLEL"}


def design_domains(plan: TrialPlan, seed: int) -> dict[str, pl.DataFrame]:
    """Make the trial-design domains; TS says that the data are simulated, and from which seed."""
    return {"TA": _ta(plan), "TE": _te(plan), "TV": _tv(plan), "TI": _ti(plan), "TS": _ts(plan, seed)}


def _frame(plan: TrialPlan, domain: str, columns: dict[str, list[object]]) -> pl.DataFrame:
    height = len(next(iter(columns.values())))
    fixed = [as_series("STUDYID", plan.study.id, height), as_series("DOMAIN", domain, height)]
    return pl.DataFrame([*fixed, *(pl.Series(name, values) for name, values in columns.items())])


def arms(plan: TrialPlan) -> list[tuple[str, str, tuple[TreatmentPhase, ...]]]:
    """Return code, label and phases of each arm."""
    study = plan.study
    if not study.arms:
        label = " + ".join(drug.name for drug in study.treatment[0].drugs)
        return [(SINGLE_ARM_CODE, label, study.phases_of(None))]
    return [(arm.armcd[0], arm.label, study.phases_of(key)) for key, arm in study.arms.items()]


def _elements(plan: TrialPlan) -> dict[str, tuple[str, str, str, str]]:
    """Return the elements: description, start rule, end rule, duration."""
    found = {SCREEN: ("Screening", "Informed consent", "First dose or randomisation", "")}
    for number, (_, label, phases) in enumerate(arms(plan)):
        for place, phase in enumerate(phases):
            length, most = phase.cycles.length.days, phase.cycles.at_most
            until = ", ".join(reason.value for reason in phase.until) or "last planned cycle"
            found[f"T{number + 1}P{place + 1}"] = (
                f"{phase.phase}: {label}"[:LONGEST_TEXT],
                "First dose of the phase",
                f"Last cycle, or {until}"[:LONGEST_TEXT],
                f"P{length * most}D" if most else "",
            )
    found[FOLLOW] = ("Follow-up", "End of treatment", "Death, loss or end of the study", "")
    return found


def _ta(plan: TrialPlan) -> pl.DataFrame:
    rows: list[tuple[object, ...]] = []
    for number, (code, label, phases) in enumerate(arms(plan)):
        codes = [SCREEN, *(f"T{number + 1}P{place + 1}" for place in range(len(phases))), FOLLOW]
        epochs = ["SCREENING", *(["TREATMENT"] * len(phases)), "FOLLOW-UP"]
        names = _elements(plan)
        for order, (element, epoch) in enumerate(zip(codes, epochs, strict=True), start=1):
            branch = f"Allocated to {label}" if element == SCREEN and len(arms(plan)) > 1 else None
            rows.append((code, label, float(order), element, names[element][0], branch, None, epoch))
    keys = ("ARMCD", "ARM", "TAETORD", "ETCD", "ELEMENT", "TABRANCH", "TATRANS", "EPOCH")
    return _frame(plan, "TA", {key: [row[place] for row in rows] for place, key in enumerate(keys)})


def _te(plan: TrialPlan) -> pl.DataFrame:
    found = _elements(plan)
    return _frame(
        plan,
        "TE",
        {
            "ETCD": list(found),
            "ELEMENT": [one[0] for one in found.values()],
            "TESTRL": [one[1] for one in found.values()],
            "TEENRL": [one[2] for one in found.values()],
            "TEDUR": [one[3] or None for one in found.values()],
        },
    )


def _tv(plan: TrialPlan) -> pl.DataFrame:
    days = plan.disease.scan_days.tolist()
    rows: list[tuple[object, ...]] = []
    for code, label, _ in arms(plan):
        rows.append((0.0, "SCREENING", None, code, label, "Informed consent"))
        rows += [
            (
                100.0 + number,
                f"WEEK {day // 7}" if day % 7 == 0 else f"DAY {day}",
                float(day + 1),
                code,
                label,
                f"Day {day + 1}, tumour assessment",
            )
            for number, day in enumerate(days, start=1)
        ]
    keys = ("VISITNUM", "VISIT", "VISITDY", "ARMCD", "ARM", "TVSTRL")
    return _frame(plan, "TV", {key: [row[place] for row in rows] for place, key in enumerate(keys)})


def _ti(plan: TrialPlan) -> pl.DataFrame:
    criteria = list(plan.study.population.criteria())
    return _frame(
        plan,
        "TI",
        {
            "IETESTCD": [one.code for one in criteria],
            "IETEST": [one.criterion.text[:LONGEST_TEXT] for one in criteria],
            "IECAT": [one.category for one in criteria],
            "TIVERS": ["1"] * len(criteria),
        },
    )


def _ts(plan: TrialPlan, seed: int) -> pl.DataFrame:
    study, assumed = plan.study, plan.assumptions
    facts: list[tuple[str, str, str]] = [
        (ORIGIN_CODE, "Origin of the Data", SIMULATED),
        ("SIMSEED", "Seed of the Simulation", str(seed)),
        ("TITLE", "Trial Title", f"{SIMULATED}: {study.title}"[:LONGEST_TEXT]),
        ("TPHASE", "Trial Phase Classification", PHASES.get(study.phase, "NOT APPLICABLE")),
        ("INTMODEL", "Intervention Model", MODELS.get(study.design, "SINGLE GROUP")),
        ("RANDOM", "Trial is Randomized", "Y" if study.randomisation else "N"),
        ("PLANSUB", "Planned Number of Subjects", str(assumed.subjects)),
        ("NARMS", "Planned Number of Arms", str(len(plan.arms))),
        ("SSTDTC", "Study Start Date", assumed.accrual.first.isoformat()),
        ("DCUTDTC", "Data Cutoff Date", assumed.cutoff.isoformat()),
        ("DCUTDESC", "Data Cutoff Description", "Data cut-off of the analysis"),
    ]
    masking = study.identity.masking
    if masking is not None:
        facts.append(("TBLIND", "Trial Blinding Schema", MASKS[masking]))
    if study.registration:
        facts.append(("REGID", "Registry Identifier", study.registration))
    facts += [("TRT", "Investigational Therapy or Treatment", name.upper()) for name in study.drugs]
    seen: dict[str, int] = {}
    numbers = []
    for code, _, _ in facts:
        seen[code] = seen.get(code, 0) + 1
        numbers.append(seen[code])
    return _frame(
        plan,
        "TS",
        {
            "TSSEQ": list(numbers),
            "TSPARMCD": [one[0] for one in facts],
            "TSPARM": [one[1] for one in facts],
            "TSVAL": [one[2] for one in facts],
        },
    )
