"""The polite client trusts no answer: late, large, cut, damaged or in disguise."""

import gzip
import socket
import tracemalloc
import zlib
from collections.abc import Callable
from threading import Event

import pytest

from digest.errors import SourceError
from digest.sources.client import Limits
from tests.sources.wire import Answer, Wire, answer, drip, silence

Ask = Callable[..., bytes]
PAGE = b"".join(b"<record>%d</record>" % number for number in range(1000))
SMALL = Limits(idle_seconds=5, total_seconds=5, wire_bytes=100_000, decoded_bytes=1_000_000)


def chunked(*pieces: bytes) -> bytes:
    body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body


def zipped(body: bytes) -> bytes:
    return answer(body=body, content_encoding="gzip")


def refused(ask: Ask, limits: Limits = SMALL) -> str:
    with pytest.raises(SourceError) as refusal:
        ask(limits=limits)
    return refusal.value.problem


# ------------------------------------------------------------ whole


@pytest.mark.parametrize("encoding", ["gzip", "GZIP"])
def test_a_compressed_answer_is_unpacked(server: Wire, ask: Ask, encoding: str) -> None:
    server.answers(answer(body=gzip.compress(PAGE), content_encoding=encoding))
    assert ask(limits=SMALL) == PAGE


def test_an_answer_in_chunks_is_put_together(server: Wire, ask: Ask) -> None:
    server.answers(chunked(PAGE[:10], PAGE[10:], b""))
    assert ask(limits=SMALL) == PAGE


def test_an_answer_of_just_the_permitted_size_is_taken(server: Wire, ask: Ask) -> None:
    server.answers(zipped(gzip.compress(bytes(1_000_000))))
    assert len(ask(limits=SMALL)) == 1_000_000


# ------------------------------------------------------------ cut and damaged


def test_fewer_bytes_than_promised_are_no_answer(server: Wire, ask: Ask) -> None:
    server.answers(answer(body=PAGE, content_length=str(len(PAGE) + 1)))
    assert refused(ask).startswith("the answer broke off: ")


def test_chunks_without_an_end_are_no_answer(server: Wire, ask: Ask) -> None:
    server.answers(chunked(PAGE))
    assert refused(ask).startswith("the answer broke off: ")


@pytest.mark.parametrize("left", [0, 1, 5, 20, -9, -1])
def test_a_compressed_answer_cut_anywhere_is_no_answer(server: Wire, ask: Ask, left: int) -> None:
    server.answers(zipped(gzip.compress(PAGE)[:left]))
    assert refused(ask) == "the compressed answer is cut short"


def test_a_compressed_answer_with_a_flipped_byte_is_no_answer(server: Wire, ask: Ask) -> None:
    packed = bytearray(gzip.compress(PAGE))
    packed[len(packed) // 2] ^= 0xFF
    server.answers(zipped(bytes(packed)))
    assert refused(ask).startswith("the compressed answer is damaged (")


def test_plain_text_that_claims_to_be_compressed_is_no_answer(server: Wire, ask: Ask) -> None:
    server.answers(zipped(PAGE))
    assert refused(ask).startswith("the compressed answer is damaged (")


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip"])
def test_an_encoding_nobody_asked_for_is_refused(server: Wire, ask: Ask, encoding: str) -> None:
    server.answers(answer(body=zlib.compress(PAGE), content_encoding=encoding))
    assert refused(ask) == f"answered in an encoding nobody asked for: {encoding}"
    assert "Accept-Encoding: gzip\r\n" in server.requests[0]


# ------------------------------------------------------------ too large


def test_a_small_answer_that_unpacks_to_a_huge_one_is_refused(server: Wire, ask: Ask) -> None:
    server.answers(zipped(gzip.compress(bytes(64 * 2**20))))
    tracemalloc.start()
    try:
        assert refused(ask) == "the answer is larger than 1,000,000 bytes"
        assert tracemalloc.get_traced_memory()[1] < 16 * 2**20  # it is never whole in memory
    finally:
        tracemalloc.stop()


def test_a_large_answer_is_refused_before_it_is_whole(server: Wire, ask: Ask) -> None:
    server.answers(answer(body=bytes(200_000), content_length="999999999"))
    assert refused(ask) == "the answer is larger than 100,000 bytes"


def test_bytes_after_the_end_of_the_compressed_part_count_as_well(server: Wire, ask: Ask) -> None:
    server.answers(zipped(gzip.compress(PAGE) + bytes(200_000)))
    assert refused(ask) == "the answer is larger than 100,000 bytes"


def test_endless_headers_are_refused(server: Wire, ask: Ask) -> None:
    server.answers(b"HTTP/1.1 200 OK\r\n" + b"X-More: and more\r\n" * 20_000)
    assert refused(ask).startswith("the answer broke off: ")


# ------------------------------------------------------------ too late


def half_an_answer(connection: socket.socket, over: Event) -> None:
    connection.sendall(answer(body=PAGE, content_length=str(2 * len(PAGE))))
    over.wait()


@pytest.mark.parametrize("script", [silence, half_an_answer])
def test_a_server_that_falls_silent_is_left(server: Wire, ask: Ask, script: Answer) -> None:
    server.answers(script)
    assert refused(ask, Limits(idle_seconds=0.1)) == "no answer in time (127.0.0.1)"


def test_a_server_that_drips_is_left_when_the_whole_time_is_over(server: Wire, ask: Ask) -> None:
    server.answers(drip)
    assert refused(ask, Limits(idle_seconds=5, total_seconds=0.2)) == "not finished after 0 s"
