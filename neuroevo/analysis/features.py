"""The features in which genomes differ, as numbers and categories.

Hidden layers have two features: their number and their units together.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neuroevo import wording
from neuroevo.evaluation import HiddenLayer, layers_of
from neuroevo.space.values import is_number

if TYPE_CHECKING:
    from neuroevo.runs import Trial
    from neuroevo.space import Gene

DEPTH = "hidden layers"
UNITS = "hidden units"
RATE = "learning rate"
MIXED = "mixed"


@dataclass(frozen=True, slots=True, eq=False)
class Feature:
    """A feature in which genomes differ.

    Parameters
    ----------
    name
        In words, such as ``learning rate``.
    values
        For each trial the number, or the index of its category; NaN if the genome has none.
    options
        The categories; none if the values are numbers.
    logarithmic
        Whether its scale is logarithmic.
    is_whole
        Whether all numbers are whole.
    """

    name: str
    values: NDArray[np.float64]
    options: tuple[str, ...] = ()
    logarithmic: bool = False
    is_whole: bool = False

    @property
    def positions(self) -> NDArray[np.float64]:
        """The values on the feature's own scale: log10 if it is logarithmic."""
        return np.log10(self.values) if self.logarithmic else self.values

    @property
    def present(self) -> NDArray[np.float64]:
        """The values of the trials that have one."""
        return self.values[~np.isnan(self.values)]

    @property
    def is_fanned(self) -> bool:
        """Whether many trials may share a value, so that their points need jitter."""
        return bool(self.options) or (self.is_whole and not self.logarithmic)


def features(genes: "Mapping[str, Gene]", trials: "Sequence[Trial]") -> tuple[Feature, ...]:
    """Return the features that vary among some trials, in the order of the search space.

    Parameters
    ----------
    genes
        The genes of the search space.
    trials
        The trials.

    Returns
    -------
    A feature for each gene that has at least two values: a number or, if it is chosen from a list,
    a category. For layers their number, their units and, if they have activations of their own,
    the activations of the first and the last one.
    """
    found: list[Feature] = []
    for gene, kind in genes.items():
        values = [_value(gene, trial) for trial in trials]
        present = [value for value in values if value is not None]
        if not present:
            continue
        if all(isinstance(value, tuple) for value in present):
            found += _layers(gene, trials)
        elif all(map(is_number, present)) and not hasattr(kind, "options"):
            found.append(_number(_words(gene), values, logarithmic=getattr(kind, "log", False)))
        else:
            options = [wording.value(option) for option in getattr(kind, "options", ())]
            texts = [None if value is None else wording.value(value) for value in values]
            found.append(_category(_words(gene), texts, options))
    return tuple(feature for feature in found if len(np.unique(feature.present)) > 1)


def depth(trial: "Trial") -> int | None:
    """Return a trial's number of hidden layers, None if its genome has no such gene."""
    hidden = trial.genome.get("hidden")
    return len(hidden) if isinstance(hidden, tuple) else None


def units(layers: Iterable[HiddenLayer]) -> int:
    """Return the number of units in hidden layers."""
    return sum(layer.width for layer in layers)


def have_own_activations(trials: "Iterable[Trial]") -> bool:
    """Whether the hidden layers of some trials have activations of their own."""
    alone = (trial.genome for trial in trials if "activation" not in trial.genome)
    return any(layer.activation for genome in alone for layer in layers_of(genome))


def activation_places(every: Iterable[Sized]) -> dict[str, int]:
    """Return the layers whose activations are features, by name: the first and the last.

    Parameters
    ----------
    every
        The hidden layers of each trial.
    """
    deepest = max(map(len, every))
    return {"activation": 0} if deepest == 1 else {"first activation": 0, "last activation": -1}


def activation(trial: "Trial") -> str:
    """Return the activation of a trial's hidden layers, ``mixed`` if they differ.

    Empty if it has no hidden layer, or its genome no activation.
    """
    names = {layer.activation for layer in layers_of(trial.genome)}
    return MIXED if len(names) > 1 else "".join(names)


def _value(gene: str, trial: "Trial") -> Any:  # noqa: ANN401 - a gene's value, or None
    genome = trial.genome
    if gene == "activation" and genome.get("hidden") == ():
        return None
    return genome.get(gene)


def _layers(gene: str, trials: "Sequence[Trial]") -> list[Feature]:
    named = gene == "hidden"
    values = [layers_of(trial.genome, gene) if gene in trial.genome else None for trial in trials]
    deep, wide = (DEPTH, UNITS) if named else (_words(gene), f"{_words(gene)}, units")
    found = [_measured(deep, values, len), _measured(wide, values, units)]
    if not have_own_activations(trials):
        return found
    for title, place in activation_places(filter(None, values)).items():
        names = [layers[place].activation if layers else None for layers in values]
        found.append(_category(title, names, sorted({name for name in names if name})))
    return found


def _measured(name: str, values: Sequence[Any], measure: Callable[[Any], int]) -> Feature:
    return _number(name, [None if value is None else measure(value) for value in values])


def _number(name: str, values: Sequence[Any], *, logarithmic: bool = False) -> Feature:
    array = np.array([np.nan if value is None else float(value) for value in values])
    present = array[~np.isnan(array)]
    logarithmic = logarithmic and bool((present > 0).all())
    return Feature(name, array, (), logarithmic, bool((present == np.rint(present)).all()))


def _category(name: str, texts: Sequence[str | None], order: Sequence[str]) -> Feature:
    """Return a feature whose categories are in an order; those not in it come last."""
    occurring = {text for text in texts if text is not None}
    options = [text for text in dict.fromkeys([*order, *sorted(occurring)]) if text in occurring]
    places = {text: float(place) for place, text in enumerate(options)}
    values = np.array([np.nan if text is None else places[text] for text in texts])
    return Feature(name, values, tuple(options))


def _words(gene: str) -> str:
    return gene.replace("_", " ")
