"""From a genome to its fitness: its network, its trainings, its objectives.

Importing this package loads no compiler; `neuroevo.evaluation.evaluator` does.
"""

from neuroevo.evaluation.objectives import OBJECTIVES, REDUCTIONS, Objective
from neuroevo.evaluation.phenotype import NETWORK_GENES, Phenotype, phenotype_of

__all__ = [
    "NETWORK_GENES",
    "OBJECTIVES",
    "REDUCTIONS",
    "Objective",
    "Phenotype",
    "phenotype_of",
]
