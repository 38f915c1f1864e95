"""JavaScript modules in one script."""

import re
from importlib.resources import files

import pytest

from neuroevo.errors import NeuroevoError
from neuroevo.playground.modules import bundled

CONSTANT = re.compile(r"^(?:export )?const ([A-Z_]+)\b", re.MULTILINE)
IMPORT = re.compile(r"^import \{[^}]*\}", re.MULTILINE)
WORD = re.compile(r"\b[A-Z_]{2,}\b")
COMMENT = re.compile(r"//.*|/\*[\s\S]*?\*/")


def test_modules_come_after_their_imports() -> None:
    """Each module is there once, after all its imports, without import and export lines."""
    modules = {
        "page.js": 'import { a } from "./a.js";\nimport {\n  b,\n} from "./b.js";\na(b);\n',
        "a.js": 'import { b } from "./b.js";\nexport function a() {\n  return b;\n}\n',
        "b.js": "export const b = 1;\n",
        "other.js": "export const other = 1;\n",
    }
    script = bundled("page.js", modules.__getitem__)
    assert script == "const b = 1;\n\nfunction a() {\n  return b;\n}\n\na(b);\n"


@pytest.mark.parametrize(
    ("module", "problem"),
    [
        ('import { a } from "./a.js";\nclass a {}\n', "must not have a name of a.js, but got 'a'"),
        ('import a from "./a.js";\n', "must import and export by name, but got 'import a from"),
        ("export default 1;\n", "must import and export by name, but got 'export default 1;'"),
        ('import { a } from "./page.js";\n', "must not import itself, but does by page.js"),
    ],
)
def test_modules_that_can_not_be_joined_are_refused(module: str, problem: str) -> None:
    """Common names, other kinds of imports and cycles are errors."""
    modules = {"page.js": module, "a.js": "export const a = 1;\n"}
    with pytest.raises(NeuroevoError, match=problem):
        bundled("page.js", modules.__getitem__)


def test_modules_import_the_constants_that_they_use() -> None:
    """A constant of another module is imported, though the joined script would not need it."""
    assets = (files("neuroevo.playground") / "assets").iterdir()
    texts = {each.name: each.read_text() for each in assets if each.name.endswith(".js")}
    own = {name: set(CONSTANT.findall(text)) for name, text in texts.items()}
    shared = set().union(*own.values())
    for name, text in texts.items():
        imported = {each for line in IMPORT.findall(text) for each in WORD.findall(line)}
        assert set(WORD.findall(COMMENT.sub("", text))) & shared <= own[name] | imported, name
