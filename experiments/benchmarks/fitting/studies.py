"""Studies of Optuna that two processes share, and their best trial. Knows no models."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

_NAME = "search"
_FIRST_EPOCHS = 8  # in which none is pruned, as small learning rates begin slowly


@dataclass(frozen=True, slots=True)
class BestTrial:
    """The best complete trial of a study."""

    parameters: Mapping[str, Any]
    epochs: int  # of its training; 0 if it has none
    finished: float  # seconds since the epoch
    tried: int  # trials of the study, with those that were pruned


def study_of(journal: Path, seed: int = 0, direction: str = "maximize") -> Any:  # noqa: ANN401 - Optuna may be missing
    """Open the study of a journal file, or make it: TPE, and pruning by the median."""
    optuna = import_module("optuna")
    journals = import_module("optuna.storages.journal")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is experimental
        return optuna.create_study(
            storage=optuna.storages.JournalStorage(journals.JournalFileBackend(str(journal))),
            study_name=_NAME,
            direction=direction,
            sampler=optuna.samplers.TPESampler(seed=seed, multivariate=True, constant_liar=True),
            pruner=optuna.pruners.MedianPruner(n_warmup_steps=_FIRST_EPOCHS),
            load_if_exists=True,
        )


def best_trial(journal: Path) -> BestTrial:
    """Return the best trial of a study, whose user attributes hold its parameters and epochs."""
    trials = study_of(journal).get_trials(deepcopy=False)
    complete = [trial for trial in trials if trial.state.name == "COMPLETE"]
    best = max(complete, key=lambda trial: float(trial.value))
    attributes = best.user_attrs
    return BestTrial(
        dict(attributes["parameters"]),
        int(attributes.get("epochs", 0)),
        best.datetime_complete.timestamp(),
        len(trials),
    )
