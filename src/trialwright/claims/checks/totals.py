"""Sums across the text: parts of a total, arms of a population, rates that contain each other."""

from __future__ import annotations

from collections import defaultdict
from itertools import islice, product
from typing import TYPE_CHECKING

from trialwright.claims.counts import counts_behind, possible_counts, size_of
from trialwright.claims.finding import Finding, Verdict
from trialwright.claims.model import CountClaim, Partition, Proportion, endpoint_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.claims.model import Publication

CODE = "PARTS-OF-TOTAL"
POPULATION = "POPULATION-SIZE"
NESTED = "RATE-CONTAINS"
SOURCE = "parts of a total add up to it"
_MOST_WAYS = 10_000
_CONTAINED = (("CR", "ORR"), ("PR", "ORR"), ("ORR", "DCR"), ("CR", "DCR"), ("PR", "DCR"), ("SD", "DCR"))


def totals(publication: Publication) -> Iterator[Finding]:
    """Each partition, the sizes of populations, and rates that contain each other."""
    for claim in publication.all_of(Partition):
        yield _partition(publication, claim)
    yield from _populations(publication)
    yield from _contained(publication)


def _partition(publication: Publication, claim: Partition) -> Finding:
    parts = {name: counts_behind(publication, part) for name, part in claim.parts.items()}
    totals_ = counts_behind(publication, claim.total)
    named = [ref for ref in (*claim.parts.values(), claim.total) if isinstance(ref, str)]
    ids = (claim.id, *(ref for ref in named if ref not in publication.populations))
    unknown = [name for name, found in {**parts, "the total": totals_}.items() if not found]
    if unknown:
        text = f"the count of {', '.join(unknown)} is not known"
        return Finding(CODE, Verdict.UNCHECKABLE, ids, text, question="What are the counts?")
    ways = islice(product(*parts.values(), totals_), _MOST_WAYS)
    fitting = next((way for way in ways if _adds_up(way, is_complete=claim.complete)), None)
    first = [found[0] for found in parts.values()]
    if fitting is None:
        return _not_adding_up(claim, dict(zip(parts, first, strict=True)), totals_[0], ids)
    *counted, total = fitting
    rest = total - sum(counted)
    relation = f"of {total}" + (f", {rest} not named" if rest else "")
    open_ = [name for name, found in parts.items() if len(found) > 1]
    assumed = (f"the percentages of {', '.join(open_)} leave several counts open",) if open_ else ()
    shown = f"{' + '.join(str(count) for count in counted)} = {sum(counted)} {relation}"
    return Finding(CODE, Verdict.OK, ids, shown, assumed, SOURCE)


def _adds_up(way: tuple[int, ...], *, is_complete: bool) -> bool:
    *parts, total = way
    return sum(parts) == total or (not is_complete and sum(parts) <= total)


def _not_adding_up(claim: Partition, parts: dict[str, int], total: int, ids: tuple[str, ...]) -> Finding:
    sum_of = sum(parts.values())
    gap = total - sum_of
    repairs = [
        f"{name} {count + gap} instead of {count}" for name, count in parts.items() if count + gap >= 0
    ]
    return Finding(
        CODE,
        Verdict.ERROR,
        ids,
        f"{' + '.join(str(count) for count in parts.values())} = {sum_of}, not {total}",
        ("nobody is counted twice or left out",) if claim.complete else ("nobody is counted twice",),
        SOURCE,
        (f"a total of {sum_of}", *repairs),
        f"Where are the {abs(gap)} others?" if gap > 0 else f"Who are the {abs(gap)} too many?",
    )


def counts(publication: Publication) -> Iterator[Finding]:
    """Each count against the population it is of."""
    for claim in publication.all_of(CountClaim):
        size = publication.size(claim.population)
        if size is not None and claim.k > size:
            text = f"{claim.k} of {size} {claim.population}: more than there are"
            question = "Are events or subjects counted?"
            yield Finding(CODE, Verdict.ERROR, (claim.id,), text, ("subjects",), SOURCE, (), question)
        elif size is not None:
            yield Finding(CODE, Verdict.OK, (claim.id,), f"{claim.k} of {size}", ("subjects",), SOURCE)


def _populations(publication: Publication) -> Iterator[Finding]:
    enrolled = publication.study.enrolled
    arms: dict[str, list[str]] = defaultdict(list)
    for name, one in publication.populations.items():
        parent = publication.populations[one.of].n if one.of else enrolled
        if one.is_arm:
            arms[one.of or ""].append(name)
        if parent is not None and one.n > parent:
            where = one.of or "enrolled"
            text = f"{name}: {one.n} subjects, but only {parent} ({where})"
            yield Finding(
                POPULATION,
                Verdict.ERROR,
                (f"populations.{name}",),
                text,
                (),
                SOURCE,
                (),
                "How many were there?",
            )
    for name, parts in arms.items():
        parent = publication.populations[name].n if name else enrolled
        if parent is not None and len(parts) > 1:
            yield _arms(publication, parts, parent, name or "enrolled")


def _arms(publication: Publication, names: list[str], total: int, whole: str) -> Finding:
    sizes = [publication.populations[name].n for name in names]
    shown = f"{' + '.join(str(size) for size in sizes)} = {sum(sizes)} ({', '.join(names)}), {total} {whole}"
    ids = tuple(f"populations.{name}" for name in names)
    if sum(sizes) == total:
        return Finding(POPULATION, Verdict.OK, ids, shown, source=SOURCE)
    verdict = Verdict.ERROR if sum(sizes) > total else Verdict.NOTE
    return Finding(
        POPULATION, verdict, ids, shown, ("arms do not overlap",), SOURCE, (), "Where are the others?"
    )


def _contained(publication: Publication) -> Iterator[Finding]:
    """A complete response is a response, a response is disease control: the larger cannot be rarer."""
    rates = publication.all_of(Proportion)
    for inner_name, outer_name in _CONTAINED:
        for inner in (one for one in rates if endpoint_of(one) == inner_name):
            for outer in (one for one in rates if endpoint_of(one) == outer_name):
                if inner.population == outer.population and size_of(publication, inner) == size_of(
                    publication, outer
                ):
                    yield from _compare(publication, inner, outer)


def _compare(publication: Publication, inner: Proportion, outer: Proportion) -> Iterator[Finding]:
    few, many = possible_counts(publication, inner), possible_counts(publication, outer)
    if not few or not many:
        return
    ids = (inner.id, outer.id)
    text = (
        f"{endpoint_of(inner)} {min(few)}, {endpoint_of(outer)} {max(many)} of {size_of(publication, inner)}"
    )
    if min(few) > max(many):
        yield Finding(
            NESTED,
            Verdict.ERROR,
            ids,
            f"{text}: the part exceeds the whole",
            (),
            SOURCE,
            (),
            "Which is right?",
        )
    else:
        yield Finding(NESTED, Verdict.OK, ids, text, (), SOURCE)
