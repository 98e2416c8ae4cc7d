"""REDCap: the same data whether exported as codes or as labels; repeating instruments and events."""

from __future__ import annotations

import pytest
from typed_books import fates

from trialwright.errors import InputFileError
from trialwright.ingest.run import ingest_study

DICTIONARY = """
"Variable / Field Name","Form Name","Field Type","Field Label","Choices, Calculations, OR Slider Labels"
record_id,demographics,text,"Record ID",
sex,demographics,radio,"Sex of the patient","1, Male | 2, Female"
age,demographics,text,"Age at start",
spread,demographics,checkbox,"Metastases","1, Liver | 2, Lung"
first_dose,demographics,text,"First dose",
scan_date,scan,text,"Date of scan",
sld,scan,text,"Sum of diameters (mm)",
response,scan,dropdown,"Response","1, CR | 2, PR | 3, SD | 4, PD"
""".lstrip()
RAW = """
record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,sex,age,\
spread___1,spread___2,first_dose,scan_date,sld,response
1,base_arm_1,,,1,61,1,1,2020-03-05,,,
1,follow_arm_1,scan,1,,,,,,2020-04-15,40,2
1,follow_arm_1,scan,2,,,,,,2020-06-15,70,4
2,base_arm_1,,,2,55,0,0,2020-03-10,,,
2,follow_arm_1,scan,1,,,,,,2020-04-20,50,9
""".lstrip()
LABELS = """
Record ID,Event Name,Repeat Instrument,Repeat Instance,Sex of the patient,Age at start,\
Metastases (choice=Liver),Metastases (choice=Lung),First dose,Date of scan,Sum of diameters (mm),Response
1,Base,,,Male,61,Checked,Checked,2020-03-05,,,
1,Follow,Scan,1,,,,,,2020-04-15,40,PR
1,Follow,Scan,2,,,,,,2020-06-15,70,PD
2,Base,,,Female,55,Unchecked,Unchecked,2020-03-10,,,
2,Follow,Scan,1,,,,,,2020-04-20,50,bad
""".lstrip()
MAPPING = """
format: 1
study: small
redcap: {data: data.csv, dictionary: dictionary.csv}
sheets:
  - sheet: demographics
    subject: record_id
    columns:
      record_id: {pad: 3}
      sex: {words: sex}
      age: {number: yes}
      spread: {split: ;, values: {Liver: METASTASES TO LIVER, Lung: METASTASES TO LUNG}}
      first_dose: {date: yyyy-mm-dd}
    records:
      - {domain: DM, set: {SEX: sex, AGE: age, SITEID: "=01"}}
      - {domain: EX, set: {EXTRT: =CAPECITABINE, EXSTDTC: first_dose}}
      - {domain: MH, set: {MHTERM: spread, MHCAT: =METASTASIS}}
  - sheet: scan
    subject: record_id
    columns:
      record_id: {pad: 3}
      scan_date: {date: yyyy-mm-dd}
      sld: {unit: mm}
      response: {words: response}
    records:
      - {domain: TR, set: {TRTESTCD: =SUMDIAM, TRGRPID: =TARGET, TRORRES: sld, TRDTC: scan_date}}
      - {domain: RS, set: {RSTESTCD: =OVRLRESP, RSORRES: response, RSDTC: scan_date}}
"""


@pytest.fixture
def export(study, tmp_path):
    def run(data, dictionary=DICTIONARY):
        (tmp_path / "data.csv").write_text(data, encoding="utf-8")
        (tmp_path / "dictionary.csv").write_text(dictionary, encoding="utf-8")
        (tmp_path / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
        return ingest_study(study, tmp_path, tmp_path / "mapping.yaml")

    return run


@pytest.mark.parametrize("data", [RAW, LABELS], ids=["raw", "labels"])
def test_codes_and_labels_give_the_same_sdtm(export, data):
    got = export(data)
    assert got.data.domain("DM").select("USUBJID", "SEX", "AGE").rows() == [
        ("small-001", "M", 61.0),
        ("small-002", "F", 55.0),
    ]
    assert got.data.domain("MH")["MHTERM"].to_list() == ["METASTASES TO LIVER", "METASTASES TO LUNG"]
    assert got.data.domain("RS").select("USUBJID", "RSSTRESC", "RSDTC").rows() == [
        ("small-001", "PR", "2020-04-15"),
        ("small-001", "PD", "2020-06-15"),
    ]
    assert got.data.domain("TR")["TRSTRESN"].to_list() == [40.0, 70.0]


@pytest.mark.parametrize("data", [RAW, LABELS], ids=["raw", "labels"])
def test_rows_of_other_instruments_are_blank_and_a_choice_that_is_none_rejects_its_row(export, data):
    got = export(data)
    assert fates(got, 0) == {"accepted": 2, "blank": 2}  # the last row of the export is a scan too
    assert fates(got, 1) == {"accepted": 2, "rejected": 1, "blank": 2}
    (rejected,) = got.tally.rejections
    assert (rejected.code, rejected.place.column) == ("not-a-choice", "response")


def test_a_dictionary_of_another_project_is_refused(export):
    with pytest.raises(InputFileError, match="no column 'patient_no'"):
        export(RAW, DICTIONARY.replace("record_id,", "patient_no,"))


def test_a_file_that_is_no_dictionary_is_refused(export):
    with pytest.raises(InputFileError, match="has no column 'variable / field name'"):
        export(RAW, RAW)
