"""Writes settings as readable TOML; knows nothing of experiments."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import tomli_w

_WIDEST = 56  # characters before a comment, so that most comments begin in one column
_LONG_LIST = 100  # characters; a longer list of texts has several lines
_TEXTS_IN_A_LINE = 8


def write_toml(
    document: Mapping[str, object], comments: Mapping[str, str] = MappingProxyType({})
) -> str:
    """Return a document as TOML 1.0: values, then tables; nested tables and most lists on one line.

    Parameters
    ----------
    document
        Keys are bare TOML keys; values are strings, finite numbers, booleans, lists of values,
        and mappings of keys to values.
    comments
        Comments at the ends of lines, by key: ``name`` or ``table.key``.
    """
    plain = {key: value for key, value in document.items() if not isinstance(value, Mapping)}
    blocks = [_commented(plain, comments, "")] if plain else []
    for key, table in document.items():
        if isinstance(table, Mapping):
            blocks.append([f"[{key}]", *_commented(table, comments, f"{key}.")])
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _commented(table: Mapping[str, object], comments: Mapping[str, str], prefix: str) -> list[str]:
    lines = _lines(table)
    width = min(max(map(len, lines), default=0), _WIDEST)
    found = [comments.get(prefix + key, "") for key in table]
    return [
        f"{line.ljust(width)}  # {comment}" if comment else line
        for line, comment in zip(lines, found, strict=True)
    ]


def _lines(table: Mapping[str, object]) -> list[str]:
    return [f"{key} = {_inline(value)}" for key, value in table.items()]


def _inline(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(_lines(value))} }}"
    if isinstance(value, list | tuple):
        return _list(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)  # faster than tomli_w, for long lists of networks
    return tomli_w.dumps({"value": value}).removeprefix("value = ").rstrip("\n")


def _list(items: Sequence[object]) -> str:
    texts = [*map(_inline, items)]
    line = f"[{', '.join(texts)}]"
    if len(line) <= _LONG_LIST or not all(isinstance(item, str) for item in items):
        return line
    starts = range(0, len(texts), _TEXTS_IN_A_LINE)
    lines = [", ".join(texts[start : start + _TEXTS_IN_A_LINE]) for start in starts]
    return "[\n    " + ",\n    ".join(lines) + ",\n]"
