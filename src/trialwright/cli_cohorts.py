"""`trialwright design cohorts`: parallel cohorts that borrow from each other."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from trialwright.cli_design import Alpha, Json, numbers, show, whole
from trialwright.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable

    from trialwright.design.cohort_answer import Rule
    from trialwright.design.cohort_setup import BorrowingPriors
    from trialwright.stats.cohort_models import Cohort, Model
    from trialwright.stats.cohort_outlook import CohortDesign, Effort, Look, Rates
    from trialwright.stats.cohort_priors import SpreadPrior


class ModelName(StrEnum):
    """How the rates are thought to belong together."""

    BHM = "bhm"
    EXNEX = "exnex"
    INDEPENDENT = "independent"
    POOLED = "pooled"


class SpreadName(StrEnum):
    """Priors of the standard deviation between cohorts."""

    HALF_NORMAL = "half-normal"
    HALF_CAUCHY = "half-cauchy"
    UNIFORM = "uniform"
    INVERSE_GAMMA = "inverse-gamma"


class CalibrationName(StrEnum):
    """Where the threshold keeps alpha."""

    NULL = "null"
    WORST = "worst"


class ErrorName(StrEnum):
    """Which error is kept."""

    COHORT = "cohort"
    FAMILY = "family"


def _model(name: ModelName, cohorts: tuple[Cohort, ...], priors: BorrowingPriors) -> Model:
    from trialwright.design import cohort_setup  # noqa: PLC0415 (heavy)

    rules: dict[ModelName, Callable[[tuple[Cohort, ...], BorrowingPriors], Model]] = {
        ModelName.BHM: cohort_setup.hierarchical,
        ModelName.EXNEX: cohort_setup.exnex,
        ModelName.INDEPENDENT: cohort_setup.independent,
        ModelName.POOLED: cohort_setup.pooled,
    }
    return rules[name](cohorts, priors)


def _spread(name: SpreadName, values: tuple[float, ...]) -> SpreadPrior:
    from trialwright.stats import cohort_priors  # noqa: PLC0415 (heavy)

    if name is SpreadName.INVERSE_GAMMA:
        if len(values) != len(("shape", "rate")):
            raise ArgumentError.at("--scale", f"{len(values)} numbers", expected="shape and rate, like 2,0.5")
        return cohort_priors.InverseGammaVariance(*values)
    if len(values) != 1:
        raise ArgumentError.at("--scale", f"{len(values)} numbers", expected="one, like 1")
    rules: dict[SpreadName, Callable[[float], SpreadPrior]] = {
        SpreadName.HALF_NORMAL: cohort_priors.HalfNormal,
        SpreadName.HALF_CAUCHY: cohort_priors.HalfCauchy,
        SpreadName.UNIFORM: cohort_priors.UniformSpread,
    }
    return rules[name](values[0])


def _look(interim: str, futility: float | None) -> Look | None:
    from trialwright.stats.cohort_outlook import Look  # noqa: PLC0415 (heavy)

    if interim:
        return Look(whole(interim, "--interim"), USUAL_FUTILITY if futility is None else futility)
    if futility is not None:
        remedy = "say with --interim after how many subjects of each cohort"
        raise ArgumentError.at("--futility", "there is no look at which to stop", remedy=remedy)
    return None


def _effort(design: CohortDesign, trials: int, seed: int) -> Effort:
    from trialwright.stats.cohort_outlook import Simulation, usual_effort  # noqa: PLC0415 (heavy)

    if trials < 0:
        raise ArgumentError.at("--trials", f"{trials}", expected="a number of trials, or 0 to enumerate")
    return Simulation(trials, seed) if trials else usual_effort(design, Simulation(USUAL_TRIALS, seed))


USUAL_TRIALS = 20_000
USUAL_FUTILITY = 0.1


def _rule(
    design: CohortDesign,
    effort: Effort,
    alpha: float,
    threshold: float | None,
    names: tuple[CalibrationName, ErrorName],
    scenarios: tuple[Rates, ...],
) -> Rule:
    from trialwright.design.cohort_answer import Rule, find_rule  # noqa: PLC0415 (heavy)
    from trialwright.stats.cohort_design import EachCohort, Familywise, usual_scenarios  # noqa: PLC0415

    if threshold is not None:
        if not 0.0 < threshold < 1.0:
            raise ArgumentError.at("--threshold", f"{threshold}", expected="between 0 and 1")
        return Rule(threshold, "The threshold was given.")
    where, which = names
    measure = Familywise() if which is ErrorName.FAMILY else EachCohort()
    null = tuple(one.null for one in design.cohorts)
    nulls = (null,) if where is CalibrationName.NULL else scenarios or usual_scenarios(design)
    return find_rule(design, alpha, measure, nulls, effort)


def cohorts(
    n: Annotated[str, typer.Option("--n", help="Subjects of each cohort: 15,15,10.")],
    null: Annotated[str, typer.Option(help="Response rate that is too low, one for all or one a cohort.")],
    target: Annotated[str, typer.Option(help="Response rate worth finding, likewise.")],
    model: Annotated[ModelName, typer.Option(help="How cohorts borrow.")] = ModelName.BHM,
    scenario: Annotated[list[str] | None, typer.Option(help="True rates: .1,.1,.3; may be repeated.")] = None,
    observed: Annotated[
        str | None, typer.Option(help="Responses that came out: 3,5,1; analyses them.")
    ] = None,
    alpha: Alpha = 0.05,
    threshold: Annotated[
        float | None, typer.Option(help="Active where P(rate > null) is above; else by alpha.")
    ] = None,
    calibrate: Annotated[
        CalibrationName, typer.Option(help="Keep alpha where all are null, or in the worst scenario.")
    ] = CalibrationName.NULL,
    error: Annotated[
        ErrorName, typer.Option(help="Keep alpha for each cohort or the family.")
    ] = ErrorName.COHORT,
    interim: Annotated[str, typer.Option(help="Subjects of each cohort at a look: 7,7,5.")] = "",
    futility: Annotated[
        float | None,
        typer.Option(help="At that look, stop where P(rate > middle of null and target) is below; 0.1."),
    ] = None,
    spread: Annotated[
        SpreadName, typer.Option(help="Prior of the standard deviation between cohorts.")
    ] = SpreadName.HALF_NORMAL,
    scale: Annotated[str, typer.Option(help="Its scale or largest value; inverse-gamma: shape,rate.")] = "1",
    mean_sd: Annotated[float, typer.Option("--mean-sd", help="Prior standard deviation of the mean.")] = 2.0,
    weights: Annotated[str, typer.Option(help="EXNEX: prior weight of one or two components.")] = "0.5",
    level: Annotated[float, typer.Option(help="Level of the intervals.")] = 0.95,
    trials: Annotated[int, typer.Option(help="Simulated trials; 0 enumerates where it can.")] = 0,
    seed: Annotated[int, typer.Option(help="Seed of the random numbers.")] = 1,
    *,
    as_json: Json = False,
) -> None:
    """Parallel cohorts with borrowing (hierarchical, EXNEX), alone or pooled: exact characteristics."""
    from trialwright.design import cohort_answer as answers  # noqa: PLC0415 (heavy)
    from trialwright.design import cohort_setup as setup  # noqa: PLC0415 (heavy)
    from trialwright.progress import OnTerminal  # noqa: PLC0415 (heavy)
    from trialwright.stats.cohort_outlook import CohortDesign  # noqa: PLC0415 (heavy)
    from trialwright.stats.cohort_posterior import cohort_posteriors  # noqa: PLC0415 (heavy)

    planned = setup.make_cohorts(whole(n, "--n"), numbers(null, "--null"), numbers(target, "--target"))
    priors = setup.BorrowingPriors(
        mean_sd, _spread(spread, numbers(scale, "--scale")), numbers(weights, "--weights")
    )
    design = CohortDesign(planned, _model(model, planned, priors), _look(interim, futility))
    scenarios = tuple(numbers(one, "--scenario") for one in scenario or ())
    effort = _effort(design, trials, seed)
    # data are checked before the search for a threshold, which takes longer
    seen = (
        ()
        if observed is None
        else cohort_posteriors(planned, whole(observed, "--observed"), design.model, level)
    )
    with OnTerminal().step("posteriors of all outcomes"):
        rule = _rule(design, effort, alpha, threshold, (calibrate, error), scenarios)
        answer = (
            answers.DataAnswer(design, rule, seen, level)
            if seen
            else answers.design_answer(design, rule, scenarios, effort)
        )
    show(answer.facts, answer.table, as_json=as_json)
