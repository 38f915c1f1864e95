"""Streams whose encoding lacks characters get them in ASCII."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo import wording
from neuroevo.cli.encoding import LACKING, readable
from neuroevo.cli.terminal import Column, Table, print_pairs, print_table, print_text

T = wording.TIGHT


def stream_of(encoding: str) -> io.TextIOWrapper:
    """Return a stream in memory."""
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors=LACKING, newline="")


def written(stream: io.TextIOWrapper) -> str:
    """Return what a stream has got."""
    stream.seek(0)
    return stream.read()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (wording.number(5e-4), "5.0e-4"),
        (wording.number(-1.2e12), "-1.2e12"),
        (wording.number(float("inf")), "inf"),
        (f"≤{T}{wording.power_of_ten(-14)}", "<= 1e-14"),
        (f"from {wording.power_of_ten(-9)} to 5.0 × 10⁻⁴ of 20", "from 1e-9 to 5.0e-4 of 20"),
        ("2·10⁻⁴ and 0.5²", "2e-4 and 0.5^2"),
        (wording.sizes((4, 4, 4)), "4-4-4"),
        (wording.sizes((2, *[6] * 9, 2)), "2-6x9-2"),
        ("tanh 6·6 · relu 4", "tanh 6-6 - relu 4"),
        ("R² ≥ 0.9 – it’s “so” … a — b", 'R2 >= 0.9 - it\'s "so" ... a - b'),
        ("3 ÷ 4, a → b, ½ ± √2, τ = π", "3 / 4, a -> b, 1/2 +/- sqrt2, tau = pi"),
        ("Zürich, naïve, Ångström, Straße", "Zurich, naive, Angstrom, Strasse"),
        ("漢 \udcff", "? ?"),
    ],
)
def test_what_ascii_lacks_stays_readable(text: str, expected: str) -> None:
    """Numbers keep their exponents, networks their widths, words their letters."""
    assert readable(text, stream_of("ascii")) == expected


def test_only_what_an_encoding_lacks_is_replaced() -> None:
    """Latin-1 has × and ², but no minus of an exponent; UTF-8 has all."""
    text = f"4·4, R² = 5{T}×{T}10⁻⁴, 2{T}×{T}10³, Zürich → 10²⁴"
    latin = f"4·4, R² = 5e-4, 2{T}×{T}10³, Zürich -> 1e24"
    assert readable(text, stream_of("latin-1")) == latin
    assert readable(text, stream_of("utf-8")) == text
    assert readable(text, io.StringIO()) == text


def test_tables_are_aligned_with_what_is_written() -> None:
    """Columns are as wide as the replaced cells."""
    stream = stream_of("ascii")
    columns = (Column("best R²"), Column("MSE", right=True), Column("state"))
    rows = (("4·4", wording.number(5e-4), "ok"), ("6", "0.25", "ok"))
    print_table(Table(columns, rows), stream)
    print_pairs([("R²", "≤ 1"), ("MSE", "5 → 4")], stream)
    print_text("a – b", stream)
    assert written(stream) == (
        "best R2     MSE  state\n"
        "4-4      5.0e-4  ok\n"
        "6          0.25  ok\n"
        "R2   <= 1\n"
        "MSE  5 -> 4\n"
        "a - b\n"
    )


@given(st.text(), st.sampled_from(["ascii", "latin-1", "cp1252", "cp437", "shift_jis"]))
def test_any_text_can_be_written(text: str, encoding: str) -> None:
    """Every text is written to every stream, and what its encoding has is unchanged."""
    stream = stream_of(encoding)
    stream.write(text)
    stream.flush()
    shown = readable(text, stream)
    assert shown.encode(encoding).decode(encoding) == shown
    assert not text.isascii() or shown == text
