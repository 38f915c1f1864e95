"""Repeats a search with the trials that a run has recorded, without training them again.

Knows how a search ends; does not know what is compared with its results.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from neuroevo.errors import StorageError
from neuroevo.experiment import Experiment
from neuroevo.runs import RescoredTrial, RunFolder, Trial
from neuroevo.search.beginning import Beginning
from neuroevo.search.loop import Search, SearchState
from neuroevo.search.progress import Observer, Progress, StoppedError
from neuroevo.search.record import Finished, Record
from neuroevo.search.trainer import Trainer

_AFTER_SEARCHING = ("rescoring", "testing", "finished")
_SEARCHING = ("loading", "baselines", "searching")
_LONG = 1e15  # seconds, more than any time limit


class Replay(Record):
    """A search from its start to where a checkpoint is, or to its end.

    It asks for the same candidates in the same order, if the trials are those that it led to.
    Then the front is evaluated again on fresh seeds, with its networks, unless that is known.

    Parameters
    ----------
    experiment
        The experiment of the run.
    trials
        All trials of the run.
    state
        The state in its checkpoint; empty to go to the end.
    folder
        The run's folder, if it has one.
    known
        The scores on fresh seeds, if they are not to be measured again.
    """

    def __init__(
        self,
        experiment: Experiment,
        trials: Sequence[Trial],
        state: Mapping[str, Any],
        folder: RunFolder | None = None,
        known: Sequence[RescoredTrial] | None = None,
    ) -> None:
        self.known = None if known is None else {each.number: each for each in known}
        self.phase = str(state.get("phase", "finished"))  # to which it goes
        evaluated = state.get("evaluated")
        self._evaluated = evaluated if isinstance(evaluated, int) else None
        goes_on = self.phase in _AFTER_SEARCHING or self._evaluated is None
        needed = [each for each in trials if goes_on or each.number < self._number]
        super().__init__(needed, Finished.of(needed, experiment))
        self.folder = folder
        self.states: list[Mapping[str, Any]] = []  # as many trials evaluated as in the checkpoint
        self._experiment, self._strategy = experiment, state.get("strategy")
        limit = experiment.evolution.time_limit
        self._may_lack_time = self.phase in _AFTER_SEARCHING and limit is not None
        self._now, self._seconds = "loading", 0.0

    @property
    def _number(self) -> int:
        return self._evaluated or 0

    def run(self, trainer: Trainer, beginning: Beginning, observer: Observer) -> str:
        """Repeat the search; return what went otherwise than in the run, empty if nothing did.

        Parameters
        ----------
        trainer
            The trainer of the run. It is used only if the search was finished.
        beginning
            What the search of the run began with.
        observer
            Receives the progress.

        Raises
        ------
        NeuroevoError
            If networks can't be trained.
        """

        def observe(progress: Progress) -> None:
            self._now = progress.phase
            if progress.phase not in _SEARCHING:
                observer(progress)

        state = SearchState.at_first(self._experiment, beginning, space=trainer.space)
        search = _Repeated(trainer, self, state, observe, self._is_to_stop)
        search.clock, search.wanted = lambda: self._seconds, self._evaluated
        search.known = self.known
        try:
            search.run()
        except StorageError as error:
            return error.problems[0]
        except StoppedError:
            if self.phase == "finished":
                return "the search asks for trials that the journal does not have"
        unused = [number for number in self.trials if number >= search.asked_up_to]
        if unused and self.phase == "finished":
            return f"trial {unused[0]}: the search does not ask for it, but the journal has it"
        return ""

    def checkpoint(self, state: Mapping[str, Any]) -> None:
        """Keep a state; if the run asked for no more after it, then its time was over."""
        self.states.append(state)
        if self._may_lack_time and json.loads(json.dumps(state["strategy"])) == self._strategy:
            self._seconds = _LONG

    def _is_to_stop(self) -> bool:
        """Stop where the run has no more trials; but if it had no more time, let the time be over.

        While it searches, it is called only when trials are missing, or when nothing is to do.
        """
        if self._now not in _SEARCHING:
            return self.phase != "finished"
        if self._now == "searching" and self._may_lack_time:
            self._seconds = _LONG
            return False
        return True


class _Repeated(Search):
    """A search with a clock of its own, which saves one state only."""

    clock: Callable[[], float]
    wanted: int | None  # number of evaluated trials of the state that is saved
    known: Mapping[int, RescoredTrial] | None  # scores on fresh seeds, None to measure them

    @property
    def asked_up_to(self) -> int:
        """A number that is above those of all trials that it has asked for."""
        return max([self._state.evaluated - 1, *self._asked, *self._early]) + 1

    def save(self) -> None:
        """Save the state if it is the one that is wanted."""
        if self.wanted is None or self._state.evaluated == self.wanted:
            super().save()

    def _rescored(self, trials: Sequence[Trial]) -> Mapping[int, RescoredTrial]:
        return super()._rescored(trials) if self.known is None else self.known

    def _seconds(self) -> float:
        return self.clock()
