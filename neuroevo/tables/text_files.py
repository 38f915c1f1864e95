"""The form of a text file with a table: its lines, its header, its rows. Keeps no cells.

pandas fills short rows and renames columns without a word, so the form is checked before it reads.
"""

import csv
import gzip
import io
import zlib
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO, NoReturn, TextIO

from neuroevo.errors import DataError
from neuroevo.files import StrangeFileError, opened
from neuroevo.settings import printable, shown
from neuroevo.tables.limits import MOST_BYTES, MOST_CELLS, MOST_COLUMNS
from neuroevo.tables.problems import MOST_LINES
from neuroevo.tables.settings import TableSettings

MOST_CHARACTERS = 10_000_000  # of a line
_LIKELY_SEPARATORS = ",;\t|"
_MARKS_OF_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_OTHER_FORMATS = {
    b"PK\x03\x04": "a ZIP archive or an Excel workbook (unpack it, or save it as CSV)",
    b"\xd0\xcf\x11\xe0": "an Excel workbook (save it as CSV)",
    b"PAR1": "a Parquet file (its name must end with .parquet)",
    b"\x1f\x8b": "a gzip file (its name must end with .gz)",
}


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a text file."""

    header: tuple[str, ...]
    lines: "array[int]"  # the number of the first line of each row below the header


class _Limited(io.RawIOBase):
    """A binary file that gives at most a number of bytes in all, however small it is packed."""

    def __init__(self, file: BinaryIO, most_bytes: int) -> None:
        self._file = file
        self._most_bytes = most_bytes
        self._given = 0

    def readable(self) -> bool:
        """Whether it can be read: always."""
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]  # the part of the protocol that is used
        """Read into a buffer; StrangeFileError if the file has too many bytes."""
        content = self._file.read(len(buffer))
        self._given += len(content)
        if self._given > self._most_bytes:
            raise StrangeFileError(f"must have at most {self._most_bytes:,} bytes when unpacked")
        buffer[: len(content)] = content
        return len(content)


class _Lines(Iterator[str]):
    """The lines of a text file, counted; too long ones and null characters are refused."""

    def __init__(self, file: TextIO, name: str) -> None:
        self._file = file
        self.name = name
        self.number = 0  # of the last line that was given

    def __next__(self) -> str:
        line = self._file.readline(MOST_CHARACTERS + 1)
        if not line:
            raise StopIteration
        self.number += 1
        place = f"{self.name}, row {self.number}"
        if len(line) > MOST_CHARACTERS:
            raise DataError(f"{place}: must have at most {MOST_CHARACTERS:,} characters")
        if "\0" in line:
            hint = "if the file is in UTF-16, set encoding = 'utf-16'"
            raise DataError(f"{place}: must be text, but got a null character ({hint})")
        return line

    def cells(self, line: str, separator: str) -> list[str]:
        """Return the cells of the row that begins with a line; it may need further lines.

        Raises
        ------
        DataError
            If quotes are not closed, or something other than a separator follows them.
        """
        place = f"{self.name}, row {self.number}"
        try:
            return next(csv.reader(chain([line], self), delimiter=separator, strict=True))
        except csv.Error as error:
            if "expected after" in str(error):
                rule = "must have a separator after closing quotes"
                raise DataError(f"{place}: {rule}, but got {shown(line.strip())}") from None
            rule = f"must close quotes within {csv.field_size_limit():,} characters"
            raise DataError(f"{place}: {rule}, but got {shown(line.strip())}") from None


@contextmanager
def opened_text(path: Path, encoding: str, most_bytes: int = MOST_BYTES) -> Iterator[TextIO]:
    """Open a text file, unpacked if its name ends with ``.gz``; a byte-order mark is skipped.

    Raises
    ------
    DataError
        Also while it is read: if it can't be read, is no regular file, has too many bytes, is no
        gzip file, begins as a file of another format, or is not in its encoding.
    """
    name = printable(str(path))
    try:
        with opened(path, most_bytes) as (file, _):
            packed = path.suffix.lower() == ".gz"
            content = gzip.GzipFile(fileobj=file, mode="rb") if packed else file
            limited = io.BufferedReader(_Limited(content, most_bytes), 1 << 16)  # type: ignore[arg-type]
            _refuse_other_formats(limited.peek(), name)
            codec = "utf-8-sig" if encoding == "utf-8" else encoding
            # Line ends are made alike: pandas loses cells after an empty line that ends with "\r".
            yield io.TextIOWrapper(limited, encoding=codec, newline=None)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{name}: must be a complete gzip file, but got: {error}") from None
    except OSError as error:
        raise DataError(f"{name}: can't be read ({error.strerror or error})") from None
    except StrangeFileError as error:
        raise DataError(f"{name}: {error}") from None
    except UnicodeError as error:
        raise DataError(f"{name}: {_encoding_problem(path, encoding, error)}") from None


def _refuse_other_formats(start: bytes, name: str) -> None:
    for mark, found in _OTHER_FORMATS.items():
        if start.startswith(mark):
            raise DataError(f"{name}: must be text, but got {found}")


def _encoding_problem(path: Path, encoding: str, error: UnicodeError) -> str:
    rule = f"must be text in {encoding.upper()}"
    if encoding != "utf-8":
        return f"{rule}, but got other bytes (set encoding = 'utf-8' or another one)"
    with opened(path, MOST_BYTES) as (file, _):
        start = file.read(2)
        if start in _MARKS_OF_UTF_16:
            return f"{rule}, but got UTF-16 (set encoding = 'utf-16')"
        if path.suffix.lower() == ".gz":
            return f"{rule}, but got other bytes (set encoding = 'cp1252' or another one)"
        file.seek(0)
        for number, line in enumerate(file, start=1):
            try:
                line.decode()
            except UnicodeDecodeError as wrong:
                found = f"the byte 0x{line[wrong.start]:02x} in row {number}"
                return f"{rule}, but got {found} (set encoding = 'cp1252' or another one)"
    return f"{rule}, but got: {error}"


def separator_of(path: Path, settings: TableSettings) -> str:
    """Return the character between cells: a tab for ``.tsv``, else that of the settings."""
    return "\t" if ending(path).removesuffix(".gz").endswith(".tsv") else settings.separator


def ending(path: Path) -> str:
    """Return the last two endings of the name of a file, or the only one, in small letters."""
    return "".join(path.suffixes[-2:]).lower()


def check_form(
    path: Path,
    settings: TableSettings,
    most_bytes: int = MOST_BYTES,
    columns: Sequence[str] = (),
) -> Form:
    """Read a text file once and check that it is a table; a single column must be one of these.

    Raises
    ------
    DataError
        As in `opened_text`; or one line for each problem: rows that have more or fewer cells than
        the header, quotes that are not closed, a wrong header, no rows, too many cells.
    """
    with opened_text(path, settings.encoding, most_bytes) as file:
        lines = _Lines(file, printable(str(path)))
        separator = separator_of(path, settings)
        header = _header(lines, separator)
        if len(header) == 1 and header[0] not in columns:
            _refuse_column(header[0], separator, lines.name)
        return Form(header, _rows(lines, separator, len(header)))


def header_of(path: Path, settings: TableSettings) -> tuple[str, ...]:
    """Return the cells of the header of a text file; DataError as in `check_form`."""
    with opened_text(path, settings.encoding) as file:
        return _header(_Lines(file, printable(str(path))), separator_of(path, settings))


def _rows(lines: _Lines, separator: str, columns: int) -> "array[int]":
    numbers, wrong, more = array("q"), list[str](), 0
    most_rows = MOST_CELLS // columns
    for number, count in _counted_rows(lines, separator):
        numbers.append(number)
        if len(numbers) > most_rows:
            rule = f"must have at most {MOST_CELLS:,} cells"
            raise DataError(f"{lines.name}: {rule}, but got more than {most_rows:,} rows")
        if count == columns:
            continue
        more += len(wrong) >= MOST_LINES
        if len(wrong) < MOST_LINES:
            rule = f"must have {columns} cells as the header"
            wrong.append(f"{lines.name}, row {number}: {rule}, but got {count}")
    if wrong:
        rest = [f"{lines.name}: and {more:,} more problems"] if more else []
        raise DataError(*wrong, *rest)
    if not numbers:
        raise DataError(f"{lines.name}: must have rows below the header, but got none")
    return numbers


def _header(lines: _Lines, separator: str) -> tuple[str, ...]:
    blank = _blank(separator)
    line = next((line for line in lines if line.strip(blank)), None)
    if line is None:
        raise DataError(f"{lines.name}: must begin with a header, but got an empty file")
    cells = lines.cells(line, separator)
    if len(cells) > MOST_COLUMNS:
        rule = f"must have at most {MOST_COLUMNS:,} columns"
        raise DataError(f"{lines.name}: {rule}, but got {len(cells):,}")
    return tuple(cell.strip() for cell in cells)


def _refuse_column(header: str, separator: str, name: str) -> NoReturn:
    """Raise a DataError about a single column; its header may have another separator."""
    likely = [each for each in _LIKELY_SEPARATORS if each in header and each != separator]
    hint = ""
    if likely:
        quoted = likely[0].replace("\t", "\\t")
        option = f"--set 'task.separator=\"{quoted}\"'"
        hint = f" (set separator = {shown(likely[0])}, on the command line {option})"
    rule = f"must have at least two columns with {shown(separator)} between them"
    raise DataError(f"{name}: {rule}, but got the header {shown(header)}{hint}")


def _counted_rows(lines: _Lines, separator: str) -> Iterator[tuple[int, int]]:
    """Give the number of the first line of each row, and how many cells it has."""
    blank = _blank(separator)
    for line in lines:
        number = lines.number
        if '"' in line:
            yield number, len(lines.cells(line, separator))
        elif line.strip(blank):
            yield number, line.count(separator) + 1


def _blank(separator: str) -> str:
    """Return the characters of which a line has no others if it is skipped, as pandas skips it."""
    return " \t\n".replace(separator, "")
