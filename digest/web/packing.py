"""gzip for what is sent once: by Intel's ISA-L (`isal`) in a tenth of zlib's usual time, for a tenth more bytes."""

import zlib
from collections.abc import Callable

_ISAL_LEVEL = 1  # of 0 to 3, of which 3 takes twice as long for 4 % fewer bytes
_ZLIB_LEVEL = 1  # of 9: a sixth of the time that 6 takes
_GZIP = 31  # the largest window, in a gzip member (RFC 1952) without a date


def _by_zlib(content: bytes) -> bytes:
    return zlib.compress(content, _ZLIB_LEVEL, wbits=_GZIP)


def _quickest() -> Callable[[bytes], bytes]:
    try:
        from isal import isal_zlib
    except ImportError:  # there are no wheels for every machine
        return _by_zlib
    return lambda content: isal_zlib.compress(content, _ISAL_LEVEL, _GZIP)


packed = _quickest()  # some content as gzip has it
