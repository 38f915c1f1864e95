"""The names of experiments, which begin the names of run folders: which are allowed.

Knows no experiment.
"""

import re

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_RESERVED = {"CON", "PRN", "AUX", "NUL"} | {
    f"{port}{n}" for port in ("COM", "LPT") for n in range(10)
}


def checked_name(name: str) -> str:
    """Return a name that every system allows for a folder.

    Raises
    ------
    ValueError
        If it is another.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(
            "must be 1 to 64 of the letters A to Z and a to z, digits, '.', '_' and '-', "
            "with a letter or digit first"
        )
    if name.endswith(".") or name.split(".", maxsplit=1)[0].upper() in _RESERVED:
        raise ValueError("must be a name that every system allows for a folder")
    return name


def name_of(file: str, otherwise: str) -> str:
    """Return a name for an experiment without one: that of a file, in allowed letters.

    Parameters
    ----------
    file
        The name of the file, whose endings are left out.
    otherwise
        The name if that of the file has too few allowed letters.
    """
    stem = file.partition(".")[0] or file
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-_")[:64]
    try:
        return checked_name(name)
    except ValueError:
        return otherwise
