"""Which rows of a sheet are its headings."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trialwright.ingest.tables import RawSheet

_SEARCHED = 8
_FEWEST = 2


def heading_rows(sheet: RawSheet) -> tuple[int, int] | None:
    """Return the first and the last row of the headings, counted from 1; None where there are none.

    The headings are the row with the most different texts among the first ones; the row above belongs to
    them where it has merged cells, or where a column has its heading only there.
    """
    best, most = -1, _FEWEST - 1
    for number, row in enumerate(sheet.rows[:_SEARCHED]):
        texts = {cell.text for cell in row if isinstance(cell.value, str) and cell.text}
        if len(texts) > most:
            best, most = number, len(texts)
    if best < 0 or best + 1 >= len(sheet.rows):
        return None
    wide = {top for top, bottom, left, right in sheet.merged if right > left and bottom == top}
    if best in wide and best + 1 < len(sheet.rows) - 1:
        return best + 1, best + 2
    return (best, best + 1) if best - 1 in wide else (best + 1, best + 1)
