"""Batches of trials on the workers of a Dask scheduler (extra `scale`): the same sums as here.

A worker gets a model and a range of trial numbers and returns sums. Results are added in the order of the
ranges, each exactly once; a range whose worker dies is computed again by another.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from trialwright.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.design.operating import Counted
    from trialwright.stats.trial_sums import TrialSums

AHEAD_OF_EACH_WORKER = 3
CONNECT_SECONDS = 15.0


def connect(address: str) -> Any:
    """A client of the scheduler at an address like tcp://10.0.0.1:8786.

    Raises:
        ArgumentError: Dask is not installed, or no scheduler answers.
    """
    try:
        distributed: Any = import_module("distributed")
    except ImportError as error:
        raise ArgumentError.at(
            "--scheduler", "Dask is not installed", remedy="pip install trialwright[scale]"
        ) from error
    try:
        return distributed.Client(address, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise ArgumentError.at(
            f"--scheduler {address}", "no scheduler answers", remedy="start one with `dask scheduler`"
        ) from error


@dataclass(frozen=True)
class OnCluster:
    """Runs batches on the workers of a client; use as a `Runner`."""

    client: Any

    def __call__(self, counted: Counted, ranges: Iterator[tuple[int, int]]) -> Iterator[TrialSums]:
        """Yield the sums of each range in order, a few ranges ahead of what is asked for."""
        ahead = AHEAD_OF_EACH_WORKER * max(len(self.client.scheduler_info()["workers"]), 1)
        waiting: deque[Any] = deque()
        try:
            for first, count in ranges:
                waiting.append(self.client.submit(counted, first, count, pure=False))
                if len(waiting) >= ahead:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            self.client.cancel(list(waiting))
