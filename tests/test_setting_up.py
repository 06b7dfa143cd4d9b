"""`digest init` on a terminal and elsewhere, a test mail, completion, and the man page."""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from digest.cli import main
from digest.cli.asking import zone_of_this_host
from digest.cli.main import root
from digest.cli.manual import man_page
from digest.config import load
from digest.store import DatabaseSettings, Store
from tests.shell import Shell
from tests.smtp_server import Mailbox, scripted_server, smtp_server

PATIENCE = 60.0  # seconds for what is asked to appear


@dataclass
class Terminal:
    """A process at the other end of a pseudo-terminal."""

    number: int
    process: subprocess.Popen[bytes]
    shown: str = ""

    def answer(self, question: str, text: str) -> None:
        """Wait for the question and type the answer."""
        begin = len(self.shown)
        self.wait_for(question, begin)
        os.write(self.number, f"{text}\n".encode())

    def wait_for(self, words: str, begin: int = 0) -> None:
        end = time.monotonic() + PATIENCE
        while words not in self.shown[begin:]:
            assert time.monotonic() < end, f"{words!r} was not asked: {self.shown}"
            self._read()

    def finish(self) -> int:
        while self._read():
            pass
        return self.process.wait(PATIENCE)

    def _read(self) -> bool:
        ready, _, _ = select.select([self.number], [], [], 0.2)
        if not ready:
            return True
        try:
            found = os.read(self.number, 65536)
        except OSError:  # Linux: nobody is at the other end any more
            return False
        self.shown += found.decode()
        return bool(found)


@contextmanager
def terminal(arguments: Sequence[str], folder: Path) -> Iterator[Terminal]:
    here, there = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "digest", *arguments],
        stdin=there,
        stdout=there,
        stderr=there,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(main.__file__).parents[2]), "COLUMNS": "200"},
        start_new_session=True,
    )
    os.close(there)
    try:
        yield Terminal(here, process)
    finally:
        process.kill()
        process.wait(PATIENCE)
        os.close(here)


def readers(folder: Path) -> list[tuple[str, str]]:
    store = Store(DatabaseSettings(url=f"sqlite:///{folder / 'paperround.db'}"))
    with store.read() as tx:
        found = [(each.address, each.schedule.timezone.key) for each in tx.subscribers.all()]
    store.close()
    return found


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_on_a_terminal_init_asks_and_believes_a_relay_that_lets_us_in(tmp_path: Path) -> None:
    with smtp_server(Mailbox(), login=("ana", "secret\\word")) as port, terminal(["init"], tmp_path) as asked:
        asked.answer("arXiv categories", "cs.CL, math.OC")
        asked.answer("Sender address", "not an address")
        asked.answer("Sender address", "digest@example.org")
        asked.answer("readers reach this server", "https://digest.example.org/")
        for password in ("wrong", "secret\\word"):
            asked.answer("SMTP relay", "127.0.0.1")
            asked.answer("Its port", str(port))
            asked.answer("Protection", "none")
            asked.answer("User name", "ana")
            asked.answer("Password", password)
        asked.answer("Your time zone", "Europe/Berlin")
        asked.answer("Your own address", "ana@example.org")
        code = asked.finish()

    assert code == 0, asked.shown
    assert "that does not work" in asked.shown
    assert "127.0.0.1 lets us in" in asked.shown
    assert "secret" not in asked.shown
    made = load(tmp_path / "config.toml", {})
    assert made.arxiv.categories == ("cs.CL", "math.OC")
    assert (made.site.sender, made.site.url) == ("digest@example.org", "https://digest.example.org")
    assert (made.smtp.host, made.smtp.port, made.smtp.username) == ("127.0.0.1", port, "ana")
    assert made.smtp.password == "secret\\word"
    assert readers(tmp_path) == [("ana@example.org", "Europe/Berlin")]
    for name in ("config.toml", "smtp-password"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    text = (tmp_path / "config.toml").read_text(encoding="utf-8")
    assert "# The From address of every mail." in text


def test_enter_takes_what_is_offered(tmp_path: Path) -> None:
    with terminal(["init"], tmp_path) as asked:
        for question in ("arXiv categories", "Sender address", "readers reach this server", "SMTP relay"):
            asked.answer(question, "")
        asked.answer("Your time zone", "UTC")
        asked.answer("Your own address", "")
        assert asked.finish() == 0, asked.shown

    assert load(tmp_path / "config.toml", {}).site.sender == "paperround@localhost"


def test_with_yes_nothing_is_asked_on_a_terminal_either(tmp_path: Path) -> None:
    with terminal(["init", "--yes", "--category", "cs.RO"], tmp_path) as asked:
        assert asked.finish() == 0, asked.shown
    assert "wrote config.toml" in asked.shown
    made = load(tmp_path / "config.toml", {})
    assert (made.arxiv.categories, made.smtp.host) == (("cs.RO",), "")
    assert readers(tmp_path) == []


def test_where_nobody_can_answer_nothing_is_asked(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "digest", "init"], stdin=subprocess.DEVNULL, cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert load(tmp_path / "config.toml", {}).site.sender == "paperround@localhost"


def test_the_zone_of_this_host_is_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    link = tmp_path / "localtime"
    monkeypatch.setattr("digest.cli.asking._LOCALTIME", link)
    assert zone_of_this_host() == "UTC"
    link.symlink_to("/usr/share/zoneinfo/Europe/Berlin")
    assert zone_of_this_host() == "Europe/Berlin"


# ---------------------------------------------------------------- a test mail


def test_a_test_mail_goes_by_the_relay_and_its_answer_is_printed(
    digest: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox = Mailbox()
    with smtp_server(mailbox) as port:
        monkeypatch.setenv("DIGEST_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("DIGEST_SMTP_PORT", str(port))
        said = digest("send-test", "ana@example.org")
    assert said == f"127.0.0.1:{port} took it: 250 taken as 1\n"
    ((to, content),) = mailbox.taken
    assert to == "ana@example.org"
    assert b"Subject: A test of Paperround" in content
    assert b"List-Unsubscribe" not in content


def test_without_a_relay_the_test_mail_is_a_file(digest: Shell) -> None:
    assert digest("send-test", "ana@example.org").startswith("no relay is configured: ")
    assert len(digest.mails) == 1


@pytest.mark.parametrize(
    ("replies", "code", "said"),
    [
        ({"rcpt": b"550 5.1.1 who is that?"}, 1, "550"),
        ({"rcpt": b"451 4.7.1 later"}, 75, "451"),
        ({".": None}, 1, "not sent"),
        ({"greeting": b"554 go away"}, 75, "554"),
    ],
)
def test_what_the_relay_says_against_it_is_told_with_an_exit_code(
    digest: Shell, monkeypatch: pytest.MonkeyPatch, replies: dict[str, bytes | None], code: int, said: str
) -> None:
    with scripted_server(replies) as port:
        monkeypatch.setenv("DIGEST_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("DIGEST_SMTP_PORT", str(port))
        assert said in digest("send-test", "ana@example.org", expect=code)


def test_a_test_mail_needs_an_address(digest: Shell) -> None:
    assert "not an e-mail address" in digest("send-test", "ana", expect=2)


# ---------------------------------------------------------------- completion, and the man page


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_completion(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["completion", shell]) == 0
    assert "_DIGEST_COMPLETE" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "found"),
    [("digest st", "stats"), ("digest subscriber li", "list"), ("digest delivery list --sta", "--state")],
)
def test_bash_is_told_how_a_word_goes_on(words: str, found: str) -> None:
    environment = {**os.environ, "_DIGEST_COMPLETE": "bash_complete", "COMP_WORDS": words}
    environment["COMP_CWORD"] = str(len(words.split()) - 1)
    # as the script `digest` of an installation calls it
    program = "import sys; sys.argv = ['digest']; from digest.cli.main import main; main()"
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert f"plain,{found}\n" in done.stdout


def commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")


def test_the_man_page_has_every_command_and_is_good_roff() -> None:
    page = man_page(root, "digest")
    for path, command in commands(root, "digest"):
        assert f".SS {path.replace('-', chr(92) + '-')} " in page + " ", path
        assert command.epilog, f"{path} has no example"
    allowed = (".TH ", ".SH ", ".SS ", ".TP", ".B ", ".PP", "\\&", "'")
    assert page.isascii()
    assert all(line.startswith(allowed) or not line.startswith((".", "'")) for line in page.splitlines())


def test_words_are_no_requests_and_no_escapes() -> None:
    odd = click.Command("odd", help=".B is no request\n\n'nor this, \\fB and --that")
    page = man_page(click.Group("digest", commands={"odd": odd}), "digest")
    assert "\n\\&.B is no request\n" in page
    assert "\n\\&'nor this, \\efB and \\-\\-that\n" in page
