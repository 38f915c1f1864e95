"""The catalogue of strategies: from the name in experiments to the class."""

from collections.abc import Mapping
from types import MappingProxyType

from neuroevo.strategies.grid_search import GridSearch
from neuroevo.strategies.nsga2 import Nsga2
from neuroevo.strategies.random_search import RandomSearch
from neuroevo.strategies.screened import Screened
from neuroevo.strategies.strategy import Strategy

STRATEGIES: Mapping[str, type[Strategy]] = MappingProxyType(
    {strategy.name: strategy for strategy in (Nsga2, Screened, RandomSearch, GridSearch)}
)
