import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo import wording
from neuroevo.cli.terminal import (
    Column,
    Table,
    plain_table,
    print_heading,
    print_pairs,
    print_table,
    print_text,
)

words = st.text("abcdef", min_size=1, max_size=12)
sentences = st.lists(words, min_size=1, max_size=6).map(" ".join)
TABLE = Table(
    (Column("run"), Column("front size", right=True, dispensable=1), Column("what", wraps=True)),
    (("mouse-20261122-154455", "1,234", "one two three four"), ("x", "7", "")),
)


class Terminal(io.StringIO):
    """A stream that pretends to be a terminal."""

    def isatty(self) -> bool:
        """Return True."""
        return True


def test_a_pipe_gets_aligned_plain_text() -> None:
    """Cells are aligned two spaces apart, numbers on the right, nothing drawn, nothing cut."""
    assert plain_table(TABLE) == (
        "run                    front size  what\n"
        "mouse-20261122-154455       1,234  one two three four\n"
        "x                               7\n"
    )


def test_an_empty_table_has_its_titles() -> None:
    """Without rows the titles are printed."""
    assert plain_table(Table((Column("a"), Column("b")), ())) == "a  b\n"


@given(st.lists(st.tuples(words, words, sentences), max_size=5), st.integers(60, 120))
def test_a_narrow_terminal_shows_every_cell(rows: list[tuple[str, str, str]], width: int) -> None:
    """Cells that don't wrap stay whole, and every word of the others is there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(width))
        patch.setenv("TERM", "xterm")
        stream = Terminal()
        columns = (Column("first"), Column("second", right=True), Column("third", wraps=True))
        print_table(Table(columns, tuple(rows)), stream)
    drawn = stream.getvalue()
    assert all(word in drawn for row in rows for cell in row for word in cell.split())


def test_dispensable_columns_are_left_out_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a narrow terminal a dispensable column is left out and the others stay whole."""
    monkeypatch.setenv("TERM", "xterm")
    for width, shown in ((80, True), (46, False)):
        monkeypatch.setenv("COLUMNS", str(width))
        stream = Terminal()
        print_table(TABLE, stream)
        assert ("1,234" in stream.getvalue()) == shown
        assert "mouse-20261122-154455" in stream.getvalue()


ODD = "<b>\x1b[31m\u202e\udcff"


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()])
def test_control_characters_in_cells_and_texts_are_escaped(stream: io.StringIO) -> None:
    """Names of folders may hold anything; control characters in them are escaped."""
    print_table(Table((Column("run", wraps=True),), ((f"{ODD}\n\r",),)), stream)
    print_pairs([("Task", f"{ODD}\r\nsecond line")], stream)
    print_text(f"{ODD}\r\nsecond line", stream)
    written = stream.getvalue()
    assert written.count(r"<b>\x1b[31m\u202e\udcff") == 3
    assert not {"\r", "\u202e", "\udcff"} & set(written)
    assert "\x1b[31m" not in written


def test_a_terminal_of_24_columns_cuts_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables and pairs that do not fit become lines, in which each number stays whole."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "24")
    numbers = ("23,745", "2026-11-29", "≤\u202f10⁻¹⁴", "1.2\u202f×\u202f10⁻¹⁴")
    titles = ("run", "samples to target", "final MSE", "when it began")
    stream = Terminal()
    print_table(
        Table(tuple(Column(title, right=True) for title in titles), (numbers, numbers[::-1])),
        stream,
    )
    print_pairs(list(zip(titles, numbers, strict=True)), stream)
    lines = stream.getvalue().splitlines()
    assert max(map(len, lines)) <= 24
    assert all(sum(number in line for line in lines) == 3 for number in numbers)


def test_an_empty_table_has_its_titles_on_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without rows there is nothing to break into lines."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "8")
    stream = Terminal()
    print_table(Table((Column("a"), Column("trials done")), ()), stream)
    assert stream.getvalue().strip()


def test_a_number_stays_whole_on_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A number with a power of ten is in one line of a text and of a heading."""
    monkeypatch.setenv("TERM", "xterm")
    number = wording.number(2.1e-12)
    for width in range(24, 40):
        monkeypatch.setenv("COLUMNS", str(width))
        for write in (print_text, print_heading):
            stream = Terminal()
            write(f"The best baseline has a final MSE of {number} on fresh seeds.", stream)
            assert number in stream.getvalue()
