"""The sentences at the top of a comparison: how many runs, what differs, which one is best."""

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from neuroevo import wording
from neuroevo.analysis.baseline_comparison import ratio_between
from neuroevo.analysis.differences import said
from neuroevo.analysis.dominance import ratio_as_shown
from neuroevo.analysis.judged_scores import has_fresh_scores, judged_score, main_objective
from neuroevo.analysis.shift import ratio, shift
from neuroevo.report.headline import CLOSE
from neuroevo.report.headline_parts import Headline, KeyNumber

if TYPE_CHECKING:
    from neuroevo.analysis.comparison import Comparison
    from neuroevo.evaluation import Objective

MOST_KEYS = 3  # in a title
PAIR = 2
MOST_TIED = 3  # settings with the best value that are named


def opening(comparison: "Comparison") -> Headline:
    """Return the title, the first sentences and the main numbers of a comparison."""
    runs, main = comparison.runs, comparison.objectives[:2]
    networks, trials = int(runs["networks"].sum()), int(runs["trials"].sum())
    among = f"of {wording.counted(len(runs), 'run')}"
    trained = KeyNumber(f"{trials:,}", f"trials {among}")
    if networks:
        text = f"networks trained in {wording.counted(trials, 'trial')} {among}"
        trained = KeyNumber(f"{networks:,}", text)
    champions = champions_compared(comparison)
    where = " on the seeds of the search" * bool(champions)
    best = [_best(comparison, item, where) for item in main]
    found = verdict(comparison) or champions
    if not found and best and len(comparison.settings) > 1 and not comparison.cautions:
        found = best.pop(0)
    title = found or compared(comparison)
    sentences = [
        _caution(comparison),
        *([compared(comparison)] if found else []),
        *best,
        _without_result(comparison),
        _not_complete(comparison),
    ]
    figures = [figure for item in main for figure in _best_figure(comparison, item)]
    return Headline(title, " ".join(filter(None, sentences)), (*figures, trained))


def what_differs(comparison: "Comparison") -> list[str]:
    """Return sentences on how the experiments and the environments differ."""
    found = [
        *_only_seeds(comparison),
        *(
            f"Not compared, because only {wording.listed(labels)} "
            f"{'has' if len(labels) == 1 else 'have'} this objective: {item.label}."
            for item, labels in comparison.uncommon.items()
        ),
    ]
    if not comparison.objectives:
        found.append("The runs have no objective in common, so no scores are compared.")
    for label, lines in comparison.environments.items():
        found.append(
            f"{label} ran in another environment than {comparison.labels[0]}: {'; '.join(lines)}."
        )
    return found


def verdict(comparison: "Comparison") -> str:
    """Return which of two settings is better, and by how much, in the first objective.

    With an interval, and whether that is more than chance. Empty if there are not two settings
    with several runs each, or if their scores do not measure the same.
    """
    if not comparison.objectives or comparison.cautions or len(comparison.settings) != PAIR:
        return ""
    item = comparison.objectives[0]
    tests = comparison.tests[item.name]
    if not tests:
        return ""
    test = tests[0]
    if not test.may_be_clear:
        runs = wording.listed([wording.counted(count, "run") for count in test.counts])
        which = f"{test.first} and {test.second} differ in {item.label}"
        return f"{runs} are too few to say whether {which}."
    better, other = test.first, test.second
    if test.superiority < 0.5:  # noqa: PLR2004 - half of the pairs
        better, other = other, better
    if not test.is_clear:
        return (
            f"{test.first} and {test.second} do not differ in {item.label} by more than chance "
            f"(p = {wording.number(test.adjusted)})."
        )
    effect = _effect(comparison, item, better, other)
    return f"{better} has a {item.better} {item.label} than {other}: {effect}."


def champions_compared(comparison: "Comparison") -> str:
    """Return how the champions of two runs compare on fresh seeds, with an interval.

    It is over the replicates. What other seeds of the searches would give is not known. Empty
    if there are not two settings with one run each, or if their scores do not measure the same.
    """
    contenders, settings = comparison.contenders, comparison.settings
    is_pair = len(contenders) == len(settings) == PAIR
    if comparison.cautions or not comparison.objectives or not is_pair:
        return ""
    found = [each.findings for each in contenders if each.front]
    if len(found) < PAIR or not all(map(has_fresh_scores, found)):
        return ""
    items = {main_objective(each) for each in found} & set(comparison.objectives)
    item = items.pop() if len(items) == 1 else comparison.objectives[0]
    scores = [judged_score(each, each.front[0], item) for each in found]
    costs = [item.cost(score) if math.isfinite(score) else math.inf for score in scores]
    first, second = sorted(range(PAIR), key=costs.__getitem__)
    names = [wording.shortened(each.label, 40) for each in contenders]
    values = [wording.measured(score, item) for score in scores]
    if values[first] == values[second]:
        who = f"the champions of {names[first]} and {names[second]} have the same {item.label}"
        return f"On fresh seeds {who}, {values[first]}."
    both = [(each, each.front[0]) for each in found]
    ratio = ratio_between(item, both[first], both[second])
    own, other = (f"{values[each]} ({names[each]})" for each in (first, second))
    if ratio is None or math.isnan(ratio.low) or item.maximised:
        return f"On fresh seeds the champions have {item.label} {own} and {other}."
    ends = f"95% interval over the replicates {wording.interval(ratio.low, ratio.high)}"
    times = wording.factor(ratio.value)
    if not ratio.is_clear:
        return (
            f"On fresh seeds the champions do not clearly differ in {item.label}: {own} and "
            f"{other}, {times} times as much; {ends}."
        )
    less = "fewer" if wording.is_counted(item.unit) else "lower"
    return (
        f"On fresh seeds the champion of {names[first]} has {times} times {less} {item.label} than "
        f"that of {names[second]}: {values[first]} against {values[second]}; {ends}."
    )


def _effect(comparison: "Comparison", item: "Objective", better: str, other: str) -> str:
    """Return how much better a setting is, as a factor or a difference, with its interval."""
    runs = comparison.runs[np.isfinite(comparison.runs[item.name])]
    is_missing = len(runs) < len(comparison.runs)
    if is_missing or (runs[item.name] > item.limit).any():  # what is no measurement has no ratio
        [test] = comparison.tests[item.name]
        share = max(test.superiority, 1 - test.superiority)
        return f"better in {share:.0%} of the pairs of runs"
    ours, theirs = (
        np.maximum(runs.loc[runs["setting"] == name, item.name].to_numpy(dtype=float), item.floor)
        for name in (better, other)
    )
    larger, smaller = (ours, theirs) if item.maximised else (theirs, ours)
    if item.logarithmic and bool((ours > 0).all() and (theirs > 0).all()):
        found = ratio(larger, smaller)
        middle, low, high = map(wording.factor, (found.value, found.low, found.high))
        return f"{middle} times (95% interval {low} to {high})"
    found = shift(larger, smaller)
    middle, low, high = map(wording.number, (found.value, found.low, found.high))
    return f"by {middle} (95% interval {low} to {high})"


def compared(comparison: "Comparison") -> str:
    """Return the number of runs and how they differ."""
    count = wording.counted(len(comparison.contenders), "run")
    if len(comparison.settings) > 1:
        keys = [str(key) for key in comparison.differences["key"]]
        keys = [said(key.split(".")) for key in keys if key not in {"name", "note", "seed"}]
        which = wording.listed(keys) if len(keys) <= MOST_KEYS else f"{len(keys)} keys"
        of = f" of {len(comparison.settings)} settings" if comparison.is_grouped else ""
        return f"{count}{of} that differ in {which}.{_repeated(comparison)}"
    if len(set(_seeds(comparison))) > 1:
        return f"{count} of one experiment that differ only in the seed.{_repeated(comparison)}"
    return f"{count} of one experiment, with the same seed."


def _repeated(comparison: "Comparison") -> str:
    count = comparison.repeated
    verb = "repeats a seed and counts" if count == 1 else "repeat a seed and count"
    return f" {count:,} of them {verb} only once." if count else ""


def _without_result(comparison: "Comparison") -> str:
    """Say how many runs have found nothing, by setting."""
    parts = []
    for name, members in comparison.counted.items():
        count = comparison.without_result(name)
        if count:
            parts.append(f"{count:,} of {wording.counted(len(members), 'run')} of {name}")
    if not parts:
        return ""
    return f"Without a result, and so the worst: {wording.listed(parts)}."


def _not_complete(comparison: "Comparison") -> str:
    parts = [
        f"{each.label} ({len(each.findings.trials):,} of "
        f"{each.findings.experiment.expected_trials:,} trials)"
        for each in comparison.contenders
        if not each.findings.finished
    ]
    if not parts:
        return ""
    return f"Not complete: {wording.listed(parts)}; only the results so far are compared."


def _seeds(comparison: "Comparison") -> list[int]:
    return [each.findings.experiment.seed for each in comparison.contenders]


def _only_seeds(comparison: "Comparison") -> Iterable[str]:
    """Say what it means if nothing or only the seed differs."""
    if len(comparison.settings) > 1:
        return
    seeds = _seeds(comparison)
    rule = "Runs of the same experiment and seed must give the same results on any machine"
    if len(set(seeds)) == len(seeds):
        yield (
            "The experiments differ only in the seed: the differences between the runs are chance, "
            "and a better setting would have to differ by more."
        )
    elif _same_trials(comparison):
        yield f"{rule}; these do."
    elif all(each.findings.experiment.trains_networks for each in comparison.contenders):
        yield f"{rule}. If these don’t, one is not complete or ended for another reason."
    else:
        cause = "one is not complete, ended for another reason, or its function draws at random"
        yield f"Runs of the same experiment and seed should give the same results: {cause}."


def _same_trials(comparison: "Comparison") -> bool:
    first: dict[int, np.ndarray] = {}
    return all(
        np.array_equal(each.scores, first.setdefault(seed, each.scores), equal_nan=True)
        for each, seed in zip(comparison.contenders, _seeds(comparison), strict=True)
    )


def _caution(comparison: "Comparison") -> str:
    if not comparison.cautions:
        return ""
    verb = "differs" if len(comparison.cautions) == 1 else "differ"
    keys = wording.listed(comparison.cautions)
    return f"Caution: {keys} {verb}, so the scores do not measure exactly the same."


def _best(comparison: "Comparison", item: "Objective", where: str) -> str:
    """Say which setting is best in an objective, in the median if it has several runs.

    A ratio is only stated if the scores measure the same.
    """
    table = comparison.spreads
    rows = table[(table["measure"] == item.name) & (table["runs"] > 0)]
    rows = rows.sort_values("median", kind="stable", ascending=not item.maximised)
    if len(comparison.settings) == 1:
        return _range(rows, item)
    if len(rows) < 2:  # noqa: PLR2004 - to compare
        return ""
    (first, best), (second, next_best) = rows[["setting", "median"]].to_numpy()[:2]
    value, other = (wording.measured(float(each), item) for each in (best, next_best))
    kind = f"{item.best.capitalize()}{' median' * comparison.is_grouped}"
    start = f"{kind} {item.label}{where}: {value}"
    ratio = ratio_as_shown(item, *sorted((float(best), float(next_best)), reverse=True))
    if value == other:
        medians = map(float, rows["median"])
        tied = sum(wording.measured(median, item) == value for median in medians)
        named = [str(each) for each in rows["setting"][:tied]]
        who = wording.listed(named) if tied <= MOST_TIED else f"{tied} of {len(rows)}"
        return f"{start} ({who})."
    # Of one run each it is not known how much of the ratio is chance.
    if comparison.cautions or ratio is None or ratio < CLOSE or not comparison.is_grouped:
        return f"{start} ({first}); {other} ({second})."
    return (
        f"{start} ({first}), {wording.factor(ratio)} times {item.better} than {other} ({second})."
    )


def _range(rows: pd.DataFrame, item: "Objective") -> str:
    if rows.empty:
        return ""
    low, high = (
        wording.measured(float(rows[name].iloc[0]), item) for name in ("lowest", "highest")
    )
    values = f"{low} in each run" if low == high else f"{low} to {high}"
    return f"{item.best.capitalize()} {item.label}: {values}."


def _best_figure(comparison: "Comparison", item: "Objective") -> list[KeyNumber]:
    column = comparison.runs[item.name]
    if column.isna().all():
        return []
    best = wording.measured(item.best_of(column), item)
    # As in the sentences, what is shown alike is tied.
    tied = [wording.measured(float(value), item) == best for value in column]
    labels = [str(label) for label in comparison.runs["run"][tied]]
    who = labels[0] if len(labels) == 1 else wording.counted(len(labels), "run")
    return [KeyNumber(best, f"{item.best_label} ({who})")]
