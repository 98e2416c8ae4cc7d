"""A progress bar with the running estimate and its Monte-Carlo error, on standard error."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from trialwright.stats.kernel import on_first_compilation

if TYPE_CHECKING:
    from types import TracebackType

    from trialwright.stats.trial_sums import Proportion, TrialSums


def announce_compilation() -> None:
    """Say so when kernels have to be compiled first."""
    text = "First run of this version: the numerical rules are compiled once.\n"
    on_first_compilation(lambda: sys.stderr.write(text))


class OnBar:
    """Use as a context; draws only where standard error is a terminal."""

    def __init__(self, what: str = "") -> None:
        self._what = f"{what}: " if what else ""
        self._bar = Progress(
            BarColumn(),
            TextColumn("{task.fields[words]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
        )
        self._task = self._bar.add_task("", total=1.0, words="")

    def __enter__(self) -> Self:
        """Show the bar."""
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the bar as it stands."""
        self._bar.stop()

    def told(self, sums: TrialSums, share_done: float) -> None:
        """Move the bar and show the estimate of the first decision."""
        one = sums.below(sums.margins[0]) if sums.margins else sums.benefit
        self.move(sums.trials, one, share_done)

    def move(self, trials: int, estimate: Proportion, share_done: float) -> None:
        """Move the bar and show an estimate from this many trials."""
        words = f"{self._what}{trials:,} trials: {estimate.value:.4f} ± {estimate.error:.4f}"
        self._bar.update(self._task, completed=share_done, words=words)
