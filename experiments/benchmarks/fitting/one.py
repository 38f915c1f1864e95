"""One competitor on one table, in a process of its own.

`python -m experiments.benchmarks.fitting.one COMPETITOR SET SPLIT BUDGET` writes JSON to stdout.
Imports, the start of worker processes and the making of the table take no time of the budget.
"""

import json
import sys
import warnings

from experiments.benchmarks.fitting.clock import Clock
from experiments.benchmarks.fitting.competitors import COMPETITORS
from experiments.benchmarks.fitting.results import Interval, Key, Result
from experiments.benchmarks.fitting.table import Outputs, Table, table_of


def measure(key: Key) -> Result:
    """Let a competitor learn a table, and score it."""
    table, competitor = table_of(key.set, key.split), COMPETITORS[key.competitor]
    search = competitor.search()
    competitor.rehearse()
    found = search(table, Clock(key.budget))
    return Result(
        key,
        found.seconds,
        found.decided,
        found.candidates,
        found.configuration,
        len(table.inputs),
        table.inputs.shape[1],
        len(table.test_inputs),
        _scores(table, found.model),
        [(each.seconds, _values(table, each.model)) for each in found.incumbents],
    )


def _scores(table: Table, model: Outputs) -> dict[str, Interval]:
    return {
        name: Interval(score.value, score.low, score.high)
        for name, score in table.test_scores(model).items()
    }


def _values(table: Table, model: Outputs) -> dict[str, float]:
    return {name: score.value for name, score in _scores(table, model).items()}


def main(competitor: str, name: str, split: str, budget: str) -> None:
    """Measure, and write the result to stdout."""
    result = measure(Key(competitor, name, int(split), float(budget)))
    sys.stdout.write(json.dumps(result.to_plain()))


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # of trainings that were stopped, for example
    main(*sys.argv[1:])
