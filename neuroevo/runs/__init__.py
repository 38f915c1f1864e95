"""The run folder: all that a search passes to a report. It neither searches nor reports."""

from neuroevo.runs.best import TrialOrigin, best_toml, names_fresh_scores, read_best
from neuroevo.runs.champion_choice import FreshScores, champion_first, fresh_scores
from neuroevo.runs.champions import (
    Champion,
    RescoredTrial,
    champions_in,
    read_champions,
    write_champions,
)
from neuroevo.runs.checkpoint import read_checkpoints, write_checkpoint
from neuroevo.runs.differences import (
    Difference,
    champion_differences,
    held_out_differences,
    trial_differences,
    value_differences,
)
from neuroevo.runs.environment import (
    environment,
    environment_differences,
    latest_environment,
    read_environment,
    shown_environment,
)
from neuroevo.runs.experiment import experiment_at_start, experiment_values, read_experiment
from neuroevo.runs.feasibility import (
    broken_constraints,
    is_known,
    is_measured,
    trial_excesses,
    trial_violation,
)
from neuroevo.runs.folder import (
    RunFolder,
    find_run,
    list_runs,
    permission_problems,
)
from neuroevo.runs.held_out import (
    HeldOutScores,
    ScoredEnsemble,
    ScoredModel,
    read_held_out,
    write_held_out,
)
from neuroevo.runs.journal import Journal
from neuroevo.runs.journal_reader import (
    JournalReader,
    damage,
    mend_journal,
    read_intact_trials,
    read_study,
    read_trials,
)
from neuroevo.runs.lock import Holder, RunLock, holder
from neuroevo.runs.start import (
    EarlierRun,
    EarlierTrial,
    Start,
    array_fingerprint,
    data_fingerprint,
    data_hash,
    read_start,
    write_start,
)
from neuroevo.runs.status import Status, StatusReader, read_status
from neuroevo.runs.sweep_folder import (
    SweepFolder,
    SweepProgress,
    find_sweep,
    list_sweeps,
    open_sweep,
    read_progress,
    read_sweep,
)
from neuroevo.runs.trained import evaluated_replicates, stopped_at, trained_networks, trained_share
from neuroevo.runs.trial import Trial

__all__ = [
    "Champion",
    "Difference",
    "EarlierRun",
    "EarlierTrial",
    "FreshScores",
    "HeldOutScores",
    "Holder",
    "Journal",
    "JournalReader",
    "RescoredTrial",
    "RunFolder",
    "RunLock",
    "ScoredEnsemble",
    "ScoredModel",
    "Start",
    "Status",
    "StatusReader",
    "SweepFolder",
    "SweepProgress",
    "Trial",
    "TrialOrigin",
    "array_fingerprint",
    "best_toml",
    "broken_constraints",
    "champion_differences",
    "champion_first",
    "champions_in",
    "damage",
    "data_fingerprint",
    "data_hash",
    "environment",
    "environment_differences",
    "evaluated_replicates",
    "experiment_at_start",
    "experiment_values",
    "find_run",
    "find_sweep",
    "fresh_scores",
    "held_out_differences",
    "holder",
    "is_known",
    "is_measured",
    "latest_environment",
    "list_runs",
    "list_sweeps",
    "mend_journal",
    "names_fresh_scores",
    "open_sweep",
    "permission_problems",
    "read_best",
    "read_champions",
    "read_checkpoints",
    "read_environment",
    "read_experiment",
    "read_held_out",
    "read_intact_trials",
    "read_progress",
    "read_start",
    "read_status",
    "read_study",
    "read_sweep",
    "read_trials",
    "shown_environment",
    "stopped_at",
    "trained_networks",
    "trained_share",
    "trial_differences",
    "trial_excesses",
    "trial_violation",
    "value_differences",
    "write_champions",
    "write_checkpoint",
    "write_held_out",
    "write_start",
]
