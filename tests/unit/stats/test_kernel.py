"""Compiled code of an older version of any rule must never run; code that did not change stays compiled."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from trialwright.stats import kernel

FILES = {
    "stats/outer.py": "from trialwright.stats.inner import f\n",
    "stats/inner.py": "from trialwright.shared import (\n    g,\n)\n",
    "stats/other.py": "",
    "shared/__init__.py": "",
    "shared/deep.py": "",
    "rulebook/rules.toml": "a = 1\n",
}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(kernel, "_ROOT", tmp_path)
    return tmp_path


def fingerprint() -> str:
    kernel._digest.cache_clear()
    kernel._imported.cache_clear()
    return kernel._fingerprint("trialwright.stats.outer")


@pytest.mark.parametrize(
    "changed", ["stats/outer.py", "stats/inner.py", "shared/deep.py", "rulebook/rules.toml"]
)
def test_a_change_in_what_a_kernel_may_inline_is_another_version(package: Path, changed: str) -> None:
    before = fingerprint()
    with (package / changed).open("a", encoding="utf-8") as file:
        file.write("b = 2\n")
    assert fingerprint() != before


def test_a_change_elsewhere_compiles_nothing_anew(package: Path) -> None:
    before = fingerprint()
    (package / "stats/other.py").write_text("b = 2\n", encoding="utf-8")
    assert fingerprint() == before


def test_the_first_compilation_is_told_once_and_code_found_on_disk_is_not(tmp_path: Path) -> None:
    script = (
        "from trialwright.stats.kernel import on_first_compilation\n"
        "on_first_compilation(lambda: print('compiles'))\n"
        "from trialwright.stats.random_streams import uniforms, normals\n"
        "uniforms(1, 2, 3, 4, 5), normals(1, 2, 3, 4, 5)\n"
    )
    environment = {"XDG_CACHE_HOME": str(tmp_path), "PYTHONPATH": str(Path(kernel.__file__).parents[2])}
    said = [
        subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    ]
    assert said == ["compiles\n", ""]
