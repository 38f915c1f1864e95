"""The headline and the sentences at the top of a report."""

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


def with_samples(run: Run, champion: float, baseline: float) -> Findings:
    """Return findings of a linear 2·6·2 network and article-good with these samples to target."""
    good = next(trial for trial in run.all_trials if trial.name == "article-good")
    genome: dict[str, Value] = {"hidden": (6,), "learning_rate": 0.21, "activation": "linear"}
    trials = (
        replace(good, objectives={"final_mse": 1e-14, "samples_to_target": baseline}),
        replace(
            run.best,
            genome=genome,
            objectives={"final_mse": 1e-14, "samples_to_target": champion},
        ),
    )
    champions = tuple(each for each in run.champions if each.number == good.number)
    return Findings(run.experiment, trials, champions)


def test_headline_compares_champion_and_baseline(runs: Runs) -> None:
    """The headline names the network, its learning rate, its samples and the ratio."""
    words = headline(with_samples(runs("one point"), 27.2, 1512.4))
    assert words.title == (
        "A linear 2·6·2 network at learning rate 0.21 learns the mouse task in 27 samples."
    )
    assert words.lead.startswith("56 times fewer than the best baseline, article-good (1,512).")
    assert words.numbers[1].value == "56×"


def test_headline_names_the_optimizer_if_it_is_a_gene(runs: Runs) -> None:
    """The headline names the optimizer of a network if it is a gene."""
    run = runs("many genes")
    trial = replace(run.best, genome=dict(run.best.genome) | {"optimizer": "adam"})
    words = headline(Findings(run.experiment, (trial,), run.findings.champions))
    assert " network with adam at learning rate " in words.title


def test_headline_names_the_activation_of_each_layer(runs: Runs) -> None:
    """Activations that differ are listed layer by layer, like the layers' sizes."""
    run = runs("mixed")
    genome: dict[str, Value] = {"hidden": ((6, "tanh"), (4, "relu")), "learning_rate": 0.21}
    trials = (replace(run.best, genome=genome),)
    findings = Findings(run.experiment, trials, columns=run.start.columns)
    assert headline(findings).title.startswith("A tanh·relu 2·6·4·2 network at learning rate 0.21")


def test_headline_shows_no_ratio_if_a_baseline_is_better(runs: Runs) -> None:
    """If a baseline is quicker or as quick, the lead says so and no ratio is shown."""
    slower = headline(with_samples(runs("one point"), 2000.0, 1512.4))
    assert slower.lead.startswith("The best baseline is quicker: article-good (1,512).")
    alike = headline(with_samples(runs("one point"), 1500.0, 1512.4))
    assert alike.lead.startswith("About as many as the best baseline")
    assert not any("×" in each.value for each in (*slower.numbers, *alike.numbers))


def test_samples_beyond_the_budget_mean_not_learnt(runs: Runs) -> None:
    """Samples to target beyond the sample budget mean that the target was not reached."""
    findings = with_samples(runs("one point"), 25_000.0, 1512.4)
    assert samples_to_learn(findings, findings.front[0]) is None
    assert "comes closest to learning the mouse task" in headline(findings).title


def test_headline_shows_the_quickest_of_a_wide_front(runs: Runs) -> None:
    """If the objectives conflict, the headline shows the quickest and the lead the champion."""
    findings = runs("conflict").findings
    times = [samples_to_learn(findings, trial) for trial in findings.front]
    assert samples_to_learn(findings, leading(findings)) == min(time for time in times if time)
    assert "the champion is a" in headline(findings).lead


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


def test_headline_shows_the_first_objective_without_samples_to_target(runs: Runs) -> None:
    """If final MSE is the only objective, the headline shows it and its ratio to the baseline's."""
    findings = with_objectives(runs("one point"), ["final_mse"], (4.9e-3,), (1.7e-4,))
    words = headline(findings)
    assert words.title.endswith(f"reaches final MSE {number(1.7e-4)}.")
    assert words.lead.startswith("29 times lower than the best baseline, article-good (0.0049).")
    assert [each.value for each in words.numbers[:2]] == [number(1.7e-4), "29×"]
    assert words.numbers[1].label == "lower than article-good, the best baseline"
    assert "sample" not in words.lead


def test_objectives_without_a_zero_are_compared_without_ratio(runs: Runs) -> None:
    """For an objective without a meaningful zero the lead only says which value is lower."""
    for baseline, expected in ((-7.0, "higher"), (-9.5, "lower"), (-9.1, "not lower")):
        findings = with_objectives(runs("one point"), ["curve_area"], (baseline,), (-9.1,))
        words = headline(findings)
        behind = ", behind a baseline" if expected == "lower" else ""
        assert words.title.endswith(f"reaches curve area −9.1{behind}.")
        assert words.lead.startswith(f"The best baseline is {expected}: article-good")


def test_lead_names_a_baseline_that_is_better_in_another_objective(runs: Runs) -> None:
    """A baseline with a lower value of another objective is named with this value."""
    names = ["final_mse", "samples_to_target"]
    run = runs("one point")
    ahead = headline(with_objectives(run, names, (7.4e-6, 1512.0), (1e-4, 27.0)))
    assert f"The baseline article-good has a lower final MSE, {number(7.4e-6)}." in ahead.lead
    behind = headline(with_objectives(run, names, (1e-3, 1512.0), (1e-4, 27.0)))
    assert "has a lower" not in behind.lead


def test_lead_has_the_command_for_another_rank_than_1(runs: Runs) -> None:
    """If the headline is not the champion, the lead has its command and says if its MSE rises."""
    names = ["final_mse", "samples_to_target"]
    rows = ((1e-3, 1512.0), (1e-4, 900.0), (1.75e-3, 30.0))
    words = headline(with_objectives(runs("one point"), names, *rows))
    assert "rank 2 of 2 on the front (`neuroevo best latest --rank 2`)" in words.lead
    assert "reaches the target MSE of 0.001, but its final MSE is 0.00175." in words.lead


def test_ratio_is_that_of_the_shown_numbers(runs: Runs) -> None:
    """27.4 is shown as 27, so 1,849 is 68 times as many, though 67 times exactly."""
    words = headline(with_samples(runs("one point"), 27.4, 1849.0))
    assert words.lead.startswith("68 times fewer than the best baseline, article-good (1,849)")


def test_ratio_on_fresh_seeds_is_shown_too(runs: Runs) -> None:
    """If both have scores on fresh seeds, the ratio of these scores follows."""
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


def test_lead_of_an_incomplete_run_counts_its_trials(runs: Runs) -> None:
    """A run that is not complete is called so, with the number of its trials and generations."""
    run = runs("one point")
    findings = Findings(run.experiment, run.all_trials[:100], finished=False)
    words = headline(findings)
    expected = 6 + 12 * 24
    assert words.title.startswith("So far, a")
    assert words.lead.startswith(f"The run is not complete: 100 of {expected} trials are done.")
    assert "94 configurations in 4 generations to minimise" in words.lead


def test_every_run_has_a_headline(any_run: Run) -> None:
    """Every run has a headline of one sentence, and numbers with labels."""
    words = headline(any_run.findings)
    assert words.title.endswith(".")
    assert len(words.numbers) >= 2
    assert "nan" not in f"{words.title} {words.lead}".lower().split()


def test_headline_says_if_all_trials_diverged(runs: Runs) -> None:
    """The headline of a run without a champion says that all trials diverged."""
    assert headline(runs("all diverged").findings).title.startswith("All 288 trials diverged")
