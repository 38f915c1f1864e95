"""The scores on the test part as a table of texts, and as plain values. It knows no HTML."""

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from neuroevo import wording
from neuroevo.analysis.held_out_models import held_out_models, target_names
from neuroevo.evaluation.scores import METRICS, REGRESSION_METRICS
from neuroevo.report.held_out_texts import (
    LEAST_UNITS,
    difference_interval,
    difference_text,
    drawn_text,
    interval_text,
    metric_text,
    model_name,
    rows_text,
    units_text,
)
from neuroevo.report.table import Cell, TextTable, headings

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.analysis.held_out_models import HeldOutModel, HeldOutModels
    from neuroevo.evaluation.scores import Metric, Score
    from neuroevo.runs import ScoredEnsemble

MOST_OF_FRONT = 6  # trials of the front, with the champion


def held_out_table(findings: "Findings", most: int = MOST_OF_FRONT) -> TextTable | None:
    """Return the scores on the test part; None if there are none.

    Parameters
    ----------
    findings
        Findings of the run.
    most
        Largest number of trials of the front, from one end of the front to the other.
    """
    models = held_out_models(findings)
    if models is None or not models.metrics:
        return None
    shown = shown_models(findings, models, most)
    rows = tuple(
        (
            Cell(model_name(model), under=wording.visible(_note(findings, model), 160)),
            *(_cell(models, metric, model) for metric in models.metrics),
            *[_difference_cell(models.metrics[0], model)] * models.have_differences,
        )
        for model in shown
    )
    titles = ["model", *(metric.label for metric in models.metrics)]
    titles += [f"{models.metrics[0].label}: champion minus model"] * models.have_differences
    return TextTable(headings(titles, rows), rows)


def target_table(findings: "Findings") -> TextTable | None:
    """Return the champion's scores for each of several targets; None for one, and for classes.

    The last column is the best reference model of each target.
    """
    models = held_out_models(findings)
    champion = None if models is None else models.champion
    if models is None or champion is None or not champion.targets:
        return None
    metrics = REGRESSION_METRICS
    rows = tuple(
        (
            Cell(wording.visible(name)),
            *(score_cell(metric, champion.targets[place].get(metric.name)) for metric in metrics),
            _best_reference(models, place),
        )
        for place, name in enumerate(target_names(findings.columns))
    )
    titles = ["target", *(metric.label for metric in metrics), "R² of the best reference model"]
    return TextTable(headings(titles, rows), rows)


def score_cell(metric: "Metric", score: "Score | None") -> Cell:
    """Return a score with its interval below it; a dash if it is unknown."""
    if score is None:
        return Cell("–", numeric=True)
    return Cell(metric_text(metric, score.value), numeric=True, under=interval_text(metric, score))


def _best_reference(models: "HeldOutModels", place: int) -> Cell:
    metric = REGRESSION_METRICS[0]
    scored = [
        (model.targets[place][metric.name].value, model_name(model))
        for model in models.models
        if model.role == "reference model" and metric.name in model.targets[place]
    ]
    if not scored:
        return Cell("–", numeric=True)
    value, name = max(scored)
    return Cell(metric_text(metric, value), numeric=True, under=name)


def shown_models(
    findings: "Findings", models: "HeldOutModels", most: int = MOST_OF_FRONT
) -> "tuple[HeldOutModel, ...]":
    """Return all models, but of the front at most some, evenly spaced."""
    ranks = {0, *findings.excerpt(most)}
    return tuple(model for model in models.models if model.rank in ranks)


def held_out_sentences(findings: "Findings") -> str:
    """Return sentences that explain the table; empty without scores."""
    models = held_out_models(findings)
    if models is None or not models.metrics:
        return ""
    replicates = findings.experiment.training.replicates
    every = wording.replicates(findings.experiment)
    higher = [metric.label for metric in models.metrics if metric.larger_is_better]
    lower = [metric.label for metric in models.metrics if not metric.larger_is_better]
    start = (
        f"Scores on the {rows_text(models.samples, 'test')}, which neither training nor search "
        f"has used; below each is its 95% interval, from bootstrap samples of {drawn_text(models)}"
        f"{' and replicates' * (replicates > 1)}."
    )
    sentences = [
        start,
        f"Those of networks are over all {every}." if replicates > 1 else "",
        _better(higher, lower),
        _about_differences(models),
        ensemble_sentences(models),
        _left_out(findings, models),
    ]
    return " ".join(filter(None, sentences))


def ensemble_sentences(models: "HeldOutModels") -> str:
    """Return whether it pays to average the champion's replicates; empty if it is unknown."""
    ensemble = models.ensemble
    if ensemble is None:
        return ""
    known = [name for name in _DECIDING if name in ensemble.scores and name in models.kept]
    if not known or not all(
        known[0] in scores for scores in (ensemble.validation, ensemble.validation_one)
    ):
        return ""
    metric, count = METRICS[known[0]], ensemble.networks
    mean, one = ensemble.validation[metric.name], ensemble.validation_one[metric.name]
    test, alone, mean_text, one_text = (
        metric_text(metric, value)
        for value in (ensemble.scores[metric.name].value, models.kept[metric.name], mean, one)
    )
    is_more = mean > one if metric.larger_is_better else mean < one
    is_better = is_more and mean_text != one_text
    advice = f"; --ensemble {count} of predict, export and train averages them" * is_better
    return (
        f"Averaging the champion's {count} networks gives {metric.label} {test} on the test rows, "
        f"the kept network alone {alone}. On the validation rows, which should decide, the mean is "
        f"{'better' if is_better else 'not better'}: {mean_text}, against {one_text} of networks "
        f"that were chosen on one half of them and scored on the other{advice}."
    )


_DECIDING = ("log_loss", "r2")  # metrics that compare the mean with one network


def held_out_values(findings: "Findings") -> dict[str, Any] | None:
    """Return the scores of all models as plain values; None if there are none."""
    models = held_out_models(findings)
    if models is None:
        return None
    return {
        "samples": models.samples,
        "groups": models.groups or None,
        "models": [
            {
                "role": model.role,
                "name": model.name,
                "number": None if model.trial is None else model.trial.number,
                "rank": model.rank or None,
                "scores": {
                    metric.name: {"value": score.value, "low": score.low, "high": score.high}
                    for metric in models.metrics
                    if (score := model.scores.get(metric.name)) is not None
                },
                "differences": {name: asdict(score) for name, score in model.differences.items()},
                "targets": [
                    {name: asdict(score) for name, score in each.items()} for each in model.targets
                ],
                "note": model.note,
            }
            for model in models.models
        ],
        "kept_network": dict(models.kept),
        "ensemble": None if models.ensemble is None else _validated(models.ensemble),
    }


def _validated(ensemble: "ScoredEnsemble") -> dict[str, Any]:
    """Return how many networks are averaged, and the scores on the validation samples."""
    return {
        "networks": ensemble.networks,
        "validation": dict(ensemble.validation),
        "validation_one_network": dict(ensemble.validation_one),
    }


def network_text(findings: "Findings", model: "HeldOutModel") -> str:
    """Return the activation and the layers of a trial; empty for a reference model."""
    if model.trial is None:
        return ""
    sizes = wording.sizes(findings.layer_sizes(model.trial))
    return f"{wording.activation(model.trial.genome)} {sizes}".lstrip()


def _note(findings: "Findings", model: "HeldOutModel") -> str:
    """Return what a model is, and how many replicates its scores leave out."""
    trial, replicates = model.trial, findings.experiment.training.replicates
    diverged = 0 if trial is None else trial.diverged
    counted = f"{diverged} of {replicates} replicates diverged and are left out" * bool(diverged)
    if trial is not None and not model.scores:
        counted = "all replicates diverged"
    return "; ".join(filter(None, [network_text(findings, model), counted, model.note]))


def _cell(models: "HeldOutModels", metric: "Metric", model: "HeldOutModel") -> Cell:
    score = model.scores.get(metric.name)
    is_best = score is not None and score.value == models.best(metric)
    return replace(score_cell(metric, score), best=is_best)


def _difference_cell(metric: "Metric", model: "HeldOutModel") -> Cell:
    score = model.differences.get(metric.name)
    if score is None:
        return Cell("–", numeric=True)
    value, interval = difference_text(metric, score.value), difference_interval(metric, score)
    return Cell(value, numeric=True, under=interval)


def _about_differences(models: "HeldOutModels") -> str:
    if not models.have_differences:
        return ""
    metric = models.metrics[0]
    unit = " in percentage points" if metric.is_share else ""
    known = "a difference whose interval includes 0 may be chance"
    if models.units < LEAST_UNITS:
        known = f"with {units_text(models)} any difference may be chance"
    return (
        f"The last column is the champion’s {metric.label} minus that of the model{unit}, on the "
        f"same bootstrap samples; {known}."
    )


def _better(higher: list[str], lower: list[str]) -> str:
    """Return a sentence on which metrics are better if they are higher, and which if lower."""
    if not higher:
        return f"Lower is better for {wording.listed(lower)}."
    rest = f", lower for {wording.listed(lower)}" if lower else ""
    return f"Higher is better for {wording.listed(higher)}{rest}."


def _left_out(findings: "Findings", models: "HeldOutModels") -> str:
    count = len(models.models) - len(shown_models(findings, models))
    verb = "is" if count == 1 else "are"
    return f"{wording.counted(count, 'more trial')} of the front {verb} not shown." * bool(count)
