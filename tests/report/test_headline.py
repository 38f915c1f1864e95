"""The sentences that open a report."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from neuroevo.analysis.findings import Findings
from neuroevo.analysis.leader import leading, samples_to_learn
from neuroevo.report.headline import headline
from neuroevo.report.run import Run
from neuroevo.wording import number

if TYPE_CHECKING:
    from neuroevo.space import Value

Runs = Callable[[str], Run]


def with_samples(run: Run, winner: float, baseline: float) -> Findings:
    """Return findings of one linear 2·6·2 network and article-good, learning in these samples."""
    good = next(trial for trial in run.all_trials if trial.name == "article-good")
    genome: dict[str, Value] = {"hidden": (6,), "learning_rate": 0.21, "activation": "linear"}
    trials = (
        replace(good, objectives={"final_mse": 1e-14, "samples_to_target": baseline}),
        replace(
            run.best,
            genome=genome,
            objectives={"final_mse": 1e-14, "samples_to_target": winner},
        ),
    )
    champions = tuple(each for each in run.champions if each.number == good.number)
    return Findings(run.experiment, trials, champions)


def test_the_winner_against_the_article(runs: Runs) -> None:
    """The headline names the network, its learning rate, its samples and the ratio."""
    words = headline(with_samples(runs("one point"), 27.2, 1512.4))
    assert words.title == (
        "A linear 2·6·2 network at learning rate 0.21 learns the mouse in 27 samples."
    )
    assert words.lead.startswith("56 times fewer than the best baseline, article-good (1,512).")
    assert words.figures[1].value == "56×"


def test_the_optimizer_is_named_where_it_was_searched_for(runs: Runs) -> None:
    """A network whose optimizer is a gene is told with it."""
    run = runs("many genes")
    trial = replace(run.best, genome=dict(run.best.genome) | {"optimizer": "adam"})
    words = headline(Findings(run.experiment, (trial,), run.findings.champions))
    assert " network with adam at learning rate " in words.title


def test_the_headline_names_the_activation_of_each_layer(runs: Runs) -> None:
    """Activations that differ are told layer by layer, as the layers' sizes are."""
    run = runs("mixed")
    genome: dict[str, Value] = {"hidden": ((6, "tanh"), (4, "relu")), "learning_rate": 0.21}
    trials = (replace(run.best, genome=genome),)
    findings = Findings(run.experiment, trials, columns=run.start.columns)
    assert headline(findings).title.startswith("A tanh·relu 2·6·4·2 network at learning rate 0.21")


def test_no_boast_where_the_baseline_wins(runs: Runs) -> None:
    """A baseline that is quicker, or as quick, is told as such and no ratio is shown."""
    slower = headline(with_samples(runs("one point"), 2000.0, 1512.4))
    assert slower.lead.startswith("The best baseline is quicker: article-good (1,512).")
    alike = headline(with_samples(runs("one point"), 1500.0, 1512.4))
    assert alike.lead.startswith("About as many as the best baseline")
    assert not any("×" in figure.value for figure in (*slower.figures, *alike.figures))


def test_target_that_was_missed_is_not_learnt(runs: Runs) -> None:
    """Samples beyond the budget mean that the target was never reached."""
    findings = with_samples(runs("one point"), 25_000.0, 1512.4)
    assert samples_to_learn(findings, findings.front[0]) is None
    assert "comes closest to learning the mouse" in headline(findings).title


def test_quickest_of_a_wide_front_leads(runs: Runs) -> None:
    """Where speed and precision are at odds the report opens with the quickest, and says so."""
    findings = runs("conflict").findings
    times = [samples_to_learn(findings, trial) for trial in findings.front]
    assert samples_to_learn(findings, leading(findings)) == min(time for time in times if time)
    assert "rank 1, the champion, is a" in headline(findings).lead


def with_objectives(run: Run, names: list[str], *rows: tuple[float, ...]) -> Findings:
    """Return findings of article-good with the first row and of search trials with the others."""
    good = next(trial for trial in run.all_trials if trial.name == "article-good")
    evolution = run.experiment.evolution.model_copy(update={"objectives": tuple(names)})
    trials = [
        replace(
            good if number == 0 else run.best,
            number=number,
            objectives=dict(zip(names, row, strict=True)),
        )
        for number, row in enumerate(rows)
    ]
    experiment = run.experiment.model_copy(update={"evolution": evolution})
    return Findings(experiment, tuple(trials))


def test_without_samples_the_first_objective_is_told(runs: Runs) -> None:
    """A search for precision alone opens with its error, compared with the baseline's error."""
    findings = with_objectives(runs("one point"), ["final_mse"], (4.9e-3,), (1.7e-4,))
    words = headline(findings)
    assert words.title.endswith(f"reaches final MSE {number(1.7e-4)}.")
    assert words.lead.startswith("29 times lower than the best baseline, article-good (0.0049).")
    assert [figure.value for figure in words.figures[:2]] == [number(1.7e-4), "29×"]
    assert words.figures[1].label == "lower than article-good, the best baseline"
    assert "sample" not in words.lead


def test_objectives_without_ratio_are_compared_by_size(runs: Runs) -> None:
    """Where zero means nothing there is no ratio, only what is lower."""
    for baseline, told in ((-7.0, "higher"), (-9.5, "lower"), (-9.1, "not lower")):
        findings = with_objectives(runs("one point"), ["curve_area"], (baseline,), (-9.1,))
        words = headline(findings)
        behind = ", behind a baseline" if told == "lower" else ""
        assert words.title.endswith(f"reaches curve area −9.1{behind}.")
        assert words.lead.startswith(f"The best baseline is {told}: article-good")


def test_baseline_that_is_ahead_is_named(runs: Runs) -> None:
    """A baseline that beats the network in another objective is told with its score."""
    names = ["final_mse", "samples_to_target"]
    run = runs("one point")
    ahead = headline(with_objectives(run, names, (7.4e-6, 1512.0), (1e-4, 27.0)))
    assert f"The baseline article-good has a lower final MSE, {number(7.4e-6)}." in ahead.lead
    behind = headline(with_objectives(run, names, (1e-3, 1512.0), (1e-4, 27.0)))
    assert "has a lower" not in behind.lead


def test_another_than_rank_1_comes_with_its_command(runs: Runs) -> None:
    """A headline that is not rank 1 says how to get it, and that it leaves the target again."""
    names = ["final_mse", "samples_to_target"]
    rows = ((1e-3, 1512.0), (1e-4, 900.0), (1.75e-3, 30.0))
    words = headline(with_objectives(runs("one point"), names, *rows))
    assert "rank 2 of 2 on the front (`neuroevo best latest --rank 2`)" in words.lead
    assert "reaches the target MSE of 0.001 once and ends at 0.00175." in words.lead


def test_ratio_follows_from_the_numbers_shown(runs: Runs) -> None:
    """27.4 is shown as 27, so 1,849 is 68 times as many, though 67 times exactly."""
    words = headline(with_samples(runs("one point"), 27.4, 1849.0))
    assert words.lead.startswith("68 times fewer than the best baseline, article-good (1,849)")


def test_ratio_is_given_on_fresh_seeds_too(runs: Runs) -> None:
    """Where both were scored again, the ratio of those scores follows."""
    run = runs("one point")
    findings = with_samples(run, 27.0, 1512.0)
    scores = {findings.trials[0].number: 1500.0, findings.trials[1].number: 30.0}
    champions = [
        replace(run.champions[0], number=each, fresh_objectives={"samples_to_target": score})
        for each, score in scores.items()
    ]
    lead = headline(Findings(run.experiment, findings.trials, tuple(champions))).lead
    assert "56 times fewer" in lead
    assert "; 50 times on fresh seeds." in lead


def test_unfinished_run_says_how_far_it_got(runs: Runs) -> None:
    """A run without champions is called unfinished, and no full generations are claimed."""
    run = runs("one point")
    findings = Findings(run.experiment, run.all_trials[:100], finished=False)
    words = headline(findings)
    expected = 6 + 12 * 24
    assert words.title.startswith("So far, a")
    assert words.lead.startswith(f"The run is not finished: 100 of {expected} trials are done.")
    assert "94 configurations in 4 generations for" in words.lead


def test_every_run_has_a_headline(any_run: Run) -> None:
    """Whatever came out, there is one sentence for it and numbers with labels."""
    words = headline(any_run.findings)
    assert words.title.endswith(".")
    assert len(words.figures) >= 2
    assert "nan" not in f"{words.title} {words.lead}".lower().split()


def test_all_diverged_is_said(runs: Runs) -> None:
    """A run without a winner says so instead of naming one."""
    assert headline(runs("all diverged").findings).title.startswith("All 288 trials diverged")
