"""Text for streams whose encoding lacks characters: what is lacking is written in ASCII.

Knows characters and encodings, not what a text says.
"""

import codecs
import re
import unicodedata
from typing import IO

LACKING = "neuroevo.lacking"
"""The name of the error handler for streams, see `codecs.register_error`."""

_SUPERSCRIPTS = dict(zip("⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹", "-+0123456789", strict=True))
_POWER = re.compile(rf"((?<=[\d.])\s?[×·]\s?|(?<![\d.,]))10([{''.join(_SUPERSCRIPTS)}]+)")
_WRITTEN = {
    **_SUPERSCRIPTS,
    "×": "x",
    "·": "-",
    "–": "-",
    "—": "-",
    "−": "-",
    "‐": "-",
    "━": "-",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "≈": "~",
    "±": "+/-",
    "÷": "/",
    "⁄": "/",
    "√": "sqrt",
    "∞": "inf",
    "→": "->",
    "←": "<-",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "•": "*",
    "ß": "ss",
}


def readable(text: str, stream: IO[str]) -> str:
    """Return a text as a stream can write it, with the width that it will have there.

    Powers of ten become ``5.0e-4``; streams without the error handler `LACKING` get the text as it
    is.
    """
    encoding = getattr(stream, "encoding", None)
    if not encoding or getattr(stream, "errors", None) != LACKING or _has(encoding, text):
        return text

    def power(found: re.Match[str]) -> str:
        if _has(encoding, found[0]):
            return found[0]
        return f"{'' if found[1] else '1'}e{''.join(map(_plain, found[2]))}"

    return _POWER.sub(power, text).encode(encoding, LACKING).decode(encoding)


def _has(encoding: str, text: str) -> bool:
    """Whether an encoding has all characters of a text."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _replaced(error: UnicodeError) -> tuple[str, int]:
    """Replace characters that an encoding lacks; a superscript after a digit gets a ``^``."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    written, before = "", error.object[: error.start][-1:]
    for letter in error.object[error.start : error.end]:
        is_exponent = letter in _SUPERSCRIPTS and before.isascii() and before.isdigit()
        written += "^" * is_exponent + _plain(letter)
        before = letter
    return written, error.end


def _plain(letter: str) -> str:
    """Return a character in ASCII: by the table, by its name if Greek, without accents, or ?."""
    if letter in _WRITTEN:
        return _WRITTEN[letter]
    name = unicodedata.name(letter, "")
    if name.startswith("GREEK ") and "LETTER" in name:
        return name.split("LETTER ")[1].split()[0].lower()
    parts = unicodedata.normalize("NFKD", letter)
    return "".join(_WRITTEN.get(part, part if part.isascii() else "") for part in parts) or "?"


codecs.register_error(LACKING, _replaced)
