"""The results as tables: scores, ranks, times to a competitor's score, and the conclusions."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import mean, median

from scipy.stats import rankdata

from experiments.benchmarks.fitting.clock import SEARCH
from experiments.benchmarks.fitting.competitors import COMPETITORS, OURS
from experiments.benchmarks.fitting.results import HIGHER_IS_BETTER, Interval, Result
from experiments.benchmarks.markdown import Table, at_least

CLASS_MEASURES = {"accuracy": "accuracy", "log_loss": "log loss"}
"""What classes are scored by, with the name in tables; a regression is scored by R²."""

_LEAST_SHARE, _LEAST_TIMES = at_least(0.75), at_least(50)
_SCORES = (
    "Scores on test rows that no search saw, with 95% intervals over these rows (bootstrap). All "
    "searches had the same rows and validated by R² or log loss; the best of each row is bold."
)
_RANKS = "Average over the sets of the place of each; equal scores share their places."
_TIMES = (
    "Seconds until the best network so far of neuroevo had reached the final test score of the "
    "other search and stayed at least as good to the end; how many times as long that took the "
    "other search, with its final model, is in parentheses. Imports are not counted."
)


@dataclass(frozen=True)
class Comparison:
    """The results of one budget, by one measure for classes.

    Parameters
    ----------
    results
        All results of the budget.
    budget
        In seconds.
    class_measure
        One of `CLASS_MEASURES`.
    """

    results: Sequence[Result]
    budget: float
    class_measure: str

    @cached_property
    def sets(self) -> list[str]:
        """The sets that neuroevo has learnt."""
        return list(dict.fromkeys(each.key.set for each in self.results if _is_ours(each)))

    @cached_property
    def competitors(self) -> list[str]:
        """The competitors that have learnt all of these sets, in their usual order."""
        found = {(each.key.competitor, each.key.set) for each in self.results}
        return [name for name in COMPETITORS if all((name, each) in found for each in self.sets)]

    @property
    def searches(self) -> list[str]:
        """Those of them that search an MLP, without neuroevo."""
        return [
            name for name in self.competitors if COMPETITORS[name].searches_mlps and name != OURS
        ]

    def measure(self, name: str) -> str:
        """Return the metric of a set."""
        return self.class_measure if self._of(OURS, name)[0].is_classes else "r2"

    def score(self, competitor: str, name: str) -> Interval:
        """Return the score on a set, each number the mean over the splits."""
        measure = self.measure(name)
        scores = [each.scores[measure] for each in self._of(competitor, name)]
        return Interval(*map(mean, zip(*scores, strict=True)))

    def cost(self, competitor: str, name: str) -> float:
        """Return the score so that less is better."""
        sign = -1 if self.measure(name) in HIGHER_IS_BETTER else 1
        return sign * self.score(competitor, name).value

    def seconds(self, competitor: str, name: str) -> float:
        """Return how long a search took, with its final model; the median over the splits."""
        return median(each.seconds for each in self._of(competitor, name))

    def seconds_to(self, competitor: str, name: str) -> float:
        """Return when neuroevo had reached another's score; infinite if never in most splits."""
        measure = self.measure(name)
        theirs = {each.key.split: each for each in self._of(competitor, name)}
        return median(
            _seconds_to(ours.incumbents, measure, theirs[ours.key.split].scores[measure].value)
            for ours in self._of(OURS, name)
            if ours.key.split in theirs
        )

    def ranks(self, competitors: Sequence[str]) -> dict[str, float]:
        """Return the average rank of each."""
        places = [rankdata([self.cost(each, name) for each in competitors]) for name in self.sets]
        return dict(zip(competitors, map(mean, zip(*places, strict=True)), strict=True))

    def standing(self, name: str) -> int:
        """Return 1 if neuroevo is better than every search of an MLP, 0 if as good, else -1."""
        best = min(self.cost(each, name) for each in self.searches)
        ours = self.cost(OURS, name)
        return (ours < best) - (ours > best)

    def times(self, competitor: str) -> float:
        """Return the median over the sets of how many times as long another search took."""
        return median(
            self.seconds(competitor, name) / self.seconds_to(competitor, name) for name in self.sets
        )

    def _of(self, competitor: str, name: str) -> list[Result]:
        wanted = competitor, name
        return [each for each in self.results if (each.key.competitor, each.key.set) == wanted]


def tables(results: Iterable[Result]) -> Iterator[Table]:
    """Return all tables."""
    results = list(results)
    if not any(map(_is_ours, results)):
        return
    yield _sets_table(results)
    for budget in sorted({each.key.budget for each in results}):
        of_budget = [each for each in results if each.key.budget == budget]
        compared = [Comparison(of_budget, budget, measure) for measure in CLASS_MEASURES]
        yield _scores_table(compared[0], compared[0].sets)
        classes = [name for name in compared[0].sets if compared[0].measure(name) != "r2"]
        if classes:
            yield _scores_table(compared[1], classes)
        yield _ranks_table(compared)
        if compared[0].searches:
            yield from map(_times_table, compared)
            yield _conclusions_table(compared)


def _is_ours(result: Result) -> bool:
    return result.key.competitor == OURS


def _seconds_to(
    incumbents: Sequence[tuple[float, Mapping[str, float]]], measure: str, score: float
) -> float:
    """Return from when on all best models so far are at least as good as a score."""
    reached = math.inf
    for seconds, scores in reversed(incumbents):
        behind = score - scores[measure] if measure in HIGHER_IS_BETTER else scores[measure] - score
        if behind > 0:
            break
        reached = seconds
    return reached


def _sets_table(results: Sequence[Result]) -> Table:
    rows = {
        each.key.set: (
            each.key.set,
            "classes" if each.is_classes else "regression",
            f"{each.rows:,}",
            str(each.columns),
            f"{each.test_rows:,}",
        )
        for each in results
    }
    splits = len({each.key.split for each in results})
    divided = "one split" if splits == 1 else f"{splits} splits; scores are means over them"
    columns = ("set", "problem", "rows to learn from", "inputs", "test rows")
    return Table("Fitting: the sets", columns, tuple(rows.values()), (f"Test rows: {divided}.",))


def _scores_table(compared: Comparison, sets: Sequence[str]) -> Table:
    rows = []
    for name in sets:
        costs = [compared.cost(each, name) for each in compared.competitors]
        cells = [
            _score_text(compared.score(each, name), is_best=cost == min(costs))
            for each, cost in zip(compared.competitors, costs, strict=True)
        ]
        rows.append((name, _MEASURES[compared.measure(name)], *cells))
    labels = [COMPETITORS[each].label for each in compared.competitors]
    title = f"Fitting: test scores after {compared.budget:g} s"
    return Table(title, ("set", "score", *labels), tuple(rows), (_SCORES, _budget_note(compared)))


_MEASURES = {"r2": "R²", **CLASS_MEASURES}


def _score_text(score: Interval, *, is_best: bool) -> str:
    value = f"**{score.value:.3f}**" if is_best else f"{score.value:.3f}"
    return f"{value} ({score.low:.3f} to {score.high:.3f})"


def _budget_note(compared: Comparison) -> str:
    taken = ", ".join(
        f"{COMPETITORS[each].label} {_spread([compared.seconds(each, s) for s in compared.sets])}"
        for each in compared.competitors
    )
    return (
        f"Candidates were tried for at most {SEARCH:.0%} of the time. The final model may take "
        "longer than what is left, so that no search loses by it. "
        f"Seconds in all, median and most: {taken}."
    )


def _spread(seconds: Sequence[float]) -> str:
    return f"{median(seconds):.1f} and {max(seconds):.1f}"


def _ranks_table(compared: Sequence[Comparison]) -> Table:
    competitors = compared[0].competitors
    mlps = [OURS, *compared[0].searches]
    columns, found = ["competitor"], []
    for each in compared:
        measure = CLASS_MEASURES[each.class_measure]
        columns += [f"rank, R² and {measure}", f"among searches of MLPs, R² and {measure}"]
        found += [each.ranks(competitors), each.ranks(mlps)]
    rows = tuple(
        (
            COMPETITORS[name].label,
            *(f"{ranks[name]:.2f}" if name in ranks else "" for ranks in found),
        )
        for name in sorted(competitors, key=lambda name: found[0][name])
    )
    title = f"Fitting: average ranks after {compared[0].budget:g} s"
    return Table(title, tuple(columns), rows, (_RANKS,))


def _times_table(compared: Comparison) -> Table:
    rows = [
        (name, *(_time_text(compared, each, name) for each in compared.searches))
        for name in compared.sets
    ]
    medians = (f"{compared.times(each):.1f}×" for each in compared.searches)
    labels = [COMPETITORS[each].label for each in compared.searches]
    measure = CLASS_MEASURES[compared.class_measure]
    title = f"Fitting: time to the score of {compared.budget:g} s, R² and {measure}"
    return Table(title, ("set", *labels), (*rows, ("median", *medians)), (_TIMES,))


def _time_text(compared: Comparison, competitor: str, name: str) -> str:
    seconds = compared.seconds_to(competitor, name)
    if math.isinf(seconds):
        return "not reached"
    return f"{seconds:.2f} s ({compared.seconds(competitor, name) / seconds:.1f}×)"


def _conclusions_table(compared: Sequence[Comparison]) -> Table:
    rows = []
    for each in compared:
        measure = CLASS_MEASURES[each.class_measure]
        standings = [each.standing(name) for name in each.sets]
        share = standings.count(1) / len(standings)
        counted = (
            f"{share:.0%} (better on {standings.count(1)}, as good on {standings.count(0)}, "
            f"worse on {standings.count(-1)})"
        )
        what = f"better than every search of an MLP, R² and {measure}"
        rows.append((what, _LEAST_SHARE.text(".0%"), counted, _LEAST_SHARE.verdict(share)))
        worst = min(each.searches, key=each.times)
        times = each.times(worst)
        what = f"times quicker to their score, median set, R² and {measure}"
        told = f"{times:.1f} ({COMPETITORS[worst].label})"
        rows.append((what, _LEAST_TIMES.text(), told, _LEAST_TIMES.verdict(times)))
    title = f"Fitting: conclusions after {compared[0].budget:g} s"
    return Table(title, ("promise", "target", "measured", "verdict"), tuple(rows))
