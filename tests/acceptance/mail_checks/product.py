"""The product on two days of real listings, and all it sends on the second: every kind of mail there is, signed."""

import base64
import functools
import urllib.request
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from digest import config
from digest.app import App
from digest.cli import main
from tests.smtp_server import Mailbox, smtp_server

DOMAIN, SELECTOR = "digest.example", "2026a"
SITE = "https://digest.example"
_WEDNESDAY, _THURSDAY = "2026-02-04", "2026-02-05"
_MUCH_LATER = datetime(2026, 4, 8, 7, 30, tzinfo=UTC)  # nobody has been heard of for 60 days
_AGENTS = ("2601.20144", "2601.20412", "2601.20789", "2602.02751", "2602.03674")  # two of them change on Thursday
_LEGS = ("2601.17428", "2601.17440", "2601.20668", "2601.18629", "2601.21251")
_LETTERS = {
    "What comes, when, and how to change it": "welcome",
    "Are you still reading?": "still reading",
    "You are out": "goodbye",
}
_READERS = {
    "ana": ("--category", "cs.CL", "--category", "cs.RO", "--category", "cs.LG", "--size", "40"),
    "weekly": ("--weekly", "thu", "--category", "cs.RO", "--interest", "legged locomotion", "--size", "30"),
    "plain": ("--plain", "--category", "cs.CL", "--interest", "language-model agents"),
}
_SETTINGS = {
    "SITE_URL": SITE,
    "SITE_TRANSACTIONAL_SENDER": f"letters@{DOMAIN}",
    "SITE_POSTAL_ADDRESS": "Paperround, 1 Example Street, 12345 Example Town",
    "SITE_IMPRINT_URL": f"{SITE}/imprint",
    "SITE_PRIVACY_URL": f"{SITE}/privacy",
    "RETURNS_BOUNCES": f"bounces@{DOMAIN}",
    "RETURNS_REPLIES": f"replies@{DOMAIN}",
    "LETTERS_STILL_READING_DAYS": "60",
    "SOURCES_ARXIV_INTERVAL_SECONDS": "0.05",
    "DKIM_DOMAIN": DOMAIN,
    "DKIM_SELECTOR": SELECTOR,
    "SMTP_HOST": "127.0.0.1",
}


@functools.cache
def sent(replay: str, folder: Path) -> dict[str, bytes]:
    """What the relay was given, by what it is: "daily", "weekly", "plain"; "welcome" and "welcome, plain", and so on.

    `replay` is the URL of the server of real listings; of the daily one the second is meant. `record.txt` in the folder
    is what the DNS says of the key.
    """
    folder.mkdir()
    mailbox = Mailbox()
    with pytest.MonkeyPatch.context() as environment, smtp_server(mailbox) as port:
        _make_key(folder)
        addresses = {"ARXIV_OAI_URL": "/oai", "ARXIV_RSS_URL": "", "ARXIV_API_URL": "/api/query", "HUGGINGFACE_URL": ""}
        sources = {f"SOURCES_{name}": replay + path for name, path in addresses.items()}
        others = {"SMTP_PORT": str(port), "DKIM_PRIVATE_KEY_FILE": str(folder / "key.pem")}
        for name, value in (_SETTINGS | sources | others).items():
            environment.setenv(f"DIGEST_{name}", value)
        _live(replay, folder)
    return {_kind(address, content): content for address, content in mailbox.taken}


def _live(replay: str, folder: Path) -> None:
    """Readers join on Wednesday, when the daily ones get a letter and an edition, and on Thursday all get one; two
    months later they are asked whether they still read, and the first one leaves.
    """

    def digest(*arguments: str, day: str) -> None:
        _today(replay, day)
        options = ["--config", str(folder / "config.toml"), "--now", f"{day}T07:30:00Z"]
        assert main.run([*options, *arguments]) == 0

    categories = [part for each in ("cs.CL", "cs.RO", "cs.LG") for part in ("--category", each)]
    digest("init", *categories, "--sender", f"digest@{DOMAIN}", day=_WEDNESDAY)
    digest("ingest", day=_WEDNESDAY)  # what readers vote on must be known
    for name, options in _READERS.items():
        digest("subscriber", "add", f"{name}@example.org", *options, day=_WEDNESDAY)
    for name, words, liked in (
        ("agents", "language-model agents that plan and use tools", _AGENTS),
        ("robots", "legged locomotion and manipulation", _LEGS),
    ):
        digest("profile", "interest", "ana@example.org", words, "--interest", name, day=_WEDNESDAY)
        digest("profile", "like", "ana@example.org", *liked, "--interest", name, day=_WEDNESDAY)
    digest("run", day=_WEDNESDAY)
    digest("run", day=_THURSDAY)
    app = App(config.load(folder / "config.toml"), now=_MUCH_LATER)
    app.ask_the_silent()
    app.deliver()
    app.leave_by_link(1)
    app.deliver()
    app.close()


def _today(replay: str, day: str) -> None:
    urllib.request.urlopen(f"{replay}/_control?today={day}&late=0&fault=zero&times=0", timeout=10).close()


def _make_key(folder: Path) -> None:
    """A private key, and the record that tells of it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    (folder / "record.txt").write_bytes(b"v=DKIM1; k=rsa; p=" + base64.b64encode(public))


def _kind(address: str, content: bytes) -> str:
    mail = message_from_bytes(content, policy=policy.default)
    name = address.partition("@")[0]
    if mail["List-Id"]:
        return "daily" if name == "ana" else name
    letter = _LETTERS[str(mail["Subject"])]
    return letter if name == "ana" else f"{letter}, {name}"
