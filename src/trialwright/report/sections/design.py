"""How the study was designed: told from the study file alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from trialwright.protocol.endpoints import PRIMARY, ResponseEndpoint, TimeToEventEndpoint
from trialwright.protocol.study import GroupKind
from trialwright.report import blocks
from trialwright.report import format as fmt
from trialwright.report import protocol_words as say
from trialwright.report.plan_words import plan_sentence
from trialwright.report.sections import monitoring

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.report.inputs import Page


def section(page: Page) -> blocks.Section:
    """The chapter on design."""
    parts = [*_size(page), *_groups(page), *_treatment(page), *_schedule(page), *_endpoints(page)]
    parts += _response(page)
    parts += [*monitoring.planned(page), *_sets(page), *_eligibility(page)]
    return blocks.Section("design", "Design", tuple(parts))


def _text(words: str) -> blocks.Column:
    return blocks.Column(words, is_text=True)


def _items(sentences: Iterator[str]) -> Markup:
    """Sentences as a list."""
    return Markup("<ul>{}</ul>").format(
        Markup("").join(Markup("<li>{}</li>").format(line) for line in sentences)
    )


def _size(page: Page) -> Iterator[blocks.Block]:
    """What the study set out to show, where its file says so."""
    plan = page.study.size_plan
    if plan is not None:
        yield blocks.Prose(f"{plan_sentence(page.study)} Source: {plan.source or 'study file'}.")


def _groups(page: Page) -> Iterator[blocks.Block]:
    """Arms or cohorts with their definition, and the randomisation."""
    study = page.study
    groups = [group for group in study.groups.values() if group.kind is not GroupKind.ALL]
    if groups:
        rows = []
        for group in groups:
            cohort = study.cohorts.get(group.name)
            size = fmt.count(cohort.size) if cohort is not None and cohort.size else fmt.NO_VALUE
            rule = f"ARMCD {fmt.listing(list(group.armcd))}" if group.armcd else "all others"
            rule = group.when.text if group.when is not None else rule
            rows.append(blocks.TableRow(group.name, (group.label, rule, size)))
        noun = "Arms" if groups[0].kind is GroupKind.ARM else "Cohorts"
        columns = (_text(noun[:-1]), _text("Name"), _text("Who belongs to it"), blocks.Column("Planned"))
        yield blocks.Table("table-groups", f"{noun} of the study.", columns, tuple(rows))
    if study.randomisation is not None:
        yield blocks.Prose(f"Randomisation: {say.randomisation_words(study.randomisation, study)}.")


def _treatment(page: Page) -> Iterator[blocks.Block]:
    """The regimen: phases, and each drug with dose, way and days."""
    rows: list[blocks.TableRow] = []
    for phase in page.study.treatment:
        arm = f", {page.group_label(phase.arm)}" if phase.arm else ""
        rows.append(blocks.TableRow(f"{phase.phase.capitalize()}{arm}. {say.cycles_words(phase)}"))
        for drug in phase.drugs:
            levels = ", ".join(f"{level:g}" for level in drug.levels) or fmt.NO_VALUE
            shown = (say.dose_words(drug), say.giving_words(drug), say.days_words(drug.days), levels)
            rows.append(blocks.TableRow(drug.name.capitalize(), shown, 1))
    if rows:
        heads = ("Dose", "How given", "Days of the cycle", "Dose levels")
        columns = (_text("Drug"), *(_text(words) for words in heads))
        yield blocks.Table("table-regimen", "Treatment as planned.", columns, tuple(rows))


def _schedule(page: Page) -> Iterator[blocks.Block]:
    """When tumours and blood are examined."""
    plan = page.study.assessments
    sentences = [say.schedule_words(plan.tumour)]
    if plan.laboratory is not None:
        days = say.days_words(plan.laboratory.days_of_cycle)
        sentences.append(f"laboratory: {days} of each cycle")
    if plan.follow_up is not None:
        sentences.append(f"contacts after treatment every {plan.follow_up}")
    yield blocks.Prose(f"{'; '.join(sentences)}.")


def _endpoints(page: Page) -> Iterator[blocks.Block]:
    """Each endpoint: role, definition, set, comparison; then the censoring rules of each time."""
    rows = []
    for name, endpoint in page.study.endpoints.items():
        words = [f"{say.definition(endpoint)}."]
        compare = getattr(endpoint, "compare", None)
        if compare is not None:
            words.append(f"{say.comparison_words(compare, page.study)}.")
        shown = (endpoint.role.value.capitalize(), " ".join(words), page.set_label(endpoint.set))
        rows.append(blocks.TableRow(page.endpoint_label(name), shown))
    columns = (_text("Endpoint"), _text("Role"), _text("Definition"), _text("Analysis set"))
    yield blocks.Table("table-endpoints", "Endpoints.", columns, tuple(rows))
    times = {k: e for k, e in page.study.endpoints.items() if isinstance(e, TimeToEventEndpoint)}
    if times:
        yield _censoring(page, times)


def _censoring(page: Page, times: dict[str, TimeToEventEndpoint]) -> blocks.Table:
    """The censoring rules in words, the primary ones and those of each variant."""
    rows = []
    for name, endpoint in times.items():
        rows.append(blocks.TableRow(page.endpoint_label(name)))
        for variant in (PRIMARY, *endpoint.variants):
            changed = endpoint.variant(variant)
            before = list(say.censoring_sentences(endpoint))
            told = [
                line for line in say.censoring_sentences(changed) if variant == PRIMARY or line not in before
            ]
            told += [] if variant == PRIMARY else list(_other_changes(page, endpoint, changed))
            rows.append(
                blocks.TableRow(variant.capitalize(), (_items(iter(told)) if told else fmt.NO_VALUE,), 1)
            )
    columns = (_text("Analysis"), _text("Rules; a variant names only what it changes"))
    return blocks.Table("table-censoring", "Censoring rules of the times to event.", columns, tuple(rows))


def _other_changes(page: Page, endpoint: TimeToEventEndpoint, changed: TimeToEventEndpoint) -> Iterator[str]:
    """What a variant changes beside censoring."""
    if changed.start != endpoint.start:
        yield f"Counted from {changed.start.value}."
    if changed.events != endpoint.events:
        yield f"Events: {' or '.join(event.value for event in changed.events)}."
    if changed.set != endpoint.set:
        yield f"Analysed in: {page.set_label(changed.set)}."


def _response(page: Page) -> Iterator[blocks.Block]:
    """The response rules and every option chosen."""
    rules = _items(say.response_words(page.study.response))
    if any(isinstance(endpoint, ResponseEndpoint) for endpoint in page.study.endpoints.values()):
        yield blocks.Heading("How response is judged", "response-rules")
    else:
        yield blocks.Heading("How progression is judged", "response-rules")
    yield blocks.Prose(rules, is_list=True)


def _sets(page: Page) -> Iterator[blocks.Block]:
    """The analysis sets with their conditions."""
    rows = tuple(
        blocks.TableRow(part.label, (Markup("<code>{}</code>").format(part.condition.text),))
        for part in page.study.analysis_sets.values()
    )
    columns = (_text("Analysis set"), _text("Condition"))
    yield blocks.Table("table-sets", "Analysis sets.", columns, rows)


def _eligibility(page: Page) -> Iterator[blocks.Block]:
    """Inclusion and exclusion criteria, folded: they are long."""
    criteria = list(page.study.population.criteria())
    if not criteria:
        return
    rows = tuple(
        blocks.TableRow(
            numbered.code,
            (
                numbered.category.capitalize(),
                numbered.criterion.text,
                numbered.criterion.when.text if numbered.criterion.when is not None else "judged by a person",
            ),
        )
        for numbered in criteria
    )
    columns = (_text("Code"), _text("Kind"), _text("Criterion"), _text("Checked by"))
    table = blocks.Table("table-criteria", "Eligibility criteria.", columns, rows, dense=True)
    summary = Markup("<b>Eligibility</b>, {}").format(fmt.plural(len(criteria), "criterion", "criteria"))
    yield blocks.Folded(summary, (table,))
