"""Who judges a mail: validators and parsers from npm, SpamAssassin, and verifiers of DKIM signatures."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.acceptance.tools import lacking

_HERE = Path(__file__).parent
_PATIENCE = 180  # seconds for any of them
_SPAMASSASSIN = """\
clear_headers
add_header all Status "score=_SCORE_ tests=_TESTSSCORES(,)_"
fold_headers 0
report_safe 0
use_bayes 0
"""
_MAIL_DKIM = r"""
use Mail::DKIM::Verifier; use Net::DNS;
package Resolver {
    sub send {
        my ($self, $name, $type) = @_;
        my $answer = Net::DNS::Packet->new($name, $type);
        $answer->push(answer => Net::DNS::RR->new(owner => $name, type => 'TXT', txtdata => $self->{record}));
        return $answer;
    }
}
my ($record) = @ARGV;
Mail::DKIM::DNS::resolver(bless { record => $record }, 'Resolver');
my $verifier = Mail::DKIM::Verifier->new;
binmode STDIN;
local $/;
$verifier->PRINT(<STDIN>);
$verifier->CLOSE;
print $verifier->result;
"""


@dataclass(frozen=True, slots=True)
class Bench:
    """The packages of npm in a folder of their own."""

    folder: Path

    @classmethod
    def ready(cls, folder: Path) -> "Bench":
        """Install them, once for each set of versions; skip where npm or its registry is out of reach."""
        wanted = _HERE / "package.json"
        done = folder / "package.json"
        if not (done.exists() and done.read_bytes() == wanted.read_bytes() and (folder / "done").exists()):
            _install(wanted, folder)
        for script in _HERE.glob("*.mjs"):
            shutil.copy(script, folder)
        return cls(folder)

    def nu(self, pages: Iterable[Path]) -> list[str]:
        """What the Nu Html Checker says of pages, but for what nu.txt lets pass; skips where there is no Java."""
        if shutil.which("java") is None:
            lacking("no Java for the Nu Html Checker")
        jar = self.folder / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
        command = ["java", "-jar", str(jar), "--filterfile", str(_HERE / "nu.txt"), "--exit-zero-always"]
        said = _run([*command, "--format", "json", "--stdout", *map(str, pages)], cwd=self.folder)
        return [f"{Path(each['url']).name}: {each['message']}" for each in json.loads(said)["messages"]]

    def html_validate(self, pages: Iterable[Path]) -> list[str]:
        """What html-validate says of pages by the rules in htmlvalidate.mjs."""
        told = self.folder / "told.json"
        program = str(self.folder / "node_modules" / ".bin" / "html-validate")
        options = ["--config", "htmlvalidate.mjs", "--formatter", f"json={told}"]
        _run([program, *options, *map(str, pages)], cwd=self.folder, codes=(0, 1))
        files = json.loads(told.read_text(encoding="utf-8"))
        return [
            f"{Path(file['filePath']).name}: {each['ruleId']}: {each['message']}"
            for file in files
            for each in file["messages"]
        ]

    def support(self, clients: Sequence[str], pages: Iterable[Path]) -> dict[str, dict[str, str]]:
        """By feature and mail program: "none" or "partial", by the data of caniemail.com."""
        said = _run(["node", "support.mjs", *clients, "--", *map(str, pages)], cwd=self.folder)
        found: dict[str, dict[str, str]] = json.loads(said)
        return found

    def parsed(self, mails: Iterable[Path]) -> list[dict[str, Any]]:
        """What postal-mime reads in each message."""
        said = _run(["node", "parse.mjs", *map(str, mails)], cwd=self.folder)
        return [json.loads(line) for line in said.splitlines()]


def _install(wanted: Path, folder: Path) -> None:
    if shutil.which("npm") is None:
        lacking("no npm here")
    (folder / "done").unlink(missing_ok=True)
    shutil.copy(wanted, folder)
    command = "npm install --ignore-scripts --no-audit --no-fund --no-package-lock --loglevel=error".split()
    try:
        _run(command, cwd=folder)
    except (subprocess.SubprocessError, AssertionError) as error:
        lacking(f"npm cannot install the judges: {error}")
    (folder / "done").touch()


def scores(mails: Mapping[str, Path], folder: Path) -> dict[str, tuple[float, dict[str, float]]]:
    """By name: the score SpamAssassin gives without asking the network, and that of each rule that fired.

    Skips where it is not installed, but in CI.
    """
    program = shutil.which("spamassassin")
    if program is None:
        lacking("no SpamAssassin here; Debian's package is spamassassin")
    preferences = folder / "preferences"
    preferences.write_text(_SPAMASSASSIN, encoding="ascii")
    command = [program, "--local", f"--prefspath={preferences}", *map(str, mails.values())]
    said = _run(command, cwd=folder, environment={"HOME": str(folder)})
    found = re.findall(r"^X-Spam-Status: score=(\S+) tests=(\S+)", said, re.M)
    return {name: (float(score), _rules(rules)) for name, (score, rules) in zip(mails, found, strict=True)}


def _rules(told: str) -> dict[str, float]:
    pairs = (each.partition("=") for each in told.split(","))
    return {name: float(score) for name, _, score in pairs}


def mail_dkim(content: bytes, record: bytes) -> str:
    """What Mail::DKIM, which SpamAssassin uses, makes of a signature: "pass"; skips where it is not installed."""
    perl = shutil.which("perl")
    if perl is None or subprocess.run([perl, "-MMail::DKIM", "-e1"], capture_output=True, check=False).returncode:
        lacking("no Mail::DKIM here; Debian's package is libmail-dkim-perl")
    return _run([perl, "-e", _MAIL_DKIM, record.decode()], cwd=_HERE, given=content)


def _run(
    command: Sequence[str],
    *,
    cwd: Path,
    given: bytes | None = None,
    environment: Mapping[str, str] | None = None,
    codes: Sequence[int] = (0,),
) -> str:
    """What a program says on stdout."""
    ended = subprocess.run(
        command,
        cwd=cwd,
        input=given,
        capture_output=True,
        timeout=_PATIENCE,
        env={**os.environ, **(environment or {})},
        check=False,
    )
    assert ended.returncode in codes, f"{command[0]}: {ended.stderr.decode(errors='replace')[-500:]}"
    return ended.stdout.decode(errors="replace")
