import math
import re
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from neuroevo.errors import StorageError
from neuroevo.learning import Architecture
from neuroevo.runs import Champion, RescoredTrial, champions_in, read_champions, write_champions

MEASURES = ("error_rate", "log_loss", "balanced_error")


def make_champion(
    number: int, hidden: tuple[int, ...], precision: str, measures: tuple[str, ...] = ()
) -> Champion:
    """Make a champion with weights drawn at random, stored as Fortran arrays."""
    architecture = Architecture(
        inputs=2, hidden=hidden, outputs=2, activation="tanh", biases=number == 0
    )
    rng = np.random.default_rng(number)

    def draw(width: int) -> np.ndarray:
        return np.asfortranarray(rng.normal(size=(16, width)).astype(precision))

    curves = draw(40)
    curves[3, 7:] = math.inf
    return Champion(
        number=number,
        name="" if number else "article-good",
        architecture=architecture,
        precision="float64" if precision == "float64" else "float32",
        objectives={"final_mse": 1e-14, "samples_to_target": math.nan},
        fresh_objectives={"final_mse": 2e-14, "samples_to_target": 30.5},
        parameters=draw(architecture.vector_size),
        curves=curves,
        fresh_curves=draw(40),
        class_curves={measure: draw(40) for measure in measures},
        fresh_class_curves={measure: draw(40) for measure in measures},
        training_curves={measure: draw(40) for measure in ("mse", *measures) if number},
        fresh_replicates={"final_mse": (*[2e-14] * 15, 1.0)} if number else {},
    )


def test_champions_are_read_as_written(tmp_path: Path) -> None:
    """Every field of every champion is read as it was written, in the same order."""
    path = tmp_path / "champions.safetensors"
    written = [
        make_champion(7, (6, 3), "float32"),
        make_champion(0, (), "float64"),
        replace(make_champion(12, (32,) * 4, "float32", MEASURES), folds=4),
    ]
    write_champions(path, written)
    read = champions_in(read_champions(path))
    assert [champion.number for champion in read] == [7, 0, 12]
    for before, after in zip(written, read, strict=True):
        for field in (
            "name",
            "architecture",
            "precision",
            "fresh_objectives",
            "fresh_replicates",
        ):
            assert getattr(before, field) == getattr(after, field)
        assert after.folds == before.folds
        assert math.isnan(after.objectives["samples_to_target"])
        for array in ("parameters", "curves", "fresh_curves"):
            np.testing.assert_array_equal(getattr(before, array), getattr(after, array))
            assert getattr(before, array).dtype == getattr(after, array).dtype
            assert not getattr(after, array).flags.writeable
        for name in ("class_curves", "fresh_class_curves"):
            curves, expected = getattr(after, name), getattr(before, name)
            assert list(curves) == list(expected)
            for measure, array in expected.items():
                assert curves[measure].tobytes() == np.ascontiguousarray(array).tobytes()


def test_scores_of_a_function_are_read_as_written(tmp_path: Path) -> None:
    """They have no networks, and no arrays."""
    path = tmp_path / "champions.safetensors"
    written = RescoredTrial(
        number=4,
        name="",
        objectives={"loss": 0.1},
        fresh_objectives={"loss": 0.2},
        fresh_replicates={"loss": (0.1, 0.3)},
    )
    write_champions(path, [written])
    [read] = read_champions(path)
    assert asdict(read) == asdict(written)
    assert champions_in([read]) == []


def test_an_empty_list_of_champions_is_a_file(tmp_path: Path) -> None:
    """A run whose every trial failed writes an empty file of champions."""
    path = tmp_path / "champions.safetensors"
    write_champions(path, [])
    assert read_champions(path) == []


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    """A file that is cut or has other content is one line with its name."""
    path = tmp_path / "champions.safetensors"
    write_champions(path, [make_champion(1, (3,), "float32")])
    whole = path.read_bytes()
    for content in (b"", whole[:-1], whole[:200], whole.replace(b"architecture", b"Architecture")):
        path.write_bytes(content)
        with pytest.raises(StorageError, match=r"champions\.safetensors: must be") as caught:
            read_champions(path)
        assert "\n" not in str(caught.value)


def test_every_cut_or_flipped_bit_is_noticed(tmp_path: Path) -> None:
    """Cut or changed at any byte, the champions are the same or one line names the file."""
    path = tmp_path / "champions.safetensors"
    champion = make_champion(1, (), "float32")
    parts = ("parameters", "curves", "fresh_curves")
    few = {part: getattr(champion, part)[:2, :9] for part in parts}
    write_champions(path, [replace(champion, training_curves={}, fresh_replicates={}, **few)])
    whole = path.read_bytes()
    [read] = champions_in(read_champions(path))
    same = (read.name, read.architecture, *(getattr(read, part).tobytes() for part in parts))
    flips = [
        whole[:place] + bytes([byte ^ 1 << place % 8]) + whole[place + 1 :]
        for place, byte in enumerate(whole)
    ]
    named = unharmed = 0
    for content in [*(whole[:cut] for cut in range(len(whole))), *flips]:
        path.write_bytes(content)
        try:
            [read] = champions_in(read_champions(path))
        except StorageError as error:
            named += re.fullmatch(rf"{path}: must be a file of champions.*", str(error)) is not None
        else:
            found = (read.name, read.architecture, *(getattr(read, p).tobytes() for p in parts))
            unharmed += found == same
    assert named + unharmed == 2 * len(whole)
    assert unharmed < 20  # bits that turn one space into another kind, and the like


def test_arrays_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    """Weights of another architecture, curves of other replicates, another precision."""
    path = tmp_path / "champions.safetensors"
    champion = make_champion(1, (3,), "float32", MEASURES)
    losses = champion.class_curves["log_loss"]
    changes = [
        {"parameters": champion.parameters[:, 1:]},
        {"curves": champion.curves[1:]},
        {"fresh_curves": champion.fresh_curves[:, 1:]},
        {"curves": champion.curves.astype(np.float64)},
        {"curves": champion.curves[0]},
        {"precision": "float64"},
        {"precision": "object"},
        {"class_curves": {**champion.class_curves, "log_loss": losses[1:]}},
        {"class_curves": {**champion.class_curves, "log_loss": losses.astype(np.float64)}},
        {"fresh_class_curves": {"log_loss": losses}},
        {"training_curves": {"mse": losses[1:]}},
    ]
    for change in changes:
        write_champions(path, [replace(champion, **change)])  # type: ignore[arg-type]
        with pytest.raises(StorageError, match=r"champions\.safetensors: must be"):
            read_champions(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A missing file is a storage error with its path."""
    with pytest.raises(StorageError, match=r"champions\.safetensors: can't be read"):
        read_champions(tmp_path / "champions.safetensors")
