"""nginx and Caddy, as deploy/ sets them up, before a real `digest serve` on loopback."""

import os
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from digest import membership, tokens
from digest.store import Store
from digest.subscribers import SubscriberState
from tests.deploying import PATIENCE, caddy_configuration, free_port, nginx_configuration, tool
from tests.embedded import embedded

HOST = "papers.example.org"
ONE_CLICK = b"List-Unsubscribe=One-Click"
QUERY = "sleepspindles"
CONFIG = f"""\
[site]
url = "https://{HOST}"
sender = "digest@example.org"
"""


@dataclass
class Reader:
    """Somebody who has the mails of a house."""

    store: Store
    email: str

    def state(self) -> SubscriberState:
        return membership.find(self.store, self.email).state

    def signed(self, purpose: str) -> str:
        with self.store.begin() as tx:
            return tokens.sign(tx.secrets.get_or_make(tokens.KEY), purpose, membership.find(self.store, self.email).id)


@dataclass
class House:
    """Where `digest serve` answers."""

    store: Store
    port: int
    numbers: Iterator[int] = field(default_factory=count)

    def reader(self) -> Reader:
        """A new one."""
        email = f"reader-{next(self.numbers)}@example.org"
        membership.add(self.store, email, host=HOST, now=datetime.now(UTC))
        return Reader(self.store, email)


@dataclass
class Proxy:
    """A server before the house, and where it writes."""

    house: House
    folder: Path  # all that it writes lies here
    plain: int
    tls: int
    process: subprocess.Popen[bytes]

    @contextmanager
    def client(self) -> Iterator[httpx.Client]:
        trusting = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        with httpx.Client(verify=trusting, base_url=f"https://127.0.0.1:{self.tls}", timeout=PATIENCE) as client:
            client.headers["Host"] = HOST
            yield client

    def ask(self, method: str, path: str, **values: Any) -> httpx.Response:
        """One request over TLS, for the host whose certificate it is."""
        with self.client() as client:
            return client.request(method, path, extensions={"sni_hostname": HOST}, **values)

    def written(self) -> str:
        """Everything that it has written so far, but for keys and what it keeps of answers."""
        kept = self.folder / "cache"
        files = [path for path in self.folder.rglob("*") if path.is_file() and not path.is_relative_to(kept)]
        return "\n".join(path.read_text("utf-8", "replace") for path in files if path.suffix != ".pem")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    (folder / "config.toml").write_text(CONFIG)
    store = embedded(folder / "paperround.db")
    port = free_port()
    command = [sys.executable, "-m", "digest", "--config", str(folder / "config.toml"), "serve", "--no-scheduler"]
    with started([*command, "--port", str(port)], folder) as process:
        wait_for(lambda: httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200, process)
        yield House(store, port)
    store.close()


@pytest.fixture(params=["nginx", "caddy"])
def proxy(request: pytest.FixtureRequest, house: House, tmp_path: Path) -> Iterator[Proxy]:
    with {"nginx": nginx, "caddy": caddy}[request.param](house, tmp_path / "proxy") as made:
        yield made


@pytest.fixture
def nginx_proxy(house: House, tmp_path: Path) -> Iterator[Proxy]:
    with nginx(house, tmp_path / "proxy") as made:
        yield made


@contextmanager
def nginx(house: House, folder: Path) -> Iterator[Proxy]:
    program = tool("nginx", "Debian's nginx")
    folder.mkdir()
    plain, tls = free_port(), free_port()
    whole = nginx_configuration(folder, plain=plain, tls=tls, behind=house.port)
    command = [program, "-e", str(folder / "early.log"), "-c", str(whole)]
    with proxied(command, Proxy(house, folder, plain, tls, process=None)) as made:  # type: ignore[arg-type]  # none yet
        yield made


@contextmanager
def caddy(house: House, folder: Path) -> Iterator[Proxy]:
    program = tool("caddy", "Debian's caddy")
    folder.mkdir()
    plain, tls = free_port(), free_port()
    whole = caddy_configuration(folder, plain=plain, tls=tls, behind=house.port)
    command = [program, "run", "--config", str(whole), "--adapter", "caddyfile"]
    with proxied(command, Proxy(house, folder, plain, tls, process=None)) as made:  # type: ignore[arg-type]  # none yet
        yield made


@contextmanager
def proxied(command: list[str], made: Proxy) -> Iterator[Proxy]:
    with started(command, made.folder) as made.process:
        wait_for(lambda: made.ask("GET", "/healthz").status_code == 200, made.process)
        yield made


@contextmanager
def started(command: list[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process until it is no longer needed; what it says lies in its folder."""
    environment = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "said.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(40)


def wait_for(is_so: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server has ended"
        try:
            if is_so():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("the server does not answer")


def test_one_click_arrives_as_it_was_sent_and_no_log_tells_who_left(proxy: Proxy) -> None:
    reader = proxy.house.reader()
    token = reader.signed(tokens.UNSUBSCRIBE)
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    shown = proxy.ask("GET", f"/unsubscribe/{token}")
    assert shown.status_code == 200
    assert reader.state() is SubscriberState.ACTIVE

    left = proxy.ask("POST", f"/unsubscribe/{token}", content=ONE_CLICK, headers=form)
    assert left.status_code == 200
    assert reader.state() is SubscriberState.LEFT

    again = proxy.ask("POST", f"/unsubscribe/{token}", files={"List-Unsubscribe": (None, "One-Click")})
    assert again.status_code == 200

    assert "/unsubscribe" in proxy.written()
    assert_silent(proxy, token)


def test_no_spelling_of_a_link_and_nothing_that_goes_wrong_tells_a_token(proxy: Proxy) -> None:
    reader = proxy.house.reader()
    token, settings = reader.signed(tokens.UNSUBSCRIBE), reader.signed(tokens.SETTINGS)
    ways = [
        f"/%75nsubscribe/{token}",
        f"/unsubscribe%2F{token}",
        f"//unsubscribe/{token}",
        f"/settings/{settings}",
        f"/settings/{settings}?from={token}",
        f"/feed/{settings}.atom",
        f"/e/{token}/1/more",
        f"/search?q={QUERY}+{token}",
        f"/{token}",
    ]
    for way in ways:
        proxy.ask("GET", way, headers={"Referer": f"https://{HOST}/settings/{settings}"})
    proxy.ask("POST", f"/unsubscribe/{token}", content=b"x" * 300_000)  # more than is taken
    proxy.ask("POST", f"/settings/{settings}/size", data={"size": "5"})
    httpx.get(f"http://127.0.0.1:{proxy.plain}/unsubscribe/{token}", headers={"Host": HOST})
    httpx.post(f"http://127.0.0.1:{proxy.plain}/unsubscribe/{token}", headers={"Host": HOST})
    assert_silent(proxy, token, settings, QUERY)


def test_nothing_is_told_of_readers_when_the_house_is_down(proxy: Proxy) -> None:
    token = proxy.house.reader().signed(tokens.UNSUBSCRIBE)
    away = free_port()
    for name in ("paperround.conf", "Caddyfile"):
        file = proxy.folder / name
        if file.exists():
            file.write_text(file.read_text().replace(f"127.0.0.1:{proxy.house.port}", f"127.0.0.1:{away}"))
    proxy.process.terminate()
    proxy.process.wait(40)
    command = cast("list[str]", proxy.process.args)
    with started(command, proxy.folder) as proxy.process:
        wait_for(lambda: proxy.ask("GET", "/healthz").status_code == 502, proxy.process)
        answer = proxy.ask("POST", f"/unsubscribe/{token}", content=ONE_CLICK)
        assert answer.status_code == 502
        assert answer.headers.get_list("strict-transport-security") == ["max-age=63072000"]
    assert_silent(proxy, token)


def test_an_answer_is_strict_about_tls_once_and_who_comes_without_is_sent_there(proxy: Proxy) -> None:
    for path in ("/", "/no/such/page", "/metrics"):
        assert proxy.ask("GET", path).headers.get_list("strict-transport-security") == ["max-age=63072000"]
    plain = httpx.get(f"http://127.0.0.1:{proxy.plain}/subscribe?x=1", headers={"Host": HOST})
    assert plain.status_code == 308
    assert plain.headers["location"].startswith(f"https://{HOST}")
    assert plain.headers["location"].endswith("/subscribe?x=1")


def test_figures_stay_inside_and_what_a_client_says_of_its_address_is_not_believed(proxy: Proxy) -> None:
    assert httpx.get(f"http://127.0.0.1:{proxy.house.port}/metrics").status_code == 200
    assert proxy.ask("GET", "/metrics").status_code == 404
    lies = [{"X-Forwarded-For": f"203.0.113.{number}"} for number in range(12)]
    told = {proxy.ask("POST", "/subscribe", data={}, headers=lie).status_code for lie in lies}
    assert 429 in told


def test_sign_ups_are_slowed_and_leaving_never_is(nginx_proxy: Proxy) -> None:
    with nginx_proxy.client() as client:
        tried = [client.post("/subscribe", data={}, extensions={"sni_hostname": HOST}) for _ in range(30)]
        left = [client.post("/unsubscribe/1-x", extensions={"sni_hostname": HOST}) for _ in range(60)]
        seen = [client.get("/subscribe", extensions={"sni_hostname": HOST}) for _ in range(30)]
    assert [answer.status_code for answer in tried].count(429) >= 20
    assert "nginx" in tried[-1].text  # the wall before the application's own
    assert {answer.status_code for answer in left} == {404}
    assert {answer.status_code for answer in seen} == {200}


def test_public_feeds_are_kept_and_a_readers_own_are_not(nginx_proxy: Proxy) -> None:
    token = nginx_proxy.house.reader().signed(tokens.SETTINGS)
    for _ in range(2):
        assert nginx_proxy.ask("GET", "/feed.atom").status_code == 200
        assert nginx_proxy.ask("GET", f"/settings/{token}").status_code == 200
    log = (nginx_proxy.folder / "access.log").read_text().splitlines()
    assert [line.split()[-1] for line in log if "/feed " in line] == ["MISS", "HIT"]
    kept = b"".join(path.read_bytes() for path in (nginx_proxy.folder / "cache").rglob("*") if path.is_file())
    assert b"/feed.atom" in kept
    assert token.encode() not in kept


def assert_silent(proxy: Proxy, *secrets: str) -> None:
    """None of these, nor the part of a token that is signed, stands in anything that was written."""
    written = proxy.written()
    for secret in secrets:
        assert secret.partition("-")[2] not in written or not secret.partition("-")[2]
        assert secret not in written
