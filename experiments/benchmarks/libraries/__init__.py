"""ConvNetJS, brain.js and the mouse page's own network beside the kernel, in the same trainings."""

from experiments.benchmarks.libraries.comparison import measure
from experiments.benchmarks.libraries.summary import tables

__all__ = ["measure", "tables"]
