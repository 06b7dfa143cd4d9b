"""Mails of real listings in a real browser: 600 and 375 pixels wide, light and dark. The pictures stand in docs/look/.

A long one is shown by its beginning and its end, with a band between them where the rest is left out.
"""

import re
import shutil
import subprocess
from email import message_from_bytes, policy
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.acceptance.conftest import ROOT, Figures, Replay
from tests.acceptance.mail_checks import product

if TYPE_CHECKING:
    import PIL.Image

Image = pytest.importorskip("PIL.Image", reason="without Pillow the pictures would be too large to keep")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_QUIET = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --hide-scrollbars"
).split()
SCHEMES = {"light": "1", "dark": "0"}
_FIRST, _LAST, _BAND = 2600, 1500, 24  # pixels of a long mail that are shown
_BETWEEN = (128, 128, 128)
_COLOURS = 64  # the most frequent, as they are; the others become the nearest of them
_PICTURE_BYTES = 250_000


@pytest.fixture(scope="module")
def pages(replay: Replay, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The HTML of every kind of mail, as a file."""
    if CHROMIUM is None:
        pytest.skip("no Chromium here")
    folder = tmp_path_factory.mktemp("pictures")
    found = {}
    for name, content in product.sent(replay.url, tmp_path_factory.getbasetemp() / "sent").items():
        body = message_from_bytes(content, policy=policy.default).get_body(("html",))
        if body is not None:
            found[name] = folder / f"{name}.html"
            found[name].write_text(str(body.get_content()), encoding="utf-8")
    return found


def browser(*arguments: str, profile: Path) -> str:
    command = [str(CHROMIUM), *_QUIET, f"--user-data-dir={profile}", *arguments]
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


def kept(shot: Path, picture: Path) -> None:
    """Keep a screenshot in few colours, the middle of a long one left out."""
    with Image.open(shot) as opened:
        whole = opened.convert("RGB")
    width, height = whole.size
    if height > _FIRST + _BAND + _LAST:
        shown = Image.new("RGB", (width, _FIRST + _BAND + _LAST), _BETWEEN)
        shown.paste(whole.crop((0, 0, width, _FIRST)), (0, 0))
        shown.paste(whole.crop((0, height - _LAST, width, height)), (0, _FIRST + _BAND))
        whole = shown
    in_few_colours(whole).save(picture, optimize=True)


def in_few_colours(whole: "PIL.Image.Image") -> "PIL.Image.Image":
    """The same with a palette of its most frequent colours; Pillow's own palettes shift the even ones."""
    packed = np.asarray(whole, dtype=np.int32) @ np.array([1 << 16, 1 << 8, 1])
    colours, places, counts = np.unique(packed, return_inverse=True, return_counts=True)
    parts = np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1)
    palette = parts[np.argsort(-counts)[:_COLOURS]]
    nearest = ((parts[:, None] - palette) ** 2).sum(axis=2).argmin(axis=1).astype(np.uint8)
    made: PIL.Image.Image = Image.fromarray(nearest[places].reshape(whole.height, whole.width))
    made.putpalette(palette.astype(np.uint8).tobytes())
    return made


def fits_and_is_pictured(
    pages: dict[str, Path], name: str, width: int, scheme: str, folder: Path, file: str, most: int = _PICTURE_BYTES
) -> tuple[str, str]:
    """A page in a window of this width: nothing of it is cut off, and it is as dark as it should be; what was seen."""
    look = f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}"
    shown, height, red = map(int, measured(pages[name], width, look, folder))
    shot = folder / "shot.png"
    window = f"--window-size={width},{height}"
    browser(look, window, f"--screenshot={shot}", pages[name].as_uri(), profile=folder / "b")
    picture = ROOT / "docs" / "look" / file
    kept(shot, picture)

    assert shown == width
    assert (red < 60) is (scheme == "dark")
    assert 5_000 < picture.stat().st_size < most
    return f"{name} at {width} px, {scheme}", f"{height} px high, no sideways scroll; {picture.relative_to(ROOT)}"


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [
        *(("daily", width, scheme) for width in (600, 375) for scheme in SCHEMES),
        ("weekly", 600, "light"),
        *((letter, 600, "light") for letter in ("welcome", "still reading", "goodbye")),
    ],
)
def test_a_mail_fits_its_window_and_is_pictured(
    pages: dict[str, Path], tmp_path: Path, name: str, width: int, scheme: str, figure: Figures
) -> None:
    stem = f"{width}-{scheme}" if name == "daily" else name.replace(" ", "-")
    figure(*fits_and_is_pictured(pages, name, width, scheme, tmp_path, f"mail-{stem}.png"))
