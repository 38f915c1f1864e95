"""The pages for those who have a function, or a study of Optuna, are true."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Command

DOCS = Path(__file__).parents[2] / "docs"


def snippets(page: str, language: str) -> list[str]:
    """Return the snippets of a page in a language, in their order."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_examples_with_optuna_run(
    run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them, one after the other, in a folder with a run."""
    pytest.importorskip("optuna")
    shutil.copytree(run_folder, tmp_path / "results" / run_folder.name)
    monkeypatch.chdir(tmp_path)
    exec("\n".join(snippets("optuna.md", "python")), {})  # noqa: S102 - our own page
    assert (tmp_path / "studies.db").exists()


def test_the_examples_with_a_function_run(
    neuroevo: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each experiment runs with the function beside it, then the script and the loops do."""
    function, script, noisy, bounded, priced, *loops = snippets("functions.md", "python")
    experiments = snippets("functions.md", "toml")
    commands, warm = snippets("functions.md", "sh")
    run = "neuroevo run mine.toml"
    for file, text, lines in zip(
        (function, noisy, noisy, bounded, priced),
        experiments,
        (commands, run, warm, run, run),
        strict=True,
    ):
        assert file.startswith("# mine.py\n")
        (tmp_path / "mine.py").write_text(file)
        (tmp_path / ("warmer.toml" if "--warm-start" in lines else "mine.toml")).write_text(text)
        for command in lines.splitlines():
            program, *arguments = shlex.split(command)
            assert program == "neuroevo"
            alone = ("--jobs", "1") if arguments[0] == "run" else ()  # starts one worker, not two
            ended = neuroevo(*arguments, *alone, cwd=tmp_path)
            assert ended.returncode == 0, ended.stderr
    (tmp_path / "mine.py").write_text(script)
    done = subprocess.run(
        [sys.executable, "mine.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LOKY_MAX_CPU_COUNT": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("{")
    monkeypatch.chdir(tmp_path)
    exec("\n".join(loops), {})  # noqa: S102 - our own page
