"""Make the workbook of the chart review: virtual patients, written down as hospitals write.

    python studies/ici-capox/make_workbook.py

The patients are simulated from assumptions.yaml of this folder; nothing is taken from the abstract but those
assumptions. The workbook says SIMULATED on its first sheet and in its properties. It is messy on purpose:
Chinese and English, merged headings, dates of many styles, cm among mm, copies, totals, rows that are wrong.
The same virtual patients give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import polars as pl
from openpyxl.styles import Font

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trialwright.sdtm.study_data import StudyData

SEED = 2021
SUBJECTS = 28
HERE = Path(__file__).resolve().parent
TARGET = HERE / "workbook" / "ici-capox-chart-review.xlsx"
NOTICE = "SIMULATED 模拟数据: virtual patients, no real persons"
MOST_TARGETS, MOST_NON_TARGETS = 5, 3
FIXED_TIME = dt.datetime(2022, 1, 24)  # noqa: DTZ001 - spreadsheets know no time zones

WORDING = tomllib.loads((HERE / "workbook" / "wording.toml").read_text(encoding="utf-8"))
GRADES = ("{0}", "{0}级", "G{0}", "grade {0}")
DAYS = (
    "{0:%Y-%m-%d}",
    "{0.year}.{0.month}.{0.day}",
    "{0.year}年{0.month}月{0.day}日",
    "{0.year}/{0.month}/{0.day}",
)
EPOCH = dt.date(1899, 12, 30)
LAST_SINGLE_MONTH = 9

Row = dict[str, Any]


class Clerk:
    """Someone who writes the same thing in many ways; the same seed writes the same."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)

    def chance(self, probability: float) -> bool:
        """Whether it happens this time."""
        return bool(self._rng.random() < probability)

    def one(self, choices: Sequence[Any]) -> Any:
        """One of several."""
        return choices[int(self._rng.integers(len(choices)))]

    def word(self, term: str | None) -> str | None:
        """A term in Chinese or English."""
        return None if term is None else self.one(WORDING["words"].get(term, (term,)))

    def day(self, iso: str | None) -> object:
        """A day as a date cell, a serial number or a text."""
        if iso is None:
            return None
        date = dt.date.fromisoformat(iso)
        how = int(self._rng.integers(len(DAYS) + 2))
        if how == len(DAYS):
            return dt.datetime(date.year, date.month, date.day)  # noqa: DTZ001 - a spreadsheet's date
        return (date - EPOCH).days if how > len(DAYS) else DAYS[how].format(date)

    def month(self, iso: str | None) -> object:
        """A month: 2019.3 as a number (2019.10 only as text), or in words."""
        if iso is None:
            return None
        date = dt.date.fromisoformat(iso)
        if self.chance(0.5) and 1 < date.month <= LAST_SINGLE_MONTH:
            return float(f"{date.year}.{date.month}")
        return self.one((f"{date.year}年{date.month}月", f"{date.year}-{date.month:02d}"))

    def size(self, millimetres: float, *, node: bool) -> object:
        """A diameter in mm, or as text in cm, or with the one across."""
        how = self._rng.random()
        if how < 0.15:
            return f"{millimetres / 10:g}cm"
        if how < 0.2:
            return (
                f"{millimetres / 10:g}".translate(str.maketrans("0123456789.", "０１２３４５６７８９．"))
                + "ｃｍ"
            )
        if how < 0.3 and not node and millimetres > 1:
            return f"{millimetres:g}×{max(1, round(millimetres * 0.7))}"
        return millimetres


class Charts:
    """The records of the virtual patients, by patient."""

    def __init__(self, data: StudyData) -> None:
        self._data = data
        self.subjects = data.subjects

    def of(self, domain: str, subject: str, **equal: str) -> list[Row]:
        """The records of a patient, in order."""
        frame = self._data.domain(domain).filter(pl.col("USUBJID") == subject)
        for name, value in equal.items():
            frame = frame.filter(pl.col(name) == value)
        return frame.rows(named=True)

    def first(self, domain: str, subject: str, **equal: str) -> Row:
        """The first such record; an empty one where there is none."""
        return next(iter(self.of(domain, subject, **equal)), {})


def patients(charts: Charts, clerk: Clerk) -> list[list[Any]]:
    """One row a patient."""
    rows = []
    for number, subject in enumerate(charts.subjects, start=1):
        person = charts.first("DM", subject)
        disease = charts.first("MH", subject, MHCAT="PRIMARY DIAGNOSIS")
        spread = [
            WORDING["metastases"][one["MHDECOD"]] for one in charts.of("MH", subject, MHCAT="METASTASIS")
        ]
        surgery = charts.first("PR", subject)
        before = charts.first("CM", subject, CMCAT="PRIOR ANTI-CANCER THERAPY")
        after = charts.first("CM", subject, CMCAT="NEW ANTI-CANCER THERAPY")
        stop = charts.first("DS", subject, DSSCAT="STUDY TREATMENT")
        end = charts.first("DS", subject, DSSCAT="STUDY PARTICIPATION")
        height, weight = (
            charts.first("VS", subject, VSTESTCD=code).get("VSSTRESN") for code in ("HEIGHT", "WEIGHT")
        )
        contact = charts.of("SS", subject, SSSTRESC="ALIVE")
        status = {"DEATH": "死亡", "LOST TO FOLLOW-UP": "失访"}.get(end.get("DSDECOD", ""), "存活")
        rows.append(
            [
                number if clerk.chance(0.5) else f"{number:03d}",
                clerk.word(person["SEX"]),
                person["AGE"] if clerk.chance(0.8) else f"{person['AGE']:g}岁",
                height,
                weight,
                clerk.day(person["RFICDTC"]),
                clerk.day(charts.first("DS", subject, DSDECOD="ENROLLED")["DSSTDTC"]),
                clerk.word(disease["MHDECOD"]),
                clerk.one(("、", "，", "; ")).join(spread) or "无",
                "有" if surgery else "无",
                clerk.month(surgery.get("PRSTDTC")),
                before.get("CMTRT") or "无",
                clerk.month(before.get("CMSTDTC")),
                clerk.month(before.get("CMENDTC")),
                clerk.word(stop.get("DSDECOD")),
                clerk.day(stop.get("DSSTDTC")),
                after.get("CMTRT") or "-",
                clerk.day(after.get("CMSTDTC")),
                clerk.day(contact[-1]["SSDTC"]) if contact else None,
                status,
                clerk.day(person["DTHDTC"]),
                "电话随访" if clerk.chance(0.2) else None,
            ]
        )
    return rows


def scans(charts: Charts, clerk: Clerk) -> list[list[Any]]:
    """One row a scan; the patient only in the first."""
    rows = []
    for number, subject in enumerate(charts.subjects, start=1):
        organs = {one["TULNKID"]: one["TULOC"] for one in charts.of("TU", subject)}
        measured = charts.of("TR", subject)
        for place, date in enumerate(dict.fromkeys(one["TRDTC"] for one in measured)):
            here = {one["TRLNKID"]: one for one in measured if one["TRDTC"] == date}
            rows.append(
                [f"{number:03d}" if place == 0 else None, *scan(charts, clerk, (subject, date), organs, here)]
            )
    return rows


def scan(
    charts: Charts, clerk: Clerk, when: tuple[str, str], organs: dict[str, str], here: dict[str | None, Row]
) -> list[Any]:
    """What one scan showed."""
    subject, date = when
    cells: list[Any] = [clerk.day(date), clerk.word(next(iter(here.values()))["VISIT"])]
    targets = sorted(name for name in organs if name.startswith("T"))
    for name in targets:
        found = here.get(name, {})
        size = found.get("TRSTRESN")
        node = organs[name] == "LYMPH NODE"
        cells += [
            clerk.one(WORDING["organs"][organs[name]]),
            "NE" if size is None else clerk.size(size, node=node),
        ]
    cells += [None, None] * (MOST_TARGETS - len(targets))
    others = sorted(name for name in organs if name.startswith("NT"))
    if len(others) > MOST_NON_TARGETS:
        message = f"{subject} has more than {MOST_NON_TARGETS} non-target lesions"
        raise ValueError(message)
    for name in others:
        cells += [
            clerk.one(WORDING["organs"][organs[name]]),
            clerk.word(here.get(name, {}).get("TRSTRESC") or "NE"),
        ]
    cells += [None, None] * (MOST_NON_TARGETS - len(others))
    new = "NEW01" in here
    response = charts.first("RS", subject, RSTESTCD="OVRLRESP", RSDTC=date).get("RSSTRESC")
    return [
        *cells,
        "有" if new else "无",
        clerk.one(WORDING["organs"][organs["NEW01"]]) if new else None,
        here.get(None, {}).get("TRSTRESN"),
        clerk.word(response),
    ]


SCAN_HEADINGS = (
    ("患者 Pt", ("",)),
    ("检查日期 Date", ("",)),
    ("时间点 Visit", ("",)),
    *((f"靶病灶{number}", ("部位", "大小 mm")) for number in range(1, MOST_TARGETS + 1)),
    *((f"非靶病灶{number}", ("部位", "状态")) for number in range(1, MOST_NON_TARGETS + 1)),
    ("新病灶 New", ("有无", "部位")),
    ("总和 SLD", ("",)),
    ("疗效 Response", ("",)),
)


def doses(charts: Charts, clerk: Clerk) -> list[list[Any]]:
    """One row a cycle."""
    rows = []
    for number, subject in enumerate(charts.subjects, start=1):
        cycles: dict[str, list[Row]] = {}
        for one in charts.of("EX", subject):
            cycles.setdefault(one["VISIT"], []).append(one)
        for visit, given in cycles.items():
            by_drug = {one["EXTRT"]: one for one in given}
            oxaliplatin, capecitabine = by_drug.pop("OXALIPLATIN", {}), by_drug.pop("CAPECITABINE", {})
            inhibitor = next(iter(by_drug.values()), {})
            name = inhibitor.get("EXTRT")
            rows.append(
                [
                    number,
                    visit,
                    clerk.day(given[0]["EXSTDTC"]),
                    name and name.capitalize(),
                    inhibitor.get("EXDOSE"),
                    oxaliplatin.get("EXDOSE"),
                    capecitabine.get("EXDOSE"),
                    clerk.day(capecitabine.get("EXENDTC")),
                ]
            )
    return rows


def events(charts: Charts, clerk: Clerk) -> list[list[Any]]:
    """One row an adverse event."""
    return [
        [
            f"{number:03d}",
            clerk.word(one["AETERM"]),
            one["AEBODSYS"],
            clerk.one(GRADES).format(one["AETOXGR"]),
            clerk.day(one["AESTDTC"]),
            clerk.day(one["AEENDTC"]),
            clerk.word(one["AEREL"]),
            clerk.word(one["AESER"]),
            clerk.word(one["AEACN"]),
            clerk.word(one["AEOUT"]),
        ]
        for number, subject in enumerate(charts.subjects, start=1)
        for one in charts.of("AE", subject)
    ]


def labs(charts: Charts, clerk: Clerk) -> list[list[Any]]:
    """One row a day of blood tests."""
    rows = []
    for number, subject in enumerate(charts.subjects, start=1):
        by_day: dict[str, Row] = {}
        for one in charts.of("LB", subject):
            by_day.setdefault(one["LBDTC"], {})[one["LBTESTCD"]] = one["LBSTRESN"]
        for date, results in by_day.items():
            rows.append([number, clerk.day(date), *(results.get(code) for code in WORDING["labs"])])
    return rows


def wrong_rows(sheets: dict[str, list[list[Any]]]) -> None:
    """Add what real charts have: copies, totals, tests, and rows typed wrong before they were typed right."""
    people, seen = sheets["患者 Patients"], sheets["疗效评估 Scans"]
    people.append([None] * len(people[0]))
    people.append(["TEST", "男", 99, *[None] * (len(people[0]) - 3)])
    people.append(["合计", len(people) - 2, *[None] * (len(people[0]) - 2)])
    seen.append(["028", "31.09.2020", *seen[3][2:]])
    seen.append(["028", "2021-02-10", "W6", "肝", -12, *seen[3][5:]])
    seen.append(["082", "2021-03-10", *seen[3][2:]])
    sheets["用药 Doses"].insert(5, list(sheets["用药 Doses"][4]))
    sheets["不良反应 AE"].append(
        ["003", "恶心", "Gastrointestinal disorders", "轻度", "2020.13.2", *[None] * 5]
    )


def build(data: StudyData, seed: int = SEED) -> bytes:
    """Return the workbook of these virtual patients."""
    charts, clerk = Charts(data), Clerk(seed)
    sheets = {
        "患者 Patients": patients(charts, clerk),
        "疗效评估 Scans": scans(charts, clerk),
        "用药 Doses": doses(charts, clerk),
        "不良反应 AE": events(charts, clerk),
        "化验 Labs": labs(charts, clerk),
    }
    wrong_rows(sheets)
    book = openpyxl.Workbook()
    book.active.title = "说明 Read me"
    book.active.append([NOTICE])
    book.active["A1"].font = Font(bold=True, size=14)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        head(sheet, name)
        for row in rows:
            sheet.append(row)
    book.properties.keywords, book.properties.title = "SIMULATED", NOTICE
    book.properties.creator = "Trialwright"
    return frozen(book)


def head(sheet: Any, name: str) -> None:
    """Write the headings of a sheet."""
    grouped = {"患者 Patients": patient_headings(), "疗效评估 Scans": SCAN_HEADINGS}.get(name)
    if grouped is None:
        labels = {"用药 Doses": WORDING["headings"]["doses"], "不良反应 AE": WORDING["headings"]["events"]}
        sheet.append(labels.get(name, ("患者 Pt", "日期", *WORDING["labs"].values())))
        return
    sheet.append([NOTICE])
    column = 1
    for title, parts in grouped:
        sheet.cell(2, column, title)
        for place, part in enumerate(parts):
            sheet.cell(3, column + place, part or None)
        if len(parts) > 1:
            sheet.merge_cells(start_row=2, end_row=2, start_column=column, end_column=column + len(parts) - 1)
        column += len(parts)


def patient_headings() -> list[tuple[str, list[str]]]:
    """The headings of the sheet of patients: merged ones and those below."""
    return [(group["title"], group["parts"]) for group in WORDING["headings"]["patients"]]


def frozen(book: Any) -> bytes:
    """Return the bytes of a workbook without the time at which it was written."""
    book.properties.created = book.properties.modified = FIXED_TIME
    written, fixed = io.BytesIO(), io.BytesIO()
    book.save(written)
    stamp = FIXED_TIME.isoformat()
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = re.sub(
                rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp.encode() + b"Z", source.read(name)
            )
            target.writestr(zipfile.ZipInfo(name, FIXED_TIME.timetuple()[:6]), part, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


def simulate() -> StudyData:
    """Return the virtual patients of this study."""
    from trialwright.protocol.read import read_study  # noqa: PLC0415 (heavy)
    from trialwright.simulate.plan import make_plan  # noqa: PLC0415 (heavy)
    from trialwright.simulate.read import read_assumptions  # noqa: PLC0415 (heavy)
    from trialwright.simulate.records.assemble import simulate_study  # noqa: PLC0415 (heavy)

    study = read_study(HERE)
    return simulate_study(make_plan(study, read_assumptions(study)), seed=SEED, subjects=SUBJECTS)


def main() -> None:
    """Write the workbook."""
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(build(simulate()))
    sys.stdout.write(f"{TARGET}\n")


if __name__ == "__main__":
    main()
