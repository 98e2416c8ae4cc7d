"""`trialwright grade`: the same rows with GRADE, or one message and exit status 2."""

from __future__ import annotations

import pytest

from trialwright.cli import main

HEADER = "ID,TERM,AVAL,AVALU,ANRLO,ANRHI,BASE,BNRIND,PCHG"


@pytest.fixture
def grade(tmp_path, monkeypatch, capsys):
    def run(content, encoding="utf-8", options=()):
        source, target = tmp_path / "in.csv", tmp_path / "out.csv"
        source.write_bytes(content.encode(encoding))
        files = ["--in", str(source), "--out", str(target)]
        chosen = [word for option in options for word in ("--option", option)]
        monkeypatch.setattr("sys.argv", ["trialwright", "grade", *files, *chosen])
        with pytest.raises(SystemExit) as ended:
            main()
        written = target.read_text("utf-8").splitlines() if target.exists() else None
        return ended.value.code, written, capsys.readouterr().err

    return run


def test_rows_keep_their_order_and_columns_and_gain_a_grade(grade):
    rows = ["b,Anemia,7.0,g/dL,12,16,,,", 'a,"anemia",11.90,g/dL,12.0,16,,,', "c,Anemia,<5,g/dL,12,16,,,"]
    code, written, _ = grade("\n".join([HEADER, *rows]) + "\n")
    assert code == 0
    assert written == [
        f"{HEADER},GRADE",
        "b,Anemia,7.0,g/dL,12,16,,,,3",
        "a,anemia,11.90,g/dL,12.0,16,,,,1",
        "c,Anemia,<5,g/dL,12,16,,,,",
    ]


def test_an_unknown_term_is_not_graded_and_its_line_and_nearest_term_are_told(grade):
    rows = ["a,Anemia,7.0,g/dL,12,16,,,", "b,Platelet count decresed,60,10^9/L,150,400,,,"]
    code, written, said = grade("\n".join([HEADER, *rows]) + "\n")
    assert code == 0
    assert written[-1].endswith(",")
    assert "line 3, 'Platelet count decresed'; did you mean 'Platelet count decreased'?" in said


def test_a_file_of_nothing_but_its_header_is_graded(grade):
    code, written, _ = grade(HEADER + "\n")
    assert (code, written) == (0, [f"{HEADER},GRADE"])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("ID,TERM,AVAL\n1,Anemia,7\n", "no column AVALU, ANRLO, ANRHI, BASE, BNRIND, PCHG"),
        (f"{HEADER},GRADE\n1,Anemia,7,g/dL,12,16,,,,3\n", "has a column GRADE already"),
        (f"{HEADER},TERM\n1,Anemia,7,g/dL,12,16,,,,x\n", "has two columns TERM"),
        ("", "cannot be read as CSV"),
    ],
)
def test_input_that_cannot_be_graded_ends_in_2_and_writes_nothing(grade, content, says):
    code, written, said = grade(content)
    assert (code, written) == (2, None)
    assert says in said
    assert said.startswith("trialwright: ")


def test_a_file_in_another_encoding_is_refused(grade):
    code, written, said = grade(f"{HEADER}\n1,Neutrophil count decreased,1.0,10^3/µL,1.8,7,,,\n", "latin-1")
    assert (code, written) == (2, None)
    assert "UTF-8" in said


POTASSIUM = f"{HEADER}\na,Hypokalemia,3.2,mmol/L,3.5,5.1,,,\n"


@pytest.mark.parametrize(
    ("options", "expected"), [((), "2"), (["symptoms=milder"], "1"), (["symptoms = worse"], "2")]
)
def test_an_option_of_the_rulebook_decides_what_ctcae_leaves_open(grade, options, expected):
    code, written, _ = grade(POTASSIUM, options=options)
    assert code == 0
    assert written[1].rpartition(",")[2] == expected


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["symptoms"], "expected NAME=CHOICE"),
        (["symptom=milder"], "no option 'symptom'"),
        (["symptoms=mild"], "expected one of worse, milder"),
        (["symptoms=milder", "symptoms=worse"], "given twice"),
        (["calcium=corrected for albumin"], "no option 'calcium'"),
    ],
)
def test_an_option_that_does_not_exist_writes_nothing_and_says_so(grade, options, said):
    code, written, message = grade(POTASSIUM, options=options)
    assert (code, written) == (2, None)
    assert said in message
    assert "Traceback" not in message


@pytest.mark.parametrize(
    ("content", "encoding", "said"),
    [
        (POTASSIUM.replace(",", ";"), "utf-8", "separated by semicolons"),
        (POTASSIUM.replace(",", "\t"), "utf-8", "separated by tabs"),
        (POTASSIUM, "utf-16", "is in UTF-16"),
    ],
)
def test_what_other_programs_save_is_refused_by_its_name(grade, content, encoding, said):
    code, written, message = grade(content, encoding=encoding)
    assert (code, written) == (2, None)
    assert said in message


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (POTASSIUM.replace("\n", "\r\n"), "utf-8"),
        (POTASSIUM, "utf-8-sig"),
        (POTASSIUM.replace("mmol/L", '"mmol/L"'), "utf-8"),
    ],
)
def test_line_ends_byte_order_marks_and_quotes_do_not_matter(grade, content, encoding):
    code, written, _ = grade(content, encoding=encoding)
    assert code == 0
    assert written[1].rpartition(",")[2] == "2"


@pytest.mark.parametrize("value", ["-3.2", "NaN", "inf", "1e400", "<0.5", ">200", "1+", "3,2", "0x3", "1_0"])
def test_what_is_no_number_of_zero_or_more_is_not_graded(grade, value):
    code, written, said = grade(POTASSIUM.replace("3.2", f'"{value}"'))
    assert code == 0
    assert written[1].rpartition(",")[2] == ""
    assert "not gradable: 1" in said
