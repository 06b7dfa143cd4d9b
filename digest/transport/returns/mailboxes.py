"""Mailboxes on this machine: each gives its messages as bytes, at most the first mebibyte of each.

A message counts as taken when the next one is asked for, or the end: only then is it marked. Whoever stops in
between, by an error or a crash, is given it again; reading one twice does nothing more.
"""

import contextlib
import fcntl
import mailbox
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from digest.errors import DigestError, InvalidInput
from digest.transport.returns.parts import MOST_BYTES

_CHUNK = 2**16  # bytes
_SEEN = ":2,S"  # how a maildir marks what was seen (https://cr.yp.to/proto/maildir.html)


class MailboxError(DigestError):
    """A mailbox cannot be read; nothing in it is lost, and the next run reads it again."""


def messages(path: Path) -> Iterator[bytes]:
    """What is in a maildir, which is a folder, or an mbox, which is a file; InvalidInput if it is neither."""
    if path.is_dir():
        return maildir(path)
    if path.is_file():
        return mbox(path)
    raise InvalidInput(f"{path} is neither a maildir (a folder) nor an mbox (a file); see [returns] mailbox")


def maildir(folder: Path) -> Iterator[bytes]:
    """New messages, oldest name first, each moved from `new` to `cur` once it is taken."""
    new, seen = folder / "new", folder / "cur"
    if not new.is_dir() or not seen.is_dir():
        raise InvalidInput(f"{folder} is no maildir: it has no folders `new` and `cur`")
    return _new(new, seen)


def mbox(file: Path) -> Iterator[bytes]:
    """Every message of an mbox, which is locked meanwhile and never changed: it gives the same ones each time."""
    if not file.is_file():
        raise InvalidInput(f"{file} is no mbox: there is no such file")
    return _all(file)


def piped(stream: BinaryIO) -> bytes:
    """One message as a mail system pipes it; what is not kept is read too, or its writer would fail."""
    kept = stream.read(MOST_BYTES)
    while stream.read(_CHUNK):
        pass
    return kept


def _new(new: Path, seen: Path) -> Iterator[bytes]:
    try:
        for name in sorted(os.listdir(new)):
            content = _content(new / name)
            if content is None:
                continue
            yield content
            with contextlib.suppress(FileNotFoundError):  # another one has moved it
                os.rename(new / name, seen / f"{name.partition(':')[0]}{_SEEN}")
    except OSError as error:
        raise _unreadable(new, error) from error


def _content(file: Path) -> bytes | None:
    """The beginning of a message; None for what is none, such as a link, a folder or a pipe, or is gone."""
    try:
        if not stat.S_ISREG(file.lstat().st_mode):
            return None
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES)
    except FileNotFoundError:
        return None


def _all(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as held:
            fcntl.lockf(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
            with contextlib.closing(mailbox.mbox(file, create=False)) as box:
                for key in box.iterkeys():
                    yield box.get_file(key).read(MOST_BYTES)
    except BlockingIOError as error:
        raise MailboxError(f"{file} is being written by another process; try again") from error
    except OSError as error:
        raise _unreadable(file, error) from error


def _unreadable(place: Path, error: OSError) -> MailboxError:
    return MailboxError(f"{place} cannot be read: {error.strerror or error}; check its owner and permissions")
