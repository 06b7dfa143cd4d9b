"""The command line as an operator uses it: what it prints, what it says of mistakes, and its exit codes."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from digest.cli import main
from tests.shell import ADDRESS, MONDAY, Shell


def test_a_first_day_from_init_to_mail(digest: Shell) -> None:
    assert "first edition from 2026-03-09 07:00 UTC" in digest(
        "subscriber", "add", ADDRESS, "--category", "cs.RO", "--interest", "legged robots"
    )
    digest("profile", "like", ADDRESS, "2603.90002", "https://arxiv.org/abs/2603.90011v1")

    said = digest("run")

    assert re.search(r"ingest: \d+ records read, \d+ new announcements", said)
    assert "compose: 1 editions" in said
    assert "deliver: 1 sent" in said
    assert len(digest.mails) == 1
    assert "deliver: 0 sent" in digest("run")
    assert len(digest.mails) == 1


def test_a_welcome_comes_before_the_first_edition(digest: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIGEST_LETTERS_WELCOME")
    digest("subscriber", "add", ADDRESS)

    assert "deliver: 2 sent" in digest("run")
    assert [b"List-Id:" in mail.read_bytes() for mail in digest.mails].count(True) == 1


def test_the_three_verbs_one_by_one_do_what_run_does(digest: Shell) -> None:
    digest("subscriber", "add", ADDRESS)

    assert json.loads(digest("ingest", "--json"))["problems"] == []
    assert json.loads(digest("compose", "--json")) == {"editions": 1, "empty": 0, "waiting": 0}
    assert json.loads(digest("deliver", "--json")) == {"sent": 1, "problems": []}


@pytest.mark.parametrize(
    ("form", "sign"),
    [
        ("html", "<!DOCTYPE html>"),
        ("text", "PAPERROUND"),
        ("eml", "List-Id: <digest.example.org>"),
        ("atom", "<feed "),
        ("rss", "<rss "),
    ],
)
def test_a_preview_is_written_in_each_format(digest: Shell, form: str, sign: str) -> None:
    digest.after(f"subscriber add {ADDRESS}", "run")

    digest("preview", ADDRESS, "--format", form, "--output", str(digest.folder / "shown"))

    assert sign in (digest.folder / "shown").read_text(encoding="utf-8")


def test_a_profile_is_changed_shown_and_explained(digest: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGEST_RELEVANCE_THRESHOLD", "0")
    digest("subscriber", "add", ADDRESS)
    digest("ingest")
    for field, value in {
        "interest": "tool-using agents",
        "include": "web",
        "exclude": "survey",
        "follow": "Dorothea Lambrechts-Aziz",
        "category": "cs.CL",
    }.items():
        digest("profile", field, ADDRESS, value)
    digest("profile", "like", ADDRESS, "2603.90001")
    digest("profile", "dislike", ADDRESS, "2603.90004")
    digest("profile", "exclude", ADDRESS, "survey", "--remove")

    shown = json.loads(digest("profile", "show", ADDRESS, "--json"))
    explained = json.loads(digest("profile", "explain", ADDRESS, "2603.90045", "--json"))

    (main_interest,) = shown["interests"]
    assert (main_interest["name"], main_interest["category"], main_interest["exclude"]) == ("main", ["cs.CL"], [])
    assert [paper["id"] for paper in main_interest["like"] + main_interest["dislike"]] == ["2603.90001", "2603.90004"]
    assert explained["obstacles"] == []
    assert (explained["slot"], explained["interest"]) == ("chosen", "main")
    assert 0 < explained["probability"] < 1
    assert sum(r["contribution"] for r in explained["reasons"]) == pytest.approx(explained["score"], abs=1e-9)
    title, place, known, *reasons = digest("profile", "explain", ADDRESS, "2603.90045").splitlines()
    assert title == f"2603.90045 {explained['title']}"
    assert place == f"place: {explained['place']} of {explained['ranked']} in its listing; kept out by: nothing"
    assert known == f"probability: {explained['probability']:.3f}; interest: main; slot: chosen"
    assert reasons[-1].split("\t")[:2] == [f"{explained['score']:+.4f}", "score"]


def test_explaining_a_paper_to_somebody_of_whom_nothing_is_known_names_no_probability(digest: Shell) -> None:
    digest("subscriber", "add", ADDRESS)
    digest("ingest")

    explained = json.loads(digest("profile", "explain", ADDRESS, "2603.90045", "--json"))

    assert (explained["slot"], explained["interest"], explained["probability"]) == ("newest", None, None)
    assert digest("profile", "explain", ADDRESS, "2603.90045").splitlines()[2] == "slot: newest"


def test_who_reads_a_listing_makes_the_model_ready_for_the_mails(digest: Shell) -> None:
    digest("subscriber", "add", ADDRESS, "--interest", "legged robots")
    digest("ingest")
    (file,) = digest.folder.glob("*.db")
    folder = file.with_name(f"{file.name}.model")
    assert (folder / "derived" / "manifest.json").exists()
    written = {each: each.stat().st_mtime_ns for each in folder.rglob("*")}

    digest("compose")

    assert {each: each.stat().st_mtime_ns for each in folder.rglob("*")} == written


def test_the_model_is_kept_beside_the_database_or_where_the_settings_say(
    digest: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest("subscriber", "add", ADDRESS, "--interest", "legged robots")
    digest("run")
    (file,) = digest.folder.glob("*.db")
    kept = {each.name for each in file.with_name(f"{file.name}.model").iterdir()}
    assert {"manifest.json", "derived", "ids.npy", "columns.npy"} <= kept
    assert {name.rpartition(".")[2] for name in kept} == {"json", "derived", "npy"}

    monkeypatch.setenv("DIGEST_RELEVANCE_MODEL_FOLDER", str(digest.folder / "elsewhere"))
    digest("profile", "explain", ADDRESS, "2603.90045")
    assert (digest.folder / "elsewhere" / "manifest.json").exists()


def test_subscribers_are_listed_changed_paused_resumed_and_removed(digest: Shell) -> None:
    digest("subscriber", "add", ADDRESS, "--timezone", "Europe/Berlin", "--days", "mon-fri", "--send-at", "6:30")
    digest("subscriber", "set", ADDRESS, "--size", "5", "--days", "mon,thu")
    digest("subscriber", "pause", ADDRESS)

    paused = json.loads(digest("subscriber", "list", "--state", "paused", "--json"))

    assert [(s["address"], s["days"], s["size"], s["send_at"]) for s in paused] == [
        (ADDRESS, ["mon", "thu"], 5, "06:30")
    ]
    digest("subscriber", "resume", ADDRESS)
    assert "2026-03-09 06:30 Europe/Berlin" in digest("subscriber", "show", ADDRESS)
    digest("subscriber", "remove", ADDRESS)
    assert json.loads(digest("subscriber", "show", ADDRESS, "--json"))["state"] == "left"
    digest("run")
    assert digest.mails == []


def test_a_paper_is_shown_with_its_versions_and_announcements(digest: Shell) -> None:
    digest.after("ingest")

    shown = json.loads(digest("paper", "show", "arXiv:2603.90002v1", "--json"))

    assert shown["url"] == "https://arxiv.org/abs/2603.90002"
    assert shown["announcements"][0]["kind"] == "new"
    assert "Stairs, Again" in digest("paper", "show", "2603.90002")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("subscriber", "add", "ana@"), "that is not an e-mail address: 'ana@'"),
        (("subscriber", "add", "a b@example.org"), "that is not an e-mail address"),
        (("subscriber", "add", ADDRESS, "--timezone", "Mars/Olympus"), "no such time zone: 'Mars/Olympus'"),
        (("subscriber", "add", ADDRESS, "--timezone", "../etc/passwd"), "no such time zone"),
        (("subscriber", "add", ADDRESS, "--send-at", "25:00"), "not a time of day: '25:00'"),
        (("subscriber", "add", ADDRESS, "--days", "someday"), "not a day: 'someday'"),
        (("subscriber", "add", ADDRESS, "--category", "cs LG"), "not an arXiv category: 'cs LG'"),
        (("subscriber", "add", ADDRESS, "--size", "0"), "an edition has 1 to 100 papers, not 0"),
        (("subscriber", "show", "who@example.org"), "no subscriber has the address who@example.org"),
        (("paper", "show", "2603.99999"), "paper 2603.99999 is not kept here"),
        (("paper", "show", "hello"), "not a paper id: 'hello'"),
        (("init",), "exists already; edit it"),
        (("preview", "who@example.org"), "no subscriber has the address"),
        (("profile", "interest", ADDRESS, "half a \ud800 letter"), "broken encoding cannot be kept"),
        (("nonsense",), "No such command 'nonsense'"),
        (("run", "--nonsense"), "No such option"),
    ],
)
def test_a_mistake_is_one_sentence_on_stderr_and_exit_2(
    digest: Shell, arguments: tuple[str, ...], sentence: str
) -> None:
    said = digest(*arguments, expect=2)

    assert sentence in said
    assert said.startswith("digest: ")
    assert said.count("\n") == 1


def test_an_unknown_liked_paper_and_a_second_subscription_are_told(digest: Shell) -> None:
    digest("subscriber", "add", ADDRESS)

    assert "unknown paper id: arxiv has no 2603.99999" in digest("profile", "like", ADDRESS, "2603.99999", expect=2)
    assert "is a subscriber already" in digest("subscriber", "add", "ANA@example.org", expect=2)


def test_a_category_that_is_not_read_is_warned_of(digest: Shell) -> None:
    digest("subscriber", "add", ADDRESS, "--category", "math.AP")
    assert "warning: math.AP is not read; add it to [sources.arxiv] categories" in digest.err

    digest("profile", "category", ADDRESS, "cs", "cs.RO")
    assert "warning" not in digest.err


def test_global_options_may_stand_before_or_after_the_command(digest: Shell) -> None:
    file = str(digest.folder / "config.toml")

    assert main.run(["subscriber", "list", "--config", file, f"--now={MONDAY}", "--json"]) == 0

    assert digest.capsys.readouterr().out == "[]\n"


def test_a_configuration_that_was_named_must_exist(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["--config", str(tmp_path / "no.toml"), "run"]) == 1
    assert "no such configuration file; make one with" in capsys.readouterr().err


def test_an_unwritable_database_is_told(digest: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGEST_DATABASE_URL", "sqlite:////proc/no/such/folder/digest.db")

    assert "check that its folder exists and can be written" in digest("subscriber", "list", expect=1)


def test_an_unknown_key_is_told_with_the_nearest_name(digest: Shell) -> None:
    with (digest.folder / "config.toml").open("a") as file:
        file.write('\n[smtp.extra]\nhots = "x"\n')

    assert "[smtp.extra]" in digest("run", expect=1)


def test_a_relay_that_is_down_is_told_and_nothing_is_lost(digest: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    digest("subscriber", "add", ADDRESS)
    monkeypatch.setenv("DIGEST_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("DIGEST_SMTP_PORT", "1")

    assert "nothing is lost, run again" in digest("run", expect=1)

    monkeypatch.setenv("DIGEST_SMTP_HOST", "")
    assert "deliver: 1 sent" in digest("run")


def test_a_source_that_is_down_is_told_and_the_rest_of_the_run_goes_on(
    digest: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest("subscriber", "add", ADDRESS)
    digest("ingest")
    monkeypatch.setenv("DIGEST_SOURCES_ARXIV_OAI_URL", "http://127.0.0.1:1/oai")

    assert "cannot be reached" in digest("run", expect=1)
    assert len(digest.mails) == 1


def test_config_show_prints_toml_that_loads(digest: Shell) -> None:
    printed = digest("config", "show")

    assert 'categories = ["cs.CL", "cs.RO"]' in printed
    assert json.loads(digest("config", "show", "--json"))["site"]["sender"] == "digest@example.org"


def test_the_database_is_upgraded_once(digest: Shell) -> None:
    assert "is up to date" in digest("db", "upgrade")


def test_now_must_be_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["--now", "yesterday", "run"]) == 2
    assert "is not a time such as 2026-02-03T07:30:00Z" in capsys.readouterr().err


def _commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    with click.Context(group) as context:
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            yield (*path, name), command
            if isinstance(command, click.Group):
                yield from _commands(command, (*path, name))


@pytest.mark.parametrize(("path", "command"), list(_commands(main.root)), ids=lambda value: str(value)[:40])
def test_every_command_explains_itself_with_an_example(path: tuple[str, ...], command: click.Command) -> None:
    assert command.help
    assert "Example" in (command.epilog or "")
    assert f"digest {path[0]}" in (command.epilog or "").replace(" --config /etc/paperround/config.toml", "")


def test_help_does_not_load_what_it_does_not_need() -> None:
    program = (
        "import sys; from digest.cli import main; main.run(['--help']);"
        "print(sorted({'sklearn', 'sqlalchemy', 'lxml', 'rich', 'httpx'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip().endswith("[]")
    assert all(name in done.stdout for name in ("init", "subscriber", "profile", "run"))
