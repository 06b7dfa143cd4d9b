"""The body of an answer, unpacked and whole, or refused: too large, too late, cut, damaged or in disguise."""

import zlib
from collections.abc import Iterable
from io import BytesIO

from digest.sources.limits import Limits, Meter, Refused

_MOST_PARTS = 1000  # RFC 1952 §2.2 lets an archive have parts; as many as this is an attack


def whole(chunks: Iterable[bytes], encoding: str, limits: Limits, meter: Meter) -> bytes:
    """The decoded body. Raises Refused; what is too large is refused as soon as it is, without awaiting the rest."""
    unpack = _unpacker(encoding)
    wire, body = 0, BytesIO()
    for chunk in chunks:
        meter.check()
        wire += len(chunk)
        _fits(wire, limits.wire_bytes)
        body.write(unpack.unpacked(chunk, limits.decoded_bytes - body.tell()))
        _fits(body.tell(), limits.decoded_bytes)
    unpack.finish()
    return body.getvalue()


class _Plain:
    def unpacked(self, chunk: bytes, room: int) -> bytes:
        return chunk

    def finish(self) -> None:
        """Plain text has no end of its own."""


class _Gzip:
    """Unpacks part after part, and passes over what follows the last, as browsers do; checksums are zlib's to check."""

    def __init__(self) -> None:
        self._part = zlib.decompressobj(wbits=31)
        self._parts = 1
        self._after = b""  # what follows the last part, as far as it must be known

    def unpacked(self, chunk: bytes, room: int) -> bytes:
        """At most `room` bytes and one more, which says that there are too many."""
        pieces: list[bytes] = []
        while chunk and room >= 0 and self._belongs(chunk):
            chunk, self._after = self._after + chunk, b""
            try:
                pieces.append(self._part.decompress(chunk, room + 1))
            except zlib.error as error:
                raise Refused("the compressed answer is damaged") from error
            room -= len(pieces[-1])
            chunk = self._part.unused_data
        return b"".join(pieces)

    def finish(self) -> None:
        if not self._part.eof:
            raise Refused("the compressed answer is cut short")

    def _belongs(self, chunk: bytes) -> bool:
        """Whether these bytes are of a part; where one is over and another follows, the other begins."""
        if not self._part.eof:
            return True
        begins = (self._after + chunk)[:2]
        if begins != b"\x1f\x8b":
            self._after = begins
            return False
        self._part, self._parts = zlib.decompressobj(wbits=31), self._parts + 1
        if self._parts > _MOST_PARTS:
            raise Refused(f"the compressed answer has more than {_MOST_PARTS:,} parts")
        return True


def _unpacker(encoding: str) -> _Plain | _Gzip:
    name = encoding.strip().lower()
    if name in {"gzip", "x-gzip"}:  # RFC 9110 §8.4.1.3
        return _Gzip()
    if name in {"", "identity"}:
        return _Plain()
    raise Refused("answered in an encoding nobody asked for")


def _fits(size: int, most: int) -> None:
    if size > most:
        raise Refused(f"the answer is larger than {most:,} bytes")
