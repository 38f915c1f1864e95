"""Ancestors of trials and effects of operators, compared with naive code."""

import math
import statistics
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroevo import wording
from neuroevo.analysis.ancestry import Ancestry
from neuroevo.analysis.descent import descent, gains
from neuroevo.analysis.findings import Findings
from neuroevo.analysis.network_paths import strongest_path
from neuroevo.analysis.operator_credit import operator_credit, wilson
from neuroevo.report.run import Run
from neuroevo.runs import Trial
from tests.invented_findings import OPERATORS, with_parents

Runs = Callable[[str], Run]


def naive_ancestors(trials: dict[int, Trial], number: int) -> set[int]:
    """Walk back from a trial."""
    found: set[int] = set()
    for parent in trials[number].parents:
        found |= {parent} | naive_ancestors(trials, parent)
    return found


@pytest.mark.parametrize("seed", range(3))
def test_ancestry_equals_a_naive_walk(runs: Runs, seed: int) -> None:
    """Ancestors are those of a naive walk; the line takes the better parent at each step."""
    findings = with_parents(runs("conflict"), seed)
    trials = {trial.number: trial for trial in findings.trials}
    ancestry = Ancestry(findings)
    for trial in findings.front:
        found = [each.number for each in ancestry.ancestors([trial])]
        assert len(found) == len(set(found))
        assert set(found) == naive_ancestors(trials, trial.number)
        line = ancestry.line(trial)
        assert line[-1] is trial
        assert not line[0].parents
        for parent, child in pairwise(line):
            assert parent.number in child.parents
            rivals = [findings.scores(trials[number]) for number in child.parents]
            finite = [scores for scores in rivals if not math.isnan(scores[0])]
            assert not finite or findings.scores(parent) == min(finite)


def test_unknown_or_later_parents_are_ignored(runs: Runs) -> None:
    """A parent with a higher number than its child, or an unknown one, is no ancestor."""
    best = runs("conflict").best
    trials = [replace(best, number=3, parents=(5, 3, 99)), replace(best, number=5, parents=(3,))]
    findings = Findings(runs("conflict").experiment, tuple(trials))
    ancestry = Ancestry(findings)
    assert ancestry.line(trials[1]) == (trials[0], trials[1])
    assert ancestry.ancestors(trials[1:]) == (trials[0],)


def test_lineage_has_each_step_with_its_changes(runs: Runs) -> None:
    """Steps are the line with the changes of its genomes; their gains add up to the total gain."""
    findings = with_parents(runs("conflict"), 4)
    traced = descent(findings)
    trials = {trial.number: trial for trial in findings.trials}
    assert [line.rank for line in traced.lines] == list(findings.excerpt())
    for line in traced.lines:
        assert line.steps[-1].number == findings.front[line.rank - 1].number
        for before, after in pairwise(line.steps):
            changes = wording.changes(trials[before.number].genome, trials[after.number].genome)
            assert after.changes == changes
        scores = [step.scores[0] for step in line.steps]
        if all(map(math.isfinite, scores)):
            whole = math.log10(scores[0] / scores[-1])
            assert gains(traced, line, 0).sum() == pytest.approx(whole)
        shown = {step.number for step in (*line.steps, *line.relatives)}
        assert all(
            {parent, child} <= shown and parent in trials[child].parents
            for parent, child in line.edges
        )


@pytest.mark.parametrize("seed", range(3))
def test_operator_credit_equals_naive_loops(runs: Runs, seed: int) -> None:
    """Children, improvements, median gains and ways to the front equal naive loops."""
    findings = with_parents(runs("conflict"), seed)
    trials = {trial.number: trial for trial in findings.trials}
    front = {trial.number for trial in findings.front}
    led = front.union(*(naive_ancestors(trials, number) for number in front))
    credit = operator_credit(findings).credit
    assert credit["children"].sum() == len(findings.trials)
    rows = {row["operator"]: row for row in credit.to_dict("records")}
    for operator in OPERATORS:
        own = [trial for trial in findings.trials if trial.operator == operator]
        row = rows[operator]
        assert row["children"] == len(own)
        assert row["on_front"] == sum(trial.number in front for trial in own)
        assert row["led_to_front"] == sum(trial.number in led for trial in own)
        assert row["with_parents"] == sum(bool(trial.parents) for trial in own)
        for place, item in enumerate(findings.objectives):
            improved, gained = 0, []
            for trial in own:
                scores = [findings.scores(trials[number])[place] for number in trial.parents]
                better = min([score for score in scores if math.isfinite(score)], default=math.inf)
                score = findings.scores(trial)[place]
                improved += bool(trial.parents) and score < better
                if math.isfinite(score) and math.isfinite(better):
                    gained.append(math.log10(better / score))
            assert row[f"improved.{item.name}"] == improved
            if gained:
                median = statistics.median(gained)
                assert row[f"gain.{item.name}"] == pytest.approx(median, abs=1e-12)
            else:
                assert math.isnan(row[f"gain.{item.name}"])


def test_wilson_interval() -> None:
    """The interval of 8 in 10 is right; no interval leaves 0 to 1 or excludes its share."""
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    for trials in (1, 2, 30, 1_000):
        for successes in {0, 1, trials // 2, trials}:
            low, high = wilson(successes, trials)
            assert 0 <= low <= successes / trials <= high <= 1
    assert wilson(0, 0) == (0.0, 1.0)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 4), min_size=2, max_size=5), st.integers(0, 99))
def test_no_path_is_stronger_than_the_strongest(sizes: list[int], seed: int) -> None:
    """No path between two units has a larger product."""
    rng = np.random.default_rng(seed)
    layers = [rng.normal(size=shape) for shape in pairwise(sizes)]

    def size(places: tuple[int, ...]) -> float:
        hops = zip(layers, places, places[1:], strict=False)
        return abs(math.prod(float(weights[here, there]) for weights, here, there in hops))

    paths = list(product(*(range(count) for count in sizes)))
    for source in range(sizes[0]):
        mine = [path for path in paths if path[0] == source]
        found = strongest_path(layers, source)
        assert size(found) == pytest.approx(max(map(size, mine)))
        for target in range(sizes[-1]):
            found = strongest_path(layers, source, target)
            assert (found[0], found[-1]) == (source, target)
            assert size(found) == pytest.approx(max(size(p) for p in mine if p[-1] == target))


def test_changes_of_genomes_in_words() -> None:
    """Only genes that differ are listed, with both values; a new one has one value."""
    before = {"hidden": (6, 6), "optimizer": "sgd", "biases": True}
    after = before | {"hidden": (), "biases": False}
    assert wording.changes(before, after) == "hidden 6·6 → none, biases yes → no"
    text = wording.changes(before, after | {"optimizer": "momentum", "momentum": 0.8})
    assert "optimizer sgd → momentum" in text
    assert text.endswith("momentum 0.8")
    assert wording.changes(before, before) == ""
