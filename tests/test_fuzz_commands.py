"""Whatever is typed behind a command, it ends with one of our exit codes and, where it failed, with a sentence."""

from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from digest.cli.main import DONE, FAILED, TRY_LATER, USAGE, run
from tests.embedded import empty_database

HOSTILE = [
    *("", " ", "-", "--", "-1", "--json", "\udcff", "\u202e", "a" * 5000, "9" * 400, "ana@example.org"),
    *("a@b", "'; DROP TABLE paper --", "{{ 7 * 7 }}", "../..", "=1+1", "%s%n", "2603.90002", "10.1000/\u0600", "cs.RO"),
]
# As a shell hands them over: never NUL, and bytes that are no UTF-8 as lone surrogates.
WORD = st.sampled_from(HOSTILE) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20
)
READING = [
    *("subscriber show", "subscriber add", "subscriber set", "subscriber pause", "profile show", "profile like"),
    *("profile interest", "profile follow", "profile tune", "profile category", "paper show", "author list"),
    *("batch show", "delivery show", "delivery list", "suppression add", "suppression remove", "preview", "stats"),
    *("profile export", "profile wanted", "subscriber import", "subscriber erase", "audit list", "restore"),
]
fuzzed = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
Typed = Callable[[list[str]], tuple[int, str]]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Runs a command on an empty database, without the network; gives its exit code and what it says on stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", StringIO(""))
    for name in ("OAI_URL", "RSS_URL", "API_URL"):
        monkeypatch.setenv(f"DIGEST_SOURCES_ARXIV_{name}", "http://127.0.0.1:9")  # where nobody answers
    monkeypatch.setenv("DIGEST_SOURCES_ARXIV_INTERVAL_SECONDS", "0")
    (tmp_path / "paperround.db").write_bytes(empty_database())
    return _run


def _run(words: list[str]) -> tuple[int, str]:
    out = TextIOWrapper(BytesIO(), "utf-8")  # both as the interpreter opens them
    err = TextIOWrapper(said := BytesIO(), "utf-8", errors="backslashreplace")
    with redirect_stdout(out), redirect_stderr(err):
        code = run(words)
        out.flush()
        err.flush()
    return code, said.getvalue().decode()


@fuzzed
@given(command=st.sampled_from(READING), words=st.lists(WORD, max_size=3))
@example(command="subscriber add", words=["ana@example.org", "--timezone", "../../etc/localtime"])
@example(command="subscriber add", words=["ana@example.org", "--send-at", "٠٧:٠٠"])
@example(command="subscriber show", words=["\udcff@example.org"])
def test_any_words_are_answered(typed: Typed, command: str, words: list[str]) -> None:
    code, said = typed([*command.split(), *words])

    assert code in {DONE, FAILED, USAGE, TRY_LATER}
    assert "Traceback" not in said
    assert code == DONE or said.strip()
