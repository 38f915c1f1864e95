import gzip
import json
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo.errors import DataError
from neuroevo.tables import TableSettings, prepare, read_table

Case = tuple[str, str | bytes, Mapping[str, object], tuple[str, ...]]

LEAVE_OUT = "for categories, name the column in categories; not to use it, in leave_out)"
FILL = "(set missing = 'median' or 'most_frequent', or name the column in leave_out)"
WHOLE = "must be a whole number of at most 9,007,199,254,740,992 (without its sign)"
NAMES = "(if the numbers are names, name the column in leave_out)"
BY_COLUMN = {"split": "column", "split_column": "s"}
SEMICOLON = {"separator": ";"}


def words(*added: str) -> str:
    """Return the hint to take words for missing cells."""
    every = (*added, *TableSettings(target=("y",)).missing_words)
    setting = f"task.missing_words=[{', '.join(json.dumps(word) for word in every)}]"
    return f"(in a file, if it is a missing cell: --set '{setting}'; {LEAVE_OUT}"


def table(*rows: str, header: str = "x,z,y") -> str:
    """Return a table with some rows, and ten good rows below them."""
    good = [f"{number},{number % 3},{number * number}" for number in range(10)]
    return "\n".join([header, *rows, *good]) + "\n"


# What it is, the file, settings beside target = "y", and the problems without the file's name.
BROKEN: list[Case] = [
    ("empty", "", {}, (": must begin with a header, but got an empty file",)),
    ("blank lines", "\n \n", {}, (": must begin with a header, but got an empty file",)),
    ("header only", "x,y\n", {}, (": must have rows below the header, but got none",)),
    ("one row", "x,y\n1,2\n", {}, (": must have at least 3 rows, but got 1",)),
    (
        "missing numbers",
        table("1,,3", "2,NA,4"),
        {},
        (
            ", row 2, column 'z': must not be missing, but got an empty cell",
            f", row 3, column 'z': must not be missing, but got an empty cell {FILL}",
        ),
    ),
    (
        "many missing numbers",
        table(*["1,,3"] * 5),
        {},
        (
            *[
                f", row {row}, column 'z': must not be missing, but got an empty cell"
                for row in (2, 3, 4)
            ],
            f", column 'z': must not be missing, but got 2 more cells of this kind {FILL}",
        ),
    ),
    (
        "infinity",
        table("inf,1,3", "-inf,2,4"),
        {},
        (
            ", row 2, column 'x': must be a finite number, but got inf",
            ", row 3, column 'x': must be a finite number, but got -inf",
        ),
    ),
    (
        "a word among the numbers of the target",
        table("1,1,unknown"),
        {},
        (
            (
                ", row 2, column 'y': must be a number, but got 'unknown' (set problem = 'classes' "
                "to tell them apart)"
            ),
        ),
    ),
    (
        "beyond float64",
        table("1e400,1,3"),
        {},
        (", row 2, column 'x': must be a finite number, but got inf",),
    ),
    (
        "whole numbers beyond float64",
        table(f"{10**30},1,3"),
        {},
        (f", row 2, column 'x': {WHOLE}, but got '1{'0' * 30}' {NAMES}",),
    ),
    (
        "whole numbers that are not exact",
        table("1,1,3", f"{2**53 + 1},1,3"),
        {},
        (f", row 3, column 'x': {WHOLE}, but got '9007199254740993' {NAMES}",),
    ),
    (
        "too large to be squared",
        table("1.5e200,1,3"),
        {},
        (
            (
                ", row 2, column 'x': must be a number of at most 1e+100 (without its sign), "
                "but got 1.5e+200"
            ),
        ),
    ),
    (
        "text among numbers",
        table("abc,1,3", "1O,2,4"),
        {},
        (
            ", row 2, column 'x': must be a number, but got 'abc'",
            f", row 3, column 'x': must be a number, but got '1O' {words('abc', '1O')}",
        ),
    ),
    (
        "several problems",
        table("abc,,3", ",1,"),
        {},
        (
            f", row 2, column 'x': must be a number, but got 'abc' {words('abc')}",
            f", row 3, column 'x': must not be missing, but got an empty cell {FILL}",
            f", row 2, column 'z': must not be missing, but got an empty cell {FILL}",
            (
                ", row 3, column 'y': must not be missing in the target, but got an empty cell "
                "(remove these rows)"
            ),
        ),
    ),
    (
        "only constant inputs",
        "x,z,y\n" + "1,2,3\n1,2,4.5\n" * 5,
        {},
        (
            (
                ": must have an input with at least two different values in the training rows, "
                "but got none"
            ),
        ),
    ),
    (
        "a name twice",
        "x,x ,y,y\n1,2,3,4\n",
        {},
        (
            ": names of columns must differ, but columns 1 and 2 are both 'x'",
            ": names of columns must differ, but columns 3 and 4 are both 'y'",
        ),
    ),
    (
        "no name",
        "x, ,y\n1,2,3\n",
        {},
        (": each column must have a name, but column 2 has none",),
    ),
    (
        "semicolons",
        "x;y\n1;2\n3;4\n",
        {},
        (
            (
                ": must have at least two columns with ',' between them, but got the header 'x;y' "
                "(set separator = ';', on the command line --set 'task.separator=\";\"')"
            ),
        ),
    ),
    (
        "tabs",
        "x\ty\n1\t2\n3\t4\n",
        {},
        (
            (
                r": must have at least two columns with ',' between them, but got the header "
                r"'x\ty' "
                r"""(set separator = '\t', on the command line --set 'task.separator="\t"')"""
            ),
        ),
    ),
    (
        "decimal commas",
        "x;y\n1,5;2\n3,5;4\n",
        SEMICOLON,
        (
            ", row 2, column 'x': must have '.' as the decimal sign, but got '1,5'",
            (
                ", row 3, column 'x': must have '.' as the decimal sign, but got '3,5' "
                "(set decimal = ',', on the command line --set 'task.decimal=\",\"')"
            ),
        ),
    ),
    (
        "decimal points",
        "x;y\n1.5;2\n3.5;4\n",
        SEMICOLON | {"decimal": ","},
        (
            ", row 2, column 'x': must have ',' as the decimal sign, but got '1.5'",
            (
                ", row 3, column 'x': must have ',' as the decimal sign, but got '3.5' "
                "(set decimal = '.', on the command line --set 'task.decimal=\".\"')"
            ),
        ),
    ),
    (
        "numbers with units",
        "x,y\n" + "".join(f"{row}.{row}%,{row % 3}\n" for row in range(30)),
        {},
        (
            (
                ", column 'x': must have categories that several rows share, but got 30 in 30 "
                "rows; if they are quantities, write numbers without units, but got '0.0%' "
                "(name it in leave_out)"
            ),
        ),
    ),
    (
        "separators of thousands",
        'x,y\n"1,193",2\n"5,357",4\n',
        {},
        (
            (
                ", row 2, column 'x': must be a number without separators of thousands, "
                "but got '1,193'"
            ),
            (
                ", row 3, column 'x': must be a number without separators of thousands, "
                "but got '5,357' (write 1234 instead of 1,234; if ',' is the decimal sign, "
                "set decimal = ',', on the command line --set 'task.decimal=\",\"')"
            ),
        ),
    ),
    (
        "separators of thousands beside decimal commas",
        "x;y\n1.193,5;2\n12.005.357;4\n",
        SEMICOLON | {"decimal": ","},
        (
            (
                ", row 2, column 'x': must be a number without separators of thousands, "
                "but got '1.193,5'"
            ),
            (
                ", row 3, column 'x': must be a number without separators of thousands, "
                "but got '12.005.357' (write 1234 instead of 1.234)"
            ),
        ),
    ),
    (
        "text among decimal commas",
        "x;y\n1,5;2\n3,5;4\nabc;1,5\n2,5;3\n",
        SEMICOLON | {"decimal": ","},
        (f", row 4, column 'x': must be a number, but got 'abc' {words('abc')}",),
    ),
    (
        "latin-1",
        "x,y\n1,2\ncafé,3\n".encode("latin-1"),
        {},
        (
            (
                ": must be text in UTF-8, but got the byte 0xe9 in row 3 "
                "(set encoding = 'cp1252' or another one)"
            ),
        ),
    ),
    (
        "utf-16",
        "x,y\n1,2\n".encode("utf-16"),
        {},
        (": must be text in UTF-8, but got UTF-16 (set encoding = 'utf-16')",),
    ),
    (
        "utf-16 without a mark",
        "x,y\n1,2\n".encode("utf-16-le"),
        {},
        (
            (
                ", row 1: must be text, but got a null character "
                "(if the file is in UTF-16, set encoding = 'utf-16')"
            ),
        ),
    ),
    (
        "not utf-16",
        b"x,y\n1,2\n1",
        {"encoding": "utf-16"},
        (": must be text in UTF-16, but got other bytes (set encoding = 'utf-8' or another one)",),
    ),
    (
        "null character",
        b"x,y\n1,2\n1\x00,3\n",
        {},
        (
            (
                ", row 3: must be text, but got a null character "
                "(if the file is in UTF-16, set encoding = 'utf-16')"
            ),
        ),
    ),
    (
        "a ZIP archive",
        b"PK\x03\x04\x14\x00",
        {},
        (
            (
                ": must be text, but got a ZIP archive or an Excel workbook "
                "(unpack it, or save it as CSV)"
            ),
        ),
    ),
    (
        "a gzip file under another name",
        gzip.compress(b"x,y\n1,2\n"),
        {},
        (": must be text, but got a gzip file (its name must end with .gz)",),
    ),
    (
        "short and long rows",
        table("1,2", "1,2,3,4", "\n1"),
        {},
        (
            ", row 2: must have 3 cells as the header, but got 2",
            ", row 3: must have 3 cells as the header, but got 4",
            ", row 5: must have 3 cells as the header, but got 1",
        ),
    ),
    (
        "many short rows",
        table(*["1,2"] * 30),
        {},
        (
            *[f", row {row}: must have 3 cells as the header, but got 2" for row in range(2, 22)],
            ": and 10 more problems",
        ),
    ),
    (
        "open quotes",
        'x,y\n1,2\n"3,4\n5,6\n',
        {},
        (", row 3: must close quotes within 131,072 characters, but got '\"3,4'",),
    ),
    (
        "text after quotes",
        'x,y\n1,2\n"3"4,4\n5,6\n',
        {},
        (", row 3: must have a separator after closing quotes, but got '\"3\"4,4'",),
    ),
    (
        "no such target",
        table(header="x,z,price"),
        {"target": "prise"},
        (": target must name a column of the table, but got 'prise', did you mean 'price'?",),
    ),
    (
        "no such columns",
        table(),
        {"target": "q", "leave_out": ["a"], "columns": ["xx"], "weight": "w"},
        (
            ": target must name a column of the table, but got 'q', the columns are 'x, z, y'",
            ": columns must name a column of the table, but got 'xx', did you mean 'x'?",
            ": leave_out must name a column of the table, but got 'a', the columns are 'x, z, y'",
            ": weight must name a column of the table, but got 'w', the columns are 'x, z, y'",
        ),
    ),
    (
        "no input",
        table(),
        {"leave_out": ["x", "z"]},
        (": must have at least one column for the inputs, but got none",),
    ),
    (
        "missing labels",
        "x,y\n1,NA\n2,b\n3,a\n",
        {},
        (
            (
                ", row 2, column 'y': must not be missing in the target, but got an empty cell "
                "(remove these rows; if NA and the like are classes of a file: "
                "--set 'task.missing_words=[]')"
            ),
        ),
    ),
    (
        "missing targets",
        table("1,1,", "2,2,NA"),
        {},
        (
            ", row 2, column 'y': must not be missing in the target, but got an empty cell",
            (
                ", row 3, column 'y': must not be missing in the target, but got an empty cell "
                "(remove these rows)"
            ),
        ),
    ),
    (
        "constant target",
        "x,y\n1,3\n2,3\n3,3\n",
        {},
        (", column 'y': must have at least two different values as the target, but got only 3",),
    ),
    (
        "constant target in the training rows",
        "x,s,y\n1,train,1.5\n2,train,1.5\n3,validation,2.5\n",
        BY_COLUMN,
        (
            (
                ", column 'y': must have at least two different values in the training rows, "
                "but got only 1.5"
            ),
        ),
    ),
    (
        "one class",
        "x,y\n1,a\n2,a\n3,a\n",
        {},
        (", column 'y': must have at least two different values as the target, but got only 'a'",),
    ),
    (
        "a class with one row",
        "x,y\n" + "1,a\n2,b\n" * 10 + "3,c\n",
        {},
        (
            (
                ", column 'y': must have at least 3 rows of each class to divide them, but got 1 "
                "of "
                "the class 'c' (remove the class, or name a split_column with split = 'column')"
            ),
        ),
    ),
    (
        "a class without training rows",
        "x,s,y\n1,train,a\n2,train,b\n3,validation,c\n",
        BY_COLUMN,
        (", column 'y': must have a training row of each class, but got none of the class 'c'",),
    ),
    (
        "more classes than test rows",
        "x,y\n" + "1,a\n2,b\n3,c\n4,d\n" * 3,
        {"test": 0.01},
        (
            (
                ", column 'y': must have at least 4 rows in each part, one of each class, but "
                "got 1 "
                "(set larger shares)"
            ),
        ),
    ),
    (
        "classes in a regression",
        "x,y\n1,a\n2,b\n3,a\n",
        {"problem": "regression"},
        (
            (
                ", column 'y': must be numbers as the target of a regression, but got categories "
                "(set problem = 'classes' to tell them apart)"
            ),
        ),
    ),
    (
        "classes in one of several targets",
        "x,a,b\n1,a,1\n2,b,2\n3,a,3\n",
        {"target": ["a", "b"]},
        (
            (
                ", column 'a': must be numbers as the target of a regression, but got categories "
                "(only one target alone may have classes)"
            ),
        ),
    ),
    (
        "dates",
        "d,x,y\n2024-01-01,1,2\n2024-01-02,2,3\n2024-01-03,3,4\n",
        {},
        (
            (
                ", column 'd': must be numbers, categories, true or false, but got the date "
                "'2024-01-01' (name it in leave_out, or name it in split_column with split = "
                "'time')"
            ),
        ),
    ),
    (
        "names of rows",
        "id,x,y\n" + "".join(f"n{row},{row},{row}\n" for row in range(30)),
        {},
        (
            (
                ", column 'id': must have categories that several rows share, but got 30 in 30 "
                "rows "
                "(name it in leave_out)"
            ),
        ),
    ),
    (
        "too many categories",
        "c,x,y\n" + "".join(f"c{row // 2},{row},{row}\n" for row in range(2400)),
        {},
        (", column 'c': must have at most 1,000 categories, but got 1,200 (name it in leave_out)",),
    ),
    (
        "only rare categories, and no other input",
        "c,y\n" + "".join(f"c{row // 3},{row}\n" for row in range(90)),
        {"rare": 0.2},
        (
            (
                ": must have an input with at least two different values in the training rows (and "
                "a category in at least a share of 0.2), but got none"
            ),
        ),
    ),
    (
        "unseen categories",
        "c,s,y\na,train,1.5\nb,train,2.5\nd,validation,2.5\ne,test,2\n",
        BY_COLUMN | {"unseen": "refuse"},
        (
            (
                ", row 4, column 'c': must be one of the 2 categories of the training rows, "
                "but got 'd' (set unseen = 'rare' or 'zeros')"
            ),
            (
                ", row 5, column 'c': must be one of the 2 categories of the training rows, "
                "but got 'e' (set unseen = 'rare' or 'zeros')"
            ),
        ),
    ),
    (
        "negative weights",
        table("1,-1,3"),
        {"weight": "z"},
        (", row 2, column 'z': must be a weight of at least 0, but got -1",),
    ),
    (
        "no weight above zero",
        "x,w,y\n" + "".join(f"{row},0,{row}\n" for row in range(9)),
        {"weight": "w"},
        (", column 'w': must have a weight above 0 in the training rows, but has none there",),
    ),
    (
        "no weight above zero in a fold",
        "x,w,y\n" + "".join(f"{row},{int(row == 0)},{row}\n" for row in range(12)),
        {"weight": "w", "folds": 3, "test": 0.0},
        (
            (
                ", column 'w': must have a weight above 0 in the validation rows of each fold, "
                "but has none there"
            ),
        ),
    ),
    (
        "balanced classes in a regression",
        table(),
        {"weight": "balanced"},
        (": weight must be a column for a regression, but got 'balanced'",),
    ),
    (
        "other words in the split column",
        "x,s,y\n1,train,1\n2,validation,2\n3,valid,3\n4,,5\n",
        BY_COLUMN,
        (
            ", row 5, column 's': must not be missing in the split column, but got an empty cell",
            ", row 4, column 's': must be one of 'train', 'validation', 'test', but got 'valid'",
        ),
    ),
    (
        "no validation rows",
        "x,s,y\n1,train,1\n2,train,2\n3,test,3\n",
        BY_COLUMN,
        (": must have validation rows, but got none",),
    ),
    (
        "one group",
        "x,s,y\n1,g,1\n2,g,2\n3,g,3\n",
        {"split": "groups", "split_column": "s"},
        (": must have more than 2 groups to divide them, but got 1",),
    ),
    (
        "no times",
        "x,s,y\n1,2024-01-01,1\n2,2024-13-01,2\n3,soon,3\n",
        {"split": "time", "split_column": "s"},
        (
            ", row 3, column 's': must be a finite number or an ISO date, but got '2024-13-01'",
            ", row 4, column 's': must be a finite number or an ISO date, but got 'soon'",
        ),
    ),
    (
        "inputs of the same name",
        "age,age missing,y\n,1,1\n2,3,3\n4,5,6\n" + ",1,2\n4,5,7\n" * 4,
        {"missing": "median", "missing_indicator": True},
        (
            (
                ": inputs: must have different names, but got 'age missing' twice, as a column and "
                "as an input made of another column (rename it)"
            ),
        ),
    ),
]


def problems(path: Path, settings: TableSettings) -> tuple[str, ...]:
    """Return the problems of preparing a file, without its name; an error if there are none."""
    with pytest.raises(DataError) as caught:
        prepare(read_table(path, settings), settings, str(path))
    return tuple(line.removeprefix(str(path)) for line in caught.value.problems)


@pytest.mark.parametrize(
    ("content", "changes", "expected"),
    [case[1:] for case in BROKEN],
    ids=[case[0] for case in BROKEN],
)
def test_each_problem_of_a_broken_table_is_one_line_with_its_place(
    tmp_path: Path,
    content: str | bytes,
    changes: Mapping[str, object],
    expected: tuple[str, ...],
) -> None:
    """A broken table is refused with one line for each problem, all at once."""
    path = tmp_path / "table.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    settings = TableSettings.of({"target": "y", **changes})
    assert problems(path, settings) == expected


SETTINGS = TableSettings(target=("y",))


def test_a_folder_a_pipe_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    """What is no regular file is refused at once, and a pipe is not waited for."""
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    no_file = (": must be a file, but got a folder or a device",)
    assert problems(tmp_path / "folder.csv", SETTINGS) == no_file
    assert problems(tmp_path / "pipe.csv", SETTINGS) == no_file
    missing = (": can't be read (No such file or directory)",)
    assert problems(tmp_path / "missing.csv", SETTINGS) == missing


def test_tables_may_be_wider_than_tall(tmp_path: Path) -> None:
    """A table with more columns than rows is prepared; too many inputs are refused."""
    path = tmp_path / "wide.csv"
    names = [f"c{number}" for number in range(1001)]
    rows = [",".join(str((row * place) % 17) for place in range(1, 1003)) for row in range(20)]
    path.write_text("\n".join([",".join([*names, "y"]), *rows]))
    assert problems(path, SETTINGS) == (
        (
            ": must have at most 1,000 columns for the inputs, but got 1,001 "
            "(name others in leave_out)"
        ),
    )
    narrower = SETTINGS.replace(columns=tuple(names[:100]))
    prepared = prepare(read_table(path, narrower), narrower)
    assert prepared.training.inputs.shape == (12, 95)  # 17, 34, ... times anything is constant


def test_a_file_with_another_ending_is_refused(tmp_path: Path) -> None:
    """The endings of files that can be read are listed."""
    [line] = problems(tmp_path / "table.xlsx", SETTINGS)
    assert line == (
        ": must be a file that ends with one of .csv, .txt, .tsv, .csv.gz, .txt.gz, .tsv.gz, "
        ".parquet"
    )


def test_a_packed_file_that_unpacks_to_too_many_bytes_is_refused(tmp_path: Path) -> None:
    """Of a gzip bomb no more is unpacked than is allowed."""
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"x,y\n" + b"1,2\n" * 1_000_000))
    assert path.stat().st_size < 10_000
    with pytest.raises(DataError) as caught:
        read_table(path, SETTINGS, most_bytes=100_000)
    assert caught.value.problems == (f"{path}: must have at most 100,000 bytes when unpacked",)


def test_a_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    """The size of a file is checked first."""
    path = tmp_path / "table.csv"
    path.write_text(table())
    with pytest.raises(DataError) as caught:
        read_table(path, SETTINGS, most_bytes=10)
    assert caught.value.problems == (f"{path}: must have at most 10 bytes, but got 72",)


def test_packed_files_that_are_cut_off_or_no_gzip_are_refused(tmp_path: Path) -> None:
    """A cut-off file, a damaged one and one that is no gzip file have messages of their own."""
    whole = gzip.compress(table(*["1,2,3"] * 1000).encode())
    path = tmp_path / "table.csv.gz"
    rule = ": must be a complete gzip file, but got: "
    path.write_bytes(whole[:-20])
    [line] = problems(path, SETTINGS)
    assert line == rule + "Compressed file ended before the end-of-stream marker was reached"
    path.write_bytes(whole[:-6] + bytes(6))
    [line] = problems(path, SETTINGS)
    assert line.startswith(rule + "CRC check failed")
    path.write_bytes(b"x,y\n1,2\n")
    assert problems(path, SETTINGS) == (rule + "Not a gzipped file (b'x,')",)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for many small files."""
    return tmp_path_factory.mktemp("tables")


@given(
    st.binary(max_size=60)
    | st.text(alphabet='ay01.,;"\n\r \t-e', max_size=60).map(lambda text: f"x,y\n{text}".encode())
)
def test_any_file_is_prepared_or_refused_in_printable_lines(folder: Path, content: bytes) -> None:
    """Any content leads to finite inputs, or to a DataError that can be printed."""
    path = folder / "any.csv"
    path.write_bytes(content)
    try:
        prepared = prepare(read_table(path, SETTINGS), SETTINGS)
    except DataError as error:
        printable = [line.isprintable() for line in error.problems]
    else:
        printable = [bool(np.isfinite(prepared.training.inputs).all())]
    assert all(printable)
