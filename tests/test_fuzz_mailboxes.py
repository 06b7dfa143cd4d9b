"""Whatever lies in a mailbox, it is read to its end, and each message says something or nothing."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.transport.returns import read
from digest.transport.returns.mailboxes import maildir, mbox
from digest.transport.returns.parts import MOST_BYTES

PIECES = st.sampled_from(
    [
        *(b"From a Mon Mar  2 07:31:00 2026\n", b"From ", b"\n\nFrom \xff\n", b"\r\n", b"\n\n", b">From x\n", b"\0"),
        *(b"Content-Type: multipart/report; boundary=b\n\n--b\n", b"To: bounces+17-0123456789abcdef0123@example.org\n"),
    ]
) | st.binary(max_size=40)
fuzzed = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@fuzzed
@given(st.lists(PIECES, max_size=8))
def test_any_mbox_is_read(tmp_path: Path, pieces: list[bytes]) -> None:
    file = tmp_path / "mbox"
    file.write_bytes(content := b"".join(pieces))

    found = list(mbox(file))

    assert sum(map(len, found)) <= len(content)
    for each in found:
        read(each)
    assert file.read_bytes() == content


@fuzzed
@given(st.dictionaries(st.from_regex(r"[0-9]{1,10}\.[\w:,]{1,20}", fullmatch=True), st.binary(max_size=60), max_size=4))
def test_any_maildir_is_read_once(tmp_path: Path, mails: dict[str, bytes]) -> None:
    for name in ("new", "cur"):
        (tmp_path / name).mkdir(exist_ok=True)
        for old in (tmp_path / name).iterdir():
            old.unlink()
    for name, content in mails.items():
        (tmp_path / "new" / name).write_bytes(content)

    found = list(maildir(tmp_path))

    assert sorted(found) == sorted(mails.values())
    assert max(map(len, found), default=0) <= MOST_BYTES
    assert list(maildir(tmp_path)) == []
