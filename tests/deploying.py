"""What the tests of deploy/ share: the tools that check it, and its files for a place of a test's own."""

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
PATIENCE = 60  # seconds for one command, on a machine that does much else
_SBIN = ("/usr/sbin", "/sbin")  # where Debian keeps servers; the PATH of who is not root lacks them


def tool(name: str, package: str) -> str:
    """The path of a program; the test is skipped without it, but not in CI, which installs it."""
    places = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath), *_SBIN))
    found = shutil.which(name, path=places)
    if found is None:
        reason = f"{name} is not installed: {package}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def said(command: list[str], **environment: str) -> str:
    """What a command prints, on either stream; it must succeed."""
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}"
    return done.stdout


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not re.match(r"\s*#", line))


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of papers.example.org and its key."""
    chain, key = folder / "fullchain.pem", folder / "privkey.pem"
    subject = ["-subj", "/CN=papers.example.org", "-addext", "subjectAltName=DNS:papers.example.org"]
    elliptic = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    made = ["openssl", "req", "-x509", *elliptic, "-nodes", "-days", "2", *subject]
    said([*made, "-keyout", str(key), "-out", str(chain)])
    return chain, key


def nginx_configuration(folder: Path, *, plain: int, tls: int, behind: int) -> Path:
    """deploy/nginx with folders and ports of the test's own, inside the least that nginx needs."""
    chain, key = certificate(folder)
    site = (DEPLOY / "nginx" / "paperround.conf").read_text(encoding="utf-8")
    for before, after in (
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen [::]:80;", ""),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{tls} ssl http2;"),
        ("listen [::]:443 ssl http2;", ""),
        ("server 127.0.0.1:8000;", f"server 127.0.0.1:{behind};"),
        ("/etc/letsencrypt/live/papers.example.org/fullchain.pem", str(chain)),
        ("/etc/letsencrypt/live/papers.example.org/privkey.pem", str(key)),
        ("/var/log/paperround", str(folder)),
        ("/var/cache/nginx/paperround", str(folder / "cache")),
    ):
        assert before in site, f"{before!r} is no longer in nginx/paperround.conf"
        site = site.replace(before, after)
    (folder / "paperround.conf").write_text(site, encoding="utf-8")
    places = "".join(
        f"{name}_temp_path {folder / name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = folder / "nginx.conf"
    whole.write_text(
        f"daemon off; master_process off; worker_processes 1; pid {folder / 'nginx.pid'};\n"
        f"error_log {folder / 'main.log'} info;\nevents {{ worker_connections 256; }}\n"
        f"http {{\n{places}include {folder / 'paperround.conf'};\n}}\n",
        encoding="utf-8",
    )
    return whole


def caddy_configuration(folder: Path, *, plain: int, tls: int, behind: int) -> Path:
    """deploy/caddy with folders and ports of the test's own, and a certificate that is there already."""
    chain, key = certificate(folder)
    site = (DEPLOY / "caddy" / "Caddyfile").read_text(encoding="utf-8")
    for before, after in (
        ("\n{\n", f"\n{{\nadmin off\nstorage file_system {folder / 'caddy'}\nhttp_port {plain}\nhttps_port {tls}\n"),
        ("papers.example.org {", f"papers.example.org {{\nbind 127.0.0.1\ntls {chain} {key}\n"),
        ("127.0.0.1:8000", f"127.0.0.1:{behind}"),
        ("/var/log/caddy/paperround.log", str(folder / "access.log")),
    ):
        assert before in site, f"{before!r} is no longer in caddy/Caddyfile"
        site = site.replace(before, after)
    whole = folder / "Caddyfile"
    whole.write_text(site, encoding="utf-8")
    return whole
