"""A process that tries configurations until it is ended, one of several with the same study.

`python -m experiments.benchmarks.whole_search.worker JOURNAL SEED SECONDS [table.key=value ...]`
"""

import sys
from functools import partial
from pathlib import Path

from threadpoolctl import threadpool_limits

from experiments.benchmarks.fitting.studies import study_of
from experiments.benchmarks.mouse import mouse
from experiments.benchmarks.whole_search.candidates import objective


def main(journal: str, seed: str, seconds: str, *overrides: str) -> None:
    """Optimize the study of a journal file; no trial begins after so many seconds."""
    study = study_of(Path(journal), int(seed), direction="minimize")
    with threadpool_limits(limits=1):
        study.optimize(partial(objective, mouse=mouse(*overrides)), timeout=float(seconds))


if __name__ == "__main__":
    main(*sys.argv[1:])
