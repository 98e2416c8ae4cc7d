"""docs/ingest.md says what the program does."""

from __future__ import annotations

import re
from pathlib import Path

from trialwright.ingest.read_mapping import parse_mapping
from trialwright.ingest.rulebook import ingest_rules

PAGE = (Path(__file__).parents[3] / "docs" / "ingest.md").read_text(encoding="utf-8")


def test_the_example_of_a_mapping_is_one():
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    mapping, _ = parse_mapping(example)
    assert mapping.sheets[0].header.first == 2


def test_every_rule_of_repair_is_in_the_table():
    told = re.findall(r"^\| ([a-z]+(?:-[a-z]+)+) \|", PAGE, re.MULTILINE)
    assert set(told) == set(ingest_rules()["repairs"])
