"""Writes settings as readable TOML; knows nothing of experiments."""

from collections.abc import Mapping

import tomli_w


def write_toml(document: Mapping[str, object]) -> str:
    """Return a document as TOML 1.0: values, then tables; nested tables and lists on one line.

    Parameters
    ----------
    document
        Keys are bare TOML keys; values are strings, finite numbers, booleans, lists of values,
        and mappings of keys to values.
    """
    plain = {key: value for key, value in document.items() if not isinstance(value, Mapping)}
    blocks = [_lines(plain)] if plain else []
    for key, table in document.items():
        if isinstance(table, Mapping):
            blocks.append([f"[{key}]", *_lines(table)])
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _lines(table: Mapping[str, object]) -> list[str]:
    return [f"{key} = {_inline(value)}" for key, value in table.items()]


def _inline(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(_lines(value))} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_inline, value))}]"
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)  # faster than tomli_w, for long lists of networks
    return tomli_w.dumps({"value": value}).removeprefix("value = ").rstrip("\n")
