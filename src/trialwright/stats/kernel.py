"""The one way in which numerical loops are compiled, and where the compiled code is kept.

numba keeps compiled code on disk and checks only the file of the outermost function, so code that it
inlined from another file could go stale. The folder of a module's compiled code is therefore named by a
hash of that module, of every module of the package that it imports, and so on, and of the rulebook:
another version of any rule is another folder, and a change elsewhere compiles nothing anew.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import numba
from numba.core import event

F = TypeVar("F", bound=Callable[..., Any])

_ROOT: Final = Path(__file__).resolve().parent.parent
_IMPORT: Final = re.compile(rb"^from trialwright([\w.]*) import", re.MULTILINE)
_KEPT: Final = 4
_SETTING: Final = "CACHE_DIR"
_COMPILES: Final = "numba:compile"


def _files_of(name: str) -> list[Path]:
    """The file of a module, or all files of a package: its names may be modules of their own."""
    place = _ROOT.joinpath(*name.split(".")[1:])
    return sorted(place.glob("*.py")) if place.is_dir() else [place.with_suffix(".py")]


@cache
def _imported(path: Path) -> frozenset[str]:
    """The modules of the package that a file imports at run time; those for types alone are indented."""
    return frozenset("trialwright" + found.decode() for found in _IMPORT.findall(path.read_bytes()))


def _sources(name: str) -> list[Path]:
    """The files on which the compiled code of a module may depend."""
    files: set[Path] = set()
    waiting = _files_of(name)
    while waiting:
        path = waiting.pop()
        if path not in files:
            files.add(path)
            waiting += [file for module in _imported(path) for file in _files_of(module)]
    return sorted(files | set((_ROOT / "rulebook").glob("*.toml")))


@cache
def _digest(path: Path) -> bytes:
    return hashlib.sha256(path.relative_to(_ROOT).as_posix().encode() + path.read_bytes()).digest()


def _fingerprint(name: str) -> str:
    digest = hashlib.sha256(numba.__version__.encode())
    for path in _sources(name):
        digest.update(_digest(path))
    return digest.hexdigest()[:16]


def _made(caches: Path, module: str, version: str) -> Path:
    """The folder of this version of a module; old versions beyond a few are forgotten."""
    folder = caches / "trialwright" / "kernels" / module / version
    folder.mkdir(parents=True, exist_ok=True)
    os.utime(folder)
    by_age = sorted(folder.parent.iterdir(), key=lambda path: path.stat().st_mtime)
    for old in by_age[:-_KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return folder


@cache
def _cache_folder(module: str) -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    caches = Path(base) if base else Path.home() / ".cache"
    version = _fingerprint(module)
    try:
        return _made(caches, module, version)
    except OSError:
        owner = os.getuid() if hasattr(os, "getuid") else 0
        return _made(Path(tempfile.gettempdir()) / f"trialwright-{owner}", module, version)


def _prepare_cache(function: Callable[..., Any]) -> None:
    """Tell numba where the code of this function goes, unless NUMBA_CACHE_DIR says."""
    if not os.environ.get("NUMBA_CACHE_DIR"):
        setattr(numba.config, _SETTING, str(_cache_folder(function.__module__)))


class _Once(event.Listener):
    """Calls a function when something is compiled for the first time in this process."""

    def __init__(self, tell: Callable[[], object]) -> None:
        self._tell = tell
        self._told = False

    def on_start(self, event: event.Event) -> None:
        """Tell, once; code found on disk makes no such event."""
        del event
        if not self._told:
            self._told = True
            self._tell()

    def on_end(self, event: event.Event) -> None:
        """Nothing is to be said when it is done."""


def on_first_compilation(tell: Callable[[], object]) -> None:
    """Have `tell` called when this process has to compile for the first time."""
    cast("Any", event).register(_COMPILES, _Once(tell))


def kernel(function: F) -> F:
    """Compile a function over scalars and arrays to machine code, cached on disk; no fast-math."""
    _prepare_cache(function)
    return cast("F", numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def small_kernel(function: F) -> F:
    """Compile a function that is put into whatever kernel calls it, where a call would cost more than it."""
    _prepare_cache(function)
    return cast("F", numba.njit(cache=True, nogil=True, error_model="numpy", forceinline=True)(function))


def parallel_kernel(function: F) -> F:
    """Compile a function whose `prange` loops run on all cores; iterations must not share state."""
    _prepare_cache(function)
    return cast("F", numba.njit(cache=True, nogil=True, parallel=True, error_model="numpy")(function))
