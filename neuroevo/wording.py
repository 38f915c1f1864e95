"""Formats numbers, networks and names as text for tables, pages and terminals."""

import html
import math
import re
import textwrap
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from neuroevo.decimals import shortest
from neuroevo.evaluation import NETWORK_GENES, layers_of
from neuroevo.learning import READERS, Optimization
from neuroevo.learning.curves import FEWEST_POINTS, FEWEST_ROWS
from neuroevo.settings import printable
from neuroevo.strategies import STRATEGIES
from neuroevo.tasks import PythonTask

if TYPE_CHECKING:
    from neuroevo.evaluation import Objective
    from neuroevo.experiment import Experiment
    from neuroevo.learning import TrainingSettings
    from neuroevo.runs import EarlierRun, Trial

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
MANY_EQUAL = 5
MOST_DECIMALS = 4  # of a share in percent
PLAIN_NUMBERS = (1e-3, 1e7)  # numbers between these are written without a power of ten
LONG = 100  # seconds or minutes; a longer time is written in the next unit
NOT_REACHED = "not reached"  # in place of a penalty
TIGHT = "\u00a0"  # a no-break space
_ORIGINS = {  # in place of the names of operators without parents
    "initial": "drawn at random",
    "immigrant": "drawn at random later",
    "seed": "given",
}
_BREAKABLE = re.compile(r"[^\S\u00a0]+")
_WHOLE_UNITS = frozenset({"samples", "parameters"})


CHAMPION_RULE = (
    "The champion is the trial of the front that reaches the target MSE with the fewest samples "
    "and still holds it at the end; if none does, or samples to target is no objective, the one "
    "that is best in the first objective. Scores on fresh seeds decide where there are any, and "
    "the target must be held on the seeds of the search too."
)


FUNCTION_CHAMPION_RULE = (
    "The champion is the trial of the front that is best in the first objective, by scores on "
    "fresh seeds where there are any."
)


def number(value: float) -> str:
    """Return a number with three significant digits, or two and a power of ten.

    Examples
    --------
    >>> number(1512.4), number(0.2104), number(float("nan")), power_of_ten(-14)
    ('1,512', '0.21', '–', '10⁻¹⁴')
    """
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return _typeset(_digits(value or 0.0))  # there is a -0


def _typeset(written: str) -> str:
    """Return a number that Python wrote with a power of ten in place of ``e``."""
    digits, _, exponent = written.partition("e")
    power = f"{TIGHT}×{TIGHT}10{_superscript(int(exponent))}" if exponent else ""
    return (digits + power).replace("-", "−")


def _digits(value: float) -> str:
    """Return a finite number with the digits that are shown, with an exponent if it has one."""
    size = abs(value)
    if size and not PLAIN_NUMBERS[0] <= size < PLAIN_NUMBERS[1]:
        return f"{value:.1e}"
    if round(size) >= 100:  # noqa: PLR2004 - three digits
        return f"{value:,.0f}"
    return f"{value:.3g}"


def power_of_ten(exponent: int) -> str:
    """Return a power of ten as ``10⁻¹⁴``, or as a plain number if that is short."""
    if -4 < exponent < 6:  # noqa: PLR2004 - short numbers
        return f"{10.0**exponent:,.{max(-exponent, 0)}f}"
    return f"10{_superscript(exponent)}"


def measured(value: float, item: "Objective") -> str:
    """Return a value of an objective; a whole number if its unit is counted.

    A penalty is written as ``not reached``, and a value at the floor as ``≤ 10⁻¹⁴``.
    """
    if item.is_penalty(value):
        return NOT_REACHED
    if 0 < value <= item.floor:
        return f"≤{TIGHT}{power_of_ten(round(math.log10(item.floor)))}"
    counted = is_counted(item.unit) and math.isfinite(value) and abs(value) < PLAIN_NUMBERS[1]
    return f"{round(value):,}" if counted else number(value)


def mean(value: float, error: float, item: "Objective") -> str:
    """Return a value of an objective with its standard error, if that is known: ``0.21 ± 0.03``."""
    text = measured(value, item)
    return text if math.isnan(error) else f"{text} ±{TIGHT}{number(error)}"


def quantity(name: str, value: float, experiment: "Experiment") -> str:
    """Return a number that trials have besides their objectives, as `measured` if it is one."""
    item = experiment.measures.get(name)
    return number(value) if item is None else measured(value, item)


def shown(value: float, unit: str = "") -> float:
    """Return the rounded number that `measured` shows, so that ratios agree with what is shown.

    Examples
    --------
    >>> shown(27.4, "samples"), shown(1.749e-4), shown(0.21049)
    (27.0, 0.00017, 0.21)
    """
    if not math.isfinite(value):
        return value
    if is_counted(unit) and abs(value) < PLAIN_NUMBERS[1]:
        return float(round(value))
    return float(_digits(value).replace(",", ""))


def is_counted(unit: str) -> bool:
    """Whether values in a unit are whole numbers."""
    return unit in _WHOLE_UNITS


def factor(ratio: float) -> str:
    """Return a ratio with two digits, or three: ``0.56``, ``5.6``, ``56``, ``560``, ``56,000``.

    It is ``∞`` if infinite.
    """
    if math.isinf(ratio):
        return "∞"
    if ratio < 0.995:  # noqa: PLR2004 - what is rounded to less than 1
        return f"{ratio:.2g}" if ratio else "0"
    if ratio < 10:  # noqa: PLR2004 - two digits
        return f"{ratio:.1f}"
    return number(round(ratio) if ratio < 1000 else float(f"{ratio:.1e}"))  # noqa: PLR2004 - two digits


def percent(share: float) -> str:
    """Return a share in percent with two digits: ``5.6%``, ``56%``."""
    return f"{share:.1%}" if share < 0.1 else f"{share:.0%}"  # noqa: PLR2004 - two digits


def share(part: float, decimals: int = 0) -> str:
    """Return a share in percent; nothing but 1 is written as 100%, nothing but 0 as 0%.

    Examples
    --------
    >>> share(0.966), share(0.966, 1), share(0.9996), share(1, 1), share(-0.004)
    ('97%', '96.6%', '99.96%', '100%', '−0.4%')
    """
    if part in {0, 1}:
        return f"{part:.0%}"
    texts = [f"{part:.{count}%}" for count in range(decimals, MOST_DECIMALS + 1)]
    exact = (text for text in texts if abs(float(text[:-1])) not in {0.0, 100.0})
    return next(exact, texts[-1]).replace("-", "−")


def hidden_layers(count: int) -> str:
    """Return a number of hidden layers in words."""
    return counted(count, "hidden layer") if count else "no hidden layer"


def moment(iso: str) -> str:
    """Return an ISO 8601 time as date, hours and minutes, in the time zone that it is written in.

    So a file that shows it does not depend on where it is written.
    """
    return iso.replace("T", " ")[:16]


def local_moment(iso: str) -> str:
    """Return an ISO 8601 time in the same form, in the time zone of this machine.

    So the moments of several runs can be compared. What is no time is left as it is.
    """
    try:
        return moment(datetime.fromisoformat(iso).astimezone().isoformat())
    except (ValueError, OverflowError, OSError):
        return moment(iso)


def duration(seconds: float) -> str:
    """Return a duration in seconds, minutes or hours; a dash if it is NaN."""
    if math.isnan(seconds):
        return "–"
    if seconds < LONG:
        return f"{seconds:.2g} s" if round(seconds) < 10 else f"{seconds:.0f} s"  # noqa: PLR2004 - two digits
    if seconds < 60 * LONG:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


WITHOUT_WEIGHTS = "Rows count alike here, whatever their weights, which count in scores."
"""A sentence of figures of rows that have weights."""


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a count with its noun: ``1 trial``, ``1,926 trials``."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def undrawn_trials(missing: int, stopped: int) -> list[str]:
    """Return which trials figures of scores leave out: ``["2 trials that were stopped early"]``.

    Parameters
    ----------
    missing
        Number of trials without objectives that are measured and finite.
    stopped
        How many of them were stopped early.
    """
    rest = missing - stopped
    diverged = f"{counted(rest, 'trial')} without finite objectives"
    return [stopped_trials(stopped)] * (stopped > 0) + [diverged] * (rest > 0)


def stopped_trials(count: int) -> str:
    """Return a count of trials that rungs stopped: ``2 trials that were stopped early``."""
    return f"{counted(count, 'trial')} that {'was' if count == 1 else 'were'} stopped early"


def generations_begun(count: int, generations: int) -> str:
    """Return how far a search has come: ``46 of 3,000 generations begun``.

    A count, since the numbers of generations begin with 0.

    Parameters
    ----------
    count
        Number of generations that have finished trials.
    generations
        Number of generations of the experiment.
    """
    return f"{count:,} of {counted(generations, 'generation')} begun"


def with_article(words: str) -> str:
    """Return words with the indefinite article before them."""
    vowel = words[:1].lower() in "aeiou" or words.startswith("8")
    return f"{'An' if vowel else 'A'} {words}"


def listed(words: Sequence[str]) -> str:
    """Return the words as an enumeration: ``a, b and c``."""
    *most, last = words or [""]
    return f"{', '.join(most)} and {last}" if most else last


def better_values(objectives: "Sequence[Objective]") -> str:
    """Return which values of objectives are better: ``Lower is better, but higher for R²``."""
    higher = [item.label for item in objectives if item.maximised]
    if len(higher) == len(objectives):
        return "Higher is better"
    return "Lower is better" + f", but higher for {listed(higher)}" * bool(higher)


def sizes(layers: Sequence[int | str]) -> str:
    """Return one value for each layer as ``2·6·2``; many equal ones in a row as ``2·6×9·2``."""
    groups = [(each, len(list(group))) for each, group in groupby(layers)]
    return "·".join(
        f"{each}×{count}" if count >= MANY_EQUAL else "·".join([str(each)] * count)
        for each, count in groups
    )


def activation(genome: Mapping[str, object]) -> str:
    """Return a network's activation, layer by layer if they differ: ``tanh·relu``.

    Empty if the genome has no activation or no hidden layer.
    """
    names = [layer.activation for layer in layers_of(genome)]
    return sizes(names) if len(set(names)) > 1 else "".join(names[:1])


def shortened(text: str, length: int = 28) -> str:
    """Return a text, cut with an ellipsis if it is longer than ``length`` characters."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def plain(text: str, length: int = 28) -> str:
    """Return a text for a plotly label: shortened, and escaped.

    plotly.js reads a few HTML tags in any label, links among them, and decodes entities.
    """
    return html.escape(visible(text, length), quote=False)


def visible(text: str, length: int = 28) -> str:
    """Return a text in one line, shortened.

    Characters that can't be printed, or change the direction of a text, are shown by their code.
    """
    line = _BREAKABLE.sub(" ", text).strip()[: length + 1]
    seen = TIGHT.join(map(printable, line.split(TIGHT)))
    return shortened(seen, length)


def wrapped(text: str, width: int = 25) -> str:
    """Return a label with line breaks, so that no line is longer than ``width``."""
    return "<br>".join(textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False))


def exact(value: float) -> str:
    """Return a number in full, with the fewest digits that no other number has.

    Examples
    --------
    >>> exact(0.210493), exact(0.2), exact(6.0), exact(12345678)
    ('0.210493', '0.2', '6', '12,345,678')
    """
    if isinstance(value, int):
        return _typeset(f"{value:,}")
    if not math.isfinite(value):
        return number(value)
    digits = shortest(float(value) + 0.0)
    if not value or PLAIN_NUMBERS[0] <= abs(value) < PLAIN_NUMBERS[1]:
        return _typeset(f"{digits:,f}")
    decimals = len(digits.as_tuple().digits) - 1
    return _typeset(f"{digits:.{max(decimals, 1)}e}")


def value(content: object) -> str:
    """Return a gene's value as text, numbers in full, so that different values look different."""
    if isinstance(content, bool):
        return "yes" if content else "no"
    if isinstance(content, (int, float)):
        return exact(content)
    if isinstance(content, tuple):
        runs = groupby(layers_of({"hidden": content}), key=attrgetter("activation"))
        alike = [(name, sizes([layer.width for layer in run])) for name, run in runs]
        return " · ".join(f"{name} {widths}".lstrip() for name, widths in alike) or "none"
    return str(content)


def configuration(genome: Mapping[str, object]) -> str:
    """Return a genome in a short line: ``linear 6·6, learning rate 0.21``.

    Layers with activations of their own are ``tanh 6·6 · relu 4``.
    """
    parts = []
    hidden, name = genome.get("hidden"), genome.get("activation")
    left_out = set()
    if isinstance(hidden, tuple):
        left_out = {"hidden", "activation"}
        layers = value(hidden) if hidden else hidden_layers(0)
        parts.append(f"{name} {layers}" if name and hidden else layers)
    elif isinstance(name, str):
        left_out = {"activation"}
        parts.append(name)
    parts += [
        _gene(name, content)
        for name, content in sorted(genome.items(), key=_place)
        if name not in left_out
    ]
    return ", ".join(parts)


def changes(before: Mapping[str, object], after: Mapping[str, object]) -> str:
    """Return the differences of two genomes: ``activation tanh → linear``.

    Examples
    --------
    >>> changes({"hidden": (6, 6), "learning_rate": 0.1}, {"hidden": (6,), "learning_rate": 0.1})
    'hidden 6·6 → 6'
    >>> changes({"learning_rate": 0.1061}, {"learning_rate": 0.1063})
    'learning rate 0.1061 → 0.1063'
    """
    return ", ".join(
        f"{name.replace('_', ' ')} {value(before[name])} → {value(content)}"
        if name in before
        else _gene(name, content)
        for name, content in sorted(after.items(), key=_place)
        if before.get(name) != content
    )


def described(trial: "Trial") -> str:
    """Return a trial in a short line: ``trial 512: linear 6·6, learning rate 0.21``."""
    return f"{trial.name or f'trial {trial.number}'}: {configuration(trial.genome)}"


def operator(name: str) -> str:
    """Return an operator's name in words: ``crossover + mutation``, ``drawn at random``."""
    return _ORIGINS[name] if name in _ORIGINS else name.replace("_", " ").replace("+", " + ")


def optimization(experiment: "Experiment") -> str:
    """Return the training settings of an experiment: ``one at a time; optimizer sgd``.

    Genes are left out, and settings that are off or not read.
    """
    genes, training = experiment.space.genes, experiment.training
    settings = {
        name: getattr(training, name)
        for name, setting in Optimization.model_fields.items()
        if name not in {*genes, *experiment.unread, "batch_size"}
        and (name in READERS or name == "optimizer" or getattr(training, name) != setting.default)
    }
    batch = "one" if training.batch_size == 1 else f"{training.batch_size:,}"
    parts = [
        "" if "batch_size" in genes else f"{batch} at a time",
        ", ".join(_gene(name, content) for name, content in settings.items()),
        f"loss {training.loss.replace('_', ' ')}" * (training.loss != "squared_error"),
    ]
    return "; ".join(part for part in parts if part)


def replicates(experiment: "Experiment") -> str:
    """Return the replicates of a trial: ``16 replicates``, ``20 replicates on 5 folds``.

    Empty if a function is called.
    """
    count, folds = experiment.networks_per_trial, experiment.task.fold_count
    if not count:
        return ""
    return counted(count, "replicate") + (f" on {folds} folds" if folds > 1 else "")


def replicates_of_all(experiment: "Experiment") -> str:
    """Return the replicates of all trials: ``16 replicates each``, ``4 or 16 replicates each``."""
    return f"{_first_or(experiment)}{replicates(experiment)} each"


def calls(experiment: "Experiment") -> str:
    """Return how often a function is called for a trial: ``4 calls``, ``1 or 4 calls``."""
    return _first_or(experiment) + counted(experiment.replicates, "call")


def _first_or(experiment: "Experiment") -> str:
    first = len(experiment.first_replicates)
    return f"{first:,} or " * (first < experiment.replicates)


def trained_share(experiment: "Experiment", share: float) -> str:
    """Return how much of all trials was evaluated: ``trained 45% of the samples``.

    It is at most so much if trainings may also end by themselves.
    """
    if experiment.trains_networks:
        training = experiment.training
        at_most = "at most " * bool(training.patience or training.stop_at_target)
        return f"trained {at_most}{share:.0%} of the samples"
    return f"made {share:.0%} of the calls"


def kept_replicate(experiment: "Experiment") -> str:
    """Return which replicate of a trial is kept: the one ``with the lowest validation MSE``."""
    of_fold = " of the first fold" if experiment.task.fold_count > 1 else ""
    return f"the replicate{of_fold} with the lowest validation MSE"


def _price(experiment: "Experiment") -> str:
    """Return that trials are chosen by their price too, as a part of the sentence on the search."""
    price = experiment.evolution.price
    if price is None:
        return ""
    known = experiment.measures
    label = known[price].label if price in known else price.replace("_", " ")
    return f"; chosen by improvement per price ({label})"


def experiment_rows(experiment: "Experiment") -> list[tuple[str, str]]:
    """Return what an experiment does: its task, search space, training, search and objectives."""
    evolution = experiment.evolution
    of_all_folds = " of all folds" if experiment.task.fold_count > 1 else ""
    called = counted(experiment.replicates, "call")
    over = f"the replicates{of_all_folds}" if experiment.trains_networks else called
    reduced = f"; each objective is the {evolution.reduction} over {over}"
    thinks = (
        f"; {evolution.effort} effort, looks {evolution.look_ahead} ahead"
        if evolution.effort
        else ""
    )
    searched = (
        f"{STRATEGIES[evolution.strategy].label}, "
        f"{counted(evolution.generations, 'generation')} of {evolution.population}, "
        f"seed {experiment.seed}{thinks}{_price(experiment)}{_rungs(experiment)}"
        f"{reduced * (experiment.trains_networks or experiment.replicates > 1)}."
    )
    bounds = [str(each) for each in experiment.constraints]
    aims: dict[str, list[str]] = {"minimised": [], "maximised": []}
    for item in experiment.objectives:
        aim = "maximised" if item.maximised else "minimised"
        about = "; ".join(filter(None, (item.description, _floor(item))))
        aims[aim].append(f"{item.label} ({about})" if about else item.label)
    return [
        ("Task", experiment.task.describe()),
        ("Search space", experiment.space.describe(exact)),
        _evaluation(experiment),
        ("Search", searched),
        *((f"Objectives, {aim}", f"{listed(items)}.") for aim, items in aims.items() if items),
        *([("Constraints", f"{listed(bounds)}.")] if bounds else []),
    ]


def _floor(item: "Objective") -> str:
    """Explain how values at the floor of an objective are written."""
    if not item.floor:
        return ""
    floor = power_of_ten(round(math.log10(item.floor)))
    return f"what is below {floor} is rounding, and is written as {measured(item.floor, item)}"


def _rungs(experiment: "Experiment") -> str:
    """Return where trials are judged before their end, as a part of a sentence."""
    evolution = experiment.evolution
    budget, first = experiment.training.samples, len(experiment.first_replicates)
    rungs = [f"{round(share * budget):,}" for share in evolution.rungs or ()]
    places = [f"after {listed(rungs)} samples"] if rungs else []
    if first < experiment.replicates:
        noun = "replicate" if experiment.trains_networks else "call"
        places.append(f"after {counted(first, noun)}")
    return f"; {listed(places)} only the best third goes on" if places else ""


def interval(low: float, high: float) -> str:
    """Return the ends of an interval of a ratio.

    0 and infinity stand for values that have no ratio, as one of the two does not reach the target.

    Examples
    --------
    >>> interval(59.2, 86.4), interval(0, 25), interval(3, math.inf)
    ('59 to 86', 'at most 25', '3.0 or more')
    """
    if not low and math.isinf(high):
        return "that says nothing"
    if not low:
        return f"at most {factor(high)}"
    return f"{factor(low)} to {factor(high)}" if math.isfinite(high) else f"{factor(low)} or more"


def first_genomes(initial: "Sequence[Mapping[str, object]]", source: str) -> str:
    """Return which genomes were given to the first generation; empty if all were drawn.

    Backticks mark a configuration, as `neuroevo.report.document.with_code` reads them.

    Parameters
    ----------
    initial
        The genomes that were given.
    source
        Where they were taken from; empty if that is unknown.
    """
    if not initial:
        return ""
    origin = f", taken from {shortened(source, 80)}" * bool(source)
    if len(initial) == 1:
        return f"1 given{origin}: `{configuration(initial[0])}`."
    return f"{len(initial):,} given{origin}; the first: `{configuration(initial[0])}`."


def warm_start(runs: "Sequence[EarlierRun]") -> str:
    """Return which trials of earlier runs the model learned from; empty if there are none."""
    parts = [f"{counted(len(each.trials), 'trial')} of {shortened(each.run, 80)}" for each in runs]
    return f"The model also learned from {', '.join(parts)}." if parts else ""


def _evaluation(experiment: "Experiment") -> tuple[str, str]:
    """Return how configurations are evaluated, with its title."""
    if isinstance(experiment.task, PythonTask):
        limit, fresh = duration(experiment.task.time_limit), experiment.fresh_replicates
        again = f"; at the end {counted(fresh, 'call')} on fresh seeds for each one of the front"
        again *= fresh > 0
        if experiment.replicates == 1:
            return "Evaluation", f"one call of the function for each trial, at most {limit}{again}."
        often = calls(experiment)
        return "Evaluation", f"{often} of the function for each trial, at most {limit} each{again}."
    training = experiment.training
    learning = optimization(experiment)
    weights = "" if "starting_weights" in experiment.space.genes else training.starting_weights
    return "Training", (
        f"{training.samples:,} samples{', ' * bool(learning)}{learning}; "
        f"{replicates(experiment)}, each with its own starting weights"
        f"{f' ({weights})' * bool(weights)}; {training.precision}"
        f"{_target(experiment)}{_training_limits(training)}."
    )


def _target(experiment: "Experiment") -> str:
    """Return the target as a part of a sentence; empty if it does not matter."""
    if not experiment.has_target:
        return ""
    stops = ", where training stops" * experiment.training.stop_at_target
    return f"; target: validation MSE {number(experiment.training.target_mse)}{stops}"


def _training_limits(training: "TrainingSettings") -> str:
    """Return when training stops early and how much validation may take; the end of a sentence."""
    limits = ""
    if training.patience:
        points = counted(training.patience, "point")
        kept = "best" if training.restore_best else "last"
        left_out = " (counting those that are left out)" * (training.validation_share < 1)
        limits += f"; training stops after {points} of the learning curve{left_out} without a new "
        limits += f"lowest MSE, and the {kept} weights are kept"
    if training.validation_share < 1:
        limits += f"; validation may take {training.validation_share:.3g} of the work, but has at "
        limits += (
            f"least {FEWEST_POINTS} points, each of {FEWEST_ROWS:,} or more validation samples"
        )
        limits += " if there are so many"
    return limits


def _place(gene: tuple[str, object]) -> int:
    name, _ = gene
    return NETWORK_GENES.index(name) if name in NETWORK_GENES else len(NETWORK_GENES)


def _gene(name: str, content: object) -> str:
    return f"{name.replace('_', ' ')} {value(content)}"


def _superscript(exponent: int) -> str:
    return str(exponent).translate(_SUPERSCRIPTS)
