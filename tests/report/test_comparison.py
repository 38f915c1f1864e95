"""Comparisons of runs: their tables, sentences and figures, also for unusual runs."""

import json
import math
import re
import statistics
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import neuroevo
from neuroevo.analysis.findings import Findings
from neuroevo.analysis.judged_scores import judged_score, main_objective
from neuroevo.errors import UsageError
from neuroevo.experiment import Experiment
from neuroevo.report.comparison import ComparedRuns, comparison_page
from neuroevo.report.comparison.figures import COMPARISON_FIGURES
from neuroevo.report.comparison.opening import opening, what_differs
from neuroevo.report.run import Run
from neuroevo.report.served import Served
from neuroevo.wording import measured
from tests.invented_findings import seeded, wider, with_samples

Runs = Callable[[str], Run]


def test_common_objectives_are_compared(runs: Runs) -> None:
    """The common objectives are compared; the others are listed."""
    three, two, one = (
        runs(name).findings for name in ("three objectives", "conflict", "negative objective")
    )
    comparison = ComparedRuns.of([three, two])
    assert [item.name for item in comparison.objectives] == ["final_mse", "samples_to_target"]
    [(item, labels)] = comparison.uncommon.items()
    assert (item.name, labels) == ("parameters", (comparison.labels[0],))
    assert any("parameters" in sentence for sentence in what_differs(comparison))
    points = {three.scores(trial)[:2] for trial in three.complete}
    front = {(x, y) for x, y in points if not any(a <= x and b <= y for a, b in points - {(x, y)})}
    assert {three.scores(trial)[:2] for trial in comparison.contenders[0].front} == front
    assert [item.name for item in ComparedRuns.of([one, two]).objectives] == ["final_mse"]
    nothing = ComparedRuns.of([runs("one objective").findings, one])
    assert nothing.objectives == ()
    assert "no objective in common" in " ".join(what_differs(nothing))
    assert "No run has a completed trial" in comparison_page(nothing, Served("/"))


def test_different_tasks_or_budgets_give_a_caution(runs: Runs) -> None:
    """If the task or the budget differs, that is said first, and no ratio is stated."""
    findings = runs("conflict").findings
    asked, worse = findings.experiment, seeded(findings, findings.experiment.seed, 20.0)
    for other, key in (
        (asked.replace(training=asked.training.replace(samples=500)), "training.samples"),
        (asked.replace(task={"kind": "mouse", "count": 77}), "task.count"),
    ):
        comparison = ComparedRuns.of([findings, replace(worse, experiment=other)])
        assert comparison.cautions == (key,)
        lead = opening(comparison).lead
        assert lead.startswith(f"Caution: {key} differs")
        assert "times lower" not in lead
    comparable = ComparedRuns.of([findings, wider(worse, population=9)])
    assert comparable.cautions == ()
    words = opening(comparable)
    assert "451 (population 9)" in words.lead
    assert "times" not in words.title + words.lead  # it has no interval: each has one run


def test_champions_of_two_runs_are_compared_on_fresh_seeds() -> None:
    """The title has the scores of both on fresh seeds, and their ratio with its interval."""
    settings: dict[str, Any] = {
        "task": {"kind": "mouse", "count": 200, "grid": 3},
        "training": {"samples": 300, "replicates": 8},
    }
    findings = [
        neuroevo.run(
            Experiment.of(settings | {"evolution": {"population": size, "generations": 2}}),
            results=None,
            n_jobs=1,
        ).findings
        for size in (4, 12)
    ]
    comparison = ComparedRuns.of(findings)
    title = opening(comparison).title
    items = [main_objective(each) for each in findings]
    item = items[0] if items[0] == items[1] else comparison.objectives[0]
    scores = [judged_score(each, each.front[0], item) for each in findings]
    assert title.startswith("On fresh seeds the champion")
    assert "Lowest final MSE on the seeds of the search: " in opening(comparison).lead
    for score in scores:
        assert measured(score, item) in title
    assert "95% interval over the replicates" in title


def test_all_runs_with_the_lowest_value_are_named(runs: Runs) -> None:
    """Three tied runs are named, of more only the number is."""
    findings = runs("conflict").findings
    tied = [wider(findings, population=population) for population in (5, 6, 7, 8)]
    lead = opening(ComparedRuns.of(tied[:3])).lead
    assert "(population 5, population 6 and population 7)." in lead
    worse = wider(seeded(findings, findings.experiment.seed, 20.0), population=9)
    assert "(4 of 5)." in opening(ComparedRuns.of([*tied, worse])).lead


def test_equal_experiments_are_checked_for_equal_results(runs: Runs) -> None:
    """Two runs of one experiment and seed must agree, and the page says whether they do."""
    findings = runs("conflict").findings
    half = replace(findings, trials=findings.trials[:100], finished=False)
    same, other = ComparedRuns.of([findings, findings]), ComparedRuns.of([findings, half])
    assert what_differs(same)[0].endswith("; these do.")
    assert "If these don’t" in what_differs(other)[0]
    assert "Not complete" in opening(other).lead
    assert other.runs["finished"].tolist() == [True, False]


def test_spread_is_median_and_range(six: list[Findings]) -> None:
    """Each setting's spread is that of its runs' best; three runs against three are too few."""
    comparison = ComparedRuns.of(six)
    spreads = comparison.spreads[comparison.spreads["measure"] == "final_mse"]
    for row, group in zip(spreads.itertuples(), comparison.settings.values(), strict=True):
        best = [min(each.findings.scores(trial)[0] for trial in each.front) for each in group]
        assert (row.lowest, row.highest) == (min(best), max(best))
        assert row.median == statistics.median(best)
    [test] = comparison.tests["final_mse"]
    assert (test.superiority, test.p_value, test.least) == (1.0, 0.1, 0.1)
    assert "too few to show a difference" in COMPARISON_FIGURES["spread"].caption(comparison)


def test_a_median_is_no_mean_with_a_penalty(runs: Runs) -> None:
    """Of a measurement and a penalty the median is the penalty, which is shown as not reached."""
    findings = runs("conflict").findings
    penalty = 3.0 * findings.experiment.training.samples

    def scored(seed: int, samples: float) -> Findings:
        trials = [
            replace(trial, objectives={**trial.objectives, "samples_to_target": samples})
            for trial in findings.trials
        ]
        experiment = findings.experiment.replace(seed=seed)
        return replace(findings, experiment=experiment, trials=tuple(trials))

    comparison = ComparedRuns.of([scored(1, 105.0), scored(2, penalty)])
    table = comparison.spreads.set_index("measure")
    assert table.loc["samples_to_target", "lowest"] == 105
    assert table.loc["samples_to_target", "median"] == penalty


def test_title_is_the_verdict_with_its_interval(six: list[Findings]) -> None:
    """Two settings that differ clearly have a factor with its interval; of few it isn't said."""
    few = opening(ComparedRuns.of(six)).title
    assert few.startswith("3 runs and 3 runs are too few to say whether population 20 and")
    findings = six[0]
    better = [seeded(findings, seed, 1 + seed / 50) for seed in range(1, 7)]
    worse = [wider(seeded(findings, seed, 3 + seed / 50), population=32) for seed in range(1, 7)]
    comparison = ComparedRuns.of([*better, *worse])
    words = opening(comparison)
    found = re.search(r": (\S+) times \(95% interval (\S+) to (\S+)\)\.$", words.title)
    assert found
    factor, low, high = map(float, found.groups())
    assert 1 < low <= factor <= high
    assert "12 runs of 2 settings that differ in population." in words.lead


def test_runs_without_a_result_are_the_worst(runs: Runs) -> None:
    """If half of the runs of the better setting found nothing, it is not better any more."""
    findings = runs("conflict").findings
    nothing = runs("all diverged").findings
    better = [seeded(findings, seed, 1 + seed / 50) for seed in range(1, 7)]
    worse = [wider(seeded(findings, seed, 3 + seed / 50), population=32) for seed in range(1, 7)]
    lost = [replace(each, trials=nothing.trials, rescored=()) for each in better[:3]]
    whole, halved = (ComparedRuns.of([*each, *worse]) for each in (better, [*lost, *better[3:]]))
    assert "has a lower" in opening(whole).title
    words = opening(halved)
    assert "by more than chance (p = 1)" in words.title
    first, _ = halved.settings
    assert f"Without a result, and so the worst: 3 of 6 runs of {first}." in words.lead
    [test] = halved.tests["final_mse"]
    assert (test.counts, test.superiority) == ((6, 6), 0.5)
    spreads = halved.spreads
    row = spreads[(spreads["setting"] == first) & (spreads["measure"] == "final_mse")]
    assert row["runs"].tolist() == [3]
    assert row["median"].isna().all()
    assert "<h1" in comparison_page(halved)


def test_every_comparison_has_figures_and_a_page(any_run: Run, runs: Runs) -> None:
    """For every unusual run figures are strict JSON and captions are sentences without NaN."""
    odd = any_run.findings
    compared = [odd, seeded(odd, 5), wider(runs("conflict").findings, population=9)]
    comparison = ComparedRuns.of(compared)
    for plot in COMPARISON_FIGURES.values():
        json.dumps(plot.draw(comparison), allow_nan=False)
        caption = plot.caption(comparison)
        assert caption.endswith(".")
        assert "nan" not in caption
    html = comparison_page(comparison, Served("/assets/"))
    assert "http" not in html.replace("Content-Security-Policy", "").replace("http-equiv", "")
    assert opening(comparison).title.endswith(".")


def test_axes_with_penalties_have_a_line_at_the_sample_budget(six: list[Findings]) -> None:
    """Where an axis has penalties there is a line at the limit, and the caption says what it is."""
    budget = six[0].experiment.training.samples
    never = with_samples(six[0], lambda _, budget: 2.0 * budget)
    missed = ComparedRuns.of([never, *six[1:]])
    reached = ComparedRuns.of([with_samples(each, min) for each in six])
    for name in ("fronts", "spread", "history", "distribution"):
        plot = COMPARISON_FIGURES[name]
        lines = plot.draw(missed)["layout"]["shapes"]
        assert {line.get("x0") or line.get("y0") for line in lines} == {budget}
        assert "marks the sample budget" in plot.caption(missed)
        assert plot.draw(reached)["layout"]["shapes"] == []
        assert "sample budget" not in plot.caption(reached)


def test_runs_without_a_point_are_named_with_the_reason(runs: Runs, six: list[Findings]) -> None:
    """The caption of the runs of each setting names those that lack points, and says why."""
    findings = runs("conflict").findings
    champions = [
        replace(each, fresh_objectives=dict.fromkeys(each.fresh_objectives, math.nan))
        for each in findings.champions
    ]
    several = [
        replace(findings, experiment=findings.experiment.replace(seed=seed), rescored=(*champions,))
        for seed in range(6)
    ]
    caption = COMPARISON_FIGURES["spread"].caption
    few = caption(ComparedRuns.of([findings, *several[:2]]))
    names = ComparedRuns.of([findings, *several[:2]]).labels[1:]
    assert f"for {names[0]} and {names[1]}: the champion diverges on fresh seeds." in few
    assert "for 6 runs: the champion diverges" in caption(ComparedRuns.of([findings, *several]))
    assert "the champion was not scored on fresh seeds" in caption(ComparedRuns.of(six))
    without = replace(findings, experiment=findings.experiment.replace(seed=9), trials=())
    assert "no feasible trial was completed" in caption(ComparedRuns.of([findings, without]))
    assert "No point" not in caption(ComparedRuns.of([findings, findings]))


def test_plotly_accepts_every_figure(six: list[Findings]) -> None:
    """Plotly accepts each figure of groups and of a pair; an unknown name is refused."""
    for comparison in (ComparedRuns.of(six), ComparedRuns.of(six[:2])):
        for name, plot in COMPARISON_FIGURES.items():
            assert len(comparison.figure(name).data) == len(plot.draw(comparison)["data"])
    with pytest.raises(UsageError, match="fronts, spread, history"):
        ComparedRuns.of(six).figure("bogus")


def test_runs_with_the_same_seed_count_once(runs: Runs) -> None:
    """Copies of a run are no evidence: tests have one value for each seed of a setting."""
    findings = runs("conflict").findings
    worse = wider(seeded(findings, findings.experiment.seed, 20.0), population=9)
    comparison = ComparedRuns.of([*[findings] * 4, *[worse] * 4])
    assert comparison.repeated == 6
    assert not any(comparison.tests.values())
    assert "6 of them repeat a seed and count only once" in opening(comparison).lead
    assert comparison.spreads["runs"].max() == 1


def test_runs_of_one_seed_with_other_results_all_count(runs: Runs) -> None:
    """A function that draws at random has other results each time, and all are in the range."""
    findings = runs("conflict").findings
    findings = seeded(findings, findings.experiment.seed)
    worse = seeded(findings, findings.experiment.seed, 20.0)
    short = replace(findings, trials=findings.trials[:100], finished=False)
    comparison = ComparedRuns.of([short, findings, worse])
    assert comparison.repeated == 1
    [counted] = comparison.counted.values()
    assert [len(each.scores) for each in counted] == [len(findings.searched)] * 2
    [lowest, *_] = [item for item in comparison.objectives if item.name == "final_mse"]
    best, other = (measured(each.best(lowest), lowest) for each in counted)
    assert f"Lowest {lowest.label}: {best} to {other}." in opening(comparison).lead


def test_other_data_or_functions_are_another_setting(runs: Runs) -> None:
    """Of the same task they are a caution; the data of other tasks differ anyway."""
    findings = runs("conflict").findings
    first, same, other = (
        replace(seeded(findings, seed), fingerprint={"training_inputs": text})
        for seed, text in ((1, "SHA-256 1"), (2, "SHA-256 1"), (3, "SHA-256 2"))
    )
    alike, comparison = ComparedRuns.of([first, same]), ComparedRuns.of([first, same, other])
    assert alike.cautions == ()
    assert "differ only in the seed" in what_differs(alike)[0]
    assert comparison.cautions == ("data",)
    assert [len(members) for members in comparison.settings.values()] == [2, 1]
    assert opening(comparison).lead.startswith("Caution: data differs, so the scores do not")
    assert not any("only in the seed" in each for each in what_differs(comparison))
    elsewhere = other.experiment.replace(task={"kind": "mouse", "count": 77})
    assert ComparedRuns.of([first, replace(other, experiment=elsewhere)]).cautions == (
        "task.count",
    )


def test_a_champion_that_breaks_its_constraints_does_not_win() -> None:
    """A run without a result is the worst, however low the score of its champion is."""
    settings: dict[str, Any] = {
        "task": {"kind": "mouse", "count": 200, "grid": 3},
        "training": {"samples": 300, "replicates": 2},
        "evolution": {"population": 4, "generations": 2, "objectives": ["final_mse"]},
    }
    found = [
        neuroevo.run(
            Experiment.of({**settings, "space": {"hidden": [width]}} | {"evolution": evolution}),
            results=None,
            n_jobs=1,
        ).findings
        for width, evolution in (
            (2, settings["evolution"]),
            (9, settings["evolution"] | {"constraints": {"parameters": {"max": 5}}}),
        )
    ]
    comparison = ComparedRuns.of(found)
    assert [bool(each.front) for each in comparison.contenders] == [True, False]
    words = opening(comparison)
    assert "On fresh seeds the champion" not in words.title + words.lead
    assert math.isnan(comparison.contenders[1].fresh(comparison.objectives[0]))
    assert "Without a result, and so the worst: 1 of 1 run" in words.lead
