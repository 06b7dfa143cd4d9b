"""What the README, the tutorial and the guides tell a reader to type is typed here, and ends well.

`digest` is run with the bundled sample for arXiv, each block in a folder that is as far as its reader would be. What
cannot be run here is named below with the reason; its words are checked all the same.
"""

import os
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import MappingProxyType

import click
import pytest

from digest.cli.main import run
from tests.exchange import libraries
from tests.guide import DOCUMENTS, ROOT, Block, Typed, blocks, check, inline, resolve
from tests.shell import Shell, shell
from tests.smtp_server import Mailbox, smtp_server

STORIES = (ROOT / "README.md", ROOT / "docs" / "tutorial.md")  # whose blocks are typed one after the other
GUIDES = [path for path in DOCUMENTS if path.parent == ROOT / "docs" and path not in STORIES]
NOT_OURS = MappingProxyType(
    {
        "make": "runs these tests; `make demo` is test_cli's",
        "python3": "makes an environment",
        "python": "starts a mail server or a benchmark, which the reader stops",
        "pip": "needs a package index",
        "openssl": "makes keys",
        "base64": "writes what openssl has made",
        "chmod": "is the system's",
        "systemctl": "needs systemd",
        "curl": "needs a server that the world can reach",
    }
)
NOT_HERE = MappingProxyType(
    {
        "serve": "runs until it is stopped",
        "worker": "needs PostgreSQL, and runs until it is stopped",
        "db copy": "needs PostgreSQL",
        "backfill": "asks arXiv's query API",
        "profile import zotero:": "asks Zotero",
    }
)
# What stands in a document, and what stands for it in the sample's small world.
STAND_INS = MappingProxyType(
    {
        "2403.10506": "2603.90002",
        "2409.15780": "2603.90011",
        "2601.10962": "2603.90052",
        "2026-02-03": "2026-03-09",
        "cs.LG": "cs.RO",
        "Ana Marin": "Rasheeda Montclair",
        "17": "2",  # a delivery
        "18": "3",
    }
)
ENDS = MappingProxyType(  # all others end with 0
    {
        "doctor": {0, 1},  # 1 where something is broken, as where nothing is set up
        "profile import": {0, 1},  # 1 where what is not kept cannot be asked of arXiv, as here
    }
)
FILES = MappingProxyType(  # that documents name as a reader's own
    {
        "bounced-at-the-old-service.csv": "address\ngone@example.org\n",
        "gone.csv": "address\ngone@example.org\n",
        "postmark-suppressions.csv": "address\ngone@example.org\n",
        "data/dict.db": '{"ana": {"rl": ["2603.90002"], "robots": ["2603.90011"]}}',
        "library.rdf": libraries.RDF,
        "library.bib": "@misc{one, title = {Stairs, Again}, eprint = {2603.90002}}\n",
        "subscribers.csv": "address,timezone\ndia@example.org,Europe/Berlin\n",
    }
)
READ = (("ingest",), ("enrich",))
JOINED = (
    "subscriber add ana@example.org --category cs.RO --interest robots --size 2",
    "run",
    "subscriber add bo@example.org",
    "subscriber add cy@example.org",
    "compose",
)
FIRST, SUBSCRIBING = ("digest init", "subscriber add ana@example.org")


@pytest.fixture
def digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    """A folder with a configuration; every paper is good enough, and no browser opens."""
    monkeypatch.setenv("DIGEST_RELEVANCE_THRESHOLD", "0")
    monkeypatch.setenv("DIGEST_SOURCES_ARXIV_API_URL", "http://127.0.0.1:9")  # where nobody answers
    monkeypatch.setattr(click, "launch", lambda address: 0)
    with shell(tmp_path, monkeypatch, capsys) as opened:
        _lay_out(tmp_path)
        yield opened


def _lay_out(folder: Path) -> None:
    for name, content in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")


_kept: dict[str, Path] = {}


@pytest.fixture
def prepare(digest: Shell, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], None]:
    """Brings the folder as far as a reader is who types a block; what was prepared once is copied."""

    def prepared(text: str) -> None:
        if FIRST in text:
            (digest.folder / "config.toml").unlink()
            return
        stage = "read" if SUBSCRIBING in text else "joined"
        if stage not in _kept:
            for line in [*READ, *(tuple(each.split()) for each in JOINED if stage == "joined")]:
                digest(*line)
            _kept[stage] = tmp_path_factory.mktemp(stage) / "folder"
            shutil.copytree(digest.folder, _kept[stage])
        shutil.copytree(_kept[stage], digest.folder, dirs_exist_ok=True)

    return prepared


@pytest.mark.parametrize("block", [each for path in GUIDES for each in blocks(path, "console")], ids=str)
def test_every_block_of_a_guide_can_be_typed(
    block: Block, digest: Shell, prepare: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = list(block.typed())
    if any(each.program == "digest" for each in shown):
        prepare(block.text)
    for typed in shown:
        _type(digest, typed, monkeypatch)


@pytest.mark.parametrize("document", STORIES, ids=lambda path: path.name)
def test_a_story_can_be_followed_from_its_beginning_to_its_end(
    document: Path, digest: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    (digest.folder / "config.toml").unlink()
    monkeypatch.delenv("DIGEST_LETTERS_WELCOME")
    with smtp_server(relay := Mailbox()) as port:
        for block in blocks(document, "console", "toml"):
            if block.language == "toml":
                _configure(digest.folder / "config.toml", block.text.replace("1025", str(port)))
            else:
                for typed in block.typed():
                    _type(digest, typed, monkeypatch)

    sent = [content for _, content in relay.taken] or [mail.read_bytes() for mail in digest.mails]
    assert sorted(b"List-Id:" in mail for mail in sent) == [False, True]  # the welcome and the first edition


def _type(digest: Shell, typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    if typed.program != "digest":
        assert typed.program in NOT_OURS, typed
        return
    name, arguments = resolve(typed.arguments)[0], [_stood_in(word) for word in typed.arguments]
    with monkeypatch.context() as here:
        for variable, value in typed.environment.items():
            here.setenv(variable, value)
        here.chdir(digest.folder)
        check(arguments)
        if _excused(typed):
            return
        code = run(["--config", str(digest.folder / "config.toml"), "--now", digest.now, *arguments])
    assert code in ENDS.get(name, {0}), f"{' '.join(typed.words)}: exit {code}: {digest.capsys.readouterr().err}"


def _excused(typed: Typed) -> set[str]:
    """What of NOT_HERE a command is: its name, or that with what an argument begins with, as far as a colon."""
    name = resolve(typed.arguments)[0]
    return {name, *(f"{name} {word.partition(':')[0]}:" for word in typed.arguments)} & NOT_HERE.keys()


def _stood_in(word: str) -> str:
    if word in STAND_INS:
        return STAND_INS[word]
    named = re.sub(r"\d{4}\.\d{5}", lambda found: STAND_INS.get(found[0], found[0]), word)
    return os.path.basename(named) if named.startswith("/var/") else named


def _configure(file: Path, text: str) -> None:
    """Write what a block shows into the lines of the configuration that it names."""
    for section, values in tomllib.loads(text).items():
        lines, at = file.read_text(encoding="utf-8").splitlines(), 0
        at = lines.index(f"[{section}]")
        for key in values:
            shown = re.search(rf"^{key} = .*$", text, re.M)
            assert shown is not None
            place = next(number for number in range(at, len(lines)) if lines[number].startswith(f"{key} = "))
            lines[place] = shown[0]
        file.write_text("\n".join([*lines, ""]), encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_that_is_shown_and_not_typed_here_is_one(
    document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _lay_out(tmp_path)
    wrong = []
    typed_above = document in STORIES or document in GUIDES
    for block in blocks(document, "sh", *([] if typed_above else ["console"])):
        wrong += [_refusal(each.arguments) for each in block.typed() if each.program == "digest"]

    assert [each for each in wrong if each] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_that_a_sentence_names_is_one(document: Path) -> None:
    for line in inline(document):
        words = line.partition("(")[0].partition(";")[0].replace("'", "").replace('"', "").split()[1:]
        _, command, rest = resolve([word for word in words if word != "…"])
        known = {option for parameter in command.params for option in parameter.opts + parameter.secondary_opts}
        assert {word.partition("=")[0] for word in rest if word.startswith("--")} <= known | {"--help"}, line


def _refusal(arguments: Sequence[str]) -> str:
    try:
        check(arguments)
    except click.UsageError as error:
        return f"digest {' '.join(arguments)}: {error.format_message()}"
    return ""


@pytest.mark.parametrize("reasons", [NOT_OURS, NOT_HERE], ids=["programs", "commands"])
def test_nothing_is_excused_that_is_not_shown(reasons: MappingProxyType[str, str]) -> None:
    typed = [each for path in DOCUMENTS for block in blocks(path, "console") for each in block.typed()]
    shown = {each.program for each in typed}.union(*(_excused(each) for each in typed if each.program == "digest"))

    assert set(reasons) - shown == set()
