"""Imported by the process that commands are forked from: all that a run and a report load."""

import pandas as pd  # noqa: F401 - loaded here, used in forks
import plotly.graph_objects  # noqa: F401 - loaded here, used in forks
import rich.console  # noqa: F401 - loaded here, used in forks
import sklearn.ensemble
import sklearn.inspection  # noqa: F401 - loaded here, used in forks

import neuroevo.cli.display
import neuroevo.cli.main
import neuroevo.cli.outcome
import neuroevo.playground  # noqa: F401 - loaded here, used in forks
from neuroevo.learning.training import compile_kernel

compile_kernel("float32")
