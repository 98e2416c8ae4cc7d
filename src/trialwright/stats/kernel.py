"""The one way in which numerical loops are compiled, and where the compiled code is kept.

numba keeps compiled code on disk and checks only the file of the outermost function, so code that it
inlined from another file could go stale. The folder is therefore named by a hash of every source file
in the packages that hold kernels, and of the rulebook: another version of any rule is another folder.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])

_PACKAGE: Final = Path(__file__).resolve().parent.parent
_MARK: Final = b"trialwright.stats.kernel import"
_PREFIX: Final = "kernels-"
_KEPT: Final = 4
_SETTING: Final = "CACHE_DIR"


def _sources() -> list[Path]:
    """The files on which compiled code may depend: each folder that holds a kernel, and the rulebook."""
    folders = {path.parent for path in _PACKAGE.rglob("*.py") if _MARK in path.read_bytes()}
    files = {file for folder in folders for file in folder.glob("*.py")}
    return sorted(files | set((_PACKAGE / "rulebook").glob("*.toml")))


def _fingerprint() -> str:
    digest = hashlib.sha256(numba.__version__.encode())
    for path in _sources():
        digest.update(path.relative_to(_PACKAGE).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _caches() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "trialwright"


def _prepare_cache() -> None:
    """Tell numba where compiled code goes, unless NUMBA_CACHE_DIR says; forget old versions."""
    if os.environ.get("NUMBA_CACHE_DIR"):
        return
    name = f"{_PREFIX}{_fingerprint()}"
    try:
        folder = _caches() / name
        folder.mkdir(parents=True, exist_ok=True)
        os.utime(folder)
        by_age = sorted(_caches().glob(f"{_PREFIX}*"), key=lambda path: path.stat().st_mtime)
        for old in by_age[:-_KEPT]:
            shutil.rmtree(old, ignore_errors=True)
    except OSError:
        folder = (
            Path(tempfile.gettempdir()) / f"trialwright-{os.getuid() if hasattr(os, 'getuid') else 0}" / name
        )
        folder.mkdir(parents=True, exist_ok=True)
    setattr(numba.config, _SETTING, str(folder))


_prepare_cache()


def is_compiled() -> bool:
    """Whether compiled code of this version is on disk already: the first run has to wait for it."""
    return any(Path(getattr(numba.config, _SETTING)).rglob("*.nbi"))


def kernel(function: F) -> F:
    """Compile a function over scalars and arrays to machine code, cached on disk; no fast-math."""
    return cast("F", numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def parallel_kernel(function: F) -> F:
    """Compile a function whose `prange` loops run on all cores; iterations must not share state."""
    return cast("F", numba.njit(cache=True, nogil=True, parallel=True, error_model="numpy")(function))
