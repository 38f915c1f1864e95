"""The comment at the head of an exported file: what goes in, what comes out. Knows no format."""

from collections.abc import Iterator, Sequence

from neuroevo.export.description import Description
from neuroevo.settings import printable, shown
from neuroevo.tables.records import CategoryInput, Input, NumberInput

_MOST_CATEGORIES = 8  # are written out


def guide(description: Description) -> Iterator[str]:
    """Give the lines that say what a network is, takes and predicts, without a comment sign."""
    yield printable(description.title) + "."
    yield "Made by neuroevo. Raw columns, prepared here as in the training:"
    yield ""
    for record in description.preparation.inputs:
        yield f"  {shown(record.name)}: {_kind(record, description)}{_missing(record)}"
    yield ""
    classes = description.preparation.classes
    if classes:
        yield f"Outputs: the probability of each of {len(classes)} classes: {_listed(classes)}"
    else:
        targets = [target.name for target in description.preparation.targets]
        yield f"Outputs: {_listed(targets)}, on the raw scale"


def example_row(description: Description) -> dict[str, object]:
    """Return a raw row that can be prepared, by column."""
    return {record.name: _example(record) for record in description.preparation.inputs}


def _example(record: Input) -> object:
    if isinstance(record, CategoryInput):
        names = (record.fill, *record.categories, *record.gathered, "any other")
        return next(name for name in names if name is not None)
    if isinstance(record, NumberInput):
        return record.offset if record.fill is None else record.fill
    return bool(record.fill)


def _kind(record: Input, description: Description) -> str:
    if isinstance(record, NumberInput):
        return "a number"
    if not isinstance(record, CategoryInput):
        return "true or false"
    names = (*record.categories, *record.gathered)
    unseen = description.preparation.unseen
    others = {
        "refuse": "; others can't be used",
        "rare": "; others are as rare ones" if record.gathers else "; others make all its inputs 0",
        "zeros": "; others make all its inputs 0",
    }[unseen]
    return f"a category, one of {_listed(names)}{others}"


def _missing(record: Input) -> str:
    return "" if record.fill is None else f"; {shown(record.fill)} if missing"


def _listed(names: Sequence[object]) -> str:
    listed = ", ".join(shown(name) for name in names[:_MOST_CATEGORIES])
    rest = len(names) - _MOST_CATEGORIES
    return f"{listed} and {rest} more" if rest > 0 else listed
