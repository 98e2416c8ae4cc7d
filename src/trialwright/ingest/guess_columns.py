"""How the values of a column look: dates and their styles, numbers and their unit, words of a list."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.ingest.date_styles import FIRST_SERIAL, LAST_SERIAL, SERIAL, read_date
from trialwright.ingest.outcomes import RefusedValueError
from trialwright.ingest.rulebook import folded, missing_words, word_list, word_lists

if TYPE_CHECKING:
    from trialwright.ingest.tables import Cell, Table

STYLES = (
    "yyyy-mm-dd", "yyyy/mm/dd", "yyyy.mm.dd", "yyyy年m月d日", "dd.mm.yyyy", "dd/mm/yyyy", "mm/dd/yyyy",
    "dd-mmm-yyyy", "yyyymmdd", "yyyy-mm", "yyyy年m月", "yyyy.m", "mmm yyyy",
)  # fmt: skip
NUMBERS = ("AGE", "EXDOSE", "TRORRES", "LBORRES")
DATE_SUFFIX = "DTC"
ENOUGH = 0.8
"""The share of values that must look alike; the others will be rejected, and so be seen."""

_NUMBER = re.compile(
    r"^[-+]?\d+(?:\.\d+)?\s*(?:[^\d\s]{1,4})?(?:\s*[x×*]\s*\d+(?:\.\d+)?\s*(?:[^\d\s]{1,4})?)?$"
)
_PAIR = re.compile(r"\d\s*[x×*]\s*\d")
_UNITS = ("mm", "cm", "mg", "kg")
_OLDEST_SERIAL = 20_000
_ORDERS = ("dd/mm/yyyy", "mm/dd/yyyy")


@dataclass(frozen=True, slots=True)
class Reads:
    """How a column may be read."""

    filled: int
    styles: tuple[str, ...] = ()
    numeric: bool = False
    unit: str = ""
    pairs: bool = False
    words: str = ""

    def fits(self, variable: str) -> bool:
        """Whether a variable takes such values."""
        if variable.endswith(DATE_SUFFIX):
            return bool(self.styles)
        if variable in NUMBERS:
            return self.numeric and not self.styles
        return not self.styles

    def rule(self) -> str:
        """Return the column's rule as YAML, "" where it is plain text."""
        if self.styles:
            return f"{{date: [{', '.join(self.styles)}]}}"
        if self.numeric:
            pairs = ", diameters: longest" if self.pairs else ""
            return f"{{unit: {self.unit}{pairs}}}" if self.unit else f"{{number: yes{pairs}}}"
        return f"{{words: {self.words}}}" if self.words else ""


def how_read(table: Table, place: int) -> Reads:
    """Look at the values of a column."""
    cells = [row.cells[place] for row in table.rows if place < len(row.cells)]
    cells = [cell for cell in cells if not cell.empty and folded(cell.text) not in missing_words()]
    if not cells:
        return Reads(0)
    styles = _styles(cells, table.serial_epoch)
    numeric = sum(_looks_numeric(cell) for cell in cells) >= ENOUGH * len(cells)
    if styles:
        return Reads(len(cells), styles)
    if numeric:
        heading = folded(table.headings[place])
        unit = next((unit for unit in _UNITS if re.search(rf"(?<![a-z]){unit}(?![a-z])", heading)), "")
        pairs = any(_PAIR.search(cell.text) for cell in cells)
        return Reads(len(cells), numeric=True, unit=unit, pairs=pairs)
    return Reads(len(cells), words=_words(cells))


def _looks_numeric(cell: Cell) -> bool:
    return not cell.is_date and _NUMBER.match(cell.text) is not None


def _styles(cells: list[Cell], epoch: dt.date) -> tuple[str, ...]:
    """Return the styles that most dates of the column have, () where it has no dates.

    Where nothing tells day and month apart, both orders are returned: ambiguous dates are then refused.
    """
    fitting = [_fitting(cell, epoch) for cell in cells]
    dated = [styles for styles in fitting if styles]
    certain = {styles[0] for styles in dated if len(styles) == 1}
    used = certain | {style for styles in dated if not certain & set(styles) for style in styles}
    only_numbers = all(styles in ((SERIAL,), ("yyyy.m",)) for styles in dated)
    if len(dated) < ENOUGH * len(cells) or only_numbers:
        return ()
    return tuple(style for style in (*STYLES, SERIAL) if style in used)


def _fitting(cell: Cell, epoch: dt.date) -> tuple[str, ...]:
    """Return the style that fits, or both orders of day and month where both do."""
    if isinstance(cell.value, dt.date):
        return STYLES[:1]
    fitting = tuple(style for style in STYLES if _fits(cell, style, epoch))
    if fitting:
        return fitting if set(fitting) == set(_ORDERS) else fitting[:1]
    text = cell.text
    serial = text.isdigit() and max(FIRST_SERIAL, _OLDEST_SERIAL) <= int(text) <= LAST_SERIAL
    return (SERIAL,) if serial else ()


def _fits(cell: Cell, style: str, epoch: dt.date) -> bool:
    try:
        read_date(cell, cell.text, (style,), epoch)
    except RefusedValueError:
        return False
    return True


def _words(cells: list[Cell]) -> str:
    """Return the list of words that has nearly every value."""
    texts = [folded(cell.text) for cell in cells]
    for name in word_lists():
        known = word_list(name)
        if sum(text in known for text in texts) >= ENOUGH * len(texts):
            return name
    return ""


def subject_rule(table: Table, place: int) -> str:
    """Return the rule of the column with the patient: padded digits, filled down where cells are merged."""
    rows = [row for row in table.rows if not all(cell.empty for cell in row.cells)]
    texts = [row.cells[place].text if place < len(row.cells) else "" for row in rows]
    lengths = {len(text) for text in texts if text.isdigit()}
    parts = [f"pad: {max(lengths)}"] if len(lengths) > 1 else []
    if texts.count("") > (1 - ENOUGH) * len(texts):
        parts.append("fill_down: yes")
    return f"{{{', '.join(parts)}}}" if parts else ""
