"""The mail in a real browser: 600 and 375 pixels wide, light and dark. The pictures stand in docs/look/."""

import re
import shutil
import subprocess
from html import escape
from pathlib import Path

import pytest

from digest.cli import main
from tests.acceptance.conftest import ROOT, Figures

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_QUIET = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --hide-scrollbars"
).split()
_SCHEME = {"light": "1", "dark": "0"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if _CHROMIUM is None:
        pytest.skip("no Chromium here")
    folder = tmp_path_factory.mktemp("pictures") / "demo"
    assert main.run(["demo", "--output", str(folder)]) == 0
    return folder


def browser(*arguments: str, profile: Path) -> str:
    command = [str(_CHROMIUM), *_QUIET, f"--user-data-dir={profile}", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout


def measured(mail: Path, width: int, look: str, folder: Path) -> tuple[str, ...]:
    """Width and height that the mail takes in a frame of this width, and the red of its background."""
    script = (
        "const seen = document.querySelector('iframe').contentDocument; document.title = [seen.documentElement."
        "scrollWidth, seen.documentElement.scrollHeight, getComputedStyle(seen.body).backgroundColor].join(';')"
    )
    frame = f'<iframe srcdoc="{escape(mail.read_text(encoding="utf-8"))}" width="{width}" style="border:0"></iframe>'
    page = folder / "measured.html"
    page.write_text(f'<body onload="{script}">{frame}</body>', encoding="utf-8")
    found = re.search(
        r"<title>(\d+);(\d+);rgb\((\d+), ", browser(look, "--dump-dom", page.as_uri(), profile=folder / "a")
    )
    assert found is not None
    return found.groups()


@pytest.mark.parametrize("width", [600, 375])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_mail_fits_its_window_and_is_pictured(
    demo: Path, tmp_path: Path, width: int, scheme: str, figure: Figures
) -> None:
    mail = demo / "2026-03-10-agnes.html"
    look = f"--blink-settings=preferredColorScheme={_SCHEME[scheme]}"
    shown, height, red = map(int, measured(mail, width, look, tmp_path))
    picture = ROOT / "docs" / "look" / f"mail-{width}-{scheme}.png"
    browser(look, f"--window-size={width},{height}", f"--screenshot={picture}", mail.as_uri(), profile=tmp_path / "b")

    assert shown == width
    assert (red < 60) is (scheme == "dark")
    assert picture.stat().st_size > 10_000
    figure(f"mail at {width} px, {scheme}", f"{height} px high, no sideways scroll; {picture.relative_to(ROOT)}")
