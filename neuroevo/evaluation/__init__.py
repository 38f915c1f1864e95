"""From a genome to its objectives: its network, the trainings, the learning curves.

Importing this package loads no compiler; `neuroevo.evaluation.evaluator` does.
"""

from neuroevo.evaluation.objectives import (
    OBJECTIVES,
    REDUCTIONS,
    NetworkObjective,
    Objective,
    targets_reached,
)
from neuroevo.evaluation.phenotype import (
    NETWORK_GENES,
    TRAINING_GENES,
    HiddenLayer,
    Phenotype,
    layers_of,
    phenotype_of,
)

__all__ = [
    "NETWORK_GENES",
    "OBJECTIVES",
    "REDUCTIONS",
    "TRAINING_GENES",
    "HiddenLayer",
    "NetworkObjective",
    "Objective",
    "Phenotype",
    "layers_of",
    "phenotype_of",
    "targets_reached",
]
