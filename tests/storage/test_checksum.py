import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo.storage.checksum import add_checksum, remove_checksum

objects = st.dictionaries(st.text(), st.text() | st.integers(), min_size=1)


@given(objects)
def test_any_object_is_read_as_written(fields: dict[str, object]) -> None:
    """Adding and removing a checksum keeps a text; any JSON reader can read it with one."""
    text = json.dumps(fields, ensure_ascii=True)
    assert remove_checksum(add_checksum(text).encode()) == text
    assert {"checksum": "", **json.loads(add_checksum(text))}.keys() == {*fields, "checksum"}


def test_the_checksum_is_the_crc_of_all_before_it() -> None:
    """A line can be checked with zlib."""
    line = add_checksum('{"größer": 1}')
    before, checksum = line.split(', "checksum": ')
    assert checksum == f'"{zlib.crc32(before.encode()):08x}"}}'


@given(objects, st.data())
def test_a_changed_byte_is_noticed(fields: dict[str, object], data: st.DataObject) -> None:
    """Any byte replaced by any other, even in the checksum itself, is damage."""
    line = bytearray(add_checksum(json.dumps(fields)).encode())
    place = data.draw(st.integers(0, len(line) - 1))
    line[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ValueError, match=r"^must (end with|match) its checksum, but is damaged$"):
        remove_checksum(bytes(line))
