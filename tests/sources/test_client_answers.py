"""The polite client trusts no answer: late, large, cut, damaged or in disguise."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable, Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.errors import SourceError
from digest.sources.body import whole
from digest.sources.client import Limits, Pace, PoliteClient
from digest.sources.limits import Meter
from tests.sources.conftest import COOLDOWN, NOW, unhurried
from tests.sources.misbehaving import endless_chunk_extensions, huge_body
from tests.sources.wire import Wire, answer, wire

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


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x-gzip"])
def test_a_compressed_answer_is_unpacked(server: Wire, ask: Ask, encoding: str) -> None:
    server.answers(answer(body=gzip.compress(PAGE), content_encoding=encoding))
    assert ask(limits=SMALL) == PAGE


def test_an_answer_in_chunks_is_put_together(server: Wire, ask: Ask) -> None:
    server.answers(chunked(PAGE[:10], PAGE[10:], b""))
    assert ask(limits=SMALL) == PAGE


def test_an_answer_of_just_the_permitted_size_is_taken(server: Wire, ask: Ask) -> None:
    server.answers(zipped(gzip.compress(bytes(1_000_000))))
    assert len(ask(limits=SMALL)) == 1_000_000


def test_a_compressed_answer_in_two_parts_is_put_together(server: Wire, ask: Ask) -> None:
    server.answers(zipped(gzip.compress(PAGE[:50]) + gzip.compress(PAGE[50:])))
    assert ask(limits=SMALL) == PAGE


@pytest.mark.parametrize("garbage", [b"\0" * 700, b"\n", b"<!-- served in 3 ms -->", b"\x1f"])
def test_what_follows_the_end_of_a_compressed_answer_is_passed_over(server: Wire, ask: Ask, garbage: bytes) -> None:
    server.answers(zipped(gzip.compress(PAGE) + garbage))
    assert ask(limits=SMALL) == PAGE


@unhurried
@given(st.lists(st.binary(max_size=40), min_size=1, max_size=4), st.integers(1, 30), st.binary(max_size=3))
def test_however_the_wire_cuts_it_a_compressed_answer_is_the_same(
    parts: list[bytes], size: int, garbage: bytes
) -> None:
    packed = b"".join(map(gzip.compress, parts)) + b"\0" + garbage
    meter = Meter(SMALL)
    meter.begin()
    pieces = [packed[start : start + size] for start in range(0, len(packed), size)]
    assert whole(pieces, "gzip", SMALL, meter) == b"".join(parts)


def test_an_answer_that_is_cut_but_says_so_is_left_to_the_reader_of_the_format(server: Wire, ask: Ask) -> None:
    server.answers(answer(body=PAGE[:500]))
    assert ask(limits=SMALL) == PAGE[:500]


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
    assert refused(ask) == "the compressed answer is cut short (127.0.0.1)"


def test_a_compressed_answer_with_a_flipped_byte_is_no_answer(server: Wire, ask: Ask) -> None:
    packed = bytearray(gzip.compress(PAGE))
    packed[len(packed) // 2] ^= 0xFF
    server.answers(zipped(bytes(packed)))
    assert refused(ask) == "the compressed answer is damaged (127.0.0.1)"


def test_plain_text_that_claims_to_be_compressed_is_no_answer(server: Wire, ask: Ask) -> None:
    server.answers(zipped(PAGE))
    assert refused(ask) == "the compressed answer is damaged (127.0.0.1)"


def test_a_second_part_that_is_cut_is_no_answer(server: Wire, ask: Ask) -> None:
    server.answers(zipped(gzip.compress(PAGE) + gzip.compress(PAGE)[:-1]))
    assert refused(ask) == "the compressed answer is cut short (127.0.0.1)"


def test_a_compressed_answer_whose_checksum_is_wrong_is_no_answer(server: Wire, ask: Ask) -> None:
    packed = bytearray(gzip.compress(PAGE))
    packed[-8] ^= 0x01
    server.answers(zipped(bytes(packed)))
    assert refused(ask) == "the compressed answer is damaged (127.0.0.1)"


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip"])
def test_an_encoding_nobody_asked_for_is_refused(server: Wire, ask: Ask, encoding: str) -> None:
    server.answers(answer(body=zlib.compress(PAGE), content_encoding=encoding))
    assert refused(ask) == "answered in an encoding nobody asked for (127.0.0.1)"
    assert "Accept-Encoding: gzip\r\n" in server.requests[0]


# ------------------------------------------------------------ too large


def test_a_small_answer_that_unpacks_to_a_huge_one_is_refused(server: Wire, ask: Ask) -> None:
    server.answers(zipped(gzip.compress(bytes(64 * 2**20))))
    tracemalloc.start()
    try:
        assert refused(ask) == "the answer is larger than 1,000,000 bytes (127.0.0.1)"
        assert tracemalloc.get_traced_memory()[1] < 16 * 2**20  # it is never whole in memory
    finally:
        tracemalloc.stop()


def test_a_large_answer_is_refused_before_it_is_whole(server: Wire, ask: Ask) -> None:
    server.answers(answer(body=bytes(200_000), content_length="999999999"))
    assert refused(ask) == "the answer is larger than 100,000 bytes (127.0.0.1)"


def test_bytes_after_the_end_of_the_compressed_part_count_as_well(server: Wire, ask: Ask) -> None:
    server.answers(zipped(gzip.compress(PAGE) + bytes(200_000)))
    assert refused(ask) == "the answer is larger than 100,000 bytes (127.0.0.1)"


def test_an_archive_of_countless_empty_parts_is_refused(server: Wire, ask: Ask) -> None:
    server.answers(zipped(gzip.compress(b"") * 2000))
    assert refused(ask) == "the compressed answer has more than 1,000 parts (127.0.0.1)"


def test_of_200_megabytes_the_server_gets_rid_of_a_few(server: Wire, ask: Ask) -> None:
    script = huge_body(200 * 2**20)
    server.answers(script)
    assert refused(ask) == "the answer is larger than 100,000 bytes (127.0.0.1)"
    assert script.left.wait(10)
    assert script.sent < 40 * 2**20  # what the kernel had taken on for both sides


def test_the_frames_of_chunks_count_as_well(server: Wire, ask: Ask) -> None:
    script = endless_chunk_extensions()
    server.answers(script)
    assert refused(ask) == "the answer is larger than 100,000 bytes (127.0.0.1)"
    assert script.left.wait(10)


# ------------------------------------------------------------ whatever comes

HEADS = st.sampled_from(
    [
        b"",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n",
        b"HTTP/1.1 429 \xe9\r\nRetry-After: ",
        b"HTTP/1.1 302 Found\r\nLocation: ",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/9.9 200 OK\r\n",
    ]
)


@pytest.fixture(scope="module")
def any_server() -> Iterator[Wire]:
    with wire() as misbehaving:
        yield misbehaving


@pytest.fixture(scope="module")
def any_client() -> Iterator[PoliteClient]:
    client = PoliteClient("arxiv", user_agent="test", pace=Pace(0.0), cooldown=COOLDOWN, limits=SMALL)
    yield client
    client.close()


@unhurried
@given(HEADS, st.binary(max_size=60) | st.text(max_size=30).map(str.encode))
@example(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"f" * 5000 + b"\r\n")
@example(b"HTTP/1.1 302 Found\r\nLocation: ", b"http://[::1\r\n\r\n")
@example(b"HTTP/1.1 302 Found\r\nLocation: ", b"http://2130706433/\r\n\r\n")
@example(b"HTTP/1.1 302 Found\r\nLocation: ", b"\xff\r\n\r\n")
def test_whatever_a_server_sends_is_a_body_or_one_error_of_one_sentence(
    any_server: Wire, any_client: PoliteClient, head: bytes, rest: bytes
) -> None:
    any_server.answers(head + rest)
    problem = outcome(any_client, any_server.url)
    assert problem.isprintable()
    assert "s3cret" not in problem
    assert problem == "" or problem.endswith("(127.0.0.1)")


def outcome(client: PoliteClient, url: str) -> str:
    """What was wrong with the answer; nothing with a body."""
    try:
        client.get(url, {"key": "s3cret"}, now=NOW)
    except SourceError as error:
        return error.problem
    return ""
