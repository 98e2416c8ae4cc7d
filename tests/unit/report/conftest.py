"""A trial of eight subjects in two arms, typed by hand: what the report must print is known beforehand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

import polars as pl
import pytest

from trialwright.analyse.results import CHANGE_COLUMNS, CURVE_COLUMNS, DISAGREEMENT_COLUMNS, Results
from trialwright.analyse.rows import Cell, table_of
from trialwright.findings import Finding, Severity
from trialwright.protocol.study import Study
from trialwright.report.inputs import ReportInput
from trialwright.sdtm.study_data import Source

A = ["T-01", "T-02", "T-03", "T-04"]
B = ["T-05", "T-06", "T-07", "T-08"]
EVERYONE = A + B
DAY_1 = dt.date(2020, 1, 1)

STUDY = {
    "study": {
        "id": "tiny",
        "title": "Drug against control in eight subjects",
        "phase": "II",
        "design": "randomised",
        "registration": "NCT00000000",
        "data_cutoff": dt.date(2021, 6, 30),
    },
    "population": {"include": [{"text": "Age at least 18", "when": "DM.AGE >= 18"}]},
    "arms": {"A": {"label": "Drug", "armcd": "A"}, "B": {"label": "Control", "armcd": "B"}},
    "randomisation": {"ratio": {"A": 1, "B": 1}, "method": "permuted blocks", "sizes": [2, 4]},
    "treatment": [
        {
            "phase": "induction",
            "arm": "A",
            "cycles": {"length": "3 weeks", "at_most": 6},
            "until": ["progression"],
            "drugs": [
                {"name": "gemcitabine", "dose": "1000 mg/m2", "route": "iv", "days": [1, 8]},
                {
                    "name": "capecitabine",
                    "dose": "1000 mg/m2",
                    "route": "oral",
                    "days": "1-14",
                    "times_a_day": 2,
                },
            ],
        }
    ],
    "assessments": {"tumour": {"every": "6 weeks"}},
    "response": {"source": "lesions", "reference_date": "randomisation"},
    "analysis_sets": {"full": "enrolled", "evaluable": "enrolled and assessed"},
    "baseline": [
        {"name": "age", "label": "Age", "kind": "continuous", "source": "DM.AGE", "unit": "years"},
        {
            "name": "sex",
            "label": "Sex",
            "kind": "categorical",
            "source": "DM.SEX",
            "order": ["F", "M"],
            "labels": {"F": "Female", "M": "Male"},
        },
    ],
    "endpoints": {
        "PFS": {
            "type": "time-to-event",
            "role": "primary",
            "start": "randomisation",
            "events": ["progression", "death"],
            "censor": {"missed_assessments": 2},
            "at": ["6 months"],
            "compare": {"arms": ["A", "B"]},
            "variants": {"new therapy counts": {"censor": {"new_therapy": "event"}}},
        },
        "ORR": {"type": "response", "of": ["CR", "PR"], "set": "evaluable"},
    },
}


@dataclass(frozen=True)
class Frames:
    """The ADaM frames that a report reads."""

    adsl: pl.DataFrame
    adtr: pl.DataFrame
    adrs: pl.DataFrame
    adtte: pl.DataFrame
    findings: tuple[Finding, ...] = ()
    adae: pl.DataFrame = field(default_factory=pl.DataFrame)
    adlb: pl.DataFrame = field(default_factory=pl.DataFrame)
    adex: pl.DataFrame = field(default_factory=pl.DataFrame)


def _disposition():
    top = Cell("disposition", "disposition", "screened", "Total")
    rows = [
        top.count("screened", [*EVERYONE, "T-09"]),
        top.count("not_enrolled", ["T-09"], n=9),
        top.count("enrolled", EVERYONE, n=9),
    ]
    for group, members in (("A", A), ("B", B), ("Total", EVERYONE)):
        cell = Cell("disposition", "disposition", "enrolled", group)
        rows += [
            cell.count("allocated", members, n=len(members)),
            cell.count("randomised", members, n=len(members)),
            cell.count("treated", members, n=len(members)),
            cell.count("discontinued", members[:1], n=len(members)),
            cell.count("discontinued", members[:1], n=len(members), item="PROGRESSIVE DISEASE"),
            cell.count("ongoing", members[1:], n=len(members)),
            cell.count("in_set", members, n=len(members), item="full"),
            cell.count("in_set", members[1:], n=len(members), item="evaluable"),
            cell.count("excluded", members[:1], n=len(members), item="evaluable: not assessed"),
        ]
    return rows


def _baseline():
    rows = []
    ages = {"A": (61.5, 55.0, 66.0), "B": (58.0, 51.0, 70.0), "Total": (60.0, 51.0, 70.0)}
    for group, members in (("A", A), ("B", B), ("Total", EVERYONE)):
        cell = Cell("baseline", "age", "full", group)
        median, low, high = ages[group]
        rows += [
            cell.count("n", members, n=len(members)),
            cell.number("mean", median, members),
            cell.number("sd", 4.25, members),
            cell.number("q1", low + 1, members),
            cell.number("median", median, members),
            cell.number("q3", high - 1, members),
            cell.number("min", low, members),
            cell.number("max", high, members),
        ]
    for group, members in (("A", A), ("B", B), ("Total", EVERYONE)):
        cell, half = Cell("baseline", "sex", "full", group), len(members) // 2
        for item, chosen in (("F", members[:half]), ("M", members[half:]), ("Missing", [])):
            rows.append(cell.count("count", chosen, n=len(members), item=item))
            rows.append(
                cell.number("proportion", len(chosen) / len(members), chosen, item=item, n=len(members))
            )
    return rows


def _response():
    rows = []
    for group, members in (("A", A[1:]), ("B", B[1:]), ("Total", A[1:] + B[1:])):
        for paramcd in ("BOR", "CBOR"):
            cell = Cell("response", paramcd, "evaluable", group)
            rows.append(cell.count("count", members[:1], n=len(members), item="PR"))
            rows.append(cell.number("proportion", 1 / len(members), members[:1], item="PR", n=len(members)))
            rows.append(cell.count("count", [], n=len(members), item="CR"))
            rows.append(cell.number("proportion", 0.0, [], item="CR", n=len(members)))
        cell = Cell("response", "ORR", "evaluable", group)
        rows.append(cell.count("responders", members[:1], n=len(members)))
        rows.append(
            cell.number(
                "rate",
                1 / 3,
                members[:1],
                interval=(0.0084, 0.9057),
                level=0.95,
                method="Clopper–Pearson",
                n=len(members),
                events=1,
            )
        )
    return rows


CURVES = {
    "A": [(0.0, 1.0, 4, 0, 0), (2.0, 0.75, 4, 1, 0), (5.0, 0.75, 3, 0, 1), (7.5, 0.375, 2, 1, 0)],
    "B": [(0.0, 1.0, 4, 0, 0), (1.5, 0.5, 4, 2, 0), (3.0, 0.25, 2, 1, 0), (6.5, 0.0, 1, 1, 0)],
}
AT_RISK = {"A": {0: 4, 3: 3, 6: 2}, "B": {0: 4, 3: 2, 6: 1}}


def _times():
    rows = []
    for variant in ("primary", "new therapy counts"):
        for group, members, median in (("A", A, 7.5), ("B", B, 2.25)):
            cell = Cell("time-to-event", "PFS", "full", group, variant)
            rows.append(cell.count("subjects", members, n=4))
            rows.append(cell.count("event_count", members[:2], n=4))
            rows.append(cell.count("event_count", members[:2], n=4, item="Disease Progression"))
            rows.append(
                cell.number(
                    "median",
                    median,
                    members,
                    interval=(1.5, None),
                    level=0.95,
                    method="Kaplan–Meier; Brookmeyer–Crowley, log-log",
                    n=4,
                    text="upper limit not reached",
                )
            )
            for month, remaining in AT_RISK[group].items():
                rows.append(cell.count("at_risk", members[4 - remaining :], n=4, item=str(month)))
        pair = Cell("time-to-event", "PFS", "full", "A vs B", variant)
        rows.append(
            pair.number(
                "hazard_ratio",
                0.4321,
                EVERYONE,
                item="unstratified",
                interval=(0.1, 1.87),
                level=0.95,
                method="Cox, Efron ties, Wald",
                n=8,
            )
        )
        rows.append(pair.number("logrank_p", 0.0004, EVERYONE, item="unstratified", method="log-rank", n=8))
    return rows


def _target():
    changes = {"T-02": (-45.2, "PR"), "T-03": (0.0, "SD"), "T-04": (150.0, "PD"), "T-06": (-30.0, "PR")}
    rows = []
    for subject in EVERYONE:
        cell = Cell("target", "SDIAM", "evaluable", "A" if subject in A else "B")
        if subject in changes:
            change, response = changes[subject]
            rows.append(cell.number("best_change_percent", change, [subject], item=subject, text=response))
        else:
            rows.append(cell.statement("best_change_percent", "not estimable: no sum", item=subject))
    return rows


def curves_frame():
    rows = [
        ("PFS", variant, "full", group, time, s, max(s - 0.2, 0.0), min(s + 0.2, 1.0), risk, events, censored)
        for variant in ("primary", "new therapy counts")
        for group, steps in CURVES.items()
        for time, s, risk, events, censored in steps
    ]
    return pl.DataFrame(rows, schema=dict(CURVE_COLUMNS), orient="row")


def changes_frame():
    row = {
        "endpoint": "PFS",
        "variant": "new therapy counts",
        "group": "A",
        "subject": "T-03",
        "from_status": "censored",
        "from_date": dt.date(2020, 6, 1),
        "from_days": 153.0,
        "from_reason": "new therapy",
        "to_status": "event",
        "to_date": dt.date(2020, 6, 20),
        "to_days": 172.0,
        "to_reason": "New therapy",
        "why": "Censored on 2020-06-01 (new therapy) becomes event on 2020-06-20: New therapy.",
    }
    return pl.DataFrame([row], schema=dict(CHANGE_COLUMNS))


def disagreements_frame():
    row = {
        "subject": "T-02",
        "group": "A",
        "date": dt.date(2020, 3, 1),
        "visit": "WEEK 9",
        "derived": "PD",
        "recorded": "SD",
        "reason": "PD on 2020-03-01: sum 55 mm, +13 mm (+31 %) above nadir 42 mm",
    }
    return pl.DataFrame([row], schema=dict(DISAGREEMENT_COLUMNS))


def _adsl(subjects):
    return pl.DataFrame(
        {
            "USUBJID": subjects,
            "GROUP": ["A" if subject in A else "B" for subject in subjects],
            "GROUPA": ["A" if subject in A else "B" for subject in subjects],
            "AGE": [60.0 + k for k in range(len(subjects))],
            "SEX": ["F", "M"] * (len(subjects) // 2),
            "RACE": ["WHITE"] * len(subjects),
            "COUNTRY": ["DEU"] * len(subjects),
            "SITEID": ["701"] * len(subjects),
            "ARM": ["Drug" if subject in A else "Control" for subject in subjects],
            "REFDT": [DAY_1] * len(subjects),
            "RANDDT": [DAY_1] * len(subjects),
            "TRTSDT": [DAY_1 + dt.timedelta(1)] * len(subjects),
            "TRTEDT": [DAY_1 + dt.timedelta(90)] * len(subjects),
            "DTHDT": [DAY_1 + dt.timedelta(200), *[None] * (len(subjects) - 1)],
            "LSTALVDT": [DAY_1 + dt.timedelta(150 + 10 * k) for k in range(len(subjects))],
            "NEWTXDT": [None, None, DAY_1 + dt.timedelta(171), *[None] * (len(subjects) - 3)],
            "EOSSTT": ["DISCONTINUED", *[None] * (len(subjects) - 1)],
            "DCSREAS": ["PROGRESSIVE DISEASE", *[None] * (len(subjects) - 1)],
            "FULLFL": ["Y"] * len(subjects),
            "ENRLFL": ["Y"] * len(subjects),
        }
    )


def _adtr():
    visits = [("T-02", 0, 50.0, 0.0, "Y"), ("T-02", 42, 42.0, -16.0, ""), ("T-02", 60, 55.0, 10.0, "")]
    rows = [
        {
            "USUBJID": subject,
            "PARAMCD": "SDIAM",
            "ADT": DAY_1 + dt.timedelta(day),
            "AVISIT": f"DAY {day}",
            "VISITNUM": float(day),
            "AVAL": value,
            "BASE": 50.0,
            "NADIR": min(50.0, value),
            "CHG": value - 50.0,
            "PCHG": change,
            "CHGNAD": None,
            "PCHGNAD": None,
            "LESIONID": "",
            "TULOC": "",
            "ANL01FL": "Y",
            "ABLFL": flag,
            "SRCDOM": "TR",
            "SRCSEQ": 3,
        }
        for subject, day, value, change, flag in visits
    ]
    rows += [
        {**rows[k], "PARAMCD": "LS01", "LESIONID": "T01", "TULOC": "LIVER", "AVAL": value}
        for k, value in enumerate((30.0, 25.0, 35.0))
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def _adrs():
    def row(paramcd, value, day, reason, domain="RS"):
        return {
            "USUBJID": "T-02",
            "PARAMCD": paramcd,
            "PARAM": paramcd,
            "ADT": None if day is None else DAY_1 + dt.timedelta(day),
            "AVISIT": "" if day is None else f"DAY {day}",
            "VISITNUM": None if day is None else float(day),
            "AVALC": value,
            "ANL01FL": "Y",
            "REASON": reason,
            "SRCDOM": domain,
            "SRCVAR": "RSDTC",
            "SRCSEQ": 7,
        }

    return pl.DataFrame(
        [
            row("OVR", "SD", 42, "SD on 2020-02-12: sum 42 mm, −16 % from baseline 50 mm", "TR"),
            row("OVR", "PD", 60, "PD on 2020-03-01: sum 55 mm, +13 mm (+31 %) above nadir 42 mm", "TR"),
            row("OVRREC", "SD", 60, ""),
            row("BOR", "SD", 42, "SD at 42 days reaches the minimum duration"),
            row("CBOR", "SD", 42, "no response to confirm"),
            row("PD", "Y", 60, "first progression"),
        ],
        infer_schema_length=None,
    )


def _adtte():
    def row(variant, days, censored, event, why):
        return {
            "USUBJID": "T-02",
            "PARAMCD": "PFS",
            "VARIANT": variant,
            "PARAM": "Progression-free survival",
            "STARTDT": DAY_1,
            "ADT": DAY_1 + dt.timedelta(days - 1),
            "AVAL": float(days),
            "CNSR": censored,
            "EVNTDESC": event,
            "CNSDTDSC": why,
            "SRCDOM": "TR",
            "SRCVAR": "TRDTC",
            "SRCSEQ": 12,
        }

    return pl.DataFrame(
        [
            row("primary", 61, 0, "Disease progression", ""),
            row("new therapy counts", 61, 0, "Disease progression", ""),
        ]
    )


@pytest.fixture(scope="session")
def study():
    return Study.model_validate(STUDY)


@pytest.fixture(scope="session")
def adam():
    return Frames(_adsl(EVERYONE), _adtr(), _adrs(), _adtte())


@pytest.fixture(scope="session")
def results():
    rows = [*_disposition(), *_baseline(), *_response(), *_target(), *_times()]
    table = table_of(rows, "recorded")
    return Results("tiny", "recorded", table, curves_frame(), changes_frame(), disagreements_frame())


@pytest.fixture(scope="session")
def given(study, adam, results):
    findings = (
        Finding(Severity.WARNING, "TR-NO-BASELINE", "TR", "T-05", "TRSEQ 4", "no baseline", "measure it"),
        Finding(Severity.ERROR, "AE-END-BEFORE-START", "AE", "T-06", "AESEQ 1", "ends early", "correct it"),
        Finding(Severity.WARNING, "TR-NO-BASELINE", "TR", "T-07", "TRSEQ 9", "no baseline", "measure it"),
    )
    sources = {"DM": (Source("dm.xpt", "XPT", "ab" * 32, 9),)}
    return ReportInput(study, results, adam, sources, findings, {"trialwright": "0.1.0", "polars": "1.30"})


@pytest.fixture
def renamed(given):
    """Give the input with every mention of one subject replaced by another text."""

    def rename(old, new):
        def swap(frame):
            text = [c for c, kind in frame.schema.items() if kind == pl.String]
            lists = [c for c, kind in frame.schema.items() if kind == pl.List(pl.String)]
            return frame.with_columns(pl.col(text).replace(old, new)).with_columns(
                pl.col(c).list.eval(pl.element().replace(old, new)) for c in lists
            )

        adam = Frames(*(swap(getattr(given.adam, name)) for name in ("adsl", "adtr", "adrs", "adtte")))
        found = given.results
        results = replace(
            found,
            table=swap(found.table),
            changes=swap(found.changes),
            disagreements=swap(found.disagreements),
        )
        findings = tuple(replace(f, subject=new if f.subject == old else f.subject) for f in given.findings)
        return replace(given, adam=adam, results=results, findings=findings)

    return rename
