"""A wrong file without its wrong places, so that what refers across the file can be checked in the same run.

Nothing repaired is ever used as a study: it serves to find further problems only.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from trialwright.protocol.part import nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trialwright.protocol.problems import Path

_STAND_INS: dict[Path, object] = {
    ("study",): {},
    ("study", "id"): "unnamed",
    ("study", "title"): "untitled",
    ("study", "phase"): "II",
    ("study", "design"): "retrospective",
    ("assessments",): {},
    ("assessments", "tumour"): {},
    ("assessments", "tumour", "every"): "6 weeks",
    ("response",): {},
    ("response", "source"): "lesions",
    ("response", "reference_date"): "first dose",
}
"""What takes the place of a missing part; chosen so that nothing else can seem wrong because of it."""


def at(data: Any, path: Path) -> Any:
    """Return what stands at a path, None where nothing does."""
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def repaired(data: Any, wrong: Sequence[Path]) -> Any | None:
    """Return a copy in which every wrong place is replaced or left out; None where that cannot be."""
    copy = deepcopy(data)
    for path in sorted(set(wrong), key=_order, reverse=True):
        _mend(copy, path)
    return None if copy == data else copy


def _order(path: Path) -> tuple[tuple[int, str], ...]:
    return tuple((step, "") if isinstance(step, int) else (-1, step) for step in path)


def _mend(data: Any, path: Path) -> None:
    if not path:
        return
    holder, last = at(data, path[:-1]), path[-1]
    present = (isinstance(holder, dict) and last in holder) or (
        isinstance(holder, list) and isinstance(last, int) and last < len(holder)
    )
    if path in _STAND_INS and isinstance(holder, dict):
        misspelt = "" if present else nearest(str(last), [key for key in holder if key != last])
        holder[last] = holder.pop(misspelt) if misspelt else _STAND_INS[path]
    elif present:
        del holder[last]
    else:
        _mend(data, path[:-1])
