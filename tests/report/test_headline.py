"""The headline and the sentences at the top of a report."""

import math
import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from neuroevo.analysis.findings import Findings
from neuroevo.analysis.judged_scores import samples_to_learn
from neuroevo.experiment.experiment import Bounds
from neuroevo.report.headline import headline
from neuroevo.report.run import Run
from neuroevo.report.trial_tables import baselines_table
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


def test_headline_says_that_a_large_ratio_may_be_chance(runs: Runs) -> None:
    """If 6 of 16 replicates are slower than the baseline, its ratio of 56 is no clear one."""
    run = runs("one point")
    findings = with_samples(run, 27.0, 1512.0)
    samples = {
        findings.front[0].number: [27.0] * 10 + [9000.0] * 6,
        findings.baselines[0].number: [1512.0] * 16,
    }
    champions = tuple(
        replace(
            each,
            fresh_objectives={"final_mse": 1e-14, "samples_to_target": float(np.median(values))},
            fresh_replicates={"final_mse": [1e-14] * 16, "samples_to_target": values},
        )
        for each in run.champions
        if (values := samples.get(each.number))
    )
    words = headline(replace(findings, rescored=champions))
    start = "56 times fewer than the best baseline, article-good (1,512), which may be chance: 95%"
    assert words.lead.startswith(start)
    assert not any("×" in number.value for number in words.numbers)


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
    """If a baseline is quicker or as quick, the opening says so and no ratio is shown."""
    slower = headline(with_samples(runs("one point"), 2000.0, 1512.4))
    assert slower.title.endswith(": samples to target 1,512 against 2,000.")
    alike = headline(with_samples(runs("one point"), 1500.0, 1512.4))
    assert alike.lead.startswith("About as many as the best baseline")
    assert not any("×" in each.value for each in (*slower.numbers, *alike.numbers))


def test_samples_beyond_the_budget_mean_not_learnt(runs: Runs) -> None:
    """Samples to target beyond the sample budget mean that the target was not reached."""
    findings = with_samples(runs("one point"), 25_000.0, 26_000.0)
    assert samples_to_learn(findings, findings.front[0]) is None
    assert "comes closest to learning the mouse task" in headline(findings).title


def test_penalties_have_no_ratio(runs: Runs) -> None:
    """If champion and baseline miss the target, neither is said to need fewer samples."""
    run = runs("one point")
    evolution = run.experiment.evolution.model_copy(update={"objectives": ("samples_to_target",)})
    experiment = run.experiment.model_copy(update={"evolution": evolution})
    found = with_samples(run, 25_000.0, 60_000.0)
    words = headline(Findings(experiment, found.trials, found.champions))
    assert words.title.endswith("does not reach the target MSE, but comes closest to it.")
    assert words.lead.startswith(
        "The best baseline, article-good, does not reach the target either"
    )
    assert "times" not in words.lead


def test_headline_is_about_the_champion_of_a_wide_front(runs: Runs) -> None:
    """If the objectives conflict, the headline tells the first of the front, not another one."""
    run = runs("conflict")
    samples = samples_to_learn(run.findings, run.best)
    assert samples is not None
    words = headline(run.findings)
    assert words.title.endswith(f"learns the mouse task in {round(samples):,} samples.")
    assert "rank" not in words.lead


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
        if expected == "lower":
            assert words.title.endswith("beats the champion: curve area −9.5 against −9.1.")
        else:
            assert words.title.endswith("reaches curve area −9.1.")
            assert words.lead.startswith(f"The best baseline is {expected}: article-good")


def test_lead_names_a_baseline_that_is_better_in_another_objective(runs: Runs) -> None:
    """A baseline with a lower value of another objective is named with this value."""
    names = ["final_mse", "samples_to_target"]
    run = runs("one point")
    ahead = headline(with_objectives(run, names, (7.4e-6, 1512.0), (1e-4, 27.0)))
    values = f"{number(7.4e-6)} against {number(1e-4)}"
    assert f"The baseline article-good has a lower final MSE, {values}." in ahead.lead
    behind = headline(with_objectives(run, names, (1e-3, 1512.0), (1e-4, 27.0)))
    assert "has a lower" not in behind.lead


def test_ratio_is_that_of_the_shown_numbers(runs: Runs) -> None:
    """27.4 is shown as 27, so 1,849 is 68 times as many, though 67 times exactly."""
    words = headline(with_samples(runs("one point"), 27.4, 1849.0))
    assert words.lead.startswith("68 times fewer than the best baseline, article-good (1,849)")


def with_fresh(run: Run, names: list[str], *rows: tuple[float, ...]) -> Findings:
    """Return findings of article-good and search trials, with values of 16 fresh replicates.

    The value of a replicate differs from that of the trial by at most a tenth.
    """
    findings = with_objectives(run, names, *rows)
    spread = [1 + 0.1 * place / 16 for place in range(-8, 8)]
    champions = [
        replace(
            run.champions[0],
            number=number,
            name="article-good" if number == 0 else "",
            fresh_objectives=dict(zip(names, row, strict=True)),
            fresh_replicates={
                name: tuple(value * each for each in spread)
                for name, value in zip(names, row, strict=True)
            },
        )
        for number, row in enumerate(rows)
    ]
    return replace(findings, rescored=tuple(champions))


def test_headline_is_about_fresh_seeds_with_an_interval(runs: Runs) -> None:
    """The headline has scores on fresh seeds where they exist, and their ratio its interval."""
    findings = with_fresh(runs("one point"), ["final_mse"], (4.9e-3,), (1e-4,))
    searched = replace(findings.trials[1], objectives={"final_mse": 7e-5})
    words = headline(replace(findings, trials=(findings.trials[0], searched)))
    assert words.title.endswith(f"reaches final MSE {number(1e-4)}.")
    found = re.match(
        r"49 times lower than the best baseline, article-good \(0\.0049\); 95% interval over the "
        r"replicates ([\d.]+) to ([\d.]+)\.",
        words.lead,
    )
    assert found
    assert 45 < float(found[1]) <= 49 <= float(found[2]) < 54
    assert f"on the seeds of the search the champion had {number(7e-5)}." in words.lead


def test_a_constraint_that_breaks_on_fresh_seeds_is_named(runs: Runs) -> None:
    """A champion that kept the bound in the search alone has a sentence of its own."""
    findings = with_fresh(runs("one point"), ["final_mse"], (4.9e-3,), (1e-4,))
    for bound, expected in ((5e-5, True), (2e-4, False)):
        evolution = findings.experiment.evolution.model_copy(
            update={"constraints": {"final_mse": Bounds(max=bound)}}
        )
        bounded = findings.experiment.model_copy(update={"evolution": evolution})
        searched = replace(findings.trials[1], objectives={"final_mse": 3e-5})
        trials = findings.trials[0], searched
        lead = headline(replace(findings, experiment=bounded, trials=trials)).lead
        text = "On fresh seeds it breaks a constraint: final MSE ≤ 5e−05."
        assert (text in lead) == expected


def test_a_baseline_that_beats_the_champion_comes_first(runs: Runs) -> None:
    """A baseline that is better than the champion in all objectives on fresh seeds is the title."""
    names = ["final_mse", "samples_to_target"]
    words = headline(with_fresh(runs("one point"), names, (1e-5, 30.0), (1e-4, 40.0)))
    assert words.title == (
        "The baseline article-good beats the champion on fresh seeds: "
        f"final MSE {number(1e-5)} against {number(1e-4)}; samples to target 30 against 40."
    )
    assert words.lead.startswith("The champion, trial 1, is a")
    assert not any(each.value.endswith("×") for each in words.numbers)
    ahead = headline(with_fresh(runs("one point"), names, (1e-5, 50.0), (1e-4, 40.0)))
    assert "learns the mouse task in 40 samples" in ahead.title


def test_a_champion_that_diverges_on_fresh_seeds_has_no_value(runs: Runs) -> None:
    """The title says that it diverges, instead of a dash beside the baseline's value."""
    names = ["final_mse", "samples_to_target"]
    findings = with_fresh(runs("one point"), names, (1e-5, 30.0), (1e-4, 40.0))
    baseline, champion = findings.champions
    lost = replace(champion, fresh_objectives=dict.fromkeys(names, math.nan))
    title = headline(replace(findings, rescored=(baseline, lost))).title
    assert f"final MSE {number(1e-5)}, where the champion diverges" in title
    assert "–" not in title


def test_no_ratio_to_a_baseline_that_is_not_steady(runs: Runs) -> None:
    """A baseline is left out, with the reason, if a replicate diverged or the values vary a lot."""
    run = runs("one point")
    findings = with_fresh(run, ["final_mse"], (4.9e-3,), (1e-4,))
    diverged = replace(findings.trials[0], diverged=3)
    words = headline(replace(findings, trials=(diverged, findings.trials[1])))
    assert words.lead.startswith(
        "No baseline is steady enough to compare with. Left out as unsteady: article-good (3 of "
    )
    wild = {"final_mse": (1e-5,) * 8 + (4.9e-3,) * 8}
    champions = (replace(findings.champions[0], fresh_replicates=wild), findings.champions[1])
    words = headline(replace(findings, rescored=champions))
    span = f"half of its replicates have {number(1e-5)} to 0.0049"
    assert f"article-good ({span})." in words.lead
    assert not any(each.value.endswith("×") for each in words.numbers)


def test_about_the_same_if_the_interval_holds_1(runs: Runs) -> None:
    """A ratio whose interval holds 1 is no advantage."""
    findings = with_fresh(runs("one point"), ["final_mse"], (1.02e-4,), (1e-4,))
    values = findings.champions[0].fresh_replicates["final_mse"]
    turned = replace(findings.champions[0], fresh_replicates={"final_mse": values[::-1]})
    words = headline(replace(findings, rescored=(turned, findings.champions[1])))
    assert words.lead.startswith("About the same as the best baseline, article-good")
    assert "95% interval over the replicates 0." in words.lead
    assert not any(each.value.endswith("×") for each in words.numbers)


def test_champion_that_diverges_on_fresh_seeds(runs: Runs) -> None:
    """If the whole front diverges on fresh seeds, the title says so."""
    findings = with_fresh(runs("one point"), ["final_mse"], (math.nan,), (math.nan,))
    trials = [replace(each, objectives={"final_mse": 1e-4}) for each in findings.trials]
    words = headline(replace(findings, trials=tuple(trials)))
    assert words.title.endswith("is the champion, but diverges on fresh seeds.")


def test_lead_of_an_incomplete_run_counts_its_trials(runs: Runs) -> None:
    """A run that is not complete is called so, with the number of its trials and generations."""
    run = runs("one point")
    findings = Findings(run.experiment, run.all_trials[:100], finished=False)
    words = headline(findings)
    expected = 6 + 8 * 20
    assert words.title.startswith("So far, a")
    assert words.lead.startswith(f"The run is not complete: 100 of {expected} trials are done.")
    assert "94 configurations in 5 generations to minimise" in words.lead


def test_every_run_has_a_headline(any_run: Run) -> None:
    """Every run has a headline of one sentence, and numbers with labels."""
    words = headline(any_run.findings)
    assert words.title.endswith(".")
    assert len(words.numbers) >= 2
    assert "nan" not in f"{words.title} {words.lead}".lower().split()


def test_headline_says_if_all_trials_diverged(runs: Runs) -> None:
    """The title of a run without a champion says so of its search: baselines may have learnt."""
    words = headline(runs("all diverged").findings)
    assert words.title == "All 160 trials of the search diverged."


def test_a_running_search_says_that_its_scores_are_its_own(runs: Runs) -> None:
    """Before there are scores on fresh seeds the sentences name the seeds of the search."""
    run = runs("one point")
    assert (
        "fresh seeds follow at its end" in headline(Findings(run.experiment, run.all_trials)).lead
    )
    names = ["final_mse", "samples_to_target"]
    findings = with_fresh(run, names, (1e-5, 50.0), (1e-4, 40.0))
    assert "follow at its end" not in headline(findings).lead


def test_a_baseline_that_diverges_on_fresh_seeds_is_noted(runs: Runs) -> None:
    """The table of baselines has a word for it below the name."""
    names = ["final_mse", "samples_to_target"]
    findings = with_fresh(runs("one point"), names, (1e-5, 30.0), (1e-4, 40.0))
    baseline, champion = findings.champions
    lost = replace(baseline, fresh_objectives=dict.fromkeys(names, math.nan))
    table = baselines_table(replace(findings, rescored=(lost, champion)))
    assert table is not None
    notes = {row[0].text: row[0].under for row in table.rows}
    assert notes["article-good"].startswith("diverged on fresh seeds")
