"""The verdict on each claim of the article, computed from the results of its experiment.

A claim holds, holds only where it is said, or does not hold; the sentences say what was measured.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from experiments.article.measured import Measured, by_key, rate, rates, ratio_text
from neuroevo import wording
from neuroevo.analysis.network_paths import amounts_to
from neuroevo.analysis.sweep_results import SettingResult, SweepResults
from neuroevo.learning import Network

Outcome = Literal["holds", "holds only where", "does not hold"]

MUCH = 2.0  # a factor of samples from which on a difference is large
LITTLE = 1.1  # a factor up to which it is small
MOST = 0.5  # a share of replicates
NOTICEABLE = 1.0  # pixels
HALF_DIAGONAL = float(np.sqrt((500**2 + 300**2) / 2))  # pixels, of an error of 1 at ±1


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found about a claim.

    Parameters
    ----------
    outcome
        Whether it holds.
    where
        For, at, in or if what it holds, or does not, if it is so only there; else empty.
    sentences
        What was measured, with intervals.
    """

    outcome: Outcome
    where: str
    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        """The outcome in words: ``Holds only for linear against tanh``."""
        outcome = "holds only" if self.outcome == "holds only where" else self.outcome
        text = f"{outcome} {self.where}".strip()
        return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim of the article.

    Parameters
    ----------
    number
        Its number.
    text
        The claim in short.
    file
        The name of its experiment, without its ending.
    figure
        The figure of the sweep that shows it.
    """

    number: int
    text: str
    file: str
    figure: str = "lines"


CLAIMS = (
    Claim(
        1,
        "A linear network is far better than one with tanh; sigmoid and ReLU show no results.",
        "activation",
    ),
    Claim(
        2,
        "Normalising positions to ±1 matters most; ±0.5 is much slower; raw pixels explode.",
        "normalisation",
    ),
    Claim(
        3,
        "A learning rate that is too low is slow; one that is too high never settles, the more so "
        "the deeper the network.",
        "learning-rate",
    ),
    Claim(
        4,
        "More layers and neurons bring nothing here but cost; seven hidden layers of 6 still find "
        "a solution.",
        "depth",
    ),
    Claim(5, "The starting weights matter little.", "starting-weights"),
    Claim(6, "Biases are not needed for the identity.", "biases"),
    Claim(
        7,
        "In a trained linear network two paths can be read off the weights: input × weight × "
        "weight ≈ output.",
        "paths",
        "",
    ),
    Claim(
        8,
        "With pre-training the difference between learning rates is hardly noticeable.",
        "pre-training",
    ),
)


def activation(results: SweepResults) -> Verdict:
    """Claim 1: compare the activations, each at the best of its learning rates."""
    found = Measured.of(results)
    groups = by_key(results.settings, "space.activation")
    best = {name: found.best(members) for name, members in groups.items()}
    linear = best.pop("linear")
    ratios = {name: found.ratio(each, linear) for name, each in best.items()}
    text, at = found.text(linear), rate(linear)
    sentences = [f"The linear network needs {text} samples at its best learning rate, {at}."]
    for name, each in best.items():
        text, times = found.text(each), ratio_text(ratios[name])
        sentences.append(f"With {name} it takes {text}, {times} times as many, at {rate(each)}.")
    if not all(each.low > MUCH for each in ratios.values()):
        return Verdict("does not hold", "", tuple(sentences))
    learnt = {
        name: [each for each in groups[name] if found.reached(each) > MOST]
        for name in ("sigmoid", "relu")
    }
    if not any(learnt.values()):
        return Verdict("holds", "", tuple(sentences))
    reach = [f"{name} at {rates(each)}" for name, each in learnt.items() if each]
    sentences.append(f"But most networks reach the target with {wording.listed(reach)}.")
    where = "for linear against tanh, as sigmoid and ReLU learn at higher learning rates"
    return Verdict("holds only where", where, tuple(sentences))


def normalisation(results: SweepResults) -> Verdict:
    """Claim 2: compare the scales at equal learning rates, and each at its best."""
    found = Measured.of(results)
    groups = {label: found.labelled(label) for label in ("±1", "±0.5", "pixels")}
    usual = [each for each in groups["±1"] if found.reached(each) > MOST]
    partners = [
        (each, other)
        for each in usual
        for other in groups["±0.5"]
        if other.settings["space.learning_rate"] == each.settings["space.learning_rate"]
        and found.reached(other) > MOST
    ]
    ratios = [found.ratio(other, each) for each, other in partners]
    typical = sorted(ratios, key=lambda each: each.value)[len(ratios) // 2] if ratios else None
    best = {label: found.best(members) for label, members in groups.items()}
    half, pixels = (found.ratio(best[label], best["±1"]) for label in ("±0.5", "pixels"))
    exploded = [each for each in groups["pixels"] if found.diverged(each) > MOST]
    at = {label: rate(each) for label, each in best.items()}
    at_best = (
        f"At the best learning rate of each, ±1 takes {found.text(best['±1'])} samples (at "
        f"{at['±1']}), ±0.5 {ratio_text(half)} times as many (at {at['±0.5']}), and raw pixels "
        f"{ratio_text(pixels)} times as many (at {at['pixels']})."
    )
    sentences = [at_best]
    if typical is not None:
        sentences.insert(
            0,
            f"At the same learning rate, ±0.5 takes {ratio_text(typical)} times as many samples as "
            f"±1 (the median over {len(ratios)} learning rates).",
        )
    if exploded:
        sentences.append(f"With raw pixels most networks diverge at {rates(exploded)}.")
    is_slower = typical is not None and typical.low > MUCH
    learns = found.reached(best["pixels"]) > MOST
    if not (is_slower and exploded):
        return Verdict("does not hold", "", tuple(sentences))
    if not learns and half.low > MUCH:
        return Verdict("holds", "", tuple(sentences))
    suited = "raw pixels learn too" if learns else "±0.5 is hardly slower"
    where = f"for one learning rate, as {suited} with another one"
    return Verdict("holds only where", where, tuple(sentences))


def learning_rate(results: SweepResults) -> Verdict:
    """Claim 3: the lowest rate against the best, and the rate from which on networks diverge."""
    found = Measured.of(results)
    groups = by_key(results.settings, "space.hidden")
    slow, limits, sentences = [], [], []
    for hidden, members in groups.items():
        best = found.best(members)
        lowest = min(members, key=lambda each: float(each.settings["space.learning_rate"]))
        ratio = found.ratio(lowest, best)
        unsettled = [each for each in members if found.diverged(each) > MOST]
        limit = min(
            (float(each.settings["space.learning_rate"]) for each in unsettled), default=None
        )
        slow.append(ratio.low > MUCH)
        limits.append(limit)
        sentences.append(
            f"2·{wording.value(hidden)}·2 needs {found.text(best)} samples at {rate(best)}, and "
            f"{ratio_text(ratio)} times as many at {rate(lowest)}; "
            + (
                f"most diverge from {wording.number(limit)} on."
                if limit
                else "none of the rates is too high."
            )
        )
    falls = [
        second is not None and (first is None or second < first)
        for first, second in pairwise(limits)
    ]
    if all(slow) and limits[-1] is not None and all(falls):
        return Verdict("holds", "", tuple(sentences))
    if any(slow) and any(limits):
        where = "for some depths"
        return Verdict("holds only where", where, tuple(sentences))
    return Verdict("does not hold", "", tuple(sentences))


def depth(results: SweepResults) -> Verdict:
    """Claim 4: wider and deeper networks against 2·6·2, each at its best rate."""
    found = Measured.of(results)
    groups = by_key(results.settings, "space.hidden")
    best = {hidden: found.best(members) for hidden, members in groups.items()}
    base = best.pop((6,))
    larger = {hidden: each for hidden, each in best.items() if sum(hidden) > 6}  # noqa: PLR2004 - units of the base
    ratios = {hidden: found.ratio(each, base) for hidden, each in larger.items()}
    sentences = [f"2·6·2 needs {found.text(base)} samples at {rate(base)}."]
    for hidden, each in larger.items():
        times, cost = ratio_text(ratios[hidden]), _parameters(each) / _parameters(base)
        sentences.append(
            f"2·{wording.value(hidden)}·2 takes {times} times as many, at {rate(each)}, with "
            f"{cost:.1f} times the parameters."
        )
    deepest = max(groups, key=len)
    solved = max(groups[deepest], key=found.reached)
    share = found.reached(solved)
    sentences.append(
        f"Of the networks 2·{wording.value(deepest)}·2, {wording.share(share)} reach the target at "
        f"{rate(solved)}."
    )
    gains = [hidden for hidden, each in ratios.items() if each.high < 1 / LITTLE]
    if share <= MOST:
        return Verdict("does not hold", "", tuple(sentences))
    if gains:
        names = wording.listed([f"2·{wording.value(each)}·2" for each in gains])
        return Verdict("does not hold", f"for {names}, which learn sooner", tuple(sentences))
    return Verdict("holds", "", tuple(sentences))


def _parameters(result: SettingResult) -> float:
    return float(np.median(result.scores["parameters"]))


def starting_weights(results: SweepResults) -> Verdict:
    """Claim 5: other kinds of starting weights against the article's, at equal learning rates."""
    found = Measured.of(results)
    groups = dict(by_key(results.settings, "space.starting_weights"))
    usual = groups.pop("uniform")
    sentences, large = [], []
    for kind, members in groups.items():
        ratios = [found.ratio(each, other) for each, other in zip(members, usual, strict=True)]
        typical = sorted(ratios, key=lambda each: each.value)[len(ratios) // 2]
        sentences.append(
            f"Weights of {kind.capitalize()} need {ratio_text(typical)} times as many samples as "
            f"those uniform in ±1 (the median over {len(ratios)} learning rates)."
        )
        if max(1 / typical.high, typical.low) > LITTLE:
            large.append((kind, typical))
    if not large:
        return Verdict("holds", "", tuple(sentences))
    kinds = wording.listed([kind.capitalize() for kind, _ in large])
    if all(max(each.value, 1 / each.value) < MUCH for _, each in large):
        where = f"if a factor below {MUCH:.0f} is little, as weights of {kinds} differ"
        return Verdict("holds only where", where, tuple(sentences))
    return Verdict("does not hold", f"for {kinds}", tuple(sentences))


def biases(results: SweepResults) -> Verdict:
    """Claim 6: networks without biases against the same with biases."""
    found = Measured.of(results)
    groups = by_key(results.settings, "space.biases")
    pairs = list(zip(groups[False], groups[True], strict=True))
    ratios = [found.ratio(without, with_) for without, with_ in pairs]
    sentences = [
        f"At a learning rate of {rate(without)}, networks without biases need {ratio_text(ratio)} "
        "times as many samples."
        for (without, _), ratio in zip(pairs, ratios, strict=True)
    ]
    worse = [each for each in ratios if each.low > LITTLE]
    if len(worse) == len(ratios):
        return Verdict("does not hold", "", tuple(sentences))
    if worse:
        return Verdict("holds only where", "at some of the learning rates", tuple(sentences))
    return Verdict("holds", "", tuple(sentences))


def pre_training(results: SweepResults) -> Verdict:
    """Claim 8: the errors in pixels at different learning rates, live and pre-trained."""
    found = Measured.of(results)
    labels = list(dict.fromkeys(each.label for each in results.settings))
    spreads, sentences = {}, []
    for label in labels:
        errors = {rate(each): _pixels(found, each) for each in found.labelled(label)}
        spreads[label] = max(errors.values()) - min(errors.values())
        parts = [f"{wording.number(error)} px at {name}" for name, error in errors.items()]
        sentences.append(
            f"{label[:1].upper()}{label[1:]}: a typical error of {wording.listed(parts)}."
        )
    live, trained = (spreads[label] for label in labels)
    if trained < NOTICEABLE <= live:
        return Verdict("holds", "", tuple(sentences))
    if trained < NOTICEABLE:
        return Verdict("holds only where", "as it makes none live either", tuple(sentences))
    return Verdict("does not hold", "", tuple(sentences))


def _pixels(found: Measured, result: SettingResult) -> float:
    """Return the median root mean squared error in pixels."""
    return float(np.sqrt(found.median(result).value)) * HALF_DIAGONAL


def paths(networks: Sequence[Network]) -> Verdict:
    """Claim 7: which share of each output comes along the strongest path from its own input."""
    sums = [np.diag(amounts_to(network)[0]) for network in networks]
    strongest = np.array([_strongest(network) for network in networks])
    shares = strongest / np.array(sums)
    low, middle, high = np.quantile(shares, [0.05, 0.5, 0.95])
    alone = float((np.abs(shares - 1) <= LITTLE - 1).all(axis=1).mean())
    error = max(float(np.abs(amounts_to(network)[0] - np.eye(2)).max()) for network in networks)
    least, typical, most, both = map(wording.share, map(float, (low, middle, high, alone)))
    count = len(networks)
    sums_up = f"The products along all paths add up to the identity in each of {count} networks"
    carried = f"The strongest path alone carries {typical} of its output in the median"
    sentences = (
        f"{sums_up}, to {wording.number(error)}.",
        f"{carried}, {least} to {most} in 90% of the networks.",
        f"In {both} of the networks two paths give both outputs to a tenth.",
    )
    if alone > MOST:
        return Verdict("holds", "", sentences)
    if alone > 0:
        where = f"for {both} of the networks, as several paths share an output in others"
        return Verdict("holds only where", where, sentences)
    return Verdict("does not hold", "", sentences)


def _strongest(network: Network) -> list[float]:
    """Return the largest product along a path from each input to its own output."""
    first, second = (weights.astype(np.float64) for weights, _ in network.layers)
    products = first * second.T  # (inputs, hidden), along each path to the own output
    return [float(row[np.abs(row).argmax()]) for row in products]


VERDICTS: Mapping[str, Callable[[SweepResults], Verdict]] = {
    "activation": activation,
    "normalisation": normalisation,
    "learning-rate": learning_rate,
    "depth": depth,
    "starting-weights": starting_weights,
    "biases": biases,
    "pre-training": pre_training,
}
"""The verdict on each sweep by the name of its file."""
