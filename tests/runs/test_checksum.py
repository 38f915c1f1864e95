import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo.runs.checksum import add_checksum, remove_checksum

objects = st.dictionaries(st.text(), st.text() | st.integers(), min_size=1)


@given(objects)
def test_any_object_comes_back(fields: dict[str, object]) -> None:
    """What was sealed is unsealed to the letter, and any reader of JSON reads it sealed."""
    text = json.dumps(fields, ensure_ascii=True)
    assert remove_checksum(add_checksum(text).encode()) == text
    assert {"checksum": "", **json.loads(add_checksum(text))}.keys() == {*fields, "checksum"}


def test_the_checksum_is_the_crc_of_all_before_it() -> None:
    """Whoever knows zlib can check a line."""
    sealed = add_checksum('{"größer": 1}')
    before, checksum = sealed.split(', "checksum": ')
    assert checksum == f'"{zlib.crc32(before.encode()):08x}"}}'


@given(objects, st.data())
def test_a_byte_that_is_another_is_found(fields: dict[str, object], data: st.DataObject) -> None:
    """Any byte replaced by any other, even in the checksum itself, is damage."""
    sealed = bytearray(add_checksum(json.dumps(fields)).encode())
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ValueError, match=r"^must (end with|match) its checksum, but is damaged$"):
        remove_checksum(bytes(sealed))
