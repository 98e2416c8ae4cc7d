"""Reading study files: everything wrong is told at once, with its line, and nothing worse ever happens."""

import time

import pytest

from trialwright.errors import ArgumentError, StudyFileError
from trialwright.protocol.gallery import gallery_names, resolve
from trialwright.protocol.json_schema import schema_text, study_schema
from trialwright.protocol.problems import told_path
from trialwright.protocol.read import parse_study, read_study
from trialwright.protocol.study import DesignKind, GroupKind
from trialwright.protocol.template import template_text, write_new_study
from trialwright.protocol.yaml_tree import read_tree

MINIMAL = """\
study:
  id: small
  title: A small study
  phase: II
  design: randomised
arms: {A: New, B: Old}
randomisation: {ratio: {A: 1, B: 1}, method: simple}
assessments:
  tumour: {every: 6 weeks}
response: {source: lesions, reference_date: randomisation}
analysis_sets:
  full: randomised
  safety: treated
baseline:
  - {name: age, label: Age, kind: continuous, source: DM.AGE}
endpoints:
  PFS:
    type: time-to-event
    role: primary
    start: randomisation
    events: [progression, death]
    at: [6 months]
    by: arm
    compare: {arms: [A, B], strata: [site], covariates: [age]}
"""


def problems(text):
    with pytest.raises(StudyFileError) as error:
        parse_study(text)
    return str(error.value)


def changed(old, new):
    assert old in MINIMAL
    return problems(MINIMAL.replace(old, new))


def test_the_minimal_study_is_right():
    study = parse_study(MINIMAL)
    assert study.design is DesignKind.RANDOMISED
    assert list(study.groups) == ["A", "B"]
    assert study.groups["A"].kind is GroupKind.ARM
    assert study.arms["A"].armcd == ("A",)
    assert study.analysis_sets["full"].label == "Full analysis set"


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("title: A", "titel: A", 3, "did you mean 'title'?"),
        ("design: randomised", "design: randomized", 5, "did you mean 'randomised'?"),
        ("every: 6 weeks", "every: 6 wekes", 9, "did you mean 'weeks'?"),
        ("every: 6 weeks", "every: 6", 9, "such as '6 weeks'"),
        ("source: lesions", "source: lesion", 10, "did you mean 'lesions'?"),
        ("full: randomised", "full: randomisd", 12, "did you mean 'randomised'?"),
        ("safety: treated", "safety: DM.AEG > 3", 13, "did you mean 'AGE'?"),
        ("safety: treated", "safety: safety and treated", 13, "refers to itself"),
        ("source: DM.AGE", "source: AGE", 15, "a field such as DM.AGE"),
        ("[progression, death]", "[progresion, death]", 21, "did you mean 'progression'?"),
        ("at: [6 months]", "at: [0 months]", 17, "landmarks above 0"),
        ("by: arm", "by: cohort", 23, "without cohorts"),
        ("arms: [A, B]", "arms: [A, C]", 24, "found 'C'"),
        ("covariates: [age]", "covariates: [agee]", 24, "did you mean 'age'?"),
        ("B: 1}", "C: 1}", 7, "found 'C'"),
        ("start: randomisation", "start: randomization", 20, "did you mean 'randomisation'?"),
        ("role: primary", "role: secondary", 16, "none has the role primary"),
        ("id: small", "id: 7", 2, "text"),
        ("id: small", "id: ''", 2, "letters, digits"),
        ("phase: II", "phase: 2", 4, "one of I, I/II, II"),
        ("type: time-to-event", "type: survival", 18, "one of response, time-to-event"),
        ("type: time-to-event", "label: x", 17, "is missing"),
        ("safety: treated", "safety: [treated]", 13, "found a list"),
        ("{A: New, B: Old}", "{A: New, Total: Old}", 6, "another name than 'Total'"),
        ("{A: New, B: Old}", "{A: New, A vs B: Old}", 6, "another name than 'A vs B'"),
    ],
)
def test_one_wrong_word_is_told_with_its_line(old, new, line, said):
    message = changed(old, new)
    assert f"study.yaml:{line}  " in message
    assert said in message


def test_errors_of_every_kind_come_at_once():
    text = MINIMAL.replace("title: A", "titel: A").replace("6 weeks", "6 wekes").replace("[A, B]", "[A, C]")
    message = problems(text.replace("full: randomised", "full: randomisd"))
    for line in (1, 3, 9, 12, 24):
        assert f"study.yaml:{line}  " in message


def test_a_missing_key_is_told_at_the_line_of_its_parent():
    assert "study.yaml:10  response.source: is missing" in changed("source: lesions, ", "")


def test_a_wrong_part_does_not_blame_those_who_use_it():
    message = problems(MINIMAL.replace("full: randomised", "full: DM.AEG > 3"))
    assert message.count("study.yaml:") == 1


def test_a_date_that_does_not_exist_is_refused():
    message = problems(MINIMAL.replace("phase: II", "phase: II\n  data_cutoff: 2019-09-31"))
    assert "study.yaml:5  study.data_cutoff: found '2019-09-31'; expected a date that exists" in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("# only a remark\n", "empty"),
        ("- a\n- b\n", "found a list"),
        ("just words", "found 'just words'"),
        ("a: 1\n\tb: 2\n", "tab"),
        ("study: {id: x, id: y}\n" + MINIMAL[MINIMAL.index("arms") :], "a second time"),
        ("a: !!python/object/apply:os.system [ls]\n", "tag"),
        ("a: 1\n---\nb: 2\n", "second document"),
        ("a: [1, 2\n", "not valid YAML"),
        ("a: *nothing\n", "refers to nothing"),
        ("a: &a [*a]\n", "contains itself"),
        ("? [a, b]\n: 1\n", "as a key"),
        ("[" * 200 + "]" * 200, "nested deeper"),
        ("{a: " * 200, "nested deeper"),
        ("%YAML 1.1\n---\na: no\n", "%YAML"),
        ("a: {<<: {b: 1}}\n", "merge key"),
        ("a: \x00\n", "not valid YAML"),
    ],
)
def test_what_is_no_study_file_is_refused_with_a_clear_message(text, said):
    assert said in problems(text)


def test_repeated_keys_are_told_with_both_lines():
    message = problems(MINIMAL.replace("  title: A small", "  id: other\n  title: A small"))
    assert "study.yaml:3  study.id: found 'id' a second time" in message
    assert "line 2" in message


def test_anchors_that_explode_are_refused_fast():
    levels = "\n".join(
        f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" if level else "a0: &a0 [x, x, x]"
        for level in range(12)
    )
    start = time.perf_counter()
    assert "multiply" in problems(levels)
    assert time.perf_counter() - start < 5


def test_no_and_dates_stay_text():
    assert read_tree("a: no\nb: 2019-09-30\nc: 1_000\nd: 012\n", "x").data == {
        "a": "no",
        "b": "2019-09-30",
        "c": "1_000",
        "d": 12,
    }


def test_paths_count_list_items_from_one():
    assert told_path(("treatment", 0, "drugs", 1)) == "treatment[1].drugs[2]"


def test_a_file_of_ten_megabytes_is_refused_before_it_is_read(tmp_path):
    (tmp_path / "study.yaml").write_bytes(b"#" * 10_000_000)
    with pytest.raises(StudyFileError, match="10,000,000 bytes"):
        read_study(tmp_path)


def test_a_file_that_is_not_utf8_is_refused_with_the_line(tmp_path):
    (tmp_path / "study.yaml").write_bytes(b"study:\n  title: Caf\xe9\n")
    with pytest.raises(StudyFileError, match=r"study\.yaml:2: byte .* is not UTF-8"):
        read_study(tmp_path)


def test_an_unknown_study_names_the_nearest_of_the_gallery():
    with pytest.raises(StudyFileError, match="did you mean 'nivo-gemcis'"):
        read_study("nivo-gemcys")


def test_a_folder_without_a_study_says_how_to_make_one(tmp_path):
    with pytest.raises(StudyFileError, match="trialwright new"):
        read_study(tmp_path)


def test_a_path_that_cannot_be_is_refused():
    with pytest.raises(StudyFileError):
        resolve("a\x00b")


@pytest.mark.parametrize("name", gallery_names())
def test_every_study_of_the_gallery_reads_and_keeps_to_its_schema(name):
    jsonschema = pytest.importorskip("jsonschema")
    study = read_study(name)
    assert study.id == name
    assert study.folder.name == name
    assert len(study.sha256) == 64
    jsonschema.Draft202012Validator(study_schema()).validate(read_tree(study.source_text, "x").data)


def test_the_template_is_a_study_and_keeps_to_its_schema():
    jsonschema = pytest.importorskip("jsonschema")
    parse_study(template_text())
    jsonschema.Draft202012Validator(study_schema()).validate(read_tree(template_text(), "x").data)


def test_the_schema_of_the_documentation_is_current(pytestconfig):
    assert (pytestconfig.rootpath / "docs" / "study.schema.json").read_text("utf-8") == schema_text()


def test_a_new_study_can_be_checked_at_once(tmp_path):
    files = write_new_study(tmp_path / "mine")
    assert [file.name for file in files] == ["study.yaml", "study.schema.json"]
    assert read_study(tmp_path / "mine").id == "my-study"


def test_a_folder_in_use_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ArgumentError, match="not an empty folder"):
        write_new_study(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]
