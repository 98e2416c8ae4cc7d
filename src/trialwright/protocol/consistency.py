"""Whether the parts of a study file fit each other: every name that is used is declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.protocol.benchmarks import trials
from trialwright.protocol.condition import Condition, FactHolds, Member
from trialwright.protocol.condition_words import Fact
from trialwright.protocol.endpoint_consistency import endpoint_problems
from trialwright.protocol.names import Declared
from trialwright.protocol.part import nearest
from trialwright.protocol.plan_consistency import plan_problems
from trialwright.protocol.problems import Path, Problem
from trialwright.protocol.response_rules import ReferenceDate
from trialwright.protocol.study import DesignKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.protocol.study import Study
    from trialwright.protocol.yaml_tree import Tree

_ANCHORS = ("screening", "baseline", "any time")
_TWO = 2


def inconsistencies(study: Study, tree: Tree) -> list[Problem]:
    """Return every reference to what is not declared, and every part that its design does not allow."""
    names = Declared.of(study, tree.data)
    found = [
        *_design(study, names),
        *_arms(study, names),
        *_treatment(study, names),
        *_conditions(study, names),
        *_circular_sets(study),
        *_baseline(study),
        *endpoint_problems(study, names),
        *plan_problems(study, names),
        *_safety(study, names),
        *_biomarkers(study, names),
        *_comparators(study),
    ]
    return [problem.at_line(tree.line(problem.path)) for problem in found]


def _design(study: Study, names: Declared) -> Iterator[Problem]:
    design, path = study.design, ("study", "design")
    randomised = design is DesignKind.RANDOMISED
    if randomised and len(names.arms) < _TWO:
        yield Problem(path, f"found 'randomised' with {len(names.arms)} arms", "at least 2 `arms`")
    if randomised and study.randomisation is None and "randomisation" not in names.sections:
        yield Problem(path, "found 'randomised' without `randomisation`", "its ratio and method")
    if not randomised and study.randomisation is not None:
        yield Problem(("randomisation",), f"found randomisation in a {design} study", "the design randomised")
    if not randomised and study.response.reference_date is ReferenceDate.RANDOMISATION:
        yield Problem(
            ("response", "reference_date"),
            "found 'randomisation'",
            f"first dose or enrolment in a {design} study",
        )
    if design is DesignKind.SINGLE_ARM and len(names.arms) > 1:
        yield Problem(path, f"found 'single-arm' with {len(names.arms)} arms", "at most 1 arm")
    if design is DesignKind.COHORTS and len(names.cohorts) < _TWO:
        yield Problem(
            path, f"found 'parallel cohorts' with {len(names.cohorts)} cohorts", "at least 2 `cohorts`"
        )
    enrolment, cutoff = study.identity.enrolment, study.data_cutoff
    if enrolment and cutoff and cutoff < enrolment.first:
        yield Problem(("study", "data_cutoff"), f"found {cutoff}", f"a day on or after {enrolment.first}")


def _arms(study: Study, names: Declared) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for name, arm in study.arms.items():
        for code in arm.armcd:
            if code in owners:
                yield Problem(
                    ("arms", name, "armcd"),
                    f"found '{code}', which arm '{owners[code]}' has",
                    "each code once",
                )
            owners[code] = name
    if study.randomisation is not None:
        path: Path = ("randomisation", "ratio")
        for name in study.randomisation.ratio:
            yield from names.must_be("arms", name, (*path, name))
        left_out = [name for name in study.arms if name not in study.randomisation.ratio]
        if left_out:
            yield Problem(path, f"leaves out {', '.join(left_out)}", "a number for each arm")
        for number, stratum in enumerate(study.randomisation.strata):
            yield from names.must_be("strata", stratum, ("randomisation", "strata", number))
    rest = [name for name, cohort in study.cohorts.items() if cohort.when is None]
    if len(rest) > 1:
        yield Problem(
            ("cohorts", rest[1]),
            f"cohorts {' and '.join(rest)} have no `when`",
            "at most one cohort for everyone left over",
        )


def _treatment(study: Study, names: Declared) -> Iterator[Problem]:
    seen: set[tuple[str | None, str]] = set()
    for number, phase in enumerate(study.treatment):
        path: Path = ("treatment", number)
        if phase.arm is not None:
            yield from names.must_be("arms", phase.arm, (*path, "arm"))
        if (phase.arm, phase.phase) in seen:
            yield Problem(
                (*path, "phase"), f"found '{phase.phase}' a second time", "each phase of an arm once"
            )
        seen.add((phase.arm, phase.phase))
    if study.treatment:
        for arm in study.arms:
            if not study.phases_of(arm):
                yield Problem(("treatment",), f"says nothing of arm '{arm}'", "a phase for each arm")


def _stated(study: Study) -> Iterator[tuple[Path, Condition]]:
    """Walk every condition of the study with its place."""
    for kind, criteria in (("include", study.population.include), ("exclude", study.population.exclude)):
        for number, criterion in enumerate(criteria):
            if criterion.when is not None:
                yield ("population", kind, number, "when"), criterion.when
    for name, cohort in study.cohorts.items():
        if cohort.when is not None:
            yield ("cohorts", name, "when"), cohort.when
    for number, phase in enumerate(study.treatment):
        if phase.enter_if is not None:
            yield ("treatment", number, "enter_if"), phase.enter_if
    for name, part in study.analysis_sets.items():
        yield ("analysis_sets", name, "when"), part.condition
    for number, variable in enumerate(study.baseline):
        for category, condition in (variable.categories or {}).items():
            yield ("baseline", number, "categories", category), condition


def _conditions(study: Study, names: Declared) -> Iterator[Problem]:
    phases = [phase.phase for phase in study.treatment]
    anchors = [*_ANCHORS, *(name.lower() for name in names.visits)]
    for path, condition in _stated(study):
        for node in condition.nodes():
            if isinstance(node, Member):
                yield from _member(node, path, names)
            elif isinstance(node, FactHolds) and node.phase and node.phase not in phases:
                expected = f"a phase of the treatment ({', '.join(phases)})"
                yield Problem(path, f"found the phase '{node.phase}'", expected, nearest(node.phase, phases))
        for field in condition.fields():
            if names.visits and field.anchor and field.anchor not in anchors:
                expected = f"screening, baseline or a visit of the study ({', '.join(names.visits)})"
                yield Problem(
                    path, f"found the time '{field.anchor}'", expected, nearest(field.anchor, anchors)
                )


def _member(node: Member, path: Path, names: Declared) -> Iterator[Problem]:
    if node.name not in names.sets:
        facts = [fact.value for fact in Fact]
        expected = f"a fact ({', '.join(facts)}) or an analysis set ({', '.join(names.sets)})"
        yield Problem(path, f"found '{node.name}'", expected, nearest(node.name, [*facts, *names.sets]))
    elif path[0] not in {"analysis_sets", "baseline"}:
        yield Problem(
            path, f"found the analysis set '{node.name}'", "facts and records: sets are made at analysis"
        )


def _circular_sets(study: Study) -> Iterator[Problem]:
    uses = {name: set(part.condition.members()) for name, part in study.analysis_sets.items()}
    for name, used in uses.items():
        reached, waiting = set[str](), list(used)
        while waiting:
            one = waiting.pop()
            if one not in reached:
                reached.add(one)
                waiting.extend(uses.get(one, ()))
        if name in reached:
            yield Problem(
                ("analysis_sets", name), "refers to itself", "sets that build on each other one way"
            )


def _baseline(study: Study) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, variable in enumerate(study.baseline):
        if variable.name.lower() in seen:
            path: Path = ("baseline", number, "name")
            yield Problem(
                path, f"found '{variable.name}' a second time", "each variable once, letter case ignored"
            )
        seen.add(variable.name.lower())


def _safety(study: Study, names: Declared) -> Iterator[Problem]:
    safety = study.safety
    for number, drug in enumerate(safety.related_to):
        yield from names.must_be("drugs", drug, ("safety", "related_to", number))
    if safety.sort_by is not None:
        yield from names.must_be("groups", safety.sort_by, ("safety", "sort_by"))
    for number, rule in enumerate(safety.monitoring):
        path: Path = ("safety", "monitoring", number)
        yield from names.must_be("sets", rule.set, (*path, "set"))
        if rule.arm is not None:
            yield from names.must_be("arms", rule.arm, (*path, "arm"))


def _comparators(study: Study) -> Iterator[Problem]:
    for number, name in enumerate(study.comparators):
        if name not in trials():
            expected = f"a published trial of the rulebook ({', '.join(trials())})"
            yield Problem(("comparators", number), f"found '{name}'", expected, nearest(name, trials()))


def _biomarkers(study: Study, names: Declared) -> Iterator[Problem]:
    for kind in ("serum", "fitness"):
        part = getattr(study.biomarkers, kind)
        for number, endpoint in enumerate(part.endpoints if part else ()):
            yield from names.must_be("endpoints", endpoint, ("biomarkers", kind, "endpoints", number))
    serum = study.biomarkers.serum
    for number, visit in enumerate(serum.visits if serum and names.visits else ()):
        if visit not in _ANCHORS:
            yield from names.must_be("visits", visit, ("biomarkers", "serum", "visits", number))
