"""What a search with models keeps of them, and what a report makes of it."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import spearmanr

from neuroevo.analysis.believed_effects import BelievedEffects, believed_effects
from neuroevo.analysis.findings import Findings
from neuroevo.analysis.operator_credit import round_credit
from neuroevo.analysis.screening_quality import rank_correlation, screening_quality
from neuroevo.errors import StorageError
from neuroevo.evolution import Candidate, Forecast, Individual
from neuroevo.report.plots import gene_effects, operators, screening
from neuroevo.runs import Trial
from neuroevo.search.outcomes import checked
from neuroevo.space import Choice, Float, Genome, Layers, SearchSpace
from neuroevo.strategies import Options
from neuroevo.strategies.screened import Screened
from neuroevo.strategies.states import candidate_of, candidate_values
from tests.functions import experiment_of

SPACE = {
    "x": {"low": 0.0, "high": 1.0},
    "y": {"low": 0.0, "high": 1.0},
    "kind": ["a", "b", "c"],
}


def loss(genome: Genome) -> float:
    """Return a number that is 0 at x = 0.3, y = 0.6 and kind a."""
    x, y = (float(genome[name]) for name in "xy")  # type: ignore[arg-type]  # numbers
    return (x - 0.3) ** 2 + 2 * (y - 0.6) ** 2 + 0.1 * (genome["kind"] != "a")


def searched(function: Callable[[Genome], float], count: int) -> Findings:
    """Search with a model, and take the candidates as trials."""
    experiment = experiment_of(
        Path("invented.py"), space=SPACE, task={"objectives": {"loss": "minimize"}}
    )
    strategy = Screened(experiment.space, Options(20, seed=0))
    trials = []
    for _ in range(count):
        [candidate] = strategy.ask(1)
        assert isinstance(candidate.genome, Genome)
        value = function(candidate.genome)
        strategy.tell([Individual(candidate.number, candidate.genome, (value,))])
        trials.append(trial_of(candidate, value))
    return Findings(experiment, tuple(trials))


@pytest.fixture(scope="module")
def findings() -> Findings:
    """Search a smooth function."""
    return searched(loss, 100)


def trial_of(candidate: Candidate, value: float) -> Trial:
    """Return the trial of a candidate with a loss."""
    return Trial(
        candidate.number,
        candidate.generation,
        candidate.operator,
        candidate.parents,
        dict(candidate.genome),
        {"loss": value},
        (),
        "complete",
        0,
        0.1,
        forecast=candidate.forecast,
    )


@given(arrays(float, st.tuples(st.integers(3, 20), st.just(2)), elements=st.integers(0, 5)))
def test_rank_correlations_are_those_of_scipy(pairs: np.ndarray) -> None:
    """With ties too; NaN if a column is constant."""
    if any(len(set(column)) == 1 for column in pairs.T.tolist()):
        assert math.isnan(rank_correlation(pairs))
    else:
        assert rank_correlation(pairs) == pytest.approx(spearmanr(*pairs.T).statistic)


def test_forecasts_come_true_on_a_smooth_function(findings: Findings) -> None:
    """The order of expected values is nearly that of the measured ones."""
    quality = screening_quality(findings)
    [screened], [unscreened] = quality.screened, quality.unscreened
    known = [each for each in findings.trials if each.forecast is not None]
    assert screened.trials + unscreened.trials == len(known) >= 70
    assert screened.trials > 5 * unscreened.trials
    assert min(screened.value, unscreened.value) > 0.5
    assert screened.low < screened.value < screened.high
    assert screened.within > 0.5
    assert sum(each.trials for each in quality.windows) == screened.trials


def test_wrong_forecasts_are_shown_as_that(findings: Findings) -> None:
    """If values were drawn at random, the correlation is about 0, and few are in the intervals."""
    random = np.random.default_rng(0)
    wrong = replace(
        findings,
        trials=tuple(
            replace(each, objectives={"loss": random.random()}) for each in findings.trials
        ),
    )
    [screened] = screening_quality(wrong).screened
    assert screened.low < 0 < screened.high
    assert screened.within < 0.5


def test_rounds_have_the_credit_of_their_children(findings: Findings) -> None:
    """Children of the rounds are better than their parents more often than unscreened ones are."""
    found = round_credit(findings)
    credit = found.credit.set_index("operator")
    rounds = [f"round {number}" for number in range(1, 6)]
    assert list(credit.index) == ["unscreened", *rounds]
    assert credit["children"].sum() == sum(each.forecast is not None for each in findings.trials)
    screened = credit.loc[rounds].sum()
    shares = credit["improved.loss"] / credit["with_parents"]
    assert shares["round 5"] > shares["unscreened"]
    assert screened["improved.loss"] / screened["with_parents"] > shares["unscreened"]
    assert "round 1 have evaluated parents" in operators.caption(found)
    assert operators.draw(found)["data"]


def test_a_model_believes_what_the_function_is(findings: Findings) -> None:
    """Its curves have their lowest points where the function has, and contain the best trial."""
    found = believed_effects(findings)
    assert {effect.feature.name for effect in found.effects} == {"x", "y", "kind"}
    assert found.trials == 100
    lowest = {
        each.feature.name: each.places[int(np.argmin(each.expected))] for each in found.effects
    }
    assert lowest["x"] == pytest.approx(0.3, abs=0.05)
    assert lowest["y"] == pytest.approx(0.6, abs=0.05)
    assert lowest["kind"] == 0
    best = found.scores[found.best]
    for effect in found.effects:
        assert all(low <= high for low, high in zip(effect.low, effect.high, strict=True))
        assert min(effect.low) < best + 1e-3
    assert "if one gene of trial" in gene_effects.caption(found)


@pytest.mark.parametrize(
    ("draw", "caption", "data"),
    [
        (screening.draw, screening.caption, screening_quality),
        (gene_effects.draw, gene_effects.caption, believed_effects),
        (operators.draw, operators.caption, round_credit),
    ],
)
def test_a_search_without_models_has_no_such_figures(
    draw: Callable[[object], object],
    caption: Callable[[object], str],
    data: Callable[[Findings], object],
    findings: Findings,
) -> None:
    """Their captions are empty, so pages leave them out."""
    plain = replace(
        findings, trials=tuple(replace(each, forecast=None) for each in findings.trials)
    )
    assert caption(data(plain)) == ""
    assert draw(data(plain))
    assert caption(data(findings))
    assert draw(data(replace(findings, trials=())))


def test_layers_have_a_curve_for_each_part() -> None:
    """Of layers that the best trial has: their number, and the units of each."""
    experiment = experiment_of(Path("f.py"), task={"objectives": {"loss": "minimize"}})
    space = SearchSpace(hidden=Layers((1, 3), (1, 8)), kind=Choice(["a", "b"]))
    experiment = experiment.model_copy(update={"space": space})
    random = np.random.default_rng(0)
    trials = []
    for number in range(40):
        genome = space.sample(random)
        hidden = genome["hidden"]
        assert isinstance(hidden, tuple)
        forecast = Forecast((1.0,), (1.0,), 1)
        value = float(abs(len(hidden) - 2))
        candidate = Candidate(number, genome, 0, "initial", forecast=forecast)
        trials.append(trial_of(candidate, value))
    found: BelievedEffects = believed_effects(Findings(experiment, tuple(trials)))
    names = {effect.feature.name for effect in found.effects}
    assert names == {"hidden layers", "units of layer 1", "units of layer 2", "kind"}
    assert found.effects[0].feature.name == "hidden layers"


def test_a_forecast_is_kept_with_the_trial_and_the_state(findings: Findings) -> None:
    """Written and read, it is the same; a line without one has no such key."""
    trial = findings.trials[-1]
    assert trial.forecast is not None
    assert Trial.from_json(trial.to_json()).forecast == trial.forecast
    assert '"forecast"' not in replace(trial, forecast=None).to_json()
    space = SearchSpace(x=Float(0.0, 1.0))
    candidate = Candidate(3, space.genome({"x": 0.5}), 0, "step", (1,), forecast=trial.forecast)
    values = json.loads(json.dumps(candidate_values(space, candidate)))
    assert candidate_of(space, values) == candidate


@pytest.mark.parametrize("forecast", ["[]", '{"means": [1]}', '{"means": ["a"]}'])
def test_a_wrong_forecast_is_refused(forecast: str, findings: Findings) -> None:
    """As any other damage of a line is."""
    values = json.loads(findings.trials[-1].to_json()) | {"forecast": json.loads(forecast)}
    with pytest.raises(ValueError, match="forecast must be an object of means, deviations and"):
        Trial.from_json(json.dumps(values))


def test_trials_of_earlier_versions_need_no_forecast(findings: Findings) -> None:
    """A recorded trial without one is that of the candidate; one with another is not."""
    trial = findings.trials[-1]
    assert trial.forecast is not None
    candidate = Candidate(
        trial.number,
        trial.genome,
        trial.generation,
        trial.operator,
        trial.parents,
        "",
        trial.forecast,
    )
    assert checked(candidate, replace(trial, forecast=None)).forecast is None
    other = replace(trial, forecast=replace(trial.forecast, round=9))
    with pytest.raises(StorageError, match=r"forecast must be Forecast"):
        checked(candidate, other)


@pytest.mark.parametrize("objectives", [2, 4])
def test_forecasts_of_several_objectives(objectives: int) -> None:
    """Each has a value, of any number."""
    space = SearchSpace(x=Float(-1.0, 1.0), y=Float(-1.0, 1.0))
    strategy = Screened(space, Options(10, seed=0))
    for _ in range(25):
        [candidate] = strategy.ask(1)
        assert isinstance(candidate.genome, Genome)
        x, y = (float(candidate.genome[name]) for name in "xy")  # type: ignore[arg-type]
        costs = ((x - 1) ** 2, (x + 1) ** 2 + y**2, y**2, x**2)[:objectives]
        strategy.tell([Individual(candidate.number, candidate.genome, costs)])
    assert candidate.forecast is not None
    assert candidate.forecast.round >= 1
    for mean, deviation, cost in zip(
        candidate.forecast.means, candidate.forecast.deviations, costs, strict=True
    ):
        assert abs(mean - cost) < 5 * deviation + 0.1


def test_a_model_believes_nothing_beyond_random_configurations() -> None:
    """If a few scores are far worse than all others, curves and intervals still show the rest."""
    findings = searched(lambda genome: math.exp(min(40 * loss(genome), 30)), 60)
    unguided = [each for each in findings.trials if each.forecast is None]
    typical = np.median([each.objectives["loss"] for each in unguided])
    found = believed_effects(findings)
    assert found.scores.max() > 10 * typical
    assert max(max(effect.high) for effect in found.effects) <= 2 * typical
