"""Mailboxes on this machine give each message, and mark as taken what was taken."""

import io
import os
import subprocess
import sys
from itertools import islice
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest

from digest.errors import InvalidInput
from digest.transport.returns import ReturnsSettings
from digest.transport.returns.mailboxes import MailboxError, maildir, mbox, messages, piped
from digest.transport.returns.parts import MOST_BYTES
from digest.transport.returns.places import configured
from digest.transport.returns.settings import LONGEST_LOCAL_PART

FIRST, SECOND = b"Subject: first\n\none\n", b"Subject: second\n\ntwo\n"
MBOX = b"From a Mon Mar  2 07:31:00 2026\n" + FIRST + b"\nFrom b Mon Mar  2 07:32:00 2026\n" + SECOND + b"\n"
HOLD = """
import fcntl, sys
with open(sys.argv[1], "rb+") as held:
    fcntl.lockf(held, fcntl.LOCK_EX)
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A maildir with two new messages."""
    for name in ("tmp", "new", "cur"):
        (tmp_path / "box" / name).mkdir(parents=True)
    (tmp_path / "box" / "new" / "1772436660.M1.host").write_bytes(FIRST)
    (tmp_path / "box" / "new" / "1772436661.M2.host").write_bytes(SECOND)
    return tmp_path / "box"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An mbox with two messages."""
    made = tmp_path / "box.mbox"
    made.write_bytes(MBOX)
    return made


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# ---------------------------------------------------------------- maildir


def test_new_messages_of_a_maildir_are_moved_once_they_are_taken(folder: Path) -> None:
    assert list(maildir(folder)) == [FIRST, SECOND]

    assert names(folder / "new") == []
    assert names(folder / "cur") == ["1772436660.M1.host:2,S", "1772436661.M2.host:2,S"]
    assert list(maildir(folder)) == []


def test_a_message_that_was_given_and_not_taken_is_given_again(folder: Path) -> None:
    reading = maildir(folder)
    assert list(islice(reading, 2)) == [FIRST, SECOND]
    del reading  # as when the process ends

    assert list(maildir(folder)) == [SECOND]


def test_a_message_that_somebody_else_moves_meanwhile_is_no_trouble(folder: Path) -> None:
    for content in maildir(folder):
        for path in (folder / "new").iterdir():
            path.rename(folder / "cur" / f"{path.name}:2,")
        assert content == FIRST

    assert names(folder / "cur") == ["1772436660.M1.host:2,", "1772436661.M2.host:2,"]


def test_what_is_no_file_in_a_maildir_is_left_alone(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("not a mail")
    (folder / "new" / "0.link").symlink_to(tmp_path / "secret")
    (folder / "new" / "0.folder").mkdir()
    os.mkfifo(folder / "new" / "0.pipe")

    assert list(maildir(folder)) == [FIRST, SECOND]
    assert names(folder / "new") == ["0.folder", "0.link", "0.pipe"]


def test_of_a_large_message_the_beginning_is_given(folder: Path) -> None:
    (folder / "new" / "1772436660.M1.host").write_bytes(b"x" * 3 * MOST_BYTES)

    assert next(maildir(folder)) == b"x" * MOST_BYTES


def test_a_folder_that_is_no_maildir_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="is no maildir: it has no folders `new` and `cur`"):
        maildir(tmp_path)


def test_a_maildir_that_cannot_be_written_says_so(folder: Path) -> None:
    reading = maildir(folder)
    next(reading)
    (folder / "cur").rmdir()
    (folder / "cur").write_text("in the way")

    with pytest.raises(MailboxError, match=r"new cannot be read: .*check its owner and permissions"):
        next(reading)


# ---------------------------------------------------------------- mbox


def test_an_mbox_gives_its_messages_each_time_and_stays_as_it_is(file: Path) -> None:
    file.chmod(0o400)

    assert [content.strip() for content in mbox(file)] == [FIRST.strip(), SECOND.strip()]
    assert len(list(mbox(file))) == 2
    assert file.read_bytes() == MBOX
    assert names(file.parent) == ["box.mbox"]


def test_an_mbox_that_is_being_written_is_left_for_later(file: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, file], stdin=PIPE, stdout=PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"held\n"
        with pytest.raises(MailboxError, match="is being written by another process; try again"):
            list(mbox(file))
        writer.communicate(b"enough")

    assert len(list(mbox(file))) == 2


def test_of_a_large_message_in_an_mbox_the_beginning_is_given(file: Path) -> None:
    file.write_bytes(MBOX + b"From c Mon Mar  2 07:33:00 2026\n" + b"x" * 3 * MOST_BYTES)

    assert [len(content) for content in mbox(file)][2] == MOST_BYTES


def test_no_mbox_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="is no mbox: there is no such file"):
        mbox(tmp_path / "nothing")


# ---------------------------------------------------------------- which one


def test_a_folder_is_a_maildir_and_a_file_is_an_mbox(folder: Path, file: Path) -> None:
    assert len(list(messages(folder))) == 2
    assert len(list(configured(ReturnsSettings(mailbox=str(file))))) == 2
    with pytest.raises(InvalidInput, match="is neither a maildir"):
        messages(folder / "nothing")


def test_without_a_mailbox_there_is_nothing_to_read() -> None:
    with pytest.raises(InvalidInput, match=r"name one in \[returns\] as mailbox or imap_host"):
        configured(ReturnsSettings())


def test_a_message_that_is_piped_is_read_to_its_end() -> None:
    stream = io.BytesIO(b"x" * 3 * MOST_BYTES)

    assert piped(stream) == b"x" * MOST_BYTES
    assert stream.read() == b""


# ---------------------------------------------------------------- settings


def test_nothing_is_read_by_default() -> None:
    assert not ReturnsSettings().is_read
    assert ReturnsSettings(mailbox="/var/mail/bounces").is_read
    assert ReturnsSettings(imap_host="imap.example.org").is_read


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"bounces": "example.org"}, "bounces: expected an address such as bounces@example.org"),
        ({"replies": "digest+x@example.org"}, "replies: expected an address .* without a plus sign"),
        ({"bounces": "x" * (LONGEST_LOCAL_PART + 1) + "@example.org"}, "at most 23 characters before the @"),
        ({"bounces": "a@b\r\nBcc: x@y"}, "bounces: expected an address"),
        ({"mailbox": "box", "imap_host": "imap.example.org"}, "mailbox and imap_host: expected one of them"),
        ({"imap_port": 0}, "imap_port: expected 1 to 65535"),
        ({"imap_folder": "Post\r\nA1 LOGOUT"}, "imap_folder: expected a name in ASCII"),
        ({"imap_folder": "Entwürfe"}, "imap_folder: expected a name in ASCII"),
    ],
)
def test_a_setting_that_cannot_work_is_refused(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        ReturnsSettings(**values)
