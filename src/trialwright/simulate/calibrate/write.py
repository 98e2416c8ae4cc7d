"""assumptions.yaml after a calibration: the fitted numbers and what was achieved, comments kept."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from trialwright.files import atomic_file
from trialwright.simulate.calibrate.assumed import place_of
from trialwright.simulate.calibrate.run import calibrate, outside
from trialwright.simulate.read import ASSUMPTIONS_FILE, read_assumptions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trialwright.protocol.study import Study
    from trialwright.simulate.scenario import Assumptions

DIGITS = 4
WIDTH = 10_000


@dataclass(frozen=True)
class Calibration:
    """What a calibration says: a table for a person, and the possible figures that stay outside."""

    table: str
    outside: tuple[str, ...]


def calibrate_file(
    study: Study, target: Path | None, *, seed: int, replicates: int, progress: Callable[[str], None]
) -> Calibration:
    """Calibrate a study's assumptions and write them, to their own file if no other is named.

    Raises:
        StudyFileError: the assumptions are missing or wrong, or name nothing to fit.
    """
    source = study.folder / ASSUMPTIONS_FILE
    assumptions = read_assumptions(study)
    fitted = _rounded(calibrate(study, assumptions, seed=seed, trials=replicates, progress=progress))
    text = updated(source.read_text(encoding="utf-8"), fitted)
    with atomic_file(target or source) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return Calibration(table(fitted), tuple(outside(fitted)))


def fitted_names(assumptions: Assumptions) -> tuple[str, ...]:
    """Return the assumptions that a calibration moves."""
    named = [one.fit for one in assumptions.published if one.fit and one.possible]
    return tuple(dict.fromkeys([*named, *assumptions.also_fit]))


def _rounded(assumptions: Assumptions) -> Assumptions:
    data = assumptions.model_dump(mode="json")
    for name in fitted_names(assumptions):
        holder, key = place_of(data, name)
        holder[key] = float(f"{holder[key]:.{DIGITS}g}")
    return type(assumptions).model_validate(data)


def updated(text: str, fitted: Assumptions) -> str:
    """Return the text of the file with the fitted numbers and the achieved fit, its comments kept."""
    yaml = YAML()
    yaml.width = WIDTH
    yaml.preserve_quotes = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    document: Any = yaml.load(text)
    data = fitted.model_dump(mode="json")
    for name in fitted_names(fitted):
        holder, key = place_of(document, name)
        source, _ = place_of(data, name)
        holder[key] = source[key]
    document["fit"] = _fit_section(yaml, data["fit"])
    buffer = io.StringIO()
    yaml.dump(document, buffer)
    return buffer.getvalue()


def _fit_section(yaml: YAML, fit: Any) -> Any:
    """Return the achieved fit, one line a figure."""
    section: Any = yaml.map()
    for key in ("subjects", "replicates", "seed"):
        section[key] = fit[key]
    figures: Any = yaml.seq()
    for one in fit["figures"]:
        line: Any = yaml.map()
        line.fa.set_flow_style()
        for key, value in one.items():
            line[key] = value
        figures.append(line)
    section["figures"] = figures
    return section


def table(assumptions: Assumptions) -> str:
    """Return published beside simulated, a line a figure."""
    if assumptions.fit is None:
        return ""
    fit = assumptions.fit
    head = f"{fit.replicates} simulated trials of {fit.subjects} subjects; median and central 80 %"
    width = max(len(one.figure) for one in fit.figures)
    lines = [
        f"{one.figure:<{width}}  published {one.published:>8.3f}  simulated {one.simulated:>8.3f}"
        f"  ({one.low:.3f} to {one.high:.3f})  {'inside' if one.inside else 'OUTSIDE'}"
        for one in fit.figures
    ]
    return "\n".join([head, *lines])
