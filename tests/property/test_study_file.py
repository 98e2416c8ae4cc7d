"""Whatever is done to a study file, reading it gives a study or one clear error: never a traceback."""

import json
from functools import cache

from hypothesis import example, given, settings
from hypothesis import strategies as st

from trialwright.errors import ConditionError, StudyFileError
from trialwright.protocol.condition import parse
from trialwright.protocol.gallery import gallery_names
from trialwright.protocol.problems import Problem
from trialwright.protocol.read import parse_study, read_study
from trialwright.protocol.template import template_text
from trialwright.protocol.yaml_tree import read_tree


@cache
def texts():
    return (template_text(), *(read_study(name).source_text for name in gallery_names()))


def outcome(read, text):
    """What was read and "", or None and what was said."""
    try:
        return read(text), ""
    except (StudyFileError, ConditionError) as error:
        return None, str(error)


def reads_or_refuses(text):
    study, said = outcome(parse_study, text)
    assert "Traceback" not in said
    if study is None:
        assert said
        return
    assert study.groups
    assert study.endpoints


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["6 weeks", "3 mg/kg", "full", "A", "randomised", "first dose", "DM.AGE >= 18", "yes", "1-14"]
    ),
    st.lists(st.integers(-2, 2), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)


def places(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_value_anywhere_is_taken_or_refused(data):
    tree = read_tree(data.draw(st.sampled_from(texts())), "x").data
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(list(places(tree))))
        if not path:
            continue
        holder = tree
        for step in path[:-1]:
            holder = holder[step]
        action = data.draw(st.sampled_from(["replace", "delete", "rename"]))
        if action == "replace":
            holder[path[-1]] = data.draw(JUNK)
        elif action == "delete":
            del holder[path[-1]]
        elif isinstance(holder, dict):
            holder[data.draw(st.text(max_size=8))] = holder.pop(path[-1])
    reads_or_refuses(json.dumps(tree, ensure_ascii=False))


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_any_cut_or_scramble_of_the_text_is_taken_or_refused(data):
    text = data.draw(st.sampled_from(texts()))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 200)))
    reads_or_refuses(text[:start] + data.draw(st.text(max_size=10)) + text[end:])


@settings(max_examples=150, deadline=None)
@given(text=st.text(alphabet="ab: -[]{},&*!|>'\"#%@`\n\t?01.", max_size=60))
@example("&a a: *a")
@example("? \n: ")
@example("- ! a")
@example("%TAG ! tag:x,1:\n---\na")
@example("a: |2\n  b")
def test_any_yaml_like_text_is_refused(text):
    reads_or_refuses(text)


WORDS = (
    "and or not in any prior at the end of ( ) [ ] , < <= == >= > = != 18 1.5 x ULN DM.AGE LB.NEUT MH.MHCAT "
    "XX.Y screening baseline enrolled treated safety disease control EX AE 'a' 10^9/L CANCER induction"
).split()


@settings(max_examples=300, deadline=None)
@given(words=st.lists(st.sampled_from(WORDS), max_size=12))
def test_any_row_of_words_is_a_condition_or_refused(words):
    text = " ".join(words)
    condition, said = outcome(parse, text)
    assert "condition" in said if condition is None else parse(condition.text) == condition


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=40))
def test_any_text_is_a_condition_or_refused(text):
    condition, said = outcome(parse, text)
    assert (condition is None) == bool(said)


@settings(max_examples=50, deadline=None)
@given(name=st.sampled_from(["title", "phase", "design"]), cut=st.integers(0, 4))
def test_a_misspelt_key_is_told_with_its_right_spelling(name, cut):
    wrong = name[:cut] + name[cut + 1 :]
    text = template_text().replace(f"  {name}:", f"  {wrong}:", 1)
    _, said = outcome(parse_study, text)
    assert f"found the unknown key '{wrong}'" in said
    assert f"did you mean '{name}'?" in said


def test_problems_are_told_in_the_order_of_the_file():
    told = [Problem((), "b", "", line=7).told("f"), Problem((), "a", "", line=2).told("f")]
    assert told == ["f:7: b", "f:2: a"]
