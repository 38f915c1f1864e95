import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROWS = re.findall(
    r"^\| ([^|]+) \| ([^|]+) \| ?([^|]*?) ?\|$",
    (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Glossary")[2],
    re.MULTILINE,
)[2:]
FORBIDDEN = [word for _, _, twins in ROWS for word in twins.split(", ") if word]
SUFFIXES = (".py", ".jinja", ".js", ".toml", ".md")


def texts(path: Path) -> Iterator[str]:
    """Give the strings and comments of a Python file, and all text of any other."""
    content = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        yield content
        return
    for node in ast.walk(ast.parse(content)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
    for token in tokenize.generate_tokens(io.StringIO(content).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


@cache
def all_texts() -> list[tuple[Path, str]]:
    """Read what users and developers read: code, pages, experiments, documents."""
    files = [ROOT / "README.md"]
    for folder in ("neuroevo", "experiments", "docs"):
        files += [each for each in (ROOT / folder).rglob("*") if each.suffix in SUFFIXES]
    return [(path.relative_to(ROOT), text) for path in files for text in texts(path)]


def test_glossary_has_thirty_words_with_a_meaning_each() -> None:
    """CONTRIBUTING defines at least thirty words, each once."""
    words = [word for word, _, _ in ROWS]
    assert len(words) >= 30
    assert len(set(words)) == len(words)
    assert all(meaning.strip() for _, meaning, _ in ROWS)


@pytest.mark.parametrize("word", FORBIDDEN)
def test_a_word_that_the_glossary_rules_out_stands_nowhere(word: str) -> None:
    """No message, caption or docstring uses another word for what the glossary names."""
    pattern = re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE)
    found = [
        (path, text[max(0, hit.start() - 40) : hit.end() + 40])
        for path, text in all_texts()
        for hit in pattern.finditer(text)
    ]
    assert found == []
