"""Importance of genes and counts of cells, compared with naive code."""

import math
import statistics
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.inspection import permutation_importance as sklearn_importance
from sklearn.model_selection import ShuffleSplit

from neuroevo.analysis import features as featured
from neuroevo.analysis.divergence import divergence
from neuroevo.analysis.findings import Findings
from neuroevo.analysis.forest import permutation_importance
from neuroevo.analysis.gene_pairs import gene_pairs
from neuroevo.report.plots.importance import caption
from neuroevo.report.run import Run
from neuroevo.runs import Trial
from tests.functions import experiment_of
from tests.invented_findings import diverging

Runs = Callable[[str], Run]


@pytest.mark.parametrize(("rows", "values"), [(5, 5), (100, 1)])
def test_too_few_or_equal_scores_give_no_importance(rows: int, values: int) -> None:
    """A few trials, or a score that is always the same, give no importance."""
    inputs = np.arange(rows, dtype=np.float64).reshape(-1, 1)
    assert permutation_importance(inputs, inputs[:, 0] % values, 0) is None


def test_importances_are_those_of_scikit_learn() -> None:
    """Its own permutations of the same forests' features give medians inside our intervals."""
    random = np.random.default_rng(0)
    inputs = random.random((160, 3))
    inputs[::7, 1] = np.nan
    target = inputs[:, 0] ** 2 + np.nan_to_num(inputs[:, 1], nan=1) + random.normal(0, 0.05, 160)
    found = permutation_importance(inputs, target, 3)
    assert found is not None
    theirs = []
    for place, (training, held) in enumerate(
        ShuffleSplit(6, test_size=0.25, random_state=3).split(inputs)
    ):
        forest = RandomForestRegressor(16, min_samples_leaf=3, random_state=place + 3)
        forest.fit(inputs[training], target[training])
        permuted = sklearn_importance(forest, inputs[held], target[held], random_state=place)
        theirs.append(permuted.importances)
    medians = np.median(np.concatenate(theirs, axis=1), axis=1)
    assert (found.lower <= medians).all()
    assert (medians <= found.upper).all()
    assert found.median[:2] == pytest.approx(medians[:2], rel=0.2)


def test_a_few_far_scores_do_not_hide_which_genes_matter() -> None:
    """If 3% of the trials have errors of 10^6, the gene that makes all others differ is named."""
    experiment = experiment_of(
        Path("invented.py"),
        space={"x": {"low": 0.0, "high": 1.0}, "z": {"low": 0.0, "high": 1.0}},
        task={"objectives": {"loss": "minimize"}},
    )
    random = np.random.default_rng(0)
    trials = []
    for number in range(200):
        x, z = random.random(2).tolist()
        loss = 1e6 if z > 0.97 else x
        genome = {"x": x, "z": z}
        trials.append(
            Trial(number, 0, "immigrant", (), genome, {"loss": loss}, (), "complete", 0, 0.1)
        )
    found = Findings(experiment, tuple(trials)).importances
    assert found.features[found.ranked()[0]].name == "x"
    assert found.outliers == sum(trial.objectives["loss"] == 1e6 for trial in trials) > 0
    assert f"An objective of {found.outliers} trials is more than 2 times" in caption(found)


def test_features_equal_the_genomes(any_run: Run) -> None:
    """A feature has the value of each trial, NaN if the gene is not active, and varies."""
    findings = any_run.findings
    trials = findings.searched
    for feature in featured.features(findings.experiment.space.genes, trials):
        assert len(feature.values) == len(trials)
        assert len(set(feature.present.tolist())) > 1
        for value, trial in zip(feature.values, trials, strict=True):
            expected = _naive_value(feature.name, trial)
            if expected is None:
                assert math.isnan(value)
            else:
                assert (feature.options[int(value)] if feature.options else value) == expected


def _naive_value(name: str, trial: Trial) -> object:
    """Look a feature up in a genome."""
    genome, hidden = trial.genome, trial.genome["hidden"]
    assert isinstance(hidden, tuple)
    pairs = [layer if isinstance(layer, tuple) else (layer, None) for layer in hidden]
    of_layers = {
        "hidden layers": len(pairs),
        "hidden units": sum(width for width, _ in pairs),
        "first activation": pairs[0][1] if pairs else None,
        "last activation": pairs[-1][1] if pairs else None,
        "activation": genome.get("activation", pairs[0][1]) if pairs else None,
    }
    if name in of_layers:
        return of_layers[name]
    gene = name.replace(" ", "_")
    value = genome.get(gene)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if gene == "dropout" else value


def test_genes_of_baselines_only_are_no_features(runs: Runs) -> None:
    """A gene that varies only between baselines is no feature."""
    findings = runs("fixed genes").findings
    assert len({trial.genome["activation"] for trial in findings.trials}) > 1
    names = [feature.name for feature in findings.features]
    assert names == ["hidden layers", "hidden units", "learning rate"]


def test_contour_has_the_median_of_each_cell(runs: Runs) -> None:
    """Counts and medians of every cell equal sorting the trials by hand."""
    for name in ("conflict", "mixed"):
        findings = runs(name).findings
        for pair in gene_pairs(findings).pairs:
            cells: dict[tuple[int, int], list[float]] = {}
            columns, rows = (
                [_naive_cell(edges.tolist(), value) for value in feature.values.tolist()]
                for edges, feature in zip(pair.edges, (pair.across, pair.upward), strict=True)
            )
            for row, column, trial in zip(rows, columns, findings.complete, strict=True):
                if row is not None and column is not None:
                    cells.setdefault((row, column), []).append(findings.scores(trial)[0])
            assert pair.counts.sum() == sum(map(len, cells.values()))
            for place, count in np.ndenumerate(pair.counts):
                assert count == len(cells.get((place[0], place[1]), []))
                if count:
                    median = statistics.median(cells[place[0], place[1]])
                    assert pair.medians[0][place] == pytest.approx(median)


def _naive_cell(edges: list[float], value: float) -> int | None:
    if math.isnan(value):
        return None
    inside = [place for place in range(len(edges) - 1) if edges[place] <= value < edges[place + 1]]
    return inside[0] if inside else (len(edges) - 2 if value >= edges[-1] else 0)


def test_contour_begins_with_the_most_important_features(runs: Runs) -> None:
    """The first pair has the two most important numbers; each pair occurs once."""
    findings = runs("many genes").findings
    found = findings.importances
    order = [found.features[place] for place in found.ranked() if not found.features[place].options]
    pairs = [{pair.across.name, pair.upward.name} for pair in gene_pairs(findings).pairs]
    assert pairs[0] == {feature.name for feature in order[:2]}
    assert len({frozenset(pair) for pair in pairs}) == len(pairs)


def test_stability_counts_every_training(runs: Runs) -> None:
    """The trainings and divergences of each cell equal counting by hand."""
    findings = diverging(runs("one point"))
    stable = divergence(findings)
    replicates = findings.experiment.training.replicates
    assert stable.trainings == replicates * len(findings.trials) == stable.cells["trainings"].sum()
    assert stable.diverged == stable.cells["diverged"].sum()
    for cell in stable.cells.to_dict("records"):
        low, high = stable.edges[cell["bin"]], stable.edges[cell["bin"] + 1]
        trials = [
            trial
            for trial in findings.trials
            if trial.genome["activation"] == cell["activation"]
            and len(trial.genome["hidden"]) == cell["depth"]  # type: ignore[arg-type]
            and low <= float(str(trial.genome["learning_rate"])) < high + 1e-12 * (high == 1)
        ]
        assert cell["trainings"] == replicates * len(trials)
        assert cell["diverged"] == sum(trial.diverged for trial in trials)
