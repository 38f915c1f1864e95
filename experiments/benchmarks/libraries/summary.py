"""Tables of the comparison with libraries in JavaScript."""

from collections.abc import Iterator

from experiments.benchmarks.libraries.comparison import (
    BRAIN_JS,
    CONVNETJS,
    KERNEL,
    LibrariesResult,
    Measurement,
)
from experiments.benchmarks.libraries.trainings import COMPARED_AFTER, TRAININGS
from experiments.benchmarks.markdown import Table

_SAME = (
    "Plain SGD after each sample, on the mouse task: the same samples in the same order, the same "
    "16 starting weights, the same loss, validated at the same points. CPU time on one core, "
    "medians of interleaved rounds; samples to target and final MSE are medians of 16 networks. "
    "The kernel trains all of them at once in float32, a library one of them in a process of its "
    "own, after a training that compiles its code; samples are prepared in advance."
)
_DIFFERENCE = (
    f"Difference: the largest of a weight from the kernel's in float64 after {COMPARED_AFTER:,} "
    "samples. brain.js has weights in float32. It has no linear activation: here it has a leaky "
    "ReLU with the slope 1 - 2⁻⁵³. With tanh its outputs are tanh as well, so that is another "
    "training."
)
_DEFAULTS = {
    CONVNETJS.name: (
        "normal, standard deviation 1 / √fan-in; biases 0 (relu: 0.1)",
        "½ Σ (output - target)²; it reports 4 times as much",
        "SGD, learning rate 0.01, momentum 0.9",
        "linear",
    ),
    BRAIN_JS.name: (
        "uniform in ±0.2, biases too",
        "½ Σ (output - target)²; it reports the mean of the squares",
        "SGD, learning rate 0.3, momentum 0.1 for weights and none for biases",
        "sigmoid, also of the outputs",
    ),
    KERNEL: (
        "uniform in ±1, biases too",
        "½ Σ (output - target)²; it reports the MSE",
        "SGD; learning rate and activation are searched",
        "linear outputs",
    ),
}
"""The defaults of each library: starting weights, loss, optimizer, activation."""


def tables(result: LibrariesResult) -> list[Table]:
    """Return the measurements as tables."""
    listed = ", ".join(f"{name} {number}" for name, number in result.versions.items())
    same = Table(
        "Libraries: the same training",
        (
            *("network", "learning rate", "library", "µs a sample", "to the kernel"),
            *("samples to target", "final MSE", "difference"),
        ),
        tuple(_rows(result)),
        (_SAME, _DIFFERENCE, f"{listed}."),
    )
    return [same, _defaults(result)]


def _rows(result: LibrariesResult) -> Iterator[tuple[str, ...]]:
    for comparison in result.comparisons:
        training = comparison.training
        network = f"{training.case.network} {training.activation}"
        for each in comparison.measurements:
            yield network, f"{training.learning_rate:g}", *_cells(each)


def _cells(measured: Measurement) -> tuple[str, ...]:
    difference = measured.learnt.difference
    return (
        measured.library,
        f"{measured.microseconds:.3g}",
        "" if measured.library == KERNEL else f"{measured.ratio:,.0f} times",
        *measured.learnt.scores.texts(),
        "" if difference is None else f"{difference:.0e}",
    )


def _defaults(result: LibrariesResult) -> Table:
    rows = tuple(
        (name, *texts, *(result.own[name].texts() if name in result.own else ("", "")))
        for name, texts in _DEFAULTS.items()
    )
    note = (
        f"{TRAININGS[0].case.network} with the defaults of each library, from 16 starting weights "
        "that it draws; brain.js gets samples from 0 to 1, as its documentation asks for. "
        "ConvNetJS also has relu, sigmoid, tanh and maxout, Adagrad and Adadelta; brain.js relu, "
        "leaky relu, tanh and Adam."
    )
    columns = ("library", "starting weights", "loss", "optimizer", "activation")
    return Table(
        "Libraries: what each does by default",
        (*columns, "samples to target", "final MSE"),
        rows,
        (note,),
    )
