"""Blocks to HTML by the templates; every value is escaped unless it is markup of our own making."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trialwright.report.blocks import Section

_TEMPLATES = ("blocks.html.j2", "document.html.j2", "fragment.html.j2")


def document(page: object) -> str:
    """The whole page."""
    return _environment().get_template("document.html.j2").render(page=page, mark=getattr(page, "mark", ""))


def fragment(sections: Sequence[Section], mark: str) -> Markup:
    """Sections without a page around them; `mark` stands at each table (SIMULATED)."""
    text = _environment().get_template("fragment.html.j2").render(sections=sections, mark=mark)
    return Markup(text)  # noqa: S704 - rendered with autoescape


def asset(name: str) -> Markup:
    """A style sheet or script of this package, written into the page as it is."""
    return Markup(_read(name))  # noqa: S704 - a file of the package, not data


@cache
def _environment() -> Environment:
    loader = DictLoader({name: _read(name) for name in _TEMPLATES})
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined)


@cache
def _read(name: str) -> str:
    return files("trialwright.report").joinpath("templates", name).read_text(encoding="utf-8")
