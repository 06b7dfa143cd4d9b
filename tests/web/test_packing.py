"""What is sent once is packed by whatever is quickest here, and unpacked by everybody."""

import gzip
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.web import packing


@settings(deadline=None)
@given(st.binary(max_size=3000) | st.text().map(lambda text: text.encode("utf-8", "replace") * 50))
def test_what_was_packed_is_whole_and_the_same_each_time(content: bytes) -> None:
    for pack in (packing.packed, packing._by_zlib):
        made = pack(content)
        assert gzip.decompress(made) == content
        assert pack(content) == made


def test_without_the_quick_library_zlib_packs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "isal", None)
    assert packing._quickest() is packing._by_zlib


def test_a_feed_becomes_a_third_of_its_size_or_less() -> None:
    assert len(packing.packed(b"<entry><title>Flat minima</title></entry>" * 200)) * 3 < 200 * 41
