"""The one way in which numerical loops are compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile a function over scalars and arrays to machine code, cached on disk; no fast-math."""
    return cast("F", numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def parallel_kernel(function: F) -> F:
    """Compile a function whose `prange` loops run on all cores; iterations must not share state."""
    return cast("F", numba.njit(cache=True, nogil=True, parallel=True, error_model="numpy")(function))
