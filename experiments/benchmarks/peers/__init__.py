"""Other implementations of the kernel's training: NumPy, scikit-learn, PyTorch and jax.

Each is written in the usual way, in a module of its own that imports its library at the top; it is
imported when it is used, since the library need not be installed.
"""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from experiments.benchmarks.exercise import Exercise, Training
from neuroevo.learning import Optimizer


@dataclass(frozen=True, slots=True)
class Loop:
    """A peer that trains one network."""

    name: str
    package: str  # that must be installed
    module: str
    optimizers: tuple[Optimizer, ...]  # in which its training is the kernel's
    samples: int  # of one measurement
    times: float  # how many times quicker the kernel is meant to be

    @property
    def installed(self) -> bool:
        """Whether it can be asked."""
        return installed(self.package)

    def training(self, exercise: Exercise) -> Training:
        """Prepare the training of an exercise's first network."""
        training: Training = import_module(f"{__name__}.{self.module}").training(exercise)
        return training


@dataclass(frozen=True, slots=True, eq=False)
class CompiledTraining:
    """A training of all networks of an exercise, and the time to compile it."""

    train: Training
    seconds: float


def jax_training(exercise: Exercise) -> CompiledTraining:
    """Prepare jax's training of all networks of an exercise."""
    compiled: CompiledTraining = import_module(f"{__name__}.jax_scan").compiled(exercise)
    return compiled


def vmap_training(exercise: Exercise) -> Training:
    """Prepare PyTorch's training of all networks of an exercise, mapped over the networks."""
    training: Training = import_module(f"{__name__}.pytorch_vmap").training(exercise)
    return training


LOOPS = (
    Loop("NumPy", "numpy", "numpy_loop", ("sgd", "adam"), samples=5_000, times=1_500),
    Loop("scikit-learn", "sklearn", "scikit_learn", ("sgd",), samples=1_000, times=10_000),
    Loop("PyTorch", "torch", "pytorch_loop", ("sgd", "adam"), samples=1_000, times=20_000),
)


def installed(package: str) -> bool:
    """Whether the library is installed."""
    return find_spec(package) is not None
