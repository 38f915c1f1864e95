import contextlib
import csv
import datetime as dt
import gzip
import itertools
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroevo.errors import DataError
from neuroevo.tables import TableSettings, column_names, prepare, read_table, reading
from neuroevo.tables.cells import name

SETTINGS = TableSettings(target=("y",), missing="median", missing_indicator=True)


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """Make a frame with a column of each kind, and with missing cells."""
    random = np.random.default_rng(3)
    rows = 60
    frame = pd.DataFrame(
        {
            "size": random.normal(100, 30, rows),
            "rooms": random.integers(1, 9, rows),
            "floor": pd.array(random.integers(0, 5, rows), dtype="Int64"),
            "colour": random.choice(["red", "blue", 'light "blue", or so', "größer"], rows),
            "garden": random.random(rows) < 0.5,
            "pets": pd.array(random.random(rows) < 0.5, dtype="boolean"),
            "y": random.normal(size=rows),
        }
    )
    frame.loc[3, ["size", "colour", "pets"]] = None
    frame.loc[5, "floor"] = pd.NA
    return frame


ENDINGS = [".csv", ".txt", ".tsv", ".csv.gz", ".tsv.gz", ".parquet"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_file_and_its_frame_give_equal_arrays(
    tmp_path: Path, frame: pd.DataFrame, ending: str
) -> None:
    """A frame, and a file that was written from it, are prepared to the same bits."""
    path = tmp_path / f"table{ending}"
    if ending == ".parquet":
        frame.set_index(pd.Index(range(7, 67))).to_parquet(path)
    else:
        frame.to_csv(path, index=False, sep="\t" if ".tsv" in ending else ",")
    before = frame.copy()
    ours, theirs = prepare(read_table(path, SETTINGS), SETTINGS), prepare(frame, SETTINGS)
    assert ours.preparation == theirs.preparation
    assert ours.training.inputs.tobytes() == theirs.training.inputs.tobytes()
    assert ours.validation.targets.tobytes() == theirs.validation.targets.tobytes()
    pd.testing.assert_frame_equal(frame, before)


COMMAS: dict[str, object] = {"separator": ";", "decimal": ","}
FORMS: list[tuple[bytes, dict[str, object], list[int]]] = [
    (b"x,y\r\n1,2\r\n3,4\r\n", {}, [2, 3]),
    (b"\xef\xbb\xbfx,y\n1,2\n3,4\n", {}, [2, 3]),
    (b'\n"x", y \n\n1,2\n  \n"3",4', {}, [4, 6]),
    (b'x,y,"z\n"\n1,2,"a\nb"\n3,4,c\n', {"leave_out": ["z"]}, [3, 5]),
    ("x;y\n1,0;2\n3;4\n".encode("utf-16"), COMMAS | {"encoding": "utf-16"}, [2, 3]),
    ("x,y,ü\n1,2,é\n3,4,é\n".encode("cp1252"), {"encoding": "cp1252", "leave_out": ["ü"]}, [2, 3]),
]  # fmt: skip


@pytest.mark.parametrize(("content", "changes", "rows"), FORMS)
def test_the_forms_of_common_programs_are_read(
    tmp_path: Path, content: bytes, changes: dict[str, object], rows: list[int]
) -> None:
    """Line ends, marks, quotes, empty rows and encodings are read; rows are numbered by lines."""
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    read = read_table(path, TableSettings.of({"target": "y", **changes}))
    assert read[["x", "y"]].to_numpy().tolist() == [[1, 2], [3, 4]]
    assert read.index.tolist() == rows


@pytest.mark.parametrize("cells", list(itertools.permutations(["1", "", "true", "word"], 3)))
def test_a_column_is_read_alike_in_one_chunk_and_in_several(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cells: tuple[str, ...]
) -> None:
    """What a column holds does not depend on where the chunks end that pandas reads."""
    path = tmp_path / "table.csv"
    path.write_text("x,y\n" + "".join(f"{cell},1\n" for cell in cells for _ in range(2)))
    whole = read_table(path, TableSettings(target=("y",)))
    monkeypatch.setattr(reading, "CHUNK_CELLS", 2)
    pieces = read_table(path, TableSettings(target=("y",)))
    text = whole["x"].dtype == "str"
    expected = [cell or None for cell in cells for _ in range(2)]
    assert text == any(cell in cells for cell in ("true", "word"))
    if text:
        assert pieces["x"].astype("object").where(pieces["x"].notna(), None).tolist() == expected
    assert pieces["x"].dtype == whole["x"].dtype


@settings(max_examples=30)
@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20),
    st.sampled_from([",", "."]),
)
def test_numbers_are_read_to_the_last_bit(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[float], decimal: str
) -> None:
    """Numbers that were written with all their digits are read again exactly."""
    path = tmp_path_factory.getbasetemp() / "numbers.csv"
    path.write_text("x;y\n" + "".join(f"{x!r};1\n".replace(".", decimal) for x in numbers))
    read = read_table(path, TableSettings.of({"target": "y", "separator": ";", "decimal": decimal}))
    assert read["x"].to_numpy().tobytes() == np.array(numbers).tobytes()


CELLS = ["1", "a", ",", '"', "\n", "\r", " ", "\t", "2,3\n", '""', '"4",5\n', "1,2\r\n"]


@given(st.lists(st.sampled_from(CELLS), max_size=14))
def test_cells_are_those_of_another_reader(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[str]
) -> None:
    """A file that is read has the cells that the csv module of Python finds in it."""
    path = tmp_path_factory.getbasetemp() / "pieces.csv"
    path.write_text("x,y\n1,2\n" + "".join(pieces), newline="")
    with contextlib.suppress(DataError):
        read = read_table(path, TableSettings(target=("y",), missing_words=()))
        with path.open(newline=None) as file:
            rows = [row for row in csv.reader(file) if len(row) == 2]
        ours = [[name(cell) or "" for cell in read[column]] for column in ("x", "y")]
        theirs = [[name(row[place]) or "" for row in rows[1:]] for place in (0, 1)]
        assert [["" if cell == "nan" else cell for cell in column] for column in ours] == theirs


def test_words_for_missing_cells_can_be_chosen(tmp_path: Path) -> None:
    """Only the words of the settings are missing cells, beside empty ones."""
    path = tmp_path / "table.csv"
    path.write_text("x,z,y\n1,?,1\n?,NA,2\n3,,3\n")
    read = read_table(path, TableSettings(target=("y",), missing_words=("?",)))
    assert read["x"].isna().tolist() == [False, True, False]
    assert read["z"].fillna("missing").tolist() == ["missing", "NA", "missing"]


def test_categories_that_a_network_knows_are_neither_missing_nor_wrong_numbers(
    tmp_path: Path,
) -> None:
    """NA and 1,5 are read in a column of which they are categories, and in no other."""
    path = tmp_path / "table.csv"
    path.write_text("region;size;y\nNA;1,5;NA\nEU;2,5;2\nnull;1,5;3\n")
    settings = TableSettings(target=("y",), separator=";")
    with pytest.raises(DataError, match=r"column 'size': must have '\.' as the decimal sign"):
        read_table(path, settings)
    read = read_table(path, settings, known={"region": ["NA", "EU"], "size": ["1,5", "2,5"]})
    assert read["region"].fillna("missing").tolist() == ["NA", "EU", "missing"]
    assert read["size"].tolist() == ["1,5", "2,5", "1,5"]
    assert read["y"].isna().tolist() == [True, False, False]
    others = {"region": ["NA", "EU"], "size": ["0.5"]}
    with pytest.raises(DataError, match=r"column 'size': must have '\.' as the decimal sign"):
        read_table(path, settings, known=others)


def parquet_problems(path: Path) -> tuple[str, ...]:
    """Return the problems of reading a Parquet file, without its name."""
    with pytest.raises(DataError) as caught:
        read_table(path, SETTINGS)
    return tuple(line.removeprefix(str(path)) for line in caught.value.problems)


def test_nested_columns_of_parquet_are_refused(tmp_path: Path) -> None:
    """Lists and structures in a Parquet file are named, before any cell is read."""
    path = tmp_path / "table.parquet"
    pq.write_table(pa.table({"a": [[1], [2]], "b": [{"c": 1}, {"c": 2}], "y": [1, 2]}), path)
    assert parquet_problems(path) == (
        ", column 'a': must not be nested, but got list<element: int64>",
        ", column 'b': must not be nested, but got struct<c: int64>",
    )


def test_a_parquet_file_that_repeats_a_long_text_very_often_is_refused(tmp_path: Path) -> None:
    """The size of the cells is checked in the metadata; equal texts need memory once."""
    path = tmp_path / "table.parquet"
    texts = pa.array(["long" * 2500] * 2000)
    pq.write_table(pa.table({"a": texts, "y": np.arange(2000.0)}), path, compression="zstd")
    with pytest.raises(DataError) as caught:
        read_table(path, SETTINGS, most_bytes=20_000)
    [line] = caught.value.problems
    assert line.startswith(f"{path}: must have at most 20,000 bytes")
    read = read_table(path, SETTINGS)  # 20 MB if each row had a text of its own
    assert len({id(text) for text in read["a"]}) == 1


def test_files_that_are_no_parquet_are_refused(tmp_path: Path) -> None:
    """Other content and a cut-off file give one line."""
    path = tmp_path / "table.parquet"
    path.write_bytes(b"x,y\n1,2\n3,4\n")
    [line] = parquet_problems(path)
    assert line.startswith(": must be a Parquet file, but got: Parquet magic bytes not found")
    pd.DataFrame({"x": [1.0, 2.0], "y": [1.0, 2.0]}).to_parquet(path)
    path.write_bytes(path.read_bytes()[:-40])
    [line] = parquet_problems(path)
    assert line.startswith(": must be a Parquet file, but got: ")


def test_parquet_without_pyarrow_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the extra for Parquet, a Parquet file gives a line with its name."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert parquet_problems(tmp_path / "table.parquet") == (
        ": can't be read (Parquet needs pyarrow, install neuroevo[parquet])",
    )


def test_types_of_parquet_are_read_as_numbers_categories_and_dates(tmp_path: Path) -> None:
    """Decimals are numbers, dictionaries are categories, dates are refused as inputs."""
    path = tmp_path / "table.parquet"
    columns = {
        "price": pa.array(["1.50", "2.25", "3.00"]).cast(pa.decimal128(9, 2)),
        "day": pa.array([dt.date(2024, 1, 1), dt.date(2024, 1, 2), dt.date(2024, 1, 3)]),
        "colour": pa.array(["red", "blue", "red"]).dictionary_encode(),
        "y": [1.0, 2.0, 4.0],
    }
    pq.write_table(pa.table(columns), path)
    read = read_table(path, SETTINGS)
    assert read["price"].tolist() == [1.5, 2.25, 3.0]
    with pytest.raises(DataError) as caught:
        prepare(read, SETTINGS, "table.parquet")
    [line] = caught.value.problems
    assert line.startswith(
        "table.parquet, column 'day': must be numbers, categories, true or false, "
        "but got the date '2024-01-01'"
    )


def test_packed_text_is_read(tmp_path: Path) -> None:
    """A packed file is read as the file in it."""
    path = tmp_path / "table.csv.gz"
    path.write_bytes(gzip.compress(b"x,y\n1,2\n"))
    assert read_table(path, SETTINGS).to_numpy().tolist() == [[1, 2]]


RUBBISH = ["x", "text", "1,5", "", "2024-01-01", str(10**30), "inf"]


def write_rubbish(path: Path, rows: pd.DataFrame) -> None:
    """Write rows among columns that no table may have: twice, without names, of any cells."""
    strange = pd.Series(RUBBISH[: len(rows)], index=rows.index)
    every = pd.concat([strange, rows, strange, strange], axis=1)
    every.columns = pd.Index(["twice", *rows.columns, "twice", ""])
    every.to_csv(path, index=False)


def test_columns_that_are_not_read_may_hold_anything(tmp_path: Path) -> None:
    """Names and cells are checked of those columns alone that are asked for, in any order."""
    path = tmp_path / "table.csv"
    rows = pd.DataFrame({"a": [1.5, 2.5, 3.5], "b": ["u", "v", "w"]})
    write_rubbish(path, rows)
    read = read_table(path, SETTINGS, ["b", "a"])
    assert read.to_dict("list") == {"b": ["u", "v", "w"], "a": [1.5, 2.5, 3.5]}
    with pytest.raises(DataError):
        read_table(path, SETTINGS)
    with pytest.raises(DataError) as caught:
        read_table(path, SETTINGS, ["bb", "a", "twice"])
    assert caught.value.problems == (
        f"{path}: must have the column 'bb', but got none of this name, did you mean 'b'?",
        f"{path}: must have the column 'twice' once, but got it 2 times",
    )
    nested = tmp_path / "table.parquet"
    pq.write_table(pa.table({"n": [[1], [2]], "a": [1.5, 2.5], "b": ["u", "v"]}), nested)
    assert read_table(nested, SETTINGS, ["b", "a"]).to_dict("list") == {
        "b": ["u", "v"],
        "a": [1.5, 2.5],
    }
    assert column_names(nested, SETTINGS) == ("n", "a", "b")
    assert column_names(path, SETTINGS) == ("twice", "a", "b", "twice", "")


def test_the_only_column_that_is_wanted_may_be_alone(tmp_path: Path) -> None:
    """A network with one input predicts a file with that column; another one is refused."""
    path = tmp_path / "new.csv"
    path.write_text("a\n1\n2\n")
    settings = TableSettings(target=("y",))
    assert read_table(path, settings, ["a"])["a"].tolist() == [1, 2]
    assert column_names(path, settings) == ("a",)
    for wanted in ([], ["b"]):
        with pytest.raises(DataError, match="must have at least two columns"):
            read_table(path, settings, wanted)
