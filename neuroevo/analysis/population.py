"""The share of each value of a trait among the trials of each generation."""

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


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of the population, which are the trials of a generation."""

    trait: str  # such as ``activation``
    generations: tuple[int, ...]  # those that have trials
    shares: Mapping[
        str, tuple[float, ...]
    ]  # value -> share in each generation, as they are stacked
    counted: str = "trials"  # or their hidden layers


def activation_shares(findings: "Findings") -> Shares:
    """Count the activations of each generation's trials, or of their hidden layers."""
    pairs = [(trial, name) for trial in findings.searched for name in _activations(trial)]
    has_own = have_own_activations(trial for trial, _ in pairs)
    return _shares("activation", pairs, ACTIVATIONS, "hidden layers" if has_own else "trials")


def _activations(trial: "Trial") -> list[str]:
    if "activation" in trial.genome:
        return [str(trial.genome["activation"])]
    return [layer.activation for layer in layers_of(trial.genome)]


def depth_shares(findings: "Findings") -> Shares:
    """Count the depths of each generation's trials."""
    return _layer_shares(findings, "depth", len, wording.hidden_layers)


def size_shares(findings: "Findings") -> Shares:
    """Count the hidden units of each generation's trials, in classes that double in size."""
    return _layer_shares(findings, "size", lambda layers: units(layers).bit_length(), _size_class)


def _size_class(bits: int) -> str:
    """Return the numbers of hidden units that have this number of binary digits, in words."""
    least, most = 1 << bits >> 1, (1 << bits) - 1
    if least >= most:
        return wording.counted(most, "hidden unit") if most else "no hidden unit"
    return f"{least} to {most} hidden units"


def _layer_shares(
    findings: "Findings",
    trait: str,
    measure: Callable[[tuple[HiddenLayer, ...]], int],
    name: Callable[[int], str],
) -> Shares:
    """Count a number that is measured on the hidden layers; it orders the values."""
    pairs = [
        (trial, measure(layers_of(trial.genome)))
        for trial in findings.searched
        if "hidden" in trial.genome
    ]
    order = [name(number) for number in sorted({number for _, number in pairs})]
    return _shares(trait, [(trial, name(number)) for trial, number in pairs], order)


def _shares(
    trait: str,
    pairs: "Sequence[tuple[Trial, str]]",
    order: Sequence[str],
    counted: str = "trials",
) -> Shares:
    """Count values in each generation; a trial has a pair for each of its values."""
    counts: dict[int, Counter[str]] = {}
    for generation, value in sorted((trial.generation, value) for trial, value in pairs):
        counts.setdefault(generation, Counter())[value] += 1
    occurring = dict.fromkeys(value for _, value in pairs)
    shares = {
        value: tuple(each[value] / each.total() for each in counts.values())
        for value in dict.fromkeys([*order, *occurring])
        if value in occurring
    }
    return Shares(trait, tuple(counts), shares, counted)
