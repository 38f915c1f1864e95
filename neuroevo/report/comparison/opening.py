"""The sentences that open a comparison: how many runs, what differs, who is ahead."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from neuroevo import wording
from neuroevo.analysis.differences import said
from neuroevo.analysis.dominance import ratio_as_shown
from neuroevo.evaluation import OBJECTIVES
from neuroevo.report.headline import CLOSE, Headline, KeyNumber

if TYPE_CHECKING:
    from neuroevo.analysis.comparison import Comparison
    from neuroevo.evaluation import Objective

MOST_KEYS = 3  # in a title


def opening(comparison: "Comparison") -> Headline:
    """Return the opening of a comparison."""
    sentences = [_ahead(comparison, item) for item in comparison.objectives[:2]]
    runs = comparison.runs
    trained = KeyNumber(
        f"{int(runs['networks'].sum()):,}",
        f"networks trained in {wording.counted(int(runs['trials'].sum()), 'trial')} of "
        f"{wording.counted(len(runs), 'run')}",
    )
    best = [figure for item in comparison.objectives[:2] for figure in _best(comparison, item)]
    lead = " ".join(
        filter(None, [*_not_comparable(comparison), *sentences, unfinished(comparison)])
    )
    return Headline(title(comparison), lead, (*best, trained))


def title(comparison: "Comparison") -> str:
    """Return how many runs there are and what tells them apart."""
    count = wording.counted(len(comparison.contenders), "run")
    if len(comparison.settings) > 1:
        keys = [said(key.split(".")) for key in _setting_keys(comparison)]
        apart = wording.listed(keys)
        if len(keys) > MOST_KEYS:
            apart = wording.counted(len(keys), "key")
        of = f" of {len(comparison.settings)} settings" if comparison.is_grouped else ""
        return f"{count}{of} that differ in {apart}."
    seeds = {each.findings.experiment.seed for each in comparison.contenders}
    if len(seeds) > 1:
        return f"{count} of one experiment that differ in nothing but the seed."
    return f"{count} of one experiment, with the same seed."


def what_differs(comparison: "Comparison") -> list[str]:
    """Return sentences on how the experiments and the machines differ, and what that means."""
    return [
        *_nothing_differs(comparison),
        *_not_common(comparison),
        *(
            f"{label} ran on something else than {comparison.labels[0]}: {'; '.join(lines)}."
            for label, lines in comparison.environments.items()
        ),
    ]


def unfinished(comparison: "Comparison") -> str:
    """Return a sentence on the runs that are not finished; empty if all are."""
    parts = [
        f"{each.label} ({len(each.findings.trials):,} of "
        f"{each.findings.experiment.expected_trials:,} trials)"
        for each in comparison.contenders
        if not each.findings.finished
    ]
    if not parts:
        return ""
    return f"Not finished: {wording.listed(parts)}; what follows is what there is so far."


def _setting_keys(comparison: "Comparison") -> list[str]:
    keys = [str(key) for key in comparison.differences["key"]]
    return [key for key in keys if key not in {"name", "note", "seed"}]


def _nothing_differs(comparison: "Comparison") -> list[str]:
    if len(comparison.settings) > 1:
        return []
    seeds = [each.findings.experiment.seed for each in comparison.contenders]
    if len(set(seeds)) == len(seeds):
        chance = "how far the runs lie apart is chance, and another setting would have to beat it."
        return [f"The experiments differ in nothing but the seed: {chance}"]
    rule = "Runs of the same experiment and seed must find the same, whatever they ran on"
    if _same_trials(comparison):
        return [f"{rule}; these do."]
    return [f"{rule}. Where these don’t, one was not finished, or ended for another reason."]


def _same_trials(comparison: "Comparison") -> bool:
    by_seed: dict[int, list[np.ndarray]] = {}
    for each in comparison.contenders:
        by_seed.setdefault(each.findings.experiment.seed, []).append(each.scores)
    return all(
        np.array_equal(scores, group[0], equal_nan=True)
        for group in by_seed.values()
        for scores in group
    )


def _not_comparable(comparison: "Comparison") -> list[str]:
    if not comparison.cautions:
        return []
    verb = "differs" if len(comparison.cautions) == 1 else "differ"
    keys = wording.listed(comparison.cautions)
    return [f"Take care: {keys} {verb}, so scores are not of quite the same thing."]


def _not_common(comparison: "Comparison") -> list[str]:
    sentences = [
        f"Not compared, being an objective of {wording.listed(labels)} only: "
        f"{OBJECTIVES[name].label}."
        for name, labels in comparison.uncommon.items()
    ]
    if not comparison.objectives:
        sentences.append("The runs have no objective in common, so no score is compared.")
    return sentences


def _ahead(comparison: "Comparison", item: "Objective") -> str:
    """Say which setting is ahead in an objective, in the median where it has several runs.

    How many times it is ahead is said of scores of the same thing only.
    """
    table = comparison.spreads
    rows = table[(table["measure"] == item.name) & (table["runs"] > 0)]
    rows = rows.sort_values("median", kind="stable")
    name = item.label
    if len(comparison.settings) == 1:
        return _range(rows, item)
    if len(rows) < 2:  # noqa: PLR2004 - a race takes two
        return ""
    (first, best), (second, next_best) = rows[["setting", "median"]].to_numpy()[:2]
    told, other = (wording.measured(float(each), item.unit) for each in (best, next_best))
    start = f"{'Lowest median' if comparison.is_grouped else 'Lowest'} {name}: {told}, of {first}"
    ratio = ratio_as_shown(item, float(next_best), float(best))
    if told == other:
        return f"{start} and {second} alike."
    if comparison.cautions or ratio is None or ratio < CLOSE:
        return f"{start}; {second} has {other}."
    times = wording.factor(ratio)
    return f"{start}, {times} times lower than {other} of {second}."


def _range(rows: pd.DataFrame, item: "Objective") -> str:
    if rows.empty:
        return ""
    low, high = (
        wording.measured(float(rows[name].iloc[0]), item.unit) for name in ("lowest", "highest")
    )
    name = item.label
    return f"Lowest {name}: {low} in each." if low == high else f"Lowest {name}: {low} to {high}."


def _best(comparison: "Comparison", item: "Objective") -> list[KeyNumber]:
    column = comparison.runs[item.name]
    if column.isna().all():
        return []
    lowest = float(column.min())
    labels = [str(label) for label in comparison.runs["run"][column == lowest]]
    who = labels[0] if len(labels) == 1 else wording.counted(len(labels), "run")
    return [KeyNumber(wording.measured(lowest, item.unit), f"lowest {item.label}, of {who}")]
