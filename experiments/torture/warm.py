"""Imported by the process that commands are forked from: all that a run and a report load.

It makes a small run with its report, since much is loaded or compiled at first use only.
"""

import tempfile

import pandas as pd  # noqa: F401 - loaded here, used in forks
import plotly.graph_objects  # noqa: F401 - loaded here, used in forks
import rich.console  # noqa: F401 - loaded here, used in forks
import sklearn.ensemble  # noqa: F401 - loaded here, used in forks

import neuroevo.cli.display
import neuroevo.cli.main
import neuroevo.cli.outcome
from neuroevo.experiment import Experiment

_SMALL = {
    "task": {"kind": "mouse", "count": 60},
    "training": {"samples": 60, "replicates": 2},
    "evolution": {"population": 4, "generations": 2},
}

with tempfile.TemporaryDirectory(prefix="neuroevo-warm-") as _folder:
    neuroevo.run(Experiment.of(_SMALL), results=_folder, n_jobs=1)
