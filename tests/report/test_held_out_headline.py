"""The headline of a run with a test part."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from neuroevo.analysis.findings import Findings
from neuroevo.evaluation.scores import Score
from neuroevo.report.headline import headline
from neuroevo.report.held_out_table import held_out_sentences
from neuroevo.report.run import Run
from neuroevo.tasks import TableTask
from tests.invented_held_out import SPECIES, TablePlan, on_table, stated, with_difference
from tests.invented_runs import SCRIPT

Runs = Callable[[str], Run]

SURVIVED = TablePlan(("survived",), ("no", "yes"), rows=180, columns=("age", "fare"))
TWO = TablePlan(("heating", "cooling"), rows=2_000)


def of_r2(runs: Runs, plan: TablePlan, champion: Score, **references: float) -> Findings:
    """Return findings with these values of R²; underscores in names are spaces."""
    others = {
        name.replace("_", " "): Score(value, value - 0.1, value + 0.1)
        for name, value in references.items()
    }
    return stated(runs("one point"), plan, "r2", {"": champion, **others})


def test_title_has_the_accuracy_of_the_champion(runs: Runs) -> None:
    """The title names the network, the column of the classes, the accuracy and the rows."""
    values = {
        "": Score(0.967, 0.9, 1),
        "logistic regression": Score(0.933, 0.8, 1),
        "the most frequent class": Score(0.4, 0.2, 0.6),
    }
    words = headline(stated(runs("one point"), SPECIES, "accuracy", values, kept=0.933))
    assert words.title == (
        "A relu 4·6·3 network with adam tells species with 97% accuracy on 30 rows that it never "
        "saw."
    )
    assert words.lead.startswith(
        "Its accuracy of 97% has a 95% interval from 90% to 100%, over the test rows and 4 "
        "replicates. Of the reference models, logistic regression has 93% and the most frequent "
        "class 40%. The value of logistic regression, 93%, is inside the champion’s interval. "
        "The kept network, the replicate with the lowest validation MSE, has "
        "93%. The search evaluated 1 configuration "
    )
    assert [(each.value, each.label) for each in words.numbers[:2]] == [
        ("97%", "accuracy on 30 test rows, 95% interval 90% to 100%"),
        ("93%", "accuracy of logistic regression, the best reference model"),
    ]


def test_title_has_the_variance_that_is_explained(runs: Runs) -> None:
    """R² is a share of the variance in the title, and a number with its interval in the lead."""
    findings = of_r2(
        runs, TablePlan(), Score(0.491, 0.352, 0.604), linear_regression=0.482, the_mean=-0.0123
    )
    words = headline(findings)
    assert words.title == (
        "A relu 4·6·1 network with adam explains 49% of the variance of progression on 88 rows "
        "that it never saw."
    )
    assert "Its R² of 0.491 has a 95% interval from 0.352 to 0.604, over " in words.lead
    assert "Of the reference models, linear regression has 0.482 and the mean −0.012." in words.lead


def test_title_begins_with_a_reference_model_that_is_better(runs: Runs) -> None:
    """A better reference model comes first; if it is inside the interval the lead says so."""
    words = headline(of_r2(runs, TablePlan(), Score(0.49, 0.35, 0.6), gradient_boosting=0.55))
    assert words.title == (
        "Gradient boosting explains 55% of the variance of progression on 88 rows that it never "
        "saw, the champion 49%."
    )
    assert words.lead.startswith("The champion is a relu 4·6·1 network with adam. Its R² of 0.49 ")
    assert "The reference model, gradient boosting, has 0.55." in words.lead
    assert "The value of gradient boosting, 0.55, is inside the champion’s interval" in words.lead
    certain = headline(of_r2(runs, TablePlan(), Score(0.49, 0.45, 0.53), gradient_boosting=0.55))
    assert "inside" not in certain.lead


@pytest.mark.parametrize(
    ("difference", "verdict"),
    [
        (Score(-0.06, -0.13, 0.01), "may be chance: its 95% interval on the same rows is −13 to 1"),
        (
            Score(-0.06, -0.1, -0.02),
            "is more than chance: its 95% interval on the same rows is −10 to −2",
        ),
    ],
)
def test_lead_says_whether_a_difference_may_be_chance(
    runs: Runs, difference: Score, verdict: str
) -> None:
    """The interval of paired differences decides, not that of the champion's score."""
    values = {"": Score(0.8, 0.7, 0.9), "gradient boosting": Score(0.86, 0.8, 0.9)}
    findings = stated(runs("one point"), SURVIVED, "accuracy", values)
    words = headline(with_difference(findings, "gradient boosting", "accuracy", difference))
    start = "The champion’s difference to gradient boosting, −6 percentage points, "
    assert f"{start}{verdict}." in words.lead
    assert "inside" not in words.lead


def test_title_begins_with_a_baseline_that_is_better(runs: Runs) -> None:
    """A better baseline comes first too, and the lead has its value."""
    values = {"": Score(0.8, 0.78, 0.82), "article-good": Score(0.9, 0.88, 0.92)}
    words = headline(stated(runs("one point"), SURVIVED, "accuracy", values))
    assert words.title == (
        "The baseline article-good tells survived with 90% accuracy on 180 rows that it never saw, "
        "the champion 80%."
    )
    assert "The best baseline, article-good, has 90%." in words.lead


def test_equal_digits_are_no_difference(runs: Runs) -> None:
    """A reference model that is better by less than the digits that are shown is not first."""
    values = {"": Score(0.821, 0.7, 0.9), "logistic regression": Score(0.823, 0.7, 0.9)}
    words = headline(stated(runs("one point"), SURVIVED, "accuracy", values))
    assert words.title.startswith("A relu 2·6·2 network with adam tells survived with 82%")
    assert "inside" not in words.lead


def test_the_most_frequent_class_is_a_subject(runs: Runs) -> None:
    """If predicting the most frequent class is best, the title says so in words."""
    values = {"": Score(0.5, 0.4, 0.6), "the most frequent class": Score(0.62, 0.5, 0.7)}
    words = headline(stated(runs("one point"), SURVIVED, "accuracy", values))
    assert words.title.startswith(
        "Always predicting the most frequent class tells survived with 62% accuracy on 180 rows"
    )


NO_BETTER = (
    "A relu 4·6·2 network with adam does not predict heating and cooling better than their means "
    "on 2,000 rows that it never saw."
)
NONE_BETTER = (
    "No model predicts heating and cooling better than their means on the 2,000 rows of the test "
    "part."
)
OTHER_BETTER = (
    "Linear regression explains 30.0% of the variance of heating and cooling on 2,000 rows that it "
    "never saw; the champion predicts them no better than their means."
)


@pytest.mark.parametrize(
    ("reference", "title"), [(-0.3, NO_BETTER), (-0.1, NONE_BETTER), (0.3, OTHER_BETTER)]
)
def test_r2_below_zero_explains_nothing(runs: Runs, reference: float, title: str) -> None:
    """A network with an R² below 0 does not predict better than the mean, and the title says so."""
    findings = of_r2(runs, TWO, Score(-0.2, -0.3, -0.1), linear_regression=reference)
    assert headline(findings).title == title


def test_targets_without_names(runs: Runs) -> None:
    """Classes without names of their column are told apart; many targets are counted."""
    values = {"": Score(0.9, 0.8, 1)}
    findings = stated(runs("one point"), SPECIES, "accuracy", values)
    unnamed = replace(findings, columns=replace(findings.columns, outputs=("a", "b", "c")))
    assert " tells 3 classes apart with 90% accuracy on " in headline(unnamed).title
    many = TablePlan(tuple(f"target {number}" for number in range(5)))
    assert " of the variance of 5 targets on " in headline(of_r2(runs, many, values[""])).title


def test_share_is_never_rounded_to_all_rows(runs: Runs) -> None:
    """An accuracy just below 1 is not written as 100%; large test parts have a decimal."""
    many = replace(SURVIVED, rows=20_000)
    for plan, value, shown in ((SURVIVED, 0.996, "99.6%"), (many, 0.98765, "98.8%")):
        findings = stated(runs("one point"), plan, "accuracy", {"": Score(value, 0.9, 1)})
        assert f" with {shown} accuracy " in headline(findings).title


def test_few_rows_are_uncertain(runs: Runs) -> None:
    """With few rows the lead says so, and an interval without width is not called one."""
    tiny = replace(SPECIES, rows=1, replicates=1)
    words = headline(stated(runs("one point"), tiny, "accuracy", {"": Score(1, 1, 1)}))
    assert words.title.endswith(" tells species with 100% accuracy on 1 row that it never saw.")
    assert "Its accuracy is 100% in every bootstrap sample, so there is no interval." in words.lead
    assert "With 1 test row all of this is uncertain." in words.lead
    assert words.numbers[0].label == "accuracy on 1 test row"


def with_groups(runs: Runs, groups: int | None) -> Findings:
    """Return findings with a certain difference on 500 test rows in groups; None: not counted."""
    values = {"": Score(0.8, 0.7, 0.9), "gradient boosting": Score(0.86, 0.8, 0.9)}
    findings = stated(runs("one point"), replace(SPECIES, rows=500), "accuracy", values)
    certain = Score(-0.06, -0.1, -0.02)
    findings = with_difference(findings, "gradient boosting", "accuracy", certain)
    assert findings.held_out is not None
    return replace(findings, held_out=replace(findings.held_out, groups=groups))


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        (1, "over the rows of the only test group"),
        (3, "over the 3 test groups"),
        (19, "over the 19 test groups"),
    ],
)
def test_few_groups_decide_nothing(runs: Runs, groups: int, words: str) -> None:
    """However many rows they have, no difference is called more than chance."""
    findings = with_groups(runs, groups)
    lead, count = headline(findings).lead, f"{groups} test group{'s' * (groups > 1)}"
    assert words in lead
    assert f"is −6 percentage points, which may be chance with {count}." in lead
    assert "more than chance" not in lead
    assert f"With {count} all of this is uncertain" in lead
    assert f"with {count} any difference may be chance" in held_out_sentences(findings)


def test_groups_that_were_not_counted_decide_nothing(runs: Runs) -> None:
    """Runs of versions that did not count them have differences, whose intervals are too narrow."""
    findings = with_groups(runs, None)
    assert "is more than chance" in headline(findings).lead
    task = TableTask(target=("species",), split="groups", split_column="hospital")
    experiment = findings.experiment.model_copy(update={"task": task})
    findings = replace(findings, experiment=experiment)
    assert "may be chance with an unknown number of test groups" in headline(findings).lead
    assert "bootstrap samples of the groups of test rows" in held_out_sentences(findings)


def test_metric_that_is_defined_is_shown(runs: Runs) -> None:
    """If R² is not defined, such as for one row, the title has the next metric; lower is better."""
    values = {"": Score(12, 10, 14), "linear regression": Score(11, 9, 13)}
    words = headline(stated(runs("one point"), TablePlan(rows=1), "rmse", values))
    assert words.title == (
        "Linear regression predicts progression with RMSE 11 on 1 row that it never saw, the "
        "champion 12."
    )


def test_one_replicate_and_diverged_replicates(runs: Runs) -> None:
    """The interval is over those replicates that have scores; one replicate is not mentioned."""
    score = {"": Score(0.9, 0.8, 1)}
    alone = stated(runs("one point"), replace(SPECIES, replicates=1), "accuracy", score)
    assert "100%, over the test rows. " in headline(alone).lead
    findings = stated(runs("one point"), SPECIES, "accuracy", score)
    partly = [replace(each, diverged=1) if not each.name else each for each in findings.trials]
    lead = headline(replace(findings, trials=tuple(partly))).lead
    assert "over the test rows and the 3 of 4 replicates that did not diverge. " in lead


def test_names_are_shortened_and_shown(runs: Runs) -> None:
    """Long names are cut, and characters that can't be printed are shown by their code."""
    strange = TablePlan((f"\u202e{SCRIPT}",), references={})
    title = headline(of_r2(runs, strange, Score(0.5, 0.4, 0.6))).title
    assert "of \\u202e$x$<script>alert(1)</… on 88 rows" in title


def test_no_words_of_another_task(runs: Runs) -> None:
    """The headline says nothing on the mouse, the target MSE, samples to target or fresh seeds."""
    run = runs("conflict")
    evolution = run.experiment.evolution.replace(objectives=("final_mse", "parameters"))
    for plan in (SPECIES, TWO):
        findings = on_table(run, plan)
        trials = [
            replace(each, objectives={**each.objectives, "parameters": 9.0})
            for each in findings.trials
        ]
        experiment = findings.experiment.replace(evolution=evolution)
        words = headline(replace(findings, experiment=experiment, trials=tuple(trials)))
        labels = [each.label for each in words.numbers]
        texts = " ".join((words.title, words.lead, *labels)).lower()
        for word in ("mouse", "target mse", "samples to", "sample budget", "fresh seeds"):
            assert word not in texts


def test_without_a_champion_the_headline_is_as_without_a_test_part(runs: Runs) -> None:
    """If all trials diverged, the headline is the same with and without scores of baselines."""
    findings = runs("all diverged").findings
    assert headline(on_table(runs("all diverged"), SPECIES)).title == headline(findings).title
    alone = stated(runs("one point"), SPECIES, "accuracy", {"logistic regression": Score(1, 1, 1)})
    assert "final MSE" in headline(alone).title or "learns" in headline(alone).title
