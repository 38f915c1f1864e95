import math
import time
from dataclasses import replace
from pathlib import Path

import pytest

from experiments.torture.fuzz import fuzz
from experiments.torture.strangers import MOST_SECONDS, WAYS_IN, judge


@pytest.mark.parametrize("name", WAYS_IN)
def test_the_examples_of_the_fuzzer_have_no_problem(name: str, tmp_path: Path) -> None:
    """The fuzzer starts from inputs that are handled correctly."""
    way = WAYS_IN[name]
    for example in way.examples:
        assert judge(way, example, tmp_path, math.inf) == ""


def test_wrong_reactions_to_a_file_are_found(tmp_path: Path) -> None:
    """Other exceptions, messages that can't be printed, and slowness are found."""

    def spoil(content: bytes, _: Path) -> str:
        if content == b"slow":
            end = time.thread_time() + 2 * MOST_SECONDS
            while time.thread_time() < end:
                pass
        if content == b"wrong":
            raise KeyError("name")
        if content == b"two lines":
            raise way.refusal("one\ntwo")
        if content == b"nothing":
            raise way.refusal
        return "unlike" if content == b"unlike" else ""

    way = replace(WAYS_IN["experiments"], take=spoil)
    assert judge(way, b"fine", tmp_path) == ""
    assert judge(way, b"wrong", tmp_path) == "KeyError: 'name'"
    assert judge(way, b"two lines", tmp_path) == "a line can't be printed"
    assert judge(way, b"nothing", tmp_path) == "a line can't be printed"
    assert judge(way, b"unlike", tmp_path) == "unlike"
    assert judge(way, b"slow", tmp_path).endswith(" ms")


def test_the_fuzzer_finds_nothing() -> None:
    """A second of fuzzing of every kind of input finds no problem."""
    pytest.importorskip("atheris", reason="pip install '.[torture]' brings it")
    for row in fuzz(minutes=0.02, most_seconds=math.inf):
        assert row.times > 0
        assert row.differing == 0, row.note
