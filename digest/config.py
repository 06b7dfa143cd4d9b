"""The configuration: a TOML file, then `DIGEST_…` in the environment, into one frozen value per craft.

A setting `[sources.arxiv] oai_url` is `DIGEST_SOURCES_ARXIV_OAI_URL` in the environment; lists are separated by
commas. A secret `password` is given as `password_file`, the path of a file that holds it; an address that may hold one,
such as `url`, as itself or as `url_file`. Relative paths are relative to the configuration file's folder.
"""

import dataclasses
import difflib
import os
import tomllib
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

from digest.deliverysettings import DeliverySettings
from digest.errors import ConfigError
from digest.logs import LogSettings
from digest.membership.settings import LetterSettings
from digest.notices.settings import AlarmSettings, host_only
from digest.relevance.settings import RelevanceSettings
from digest.rendering.settings import SiteSettings
from digest.sources.settings import (
    ArxivSettings,
    BiorxivSettings,
    CrossrefSettings,
    EnrichmentSettings,
    FeedSettings,
    FileSettings,
    HuggingFaceSettings,
    ImportSettings,
    OpenAlexSettings,
    SemanticScholarSettings,
)
from digest.store.settings import DatabaseSettings
from digest.ticks import ScheduleSettings
from digest.transport.returns.settings import ReturnsSettings
from digest.transport.settings import DkimSettings, OutboxSettings, SmtpSettings
from digest.upkeep.doctor.settings import DoctorSettings
from digest.upkeep.retention_settings import RetentionSettings
from digest.websettings import WebSettings

PREFIX = "DIGEST_"
_NOT_SETTINGS = {"DIGEST_CONFIG"}
REDACTED = "(set, not shown)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting, by section."""

    site: SiteSettings = field(default_factory=SiteSettings, metadata={"section": "site"})
    database: DatabaseSettings = field(default_factory=DatabaseSettings, metadata={"section": "database"})
    arxiv: ArxivSettings = field(default_factory=ArxivSettings, metadata={"section": "sources.arxiv"})
    huggingface: HuggingFaceSettings = field(
        default_factory=HuggingFaceSettings, metadata={"section": "sources.huggingface"}
    )
    biorxiv: BiorxivSettings = field(default_factory=BiorxivSettings, metadata={"section": "sources.biorxiv"})
    feeds: FeedSettings = field(default_factory=FeedSettings, metadata={"section": "sources.feeds"})
    crossref: CrossrefSettings = field(default_factory=CrossrefSettings, metadata={"section": "sources.crossref"})
    files: FileSettings = field(default_factory=FileSettings, metadata={"section": "sources.files"})
    imports: ImportSettings = field(default_factory=ImportSettings, metadata={"section": "imports"})
    enrichment: EnrichmentSettings = field(default_factory=EnrichmentSettings, metadata={"section": "enrichment"})
    semantic_scholar: SemanticScholarSettings = field(
        default_factory=SemanticScholarSettings, metadata={"section": "enrichment.semantic_scholar"}
    )
    openalex: OpenAlexSettings = field(default_factory=OpenAlexSettings, metadata={"section": "enrichment.openalex"})
    relevance: RelevanceSettings = field(default_factory=RelevanceSettings, metadata={"section": "relevance"})
    schedule: ScheduleSettings = field(default_factory=ScheduleSettings, metadata={"section": "schedule"})
    smtp: SmtpSettings = field(default_factory=SmtpSettings, metadata={"section": "smtp"})
    dkim: DkimSettings = field(default_factory=DkimSettings, metadata={"section": "dkim"})
    delivery: DeliverySettings = field(default_factory=DeliverySettings, metadata={"section": "delivery"})
    returns: ReturnsSettings = field(default_factory=ReturnsSettings, metadata={"section": "returns"})
    letters: LetterSettings = field(default_factory=LetterSettings, metadata={"section": "letters"})
    retention: RetentionSettings = field(default_factory=RetentionSettings, metadata={"section": "retention"})
    outbox: OutboxSettings = field(default_factory=OutboxSettings, metadata={"section": "outbox"})
    web: WebSettings = field(default_factory=WebSettings, metadata={"section": "web"})
    alarms: AlarmSettings = field(default_factory=AlarmSettings, metadata={"section": "alarms"})
    doctor: DoctorSettings = field(default_factory=DoctorSettings, metadata={"section": "doctor"})
    log: LogSettings = field(default_factory=LogSettings, metadata={"section": "log"})


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as an operator meets it."""

    section: str
    key: str  # as written in the file: a secret `password` is `password_file`
    field: dataclasses.Field[Any]
    kind: Any  # the type of the value in the file
    attribute: str  # of Settings, which section value it belongs to
    is_secret: bool = False  # given as the path of a file that holds it

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return PREFIX + f"{self.section}_{self.key}".replace(".", "_").upper()


@cache
def _crafts() -> Mapping[str, Any]:
    """What keeps the settings of each section."""
    return get_type_hints(Settings)


def settings_known() -> Iterator[Setting]:
    """Every setting there is, in the order of the example."""
    for section in dataclasses.fields(Settings):
        craft = _crafts()[section.name]
        hints = get_type_hints(craft)
        for each in dataclasses.fields(craft):
            if not each.metadata.get("secret"):
                yield Setting(section.metadata["section"], each.name, each, hints[each.name], section.name)
            if each.metadata.get("secret") or each.metadata.get("or_file"):
                yield Setting(section.metadata["section"], f"{each.name}_file", each, str, section.name, True)


def load(file: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of a file (which may be absent: defaults) and the environment; ConfigError names what is wrong."""
    variables = os.environ if environment is None else environment
    known = list(settings_known())
    given = {setting: (setting.field.default, "default") for setting in known if not setting.is_secret}
    given |= _from_file(file, known)
    given |= _from_environment(variables, known)
    made: dict[str, dict[str, Any]] = {section.name: {} for section in dataclasses.fields(Settings)}
    for setting, (value, where) in given.items():
        if setting.is_secret and not value:
            continue
        _refuse_both(setting, given, where)
        made[setting.attribute][setting.field.name] = _finished(setting, value, where, file.parent)
    settings = {section.name: _section(section, made[section.name], file) for section in dataclasses.fields(Settings)}
    return Settings(**settings)


def _refuse_both(setting: Setting, given: Mapping[Setting, tuple[Any, str]], where: str) -> None:
    """An address stands in the configuration or in a file, not in both."""
    if not setting.is_secret:
        return
    for other, (value, _) in given.items():
        if other is not setting and other.field is setting.field and value != other.field.default:
            raise ConfigError(f"{where}: expected {setting.key} or {other.key}, found both")


def _from_file(file: Path, known: list[Setting]) -> dict[Setting, tuple[Any, str]]:
    if not file.exists():
        return {}
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read ({error.strerror}); check its permissions") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: not valid TOML: {error}") from error
    by_name = {(setting.section, setting.key): setting for setting in known}
    sections = {setting.section for setting in known}
    found: dict[Setting, tuple[Any, str]] = {}
    for section, key, value in _leaves(content, sections):
        where = f"{file}: [{section}] {key}" if section else f"{file}: {key}"
        if section not in sections:
            raise ConfigError(f"{where}: unknown section; {_nearest(section or key, sections)}")
        if (section, key) not in by_name:
            keys = [name for belongs, name in by_name if belongs == section]
            raise ConfigError(f"{where}: unknown key; {_nearest(key, keys)}")
        found[by_name[section, key]] = (_checked(value, by_name[section, key].kind, where), where)
    return found


def _leaves(content: Mapping[str, Any], sections: set[str], prefix: str = "") -> Iterator[tuple[str, str, Any]]:
    for key, value in content.items():
        path = f"{prefix}.{key}" if prefix else key
        if isinstance(value, dict) and (path in sections or any(s.startswith(f"{path}.") for s in sections)):
            yield from _leaves(value, sections, path)
        elif isinstance(value, dict):
            yield path, next(iter(value), ""), value
        else:
            yield prefix, key, value


def _from_environment(variables: Mapping[str, str], known: list[Setting]) -> dict[Setting, tuple[Any, str]]:
    by_name = {setting.variable: setting for setting in known}
    found: dict[Setting, tuple[Any, str]] = {}
    for name, text in variables.items():
        if not name.startswith(PREFIX) or name in _NOT_SETTINGS:
            continue
        where = f"environment: {name}"
        if name not in by_name:
            raise ConfigError(f"{where}: unknown setting; {_nearest(name, by_name)}")
        kind = by_name[name].kind
        found[by_name[name]] = (_checked(_from_text(text, kind, where), kind, where), where)
    return found


def _from_text(text: str, kind: Any, where: str) -> Any:
    if isinstance(kind, types.GenericAlias):
        parts = [part.strip() for part in text.split(",") if part.strip()]
        return [_from_text(part, get_args(kind)[0], where) for part in parts]
    try:
        return _READERS.get(kind, str)(text)
    except ValueError as error:
        raise ConfigError(f"{where}: expected {_named(kind)}, found {text!r}") from error


def _boolean(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError(text)
    return text.lower() == "true"


_READERS: dict[Any, Callable[[str], Any]] = {
    bool: _boolean,
    int: int,
    float: float,
    date: date.fromisoformat,
    time: time.fromisoformat,
}


def _checked(value: Any, kind: Any, where: str) -> Any:
    """The value as its setting's type; ConfigError if it is another."""
    if isinstance(kind, types.GenericAlias):
        if not isinstance(value, list):
            raise ConfigError(f"{where}: expected {_named(kind)}, found {value!r}")
        return tuple(_checked(item, get_args(kind)[0], where) for item in value)
    if issubclass(kind, StrEnum):
        if value not in list(kind):
            raise ConfigError(f"{where}: expected {_named(kind)}, found {value!r}")
        return kind(value)
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise ConfigError(f"{where}: expected {_named(kind)}, found {value!r}")
    return value


def _finished(setting: Setting, value: Any, where: str, folder: Path) -> Any:
    if setting.is_secret:
        value = _read(value, where, folder)
    if setting.field.metadata.get("path") and value:
        paths = value if isinstance(value, tuple) else (value,)
        whole = tuple(str(_placed(path, where, folder)) for path in paths)
        return whole if isinstance(value, tuple) else whole[0]
    if (
        setting.field.metadata.get("database")
        and value.startswith("sqlite:///")
        and not value.startswith("sqlite:////")
    ):
        return f"sqlite:///{(folder / value.removeprefix('sqlite:///')).absolute()}"
    return value


def _read(path: str, where: str, folder: Path) -> str:
    try:
        return _placed(path, where, folder).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:  # ValueError: no UTF-8, or no path
        reason = getattr(error, "strerror", None) or "not a text file"
        raise ConfigError(
            f"{where}: cannot read the secret in {path} ({reason}); check path and permissions"
        ) from error


def _placed(path: str, where: str, folder: Path) -> Path:
    try:
        return folder / Path(path).expanduser()
    except RuntimeError as error:  # "~somebody" who is nobody here
        raise ConfigError(f"{where}: expected a path, found {path!r}, which begins with nobody's home") from error


def _section(section: dataclasses.Field[Any], values: dict[str, Any], file: Path) -> Any:
    try:
        return _crafts()[section.name](**values)
    except ValueError as error:
        raise ConfigError(f"{file}: [{section.metadata['section']}] {error}") from error


def _named(kind: Any) -> str:
    if isinstance(kind, types.GenericAlias):
        return f"a list, each {_named(get_args(kind)[0])}"
    if issubclass(kind, StrEnum):
        return f"one of {', '.join(kind)}"
    names = {
        str: "text",
        int: "a whole number",
        float: "a number",
        bool: "true or false",
        date: "a date",
        time: "a time such as 22:45:00",
    }
    return names[kind]


def _nearest(name: str, known: Any) -> str:
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.4)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(known))}"


def secret_files(file: Path) -> tuple[Path, ...]:
    """The files with secrets that a configuration names, as far as it can be read."""
    known = list(settings_known())
    named = {**_from_file(file, known), **_from_environment(os.environ, known)}
    return tuple(
        file.parent / Path(str(value)).expanduser()
        for setting, (value, _) in named.items()
        if setting.is_secret and value
    )


def shown(settings: Settings) -> list[tuple[str, str, Any]]:
    """Section, key and effective value of every setting, secrets redacted."""
    return [
        (each.section, each.key, _redacted(each, getattr(getattr(settings, each.attribute), each.field.name)))
        for each in settings_known()
        if not (each.is_secret and each.field.metadata.get("or_file"))  # shown as what it stands for
    ]


def _redacted(setting: Setting, value: Any) -> Any:
    if setting.is_secret:
        return REDACTED if value else ""
    if setting.field.metadata.get("private_url") and value:
        return f"{host_only(value)}/{REDACTED}"
    if setting.field.metadata.get("database"):
        scheme, found, rest = str(value).partition("://")
        user, at, host = rest.rpartition("@")
        return f"{scheme}://{user.partition(':')[0]}:***@{host}" if found and at and ":" in user else value
    return list(value) if isinstance(value, tuple) else value
