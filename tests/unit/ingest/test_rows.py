"""Every row is accepted, repaired by a stated rule, or rejected with its cell."""

from __future__ import annotations

import datetime as dt

from typed_books import HEAD, PATIENTS, TWO_PATIENTS, codes, fates

SCANS = """
  - sheet: Scans
    header: 1
    subject: pt
    columns:
      pt: {fill_down: yes}
      date: {date: [yyyy-mm-dd, dd.mm.yyyy]}
      T{n}: {unit: mm, values: {NE: NOT EVALUABLE, tiny: TOO SMALL TO MEASURE}}
      site{n}: {words: organ}
      new: {words: yes_no}
      response: {words: response}
    records:
      - domain: TU
        repeat: {n: 1-2}
        set: {TULNKID: "=T0{n}", TUORRES: =TARGET, TULOC: "site{n}", TUDTC: date}
      - domain: TR
        repeat: {n: 1-2}
        set: {TRLNKID: "=T0{n}", TRGRPID: =TARGET, TRTESTCD: =LDIAM, TRORRES: "T{n}", TRDTC: date}
      - domain: TU
        when: {new: [Y]}
        set: {TULNKID: =NEW1, TUORRES: =NEW, TUDTC: date}
      - {domain: RS, set: {RSTESTCD: =OVRLRESP, RSORRES: response, RSDTC: date}}
"""
SCAN_HEAD = ["pt", "date", "T1", "site1", "T2", "site2", "new", "response"]


def test_two_good_rows_are_accepted_and_give_sdtm(ingest):
    got = ingest({"Patients": TWO_PATIENTS})
    assert fates(got) == {"accepted": 2}
    subjects = got.data.domain("DM")
    assert subjects["USUBJID"].to_list() == ["small-P1", "small-P2"]
    assert subjects.select("SEX", "AGE", "DTHDTC", "DTHFL", "RFXSTDTC").rows() == [
        ("M", 61.0, None, None, "2020-03-05"),
        ("F", 55.0, "2021-05-01", "Y", "2020-03-10"),
    ]
    assert got.data.domain("EX").select("EXTRT", "EXDOSE", "EXDOSU", "EXSTDTC", "EXSTDY").row(1) == (
        "CAPECITABINE", 1500.0, "mg", "2020-03-10", 1.0
    )  # fmt: skip


def test_a_wrong_cell_rejects_its_row_with_cell_value_and_remedy(ingest):
    wrong = ["P3", "m", 55, "31.09.2020", "soon"]
    got = ingest({"Patients": [*TWO_PATIENTS, wrong]})
    assert fates(got) == {"accepted": 2, "rejected": 1}
    first, second = got.tally.rejections
    assert (first.place.cell, first.place.column, first.value, first.code) == (
        "D4",
        "first dose",
        "31.09.2020",
        "no-such-day",
    )
    assert (second.place.cell, second.code) == ("E4", "not-a-date")
    assert first.told() == (
        "Patients D4 (first dose): '31.09.2020' is no day of the calendar. Remedy: correct the date"
    )
    assert got.tally.has_errors


def test_a_rejected_row_leaves_no_trace_in_the_data(ingest):
    got = ingest({"Patients": [*TWO_PATIENTS, ["P3", "m", 55, "31.09.2020", None]]})
    assert "small-P3" not in got.data.domain("EX")["USUBJID"].to_list()
    assert any(one.code == "INGEST-REJECTED" for one in got.data.findings)


def test_a_second_row_of_a_patient_is_rejected_and_a_plain_copy_is_a_warning(ingest):
    got = ingest({"Patients": [*TWO_PATIENTS, TWO_PATIENTS[1], ["P2", "f", 56, "2020-03-10", None]]})
    assert codes(got) == [("copy", "row 4"), ("subject-twice", "A5")]
    assert [one.severity.value for one in got.tally.rejections] == ["warning", "error"]


def test_blank_rows_are_counted_and_rows_after_the_last_are_no_rows(ingest):
    got = ingest({"Patients": [TWO_PATIENTS[0], TWO_PATIENTS[1], [None] * 5, TWO_PATIENTS[2], [None] * 5]})
    assert fates(got) == {"accepted": 2, "blank": 1}
    assert got.tally.sheets[0].rows == 3


def test_a_row_that_names_no_patient_is_rejected(ingest):
    got = ingest({"Patients": [*TWO_PATIENTS, [None, "m", 60, "2020-01-01", None]]})
    assert codes(got) == [("empty-subject", "A4")]


def test_totals_are_left_out_where_the_mapping_says_so(ingest):
    mapping = PATIENTS.replace("    subject: id\n", "    subject: id\n    leave_out: {id: [total, 合计]}\n")
    got = ingest({"Patients": [*TWO_PATIENTS, ["Total", 2, None, None, None]]}, mapping)
    assert codes(got) == [("left-out", "A4")]
    assert not got.tally.has_errors


def test_an_empty_cell_that_a_record_needs_rejects_the_row(ingest):
    mapping = PATIENTS.replace('EXDOSE: "=1500"', "EXDOSE: dose").replace(
        "      death:", "      dose: {unit: mg}\n      death:"
    )
    rows = [[*HEAD, "dose"], ["P1", "m", 61, "2020-03-05", None, 1500], ["P2", "m", 61, None, None, 1500]]
    got = ingest({"Patients": rows}, mapping)
    assert codes(got) == [("empty", "D3")]


def scans(ingest, *rows):
    return ingest({"Patients": TWO_PATIENTS, "Scans": [SCAN_HEAD, *rows]}, PATIENTS + SCANS)


def test_a_row_of_a_scan_gives_lesions_measurements_and_the_response(ingest):
    got = scans(
        ingest,
        ["P1", "2020-03-01", 32, "liver", "2.1cm", "肺", "无", None],
        [None, "2020-04-15", 20, "liver", 14, "肺", "无", "PR"],
    )
    assert fates(got, 1) == {"repaired": 2}
    assert got.tally.repairs() == {"unit-in-cell": 1, "from-row-above": 1}
    measured = got.data.domain("TR").select("TRLNKID", "TRORRES", "TRORRESU", "TRSTRESN", "TRSTRESU", "TRDTC")
    assert measured.rows() == [
        ("T01", "32", "mm", 32.0, "mm", "2020-03-01"),
        ("T02", "2.1", "cm", 21.0, "mm", "2020-03-01"),
        ("T01", "20", "mm", 20.0, "mm", "2020-04-15"),
        ("T02", "14", "mm", 14.0, "mm", "2020-04-15"),
    ]
    assert got.data.domain("RS").select("RSTESTCD", "RSCAT", "RSSTRESC", "RSEVAL").rows() == [
        ("OVRLRESP", "RECIST 1.1", "PR", "INVESTIGATOR")
    ]


def test_equal_rows_of_two_patients_below_merged_cells_are_no_copies(ingest):
    again = [None, "2020-04-15", 20, "liver", None, None, "no", "PR"]
    got = scans(
        ingest,
        ["P1", "2020-03-01", 32, "liver", None, None, "no", None],
        again,
        ["P2", "2020-03-08", 30, "liver", None, None, "no", None],
        again,
    )
    assert not got.tally.rejections
    assert got.data.domain("RS")["USUBJID"].to_list() == ["small-P1", "small-P2"]


def test_a_value_is_filled_down_within_one_patient_only(ingest):
    mapping = (
        PATIENTS
        + """
  - sheet: Doses
    subject: pt
    columns:
      pt: {fill_down: yes}
      day: {date: yyyy-mm-dd}
      drug: {fill_down: yes}
    records:
      - {domain: EX, set: {EXTRT: drug, EXSTDTC: day}}
"""
    )
    rows = [
        ["pt", "day", "drug"],
        ["P1", "2020-03-05", "OXALIPLATIN"],
        [None, "2020-03-26", None],
        ["P2", "2020-03-10", None],
    ]
    got = ingest({"Patients": TWO_PATIENTS, "Doses": rows}, mapping)
    assert got.data.domain("EX").filter(EXTRT="OXALIPLATIN")["EXSTDTC"].to_list() == [
        "2020-03-05",
        "2020-03-26",
    ]
    assert codes(got) == [("empty", "C4")]


def test_a_row_that_makes_no_record_is_not_dropped_in_silence(ingest):
    got = scans(ingest, ["P1", "2020-03-01", *[None] * 6])
    assert codes(got) == [("nothing-said", "row 2")]
    assert not got.tally.has_errors


def test_a_lesion_is_identified_once_at_its_first_scan(ingest):
    got = scans(
        ingest,
        ["P1", "2020-04-15", 20, "liver", 14, "lung", "yes", "PD"],
        ["P1", "2020-03-01", 32, "liver", 21, "lung", "no", None],
    )
    lesions = got.data.domain("TU").select("TULNKID", "TUSTRESC", "TULOC", "TUDTC").sort("TULNKID")
    assert lesions.rows() == [
        ("NEW1", "NEW", None, "2020-04-15"),
        ("T01", "TARGET", "LIVER", "2020-03-01"),
        ("T02", "TARGET", "LUNG", "2020-03-01"),
    ]
    assert got.tally.sheets[1].records["TU"] == 3


def test_an_empty_diameter_gives_no_record_and_a_word_for_not_evaluable_gives_not_done(ingest):
    got = scans(
        ingest,
        ["P1", "2020-03-01", 32, "liver", None, None, "no", None],
        ["P1", "2020-04-15", "NE", "liver", None, None, "no", "NE"],
        ["P1", "2020-06-01", "tiny", "liver", None, None, "no", "PR"],
    )
    states = got.data.domain("TR").select("TRLNKID", "TRORRES", "TRSTRESC", "TRSTAT", "TRREASND")
    assert states.rows() == [
        ("T01", "32", "32", None, None),
        ("T01", None, None, "NOT DONE", "NOT EVALUABLE"),
        ("T01", "tiny", "TOO SMALL TO MEASURE", None, None),
    ]


def test_a_row_of_an_unknown_patient_is_rejected_with_the_nearest_spelling(ingest):
    got = scans(ingest, ["P22", "2020-03-01", 32, "liver", None, None, "no", None])
    assert codes(got) == [("unknown-subject", "A2")]
    assert "did you mean 'P2'" in got.tally.rejections[0].what


def test_rows_of_a_patient_whose_own_row_was_rejected_say_so(ingest):
    bad = ["P3", "x", 60, "2020-01-01", None]
    rows = {
        "Patients": [*TWO_PATIENTS, bad],
        "Scans": [SCAN_HEAD, ["P3", "2020-03-01", 32, "liver", *[None] * 4]],
    }
    got = ingest(rows, PATIENTS + SCANS)
    assert got.tally.rejections[-1].what == "patient 'P3' was rejected in Patients row 4"


def test_another_sheet_may_add_to_a_patient_but_not_contradict(ingest):
    more = """
  - sheet: Follow-up
    subject: pt
    columns:
      death: {date: yyyy-mm-dd}
      sex: {words: sex}
    records:
      - {domain: DM, set: {DTHDTC: death, SEX: sex}}
"""
    head = ["pt", "death", "sex"]
    got = ingest(
        {"Patients": TWO_PATIENTS, "Follow-up": [head, ["P1", "2021-06-01", None], ["P2", None, "m"]]},
        PATIENTS + more,
    )
    assert got.data.domain("DM")["DTHDTC"].to_list() == ["2021-06-01", "2021-05-01"]
    assert codes(got) == [("contradiction", "C3")]


def test_the_first_filled_of_several_columns_is_taken_and_that_is_a_repair(ingest):
    mapping = PATIENTS.replace("EXSTDTC: first dose", "EXSTDTC: [first dose, enrolled]").replace(
        "      death:", "      enrolled: {date: yyyy-mm-dd}\n      death:"
    )
    rows = [[*HEAD, "enrolled"], ["P1", "m", 61, None, None, "2020-02-02"]]
    got = ingest({"Patients": rows}, mapping)
    assert got.data.domain("EX")["EXSTDTC"].to_list() == ["2020-02-02"]
    assert got.tally.repairs() == {"from-other-column": 1}


def test_several_values_of_one_cell_give_several_records(ingest):
    mapping = (
        PATIENTS.replace(
            "      death:",
            "      spread: {split: '、,', values: {肝: METASTASES TO LIVER, 肺: METASTASES TO LUNG}}\n"
            "      death:",
        )
        + "      - {domain: MH, set: {MHTERM: spread, MHCAT: =METASTASIS}}\n"
    )
    rows = [
        [*HEAD, "spread"],
        ["P1", "m", 61, "2020-02-02", None, "肝、肺"],
        ["P2", "m", 61, "2020-02-02", None, None],
    ]
    got = ingest({"Patients": rows}, mapping)
    assert got.data.domain("MH")["MHTERM"].to_list() == ["METASTASES TO LIVER", "METASTASES TO LUNG"]


def test_a_condition_alone_makes_the_record_so_that_surgery_without_a_date_is_kept(ingest):
    mapping = (
        PATIENTS.replace(
            "      death:", "      surgery: {words: yes_no}\n      when: {date: yyyy.m}\n      death:"
        )
        + "      - {domain: PR, when: {surgery: [Y]}, set: {PRTRT: =Resection, PRSTDTC: when}}\n"
    )
    head = [*HEAD, "surgery", "when"]
    rows = [
        head,
        ["P1", "m", 61, "2020-02-02", None, "有", None],
        ["P2", "f", 61, "2020-02-02", None, "无", 2019.3],
    ]
    got = ingest({"Patients": rows}, mapping)
    assert got.data.domain("PR").select("USUBJID", "PRTRT", "PRSTDTC").rows() == [
        ("small-P1", "Resection", None)
    ]


def test_excel_dates_in_a_column_of_numbers_are_refused(ingest):
    rows = [HEAD, TWO_PATIENTS[1], ["P2", "m", dt.datetime(1960, 1, 1), "2020-03-05", None]]  # noqa: DTZ001
    assert codes(ingest({"Patients": rows})) == [("not-a-number", "C3")]


def test_what_the_mapping_does_not_use_is_named(ingest):
    rows = [[*HEAD, "remarks"], ["P1", "m", 61, "2020-03-05", None, "lives far away"]]
    got = ingest({"Patients": rows, "Old": [["x"], [1]]})
    assert got.tally.unused_columns == {"Patients": ("remarks",)}
    assert got.tally.unused_sheets == ("Old",)
