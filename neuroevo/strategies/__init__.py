"""Strategies, which choose the next candidates, and the public ask-and-tell interface.

Knows genomes and costs; knows no network, no experiment and no disk.
"""

from neuroevo.strategies.catalogue import STRATEGIES
from neuroevo.strategies.evolution import MOST_SCREENED_OBJECTIVES, Evolution, Origin
from neuroevo.strategies.strategy import Options, Strategy

__all__ = ["MOST_SCREENED_OBJECTIVES", "STRATEGIES", "Evolution", "Options", "Origin", "Strategy"]
