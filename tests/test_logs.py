"""The log: a line a fact, that a person or a program can read, and nobody's address in it."""

import json
import logging
from collections.abc import Iterator

import pytest

from digest import logs
from digest.logs import LogFormat, LogLevel, LogSettings

log = logging.getLogger("digest.test")


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    logs.take_down()


def written(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    line: dict[str, object] = json.loads(capsys.readouterr().err)
    return line


def test_a_json_line_has_the_facts_of_its_message_as_fields(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(LogSettings(format=LogFormat.JSON))

    log.info("sent delivery=%d stream=%s in %.2fs, 100%% attempt=%d: %s", 7, "cs.LG", 0.5, 2, "250 ok")

    line = written(capsys)
    assert {key: line[key] for key in ("delivery", "stream", "attempt")} == {
        "delivery": 7,
        "stream": "cs.LG",
        "attempt": 2,
    }
    assert (line["level"], line["logger"]) == ("info", "digest.test")
    assert line["message"] == "sent delivery=7 stream=cs.LG in 0.50s, 100% attempt=2: 250 ok"
    assert str(line["time"]).endswith("+00:00")


def test_words_from_outside_make_no_facts_and_no_lines(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(LogSettings(format=LogFormat.JSON))

    log.warning("harvest failed source=%s problem=%s", "arxiv", "level=fake\ndelivery=9 \ud800")

    line = written(capsys)
    assert line["problem"] == "level=fake\ndelivery=9 \ud800"
    assert line["level"] == "warning"
    assert "delivery" not in line


def test_a_text_line_stays_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(LogSettings())

    log.error("problem=%s", "one\r\nERROR digest two")

    assert capsys.readouterr().err == "ERROR digest.test problem=one ERROR digest two\n"


@pytest.mark.parametrize("form", list(LogFormat))
def test_addresses_never_reach_the_log(form: LogFormat, capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(LogSettings(format=form))

    try:
        raise RuntimeError("ana@example.org")
    except RuntimeError:
        log.exception("not sent answer=%s", "550 <ana@example.org>: bö.b+x@bücher.example is unknown")

    said = capsys.readouterr().err
    assert "@" not in said
    assert "ana" not in said


def test_a_database_without_its_password_stays_readable() -> None:
    place = "postgresql://digest:***@db.example.org/digest and postgresql://digest@db.example.org/digest"

    assert logs.without_addresses(place) == place


def test_the_level_is_obeyed_and_verbose_outweighs_it(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(LogSettings(level=LogLevel.ERROR))
    log.warning("quiet")
    logs.set_up(LogSettings(level=LogLevel.ERROR), verbose=True)
    log.debug("loud")
    logging.getLogger("httpx").info("HTTP Request: POST https://hooks.example.org/s3cret")

    assert capsys.readouterr().err == "DEBUG digest.test loud\n"


def test_taking_down_leaves_logging_as_it_was() -> None:
    before = (logging.root.level, list(logging.root.handlers))

    logs.set_up(LogSettings(), verbose=True)
    logs.set_up(LogSettings())
    logs.take_down()

    assert (logging.root.level, list(logging.root.handlers)) == before
