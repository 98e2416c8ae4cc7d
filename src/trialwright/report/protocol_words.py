"""What the study file says, in sentences that a clinician would sign."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from trialwright.protocol.censoring import (
    AfterMissed,
    CensoringRules,
    DeathWithoutProgression,
    LostToFollowUp,
    NewTherapy,
    NoAssessment,
    WithoutEvent,
)
from trialwright.protocol.comparison import Comparison, Question, RateComparison, TimeTest
from trialwright.protocol.endpoints import (
    Assessments,
    Event,
    ExposureEndpoint,
    FollowUpEndpoint,
    ResponseEndpoint,
    SafetyEndpoint,
    TimeToEventEndpoint,
)
from trialwright.protocol.response_rules import CrThenPr, ResponseSource
from trialwright.report import format as fmt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trialwright.protocol.endpoints import Endpoint
    from trialwright.protocol.randomisation import Randomisation
    from trialwright.protocol.regimen import Drug, TreatmentPhase
    from trialwright.protocol.response_rules import ResponseRules
    from trialwright.protocol.schedule import TumourSchedule
    from trialwright.protocol.study import Study

ENDPOINT_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "ORR": "Objective response rate",
        "DCR": "Disease control rate",
        "CBR": "Clinical benefit rate",
        "PFS": "Progression-free survival",
        "OS": "Overall survival",
        "TTP": "Time to progression",
        "DOR": "Duration of response",
        "TTR": "Time to response",
        "DFS": "Disease-free survival",
        "EFS": "Event-free survival",
    }
)
_ROUTES = MappingProxyType(
    {"iv": "intravenous", "oral": "by mouth", "sc": "subcutaneous", "im": "intramuscular"}
)
_LEAST_RUN = 3
_TIMES_A_DAY = MappingProxyType({1: "once a day", 2: "twice a day", 3: "three times a day"})


def design_words(study: Study) -> str:
    """`open label, randomised, several centres`."""
    identity = study.identity
    parts = [identity.masking.value if identity.masking else "", identity.design.value]
    if identity.centres:
        parts.append("one centre" if identity.centres == "one" else "several centres")
    return ", ".join(part for part in parts if part)


def endpoint_label(name: str, endpoint: Endpoint | None) -> str:
    """The label of the study file, else the usual name of the abbreviation, else the name."""
    if endpoint is not None and endpoint.label:
        return endpoint.label
    if name in ENDPOINT_NAMES:
        return f"{ENDPOINT_NAMES[name]} ({name})"
    return name


def days_words(days: tuple[int, ...]) -> str:
    """The days of a cycle.

    >>> days_words((1, 8)), days_words((1, 2, 3, 4)), days_words((1,))
    ('days 1 and 8', 'days 1–4', 'day 1')
    """
    if len(days) == 1:
        return f"day {days[0]}"
    is_run = len(days) >= _LEAST_RUN and list(days) == list(range(days[0], days[-1] + 1))
    return (
        f"days {days[0]}{fmt.EN_DASH}{days[-1]}"
        if is_run
        else f"days {fmt.listing([str(day) for day in days])}"
    )


def dose_words(drug: Drug) -> str:
    """`3 mg/kg`, `1000 mg/m²`, or what the label of the drug says."""
    return str(drug.dose).replace("mg/m2", "mg/m²")


def giving_words(drug: Drug) -> str:
    """Route, infusion time and times a day."""
    words = [_ROUTES.get(drug.route.value, drug.route.value)]
    if drug.infusion_minutes:
        words.append(f"over {drug.infusion_minutes:g} minutes")
    if drug.times_a_day > 1:
        words.append(_TIMES_A_DAY.get(drug.times_a_day, f"{drug.times_a_day} times a day"))
    return ", ".join(words)


def cycles_words(phase: TreatmentPhase) -> str:
    """`Cycles of 3 weeks, at most 6; until progression or death`."""
    words = f"Cycles of {phase.cycles.length}"
    if phase.cycles.at_most:
        words += f", at most {phase.cycles.at_most}"
    if phase.until:
        words += f"; until {' or '.join(reason.value for reason in phase.until)}"
    if phase.enter_if is not None:
        words += f"; entered if: {phase.enter_if.text}"
    return words


def randomisation_words(plan: Randomisation, study: Study) -> str:
    """One sentence on ratio, method, block sizes and strata."""
    arms = [study.arms[name].label if name in study.arms else name for name in plan.ratio]
    shares = ":".join(str(share) for share in plan.ratio.values())
    words = f"{fmt.listing(arms)} {shares}; method: {plan.method.value}"
    if plan.sizes:
        words += f" of {fmt.listing([str(size) for size in plan.sizes])}"
    if plan.biased_coin:
        words += f" with probability {plan.biased_coin:g} of the arm that balances best"
    return f"{words}; strata: {fmt.listing(list(plan.strata))}" if plan.strata else f"{words}; no strata"


def schedule_words(schedule: TumourSchedule) -> str:
    """`Every 6 weeks until 24 weeks, then every 12 weeks; window ± 7 days; …`."""
    steps = []
    for step in schedule.steps:
        until = f" until {step.until}" if step.until is not None else ""
        steps.append(f"every {step.every}{until}")
    return (
        f"Tumours: {', then '.join(steps)}, within {schedule.window} of the planned day; "
        f"baseline at most {schedule.baseline_within} before the reference date"
    )


def response_words(rules: ResponseRules) -> Iterator[str]:
    """The rules by which response is judged, one sentence each."""
    if rules.source is ResponseSource.LESIONS:
        yield f"{rules.criteria}: time-point responses are derived from the lesions."
    else:
        yield f"{rules.criteria}: time-point responses are those that the assessor recorded."
    assessor = rules.assessor.evaluator.lower() + (f" {rules.assessor.id}" if rules.assessor.id else "")
    accepted = ", accepted records only" if rules.assessor.accepted_only else ""
    yield f"Assessor: {assessor}{accepted}. Reference date (day 1): {rules.reference_date.value}."
    yield f"Stable disease counts from {rules.minimum_sd} after the reference date."
    between = fmt.plural(rules.max_not_evaluable, "assessment")
    words = f"A response is confirmed by a second at least {rules.confirmation.after} later"
    if rules.confirmation_tolerance_days:
        words += f" (tolerance {rules.confirmation.tolerance})"
    words += f", with at most {between} not evaluable between"
    yield words + ("; SD may lie between two PRs." if rules.sd_between_prs else ".")
    if rules.cr_then_pr is not CrThenPr.ARITHMETIC:
        yield f"A complete response followed by a partial one counts as {rules.cr_then_pr.value}."
    back = "progression" if rules.reappearance_after_cr_is_pd else "judged as the sums say"
    yield f"A lesion that reappears after complete response is {back}."
    yield f"Of several records of one day the {rules.same_day.value} counts."
    yield f"The best response is sought until {rules.best_response_until.value}."
    yield (
        f"Partial dates go to the {_date_rule(rules.partial_dates)} (responses) and the "
        f"{_date_rule(rules.partial_lesion_dates)} (lesions) of the period that they leave open."
    )


def _date_rule(rule: object) -> str:
    return str(getattr(rule, "value", rule)).replace("_", " ").lower()


def definition(endpoint: Endpoint) -> str:
    """What an endpoint measures, in one sentence."""
    if isinstance(endpoint, ResponseEndpoint):
        return _response_definition(endpoint)
    if isinstance(endpoint, TimeToEventEndpoint):
        events = " or ".join(event.value for event in endpoint.events)
        at = f"; read at {fmt.listing([str(time) for time in endpoint.at])}" if endpoint.at else ""
        interval = f"Kaplan–Meier, {endpoint.conf_type.value} interval"
        return f"Time from {endpoint.start.value} to {events}{at}. {interval}"
    if isinstance(endpoint, FollowUpEndpoint):
        return f"Length of follow-up from {endpoint.start.value}: {endpoint.method.value.replace('-', '–')}"
    if isinstance(endpoint, ExposureEndpoint):
        return f"Cycles of {endpoint.phase} that were started"
    assert isinstance(endpoint, SafetyEndpoint)
    return f"Adverse events: {fmt.listing([line.value for line in endpoint.summary])}"


def _response_definition(endpoint: ResponseEndpoint) -> str:
    kind = "confirmed best response" if endpoint.confirmed else "best response"
    if endpoint.assessments is Assessments.FIRST:
        kind = "response at the first assessment after baseline"
    sd = f", SD from {endpoint.minimum_sd}" if endpoint.minimum_sd else ""
    responses = " or ".join(response.value for response in endpoint.of)
    interval = f"{fmt.level(endpoint.level)} interval: {endpoint.interval.value}"
    return f"Subjects with {kind} {responses}{sd}. {interval}"


def censoring_sentences(endpoint: TimeToEventEndpoint) -> Iterator[str]:
    """Every switch of the censoring rules, said as what happens."""
    rules, events = endpoint.censor, set(endpoint.events)
    last = (
        "the last assessment"
        if endpoint.censor_at is WithoutEvent.LAST_ASSESSMENT
        else "the day last known alive"
    )
    yield f"Without an event: censored at {last}."
    if events == {Event.DEATH}:
        return
    yield _NEW_THERAPY[rules.new_therapy]
    if rules.missed_assessments is not None:
        yield _missed(rules)
    yield _NO_ASSESSMENT[rules.no_assessment]
    if Event.DEATH not in events:
        yield _DEATH[rules.death_without_progression]
    if rules.lost_to_follow_up is LostToFollowUp.EVENT:
        yield "Loss to follow-up counts as an event."


_WITHOUT_EVENT = MappingProxyType(
    {
        WithoutEvent.LAST_ASSESSMENT: "Without an event: censored at the last assessment.",
        WithoutEvent.LAST_ALIVE: "Without an event: censored on the day last known alive.",
    }
)
_NEW_THERAPY = MappingProxyType(
    {
        NewTherapy.BEFORE: "New anti-cancer therapy: censored at the last assessment before it.",
        NewTherapy.EVENT: "New anti-cancer therapy counts as an event.",
        NewTherapy.IGNORE: "New anti-cancer therapy is ignored.",
    }
)
_NO_ASSESSMENT = MappingProxyType(
    {
        NoAssessment.AT_START: "No assessment after baseline and no death: censored on the first day.",
        NoAssessment.EVENT: "No assessment after baseline counts as an event.",
        NoAssessment.EXCLUDE: "Subjects without assessment after baseline are left out.",
    }
)
_DEATH = MappingProxyType(
    {
        DeathWithoutProgression.CENSOR: "Death without the event: censored.",
        DeathWithoutProgression.EVENT: "Death without progression counts as an event.",
    }
)


def _missed(rules: CensoringRules) -> str:
    """What happens to an event after missed assessments."""
    missed = fmt.plural(rules.missed_assessments or 0, "missed assessment")
    kinds = {"progression": rules.progression_after_missed, "death": rules.death_after_missed}
    censored = [kind for kind, rule in kinds.items() if rule is AfterMissed.CENSOR]
    counted = [kind for kind, rule in kinds.items() if rule is AfterMissed.EVENT]
    words = []
    if censored:
        before = "censored at the last assessment before them"
        words.append(f"{' or '.join(censored)} after {missed} or more: {before}")
    if counted:
        words.append(f"{' or '.join(counted)} after {missed} or more still counts")
    text = "; ".join(words)
    return f"{text[0].upper()}{text[1:]}."


def comparison_words(compare: Comparison | RateComparison, study: Study) -> str:
    """Which arms, which question, which test."""
    first, second = (study.arms[arm].label if arm in study.arms else arm for arm in compare.arms)
    question = {
        Question.DIFFERENT: "is it different",
        Question.SUPERIOR: "is it superior",
        Question.NON_INFERIOR: f"is it non-inferior, margin {compare.margin:g}" if compare.margin else "",
    }[compare.question]
    test = compare.test.value
    if isinstance(compare, Comparison):
        if compare.test is TimeTest.FLEMING_HARRINGTON:
            test += f"({compare.rho:g}, {compare.gamma:g})"
        test += " test, Cox model"
        if compare.covariates:
            test += f" with {fmt.listing(list(compare.covariates))}"
    else:
        test += f" test, difference by {compare.difference.value}"
    strata = f", stratified by {fmt.listing(list(compare.strata))}" if compare.strata else ""
    return f"{first} against {second}: {question}? {test}{strata}, two-sided alpha {compare.alpha:g}"
