"""Imported by the process that commands are forked from, to load all libraries of a run."""

import pandas as pd  # noqa: F401 - loaded here, used there
import plotly.graph_objects  # noqa: F401 - loaded here, used there

import neuroevo.cli.display
import neuroevo.cli.main
import neuroevo.cli.outcome
import neuroevo.playground  # noqa: F401 - loaded here, used there
from neuroevo.learning.training import compile_kernel

compile_kernel("float32")
