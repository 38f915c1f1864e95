"""How numbers, networks and names are written, in a table, on a page and on a terminal.

It knows trials and experiments, no run, no figure and no page.
"""

import html
import math
import re
import textwrap
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from neuroevo.evaluation import NETWORK_GENES, is_read, layers_of
from neuroevo.learning import READERS, Optimization
from neuroevo.settings import printable

if TYPE_CHECKING:
    from neuroevo.experiment import Experiment
    from neuroevo.runs import Trial

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
MANY_EQUAL = 5
PLAIN_NUMBERS = (1e-3, 1e7)  # sizes that are written without a power of ten
LONG = 100  # of a unit of time, from which on the next one is used
TIGHT = "\u00a0"  # a space at which no line breaks
_BREAKABLE = re.compile(r"[^\S\u00a0]+")
_WHOLE_UNITS = frozenset({"samples", "parameters"})


def number(value: float) -> str:
    """Return a number to three significant digits, as a reader would write it.

    Examples
    --------
    >>> number(1512.4), number(0.2104), number(float("nan")), power_of_ten(-14)
    ('1,512', '0.21', '–', '10⁻¹⁴')
    """
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    size = abs(value)
    if size and not PLAIN_NUMBERS[0] <= size < PLAIN_NUMBERS[1]:
        digits, exponent = f"{value:.1e}".split("e")
        return f"{digits}{TIGHT}×{TIGHT}10{_superscript(int(exponent))}".replace("-", "−")
    written = f"{value:,.0f}" if round(size) >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits
    return written.replace("-", "−")


def power_of_ten(exponent: int) -> str:
    """Return a power of ten as ``10⁻¹⁴``, the plain number where that is short."""
    if -4 < exponent < 6:  # noqa: PLR2004 - see above
        return f"{10.0**exponent:,.{max(-exponent, 0)}f}"
    return f"10{_superscript(exponent)}"


def measured(value: float, unit: str) -> str:
    """Return a value of an objective: whole numbers where its unit is counted."""
    counted = is_counted(unit) and math.isfinite(value) and abs(value) < PLAIN_NUMBERS[1]
    return f"{round(value):,}" if counted else number(value)


def shown(value: float, unit: str = "") -> float:
    """Return the number that `measured` shows, so that ratios follow from what is read.

    Examples
    --------
    >>> shown(27.4, "samples"), shown(1.749e-4), shown(0.21049)
    (27.0, 0.00017, 0.21)
    """
    size = abs(value)
    if not math.isfinite(value):
        return value
    if is_counted(unit) and size < PLAIN_NUMBERS[1]:
        return float(round(value))
    if size and not PLAIN_NUMBERS[0] <= size < PLAIN_NUMBERS[1]:
        return float(f"{value:.1e}")
    return float(round(value)) if round(size) >= 100 else float(f"{value:.3g}")  # noqa: PLR2004 - three digits


def is_counted(unit: str) -> bool:
    """Tell whether a unit is of whole things."""
    return unit in _WHOLE_UNITS


def factor(ratio: float) -> str:
    """Return how many times something is larger, to about two digits: ``5.6``, ``56``."""
    return f"{ratio:.1f}" if ratio < 10 else number(round(ratio))  # noqa: PLR2004 - two digits


def percent(share: float) -> str:
    """Return a share in percent, to two digits: ``5.6%``, ``56%``."""
    return f"{share:.1%}" if share < 0.1 else f"{share:.0%}"  # noqa: PLR2004 - two digits


def hidden_layers(count: int) -> str:
    """Return a number of hidden layers in words."""
    return counted(count, "hidden layer") if count else "no hidden layer"


def moment(iso: str) -> str:
    """Return an ISO 8601 time as date, hours and minutes; empty where there is none."""
    return iso.replace("T", " ")[:16]


def duration(seconds: float) -> str:
    """Return a span of time in the unit that suits it."""
    if seconds < LONG:
        return f"{seconds:.2g} s" if round(seconds) < 10 else f"{seconds:.0f} s"  # noqa: PLR2004 - two digits
    if seconds < 60 * LONG:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a count with its noun: ``1 trial``, ``1,926 trials``."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def with_article(words: str) -> str:
    """Return the words after the indefinite article that they take."""
    vowel = words[:1].lower() in "aeiou" or words.startswith("8")
    return f"{'An' if vowel else 'A'} {words}"


def listed(words: Sequence[str]) -> str:
    """Return the words as an enumeration: ``a, b and c``."""
    *most, last = words or [""]
    return f"{', '.join(most)} and {last}" if most else last


def sizes(layers: Sequence[int | str]) -> str:
    """Return what each layer has as ``2·6·2``; many equal ones in a row as ``2·6×9·2``."""
    groups = [(each, len(list(group))) for each, group in groupby(layers)]
    return "·".join(
        f"{each}×{count}" if count >= MANY_EQUAL else "·".join([str(each)] * count)
        for each, count in groups
    )


def activation(genome: Mapping[str, object]) -> str:
    """Return a network's activation, layer by layer where they differ: ``tanh·relu``.

    Empty where the genome has none, or no hidden layer for it.
    """
    names = [layer.activation for layer in layers_of(genome)]
    return sizes(names) if len(set(names)) > 1 else "".join(names[:1])


def shortened(text: str, length: int = 28) -> str:
    """Return the text, cut with an ellipsis where it is longer than ``length`` characters."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def plain(text: str, length: int = 28) -> str:
    """Return a foreign text for a plotly label: shortened, its markup made harmless.

    plotly.js reads a few HTML tags in any label, links among them, and decodes entities. What
    can't be seen, or turns the direction of what stands beside it, is shown by its code.
    """
    line = _BREAKABLE.sub(" ", text).strip()[: length + 1]
    seen = TIGHT.join(map(printable, line.split(TIGHT)))
    return html.escape(shortened(seen, length), quote=False)


def wrapped(text: str, width: int = 25) -> str:
    """Return a label with a line break wherever a line would grow longer than ``width``."""
    return "<br>".join(textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False))


def value(content: object) -> str:
    """Return a gene's value as a cell of a table shows it."""
    if isinstance(content, bool):
        return "yes" if content else "no"
    if isinstance(content, (int, float)):
        return number(content)
    if isinstance(content, tuple):
        runs = groupby(layers_of({"hidden": content}), key=attrgetter("activation"))
        alike = [(name, sizes([layer.width for layer in run])) for name, run in runs]
        return " · ".join(f"{name} {widths}".lstrip() for name, widths in alike) or "none"
    return str(content)


def configuration(genome: Mapping[str, object]) -> str:
    """Return a genome in a short line: ``linear 6·6, learning rate 0.21``.

    Layers with activations of their own are ``tanh 6·6 · relu 4``. What its optimizer or schedule
    does not read, and so has no part in the trial, is left out.
    """
    parts = []
    if "hidden" in genome:
        hidden = genome["hidden"]
        layers = value(hidden) if hidden else hidden_layers(0)
        name = genome.get("activation")
        parts.append(f"{name} {layers}" if name and hidden else layers)
    elif "activation" in genome:
        parts.append(str(genome["activation"]))
    parts += [
        _gene(name, content)
        for name, content in sorted(genome.items(), key=_place)
        if name not in {"hidden", "activation"} and is_read(name, genome)
    ]
    return ", ".join(parts)


def changes(before: Mapping[str, object], after: Mapping[str, object]) -> str:
    """Return in what two genomes differ: ``activation tanh → linear``.

    Examples
    --------
    >>> changes({"hidden": (6, 6), "learning_rate": 0.1}, {"hidden": (6,), "learning_rate": 0.1})
    'hidden 6·6 → 6'
    """
    return ", ".join(
        f"{name.replace('_', ' ')} {value(before[name])} → {value(content)}"
        if name in before
        else _gene(name, content)
        for name, content in sorted(after.items(), key=_place)
        if before.get(name) != content and (is_read(name, after) or is_read(name, before))
    )


def described(trial: "Trial") -> str:
    """Return a trial in a short line: ``trial 512: linear 6·6, learning rate 0.21``."""
    return f"{trial.name or f'trial {trial.number}'}: {configuration(trial.genome)}"


def operator(name: str) -> str:
    """Return an operator's name as it is said: ``crossover + mutation``, ``drop layer``."""
    return name.replace("_", " ").replace("+", " + ")


def optimization(experiment: "Experiment") -> str:
    """Return how all networks of an experiment learn: ``one at a time; optimizer sgd``.

    What is a gene is left out, and what is off or not read.
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


def _place(gene: tuple[str, object]) -> int:
    name, _ = gene
    return NETWORK_GENES.index(name) if name in NETWORK_GENES else len(NETWORK_GENES)


def _gene(name: str, content: object) -> str:
    return f"{name.replace('_', ' ')} {value(content)}"


def _superscript(exponent: int) -> str:
    return str(exponent).translate(_SUPERSCRIPTS)
