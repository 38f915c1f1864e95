"""From a genome to its objectives: its network, the trainings, the learning curves.

Importing this package loads no compiler; `neuroevo.evaluation.evaluator` does.
"""

from neuroevo.evaluation.objectives import OBJECTIVES, REDUCTIONS, NetworkObjective, Objective
from neuroevo.evaluation.phenotype import (
    NETWORK_GENES,
    TRAINING_GENES,
    HiddenLayer,
    Phenotype,
    is_read,
    layers_of,
    phenotype_of,
    reader_gene,
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
    "is_read",
    "layers_of",
    "phenotype_of",
    "reader_gene",
]
