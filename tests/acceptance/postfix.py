"""A real Postfix on loopback in a folder of its own: Debian's package, started and stopped by the test.

Mail for readers and for our own domain comes to rest in maildirs; that for one domain goes on to a server that knows
nobody, so that true DSNs come back; that for another is greylisted at first.
"""

import contextlib
import os
import pwd
import re
import shutil
import socket
import socketserver
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.smtp_server import Script, misbehaving_server

SENDER_DOMAIN = "digest.test"  # ours: what comes back arrives in its maildir
READERS = "readers.test"  # taken and kept
GONE = "gone.test"  # taken, and refused by the next hop
GREYLISTED = "grey.test"  # 450 at the first RCPT of an address, then taken and kept
UNKNOWN_USER = b"550 5.1.1 <nobody> User unknown"  # what the next hop says of everybody at GONE

_PROGRAM = "postfix"
_UNPRIVILEGED = "nobody"  # who writes the maildirs
_SERVICES = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""
_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = mx.{ours}
mydestination =
alias_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtp_dns_support_level = disabled
local_header_rewrite_clients =
notify_classes =
virtual_mailbox_domains = {kept}
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = regexp:{folder}/config/mailboxes
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
relay_domains = {gone}
transport_maps = inline:{{ {gone}=smtp:[127.0.0.1]:{next_hop} }}
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = check_policy_service inet:127.0.0.1:{policy}, permit_mynetworks, reject
"""


class Postfix:
    """A running server."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port

    def maildir(self, domain: str) -> Path:
        """Where the mail of one of the domains that are kept comes to rest (maildir(5))."""
        return self.folder / "mail" / domain

    def arrived(self, domain: str, count: int = 1, *, seconds: float = 30.0) -> list[bytes]:
        """The messages in a maildir, oldest first, as soon as there are `count`; lines end with LF, as on disk."""
        new = self.maildir(domain) / "new"
        end = time.monotonic() + seconds
        while len(files := sorted(new.glob("*"), key=lambda file: file.stat().st_mtime_ns)) < count:
            assert time.monotonic() < end, f"{len(files)} of {count} messages arrived; the log:\n{self.log}"
            time.sleep(0.05)
        return [file.read_bytes() for file in files]

    @property
    def log(self) -> str:
        file = self.folder / "log"
        return file.read_text() if file.exists() else ""

    @property
    def queued(self) -> str:
        """What still waits, as `postqueue` shows it, a JSON object a line."""
        return _run("postqueue", "-c", str(self.folder / "config"), "-j")


@contextlib.contextmanager
def running_postfix() -> Iterator[Postfix]:
    """A server that lives as long as the block; without the package this fails in CI and skips elsewhere."""
    _require()
    folder = Path(tempfile.mkdtemp(prefix="paperround-postfix-"))
    folder.chmod(0o755)  # its daemons are other users
    try:
        with misbehaving_server(Script(replies={"rcpt": UNKNOWN_USER})) as next_hop, _greylist() as policy:
            port = _free_port()
            _configure(folder, port=port, next_hop=next_hop, policy=policy)
            try:
                _run(_PROGRAM, "-c", str(folder / "config"), "start")
                _wait_for(port)
                yield Postfix(folder, port)
            finally:
                _stop(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _require() -> None:
    problem = ""
    if shutil.which(_PROGRAM) is None:
        problem = "Debian's package postfix is not installed"
    elif os.geteuid() != 0:
        problem = "Postfix is started by root alone"
    if problem and os.environ.get("CI") == "true":
        pytest.fail(problem)
    if problem:
        pytest.skip(problem)


def _configure(folder: Path, *, port: int, next_hop: int, policy: int) -> None:
    user = pwd.getpwnam(_UNPRIVILEGED)
    for name in ("config", "queue", "data", "mail"):
        (folder / name).mkdir()
        (folder / name).chmod(0o755)
    shutil.chown(folder / "data", "postfix")
    shutil.chown(folder / "mail", user.pw_uid, user.pw_gid)
    main = _MAIN.format(
        folder=folder,
        next_hop=next_hop,
        policy=policy,
        uid=user.pw_uid,
        gid=user.pw_gid,
        ours=SENDER_DOMAIN,
        kept=f"{SENDER_DOMAIN}, {READERS}, {GREYLISTED}",
        gone=GONE,
    )
    config = folder / "config"
    (config / "main.cf").write_text(main)
    (config / "master.cf").write_text(_SERVICES.format(port=port))
    boxes = (f"/@{re.escape(domain)}$/ {domain}/\n" for domain in (SENDER_DOMAIN, READERS, GREYLISTED))
    (config / "mailboxes").write_text("".join(boxes))
    for file in config.iterdir():
        file.chmod(0o644)


def _stop(folder: Path) -> None:
    """Stop it, and see that its master is gone."""
    with contextlib.suppress(AssertionError):  # it may never have run
        _run(_PROGRAM, "-c", str(folder / "config"), "stop")
    lock = folder / "queue" / "pid" / "master.pid"
    master = int(lock.read_text()) if lock.exists() and lock.read_text().strip() else 0
    end = time.monotonic() + 10.0
    while master and Path(f"/proc/{master}/exe").exists():
        assert time.monotonic() < end, f"Postfix (process {master}) does not end"
        time.sleep(0.05)


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr}"
    return done.stdout


def _wait_for(port: int, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
                assert connection.recv(4).startswith(b"220")
                return
        except ConnectionRefusedError:
            assert time.monotonic() < end, f"nobody listens on port {port}"
            time.sleep(0.05)


class _Policy(socketserver.ThreadingTCPServer):
    """Postfix's policy protocol (SMTPD_POLICY_README): an address at GREYLISTED may come back."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _PolicyTalk)
        self.seen: set[str] = set()

    def action(self, recipient: str) -> str:
        is_new = recipient.endswith(f"@{GREYLISTED}") and recipient not in self.seen
        self.seen.add(recipient)
        return "defer_if_permit 4.2.0 Greylisted, come again" if is_new else "dunno"


class _PolicyTalk(socketserver.StreamRequestHandler):
    server: _Policy

    def handle(self) -> None:
        asked: dict[str, str] = {}
        for line in self.rfile:
            name, _, value = line.decode().strip().partition("=")
            if name:
                asked[name] = value
            else:
                self.wfile.write(f"action={self.server.action(asked.get('recipient', ''))}\n\n".encode())
                asked = {}


@contextlib.contextmanager
def _greylist() -> Iterator[int]:
    with _Policy() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
            thread.join(5)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
