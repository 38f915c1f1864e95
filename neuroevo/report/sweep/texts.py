"""The words of a sweep: names of its settings, and what it found, as sentences.

Knows results; knows no page.
"""

import math
from typing import TYPE_CHECKING, Any

from neuroevo import wording
from neuroevo.analysis.differences import said, worded
from neuroevo.report.headline_parts import Headline, KeyNumber, joined

if TYPE_CHECKING:
    from neuroevo.analysis.shift import Estimate
    from neuroevo.analysis.sweep_results import Difference, SettingResult, SweepResults
    from neuroevo.evaluation import Objective

MOST_OBJECTIVES = 2  # in the opening
MOST_NAMED = 4  # settings in a sentence


def key_name(key: str) -> str:
    """Return a setting's key in words: ``learning rate``."""
    return said(key.split("."))


def value_text(key: str, value: Any) -> str:  # noqa: ANN401 - any value of TOML
    """Return the value of a setting as a text, in full: ``6·6``, ``0.005``."""
    if isinstance(value, list | tuple):
        try:
            return wording.value(tuple(value))
        except (TypeError, ValueError, AttributeError):  # no hidden layers
            return worded(key, list(value))
    return worded(key, value)


def setting_name(results: "SweepResults", result: "SettingResult") -> str:
    """Return the name of a setting: its label, else its values: ``learning rate 0.05``."""
    if result.label:
        others = [key for key in results.axis_keys if key in result.settings]
        values = [f"{key_name(key)} {value_text(key, result.settings[key])}" for key in others]
        return ", ".join([result.label, *values])
    return ", ".join(
        f"{key_name(key)} {value_text(key, value)}" for key, value in result.settings.items()
    )


def lost(results: "SweepResults") -> str:
    """Return what evaluations without a value have: diverged, or failed if a function did."""
    return results.objectives[0].lost if results.objectives else "failed"


def estimate_text(found: "Estimate", item: "Objective") -> str:
    """Return a median with its interval: ``31 (29 to 33)``."""
    return with_interval(median_text(found, item), interval_text(found, item))


def median_text(found: "Estimate", item: "Objective") -> str:
    """Return a median as a text; that it diverged or failed if more than half of the values did."""
    if not math.isfinite(found.value):
        return "no value" if math.isnan(found.value) else item.lost
    return wording.measured(found.value, item)


def interval_text(found: "Estimate", item: "Objective") -> str:
    """Return the interval of a median: ``29 to 33``; empty if it has no width, or diverged."""
    if not math.isfinite(found.value):
        return ""
    low, high = (_end(each, item) for each in (found.low, found.high))
    return "" if low == high else f"{low} to {high}"


def range_text(low: float, high: float, item: "Objective") -> str:
    """Return from where to where values are."""
    ends = [_end(each, item) for each in (low, high)]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def difference_text(difference: "Difference", item: "Objective") -> str:
    """Return a difference: ``×4.1``, ``+0.02``."""
    value = difference.estimate.value
    if math.isnan(value):
        return "–"
    if _is_divergence(difference, item):
        verb = "reached" if item.has_limit else _LOSES[item.lost]
        is_more = _is_gain(difference, item) is item.has_limit
        return f"{verb} {'more' if is_more else 'less'} often"
    return _changed(value, item)


_LOSES = {"diverged": "diverges", "failed": "fails"}


def difference_interval(difference: "Difference", item: "Objective") -> str:
    """Return the interval of a difference: ``×3.9 to ×4.4``; empty if it has no width."""
    found = difference.estimate
    if math.isnan(found.value) or _is_divergence(difference, item):
        return ""
    low, high = (_changed(each, item) for each in (found.low, found.high))
    return "" if low == high else f"{low} to {high}"


def with_interval(text: str, interval: str) -> str:
    """Return a text with its interval, if it has one, in parentheses."""
    return f"{text} ({interval})" if interval else text


def is_clear(difference: "Difference") -> bool:
    """Whether a difference is more than chance explains."""
    return difference.test is not None and difference.test.is_clear


def opening(results: "SweepResults") -> Headline:
    """Return the title, the first sentences and the main numbers of a sweep."""
    main = results.objectives[:MOST_OBJECTIVES]
    sentences = [_not_complete(results), *(_best(results, item) for item in main)]
    sentences.append(against_baseline(results))
    return Headline(_verdict(results), joined(sentences), _numbers_of(results))


def against_baseline(results: "SweepResults") -> str:
    """Say how many settings are better and worse than the baseline; empty without one."""
    if not any(each.is_baseline for each in results.settings):
        return ""
    main = results.objectives[:MOST_OBJECTIVES]
    return joined([_against_baseline(results, item) for item in main])


def _is_divergence(difference: "Difference", item: "Objective") -> bool:
    """Whether settings differ in how many values there are, and not in the values."""
    value, tie = difference.estimate.value, _neutral(item)
    none_is_finite = math.isinf(value) or (item.logarithmic and value == 0)
    are_alike = value == tie and difference.is_of_results
    return none_is_finite or (are_alike and is_clear(difference))


def _end(value: float, item: "Objective") -> str:
    return item.lost if math.isinf(value) else wording.measured(value, item)


def _changed(value: float, item: "Objective") -> str:
    if not item.logarithmic:
        return f"{value:+.3g}".replace("-", "−")
    if math.isinf(value):
        return "×∞"
    return f"×{wording.factor(value)}"


def _verdict(results: "SweepResults") -> str:
    """Return the best setting in the first objective, or that none is better than others."""
    over = wording.listed([key_name(key) for key in results.keys]) or "the seed"
    if not results.objectives:
        return f"A sweep over {over}, without a common objective."
    item = results.objectives[0]
    best = results.best(item)
    if best is None:
        return f"All settings of {over} have {item.lost}."
    if len(results.tied(item)) + 1 == len(results.settings):
        makes = "make" if len(results.keys) > 1 else "makes"
        return f"{over.capitalize()} {makes} no difference in {item.label} beyond chance."
    value = median_text(results.median(best, item), item)
    name = setting_name(results, best)
    return f"{item.best.capitalize()} median {item.label}: {value}, with {name}."


def _best(results: "SweepResults", item: "Objective") -> str:
    best = results.best(item)
    if best is None:
        return ""
    found = estimate_text(results.median(best, item), item)
    name = setting_name(results, best)
    start = f"{item.best.capitalize()} median {item.label}: {found} with {name}"
    if item is results.objectives[0]:
        start = f"Among {len(results.settings)} settings, this one has a median of {found}"
    tied = results.tied(item)
    if count := results.diverged(best):
        start += f", although {count} of its {len(best.scores[item.name])} values {item.lost}"
    if not tied:
        return f"{start}; every other setting is worse by more than chance."
    names = [setting_name(results, each) for each in tied]
    who = wording.listed(names) if len(names) <= MOST_NAMED else f"{len(names)} other settings"
    verb = "is" if len(names) == 1 else "are"
    return f"{start}; {who} {verb} not worse by more than chance."


def _against_baseline(results: "SweepResults", item: "Objective") -> str:
    """Say how many settings are better and worse than their baseline, and the largest gain."""
    found = [
        (each, results.differences[each.place, item.name])
        for each in results.settings
        if (each.place, item.name) in results.differences
    ]
    clear = [(each, difference) for each, difference in found if is_clear(difference)]
    better = [pair for pair in clear if _is_gain(pair[1], item)]
    start = f"In {item.label}, {len(better)} of {len(found)} settings"
    counts = (
        f"{start} {'is' if len(better) == 1 else 'are'} better than the baseline and "
        f"{len(clear) - len(better)} worse by more than chance"
    )
    if not better:
        return f"{counts}."
    setting, difference = min(better, key=lambda pair: item.cost(pair[1].estimate.value))
    gain = with_interval(difference_text(difference, item), difference_interval(difference, item))
    return f"{counts}; most of all {setting_name(results, setting)}: {gain}."


def _is_gain(difference: "Difference", item: "Objective") -> bool:
    if difference.test is not None:
        return difference.test.superiority > 0.5  # noqa: PLR2004 - half of the pairs
    return item.cost(difference.estimate.value) < item.cost(_neutral(item))


def _neutral(item: "Objective") -> float:
    """Return the difference of what is alike: a ratio, or a difference."""
    return 1.0 if item.logarithmic else 0.0


def _not_complete(results: "SweepResults") -> str:
    if results.finished:
        return ""
    done = sum(run is not None and run.finished for run in results.runs)
    return f"Not complete: {done} of {len(results.runs)} runs; only results so far are shown."


def _numbers_of(results: "SweepResults") -> tuple[KeyNumber, ...]:
    numbers = []
    for item in results.objectives[:MOST_OBJECTIVES]:
        best = results.best(item)
        if best is not None:
            value = wording.measured(results.median(best, item).value, item)
            numbers.append(KeyNumber(value, f"{item.best} median {item.label}"))
    networks = sum(run.networks for run in results.runs if run is not None)
    trials = sum(len(run.searched) for run in results.runs if run is not None)
    trained = KeyNumber(f"{networks:,}", f"networks trained in {trials:,} trials")
    return (*numbers, trained if networks else KeyNumber(f"{trials:,}", "trials"))
