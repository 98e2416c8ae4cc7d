"""The words and rules of rulebook/ingest.toml."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from trialwright.rulebook import read_table
from trialwright.sdtm.study_data import known_contract

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trialwright.standards import ColumnKind

_BLANKS = re.compile(r"\s+")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))


_REMEMBERED = 50_000


@cache
def ingest_rules() -> dict[str, Any]:
    """Read the table."""
    return read_table("ingest.toml")


@lru_cache(maxsize=_REMEMBERED)
def plain(text: str) -> str:
    """Return the text with plain characters and single blanks.

    >>> plain(" ３.５　ｃｍ ")
    '3.5 cm'
    """
    return _BLANKS.sub(" ", unicodedata.normalize("NFKC", text).translate(_INVISIBLE)).strip()


@lru_cache(maxsize=_REMEMBERED)
def folded(text: str) -> str:
    """Return the text as words are compared.

    >>> folded("Complete  RESPONSE")
    'complete response'
    """
    return plain(text).casefold()


@cache
def word_list(name: str) -> Mapping[str, str]:
    """Map each folded word of a list, such as "response", to its term."""
    lists = ingest_rules()["words"]
    return MappingProxyType({folded(word): term for term, words in lists[name].items() for word in words})


def word_lists() -> tuple[str, ...]:
    """Return the names of the lists of words."""
    return tuple(ingest_rules()["words"])


@cache
def missing_words() -> frozenset[str]:
    """Return the folded words that stand for nothing."""
    return frozenset(folded(word) for word in ingest_rules()["missing"]["words"])


@cache
def folded_words(words: tuple[str, ...]) -> frozenset[str]:
    """Return words as they are compared."""
    return frozenset(map(folded, words))


@cache
def variable_kinds(domain: str) -> Mapping[str, ColumnKind]:
    """Return how the values of each variable of a domain are written."""
    return MappingProxyType({column.name: column.kind for column in known_contract(domain).columns})
