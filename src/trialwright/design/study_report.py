"""`trialwright design STUDY`: the study's own plan, checked, and what its size supports; HTML and JSON."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright import __version__
from trialwright.design.chapters_plan import plan_section
from trialwright.design.ledger import Book
from trialwright.design.study_chapters import DesignEffort, Making, chapters_of
from trialwright.design.study_inputs import planned_size
from trialwright.design.study_plan import check_plan
from trialwright.errors import ArgumentError
from trialwright.files import atomic_file
from trialwright.protocol.read import read_study
from trialwright.report import blocks, render
from trialwright.report.plan_words import plan_sentence
from trialwright.simulate.read import ASSUMPTIONS_FILE, read_assumptions

if TYPE_CHECKING:
    from pathlib import Path

    from trialwright.findings import Finding
    from trialwright.progress import Progress
    from trialwright.protocol.study import Study
    from trialwright.simulate.scenario import Assumptions

PAGE, NUMBERS = "design.html", "design.json"
ASSUMED = f"{ASSUMPTIONS_FILE} of the study: assumed, not observed"
NOT_ASSUMED = f"those of study.yaml; without {ASSUMPTIONS_FILE} no subject is simulated"


@dataclass(frozen=True)
class DesignReport:
    """Where the page is, what does not fit the plan, and every number of the page."""

    study: str
    page: Path
    plan: str
    findings: tuple[Finding, ...]
    numbers: tuple[dict[str, object], ...]

    def as_json(self) -> dict[str, object]:
        """The same facts for programs."""
        return {
            "study": self.study,
            "page": str(self.page),
            "plan": self.plan,
            "findings": [asdict(one) for one in self.findings],
            "numbers": list(self.numbers),
        }


@dataclass(frozen=True)
class _Document:
    """What the template prints."""

    title: str
    kicker: str
    headline: tuple[Markup, ...]
    headline_small: str
    facts: blocks.Facts
    sections: tuple[blocks.Section, ...]
    style: Markup
    script: Markup
    mark: str = ""
    mark_note: str = ""
    headline_label: str = "What this size can show"
    behind: Markup = Markup("{}")  # noqa: RUF009 -- immutable
    generator: str = f"Trialwright {__version__}"
    colophon: str = f"Made by Trialwright {__version__}; the same inputs and seed give the same file."


def write_design(name: str, out: Path, effort: DesignEffort, progress: Progress) -> DesignReport:
    """Write the design report of a study to a folder, and its numbers beside it.

    Raises:
        StudyFileError: the study, its endpoints or its assumptions do not allow it.
        ArgumentError: the folder cannot be written.
    """
    if out.exists() and not out.is_dir():
        raise ArgumentError.at(str(out), "is a file", expected="the name of a folder to write")
    study = read_study(name)
    assumptions, book = _assumptions_of(study), Book()
    check = check_plan(study, assumptions)
    first = plan_section(study, check, book)
    headline, sections = chapters_of(Making(study, assumptions, effort, book, progress))
    lead = [Markup("{}.").format(one.what[0].upper() + one.what[1:]) for one in check.findings]
    facts = (
        ("Study", study.id),
        ("Subjects", f"{planned_size(study, assumptions)}"),
        ("Assumptions", ASSUMED if assumptions is not None else NOT_ASSUMED),
        ("Seed", str(effort.seed)),
    )
    page = _Document(
        title=study.title,
        kicker=f"Design report · {study.id}",
        headline=(*lead, *headline) or (Markup("{}").format(plan_sentence(study)),),
        headline_small="Numbers link to how they were computed.",
        facts=blocks.Facts(facts),
        sections=blocks.numbered([first, *sections, book.section()]),
        style=render.asset("style.css"),
        script=render.asset("script.js"),
    )
    numbers = tuple(asdict(one) | {"value": _finite(one.value)} for one in book.entries)
    with atomic_file(out / NUMBERS) as path:
        text = json.dumps(numbers, indent=1, ensure_ascii=False, allow_nan=False)
        path.write_text(text + "\n", encoding="utf-8")
    with atomic_file(out / PAGE) as path:
        path.write_text(render.document(page) + "\n", encoding="utf-8")
    return DesignReport(study.id, out / PAGE, plan_sentence(study), check.findings, numbers)


def _assumptions_of(study: Study) -> Assumptions | None:
    """What virtual subjects are assumed to be; None where the study has no such file."""
    return read_assumptions(study) if (study.folder / ASSUMPTIONS_FILE).exists() else None


def _finite(value: float) -> float | None:
    """What JSON can hold: nothing stands for what is not reached."""
    return value if math.isfinite(value) else None
