"""Which share of the population the values of a trait have, generation after generation.

The population of a generation is taken to be the trials that it brought. It knows no figure.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from neuroevo import wording
from neuroevo.analysis.features import have_own_activations, units
from neuroevo.evaluation import HiddenLayer, layers_of
from neuroevo.learning import ACTIVATIONS

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.runs import Trial
    from neuroevo.space import Value


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of the population.

    Parameters
    ----------
    trait
        What is shared out, such as ``activation``.
    generations
        The generations that have trials.
    shares
        For each value its share of each generation, from 0 to 1; the values in the order in
        which they are stacked.
    counted
        What the shares are of: the trials, or parts of them.
    """

    trait: str
    generations: tuple[int, ...]
    shares: Mapping[str, tuple[float, ...]]
    counted: str = "trials"


def activation_shares(findings: "Findings") -> Shares:
    """Count the activations of each generation's trials, or of their hidden layers."""
    pairs = [(trial, name) for trial in findings.searched for name in _names(trial.genome)]
    trials, values = [trial for trial, _ in pairs], [name for _, name in pairs]
    counted = "hidden layers" if have_own_activations(trials) else "trials"
    return _count("activation", trials, values, ACTIVATIONS, counted=counted)


def _names(genome: "Mapping[str, Value]") -> tuple[str, ...]:
    if "activation" in genome:
        return (str(genome["activation"]),)
    return tuple(layer.activation for layer in layers_of(genome))


def depth_shares(findings: "Findings") -> Shares:
    """Count the depths of each generation's trials."""
    return _count_layers(findings, "depth", len, wording.hidden_layers)


def size_shares(findings: "Findings") -> Shares:
    """Count the hidden units of each generation's trials."""
    return _count_layers(findings, "size", _length, _name)


def _length(layers: "tuple[HiddenLayer, ...]") -> int:
    """Return the length of the binary number of hidden units, which stands for a class of sizes."""
    return units(layers).bit_length()


def _name(length: int) -> str:
    """Return the sizes whose binary numbers have a length, in words."""
    least, most = 1 << length >> 1, (1 << length) - 1
    if least >= most:
        return wording.counted(most, "hidden unit") if most else "no hidden unit"
    return f"{least} to {most} hidden units"


def _count(
    trait: str,
    trials: "Sequence[Trial]",
    values: Sequence[str],
    order: Sequence[str],
    *,
    counted: str = "trials",
) -> Shares:
    """Count the values over the trials of each generation.

    Parameters
    ----------
    trait
        What the values are of.
    trials
        The trials of the search; one stands there for each of its parts that is counted.
    values
        The value of each.
    order
        All possible values in the order of stacking; those that never occur are left out.
    counted
        What is counted: the trials, or parts of them.
    """
    generations = sorted({trial.generation for trial in trials})
    counts = {generation: Counter[str]() for generation in generations}
    for trial, value in zip(trials, values, strict=True):
        counts[trial.generation][value] += 1
    occurring = set(values)
    shares = {
        value: tuple(counts[each][value] / counts[each].total() for each in generations)
        for value in dict.fromkeys([*order, *values])
        if value in occurring
    }
    return Shares(trait, tuple(generations), shares, counted)


def _count_layers(
    findings: "Findings",
    trait: str,
    measure: Callable[[tuple[HiddenLayer, ...]], int],
    name: Callable[[int], str],
) -> Shares:
    """Count a measure of the hidden layers over the trials of the search that have some.

    Parameters
    ----------
    findings
        The trials.
    trait
        What is measured.
    measure
        Hidden layers -> a number, by which the values are stacked.
    name
        That number -> the value in words.
    """
    pairs = [
        (trial, measure(layers_of(trial.genome)))
        for trial in findings.searched
        if "hidden" in trial.genome
    ]
    names = {number: name(number) for number in sorted({number for _, number in pairs})}
    values = [names[number] for _, number in pairs]
    return _count(trait, [trial for trial, _ in pairs], values, list(names.values()))
