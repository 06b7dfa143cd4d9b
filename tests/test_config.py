"""The configuration: what an operator writes, gets wrong, and is shown."""

import tomllib
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from digest import config
from digest.config import Settings, load, settings_known, shown
from digest.errors import ConfigError
from digest.resources import shipped
from digest.transport.settings import Security


def written(folder: Path, text: str) -> Path:
    file = folder / "config.toml"
    file.write_text(text)
    return file


def test_the_example_names_every_setting_and_equals_the_defaults(tmp_path: Path) -> None:
    example = tomllib.loads(shipped("config.example.toml").read_text(encoding="utf-8"))
    named = {(setting.section, setting.key) for setting in settings_known()}

    assert set(_keys(example)) == named
    same = written(tmp_path, shipped("config.example.toml").read_text(encoding="utf-8"))
    assert load(same, {}) == load(tmp_path / "absent.toml", {})


def _keys(table: dict[str, Any], section: str = "") -> Iterator[tuple[str, str]]:
    """Section and key of every value in a TOML table."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _keys(value, f"{section}.{name}" if section else name)
        else:
            yield section, name


def test_an_absent_file_means_the_defaults(tmp_path: Path) -> None:
    settings = load(tmp_path / "absent.toml", {})

    assert settings.arxiv == Settings().arxiv
    assert settings.database.url == f"sqlite:///{tmp_path}/paperround.db"
    assert settings.outbox.folder == str(tmp_path / "outbox")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            '[sources.arxiv]\ncategoris = ["cs.LG"]',
            r"\[sources.arxiv\] categoris: unknown key; did you mean categories\?",
        ),
        ("[smpt]\nport = 25", r"\[smpt\] port: unknown section; did you mean smtp\?"),
        ("[sources.arxive]\nfirst_days = 3", r"\[sources.arxive\] .*unknown section; did you mean sources.arxiv\?"),
        ("name = 'x'", r"config.toml: name: unknown section; "),
        ("[smtp]\nport = '25'", r"\[smtp\] port: expected a whole number, found '25'"),
        ("[smtp]\nport = true", r"\[smtp\] port: expected a whole number, found True"),
        ("[smtp]\nport = 99999", r"\[smtp\] port: expected 1 to 65535"),
        ("[smtp]\nsecurity = 'ssl'", r"\[smtp\] security: expected one of none, starttls, tls, found 'ssl'"),
        ("[sources.arxiv]\ncategories = 'cs.LG'", r"expected a list, each text, found 'cs.LG'"),
        ("[sources.arxiv]\ncategories = []", r"\[sources.arxiv\] categories: name at least one"),
        ("[sources.arxiv]\noai_url = 'arxiv.org'", r"oai_url: expected a URL that begins with https://"),
        ("[site]\nsender = 'Ana <ana@example.org>'", r"\[site\] sender: expected one bare address"),
        (
            "[smtp]\npassword_file = 'no-such-file'",
            r"password_file: cannot read the secret in no-such-file \(No such file",
        ),
        ("[sources.arxiv]\noai_ready = '22:45'", r"oai_ready: expected a time such as 22:45:00, found '22:45'"),
        ("[sources.huggingface]\nenabled = 1", r"\[sources.huggingface\] enabled: expected true or false, found 1"),
        ("[sources.huggingface]\nviews = ['year']", r"views: 'year' is none of day, week, month"),
        ("[sources.biorxiv]\nservers = ['arxiv']", r"servers: 'arxiv' is neither biorxiv nor medrxiv"),
        ("[sources.crossref]\nvenues = ['Nature']", r"venues: 'Nature' begins with neither issn: nor filter:"),
        (
            "[sources.feeds]\nurls = ['nature.com/feed']",
            r"\[sources.feeds\] urls: expected a URL that begins with https://",
        ),
        ("[enrichment]\ndays = 0", r"\[enrichment\] days, again_days and papers_per_run: expected at least 1"),
        ("[enrichment.openalx]\nenabled = true", r"unknown section; did you mean enrichment.openalex\?"),
        ("[smtp\nport = 25", r"config.toml: not valid TOML: "),
    ],
)
def test_a_mistake_is_told_with_file_key_and_what_was_expected(tmp_path: Path, text: str, complaint: str) -> None:
    file = written(tmp_path, text)

    with pytest.raises(ConfigError, match=complaint) as caught:
        load(file, {})

    assert str(caught.value).startswith(str(file))
    assert "\n" not in str(caught.value).partition("not valid TOML")[0]


def test_the_environment_outweighs_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "[sources.arxiv]\nfirst_days = 3\n[smtp]\nport = 25")
    environment = {
        "DIGEST_SOURCES_ARXIV_CATEGORIES": "cs.RO, math.AP",
        "DIGEST_SOURCES_ARXIV_INTERVAL_SECONDS": "0.5",
        "DIGEST_SOURCES_ARXIV_DEFERRED_DAYS": "2026-12-25",
        "DIGEST_SOURCES_ARXIV_OAI_READY": "22:50",
        "DIGEST_SOURCES_HUGGINGFACE_ENABLED": "FALSE",
        "DIGEST_SMTP_PORT": "2525",
        "DIGEST_SMTP_SECURITY": "starttls",
        "DIGEST_CONFIG": str(file),
        "PATH": "/bin",
    }

    settings = load(file, environment)

    assert settings.arxiv.categories == ("cs.RO", "math.AP")
    assert settings.arxiv.interval_seconds == 0.5
    assert settings.arxiv.first_days == 3
    assert settings.arxiv.deferred_days == (date(2026, 12, 25),)
    assert (settings.arxiv.oai_ready, settings.huggingface.enabled) == (time(22, 50), False)
    assert (settings.smtp.port, settings.smtp.security) == (2525, Security.STARTTLS)


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("DIGEST_SMTP_PROT", "25", r"environment: DIGEST_SMTP_PROT: unknown setting; did you mean DIGEST_SMTP_PORT\?"),
        ("DIGEST_SMTP_PORT", "many", r"environment: DIGEST_SMTP_PORT: expected a whole number, found 'many'"),
        ("DIGEST_SOURCES_HUGGINGFACE_ENABLED", "yes", r"HUGGINGFACE_ENABLED: expected true or false, found 'yes'"),
        ("DIGEST_SOURCES_ARXIV_RSS_READY", "soon", r"RSS_READY: expected a time such as 22:45:00, found 'soon'"),
        ("DIGEST_SOURCES_ARXIV_DEFERRED_DAYS", "25 Dec", r"DEFERRED_DAYS: expected a date, found '25 Dec'"),
    ],
)
def test_a_mistake_in_the_environment_is_told_too(tmp_path: Path, name: str, value: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        load(tmp_path / "absent.toml", {name: value})


def test_a_path_is_one_from_the_folder_of_the_configuration(tmp_path: Path) -> None:
    file = written(tmp_path, "[sources.files]\npaths = ['papers.jsonl', '/srv/papers.bib']\n[outbox]\nfolder = 'out'")

    settings = load(file, {})

    assert settings.files.paths == (str(tmp_path / "papers.jsonl"), "/srv/papers.bib")
    assert settings.outbox.folder == str(tmp_path / "out")


def test_a_secret_is_read_from_its_file_and_never_shown(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("hunter2\n")
    file = written(
        tmp_path,
        "[smtp]\npassword_file = 'password'\n[database]\nurl = 'postgresql://digest:hunter2@db.example.org/digest'",
    )

    settings = load(file, {})

    assert settings.smtp.password == "hunter2"
    told = "\n".join(f"{section} {key} {value}" for section, key, value in shown(settings))
    assert "hunter2" not in told
    assert "postgresql://digest:***@db.example.org/digest" in told
    assert config.REDACTED in told


def test_an_address_with_a_password_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://digest:hunter2@db.example.org/digest\n")
    (tmp_path / "hook").write_text("https://hooks.example.org/hunter2\n")
    file = written(tmp_path, "[database]\nurl_file = 'url'\n[alarms]\nwebhook_url_file = 'hook'\nping_url_file = ''")

    settings = load(file, {})

    assert settings.database.url == "postgresql://digest:hunter2@db.example.org/digest"
    assert settings.alarms.webhook_url == "https://hooks.example.org/hunter2"
    assert "hunter2" not in str(shown(settings))
    assert set(config.secret_files(file)) == {tmp_path / "url", tmp_path / "hook"}
    with pytest.raises(ConfigError, match="expected url_file or url, found both"):
        load(file, {"DIGEST_DATABASE_URL": "sqlite:///other.db"})


def test_of_the_urls_that_are_secrets_the_host_alone_is_shown(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "[alarms]\nwebhook_url = 'https://digest:hunter2@hooks.example.org/s/hunter2?key=hunter2'\n"
        "ping_url = 'https://ping.example.org/hunter2'",
    )

    told = {(section, key): value for section, key, value in shown(load(file, {}))}

    assert "hunter2" not in str(told)
    assert told["alarms", "webhook_url"] == f"https://hooks.example.org/{config.REDACTED}"
    assert told["alarms", "ping_url"] == f"https://ping.example.org/{config.REDACTED}"
    assert shown(load(tmp_path / "absent.toml", {})).count(("alarms", "ping_url", "")) == 1


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.toml").mkdir()

    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "config.toml", {})
