"""Says on standard error what is being done, for whoever waits; never on standard output."""

from __future__ import annotations

import sys
import time
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

WORTH_TELLING_SECONDS = 1.0


class Progress(Protocol):
    """Tells the steps of a long piece of work."""

    def step(self, what: str) -> AbstractContextManager[None]:
        """Say what is being done while the block runs."""
        ...


class Silent:
    """Says nothing."""

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Do nothing but run the block."""
        _ = what
        yield


class OnTerminal:
    """A spinner where standard error is a terminal, and a line for each step that took over a second."""

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Show the step while it runs."""
        started = time.monotonic()
        if sys.stderr.isatty():
            from rich.console import Console  # noqa: PLC0415 (heavy)

            with Console(stderr=True).status(f"{what} …"):
                yield
        else:
            yield
        took = time.monotonic() - started
        if took >= WORTH_TELLING_SECONDS:
            sys.stderr.write(f"{what}: {took:.1f} s\n")
