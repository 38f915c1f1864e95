"""A search whose strategy has no generations gives the same bits for any number of workers."""

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest

from neuroevo.evolution import Candidate, Individual
from neuroevo.evolution.variation import mutate
from neuroevo.experiment import Experiment
from neuroevo.runs import Trial, read_trials
from neuroevo.search import ignore_progress, resume, search
from neuroevo.search.loop import Search, SearchState
from neuroevo.search.progress import StoppedError
from neuroevo.search.record import Record
from neuroevo.search.trainer import Trainer
from neuroevo.space import SearchSpace
from neuroevo.strategies import STRATEGIES, Options, Strategy
from neuroevo.workers import Workers
from neuroevo.workers.pool import never
from tests.search.conftest import Tiny

BASELINES = 6


class SteadyState(Strategy):
    """Asks for a mutant of the best evaluated genome; every third candidate is a repetition."""

    name = "steady"
    label = "steady state"

    def __init__(self, space: SearchSpace, options: Options) -> None:
        self._space = space
        self._first = options.first_number
        self._size = options.population_size
        self._rng = np.random.Generator(np.random.PCG64(options.seed))
        self._asked: list[Candidate] = []
        self._told: list[Individual] = []

    @property
    def generation(self) -> int:
        """Each population_size evaluated candidates are a generation."""
        return len(self._told) // self._size

    @property
    def look_ahead(self) -> int:
        """Three candidates are asked at a time."""
        return 3

    def ask(self, count: int) -> list[Candidate]:
        """Ask for candidates."""
        return [self._next() for _ in range(count)]

    def _next(self) -> Candidate:
        number = self._first + len(self._asked)
        best = min(self._told, key=lambda each: each.fitness, default=None)
        parents = () if best is None else (best.number,)
        if best is None:
            genome, operator = self._space.sample(self._rng), "initial"
        elif number % 3 == 0:
            genome, operator = best.genome, "repeat"
        else:
            genome, operator = mutate(self._space, best.genome, self._rng)
        generation = len(self._asked) // self._size
        self._asked.append(Candidate(number, genome, generation, operator, parents))
        return self._asked[-1]

    def tell(self, individuals: Sequence[Individual]) -> None:
        """Receive results."""
        self._told += individuals

    def drop(self, numbers: Collection[int]) -> None:
        """Not needed here."""
        raise NotImplementedError

    def state(self) -> dict[str, Any]:
        """Not needed here."""
        return {}

    @classmethod
    def from_state(cls, space: SearchSpace, state: Mapping[str, Any]) -> Self:
        """Not needed here."""
        raise NotImplementedError


def steady(experiment: Experiment) -> SearchState:
    """Return the first state of such a search."""
    size = experiment.evolution.population
    return SearchState(SteadyState(experiment.space, Options(size, 1, first_number=BASELINES)))


def timeless(record: Record) -> list[Trial]:
    """Return the trials of a record by number, without times."""
    trials = [record.trials[number] for number in sorted(record.trials)]
    return [dataclasses.replace(trial, seconds=0, work=()) for trial in trials]


def searched(experiment: Experiment, workers: Workers) -> list[Trial]:
    """Search to the end, and return the trials."""
    record = Record()
    with Trainer(experiment, experiment.network_task.load().data_set, workers) as trainer:
        Search(trainer, record, steady(experiment), ignore_progress, never).run()
    assert record.state["phase"] == "finished"
    assert record.state["generation"] == experiment.evolution.generations
    return timeless(record)


@pytest.fixture(scope="module")
def alone(tiny: Tiny) -> list[Trial]:
    """Return the trials of one worker."""
    return searched(tiny(), Workers(1))


@pytest.mark.parametrize("workers", [Workers(2), Workers(5), Workers(2, "loky")])
def test_workers_change_nothing_without_generations(
    alone: list[Trial], tiny: Tiny, workers: Workers
) -> None:
    """Trials finish in another order, but the strategy receives them in that of their numbers."""
    assert searched(tiny(), workers) == alone


def test_candidates_depend_on_evaluated_ones_only(alone: list[Trial]) -> None:
    """The first three use no result, each later one results of trials at least three before."""
    assert [trial.operator for trial in alone[BASELINES : BASELINES + 3]] == ["initial"] * 3
    for trial in alone[BASELINES + 3 :]:
        assert trial.parents
        assert max(trial.parents) <= trial.number - 3


def test_a_genome_may_be_trained_twice(alone: list[Trial]) -> None:
    """A repeat is a trial of its own, with the same bits from the same starting weights."""
    repeats = [trial for trial in alone if trial.operator == "repeat"]
    assert repeats
    for trial in repeats:
        [parent] = (alone[number] for number in trial.parents)
        assert (trial.genome, trial.curve) == (parent.genome, parent.curve)


def test_recorded_trials_are_not_trained_again(alone: list[Trial], tiny: Tiny) -> None:
    """A search goes on from any part of the trials, in any order, to the same trials."""
    random = np.random.default_rng(0)
    experiment = tiny()
    for _ in range(4):
        record = Record()
        kept = random.permutation(len(alone))[: random.integers(len(alone))]
        for number in kept:
            record.append(dataclasses.replace(alone[number], seconds=99))
        with Trainer(experiment, experiment.network_task.load().data_set, Workers(2)) as trainer:
            Search(trainer, record, steady(experiment), ignore_progress, never).run()
        assert timeless(record) == alone
        assert sum(trial.seconds == 99 for trial in record.trials.values()) == len(kept)


def test_a_stopped_search_keeps_finished_trials(alone: list[Trial], tiny: Tiny) -> None:
    """After a stop all finished trials are recorded, and they are those of the whole search."""
    experiment = tiny()
    for most in (1, 8, 13):
        record = Record()
        trainer = Trainer(experiment, experiment.network_task.load().data_set, Workers(2))
        search = Search(
            trainer,
            record,
            steady(experiment),
            ignore_progress,
            lambda: len(record.trials) >= most,  # noqa: B023 - asked within the round
        )
        with trainer, pytest.raises(StoppedError):
            search.run()
        assert len(record.trials) >= most
        assert all(trial in alone for trial in timeless(record))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_search_restored_from_any_state_ends_the_same(tiny: Tiny, strategy: str) -> None:
    """A search stopped after any number of trials and continued from its state ends the same."""
    experiment = tiny(
        evolution={"strategy": strategy, "patience": 3},
        space={"learning_rate": [0.01, 0.05, 0.2], "hidden": {"count": [0, 1], "width": [1, 4]}},
    )
    whole = Record()
    with Trainer(experiment, experiment.network_task.load().data_set, Workers(1)) as trainer:
        Search(trainer, whole, SearchState.at_first(experiment), ignore_progress, never).run()
        for most in range(5, len(whole.trials), 2):
            record = Record()
            first = Search(
                trainer,
                record,
                SearchState.at_first(experiment),
                ignore_progress,
                lambda: len(record.trials) >= most,  # noqa: B023 - asked within the round
            )
            with pytest.raises(StoppedError):
                first.run()
            state = SearchState.from_values(experiment, record.state, record.trials)
            Search(trainer, record, state, ignore_progress, never).run()
            assert timeless(record) == timeless(whole)
            for part in ("front", "stagnation", "strategy", "reason", "evaluated", "best"):
                assert record.state[part] == whole.state[part]


def test_a_search_that_goes_on_is_one_that_had_those_ends_from_the_start(
    tiny: Tiny, tmp_path: Path
) -> None:
    """The model of the next candidates has others pending, also after an end without any."""
    settings = {
        "strategy": "screened",
        "look_ahead": 4,
        "population": 6,
        "objectives": ["final_mse"],
    }
    short, long = (
        tiny(evolution={**settings, "generations": generations}) for generations in (3, 5)
    )
    extended = search(short, tmp_path, workers=Workers(1))
    assert resume(extended, changes={"generations": 5}, workers=Workers(1))
    straight = search(long, tmp_path, workers=Workers(1))
    one, other = (
        [dataclasses.replace(each, seconds=0, work=()) for each in read_trials(folder.journal_file)]
        for folder in (extended, straight)
    )
    assert one == other
