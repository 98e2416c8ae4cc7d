"""Workbooks typed into tests of ingest, and what became of their rows."""

from __future__ import annotations

import openpyxl

STUDY = """
study: {id: small, title: A small study, phase: II, design: retrospective, data_cutoff: 2021-12-31}
assessments:
  tumour: {every: 6 weeks, window: 14 days, baseline_within: 42 days}
response: {source: recorded, assessor: investigator, reference_date: first dose}
analysis_sets: {full: enrolled}
endpoints:
  ORR: {type: response, role: primary, of: [CR, PR], confirmed: no, set: full}
  PFS: {type: time-to-event, start: first dose, events: [progression, death], set: full}
  OS: {type: time-to-event, start: first dose, events: [death], set: full}
"""

PATIENTS = """
format: 1
study: small
source: book.xlsx
sheets:
  - sheet: Patients
    subject: id
    columns:
      sex: {words: sex}
      age: {number: yes, between: [18, 100]}
      first dose: {date: [yyyy-mm-dd, dd.mm.yyyy]}
      death: {date: [yyyy-mm-dd, dd.mm.yyyy, yyyy.m]}
    records:
      - {domain: DM, set: {SEX: sex, AGE: age, DTHDTC: death, SITEID: "=01", COUNTRY: =CHN}}
      - {domain: EX, set: {EXTRT: =CAPECITABINE, EXDOSE: "=1500", EXDOSU: =mg, EXSTDTC: first dose}}
"""
HEAD = ["id", "sex", "age", "first dose", "death"]
TWO_PATIENTS = [HEAD, ["P1", "m", 61, "2020-03-05", None], ["P2", "女", 55, "10.03.2020", "01.05.2021"]]


def write_book(path, sheets, merged=()):
    """Write sheets of typed rows; `merged` are ranges such as ("Scans", "A1:C1")."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    for name, area in merged:
        book[name].merge_cells(area)
    book.save(path)
    return path


def fates(ingested, sheet=0):
    """The fates of a sheet's rows, as a mapping of words to counts."""
    tally = ingested.tally.sheets[sheet]
    return {fate.value: count for fate, count in tally.fates.items()}


def codes(ingested):
    """The codes of the rejections, with their cells."""
    return [(remark.code, remark.place.cell) for remark in ingested.tally.rejections]
