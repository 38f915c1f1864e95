"""Other spellings of a category, for formats that can't read numbers in texts. Knows no format."""


def texts_of(name: str) -> list[str]:
    """Return the texts that pandas and Python write for a category, its name first.

    Examples
    --------
    >>> [texts_of(name) for name in ("true", "1", "2.5", "red")]
    [['true', 'True', 'TRUE'], ['1', '1.0'], ['2.5'], ['red']]
    """
    others = (name.capitalize(), name.upper(), f"{name}.0")
    return [name, *(each for each in others if _is_another(each, name))]


def values_of(name: str) -> list[object]:
    """Return the texts of a category, and the number, true or false that it is.

    Examples
    --------
    >>> [values_of(name) for name in ("false", "1", "2.5", "red")]
    [['false', 'False', 'FALSE', False], ['1', '1.0', 1], ['2.5', 2.5], ['red']]
    """
    return [*texts_of(name), *(each for each in _values(name) if _is_another(each, name))]


def _values(name: str) -> list[object]:
    from neuroevo.tables import cells  # noqa: PLC0415 - it loads pandas

    if name in ("true", "false"):
        return [name == "true"]
    if cells.is_whole(name):
        return [int(name)]
    return [float(name)] if cells.is_number(name) else []


def _is_another(cell: object, name: str) -> bool:
    """Return whether a cell differs from the name of a category, and is read as this name."""
    from neuroevo.tables import cells  # noqa: PLC0415 - as above

    return cell != name and cells.name(cell) == name
