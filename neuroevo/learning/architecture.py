"""The architecture of a network: layer sizes, activations, biases, outputs. Knows no weights."""

from itertools import pairwise
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationInfo, field_validator

from neuroevo.kernel.layout import vector_size
from neuroevo.learning.names import Activation
from neuroevo.settings import Settings

Size = Annotated[int, Field(ge=1, le=1_000_000)]
Output = Literal["linear", "softmax"]
Activations: TypeAlias = Activation | tuple[Activation, ...]

_ONE: TypeAdapter[Activation] = TypeAdapter(Activation)
_SEVERAL: TypeAdapter[tuple[Activation, ...]] = TypeAdapter(tuple[Activation, ...])


def _checked_activations(value: object) -> Activations:
    # Checked here, since a union would put the names of its members into the key of a problem.
    return (_SEVERAL if isinstance(value, tuple) else _ONE).validate_python(value)


class Architecture(Settings):
    """A fully connected network.

    Equal networks are equal architectures: equal activations of all layers become one activation,
    and a network without hidden layers has the activation linear.

    Attributes
    ----------
    inputs, hidden, outputs
        Units of each layer.
    activation
        Of all hidden layers, or a tuple with one for each of them.
    biases
        Whether there are biases.
    output
        ``linear``, or ``softmax`` for class probabilities.
    """

    inputs: Size
    hidden: tuple[Size, ...]
    outputs: Size
    activation: Annotated[Activations, BeforeValidator(_checked_activations)]
    biases: bool = True
    output: Output = "linear"

    @field_validator("activation")
    @classmethod
    def _bring_to_normal_form(cls, activation: Activations, others: ValidationInfo) -> Activations:
        if "hidden" not in others.data:
            return activation  # `hidden` has a problem of its own
        layers = len(others.data["hidden"])
        if isinstance(activation, tuple):
            if len(activation) != layers:
                raise ValueError(f"must be as many as hidden layers ({layers})")
            if len(set(activation)) == 1:
                return activation[0]
        return activation if layers else "linear"

    @property
    def activations(self) -> tuple[Activation, ...]:
        """The activation of each hidden layer."""
        if isinstance(self.activation, tuple):
            return self.activation
        return (self.activation,) * len(self.hidden)

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """Units of each layer, from the inputs to the outputs."""
        return (self.inputs, *self.hidden, self.outputs)

    @property
    def parameter_count(self) -> int:
        """Number of trained parameters: weights, and biases if there are any."""
        return sum(
            (fan_in + self.biases) * fan_out for fan_in, fan_out in pairwise(self.layer_sizes)
        )

    @property
    def vector_size(self) -> int:
        """Length of a parameter vector, see `neuroevo.kernel.layout`."""
        return vector_size(self.layer_sizes)
