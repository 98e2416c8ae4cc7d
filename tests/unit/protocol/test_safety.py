"""What the study file may choose of laboratory grading is what the rulebook offers, by default the same."""

from __future__ import annotations

import pytest
from safety_tables import study

from trialwright.derive.ctcae.criteria import decisions
from trialwright.protocol.safety import LaboratoryGrading

OPTIONS = {name: table for name, table in decisions().items() if "choices" in table}


def test_the_study_file_has_the_options_of_the_rulebook_and_no_others():
    assert set(LaboratoryGrading.model_fields) == set(OPTIONS)


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_has_the_choices_and_the_default_of_the_rulebook(name):
    field = LaboratoryGrading.model_fields[name]
    assert {choice.value for choice in field.annotation} == set(OPTIONS[name]["choices"])
    assert field.default.value == OPTIONS[name]["default"]


def test_a_choice_is_read_and_the_others_keep_their_default():
    read = study(safety={"laboratory": {"symptoms": "milder", "calcium": "corrected for albumin"}})
    assert read.safety.laboratory.choices == {name: table["default"] for name, table in OPTIONS.items()} | {
        "symptoms": "milder",
        "calcium": "corrected for albumin",
    }
