"""docs/safety.md names what the rulebook has."""

from __future__ import annotations

import re

import pytest

from trialwright.derive.ctcae.criteria import decisions

OPTIONS = {name: table for name, table in decisions().items() if "choices" in table}


@pytest.fixture(scope="module")
def page(pytestconfig):
    return (pytestconfig.rootpath / "docs" / "safety.md").read_text("utf-8")


@pytest.mark.parametrize("name", OPTIONS)
def test_each_option_stands_in_the_documentation_with_its_default_first(page, name):
    row = re.search(rf"^\| `{name}` \| (.*?) \|", page, re.MULTILINE)[1]
    told = re.findall(r"`([^`]+)`", row)
    assert set(told) == set(OPTIONS[name]["choices"])
    assert told[0] == OPTIONS[name]["default"]


def test_each_table_of_the_rulebook_that_is_named_exists(page, pytestconfig):
    rulebook = pytestconfig.rootpath / "src" / "trialwright" / "rulebook"
    named = re.findall(r"`([\w.-]+\.(?:toml|csv))`", page)
    assert named
    assert [name for name in named if not (rulebook / name).is_file()] == []
