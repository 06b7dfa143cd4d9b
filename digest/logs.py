"""How the log is written: a line a fact, as text or JSON, without addresses."""

import json
import logging
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TextIO

_QUIET = ("httpx", "httpcore", "alembic", "apscheduler")  # they tell URLs, tokens and all, or too much
_ADDRESS = re.compile(r"(?<![\w.+/*-])[\w.+=-]+@[\w-]+(?:\.[\w-]+)*")
_PLACE = re.compile(r"(?:\b([a-z]\w*)=)?%(?:[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]|%)")
_LITERAL = re.compile(r"(?<!\S)([a-z]\w*)=([^\s%,:;]+)")


class LogFormat(StrEnum):
    """How a line is written."""

    TEXT = "text"
    JSON = "json"


class LogLevel(StrEnum):
    """What is worth a line."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """What is written to stderr."""

    format: LogFormat = LogFormat.TEXT
    level: LogLevel = LogLevel.INFO


def set_up(settings: LogSettings, *, verbose: bool = False) -> None:
    """Write the log to stderr as the settings say, and no longer as an earlier call said; `verbose` means debug."""
    take_down()
    handler = _Stderr(before=logging.root.level)
    handler.setFormatter(JsonLines() if settings.format is LogFormat.JSON else TextLines())
    logging.root.addHandler(handler)
    logging.root.setLevel(logging.DEBUG if verbose else settings.level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def take_down() -> None:
    """Leave logging as it was before `set_up`."""
    for handler in [each for each in logging.root.handlers if isinstance(each, _Stderr)]:
        logging.root.removeHandler(handler)
        logging.root.setLevel(handler.before)


def without_addresses(text: str) -> str:
    """The text with every mail address replaced: relays repeat them in their answers."""
    return _ADDRESS.sub("(address)", text)


class TextLines(logging.Formatter):
    """Level, logger and message on one line; a traceback below it."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        return " ".join(super().formatMessage(record).split())

    def format(self, record: logging.LogRecord) -> str:
        return without_addresses(super().format(record))


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and the message's facts as fields of their own."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            **{name: _plain(value) for name, value in facts(record)},
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_addresses(record.getMessage()),
        }
        if record.exc_info:
            line["exception"] = without_addresses(self.formatException(record.exc_info))
        return json.dumps(line)


def facts(record: logging.LogRecord) -> Iterator[tuple[str, object]]:
    """The `key=value` facts of a message.

    They are read from the message as the code has it, so that a value that comes from outside cannot pretend to be
    a fact of its own, and a number stays a number.
    """
    yield from _LITERAL.findall(str(record.msg))
    if not isinstance(record.args, tuple):
        return
    values = iter(record.args)
    for place in _PLACE.finditer(str(record.msg)):
        if place[0].endswith("%%"):
            continue
        value = next(values, None)
        if place[1]:
            yield place[1], value


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, (bool, int, float)) else without_addresses(str(value))


class _Stderr(logging.StreamHandler[TextIO]):
    """Whatever stderr is at the moment of writing."""

    def __init__(self, *, before: int) -> None:
        logging.Handler.__init__(self)
        self.before = before  # the level to go back to

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, value: TextIO) -> None:
        raise AttributeError("the stream is always stderr")
