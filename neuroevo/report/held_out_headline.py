"""The opening of the report of a run with a test part: what the champion scores on it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from neuroevo import wording
from neuroevo.analysis.held_out_models import held_out_models, target_names
from neuroevo.report.headline_parts import (
    Headline,
    KeyNumber,
    broken_on_fresh_seeds,
    joined,
    network_words,
    search_numbers,
    search_sentence,
)
from neuroevo.report.held_out_texts import (
    FREQUENT,
    LEAST_UNITS,
    MANY_ROWS,
    difference_interval,
    difference_text,
    drawn_text,
    interval_text,
    metric_text,
    model_as_subject,
    model_in_sentence,
    rows_text,
    target_words,
    units_text,
)

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.analysis.held_out_models import HeldOutModel, HeldOutModels
    from neuroevo.evaluation.scores import Metric, Score

EXPLAINS = 5e-4  # R² below this explains nothing


@dataclass(frozen=True, slots=True)
class _Scored:
    """What the sentences are about: the champion, and the models that it is compared with.

    The metric is the first one in which the champion has a score.
    """

    findings: "Findings"
    models: "HeldOutModels"
    champion: "HeldOutModel"
    metric: "Metric"

    @property
    def score(self) -> "Score":
        return self.champion.scores[self.metric.name]

    @property
    def network(self) -> str:
        return network_words(self.findings, self.findings.front[0])

    @property
    def best_rival(self) -> "HeldOutModel | None":
        ranked = self.models.ranked(self.metric, "baseline", "reference model")
        return ranked[0] if ranked else None

    @property
    def better_rival(self) -> "HeldOutModel | None":
        """The best baseline or reference model, if it is better in the digits of the title."""
        rival = self.best_rival
        if rival is None or self.in_title(rival) == self.in_title(self.champion):
            return None
        gain = self.value(rival) - self.value(self.champion)
        return rival if (gain > 0) == self.metric.larger_is_better else None

    @property
    def decimals(self) -> int:
        """The decimals of all percentages."""
        return 1 if self.models.samples >= MANY_ROWS else 0

    @property
    def target(self) -> str:
        return target_words(self.findings)

    @property
    def mean(self) -> str:
        return "their means" if len(target_names(self.findings.columns)) > 1 else "its mean"

    def value(self, model: "HeldOutModel") -> float:
        return model.scores[self.metric.name].value

    def text(self, model: "HeldOutModel") -> str:
        """Return a model's value as all sentences but the title write it."""
        return metric_text(self.metric, self.value(model), self.decimals)

    def in_title(self, model: "HeldOutModel") -> str:
        """Return a model's value as the title writes it, where R² is a share of the variance."""
        if self.metric.name == "r2":
            return wording.share(self.value(model), self.decimals)
        return self.text(model)

    def explains(self, model: "HeldOutModel") -> bool:
        """Whether a model's value, if it is R², is better than that of predicting the mean."""
        return self.metric.name != "r2" or self.value(model) > EXPLAINS


def held_out_headline(findings: "Findings") -> Headline | None:
    """Return the opening of a run whose champion has scores on a test part; None for others."""
    scored = _scored(findings)
    if scored is None:
        return None
    title, names_network = _title(scored)
    network = _lower(wording.with_article(scored.network))
    sentences = (
        "" if names_network else f"The champion is {network}.",
        _interval(scored),
        _references(scored),
        _nothing_learnt(scored),
        _other_metric(scored),
        _best_baseline(scored),
        _rival_difference(scored),
        _kept(scored),
        _few_units(scored),
        broken_on_fresh_seeds(findings),
        search_sentence(findings),
    )
    numbers = (*held_out_numbers(findings), *search_numbers(findings))
    return Headline(title, joined(sentences), numbers)


def held_out_numbers(findings: "Findings") -> tuple[KeyNumber, ...]:
    """Return the test score of the champion and of the best reference model, if there are any."""
    scored = _scored(findings)
    if scored is None:
        return ()
    label, interval = scored.metric.label, ""
    if scored.score.low < scored.score.high:
        interval = f", 95% interval {interval_text(scored.metric, scored.score, scored.decimals)}"
    rows = rows_text(scored.models.samples, "test")
    own = KeyNumber(scored.text(scored.champion), f"{label} on {rows}{interval}")
    ranked = scored.models.ranked(scored.metric, "reference model")
    if not ranked:
        return (own,)
    name = model_in_sentence(ranked[0])
    return own, KeyNumber(scored.text(ranked[0]), f"{label} of {name}, the best reference model")


def _scored(findings: "Findings") -> _Scored | None:
    models = held_out_models(findings)
    champion = None if models is None else models.champion
    if models is None or champion is None or not champion.scores:
        return None
    metric = next(each for each in models.metrics if each.name in champion.scores)
    return _Scored(findings, models, champion, metric)


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def _title(scored: _Scored) -> tuple[str, bool]:
    """Return the title, and whether it names the champion's network."""
    rows, rival = rows_text(scored.models.samples), scored.better_rival
    if rival is None:
        network = wording.with_article(scored.network)
        return f"{network} {_does(scored, scored.champion)} on {rows} that it never saw.", True
    if not scored.explains(rival):
        unseen = f"on the {rows} of the test part"
        return f"No model predicts {scored.target} better than {scored.mean} {unseen}.", False
    start = f"{model_as_subject(rival)} {_does(scored, rival)} on {rows} that it never saw"
    if scored.explains(scored.champion):
        return f"{start}, the champion {scored.in_title(scored.champion)}.", False
    pronoun = "them" if scored.mean == "their means" else "it"
    no_better = f"predicts {pronoun} no better than {scored.mean}"
    return f"{start}; the champion {no_better}.", False


def _does(scored: _Scored, model: "HeldOutModel") -> str:
    """Return what a model does with the targets, as the predicate of a sentence."""
    value, target, label = scored.in_title(model), scored.target, scored.metric.label
    if scored.metric.is_share:
        apart = "" if target_names(scored.findings.columns) else " apart"
        return f"tells {target}{apart} with {value} {label}"
    if not scored.explains(model):
        return f"does not predict {target} better than {scored.mean}"
    if scored.metric.name == "r2":
        return f"explains {value} of the variance of {target}"
    return f"predicts {target} with {label} {value}"


def _interval(scored: _Scored) -> str:
    """Return a sentence on the interval of the champion's score and what it is over."""
    label, text = scored.metric.label, scored.text(scored.champion)
    if scored.score.low == scored.score.high:
        return f"Its {label} is {text} in every bootstrap sample, so there is no interval."
    interval = interval_text(scored.metric, scored.score, scored.decimals)
    return (
        f"Its {label} of {text} has a 95% interval from {interval}, over "
        f"{drawn_text(scored.models)}{_over_replicates(scored)}."
    )


def _over_replicates(scored: _Scored) -> str:
    experiment = scored.findings.experiment
    replicates = experiment.training.replicates
    diverged = scored.findings.front[0].diverged
    if diverged:
        every = wording.replicates(experiment)
        return f" and the {replicates - diverged} of {every} that did not diverge"
    return f" and {wording.replicates(experiment)}" if replicates > 1 else ""


def _references(scored: _Scored) -> str:
    """Return a sentence on all reference models, the best first."""
    ranked = scored.models.ranked(scored.metric, "reference model")
    if not ranked:
        return ""
    (name, value), *others = [(model_in_sentence(each), scored.text(each)) for each in ranked]
    if not others:
        return f"The reference model, {name}, has {value}."
    rest = [f"{other} {its}" for other, its in others]
    return f"Of the reference models, {wording.listed([f'{name} has {value}', *rest])}."


def _nothing_learnt(scored: _Scored) -> str:
    """Return a sentence if the champion may be no better than always predicting one class."""
    constant = next((model for model in scored.models.models if model.name == FREQUENT), None)
    if constant is None or scored.value(constant) < scored.score.low:
        return ""
    return (
        f"The champion may be no better than {FREQUENT}: {scored.text(constant)} is not below its "
        "interval."
    )


def _other_metric(scored: _Scored) -> str:
    """Return a sentence on the log loss, if another model is best by it than by the accuracy."""
    metric = next((each for each in scored.models.metrics if each.name == "log_loss"), None)
    if metric is None or metric.name not in scored.champion.scores:
        return ""
    rivals = scored.models.ranked(metric, "baseline", "reference model")
    own = scored.champion.scores[metric.name].value
    if not rivals:
        return ""
    other, name = rivals[0].scores[metric.name].value, model_in_sentence(rivals[0])
    is_ahead, leads = own < other, scored.better_rival is None
    if is_ahead == leads:
        return ""
    values = f"{wording.number(own)} against {wording.number(other)} of {name}"
    return f"By log loss the champion is {'better' if is_ahead else 'worse'}: {values}."


def _best_baseline(scored: _Scored) -> str:
    ranked = scored.models.ranked(scored.metric, "baseline")
    if not ranked:
        return ""
    name = model_in_sentence(ranked[0]).removeprefix("the baseline ")
    return f"The best baseline, {name}, has {scored.text(ranked[0])}."


def _rival_difference(scored: _Scored) -> str:
    """Return a sentence on whether the difference to the best rival may be chance.

    Runs of versions that computed no differences have one on the champion's interval.
    """
    rival, metric = scored.best_rival, scored.metric
    if rival is None or scored.text(rival) == scored.text(scored.champion):
        return ""
    name, difference = model_in_sentence(rival), rival.differences.get(metric.name)
    if difference is None:
        if not scored.score.low <= scored.value(rival) <= scored.score.high:
            return ""
        return f"The value of {name}, {scored.text(rival)}, is inside the champion’s interval."
    value = difference_text(metric, difference.value)
    unit = " percentage points" if metric.is_share else ""
    if scored.models.units < LEAST_UNITS:
        return (
            f"The champion’s difference to {name} is {value}{unit}, which may be chance with "
            f"{units_text(scored.models)}."
        )
    interval = difference_interval(metric, difference)
    may_be_chance = difference.low <= 0 <= difference.high
    verdict = "may be chance" if may_be_chance else "is more than chance"
    return (
        f"The champion’s difference to {name}, {value}{unit}, {verdict}: its 95% interval on the "
        f"same rows is {interval}."
    )


def _kept(scored: _Scored) -> str:
    """Return a sentence on the champion's kept network if its value is another."""
    kept = scored.models.kept.get(scored.metric.name)
    if kept is None:
        return ""
    value = metric_text(scored.metric, kept, scored.decimals)
    if value == scored.text(scored.champion):
        return ""
    which = wording.kept_replicate(scored.findings.experiment)
    return f"The kept network, {which}, has {value}."


def _few_units(scored: _Scored) -> str:
    if scored.models.units >= LEAST_UNITS:
        return ""
    others = " and says nothing of other groups" if scored.models.groups == 1 else ""
    return f"With {units_text(scored.models)} all of this is uncertain{others}."
