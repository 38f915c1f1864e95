"""The data of the mouse page: configurations, canvas and positions as JSON values.

It knows trials and networks; it knows no HTML and not how the page uses the data. On the page, a
configuration that can be selected for one of the two circles is called a contestant.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from neuroevo import wording
from neuroevo.errors import NeuroevoError
from neuroevo.evaluation import phenotype_of
from neuroevo.tasks.mouse import MouseTask

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.learning import Network
    from neuroevo.runs import Trial

MOST_PARAMETERS = 20_000  # of a network that a page can train between two frames
DEFAULT_RIGHT = "article-good"
_INPUTS_OUTPUTS = (2, 2)


def is_mouse_run(findings: "Findings") -> bool:
    """Return whether a run is of the mouse task, the only one with this page."""
    return isinstance(findings.experiment.task, MouseTask)


def payload(findings: "Findings", extra: "Sequence[Trial]" = ()) -> dict[str, Any]:
    """Return the data of the page.

    Parameters
    ----------
    findings
        Of a run of the mouse task.
    extra
        Further trials that may be selected.

    Returns
    -------
    ``run`` (its id), ``canvas`` (width and height in pixels), ``normalise`` (a number or
    ``"none"``), ``jitter`` (pixels), ``seed`` (a text, as it may be too large for a double),
    ``samples`` (sample budget), ``target`` (a mean squared error), ``contestants``, the keys of
    those that are selected at first as ``left`` and ``right``, ``positions`` (those of the task in
    pixels, x and y in turn) and ``source`` (a description of the positions).

    Raises
    ------
    NeuroevoError
        If the run is of another task, or has kept no positions.
    """
    task = findings.experiment.task
    if not isinstance(task, MouseTask):
        raise NeuroevoError(
            f"mouse page: must be of a run of the mouse task, but got {task.kind!r}"
        )
    if "positions" not in findings.kept:
        raise NeuroevoError(f"{findings.identity}: must have kept positions, but has none")
    contestants = _contestants(findings, extra)
    return {
        "run": findings.identity or findings.experiment.name,
        "canvas": list(task.canvas),
        "normalise": task.normalise,
        "jitter": task.jitter,
        "seed": str(findings.experiment.seed),
        "samples": findings.experiment.training.samples,
        "target": findings.experiment.training.target_mse,
        "contestants": contestants,
        "left": contestants[0]["key"],
        "right": _default_right(contestants),
        "source": _source(task, findings.kept),
        "positions": findings.kept["positions"],
    }


def _contestants(findings: "Findings", extra: "Sequence[Trial]") -> list[dict[str, Any]]:
    """Return the champion, others of the front, the baselines and the extra trials, each once."""
    front = [findings.front[rank - 1] for rank in findings.excerpt()] if findings.front else []
    trials = {trial.number: trial for trial in [*front, *findings.baselines, *extra]}
    found = [_contestant(findings, trial) for trial in trials.values()]
    if not findings.baselines:
        found += [
            _untrained(findings, each.name, each.name, "baseline", each.configuration)
            for each in findings.experiment.task.baselines
        ]
    return [contestant for contestant in found if contestant is not None]


def _contestant(findings: "Findings", trial: "Trial") -> dict[str, Any] | None:
    name, group = f"trial {trial.number}", "trial"
    if trial.operator == "baseline":
        name, group = trial.name or name, "baseline"
    elif trial in findings.front:
        rank = findings.front.index(trial) + 1
        name, group = f"{name}, {'champion' if rank == 1 else f'rank {rank}'}", "front"
    contestant = _untrained(findings, str(trial.number), name, group, trial.genome)
    network = findings.network(trial)
    if contestant is not None and network is not None:
        contestant["parameters"] = _parameters(network)
    return contestant


def _untrained(
    findings: "Findings", key: str, name: str, group: str, genome: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Return a contestant without trained weights; None if a page can't train it."""
    try:
        phenotype = phenotype_of(genome, _INPUTS_OUTPUTS, findings.experiment.training)
    except (NeuroevoError, KeyError):  # a genome that does not describe a network
        return None
    if phenotype.architecture.vector_size > MOST_PARAMETERS:
        return None
    return {
        "key": key,
        "name": wording.shortened(name, 60),
        "group": group,
        "configuration": wording.configuration(genome),
        "architecture": phenotype.architecture.model_dump(mode="json"),
        "optimization": phenotype.optimization.model_dump(mode="json"),
        "learning_rate": phenotype.learning_rate,
        "starting_weights": phenotype.starting_weights,
        "parameters": None,
    }


def _parameters(network: "Network") -> list[float]:
    """Return the parameters with just enough digits to restore their bits."""
    digits = 9 if network.precision == "float32" else 17
    return [float(f"{value:.{digits}g}") for value in network.parameters]


def _default_right(contestants: Sequence[Mapping[str, Any]]) -> str:
    """Choose the contestant of the second circle: the article's choice, if it is there."""
    others = [each for each in contestants[1:] if each["group"] == "baseline"]
    preferred = [each for each in others if each["name"] == DEFAULT_RIGHT]
    return str([*preferred, *others, *contestants[1:], contestants[0]][0]["key"])


def _source(task: MouseTask, kept: Mapping[str, Any]) -> str:
    """Describe the positions."""
    source = "the run’s recording" if task.positions == "recording" else "the run’s positions"
    count = len(kept["positions"]) // 2
    return source if kept["count"] == count else f"{count:,} of {source}"
