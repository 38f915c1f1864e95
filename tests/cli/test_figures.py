"""The size of pictures, as the command line has it."""

from pathlib import Path

import pytest

from neuroevo.cli.figures import picture_size
from neuroevo.errors import UsageError
from neuroevo.report.figure_files import PictureSize


@pytest.mark.parametrize(
    ("text", "pixels"), [("1200", 1200), ("2in", 192), ("5.08 cm", 192), ("50.8mm", 192)]
)
def test_lengths_have_96_pixels_an_inch(text: str, pixels: int) -> None:
    """Inches, centimetres and millimetres are those of CSS, and so of a PDF."""
    assert picture_size(Path(), text, None) == PictureSize(width=pixels)
    assert picture_size(Path(), None, text) == PictureSize(height=pixels)


def test_wrong_sizes_are_refused_all_at_once() -> None:
    """A size that is no length or out of range is named with its rule, and so is a lone one."""
    with pytest.raises(UsageError) as found:
        picture_size(Path(), "1e9", "2mm")
    rule = "must be 100 to 20,000 pixels, such as 1200, 89mm, 8.9cm or 3.5in"
    assert found.value.problems == (
        f"--width: {rule}, but got '1e9'",
        f"--height: {rule}, but got '2mm'",
    )
    with pytest.raises(UsageError, match="--width: must come with --figures"):
        picture_size(None, "89mm", None)
