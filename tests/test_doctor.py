"""What the doctor finds, from a new house to one with every ailment."""

import json
import os
import re
import shutil
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

from digest.batches import BatchState
from digest.errors import NoticeError, RelayUnavailable
from digest.mail import DeliveryState
from digest.membership import feeds
from digest.notices.pages import Page
from digest.rendering.settings import SiteSettings
from digest.store import DatabaseSettings, Store
from digest.transport.dns import Names
from digest.transport.returns.settings import ReturnsSettings
from digest.transport.settings import DkimSettings, SmtpSettings
from digest.upkeep import back_up
from digest.upkeep.doctor import checks
from digest.upkeep.doctor.checks import examine
from digest.upkeep.doctor.reach import connect, reach
from digest.upkeep.doctor.settings import DoctorSettings
from digest.upkeep.doctor.values import Examined, Finding, Health
from digest.upkeep.figures import figures
from digest.web.refusals import REFUSALS
from tests.conftest import Databases
from tests.name_server import Records, name_server
from tests.shell import Shell, shell
from tests.store.builders import reader

NOW = datetime(2026, 3, 9, 7, 30, tzinfo=UTC)


def our_web(method: str, url: str, form: dict[str, str] | None) -> Page:
    """The answer of digest serve to a link that it has not made."""
    heading, text = REFUSALS[404]
    return Page(status=404, text=f"<h1>{heading}</h1><p>{text}</p>", leads_to="")


WELL: Records = {
    ("digest.example", "TXT"): ['"v=spf1 " "mx -all"', '"google-site-verification=1"'],
    ("_dmarc.digest.example", "TXT"): ['"v=DMARC1; p=none"'],
    ("2026a._domainkey.digest.example", "TXT"): [
        '"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="'
    ],
    ("relay.example", "A"): ["192.0.2.25"],
    ("25.2.0.192.in-addr.arpa", "PTR"): ["relay.example."],
}


@pytest.fixture
def examined(tmp_path: Path, upgraded_file: Path) -> Iterator[Examined]:
    """A house in which all is well, but that nothing has been read and nobody reads."""
    file = tmp_path / "digest.db"
    file.write_bytes(upgraded_file.read_bytes())
    file.chmod(0o600)
    config = tmp_path / "config.toml"
    config.touch(mode=0o600)
    (tmp_path / "backups").mkdir()
    backup = tmp_path / "backups" / "digest.db"
    backup.touch(mode=0o600)
    os.utime(backup, (NOW.timestamp(), NOW.timestamp()))
    store = Store(DatabaseSettings(url=f"sqlite:///{file}"))
    yield Examined(
        config=config,
        secrets=(),
        store=store,
        site=SiteSettings(sender="papers@digest.example", url="https://digest.example"),
        smtp=SmtpSettings(host="relay.example"),
        dkim=DkimSettings(domain="digest.example", selector="2026a", private_key="not read here"),
        returns=ReturnsSettings(
            bounces="bounces@digest.example", replies="digest@digest.example", mailbox="/var/mail/bounces"
        ),
        settings=DoctorSettings(backups=str(tmp_path / "backups")),
        names=None,
        log_in=lambda: None,
        ask=our_web,
        now=NOW,
    )
    store.close()


def of(what: str, findings: list[Finding]) -> Finding:
    (found,) = [finding for finding in findings if finding.what == what]
    return found


def test_where_all_is_well_only_what_was_not_asked_is_open(examined: Examined) -> None:
    with name_server(WELL) as port:
        found = examine(replace(examined, names=Names("127.0.0.1", port=port)))
    assert {each.what for each in found if each.health is not Health.OK} == {"sources", "readers"}
    assert [each.what for each in found if each.health is Health.OK].count("SPF") == 1
    assert all(each.remedy for each in found if each.health in (Health.WARNING, Health.BROKEN))


@pytest.mark.parametrize(
    ("name", "kind", "records", "what", "health", "said"),
    [
        ("digest.example", "TXT", [], "SPF", Health.WARNING, "digest.example has none"),
        ("digest.example", "TXT", ['"v=spf1 a -all"', '"v=spf1 mx -all"'], "SPF", Health.BROKEN, "2 records"),
        ("digest.example", "TXT", ['"v=spf1 +all"'], "SPF", Health.WARNING, "lets everybody send"),
        ("_dmarc.digest.example", "TXT", [], "DMARC", Health.WARNING, "has none"),
        ("2026a._domainkey.digest.example", "TXT", [], "DKIM", Health.BROKEN, "has no record"),
        ("2026a._domainkey.digest.example", "TXT", ['"v=DKIM1; p="'], "DKIM", Health.BROKEN, "revoked"),
        ("25.2.0.192.in-addr.arpa", "PTR", ["elsewhere.example."], "PTR", Health.WARNING, "no name that leads back"),
        ("relay.example", "A", [], "PTR", Health.UNCHECKED, "no address of relay.example"),
    ],
)
def test_each_record_that_is_not_as_it_should_be_is_told(
    examined: Examined, name: str, kind: str, records: list[str], what: str, health: Health, said: str
) -> None:
    zone = {key: value for key, value in WELL.items() if key != (name, kind)} | (
        {(name, kind): records} if records else {}
    )
    with name_server(zone) as port:
        found = of(what, examine(replace(examined, names=Names("127.0.0.1", port=port))))
    assert (found.health, said in found.text) == (health, True), found


def test_a_resolver_that_does_not_answer_is_told_and_the_rest_is_looked_at(
    examined: Examined, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digest.transport.dns._SECONDS", 0.2)
    found = examine(replace(examined, names=Names("127.0.0.1", port=9)))
    assert "gives no answer" in of("records", found).text
    assert of("disk", found).health is not Health.BROKEN


def test_a_relay_and_a_page_that_refuse_are_broken(examined: Examined) -> None:
    def refuse() -> None:
        raise RelayUnavailable("SMTP relay relay.example:25 cannot be used: 535 no")

    def no_page(method: str, url: str, form: dict[str, str] | None) -> Page:
        raise NoticeError("https://digest.example: [Errno 111] Connection refused")

    found = examine(replace(examined, log_in=refuse, ask=no_page))
    assert of("relay", found).health is Health.BROKEN
    assert "Connection refused" in of("unsubscribe", found).text


def test_plain_http_gives_away_every_link(examined: Examined) -> None:
    site = SiteSettings(sender="papers@digest.example", url="http://digest.example")
    found = of("configuration", examine(replace(examined, site=site)))
    assert found.health is Health.BROKEN
    assert "tokens" in found.text


def test_secrets_that_everybody_reads_are_told(examined: Examined, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.touch()
    secret.chmod(0o644)
    found = examine(replace(examined, secrets=(secret,)))
    assert any(f"chmod 640 {secret}" == each.remedy for each in found)


def test_a_file_that_is_damaged_is_told(examined: Examined, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Store, "damage", lambda self: "row 7 missing from index")
    assert "row 7 missing" in of("database", examine(examined)).text


def test_an_old_schema_is_told(examined: Examined, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digest.store.schema.Schema.newest", "9999")
    assert "digest db upgrade" in of("database", examine(examined)).text


@pytest.mark.parametrize(("days", "health"), [(1, Health.OK), (3, Health.WARNING)])
def test_backups_grow_old(examined: Examined, days: int, health: Health) -> None:
    assert of("backups", examine(replace(examined, now=NOW + timedelta(days=days)))).health is health


def test_an_empty_folder_is_no_backup(examined: Examined, tmp_path: Path) -> None:
    settings = DoctorSettings(backups=str(tmp_path / "none"))
    assert of("backups", examine(replace(examined, settings=settings))).health is Health.BROKEN


def test_what_stands_still_is_told(examined: Examined, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = figures(examined.store, now=NOW)
    ill = replace(
        usual,
        batches={BatchState.STALLED: 2, BatchState.COMPLETE: 9},
        deliveries={DeliveryState.UNCERTAIN: 1, DeliveryState.SENT: 5},
        waiting_since=NOW - timedelta(hours=7),
        newest_listing=NOW - timedelta(days=6),
        resting={"arxiv": NOW + timedelta(hours=1)},
    )
    monkeypatch.setattr(checks, "figures", lambda store, now: ill)
    found = examine(examined)
    told = " ".join(each.text for each in found)
    for part in (
        "2 stalled",
        "1 are in doubt",
        "oldest waits since 2026-03-09 00:30",
        "no listing since",
        "arxiv is not asked",
    ):
        assert part in told


def test_the_command_says_it_to_people_and_programs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with shell(tmp_path, monkeypatch, capsys) as digest:
        told = digest("doctor")
        facts = json.loads(digest("doctor", "--json"))
    assert told.startswith("what\thealth\tfound\twhat helps\n")
    assert {each["health"] for each in facts} <= {"ok", "warning", "not checked"}
    assert {"database", "relay", "SPF", "DKIM", "DMARC", "PTR", "disk", "backups"} <= {each["what"] for each in facts}


def test_on_a_terminal_nothing_is_cut_and_what_helps_stands_below(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    with shell(tmp_path, monkeypatch, capsys) as digest:
        told = digest("doctor")
    lines = click.unstyle(told).splitlines()
    assert max(map(len, lines)) <= 80
    assert "…" not in told
    assert any(line.strip().startswith("→ set [site] url") for line in lines)
    assert re.fullmatch(r"\d+ ok, \d+ warning, \d+ not checked", lines[-1])


def test_a_house_that_was_just_set_up_is_closed_to_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with shell(tmp_path, monkeypatch, capsys) as digest:
        (tmp_path / "paperround.db").unlink()
        digest("db", "upgrade")
        digest("subscriber", "add", "ana@example.org")
        assert "closed to others on this host" in digest("doctor")
        assert {each.stat().st_mode & 0o777 for each in tmp_path.glob("paperround.db*")} == {0o600}


def test_something_broken_is_exit_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DIGEST_SITE_URL", "http://digest.example")
    monkeypatch.setattr("digest.app.mailing.Mailing.page", lambda self, *asked: our_web(*asked))
    with shell(tmp_path, monkeypatch, capsys) as digest:
        digest.both("doctor", expect=1)


# ---------------------------------------------------------------- who else may read, and whom we reach


def give_a_feed(store: Store) -> None:
    feeds.make(store, reader(store), now=NOW)


@pytest.mark.parametrize(
    ("url", "health"),
    [
        ("https://digest.example", Health.OK),
        ("http://digest.example", Health.BROKEN),
        ("http://localhost:8000", Health.UNCHECKED),
    ],
)
def test_a_feed_address_is_a_password(examined: Examined, url: str, health: Health) -> None:
    give_a_feed(examined.store)
    found = of("feeds", examine(replace(examined, site=SiteSettings(sender="papers@digest.example", url=url))))
    assert found.health is health
    assert "1 feed addresses" in found.text


def test_files_that_everybody_may_read_are_told(examined: Examined, tmp_path: Path) -> None:
    assert of("files", examine(examined)).health is Health.OK
    (tmp_path / "backups" / "digest.db").chmod(0o644)
    found = of("files", examine(examined))
    assert (found.health, found.remedy) == (Health.WARNING, f"chmod 600 {tmp_path / 'backups' / 'digest.db'}")


def test_answers_that_nobody_reads_are_told(examined: Examined) -> None:
    assert of("replies", examine(examined)).health is Health.OK
    without = replace(examined, returns=ReturnsSettings(bounces="b@digest.example", mailbox="/var/mail/bounces"))
    assert of("replies", examine(without)).health is Health.WARNING
    unread = replace(examined, returns=ReturnsSettings(replies="digest@digest.example"))
    assert of("replies", examine(unread)).health is Health.BROKEN


def test_a_database_that_was_put_back_and_waits_is_told(examined: Examined) -> None:
    with examined.store.begin() as tx:
        tx.restorations.begin(taken_at=NOW - timedelta(days=1), now=NOW)
    assert "restored at 2026-03-09 07:30 UTC" in of("restoration", examine(examined)).text


def test_a_source_that_takes_no_connection_is_told_and_a_proxy_is_not_judged(examined: Examined) -> None:
    asked = replace(examined, sources=("https://deaf.example/oai", "https://well.example:8443"))

    def connecting(url: str) -> None:
        if "deaf" in url:
            raise OSError(111, "Connection refused")

    (deaf,) = reach(asked, environment={}, connecting=connecting)
    assert (deaf.health, deaf.text) == (Health.WARNING, "deaf.example takes no connection: Connection refused")
    (well,) = reach(asked, environment={}, connecting=lambda url: None)
    assert well.text == "deaf.example, well.example can be reached"
    (hidden,) = reach(asked, environment={"HTTPS_PROXY": "http://proxy:3128"}, connecting=connecting)
    assert hidden.health is Health.UNCHECKED


def test_a_connection_is_opened_and_nothing_is_asked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        connect(f"http://127.0.0.1:{server.getsockname()[1]}/oai")
        taken, _ = server.accept()
        with taken:
            assert taken.recv(100) == b""
    with pytest.raises(OSError, match="refused"):
        connect("http://127.0.0.1:1/")


@pytest.mark.parametrize(("used", "health"), [(89, Health.OK), (90, Health.WARNING)])
def test_a_budget_that_is_nearly_used_up_is_told(examined: Examined, used: int, health: Health) -> None:
    with examined.store.begin() as tx:
        tx.harvests.note_request("openalex", NOW, used=used, began=NOW)
    found = of("budget", examine(replace(examined, budgets={"openalex": 100})))
    assert (found.health, found.text) == (health, f"openalex: {used} of 100 requests are used")


def backed_up(digest: Shell, name: str) -> Path:
    digest("backup", str(digest.folder / name))
    return digest.folder / name


def test_a_backup_is_the_database_of_one_moment_and_its_owners_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with shell(tmp_path, monkeypatch, capsys) as digest:
        digest("subscriber", "add", "ana@example.org")
        file = backed_up(digest, "backup.db")
        digest("subscriber", "add", "ben@example.org")
        assert "exists already" in digest("backup", str(file), expect=2)
        assert "no such folder" in digest("backup", str(tmp_path / "none" / "b.db"), expect=2)
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(each.name for each in tmp_path.iterdir() if each.name.startswith(".")) == []
    copy = Store(DatabaseSettings(url=f"sqlite:///{file}"))
    with copy.read() as tx:
        assert [each.address for each in tx.subscribers.all()] == ["ana@example.org"]
    copy.close()


@pytest.mark.skipif(shutil.which("pg_dump") is None, reason="pg_dump is not installed")
def test_a_server_is_dumped_by_its_own_program(databases: Databases, tmp_path: Path) -> None:
    with databases.fresh("upgraded") as url:
        store = Store(DatabaseSettings(url=url))
        assert back_up(store, tmp_path / "paperround.dump", now=NOW) > 0
        store.close()
    assert (tmp_path / "paperround.dump").read_bytes().startswith(b"PGDMP")
