"""Trains networks of one architecture on one data set: settings, starting weights, curves.

Knows neither tasks nor search spaces. Importing this package loads no compiler;
`neuroevo.learning.training` and `Network.predict` do.
"""

from neuroevo.learning.architecture import Architecture
from neuroevo.learning.curves import samples_seen
from neuroevo.learning.data import UNKNOWN_COLUMNS, Columns, DataSet, DataSize, Scaling
from neuroevo.learning.names import (
    ACTIVATIONS,
    OPTIMIZERS,
    SCHEDULES,
    Activation,
    Optimizer,
    Schedule,
)
from neuroevo.learning.network import Ensemble, Network
from neuroevo.learning.optimization import READERS, Optimization, decider, is_read
from neuroevo.learning.settings import (
    LOSSES,
    MOST_SAMPLES,
    Loss,
    Precision,
    StartingWeights,
    TrainingSettings,
)

__all__ = [
    "ACTIVATIONS",
    "LOSSES",
    "MOST_SAMPLES",
    "OPTIMIZERS",
    "READERS",
    "SCHEDULES",
    "UNKNOWN_COLUMNS",
    "Activation",
    "Architecture",
    "Columns",
    "DataSet",
    "DataSize",
    "Ensemble",
    "Loss",
    "Network",
    "Optimization",
    "Optimizer",
    "Precision",
    "Scaling",
    "Schedule",
    "StartingWeights",
    "TrainingSettings",
    "decider",
    "is_read",
    "samples_seen",
]
