"""The outcome of a fault for a run, and how outcomes are counted; knows no fault."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from experiments.torture.rows import Row

ABREAST = 2
"""How many runs are tortured at a time."""

_LONGEST_NOTE = 300  # letters


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a fault for a run."""

    lost: int = 0
    problems: tuple[str, ...] = ()
    remark: str = ""  # counted in the note, but no problem


def each(case: Callable[[int], Outcome], times: int) -> list[Outcome]:
    """Run the cases 0 to times - 1, some at a time; an exception is a problem of its case."""

    def tried(index: int) -> Outcome:
        try:
            outcome = case(index)
        except Exception as error:  # noqa: BLE001 - the other cases shall still be tried
            outcome = Outcome(problems=(f"{type(error).__name__}: {error}",))
        problems = tuple(f"case {index}: {problem}" for problem in outcome.problems)
        return Outcome(outcome.lost, problems, outcome.remark)

    with ThreadPoolExecutor(ABREAST) as threads:
        return list(threads.map(tried, range(times)))


def abreast(makers: Sequence[Callable[[], Row]]) -> list[Row]:
    """Make some rows at a time, to use all cores."""
    with ThreadPoolExecutor(ABREAST) as threads:
        return list(threads.map(lambda make: make(), makers))


def row(fault: str, outcomes: Iterable[Outcome]) -> Row:
    """Count outcomes; the note has the first problem and how often each remark was made."""
    counted = list(outcomes)
    remarks = Counter(outcome.remark for outcome in counted if outcome.remark)
    notes = [f"{count} × {remark}" for remark, count in sorted(remarks.items())]
    first = next((problem for outcome in counted for problem in outcome.problems), "")
    note = "; ".join([*([first] if first else []), *notes])
    return Row(
        fault,
        len(counted),
        sum(outcome.lost for outcome in counted),
        sum(bool(outcome.problems) for outcome in counted),
        " ".join(note.split())[:_LONGEST_NOTE],
    )
