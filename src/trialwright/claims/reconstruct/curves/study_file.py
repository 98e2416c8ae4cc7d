"""A study.yaml for rebuilt curves, so that `report` works on them at once; a person makes it fuller."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trialwright.claims.model import Publication
    from trialwright.claims.reconstruct.curves.rebuild import Rebuilding

_TREATMENT = """\
treatment:                              # not published in the figure
  - phase: treatment
    cycles: {{length: 3 weeks}}
    until: [progression, death]
    drugs:
      - {{name: study treatment, dose: 1 mg, route: oral, days: [1]}}

assessments:
  tumour: {{every: 6 weeks, window: 7 days, baseline_within: 28 days}}

response:
  criteria: RECIST 1.1
  source: recorded
  assessor: investigator
  reference_date: {start}
  minimum_sd: 42 days
  confirmation: {{after: 28 days, not_evaluable_between: 1, sd_between: no}}
  best_response_until: progression or new therapy

analysis_sets:
  full: {everybody}

endpoints:
"""
_LABELS = {"OS": "Overall survival", "PFS": "Progression-free survival"}
_EVENTS = {"OS": "[death]", "PFS": "[progression, death]"}


def study_file(publication: Publication, rebuilding: Rebuilding) -> str:
    """The text of a study.yaml with the arms and the endpoints of the curves, and nothing else."""
    groups, subjects = rebuilding.groups, sum(_sizes(rebuilding).values())
    several = len(groups) > 1
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", publication.study.id).strip("-._") or "rebuilt"
    head = [
        "# RECONSTRUCTED: written for the subjects rebuilt from digitised curves, to be read by `report`.",
        "study:",
        f"  id: {name}",
        f"  title: {_quoted(publication.study.title or f'Subjects rebuilt from the curves of {name}')}",
        "  phase: not applicable",
        f"  design: {'randomised' if several else 'single-arm'}",
        "  masking: open label",
        "  centres: several",
        f"  subjects: {subjects}",
        "",
        "population:",
        "  disease: As published",
        "",
    ]
    arms = ["arms:", *(f"  {_quoted(group)}: {_quoted(group)}" for group in groups)]
    ratio = ", ".join(f"{_quoted(group)}: 1" for group in groups)
    arms += ["", "randomisation:", f"  ratio: {{{ratio}}}", "  method: not stated", ""]
    start = {"start": "randomisation", "everybody": "randomised"}
    if not several:
        start = {"start": "enrolment", "everybody": "enrolled"}
    lines = [*head, *(arms if several else [])]
    return "\n".join(lines) + "\n" + _TREATMENT.format(**start) + _endpoints(rebuilding, start["start"])


def _endpoints(rebuilding: Rebuilding, start: str) -> str:
    lines: list[str] = []
    for name in sorted({one.curve.endpoint for one in rebuilding.curves}, reverse=True):
        groups = [group for group in rebuilding.groups if rebuilding.of(group, name) is not None]
        lines += [
            f"  {name}:",
            "    type: time-to-event",
            *(["    role: primary"] if not lines else []),
            f"    label: {_LABELS[name]}",
            f"    start: {start}",
            f"    events: {_EVENTS[name]}",
            "    set: full",
        ]
        if len(rebuilding.groups) > 1:
            lines.append("    by: arm")
        if len(groups) > 1:
            pair = f"[{_quoted(groups[1])}, {_quoted(groups[0])}]"
            lines.append(f"    compare: {{arms: {pair}, test: log-rank, model: Cox}}")
    return "\n".join(lines) + "\n"


def _sizes(rebuilding: Rebuilding) -> dict[str, int]:
    return {one.curve.group: one.curve.n for one in rebuilding.curves}


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
