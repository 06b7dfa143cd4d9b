"""A folder behind IMAP, asked of a small server over TLS that does as it is told."""

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice

import pytest
import trustme

from digest.transport.returns import ReturnsSettings
from digest.transport.returns.imap import unseen
from digest.transport.returns.mailboxes import MailboxError
from digest.transport.returns.parts import MOST_BYTES

FIRST, SECOND = b"Subject: first\r\n\r\none\r\n", b"Subject: second\r\n\r\ntwo\r\n"
PASSWORD = "s3cret"


@dataclass
class Folder:
    """Messages by UID, which of them are seen, and what the server is asked."""

    messages: dict[int, bytes] = field(default_factory=lambda: {7: FIRST, 9: SECOND})
    seen: set[int] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    refuses: str = ""  # a command that is answered NO
    hangs_up_at: str = ""  # a command that ends the connection

    def answer(self, line: str) -> bytes:
        """The answer to one command."""
        tag, command, rest = [*line.split(" ", 2), ""][:3]
        command = f"{command} {rest.split(' ')[0]}" if command == "UID" else command
        done = f"{tag} OK done\r\n".encode()
        if command == self.refuses:
            return f"{tag} NO [AUTHENTICATIONFAILED] not for ana@example.net\r\n".encode()
        match command:
            case "CAPABILITY":
                return b"* CAPABILITY IMAP4rev1\r\n" + done
            case "SELECT":
                return f"* {len(self.messages)} EXISTS\r\n".encode() + done
            case "UID SEARCH":
                new = " ".join(str(uid) for uid in self.messages if uid not in self.seen)
                return f"* SEARCH {new}\r\n".encode() + done
            case "UID FETCH":
                return self._fetched(int(rest.split(" ")[1])) + done
            case "UID STORE":
                self.seen.add(int(rest.split(" ")[1]))
        return done

    def _fetched(self, uid: int) -> bytes:
        if uid not in self.messages:
            return b""
        content = self.messages[uid][:MOST_BYTES]
        return b"* 1 FETCH (UID %d BODY[]<0> {%d}\r\n%b)\r\n" % (uid, len(content), content)


@contextmanager
def server(folder: Folder, name: str = "127.0.0.1") -> Iterator[tuple[ReturnsSettings, ssl.SSLContext]]:
    """Settings that lead to a server with that folder, and whom to trust."""
    authority = trustme.CA()
    secured = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(secured)
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        worker = threading.Thread(target=_serve, args=(listener, secured, folder))
        worker.start()
        port = listener.getsockname()[1]
        yield (
            ReturnsSettings(imap_host="127.0.0.1", imap_port=port, imap_username="digest", imap_password=PASSWORD),
            trust,
        )
        worker.join()


def _serve(listener: socket.socket, secured: ssl.SSLContext, folder: Folder) -> None:
    try:
        connection, _ = listener.accept()
        with secured.wrap_socket(connection, server_side=True) as opened, opened.makefile("rb") as lines:
            opened.sendall(b"* OK ready\r\n")
            for line in lines:
                asked = line.decode().strip()
                folder.asked.append(asked.partition(" ")[2])
                if folder.hangs_up_at and folder.hangs_up_at in asked:
                    return
                opened.sendall(folder.answer(asked))
                if asked.endswith("LOGOUT"):
                    return
    except OSError:
        return


def test_unseen_messages_are_given_and_marked_once_they_are_taken() -> None:
    folder = Folder(seen={8}, messages={7: FIRST, 8: b"seen before", 9: SECOND})
    with server(folder) as (settings, trust):
        assert list(unseen(settings, tls=trust)) == [FIRST, SECOND]

    assert folder.seen == {7, 8, 9}
    assert 'SELECT "INBOX"' in folder.asked
    assert [each for each in folder.asked if re.match("UID (FETCH|STORE)", each)] == [
        "UID FETCH 7 (BODY.PEEK[]<0.1048576>)",
        "UID STORE 7 +FLAGS.SILENT (\\Seen)",
        "UID FETCH 9 (BODY.PEEK[]<0.1048576>)",
        "UID STORE 9 +FLAGS.SILENT (\\Seen)",
    ]
    assert folder.asked[-1] == "LOGOUT"


def test_a_message_that_was_given_and_not_taken_stays_unseen() -> None:
    folder = Folder()
    with server(folder) as (settings, trust):
        reading = unseen(settings, tls=trust)
        assert list(islice(reading, 2)) == [FIRST, SECOND]
        del reading  # as when what takes it fails

    assert folder.seen == {7}
    assert folder.asked[-1] == "LOGOUT"


def test_an_empty_folder_gives_nothing() -> None:
    with server(Folder(messages={})) as (settings, trust):
        assert list(unseen(settings, tls=trust)) == []


def test_of_a_large_message_the_beginning_is_asked_for() -> None:
    with server(Folder(messages={1: b"x" * 3 * MOST_BYTES})) as (settings, trust):
        assert list(unseen(settings, tls=trust)) == [b"x" * MOST_BYTES]


def test_a_message_that_is_removed_meanwhile_is_passed_over() -> None:
    folder = Folder()
    with server(folder) as (settings, trust):
        reading = unseen(settings, tls=trust)
        assert next(reading) == FIRST
        del folder.messages[9]
        assert list(reading) == []


@pytest.mark.parametrize("command", ["LOGIN", "SELECT", "UID SEARCH", "UID FETCH", "UID STORE"])
def test_a_refusal_is_told_with_the_place_and_without_password_or_address(command: str) -> None:
    with server(Folder(refuses=command)) as (settings, trust):
        with pytest.raises(MailboxError) as caught:
            list(unseen(settings, tls=trust))

    said = str(caught.value)
    assert said.startswith(f"IMAP server 127.0.0.1:{settings.imap_port} cannot be used: ")
    assert "not for (address); check [returns] imap_*" in said
    assert PASSWORD not in said


@pytest.mark.parametrize("command", ["LOGIN", "SEARCH", "FETCH", "STORE"])
def test_a_connection_that_ends_is_told(command: str) -> None:
    with server(Folder(hangs_up_at=command)) as (settings, trust):
        with pytest.raises(MailboxError, match="cannot be used"):
            list(unseen(settings, tls=trust))


def test_a_certificate_of_another_name_is_refused() -> None:
    folder = Folder()
    with server(folder, "imap.example.org") as (settings, trust):
        with pytest.raises(MailboxError, match="certificate"):
            list(unseen(settings, tls=trust))

    assert folder.asked == []


def test_no_server_at_all_names_the_place() -> None:
    with pytest.raises(MailboxError, match=r"IMAP server 127\.0\.0\.1:1 cannot be used: .*refused"):
        list(unseen(ReturnsSettings(imap_host="127.0.0.1", imap_port=1)))


def test_a_password_beyond_ascii_is_told_as_such() -> None:
    with server(Folder()) as (settings, trust):
        beyond = ReturnsSettings(
            imap_host="127.0.0.1", imap_port=settings.imap_port, imap_username="digest", imap_password="geheimnißvoll"
        )
        with pytest.raises(MailboxError, match="user name and password must be ASCII"):
            list(unseen(beyond, tls=trust))
