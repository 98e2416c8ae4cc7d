"""`trialwright design STUDY`: what the size of a study supports, as one HTML file and its numbers as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright import __version__
from trialwright.design import chapters_checked, chapters_curve, chapters_randomised, chapters_rate
from trialwright.design.ledger import Book
from trialwright.design.operating import Effort, endpoint_characteristics
from trialwright.design.protocol_trials import protocol_characteristics, response_counts
from trialwright.design.randomised_page import MARGINS, RandomisedPage, Simulated
from trialwright.design.study_inputs import (
    curve_inputs,
    primary_endpoint,
    randomised_inputs,
    rate_inputs,
)
from trialwright.design.watch import OnBar
from trialwright.files import atomic_file
from trialwright.protocol.endpoints import ResponseEndpoint, TimeToEventEndpoint
from trialwright.protocol.read import read_study
from trialwright.report import blocks, render
from trialwright.simulate.plan import make_plan
from trialwright.simulate.read import read_assumptions
from trialwright.stats.trial_model import trial_model

if TYPE_CHECKING:
    from pathlib import Path

    from trialwright.progress import Progress
    from trialwright.protocol.study import Study
    from trialwright.simulate.scenario import Assumptions

PAGE, NUMBERS = "design.html", "design.json"


@dataclass(frozen=True, slots=True)
class DesignEffort:
    """Simulated trials of each kind, the seed, and the events to judge by where they are known."""

    endpoint: Effort = field(default_factory=lambda: Effort(1_000_000))
    protocol: Effort = field(default_factory=lambda: Effort(2_000))
    seed: int = 1
    events: float | None = None


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


def write_design(name: str, out: Path, effort: DesignEffort, progress: Progress) -> Path:
    """Write the design report of a study to a folder, and its numbers beside it.

    Raises:
        StudyFileError: the study or its assumptions cannot be read, or lack what a design needs.
        ArgumentError: seed or effort out of range.
    """
    study = read_study(name)
    assumptions = read_assumptions(study)
    book = Book()
    headline, sections = _chapters(study, assumptions, effort, book, progress)
    facts = (
        ("Study", study.id),
        ("Subjects", str(assumptions.subjects)),
        ("Assumptions", "assumptions.yaml of the study: assumed, not observed"),
        ("Seed", str(effort.seed)),
    )
    page = _Document(
        title=study.title,
        kicker=f"Design report · {study.id}",
        headline=tuple(headline),
        headline_small="Every underlined number links to how it was computed.",
        facts=blocks.Facts(facts),
        sections=blocks.numbered([*sections, book.section()]),
        style=render.asset("style.css"),
        script=render.asset("script.js"),
    )
    out.mkdir(parents=True, exist_ok=True)
    numbers = [asdict(one) for one in book.entries]
    with atomic_file(out / NUMBERS) as path:
        text = json.dumps(numbers, indent=1, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")
    with atomic_file(out / PAGE) as path:
        path.write_text(render.document(page) + "\n", encoding="utf-8")
    return out / PAGE


def _chapters(
    study: Study, assumptions: Assumptions, effort: DesignEffort, book: Book, progress: Progress
) -> tuple[list[Markup], list[blocks.Section]]:
    name, endpoint = primary_endpoint(study)
    if isinstance(endpoint, TimeToEventEndpoint) and endpoint.compare is not None:
        return _randomised(study, assumptions, effort, book)
    if isinstance(endpoint, TimeToEventEndpoint):
        curve = chapters_curve.CurvePage(curve_inputs(name, endpoint, assumptions), book)
        made = (chapters_curve.supports, chapters_curve.assumptions)
        later = (chapters_curve.sensitivity, chapters_curve.paragraph)
        return chapters_curve.headline(curve), [chapter(curve) for chapter in (*made, *later)]
    assert isinstance(endpoint, ResponseEndpoint)
    with progress.step("virtual subjects through scans and RECIST"):
        counts = response_counts(make_plan(study, assumptions), effort.seed, effort.protocol.trials)
    rate = chapters_rate.RatePage(rate_inputs(name, endpoint, assumptions), counts, endpoint.confirmed, book)
    chapters = (
        chapters_rate.supports,
        chapters_rate.assumptions,
        chapters_rate.boundaries,
        chapters_rate.simulated,
        chapters_rate.sensitivity,
        chapters_rate.paragraph,
    )
    return chapters_rate.headline(rate), [chapter(rate) for chapter in chapters]


def _randomised(
    study: Study, assumptions: Assumptions, effort: DesignEffort, book: Book
) -> tuple[list[Markup], list[blocks.Section]]:
    name, endpoint = primary_endpoint(study)
    assert isinstance(endpoint, TimeToEventEndpoint)
    given = randomised_inputs(name, endpoint, study, assumptions)
    own = {given.margin} if given.margin else set()
    margins = tuple(sorted(own.union(MARGINS)))
    plan, seed = make_plan(study, assumptions), effort.seed
    endpoint_level = []
    for ratio in (None, 1.0):
        model = trial_model(*given.sizes, given.trial(ratio))
        with OnBar("Endpoint level") as bar:
            endpoint_level.append(
                endpoint_characteristics(
                    model, given.alpha, effort.endpoint, margins=margins, seed=seed, watcher=bar
                )
            )
    with OnBar("Protocol level") as bar:
        protocol = protocol_characteristics(
            plan, given.alpha, effort.protocol, margins=margins, seed=seed, watcher=bar
        )
    if effort.events is not None:
        events, how = effort.events, "as given"
    elif given.published is not None and given.published.events is not None:
        events, how = float(given.published.events), f"published ({given.published.source})"
    elif given.published is not None:
        events = given.published.implied_events(given.share)
        how = f"implied by the published interval {given.published.low:g} to {given.published.high:g}"
    else:
        events, how = protocol.sums.events, "mean of the protocol-level trials"
    simulated = Simulated(endpoint_level[0], endpoint_level[1], protocol)
    page = RandomisedPage(given, events, how, simulated, book)
    chapters = (
        chapters_randomised.supports,
        chapters_randomised.assumptions,
        chapters_randomised.boundaries,
        chapters_checked.simulated,
        chapters_checked.sensitivity,
        chapters_randomised.paragraph,
    )
    return chapters_randomised.headline(page), [chapter(page) for chapter in chapters]
