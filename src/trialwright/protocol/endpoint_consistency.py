"""Whether endpoints refer to what the study declares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.protocol.endpoints import (
    PRIMARY,
    Endpoint,
    ExposureEndpoint,
    FollowUpEndpoint,
    ResponseEndpoint,
    ResponseVariant,
    Role,
    Start,
    TimeToEventEndpoint,
    TimeToEventVariant,
    paramcd_of,
)
from trialwright.protocol.part import nearest
from trialwright.protocol.problems import Path, Problem
from trialwright.protocol.study import DesignKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.protocol.names import Declared
    from trialwright.protocol.study import Study


def endpoint_problems(study: Study, names: Declared) -> Iterator[Problem]:
    """Yield what does not fit among the endpoints."""
    for name, endpoint in study.endpoints.items():
        path: Path = ("endpoints", name)
        yield from names.must_be("sets", endpoint.set, (*path, "set"))
        yield from _by(endpoint, path, names)
        if isinstance(endpoint, ResponseEndpoint | TimeToEventEndpoint):
            yield from _compared(endpoint, path, names)
            yield from _varied(endpoint, path, names)
        yield from _starts(study, endpoint, path)
        if isinstance(endpoint, ExposureEndpoint):
            yield from _phase(study, endpoint, (*path, "phase"))
    yield from _codes(study)
    if study.endpoints and all(one.role is not Role.PRIMARY for one in study.endpoints.values()):
        yield Problem(("endpoints",), "none has the role primary", "`role: primary` in at least one")


def _by(endpoint: Endpoint, path: Path, names: Declared) -> Iterator[Problem]:
    if endpoint.by is None:
        return
    inner = (*path, "by")
    if endpoint.by == "arm":
        if not names.arms:
            yield Problem(inner, "found 'arm' in a study without arms", "a declaration under `arms`")
    elif endpoint.by == "cohort":
        if not names.cohorts:
            yield Problem(inner, "found 'cohort' in a study without cohorts", "a declaration under `cohorts`")
    else:
        for problem in names.must_be("variables", endpoint.by, inner):
            meant = nearest(endpoint.by, ["arm", "cohort", *names.variables])
            yield Problem(inner, problem.found, f"arm, cohort or {problem.expected}", meant)


def _compared(
    endpoint: ResponseEndpoint | TimeToEventEndpoint, path: Path, names: Declared
) -> Iterator[Problem]:
    if endpoint.compare is None:
        return
    inner = (*path, "compare")
    for number, arm in enumerate(endpoint.compare.arms):
        yield from names.must_be("arms" if names.arms else "cohorts", arm, (*inner, "arms", number))
    for number, stratum in enumerate(endpoint.compare.strata):
        yield from names.must_be("strata", stratum, (*inner, "strata", number))
    if isinstance(endpoint, TimeToEventEndpoint) and endpoint.compare is not None:
        for number, covariate in enumerate(endpoint.compare.covariates):
            yield from names.must_be("variables", covariate, (*inner, "covariates", number))


def _varied(
    endpoint: ResponseEndpoint | TimeToEventEndpoint, path: Path, names: Declared
) -> Iterator[Problem]:
    for name, variant in endpoint.variants.items():
        inner = (*path, "variants", name)
        if name == PRIMARY:
            yield Problem(
                inner, f"found a variant named '{PRIMARY}'", "another name: this one is the endpoint itself"
            )
        if variant.set is not None:
            yield from names.must_be("sets", variant.set, (*inner, "set"))
        yield from _stratified(endpoint, variant, inner, names)
        if not variant.model_fields_set:
            yield Problem(inner, "changes nothing", "at least one line that differs from the endpoint")


def _stratified(
    endpoint: ResponseEndpoint | TimeToEventEndpoint,
    variant: ResponseVariant | TimeToEventVariant,
    path: Path,
    names: Declared,
) -> Iterator[Problem]:
    if not isinstance(variant, TimeToEventVariant) or variant.strata is None:
        return
    if endpoint.compare is None:
        yield Problem(
            (*path, "strata"), "found strata where nothing is compared", "`compare` in the endpoint"
        )
    for number, stratum in enumerate(variant.strata):
        yield from names.must_be("strata", stratum, (*path, "strata", number))


def _starts(study: Study, endpoint: Endpoint, path: Path) -> Iterator[Problem]:
    if not isinstance(endpoint, TimeToEventEndpoint | FollowUpEndpoint):
        return
    inner = (*path, "start")
    if endpoint.start is Start.RANDOMISATION and study.design is not DesignKind.RANDOMISED:
        yield Problem(inner, "found 'randomisation'", f"first dose or enrolment in a {study.design} study")
    if isinstance(endpoint, FollowUpEndpoint) and endpoint.start in {
        Start.RESPONSE,
        Start.CONFIRMED_RESPONSE,
    }:
        yield Problem(
            inner, f"found '{endpoint.start}'", "randomisation, first dose or enrolment for follow-up"
        )


def _phase(study: Study, endpoint: ExposureEndpoint, path: Path) -> Iterator[Problem]:
    phases = [phase.phase for phase in study.treatment]
    if endpoint.phase not in phases:
        expected = f"a phase of the treatment ({', '.join(phases) or 'none is declared'})"
        yield Problem(path, f"found '{endpoint.phase}'", expected, nearest(endpoint.phase, phases))


def _codes(study: Study) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for name, endpoint in study.endpoints.items():
        if not isinstance(endpoint, TimeToEventEndpoint):
            continue
        path: Path = ("endpoints", name)
        try:
            code = paramcd_of(name, endpoint)
        except ValueError:
            yield Problem(
                path, "has a name without Latin letters", "a line `paramcd`, such as `paramcd: PFS`"
            )
            continue
        if code in owners:
            yield Problem(path, f"has the PARAMCD {code} of '{owners[code]}'", "a line `paramcd` of its own")
        owners[code] = name
