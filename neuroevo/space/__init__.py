"""Search spaces: genes, and the genomes that they allow.

Knows values, bounds and scales; does not know what a value is used for.
"""

from neuroevo.space.choice import Choice
from neuroevo.space.conditional import Condition, Conditional
from neuroevo.space.gene import Gene
from neuroevo.space.genome import Genome, GenomeSet
from neuroevo.space.layers import Layers
from neuroevo.space.ranges import Float, Integer
from neuroevo.space.search_space import SearchSpace
from neuroevo.space.values import Value

__all__ = [
    "Choice",
    "Condition",
    "Conditional",
    "Float",
    "Gene",
    "Genome",
    "GenomeSet",
    "Integer",
    "Layers",
    "SearchSpace",
    "Value",
]
