"""Bundles JavaScript modules into one script.

Browsers can load the modules as they are, but a page that is one file, and a worker that is made
from a text, can't load other files. So the modules are joined without their import and export
lines, and no two of them may define the same name.
"""

import re
from collections.abc import Callable

from neuroevo.errors import NeuroevoError

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const|let)\b)", re.MULTILINE)
_NAME = re.compile(r"^(?:async )?(?:function\*?|class|const|let) (\w+)", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def bundled(entry: str, read: Callable[[str], str]) -> str:
    """Return a module and all that it imports as one script.

    Parameters
    ----------
    entry
        The module's file name.
    read
        Returns the text of a module by its file name.

    Raises
    ------
    NeuroevoError
        If two modules define the same name or import each other, or if one imports or exports in
        another way than ``import { a, b } from "./module.js";`` and ``export function a``.
    """
    texts = {name: _stripped(name, read(name)) for name in _ordered(entry, read, ())}
    _check_names(texts)
    return "\n".join(texts.values())


def _ordered(entry: str, read: Callable[[str], str], above: tuple[str, ...]) -> list[str]:
    """Return the module's name after those of all that it imports."""
    if entry in above:
        raise NeuroevoError(f"{entry}: must not import itself, but does by {' > '.join(above)}")
    names: dict[str, None] = {}
    for imported in _IMPORT.findall(read(entry)):
        names.update(dict.fromkeys(_ordered(imported, read, (*above, entry))))
    return [*names, entry]


def _stripped(name: str, text: str) -> str:
    script = _EXPORT.sub("", _IMPORT.sub("", text))
    left = _LEFT.search(script)
    if left is not None:
        raise NeuroevoError(f"{name}: must import and export by name, but got {left[0]!r}")
    return script


def _check_names(texts: dict[str, str]) -> None:
    owners: dict[str, str] = {}
    for module, text in texts.items():
        for name in _NAME.findall(text):
            if owners.setdefault(name, module) != module:
                raise NeuroevoError(
                    f"{module}: must not have a name of {owners[name]}, but got {name!r}"
                )
