"""How the values of one trait shared the population over the generations, as stacked areas.

The population of a generation is taken to be the trials that it brought.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from neuroevo import wording
from neuroevo.analysis.thinning import thinned
from neuroevo.evaluation import HiddenLayer, layers_of
from neuroevo.report.drawing import (
    MOST_GENERATIONS,
    Specification,
    nothing,
    ramp_colour,
    whole_ticks,
)
from neuroevo.report.theme import LIGHT

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.runs import Trial

HEIGHT = 340


@dataclass(frozen=True, slots=True)
class SharesData:
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


def count(
    trait: str,
    trials: "Sequence[Trial]",
    values: Sequence[str],
    order: Sequence[str],
    *,
    counted: str = "trials",
) -> SharesData:
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
    return SharesData(trait, tuple(generations), shares, counted)


def count_layers(
    findings: "Findings",
    trait: str,
    measure: Callable[[tuple[HiddenLayer, ...]], int],
    name: Callable[[int], str],
) -> SharesData:
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
    return count(trait, [trial for trial, _ in pairs], values, list(names.values()))


def draw(shared: SharesData, colours: Mapping[str, str]) -> Specification:
    """Draw the shares as stacked areas; as bars while there is only one generation."""
    if not shared.shares:
        return nothing("There are no trials to count.")
    if len(shared.shares) == 1:
        return nothing(f"All {shared.counted} were alike: {next(iter(shared.shares))}.")
    one = len(shared.generations) == 1
    layout: dict[str, Any] = {
        "height": HEIGHT,
        "hovermode": "x unified",
        "xaxis": {
            "title": {"text": "generation"},
            **whole_ticks(shared.generations[-1]),
            "showgrid": False,
            "range": [-0.6, 0.6] if one else [shared.generations[0], shared.generations[-1]],
        },
        "yaxis": {
            "tickformat": ".0%",
            "range": [0, 1],
            "title": {"text": f"share of the {shared.counted}"},
        },
        "legend": {"traceorder": "normal"},
    }
    if one:
        layout |= {"barmode": "stack", "bargap": 0.5}
    kind = _bar if one else _area
    kept = thinned(len(shared.generations), MOST_GENERATIONS)
    traces = [
        {
            "x": [shared.generations[place] for place in kept],
            "y": [round(row[place], 4) for place in kept],
            "name": wording.plain(value),
            "hovertemplate": "%{y:.0%}",
        }
        | kind(colours[value])
        for value, row in shared.shares.items()
    ]
    return {"data": traces, "layout": layout}


def ramp(shared: SharesData) -> Mapping[str, str]:
    """Return a colour for each value, the later in the stack the stronger."""
    last = max(len(shared.shares) - 1, 1)
    return {value: ramp_colour(index / last) for index, value in enumerate(shared.shares)}


def caption(shared: SharesData, noun: str) -> str:
    """Say which value led at first and at last.

    Parameters
    ----------
    noun
        What a value is called in the sentence, with ``{}`` where it stands: ``{} networks``.
    """
    if not shared.shares:
        return "There are no trials to count."
    if len(shared.shares) == 1:
        return f"All {shared.counted} were {noun.format(next(iter(shared.shares)))}."
    last = _leader(shared, -1)
    if len(shared.generations) == 1:
        return f"In the only generation {_share(shared, last, -1)} were {noun.format(last)}."
    return (
        f"{_sentence(noun.format(last))} grew from {_share(shared, last, 0)} in generation "
        f"{shared.generations[0]} to {_share(shared, last, -1)} in generation "
        f"{shared.generations[-1]}."
        if shared.shares[last][-1] > shared.shares[last][0]
        else f"{_sentence(noun.format(last))} led in generation {shared.generations[-1]} with "
        f"{_share(shared, last, -1)}, after {_share(shared, last, 0)} in generation "
        f"{shared.generations[0]}."
    )


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _leader(shared: SharesData, place: int) -> str:
    return max(shared.shares, key=lambda value: shared.shares[value][place])


def _share(shared: SharesData, value: str, place: int) -> str:
    return f"{shared.shares[value][place]:.0%}"


def _area(colour: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "stackgroup": "all",
        "fillcolor": colour,
        "line": {"width": 1, "color": LIGHT["ground"]},
    }


def _bar(colour: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "marker": {"color": colour, "line": {"width": 1, "color": LIGHT["ground"]}},
    }
