"""`digest bounce` and `digest suppression` as an operator, or a mail system, types them."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from digest import tokens
from digest.cli import bounce
from digest.errors import StoreError
from digest.mail import address_hash
from digest.membership.returned import Effect
from digest.store import Store
from tests.fakes import paper
from tests.shell import ADDRESS, Shell, shell
from tests.store.builders import edition, keep
from tests.transport.returns_samples import EXCHANGE, POSTFIX, SES, VACATION, message, reply

HASH = address_hash(ADDRESS)


@pytest.fixture
def digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    with shell(tmp_path, monkeypatch, capsys) as opened:
        opened("subscriber", "add", ADDRESS)
        yield opened


@pytest.fixture
def store(digest: Shell) -> Iterator[Store]:
    with digest.store() as opened:
        yield opened


@pytest.fixture
def tag(store: Store) -> str:
    """Where mail systems report to about a mail with two papers."""
    return tagged(store, tokens.BOUNCE)


def tagged(store: Store, purpose: str) -> str:
    with store.read() as tx:
        ana = tx.subscribers.find(ADDRESS)
        known = tx.deliveries.listed()
    assert ana is not None
    if not known:
        papers = (paper(), paper())
        keep(store, *papers)
        number = edition(store, ana, *papers)
        with store.begin() as tx:
            tx.deliveries.intend(number, message_id="<1@example.org>", now=ana.next_due_at)
    with store.begin() as tx:
        secret, (newest, *_) = tx.secrets.get_or_make(tokens.KEY), tx.deliveries.listed()
        return tokens.tagged_address(secret, purpose, newest.delivery.id, "returns@example.org")


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for name in ("tmp", "new", "cur"):
        (tmp_path / "box" / name).mkdir(parents=True)
    return tmp_path / "box"


def deliver(maildir: Path, *contents: bytes) -> None:
    for number, content in enumerate(contents):
        (maildir / "new" / f"{number}.host").write_bytes(content)


def piped(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(content)))


def state(digest: Shell) -> str:
    shown: str = json.loads(digest("subscriber", "show", ADDRESS, "--json"))["state"]
    return shown


# ---------------------------------------------------------------- bounce read


def test_a_maildir_is_read_and_what_matters_is_told(digest: Shell, store: Store, tag: str, maildir: Path) -> None:
    answer = tagged(store, tokens.REPLY)
    deliver(maildir, message(SES, tag), message(VACATION, tag), reply("More robots, please!", answer), reply("+3", tag))

    said = digest("bounce", "read", "--maildir", str(maildir)).splitlines()

    assert said == [
        "effect\tsubscriber\tdelivery\twhat it says",
        "refused\t1\t1\t5.7.1 smtp; 554 5.7.1 (address) Sender address rejected: blocked by our reputation list",
        "unread\t1\t1\tMore robots, please!",
        "refused by policy, which is ours to repair: 1, replies that a person must read: 1, not signed by us: 1,"
        " saying nothing for us: 1",
    ]
    assert digest("bounce", "read", "--maildir", str(maildir)) == "no messages\n"
    assert len(list((maildir / "cur").iterdir())) == 4


def test_an_mbox_is_read_as_often_as_one_likes(digest: Shell, tag: str, tmp_path: Path) -> None:
    box = tmp_path / "returns.mbox"
    box.write_bytes(b"From x Mon Mar  2 07:31:00 2026\n" + message(POSTFIX, tag))

    assert "suppressed for ever: 1" in digest("bounce", "read", "--mbox", str(box))
    assert digest("bounce", "read", "--mbox", str(box)) == "read before: 1\n"
    assert state(digest) == "suppressed"


def test_the_mailbox_of_the_settings_is_read(
    digest: Shell, tag: str, maildir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(maildir, message(EXCHANGE, tag))
    monkeypatch.setenv("DIGEST_RETURNS_MAILBOX", str(maildir))

    assert json.loads(digest("bounce", "read", "--json")) == {
        "counts": {"counted": 1},
        "messages": [
            {
                "effect": "counted",
                "subscriber": 1,
                "delivery": 1,
                "said": "5.2.2 smtp;554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException",
            }
        ],
    }


def test_one_message_is_piped_with_its_recipient(digest: Shell, tag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    piped(monkeypatch, message(POSTFIX))
    assert digest("bounce", "read", "-", "--recipient", tag).endswith("suppressed for ever: 1\n")

    piped(monkeypatch, b"\xff\xfe nonsense")
    assert digest("bounce", "read", "-") == "saying nothing for us: 1\n"


def test_a_piped_message_that_cannot_be_kept_now_is_tried_again(
    digest: Shell, tag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object, **__: object) -> None:
        raise StoreError("the database is locked")

    piped(monkeypatch, message(POSTFIX, tag))
    monkeypatch.setattr("digest.app.App.take_returned", locked)

    assert digest("bounce", "read", "-", expect=75) == "digest: the database is locked\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "no mailbox to read; name one in [returns] as mailbox or imap_host, or give --maildir or --mbox"),
        (("--imap",), "no IMAP server to ask; name one in [returns] as imap_host"),
        (("--imap", "-"), "give one of --maildir, --mbox, --imap and -"),
        (("--recipient", "a@b.c"), "--recipient belongs to one message on stdin; give - too"),
        (("--maildir", "."), "is no maildir: it has no folders `new` and `cur`"),
        (("--mbox", "nothing"), "is no mbox: there is no such file"),
        (("everything",), "is not '-'"),
    ],
)
def test_a_mistake_in_bounce_is_one_sentence_and_exit_2(
    digest: Shell, arguments: tuple[str, ...], sentence: str
) -> None:
    said = digest("bounce", "read", *arguments, expect=2)

    assert sentence in said
    assert said.count("\n") == 1


def test_every_effect_has_words() -> None:
    assert set(bounce._COUNTED) == set(Effect)


# ---------------------------------------------------------------- suppression


def test_an_address_is_added_listed_and_removed(digest: Shell) -> None:
    assert digest("suppression", "add", ADDRESS, "--evidence", "by telephone") == f"suppressed {ADDRESS}\n"
    assert digest("suppression", "add", ADDRESS) == f"was suppressed already: {ADDRESS}\n"
    assert state(digest) == "suppressed"

    assert digest("suppression", "list").splitlines() == [
        "since\treason\taddress hash\tevidence",
        f"2026-03-09\toperator\t{HASH}\tby telephone",
    ]
    assert json.loads(digest("suppression", "list", "--json")) == [
        {"address_hash": HASH, "reason": "operator", "evidence": "by telephone", "since": "2026-03-09T07:30:00+00:00"}
    ]
    assert digest("suppression", "list", "--reason", "bounce") == "no suppressed addresses\n"

    assert digest("suppression", "remove", ADDRESS) == (
        f"no longer suppressed: {ADDRESS}; its subscriber is paused, see: digest subscriber resume\n"
    )
    assert state(digest) == "paused"


def test_a_suppressed_address_is_not_subscribed(digest: Shell) -> None:
    digest("suppression", "add", "bea@example.org")

    said = digest("subscriber", "add", "bea@example.org", expect=2)

    assert "bea@example.org is suppressed since 2026-03-09" in said
    assert "digest suppression remove" in said


def test_a_list_is_imported_and_exported(digest: Shell, tmp_path: Path) -> None:
    listed = tmp_path / "blocked.txt"
    listed.write_text(f"{ADDRESS}\nbea@example.org\n")

    assert digest("suppression", "import", str(listed)) == "added: 2, suppressed already: 0, not understood: 0\n"

    exported = digest("suppression", "export")
    assert exported.splitlines()[0] == "address_hash,reason,evidence,since"
    assert f"{HASH},operator,,2026-03-09T07:30:00+00:00" in exported.splitlines()
    listed.write_text(exported)
    assert digest("suppression", "import", str(listed)) == "added: 0, suppressed already: 2, not understood: 0\n"


def test_bad_lines_are_told_with_exit_2_and_the_good_ones_kept(digest: Shell, tmp_path: Path) -> None:
    listed = tmp_path / "blocked.txt"
    listed.write_text(f"{ADDRESS}\nbea\n")

    out = digest.both("suppression", "import", str(listed), expect=2)

    assert out == "added: 1, suppressed already: 0, not understood: 1\n"
    assert digest.err.startswith("digest: line 2: that is not an e-mail address: 'bea'")
    assert state(digest) == "suppressed"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "ana"), "that is not an e-mail address: 'ana'"),
        (("remove", ADDRESS), f"{ADDRESS} is not suppressed; see: digest suppression list"),
        (("import", "nothing.csv"), "'nothing.csv' does not exist"),
        (("list", "--reason", "spite"), "Invalid value for '--reason'"),
    ],
)
def test_a_mistake_in_suppression_is_one_sentence_and_exit_2(
    digest: Shell, arguments: tuple[str, ...], sentence: str
) -> None:
    said = digest("suppression", *arguments, expect=2)

    assert sentence in said
    assert said.count("\n") == 1


def test_a_file_in_another_encoding_is_refused_by_its_line(digest: Shell, tmp_path: Path) -> None:
    listed = tmp_path / "blocked.txt"
    listed.write_bytes(b"ana@example.org\nb\xe9a@example.org\n")

    assert "is not UTF-8 in line 2; nothing was imported" in digest("suppression", "import", str(listed), expect=2)
    assert digest("suppression", "list") == "no suppressed addresses\n"


@pytest.mark.parametrize(
    "command", ["bounce", "bounce read", *(f"suppression {c}" for c in ("list", "add", "remove", "import", "export"))]
)
def test_help_has_an_example(digest: Shell, command: str) -> None:
    assert "Example" in digest(*command.split(), "--help")
