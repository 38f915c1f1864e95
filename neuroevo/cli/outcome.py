"""The results of a run for a terminal: a summary, the front, the baselines, the report's path.

Used when a run ends and when it is shown again; computes no score.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from neuroevo import wording
from neuroevo.analysis.baseline_comparison import Ratio, ratio_to
from neuroevo.analysis.findings import Findings
from neuroevo.analysis.held_out_models import HeldOutModel, HeldOutModels, held_out_models
from neuroevo.analysis.judged_scores import (
    SAMPLES,
    diverges_on_fresh_seeds,
    main_objective,
    samples_to_learn,
)
from neuroevo.analysis.standard_errors import (
    fresh_errors,
    fresh_texts,
    score_texts,
    standard_errors,
)
from neuroevo.analysis.tables import quantity_texts
from neuroevo.cli.terminal import (
    Column,
    Table,
    local_path,
    print_heading,
    print_table,
    print_text,
    program,
)
from neuroevo.evaluation import Objective, targets_reached
from neuroevo.evaluation.scores import Metric
from neuroevo.report.headline import headline
from neuroevo.report.held_out_table import ensemble_sentences, network_text, shown_models
from neuroevo.report.held_out_texts import interval_text, metric_text, model_name
from neuroevo.report.run import Run
from neuroevo.runs import Trial


def print_findings(run: Run, stream: TextIO) -> None:
    """Write the results of a run."""
    words, front = headline(run.findings), run.pareto_front()
    print_heading(words.title, stream)
    print_text(words.lead.replace("`", ""), stream)  # these mark code for a page
    if front:
        lacks = run.findings.lacks_feasible
        nearest = "No trial keeps the constraints; the nearest to it"
        print_heading(nearest if lacks else "Pareto front, the champion first", stream)
        print_table(front_table(run), stream)
        hidden = len(front) - len(run.findings.excerpt())
        if hidden > 0:
            command = f"{program()} show {run.folder.id} --json"
            print_text(f"and {hidden} more in between, see {command}", stream)
    tested = held_out_models(run.findings)
    if tested is not None and tested.metrics:
        print_heading("Scores on the test part, with 95% intervals", stream)
        print_table(held_out_table(run.findings, tested), stream)
        if sentences := ensemble_sentences(tested):
            print_text(sentences, stream)
    if run.baselines:
        print_heading("Baselines, picked by hand", stream)
        print_table(baseline_table(run), stream)
    if run.folder.report_file.is_file():
        print_heading("Report", stream)
        path = local_path(run.folder.report_file)
        stream.write(f"{path}\n")  # never broken, so that it can be copied


def front_table(run: Run) -> Table:
    """Return the table of the front, or of some trials between its ends."""
    front = run.pareto_front()
    scored_again = any(fresh_objectives(run, trial) for trial in front)
    columns = [
        Column("rank", right=True),
        Column("trial", right=True, dispensable=2),
        Column("configuration", wraps=True),
        *_score_columns(run, scored_again=scored_again),
        *_bound_columns(run, front),
    ]
    rows = []
    for rank in run.findings.excerpt():
        trial = front[rank - 1]
        scores = _scored(run, trial, scored_again=scored_again)
        rows.append((str(rank), str(trial.number), *scores, *_bounded(run, trial, front)))
    return Table(tuple(columns), tuple(rows))


def _bound_columns(run: Run, trials: Sequence[Trial]) -> list[Column]:
    """Return the columns of quantities, and one that says which trials break constraints."""
    names = run.experiment.quantities
    columns = [Column(name.replace("_", " "), right=True, dispensable=1) for name in names]
    return [*columns, *[Column("feasible")] * (not all(map(run.findings.is_feasible, trials)))]


def _bounded(run: Run, trial: Trial, trials: Sequence[Trial]) -> tuple[str, ...]:
    """Return the cells of `_bound_columns`."""
    cells = quantity_texts(run.findings, trial)
    if not all(map(run.findings.is_feasible, trials)):
        cells.append("yes" if run.findings.is_feasible(trial) else "no")
    return tuple(cells)


def baseline_table(run: Run) -> Table:
    """Return the table of the baselines, compared with the champion."""
    scored_again = any(fresh_objectives(run, trial) for trial in run.baselines)
    columns = (
        Column("baseline"),
        Column("configuration", wraps=True, dispensable=2),
        *_score_columns(run, scored_again=scored_again),
        *_bound_columns(run, run.baselines),
        Column("the champion has" if run.pareto_front() else ""),
    )
    rows = (
        (
            trial.name,
            *_scored(run, trial, scored_again=scored_again),
            *_bounded(run, trial, run.baselines),
            _comparison(run, trial),
        )
        for trial in run.baselines
    )
    return Table(columns, tuple(rows))


def _score_columns(run: Run, *, scored_again: bool) -> list[Column]:
    columns = []
    for objective in run.findings.objectives:
        columns.append(Column(objective.label, right=True))
        if scored_again:
            columns.append(Column("fresh", right=True, dispensable=1))
    return columns


def held_out_table(findings: Findings, tested: HeldOutModels) -> Table:
    """Return the table of the scores on the test part: value and 95% interval."""
    columns = (
        Column("model"),
        Column("network", wraps=True, dispensable=len(tested.metrics)),
        *(
            Column(metric.label, right=True, dispensable=place)
            for place, metric in enumerate(tested.metrics)
        ),
    )
    rows = (
        (
            model_name(model),
            network_text(findings, model),
            *(_interval(metric, model) for metric in tested.metrics),
        )
        for model in shown_models(findings, tested)
    )
    return Table(columns, tuple(rows))


def _interval(metric: Metric, model: HeldOutModel) -> str:
    score = model.scores.get(metric.name)
    if score is None:
        return "–"
    return f"{metric_text(metric, score.value)} ({interval_text(metric, score)})"


def fresh_objectives(run: Run, trial: Trial) -> dict[str, float | None]:
    """Return a trial's scores on fresh seeds, None if not finite; empty if it has none."""
    rescored = run.findings.rescored_of(trial)
    if rescored is None:
        return {}
    return _finite(rescored.fresh_objectives)


def _finite(values: Mapping[str, float]) -> dict[str, float | None]:
    return {name: value if math.isfinite(value) else None for name, value in values.items()}


def described_scores(run: Run, trial: Trial) -> dict[str, Any]:
    """Return for JSON which objectives are no penalties, and the same of those on fresh seeds."""
    items, fresh = run.findings.objectives, fresh_objectives(run, trial)
    errors = standard_errors(run.findings, trial)
    again = fresh_errors(run.findings, trial) if fresh else {}
    return {
        **({"standard_errors": _finite(errors)} if errors else {}),
        **({"fresh_standard_errors": _finite(again)} if again else {}),
        "reached": targets_reached(items, trial.objectives),
        "fresh_objectives": fresh,
        "fresh_reached": targets_reached(items, fresh),
    }


def times_fewer_samples(run: Run, baseline: Trial) -> float | None:
    """Return how many times fewer samples than a baseline the champion needs.

    Returns
    -------
    float or None
        Below 1 if it needs more; None if one of the two does not reach the target.
    """
    if not run.pareto_front():
        return None
    needed = samples_to_learn(run.findings, run.best)
    compared = samples_to_learn(run.findings, baseline)
    return None if needed is None or compared is None else compared / needed


def _comparison(run: Run, baseline: Trial) -> str:
    """Compare the champion with a baseline."""
    if baseline.state != "complete":
        return f"not compared: {baseline.state}"
    if diverges_on_fresh_seeds(run.findings, baseline):
        return "not compared: diverged on fresh seeds"
    if not run.pareto_front():
        return ""
    item = main_objective(run.findings)
    if item.name == SAMPLES and samples_to_learn(run.findings, baseline) is None:
        return "not compared: target not reached"
    ratio = ratio_to(run.findings, item, baseline)
    return "" if ratio is None else _times(item, ratio)


def _times(item: Objective, ratio: Ratio) -> str:
    """Say how many times lower or higher the champion's score is, with its interval."""
    less, more = ("fewer", "more") if wording.is_counted(item.unit) else ("lower", "higher")
    word, ends = less, [ratio.value, ratio.low, ratio.high]
    if ratio.value < 1:
        word = more
        ends = [1 / end if end else math.inf for end in (ratio.value, ratio.high, ratio.low)]
    text = f"{wording.factor(ends[0])} times {word}"
    if math.isnan(ratio.low):
        return text
    return f"{text} ({wording.interval(ends[1], ends[2])})"


def _scored(run: Run, trial: Trial, *, scored_again: bool) -> tuple[str, ...]:
    cells = [wording.configuration(trial.genome)]
    both = score_texts(run.findings, trial), fresh_texts(run.findings, trial)
    for text, fresh in zip(*both, strict=True):
        cells += [text, fresh] if scored_again else [text]
    return tuple(cells)
