"""Tables and text for users: drawn on a terminal, plain aligned text in a pipe.

Knows streams and cells, not what is in them.
"""

import os
import shutil
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import compress
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, TextIO
from unicodedata import category

from neuroevo.cli.encoding import readable
from neuroevo.cli.options import RESULTS
from neuroevo.files import absolute

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as Drawn

_GAP = 3  # between the columns of a drawn table
_LEAST_WIDTH = 40  # of a terminal on which pairs are in two columns
_NARROWEST = 18  # characters in a line of a cell that wraps


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    title
        Its title.
    right
        Whether its cells are aligned to the right, as numbers are.
    wraps
        Whether its cells may be broken into several lines on a narrow terminal.
    dispensable
        On a terminal that is too narrow, columns with the greatest number are left out first;
        those with 0 never.
    """

    title: str
    right: bool = False
    wraps: bool = False
    dispensable: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """The columns and cells of a table."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


def on_terminal(stream: TextIO | None) -> bool:
    """Return whether a stream is a terminal that can draw; a closed one, None, is not."""
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def console(stream: TextIO) -> "Console":
    """Return rich's console for a stream; it respects NO_COLOR."""
    from rich.console import Console

    return Console(file=stream, highlight=False, markup=False, emoji=False)


def say(text: str = "") -> None:
    """Write a message as one line on stderr, with control characters escaped."""
    sys.stderr.write(f"{readable(one_line(text), sys.stderr)}\n")
    sys.stderr.flush()


def open_in_browser(address: str) -> None:
    """Open an address in the web browser, or write that there is none."""
    import webbrowser

    if not webbrowser.open(address):
        say("neuroevo: no web browser was found to open it")


def one_line(text: str) -> str:
    """Escape line breaks and characters that can't be printed."""
    return "".join(
        letter if letter.isprintable() or category(letter) == "Zs" else repr(letter)[1:-1]
        for letter in text
    )


def _lines(text: str) -> str:
    return "\n".join(map(one_line, text.split("\n")))


def _filled(text: str, width: int) -> str:
    """Return text in lines of a width; numbers with a power of ten are not broken, as by rich."""
    return "\n".join(
        textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)
        for line in text.split("\n")
    )


def program() -> str:
    """Return how this program is called: by its name if that is found, else by its path."""
    path = Path((getattr(sys, "argv", None) or [""])[0])
    if shutil.which("neuroevo"):
        return "neuroevo"
    return quote(str(path)) if path.name == "neuroevo" else "python -m neuroevo"


def local_path(path: Path) -> str:
    """Return an absolute path as users write it: from the working directory if it is inside."""
    folder = absolute("")
    return str(path.relative_to(folder) if path.is_relative_to(folder) else path)


def reference(folder: Path) -> str:
    """Return the argument that names a run on the command line."""
    return quote(folder.name if folder.parent == absolute(RESULTS) else local_path(folder))


def print_heading(text: str, stream: TextIO) -> None:
    """Write a heading, with an empty line before it."""
    text = readable(text, stream)
    if on_terminal(stream):
        terminal = console(stream)
        terminal.print()
        terminal.print(_filled(text, terminal.width), style="bold", soft_wrap=True)
    else:
        stream.write(f"\n{text}\n")


def print_text(text: str, stream: TextIO) -> None:
    """Write text, wrapped between words on a terminal."""
    text = readable(_lines(text), stream)
    if on_terminal(stream):
        terminal = console(stream)
        terminal.print(_filled(text, terminal.width), soft_wrap=True)
    else:
        stream.write(f"{text}\n")


def print_table(table: Table, stream: TextIO) -> None:
    """Write a table, drawn on a terminal, else as plain aligned text of any width."""
    columns = (replace(each, title=readable(each.title, stream)) for each in table.columns)
    rows = (tuple(readable(one_line(cell), stream) for cell in row) for row in table.rows)
    table = Table(tuple(columns), tuple(rows))
    if on_terminal(stream):
        _draw(table, stream)
    else:
        stream.write(plain_table(table))


def plain_table(table: Table) -> str:
    """Return a table as lines of aligned cells, two spaces apart, nothing cut off."""
    titles = tuple(column.title for column in table.columns)
    lines = (titles, *table.rows)
    widths = [max(len(line[place]) for line in lines) for place in range(len(titles))]
    return "".join(f"{_aligned(line, table.columns, widths)}\n" for line in lines)


def print_pairs(pairs: Sequence[tuple[str, str]], stream: TextIO) -> None:
    """Write labels and texts in two columns."""
    pairs = [(readable(label, stream), readable(_lines(text), stream)) for label, text in pairs]
    if on_terminal(stream):
        from rich.table import Table as Grid

        terminal = console(stream)
        if terminal.width < _LEAST_WIDTH:
            terminal.out(_stacked(pairs, terminal.width), highlight=False)
            return
        grid = Grid.grid(padding=(0, 2))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(overflow="fold")
        for label, text in pairs:
            grid.add_row(label, text)
        terminal.print(grid)
        return
    width = max((len(label) for label, _ in pairs), default=0)
    for label, text in pairs:
        indented = text.replace("\n", "\n" + " " * (width + 2))
        stream.write(f"{label.ljust(width)}  {indented}\n")


def _aligned(line: tuple[str, ...], columns: tuple[Column, ...], widths: list[int]) -> str:
    cells = (
        cell.rjust(width) if column.right else cell.ljust(width)
        for cell, column, width in zip(line, columns, widths, strict=True)
    )
    return "  ".join(cells).rstrip()


def _draw(table: Table, stream: TextIO) -> None:
    terminal = console(stream)
    whole = table
    fits = _width(table, wrapped=False) <= terminal.width
    while not fits and _width(table, wrapped=True) > terminal.width:
        dispensable = max(column.dispensable for column in table.columns)
        if not dispensable and not table.rows:
            break
        if not dispensable:  # rich would break numbers
            _print_stacked(whole, terminal)
            return
        table = _without(table, dispensable)
    terminal.print(_drawn(table, fits=fits))


def _print_stacked(table: Table, terminal: "Console") -> None:
    """Write each row as lines of titles and cells, which are only broken between words."""
    titles = [column.title for column in table.columns]
    blocks = (_stacked(list(zip(titles, row, strict=True)), terminal.width) for row in table.rows)
    terminal.out("\n\n".join(blocks), highlight=False)


def _stacked(pairs: Sequence[tuple[str, str]], width: int) -> str:
    """Return labels and texts as lines; words that are wider are broken by the terminal itself."""
    lines = (f"{label}: {line}" for label, text in pairs if text for line in text.split("\n"))
    wrap = partial(
        textwrap.fill,
        width=width,
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(map(wrap, lines))


def _drawn(table: Table, *, fits: bool) -> "Drawn":
    from rich import box
    from rich.table import Table as Drawn

    drawn = Drawn(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for column in table.columns:
        drawn.add_column(
            # rich would not break the title of a column that does not wrap.
            column.title if fits or column.wraps else column.title.replace(" ", "\n"),
            justify="right" if column.right else "left",
            no_wrap=fits or not column.wraps,
            overflow="fold",
        )
    for row in table.rows:
        drawn.add_row(*row)
    return drawn


def _width(table: Table, *, wrapped: bool) -> int:
    """Return the width of a table, with titles and wrapping cells on one line or broken."""
    widths = []
    for place, column in enumerate(table.columns):
        titles = column.title.split() if wrapped else [column.title]
        width = max(len(text) for text in (*titles, *(row[place] for row in table.rows)))
        widths.append(min(width, _NARROWEST) if wrapped and column.wraps else width)
    return sum(widths) + _GAP * (len(table.columns) - 1)


def _without(table: Table, dispensable: int) -> Table:
    kept = [column.dispensable != dispensable for column in table.columns]
    rows = (tuple(compress(row, kept)) for row in table.rows)
    return Table(tuple(compress(table.columns, kept)), tuple(rows))
