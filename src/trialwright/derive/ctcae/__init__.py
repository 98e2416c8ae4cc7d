"""Grades of laboratory results by CTCAE version 5.0: thresholds as data, a small engine, the file command."""

from trialwright.derive.ctcae.criteria import Criteria, Criterion, RuleSet, grading_choices, grading_criteria
from trialwright.derive.ctcae.grading import COLUMNS, Graded, NotGradable, grade_results

__all__ = [
    "COLUMNS",
    "Criteria",
    "Criterion",
    "Graded",
    "NotGradable",
    "RuleSet",
    "grade_results",
    "grading_choices",
    "grading_criteria",
]
