import math
from dataclasses import replace
from typing import Any

import pytest

from neuroevo.experiment import EvolutionSettings, Experiment
from neuroevo.runs import Trial
from neuroevo.search.stopping import End, Stagnation, end_of, time_is_over


def trial(number: int, **objectives: float) -> Trial:
    """Return a trial with some objectives."""
    return Trial(number, 0, "initial", (), {"x": 0.5}, objectives, (), "complete", 0, 0.0)


def experiment(**evolution: Any) -> Experiment:  # noqa: ANN401 - settings of any type
    """Return an experiment with some settings of its evolution."""
    return Experiment.of({"task": {"kind": "mouse"}, "evolution": evolution})


def test_a_gain_anywhere_on_the_front_ends_stagnation() -> None:
    """Generations are counted from the last one that increased the hypervolume."""
    stagnation = Stagnation()
    fronts = [[(1.0, 3.0)], [(1.0, 3.0)], [(1.0, 3.0), (2.0, 2.0)], [(1.0, 3.0), (2.0, 2.0)]]
    counts = []
    for front in fronts:
        stagnation = stagnation.after([(4.0, 4.0), *front], front, 0.0)
        counts.append(stagnation.generations)
    assert counts == [0, 1, 0, 1]


def test_generations_in_which_all_fail_are_stagnation() -> None:
    """While all trials fail there is no hypervolume, and each generation counts."""
    stagnation = Stagnation()
    for _ in range(3):
        stagnation = stagnation.after([], [], math.inf)
    assert stagnation.generations == 3
    assert stagnation.after([(1.0, 1.0)], [(1.0, 1.0)], 0.0).generations == 0


@pytest.mark.parametrize("fitnesses", [[(2.0,), (1.0,)], [(2.0, 2.0), (2.0, 2.0)]])
def test_the_first_trial_that_does_not_fail_is_a_gain(fitnesses: list[tuple[float, ...]]) -> None:
    """With one objective or two, one point or many, the first hypervolume is positive."""
    assert Stagnation().after(fitnesses, fitnesses[-1:], 0.0).hypervolume > 0


def test_small_gains_beside_outliers_are_gains() -> None:
    """An error of 10^15 in the first generation does not hide that errors fall from 1 to 0.9."""
    first = [(1.0, 2.0), (2.0, 1.0), (1e15, 0.5), (1.5, 1.5)]
    stagnation = Stagnation().after(first, first[:2], 0.0)
    assert max(stagnation.reference) < 100
    better = [(0.999, 2.0), (2.0, 1.0)]
    assert stagnation.after(better, better, 0.0).generations == 0


def test_to_come_nearer_to_feasible_is_a_gain() -> None:
    """As long as no trial keeps all constraints, the least violation counts."""
    stagnation = Stagnation()
    for violation, generations in ((3.0, 0), (2.5, 0), (2.5, 1), (math.inf, 2), (1.0, 0)):
        stagnation = stagnation.after([], [(1.0,)], violation)
        assert stagnation.generations == generations
        assert Stagnation.from_state(stagnation.state()) == stagnation
    assert stagnation.after([(1.0,)], [(1.0,)], 0.0).hypervolume > 0
    stale = replace(stagnation, generations=5)
    reason = "5 generations without a trial nearer to feasible"
    assert end_of(experiment(patience=5), 6, [], stale, 9.0) == ("patience", reason)


def test_stagnation_is_restored_from_its_state() -> None:
    """Its fields as JSON values give an equal object."""
    members = [(1.0, 3.0), (2.0, 2.0)]
    stagnation = Stagnation().after(members, members, 0.0)
    assert Stagnation.from_state(stagnation.state()) == stagnation


def test_each_end_is_returned() -> None:
    """Patience, generations and time end a search, each with its setting; nothing else does."""
    front = [trial(7, final_mse=1e-3, parameters=8.0), trial(9, final_mse=1e-2, parameters=4.0)]
    fresh, stale = Stagnation(), Stagnation(generations=5)
    assert end_of(experiment(), 29, front, stale, 9.0) is None
    assert end_of(experiment(), 30, front, fresh, 9.0) == ("generations", "30 generations done")
    patient = experiment(patience=5)
    assert end_of(patient, 6, front, fresh, 9.0) is None
    reason = "5 generations without a gain in hypervolume"
    assert end_of(patient, 6, front, stale, 9.0) == ("patience", reason)
    limited = end_of(experiment(time_limit=9), 6, front, stale, 9.0)
    assert limited == ("time_limit", "the time limit of 9 s is over")


def test_a_penalty_reaches_no_target() -> None:
    """Samples to target beyond the sample budget mean that the target was not reached."""
    aimed = experiment(objectives=["samples_to_target"], target={"samples_to_target": 30_000.0})
    assert end_of(aimed, 1, [trial(3, samples_to_target=25_000.0)], Stagnation(), 9.0) is None
    reached = end_of(aimed, 1, [trial(3, samples_to_target=19_000.0)], Stagnation(), 9.0)
    assert reached is not None
    assert reached.setting == "target"


def test_advice_names_the_option_that_lets_a_search_go_on() -> None:
    """Each setting has its option; generations can't be dropped."""
    assert "--generations N" in End("generations", "").advice
    advice = End("time_limit", "").advice
    assert "--time-limit none" in advice
    assert "ends={'time_limit': None}" in advice


def test_one_trial_must_reach_all_of_a_target() -> None:
    """It is not enough if different trials reach a part each."""
    objectives = ("final_mse", "parameters")
    front = [trial(7, final_mse=1e-3, parameters=8.0), trial(9, final_mse=1e-2, parameters=4.0)]
    for target, reached in (
        ({"final_mse": 1e-3}, 7),
        ({"parameters": 4}, 9),
        ({"final_mse": 1e-2, "parameters": 4}, 9),
        ({"final_mse": 1e-3, "parameters": 4}, None),
    ):
        planned = experiment(objectives=objectives, target=target)
        end = end_of(planned, 1, front, Stagnation(), 0.0)
        assert (end is not None) == (reached is not None)
        if end is not None:
            assert end.setting == "target"
            assert end.reason.startswith(f"trial {reached} reached the target, ")


def test_the_time_limit_is_exact() -> None:
    """It is not reached before, and never without a limit."""
    limited = EvolutionSettings(time_limit=2.5)
    assert time_is_over(limited, 2.4) is None
    assert time_is_over(limited, 2.5) == ("time_limit", "the time limit of 2.5 s is over")
    assert time_is_over(EvolutionSettings(), 1e9) is None
