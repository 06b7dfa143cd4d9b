"""Whatever stands in the configuration or the environment, it is settings or one ConfigError, which tells no secret."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.config import Setting, Settings, load, settings_known
from digest.errors import ConfigError

KNOWN = list(settings_known())
PATHS = [each for each in KNOWN if each.is_secret or each.field.metadata.get("path")]
HOSTILE = [
    *("", " ", "\0", "\ud800", "9" * 400, "1e999", "nan", "-1", "true", "2026-02-30", "24:61", "a" * 5000),
    *(
        "../../etc/passwd",
        "~no-such-user/x",
        "/dev/null",
        "sqlite://",
        "postgresql://[",
        "https://[::1",
        "http://a:99999",
    ),
]
ANY_TEXT = st.sampled_from(HOSTILE) | st.text(max_size=40)
ANY_VALUE = st.recursive(
    ANY_TEXT | st.integers() | st.floats() | st.booleans() | st.dates() | st.times(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.sampled_from(["a", "b"]), inside, max_size=2),
    max_leaves=6,
)
fuzzed = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def loaded(file: Path, environment: dict[str, str]) -> str:
    """What is said of it, "" where it can be used."""
    try:
        assert isinstance(load(file, environment), Settings)
    except ConfigError as error:
        return str(error)
    return ""


def as_toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(sign):08X}" for sign in value) + '"'
    if isinstance(value, list):
        return f"[{', '.join(map(as_toml, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key} = {as_toml(each)}' for key, each in value.items())}}}"
    return str(value)


@fuzzed
@given(st.binary(max_size=200))
def test_any_bytes_may_be_the_file(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(content)

    assert "\n" not in loaded(file, {}).partition("TOML:")[0]


@fuzzed
@given(st.sampled_from(KNOWN), ANY_VALUE)
def test_any_value_may_stand_in_any_setting(tmp_path: Path, setting: Setting, value: Any) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f"[{setting.section}]\n{setting.key} = {as_toml(value)}\n", encoding="utf-8")

    said = loaded(file, {})
    assert not said or "config.toml" in said


@pytest.mark.parametrize("setting", PATHS, ids=lambda each: each.variable)
@pytest.mark.parametrize("text", ["\0", "~no-such-user/x", "/dev/null"])
def test_a_path_that_leads_nowhere_is_told(setting: Setting, text: str, tmp_path: Path) -> None:
    loaded(tmp_path / "config.toml", {setting.variable: text})


@fuzzed
@given(st.sampled_from(KNOWN), ANY_TEXT)
def test_any_text_may_stand_in_any_variable(tmp_path: Path, setting: Setting, text: str) -> None:
    said = loaded(tmp_path / "config.toml", {setting.variable: text})

    assert not said or setting.variable in said or setting.section in said


@pytest.mark.parametrize("setting", [each for each in KNOWN if each.is_secret], ids=lambda each: each.variable)
def test_no_secret_is_repeated_in_an_error(setting: Setting, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("do-not-tell", encoding="utf-8")
    environment = {setting.variable: str(file), "DIGEST_SMTP_PORT": "0"}

    said = loaded(tmp_path / "config.toml", environment)
    assert said
    assert "do-not-tell" not in said
