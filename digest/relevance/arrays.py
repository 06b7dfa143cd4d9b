"""Arrays in a folder: a .npy file each and a JSON manifest, replaced as one by a rename, mapped when they are read.

What is mapped takes memory only as far as it is looked at, and processes share it. Nothing is pickled. The manifest
has the checksum (CRC-32) of every file and of itself, and a folder that is not as it was written is not read.
"""

import contextlib
import ctypes
import json
import mmap
import os
import shutil
import tempfile
import zlib
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Facts = Mapping[str, int]

MANIFEST = "manifest.json"
_FILES, _ITSELF = "files", "itself"  # in the manifest: the checksum of each array's file, and that of the rest
_READ = 1 << 18  # bytes read at once to be summed: they stay in the cache
_LIBRARY = ctypes.CDLL(None)  # what the process is linked with, the C library among it
_MMAP_THRESHOLD, _LARGE = -3, 1 << 20  # M_MMAP_THRESHOLD of malloc.h; bytes
_VERSION = (1, 0)  # of the .npy format, of which numpy writes the oldest that will do


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What a folder holds."""

    facts: Facts
    arrays: Mapping[str, Array]  # they cannot be written to
    stamp: int  # 63 bits that two folders have in common only where all their arrays and facts are the same


def write(folder: Path, arrays: Mapping[str, Array], facts: Facts) -> int:
    """Write a folder beside the one that is there, and take its place; its stamp. OSError where that cannot be."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    try:
        manifest: dict[str, Any] = {**facts, _FILES: {}}
        for name, array in arrays.items():
            with (beside / _file(name)).open("w+b") as file:
                np.lib.format.write_array(file, np.ascontiguousarray(array), version=_VERSION, allow_pickle=False)
                manifest[_FILES][name] = _checksum(file)
        manifest[_ITSELF] = zlib.crc32(canonical(manifest))
        (beside / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
        _replace(folder, beside)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return _stamp(manifest)


def read(folder: Path) -> Kept | None:
    """What is kept in a folder; None where nothing is, or not all of it is as it was written."""
    try:
        with ExitStack() as opened:
            place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)  # all files are of this one, though it be replaced
            opened.callback(os.close, place)
            manifest = json.loads(opened.enter_context(_opened(MANIFEST, place)).read())
            files = {name: opened.enter_context(_opened(_file(name), place)) for name in manifest[_FILES]}
            return _kept(manifest, files)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def let_go(arrays: Iterable[Array]) -> None:
    """Give back the memory of what was looked at in those of the arrays that are mapped; it can be looked at again."""
    for array in arrays:
        owner: object = array.base
        if isinstance(owner, mmap.mmap):
            owner.madvise(mmap.MADV_DONTNEED)


def return_memory() -> None:
    """Have this process return the memory of a large array as soon as the array goes, where its C library is glibc.

    Left alone, glibc keeps up to 32 MiB of each for the next one, with holes between them (mallopt(3)); what is mapped
    for an array of its own costs no more time.
    """
    with contextlib.suppress(AttributeError):  # another C library
        _LIBRARY.mallopt(_MMAP_THRESHOLD, _LARGE)


def return_what_is_free() -> None:
    """Return the memory of many small things that have gone, which takes some milliseconds; glibc alone (as above)."""
    with contextlib.suppress(AttributeError):
        _LIBRARY.malloc_trim(0)


def _kept(manifest: dict[str, Any], files: Mapping[str, BinaryIO]) -> Kept | None:
    itself = manifest.pop(_ITSELF)
    sums = {name: _checksum(file) for name, file in files.items()}
    if (zlib.crc32(canonical(manifest)), sums) != (itself, manifest[_FILES]):
        return None
    stamp = _stamp(manifest | {_ITSELF: itself})
    facts = {name: value for name, value in manifest.items() if name != _FILES}
    return Kept(facts, {name: _mapped(file) for name, file in files.items()}, stamp)


def _file(name: str) -> str:
    """An array's file in the folder, and nowhere else."""
    if not name.replace("_", "").isalnum():
        raise ValueError(f"an array named {name!r}")
    return f"{name}.npy"


def _opened(name: str, place: int) -> BinaryIO:
    """A file of an open folder."""
    return open(name, "rb", opener=lambda path, flags: os.open(path, flags, dir_fd=place))


def _checksum(file: BinaryIO) -> int:
    """Of a whole file, which is read and not mapped: what is summed takes no memory."""
    file.seek(0)
    found, buffer = 0, bytearray(_READ)
    whole = memoryview(buffer)
    while size := file.readinto(buffer):  # type: ignore[attr-defined]  # BinaryIO does not tell; both kinds have it
        found = zlib.crc32(whole[:size], found)
    return found


def _mapped(file: BinaryIO) -> Array:
    file.seek(0)
    if np.lib.format.read_magic(file) != _VERSION:
        raise ValueError("another version of the format")
    shape, by_column, kind = np.lib.format.read_array_header_1_0(file)
    if by_column or kind.hasobject:
        raise ValueError(f"an array of {kind}, by column: {by_column}")
    mapping = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return np.ndarray(shape, kind, mapping, offset=file.tell())


def canonical(manifest: Mapping[str, Any]) -> bytes:
    """What of a manifest its own checksum is of."""
    return json.dumps({name: value for name, value in manifest.items() if name != _ITSELF}, sort_keys=True).encode()


def _stamp(manifest: Mapping[str, Any]) -> int:
    return int.from_bytes(blake2b(canonical(manifest), digest_size=8).digest(), "little") >> 1


def _replace(folder: Path, beside: Path) -> None:
    """Two renames: who reads between them finds nothing, and makes it."""
    old = beside.with_name(f"{beside.name}.old")
    if folder.exists():
        os.replace(folder, old)
    os.replace(beside, folder)
    shutil.rmtree(old, ignore_errors=True)
