"""What `benchmarks.web` loads and loads with: servers that are tied to one core, Debian's wrk on another, and nginx."""

import getpass
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SERVER_CORE, CLIENT_CORE = 0, 1
CONNECTIONS = 32  # that wrk keeps open
_PATIENCE = 60.0  # seconds until a server answers
_GOODBYE = 15.0  # seconds until a server has ended
_BEYOND = 30  # seconds in which wrk must have ended after its time is over

_CONFIG = """
[site]
sender = "digest@example.org"
url = "https://digest.example.org"
[database]
url = "sqlite:///{database}"
[relevance]
model_folder = "{model}"
[web]
searches_per_minute = 1e9
"""

_WRK = """
local given = %s
local at, answered = 0, 0
function request()
  at = at + 1
  local headers = {}
  for name, value in pairs(given.headers) do headers[name] = value end
  if given.varied then headers["If-None-Match"] = headers["If-None-Match"] .. ', "' .. at .. '"' end
  return wrk.format("GET", given.paths[(at - 1) %% #given.paths + 1], headers)
end
if given.once then
  function response()
    answered = answered + 1
    if answered == #given.paths then wrk.thread:stop() end
  end
end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format("\\nTOLD %%d %%d %%d %%d\\n", summary.requests, summary.duration,
    e.status + e.connect + e.read + e.write + e.timeout, latency:percentile(95)))
end
"""

_NGINX = """
{user}worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    gzip_static on;
    gzip_vary on;
    default_type application/octet-stream;
    types {{ text/html html; application/xml atom; }}
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        root {folder}/files;
    }}
}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One that runs: its port, and the process that answers."""

    port: int
    process: int

    @property
    def cpu(self) -> float:
        """Seconds of processor that all its threads have used."""
        threads = Path(f"/proc/{self.process}/task").glob("*/schedstat")
        return sum(int(each.read_text().split()[0]) for each in threads) / 1e9

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
        """Status, headers in lower case, and body of one answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE)
        try:
            connection.request("GET", path, headers=dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What wrk asks for: the paths in turn."""

    paths: Sequence[str]
    headers: Mapping[str, str] = field(default_factory=dict)
    varied: bool = False  # whether If-None-Match names another tag besides in every request
    once: bool = False  # whether it ends when every path was asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What came of a load."""

    requests: int
    errors: int  # answers of 400 and above, and none
    wall: float  # seconds
    cpu: float  # seconds of the server
    p95: float  # milliseconds from request to answer, with all connections waiting

    @property
    def per_core(self) -> float:
        """Answers in a second of the server's processor."""
        return self.requests / self.cpu

    @property
    def per_second(self) -> float:
        """Answers in a second of the clock, which others who use the machine take from."""
        return self.requests / self.wall


def loaded(server: Server, load: Load, *, seconds: float, folder: Path) -> Rate:
    """Have wrk ask for at most so many seconds."""
    script = folder / "load.lua"
    told = {"paths": list(load.paths), "headers": dict(load.headers), "varied": load.varied, "once": load.once}
    script.write_text(_WRK % _lua(told), encoding="utf-8")
    command = [
        "taskset",
        "--cpu-list",
        str(CLIENT_CORE),
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{seconds:.0f}s",
        "--timeout",
        "20s",
    ]
    before = server.cpu
    said = subprocess.run(
        [*command, "-s", str(script), f"http://127.0.0.1:{server.port}"],
        capture_output=True,
        text=True,
        timeout=seconds + _BEYOND,
        check=True,
    )
    requests, took, errors, p95 = map(int, said.stdout.rpartition("TOLD ")[2].split())
    return Rate(requests=requests, errors=errors, wall=took / 1e6, cpu=server.cpu - before, p95=p95 / 1e3)


def _lua(value: Any) -> str:
    """A value as Lua writes it: strings of JSON are strings of Lua, as far as paths and headers go."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"[{json.dumps(name)}] = {_lua(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "{" + ", ".join(map(_lua, value)) + "}"
    return json.dumps(value)


# ------------------------------------------------------------ servers


def configured(folder: Path, database: Path, *, model: Path | None = None) -> Path:
    """The configuration of a server on a database, written into a folder; without `model`, its model is beside it."""
    file = folder / "config.toml"
    file.write_text(_CONFIG.format(database=database, model=model or ""), encoding="utf-8")
    return file


@contextmanager
def ours(config: Path) -> Iterator[Server]:
    """`digest serve --no-scheduler`."""
    program = str(Path(sys.executable).parent / "digest")
    with _free_port() as port:
        command = [program, "--config", str(config), "serve", "--no-scheduler", "--port", str(port)]
    with _running(command, port, "/healthz") as server:
        yield server


@contextmanager
def bare() -> Iterator[Server]:
    """uvicorn with an application that answers 304 to everything: what no server on it can be faster than."""
    with _free_port() as port:
        command = [sys.executable, "-m", "uvicorn", "--no-access-log", "--log-level", "warning", "--port", str(port)]
    with _running([*command, "--lifespan", "off", "benchmarks.web_load:nothing_new"], port, "/") as server:
        yield server


async def nothing_new(
    scope: MutableMapping[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
) -> None:
    """304 to whatever is asked."""
    await send({"type": "http.response.start", "status": 304, "headers": [(b"etag", b'"a"')]})
    await send({"type": "http.response.body", "body": b""})


@contextmanager
def nginx(folder: Path, files: Mapping[str, tuple[bytes, bytes]]) -> Iterator[Server]:
    """nginx over files, each as it is and packed, by name; one worker."""
    (folder / "files").mkdir(parents=True, exist_ok=True)
    for name, (plain, packed) in files.items():
        (folder / "files" / name).write_bytes(plain)
        (folder / "files" / f"{name}.gz").write_bytes(packed)
    user = f"user {getpass.getuser()};\n" if os.geteuid() == 0 else ""
    with _free_port() as port:
        (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, port=port, user=user))
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or "nginx"
    with _running([program, "-c", str(folder / "nginx.conf")], port, f"/{next(iter(files))}") as master:
        children = Path(f"/proc/{master.process}/task/{master.process}/children").read_text().split()
        yield Server(port=port, process=int(children[0]))


@contextmanager
def _running(command: Sequence[str], port: int, path: str) -> Iterator[Server]:
    """The program on the servers' core, from its first answer on; it is ended by its own number."""
    process = subprocess.Popen(["taskset", "--cpu-list", str(SERVER_CORE), *command])
    server = Server(port=port, process=process.pid)  # taskset becomes the program
    try:
        _wait_for(server, path, process)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(_GOODBYE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(server: Server, path: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            server.get(path)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("a server does not answer")


@contextmanager
def _free_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        yield int(free.getsockname()[1])
