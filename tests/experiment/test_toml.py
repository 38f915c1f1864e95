import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from neuroevo.experiment.toml import write_toml

KEYS = st.text("abcXYZ019_-", min_size=1)
PLAIN = (
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
VALUES = st.recursive(PLAIN, lambda v: st.lists(v) | st.dictionaries(KEYS, v), max_leaves=8)


@given(st.dictionaries(KEYS, VALUES))
def test_whatever_is_written_is_read_again(document: dict[str, Any]) -> None:
    """Any document of plain values, lists and tables comes back as it was."""
    assert tomllib.loads(write_toml(document)) == document


def test_tables_within_tables_stand_on_one_line() -> None:
    """Plain values come first, each table has its heading, all within is on the line of its key."""
    document = {"table": {"range": {"low": 1e-4, "log": True}, "names": ["a", "b"]}, "seed": 1}
    assert write_toml(document) == (
        'seed = 1\n\n[table]\nrange = { low = 0.0001, log = true }\nnames = ["a", "b"]\n'
    )
