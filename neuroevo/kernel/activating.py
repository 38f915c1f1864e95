"""Applies activations to the units of a layer, rows of lanes at a time.

The functions are made from the table of activations.
"""

from typing import Any

from neuroevo.kernel import elementary
from neuroevo.kernel.activations import ACTIVATIONS, LAYER_FUNCTIONS, Activation
from neuroevo.kernel.compiled import dispatch, inlined, inner
from neuroevo.kernel.lanes import formula, pair, where, zero
from neuroevo.kernel.pointers import load, store

LINEAR = LAYER_FUNCTIONS.index("linear")

exp = formula()(elementary.exp)


def _over_rows(activation: Activation) -> Any:  # noqa: ANN401 - compiled
    """Make a loop that replaces rows of pre-activations by activations, and stores the slopes."""
    function = formula(pair)(activation.formula)

    @(inlined if activation.is_short else inner)
    def apply(values, slopes, first, last, _):
        for row in range(first, last):
            value, slope = function(load(values, row))
            store(values, row, value)
            store(slopes, row, slope)

    return apply


@inner
def softmax(values, _, first, last, samples):
    """Make class probabilities of rows `first` to `last` of `values`, in place."""
    for sample in range(first, first + samples):
        greatest = load(values, sample)
        for row in range(sample + samples, last, samples):
            value = load(values, row)
            greatest = where(value > greatest, value, greatest)
        total = zero(greatest)
        for row in range(sample, last, samples):
            power = exp(load(values, row) - greatest)
            store(values, row, power)
            total = total + power
        for row in range(sample, last, samples):
            store(values, row, load(values, row) / total)


activate = dispatch(
    {
        number: softmax if name == "softmax" else _over_rows(ACTIVATIONS[name])
        for number, name in enumerate(LAYER_FUNCTIONS)
        if number != LINEAR
    },
    "values, slopes, first, last, samples",
)
"""Apply the function with this number to rows `first` to `last` of `values`, in place.

The slopes at the pre-activations are stored in the same rows of `slopes`, except for softmax. A
linear layer needs no call.
"""
