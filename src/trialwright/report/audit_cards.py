"""The parts of the audit page that the blocks of a report do not have: verdicts, findings, questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright.claims.checklists import entry
from trialwright.claims.finding import MEANINGS, Finding, Verdict
from trialwright.claims.titles import title_of
from trialwright.claims.told import printed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trialwright.claims.model import Publication

_ASKED = (Verdict.ERROR, Verdict.SUSPECT, Verdict.UNSUPPORTED, Verdict.IDENTIFIED, Verdict.NOTE)
_BADGE = Markup('<span class="verdict {0}" title="{1}">{0}</span>')
_LINK = Markup('<a class="verdict {0}" title="{1}" href="#{2}">{0}</a>')
_ROW = Markup("<dt>{}</dt><dd>{}</dd>")
_ITEM = Markup("<li>{}</li>")
_QUESTION = Markup('<li>{} <span class="about">{}</span></li>')
_FINDING = Markup(
    '<article class="finding {verdict}" id="{anchor}"><h3>{badge}<span>{title}</span></h3>'
    '<p>{computation}</p>{rows}{ask}<p class="about">{check} · {code} · {claims}</p></article>'
)


def badge(verdict: Verdict, anchor: str = "") -> Markup:
    """A verdict as a mark; with an anchor, a link to its finding."""
    return (_LINK if anchor else _BADGE).format(verdict.value, MEANINGS[verdict], anchor)


def titles(publication: Publication, finding: Finding) -> str:
    """The claims of a finding in words, each with what it prints."""
    return "; ".join(_titled(publication, name) for name in finding.claims)


def _titled(publication: Publication, name: str) -> str:
    title = title_of(publication, name)
    if "." in name or "[" in name:
        return title
    said = printed(publication.claim(name))
    return f"{title}: {said}" if said else title


def card(publication: Publication, finding: Finding, anchor: str) -> Markup:
    """One finding: the arithmetic, what would mend it, and what to ask."""
    ask = Markup('<p class="ask">{}</p>').format(finding.question) if finding.question else Markup("")
    return _FINDING.format(
        verdict=finding.verdict.value,
        anchor=anchor,
        badge=badge(finding.verdict),
        title=titles(publication, finding),
        computation=sentence(finding.computation),
        rows=_rows(publication, finding),
        ask=ask,
        check=entry(finding.code).title,
        code=finding.code,
        claims=", ".join(finding.claims),
    )


def sentence(words: str) -> str:
    """With a capital and a full stop, as a paragraph begins and ends.

    A word that is not all small letters stays as it is: 'P', 'mPFS'.
    """
    first, _, rest = words.partition(" ")
    start = first[:1].upper() + first[1:] if first.islower() else first
    joined = f"{start} {rest}" if rest else start
    return joined if joined.endswith((".", "?")) else f"{joined}."


def _rows(publication: Publication, finding: Finding) -> Markup:
    quotes = [
        f"“{claim.quote}”" for claim in publication.claims if claim.id in finding.claims and claim.quote
    ]
    rows = [
        ("In the text", _listed(tuple(dict.fromkeys(quotes)))),
        ("Would mend it", _listed(finding.minimal_repairs)),
        ("Assumed", _listed(finding.assumptions)),
        ("Source", finding.source),
    ]
    shown = Markup("").join(_ROW.format(head, words) for head, words in rows if words)
    return Markup("<dl>{}</dl>").format(shown) if shown else Markup("")


def _listed(words: tuple[str, ...]) -> Markup | str:
    if len(words) < 2:  # noqa: PLR2004 - one needs no list
        return words[0] if words else ""
    return Markup("<ul>{}</ul>").format(Markup("").join(_ITEM.format(one) for one in words))


def questions(publication: Publication, findings: Sequence[Finding]) -> Markup | None:
    """What to ask the authors, the gravest first, one entry for each question; None where nothing is."""
    asked: dict[str, list[str]] = {}
    for verdict in _ASKED:
        for finding in findings:
            if finding.verdict is verdict and finding.question:
                about = titles(publication, finding)
                mine = asked.setdefault(finding.question, [])
                mine += [about] if about not in mine else []
    if not asked:
        return None
    items = (_QUESTION.format(question, "; ".join(about)) for question, about in asked.items())
    return Markup('<ol class="asked">{}</ol>').format(Markup("").join(items))
