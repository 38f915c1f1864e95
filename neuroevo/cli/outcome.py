"""What a run found, as tables for a terminal: the front, the baselines, where the report is.

It is used when a run ends and when it is shown again; it computes no score of its own.
"""

import math
from typing import TYPE_CHECKING, TextIO

from neuroevo.cli.terminal import Column, Table, called, print_heading, print_table, print_text

if TYPE_CHECKING:
    from neuroevo.report.run import Run
    from neuroevo.runs import Trial


def print_findings(run: "Run", stream: TextIO) -> None:
    """Write what a run found: a sentence, the front, the baselines and where the report is."""
    from neuroevo.report.headline import headline

    words = headline(run.findings)
    print_heading(words.title, stream)
    print_text(words.lead.replace("`", ""), stream)  # marks a command for a page
    if run.pareto_front():
        print_heading("Pareto front, best first", stream)
        print_table(front_table(run), stream)
        hidden = len(run.pareto_front()) - len(run.findings.excerpt())
        if hidden > 0:
            all_of_it = f"{called()} show {run.folder.id} --json"
            print_text(f"and {hidden} more in between, see {all_of_it}", stream)
    if run.baselines:
        print_heading("Baselines, picked by hand", stream)
        print_table(baseline_table(run), stream)
    if run.folder.report_file.is_file():
        print_heading("Report", stream)
        stream.write(f"{run.folder.report_file}\n")  # never broken, so that it can be copied


def front_table(run: "Run") -> Table:
    """Make the table of the front, from end to end in a few rows."""
    scored_again = any(fresh_objectives(run, trial) for trial in run.pareto_front())
    columns = [
        Column("rank", right=True),
        Column("trial", right=True, dispensable=2),
        Column("configuration", wraps=True),
    ]
    for objective in run.findings.objectives:
        columns.append(Column(objective.label, right=True))
        if scored_again:
            columns.append(Column("fresh", right=True, dispensable=1))
    front = run.pareto_front()
    rows = (
        (
            str(rank),
            str(front[rank - 1].number),
            *_scored(run, front[rank - 1], scored_again=scored_again),
        )
        for rank in run.findings.excerpt()
    )
    return Table(tuple(columns), tuple(rows))


def baseline_table(run: "Run") -> Table:
    """Make the table of the baselines, each compared with the trial that the report opens with."""
    objectives = (Column(item.label, right=True) for item in run.findings.objectives)
    rows = (
        (trial.name, *_scored(run, trial, scored_again=False), _comparison(run, trial))
        for trial in run.baselines
    )
    columns = (Column("baseline"), Column("configuration", wraps=True, dispensable=1), *objectives)
    return Table((*columns, Column(_winner(run))), tuple(rows))


def fresh_objectives(run: "Run", trial: "Trial") -> dict[str, float | None]:
    """Give a trial's scores on fresh seeds, None where not finite; empty if it was not rescored."""
    champion = run.findings.champion_of(trial)
    if champion is None:
        return {}
    return {
        name: score if math.isfinite(score) else None
        for name, score in champion.fresh_objectives.items()
    }


def times_fewer_samples(run: "Run", baseline: "Trial") -> float | None:
    """Tell how many times fewer samples than a baseline the leading trial needs to learn the task.

    Returns
    -------
    float or None
        Below 1 where it needs more; None where one of the two does not learn it.
    """
    from neuroevo.analysis.leader import leading, samples_to_learn

    if not run.pareto_front():
        return None
    needed = samples_to_learn(run.findings, leading(run.findings))
    compared = samples_to_learn(run.findings, baseline)
    return None if needed is None or compared is None else compared / needed


def _winner(run: "Run") -> str:
    """Name the trial that the report opens with by its rank."""
    from neuroevo.analysis.leader import leading

    front = run.pareto_front()
    return f"rank {front.index(leading(run.findings)) + 1} has" if front else ""


def _comparison(run: "Run", baseline: "Trial") -> str:
    """Say how the trial that the report opens with compares with a baseline."""
    from neuroevo import wording
    from neuroevo.analysis.dominance import ratio_as_shown
    from neuroevo.analysis.leader import TRAINED, leading, leading_objective, samples_to_learn

    if baseline.state != "complete":
        return baseline.state
    if not run.pareto_front():
        return ""
    leader = leading(run.findings)
    item = leading_objective(run.findings, leader)
    if item.name == TRAINED and samples_to_learn(run.findings, baseline) is None:
        return "not learnt"
    ratio = ratio_as_shown(item, baseline.objectives[item.name], leader.objectives[item.name])
    less, more = ("fewer", "more") if wording.is_counted(item.unit) else ("lower", "higher")
    if ratio is None:
        return ""
    return (
        f"{wording.factor(ratio)}× {less}" if ratio >= 1 else f"{wording.factor(1 / ratio)}× {more}"
    )


def _scored(run: "Run", trial: "Trial", *, scored_again: bool) -> tuple[str, ...]:
    from neuroevo import wording

    cells = [wording.configuration(trial.genome)]
    fresh = fresh_objectives(run, trial)
    for objective in run.findings.objectives:
        score = trial.objectives.get(objective.name, math.nan)
        cells.append(wording.measured(score, objective.unit))
        if scored_again:
            again = fresh.get(objective.name)
            cells.append(wording.measured(math.nan if again is None else again, objective.unit))
    return tuple(cells)
