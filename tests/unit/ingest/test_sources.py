"""Files that are not what they should be get one clear message."""

from __future__ import annotations

import zipfile

import openpyxl
import pytest
from typed_books import HEAD, PATIENTS, TWO_PATIENTS, fates, write_book

from trialwright.errors import InputFileError
from trialwright.ingest.run import ingest_study
from trialwright.ingest.source import read_source
from trialwright.ingest.tables import Defect

CSV = "id,sex,age,first dose,death\nP1,m,61,2020-03-05,\nP2,女,55,10.03.2020,01.05.2021\n"


def message(path, **options):
    with pytest.raises(InputFileError) as caught:
        read_source(path, **options)
    return str(caught.value)


def file(tmp_path, name, payload):
    path = tmp_path / name
    path.write_bytes(payload)
    return path


def test_no_such_file_names_the_nearest(tmp_path):
    write_book(tmp_path / "patients.xlsx", {"a": [["x"]]})
    assert "did you mean patients.xlsx?" in message(tmp_path / "patient.xlsx")


def test_an_encrypted_workbook_is_an_old_container(tmp_path):
    told = message(file(tmp_path, "book.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512))
    assert "encrypted" in told
    assert "without a password" in told


def test_every_truncation_of_a_workbook_is_refused(tmp_path):
    whole = write_book(tmp_path / "book.xlsx", {"Patients": TWO_PATIENTS}).read_bytes()
    for length in range(0, len(whole), 997):
        assert message(file(tmp_path, "cut.xlsx", whole[:length]))


def test_a_zip_archive_is_no_workbook(tmp_path):
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert "ZIP archive but no workbook" in message(tmp_path / "book.xlsx")


def test_a_damaged_part_inside_a_workbook_is_told(tmp_path):
    whole = write_book(tmp_path / "book.xlsx", {"Patients": TWO_PATIENTS})
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(tmp_path / "bad.xlsx", "w") as new:
        for name in old.namelist():
            new.writestr(name, b"<broken" if name.endswith("sheet1.xml") else old.read(name))
    assert "cannot be read as a workbook" in message(tmp_path / "bad.xlsx")


@pytest.mark.parametrize(
    ("name", "remedy"), [("a.xls", "save it as .xlsx"), ("a.ods", "save it as .xlsx"), ("a.doc", "suffix")]
)
def test_other_formats_say_what_to_do(tmp_path, name, remedy):
    assert remedy in message(file(tmp_path, name, b"x"))


def test_formulas_without_a_stored_value_and_errors_are_defects(tmp_path):
    book = read_source(write_book(tmp_path / "book.xlsx", {"S": [["a", "b"], ["=1+1", "#DIV/0!"]]}))
    first, second = book.sheets["S"].rows[1]
    assert (first.defect, second.defect) == (Defect.FORMULA, Defect.EXCEL_ERROR)


def test_a_formula_without_value_rejects_its_row(ingest):
    got = ingest({"Patients": [*TWO_PATIENTS, ["P3", "m", "=60+1", "2020-03-05", None]]})
    assert [one.code for one in got.tally.rejections] == ["formula"]


def test_csv_in_another_encoding_names_the_line_and_the_choice(tmp_path):
    path = file(tmp_path, "Patients.csv", CSV.replace("P1,m", "P1,男").encode("gb18030"))
    assert "line 2 has the byte 0xC4, which is not utf-8" in message(path)
    assert "gb18030" in message(path)


@pytest.mark.parametrize(
    ("encoding", "name"), [("gb18030", "gb18030"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-8")]
)
def test_csv_is_read_in_its_declared_encoding_and_by_its_mark(study, tmp_path, encoding, name):
    source = file(tmp_path, "Patients.csv", CSV.encode(encoding))
    (tmp_path / "mapping.yaml").write_text(
        PATIENTS.replace("source:", f"encoding: {name}\nsource:"), encoding="utf-8"
    )
    got = ingest_study(study, source, tmp_path / "mapping.yaml")
    assert fates(got) == {"accepted": 2}
    assert got.data.domain("DM")["SEX"].to_list() == ["M", "F"]


def test_a_folder_of_csv_files_is_a_book_of_sheets(study, tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "Patients.csv").write_text(CSV.replace(",", ";"), encoding="utf-8")
    (tmp_path / "mapping.yaml").write_text(PATIENTS, encoding="utf-8")
    assert ingest_study(study, folder, tmp_path / "mapping.yaml").data.subjects == ("small-P1", "small-P2")


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        (b"", "is empty"),
        (b"a,b\n1,2,3\n", "row 2 has 3 cells, the first row has 2"),
        (b'a,b\n"1,2\n', "not valid CSV"),
        (b"PK\x03\x04", "a workbook"),
        (b"a,b\n1,\x00\n", "binary"),
    ],
)
def test_what_is_no_csv_is_refused(tmp_path, payload, told):
    assert told in message(file(tmp_path, "a.csv", payload))


def test_a_workbook_that_says_simulated_is_simulated_whatever_the_mapping_says(study, tmp_path):
    path = write_book(tmp_path / "book.xlsx", {"Patients": [HEAD, *TWO_PATIENTS[1:]]})
    book = openpyxl.load_workbook(path)
    book.properties.keywords = "SIMULATED"
    book.save(path)
    (tmp_path / "mapping.yaml").write_text(PATIENTS, encoding="utf-8")
    got = ingest_study(study, path, tmp_path / "mapping.yaml")
    assert got.data.origin.value == "simulated"
    summary = dict(got.data.domain("TS").select("TSPARMCD", "TSVAL").rows())
    assert summary["DATAORIG"] == "SIMULATED"
    assert summary["TITLE"].startswith("SIMULATED")


def test_a_sheet_that_spans_a_million_empty_rows_is_refused_before_it_is_read(tmp_path):
    path = write_book(tmp_path / "book.xlsx", {"Patients": TWO_PATIENTS})
    book = openpyxl.load_workbook(path)
    book["Patients"]["Z1048576"] = "."
    book.save(path)
    assert "spans 1,048,576 rows and 26 columns" in message(path)


def test_serial_numbers_count_from_1904_where_the_workbook_says_so(study, tmp_path):
    path = write_book(tmp_path / "book.xlsx", {"Patients": [HEAD, ["P1", "m", 61, 42433, None]]})
    book = openpyxl.load_workbook(path)
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.save(path)
    mapping = PATIENTS.replace("first dose: {date: [yyyy-mm-dd, dd.mm.yyyy]}", "first dose: {date: excel}")
    (tmp_path / "mapping.yaml").write_text(mapping, encoding="utf-8")
    got = ingest_study(study, path, tmp_path / "mapping.yaml")
    # 42,433 days after 1 January 1904 is the day that the other calendar counts as 43,895
    assert got.data.domain("EX")["EXSTDTC"].to_list() == ["2020-03-05"]
