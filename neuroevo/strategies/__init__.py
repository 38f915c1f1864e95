"""Strategies, which choose the next candidates, and the public ask-and-tell interface.

Knows genomes and costs; knows no network, no experiment and no disk.
"""

from neuroevo.strategies.catalogue import STRATEGIES
from neuroevo.strategies.evolution import Evolution, Origin
from neuroevo.strategies.strategy import Options, Strategy

__all__ = ["STRATEGIES", "Evolution", "Options", "Origin", "Strategy"]
