"""The sentences that open a report."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from neuroevo.report.findings import Findings
from neuroevo.report.headline import headline, leading, samples_to_learn
from neuroevo.report.run import Run

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


def test_every_run_has_a_headline(any_run: Run) -> None:
    """Whatever came out, there is one sentence for it and numbers with labels."""
    words = headline(any_run.findings)
    assert words.title.endswith(".")
    assert len(words.figures) >= 2
    assert "nan" not in f"{words.title} {words.lead}".lower().split()


def test_all_diverged_is_said(runs: Runs) -> None:
    """A run without a winner says so instead of naming one."""
    assert headline(runs("all diverged").findings).title.startswith("All 288 trials diverged")
