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
def test_a_written_document_is_read_as_the_same(document: dict[str, Any]) -> None:
    """Any document of values, lists and tables is read as it was."""
    assert tomllib.loads(write_toml(document)) == document


def test_nested_tables_are_written_on_one_line() -> None:
    """Values come first, each table has its heading, and nested tables are inline."""
    document = {"table": {"range": {"low": 1e-4, "log": True}, "names": ["a", "b"]}, "seed": 1}
    assert write_toml(document) == (
        'seed = 1\n\n[table]\nrange = { low = 0.0001, log = true }\nnames = ["a", "b"]\n'
    )
