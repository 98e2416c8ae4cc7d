"""The names that a study file declares, for checking the names that it uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trialwright.protocol.part import nearest
from trialwright.protocol.problems import Path, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trialwright.protocol.study import Study

_NOUNS = {
    "arms": "an arm",
    "cohorts": "a cohort",
    "groups": "an arm or cohort",
    "sets": "an analysis set",
    "variables": "a baseline variable",
    "strata": "`site` or a baseline variable",
    "endpoints": "an endpoint",
    "drugs": "a drug of the treatment",
    "visits": "a visit",
}


@dataclass(frozen=True, slots=True)
class Declared:
    """Declared names by kind, as the file has them: one wrong part does not blame its users."""

    sections: tuple[str, ...]
    arms: tuple[str, ...]
    cohorts: tuple[str, ...]
    groups: tuple[str, ...]
    sets: tuple[str, ...]
    variables: tuple[str, ...]
    strata: tuple[str, ...]
    endpoints: tuple[str, ...]
    drugs: tuple[str, ...]
    visits: tuple[str, ...]

    @classmethod
    def of(cls, study: Study, data: Mapping[str, Any]) -> Declared:
        """Collect the names of a study and of the file that it was made from."""
        arms, cohorts = _keys(data, "arms"), _keys(data, "cohorts")
        variables = _items(data.get("baseline"), "name")
        phases = data.get("treatment")
        drugs = [
            name
            for phase in (phases if isinstance(phases, list) else [])
            if isinstance(phase, dict)
            for name in _items(phase.get("drugs"), "name")
        ]
        labels = [one.name for phase in study.treatment for drug in phase.drugs for one in drug.one_of]
        return cls(
            sections=tuple(data),
            arms=arms,
            cohorts=cohorts,
            groups=tuple(study.groups),
            sets=_keys(data, "analysis_sets"),
            variables=variables,
            strata=("site", *variables),
            endpoints=_keys(data, "endpoints"),
            drugs=tuple(dict.fromkeys([*drugs, *labels])),
            visits=_keys(data, "visits"),
        )

    def must_be(self, kind: str, name: str, path: Path) -> Iterator[Problem]:
        """Yield a problem where `name` is not declared as `kind`."""
        names: tuple[str, ...] = getattr(self, kind)
        if name not in names:
            listed = f"{_NOUNS[kind]} of the study ({', '.join(names) or 'there is none'})"
            yield Problem(path, f"found '{name}'", listed, nearest(name, names))


def _keys(data: Mapping[str, Any], section: str) -> tuple[str, ...]:
    part = data.get(section)
    return tuple(part) if isinstance(part, dict) else ()


def _items(part: Any, key: str) -> tuple[str, ...]:
    items = part if isinstance(part, list) else []
    return tuple(str(item[key]) for item in items if isinstance(item, dict) and key in item)
