"""What goes into the response rules: visits of many subjects in flat arrays, checked once.

Subject s has the visits `visit_offsets[s]` to `visit_offsets[s + 1]` (in order of day) and the target
lesions `lesion_offsets[s]` to `lesion_offsets[s + 1]`. `diameters_mm` holds one block a subject, one
after the other: a row a visit, a column a lesion. A visit index in a result is a position in the
arrays over all visits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from trialwright.derive.recist.codes import NewLesion, NonTarget, Response
from trialwright.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Codes = NDArray[np.int8]
    Flags = NDArray[np.bool_]
    Lengths = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ResponseHistories:
    """Time-point responses of many subjects, recorded or derived.

    Attributes:
        visit_offsets: n + 1 positions; subject s has visits offsets[s] to offsets[s + 1].
        day: day number of each visit on any one scale (days since 1970-01-01 for dates),
            strictly increasing within a subject: one response a day.
        response: a `Response` a visit; NOT_APPLICABLE (a baseline) is passed over.
        reference_day: from which the minimum duration of SD runs; earlier visits do not count.
            `UNKNOWN_DAY` where there is none.
        last_day: last day that counts (the day before new therapy, or the cut-off), else `NO_LAST_DAY`.
        subjects: names for messages; positions where empty.
    """

    visit_offsets: Ints
    day: Ints
    response: Codes
    reference_day: Ints
    last_day: Ints
    subjects: Sequence[str] = field(default=())

    def __post_init__(self) -> None:
        """Check shapes, order and codes; raises DataError naming the subject."""
        check_visits(self.visit_offsets, self.day, self.reference_day, self.last_day, self.subjects)
        _check_codes("response", self.response, self.day, max(Response), self.visit_offsets, self.subjects)


@dataclass(frozen=True, slots=True)
class LesionHistories:
    """Lesions of many subjects at all their visits.

    Attributes:
        visit_offsets: n + 1 positions of visits.
        day: day number of each visit, strictly increasing within a subject.
        has_baseline: n flags: is the first visit of the subject its baseline?
        lesion_offsets: n + 1 positions of target lesions.
        is_node: one flag a target lesion: measured by its short axis.
        diameters_mm: visits × lesions a subject, row by row, one subject after another; mm;
            NaN where the lesion was not evaluable.
        non_target: a `NonTarget` a visit.
        new_lesion: a `NewLesion` a visit.
        reference_day, last_day, subjects: as in `ResponseHistories`.
    """

    visit_offsets: Ints
    day: Ints
    has_baseline: Flags
    lesion_offsets: Ints
    is_node: Flags
    diameters_mm: Lengths
    non_target: Codes
    new_lesion: Codes
    reference_day: Ints
    last_day: Ints
    subjects: Sequence[str] = field(default=())

    def __post_init__(self) -> None:
        """Check shapes, order, codes and diameters; raises DataError naming the subject."""
        check_visits(self.visit_offsets, self.day, self.reference_day, self.last_day, self.subjects)
        offsets, names = self.visit_offsets, self.subjects
        _check_codes("non_target", self.non_target, self.day, max(NonTarget), offsets, names)
        _check_codes("new_lesion", self.new_lesion, self.day, max(NewLesion), offsets, names)
        _check_lesions(self)

    def block_offsets(self) -> Ints:
        """Return the n + 1 positions in `diameters_mm` at which the block of each subject begins."""
        sizes = np.diff(self.visit_offsets) * np.diff(self.lesion_offsets)
        return np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes, dtype=np.int64)])

    def diameters_of(self, subject: int) -> Lengths:
        """Return the diameters of one subject (by position), mm, visits × lesions."""
        lesions = int(self.lesion_offsets[subject + 1] - self.lesion_offsets[subject])
        visits = int(self.visit_offsets[subject + 1] - self.visit_offsets[subject])
        start = int(self.block_offsets()[subject])
        return self.diameters_mm[start : start + visits * lesions].reshape(visits, lesions)


def check_visits(offsets: Ints, day: Ints, reference: Ints, last: Ints, names: Sequence[str]) -> None:
    """Check what all histories share: offsets, order of days, one reference and last day a subject."""
    _check_offsets("visit_offsets", offsets, day.size)
    subjects = offsets.size - 1
    for what, values in (("reference_day", reference), ("last_day", last)):
        if values.shape != (subjects,):
            raise DataError.at(what, f"{values.size} values", expected=f"one for each of {subjects} subjects")
    if names and len(names) != subjects:
        raise DataError.at("subjects", f"{len(names)} names", expected=f"{subjects}")
    first = np.zeros(day.size + 1, np.bool_)
    first[offsets] = True
    unsorted = np.flatnonzero((np.diff(day) <= 0) & ~first[1 : day.size])
    if unsorted.size:
        visit = int(unsorted[0]) + 1
        raise DataError.at(
            _subject_of(visit, offsets, names),
            f"assessment on day {day[visit]} follows one on day {day[visit - 1]}",
            expected="days that increase from visit to visit",
            remedy="sort the visits and keep one assessment a day: the worst, or as the protocol says",
        )


def _check_offsets(what: str, offsets: Ints, size: int) -> None:
    if offsets.size == 0 or offsets[0] != 0 or offsets[-1] != size or bool(np.any(np.diff(offsets) < 0)):
        raise DataError.at(what, "offsets do not cover the array", expected=f"0 … {size}, not decreasing")


def _check_codes(
    what: str, codes: Codes, day: Ints, highest: int, offsets: Ints, names: Sequence[str]
) -> None:
    if codes.shape != day.shape:
        raise DataError.at(what, f"{codes.size} codes", expected=f"one for each of {day.size} visits")
    wrong = np.flatnonzero((codes < 0) | (codes > highest))
    if wrong.size:
        visit = int(wrong[0])
        where = f"{_subject_of(visit, offsets, names)}, day {day[visit]}"
        raise DataError.at(where, f"{what} code {codes[visit]}", expected=f"0 to {int(highest)}")


def _check_lesions(histories: LesionHistories) -> None:
    _check_offsets("lesion_offsets", histories.lesion_offsets, histories.is_node.size)
    subjects = histories.visit_offsets.size - 1
    if histories.lesion_offsets.size != subjects + 1 or histories.has_baseline.shape != (subjects,):
        raise DataError.at(
            "lesion_offsets, has_baseline", "wrong length", expected=f"those of {subjects} subjects"
        )
    blocks = histories.block_offsets()
    diameters = histories.diameters_mm
    if diameters.shape != (int(blocks[-1]),):
        raise DataError.at(
            "diameters_mm", f"{diameters.size} values", expected=f"{blocks[-1]}, visits × lesions a subject"
        )
    wrong = np.flatnonzero((diameters < 0) | np.isinf(diameters))
    if wrong.size:
        position = int(wrong[0])
        subject = int(np.searchsorted(blocks, position, side="right")) - 1
        lesions = int(histories.lesion_offsets[subject + 1] - histories.lesion_offsets[subject])
        row, column = divmod(position - int(blocks[subject]), lesions)
        visit = int(histories.visit_offsets[subject]) + row
        name = histories.subjects[subject] if histories.subjects else f"subject {subject}"
        raise DataError.at(
            f"{name}, day {histories.day[visit]}, target lesion {column + 1}",
            f"diameter {diameters[position]:g} mm",
            expected="0 mm or more, or not evaluable",
            remedy="correct the measurement, or record the lesion as not evaluable",
        )


def _subject_of(visit: int, offsets: Ints, names: Sequence[str]) -> str:
    subject = int(np.searchsorted(offsets, visit, side="right")) - 1
    return names[subject] if names else f"subject {subject}"
