"""Handing mails to a relay, beside one kept smtplib connection; used by benchmarks.delivery.

The relay is Debian's `smtp-sink` on loopback, the limit its `smtp-source`. Ours claims each mail before and keeps its
outcome after the relay's answer, in an SQLite database, one transaction a mail; the peer keeps nothing. `whole` is all
of `digest deliver`: editions are read and written too.
"""

import contextlib
import multiprocessing
import os
import shutil
import smtplib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

from digest.app.product import App
from digest.config import Settings
from digest.deliver.sending import Sending
from digest.deliver.writing import Writer
from digest.editions import Edition, Slate
from digest.logs import LogLevel, LogSettings
from digest.mail import DeliveryState, Envelope
from digest.rendering.mail import MailRenderer
from digest.rendering.settings import SiteSettings
from digest.rendering.templates import environment
from digest.store import DatabaseSettings, Store
from digest.subscribers import EditionKind, Schedule
from digest.transport.settings import SmtpSettings
from digest.transport.smtp import SmtpTransport

PATHS = "/usr/sbin:/usr/local/sbin"
_CONNECTIONS = 4  # of each process, where nothing else is said: with fewer, it often waits for the relay
_AT_ONCE = 100  # mails written in one go
NOW = datetime(2026, 4, 1, 5, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Handed:
    """Mails a second, and CPU a mail of whoever handed them over, its children counted in."""

    name: str
    mails: int
    seconds: float
    cpu: float  # seconds

    def __str__(self) -> str:
        rate, micros = self.mails / self.seconds, self.cpu / self.mails * 1e6
        return f"{self.name:52} {self.mails:7,} mails {self.seconds:7.1f} s {rate:8,.0f}/s {micros:8,.0f} µs CPU a mail"


@contextlib.contextmanager
def sink() -> Iterator[int]:
    """Debian's smtp-sink on a free port of loopback."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    process = subprocess.Popen(
        ["smtp-sink", "-u", "nobody", f"127.0.0.1:{port}", "512"],
        env={**os.environ, "PATH": f"{os.environ['PATH']}:{PATHS}"},
    )
    try:
        _await(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _await(port: int) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError("smtp-sink does not listen; install Debian's package postfix")


def peer(envelopes: Sequence[Envelope]) -> Handed:
    """One connection kept, `sendmail` for each mail, as people write it."""
    with sink() as port:
        began = _clock()
        with smtplib.SMTP("127.0.0.1", port) as relay:
            for envelope in envelopes:
                relay.sendmail(envelope.mail_from, [envelope.rcpt_to], envelope.content)
        return _handed("one kept smtplib connection", len(envelopes), began)


def limit(mails: int, size: int) -> Handed:
    """smtp-source, which is C, over two connections that it keeps."""
    with sink() as port:
        began = _clock()
        subprocess.run(
            ["smtp-source", "-d", "-m", str(mails), "-s", "2", "-l", str(size), f"127.0.0.1:{port}"],
            env={**os.environ, "PATH": f"{os.environ['PATH']}:{PATHS}"},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        return _handed("smtp-source, two kept connections", mails, began)


@contextlib.contextmanager
def filled(editions: Sequence[Edition]) -> Iterator[Settings]:
    """A database with a reader for each edition and the intent to mail it, for as long as it is used."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            site=SiteSettings(sender="digest@paperround.example", url="https://paperround.example"),
            database=DatabaseSettings(url=f"sqlite:///{folder}/paperround.db"),
        )
        with contextlib.closing(Store(settings.database)) as store:
            store.prepare(now=NOW)
            _fill(store, editions)
        yield settings


def ours(settings: Settings, mails: int, *, processes: int, connections: int = _CONNECTIONS) -> Handed:
    """Mails that are written already, claimed, sent and kept by so many processes of some connections each."""
    with _copied(settings) as settings, sink() as port:
        settings = replace(settings, smtp=SmtpSettings(host="127.0.0.1", port=port, connections=connections))
        context = multiprocessing.get_context("spawn")
        ready, told = context.Barrier(processes + 1), context.Queue()
        children = [
            context.Process(target=_send_part, args=(settings, number, processes, ready, told))
            for number in range(processes)
        ]
        for child in children:
            child.start()
        ready.wait()
        began = time.perf_counter()
        found = [told.get() for _ in children]
        seconds = time.perf_counter() - began
        for child in children:
            child.join()
        assert sum(sent for sent, _ in found) == mails, found
        name = f"ours, kept one by one, {_named(processes)} of {connections} connections"
        return Handed(name, mails, seconds, sum(cpu for _, cpu in found))


def whole(settings: Settings, mails: int, *, now: datetime = NOW, processes: int = 2) -> Handed:
    """What is open in a database at a moment, read, written, sent and kept, as `digest deliver` does it.

    It is over afterwards; whoever wants to do it again gives a copy. That the processes begin is counted in: some
    seconds of CPU, which tell where there are few mails.
    """
    with sink() as port:
        settings = replace(
            settings,
            smtp=SmtpSettings(host="127.0.0.1", port=port, connections=_CONNECTIONS),
            delivery=replace(settings.delivery, processes=processes),
            log=LogSettings(level=LogLevel.WARNING),
        )
        began = _clock()
        with contextlib.closing(App(settings, now=now)) as app:
            delivered = app.deliver()
        handed = _handed(f"ours, whole, {_named(processes)} of {_CONNECTIONS} connections", mails, began)
        assert delivered.sent == mails, delivered
        return handed


def whole_of_a_copy(settings: Settings, mails: int, *, processes: int) -> Handed:
    """The same, of a database that is left as it is."""
    with _copied(settings) as copy:
        return whole(copy, mails, processes=processes)


@contextlib.contextmanager
def _copied(settings: Settings) -> Iterator[Settings]:
    """The settings with a copy of their database."""
    file = Path(settings.database.url.removeprefix("sqlite:///"))
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(file, folder)
        yield replace(settings, database=DatabaseSettings(url=f"sqlite:///{folder}/{file.name}"))


def _named(processes: int) -> str:
    return f"{processes} process{'es'[: 2 * (processes > 1)]}"


def _send_part(settings: Settings, number: int, of: int, ready: Barrier, told: "Queue[tuple[int, float]]") -> None:
    """In a child: write a part of the mails, wait for the others, and hand them over; how many, and the CPU of that."""
    with contextlib.closing(Store(settings.database)) as store:
        writer = Writer(store, MailRenderer(settings.site, environment()), settings.returns)
        with store.read() as tx:
            mine = tx.deliveries.open(NOW, tx.deliveries.due(NOW, part=number, of=of))
        written = [
            each for at in range(0, len(mine), _AT_ONCE) for each in writer.written(mine[at : at + _AT_ONCE], now=NOW)
        ]
        ready.wait()
        began = time.process_time()
        transport = SmtpTransport(settings.smtp)
        sending = Sending(
            store=store,
            transport=transport,
            settings=settings.delivery,
            clock=lambda: NOW,
            dice=lambda: 0.5,
            threads=settings.smtp.connections,
            stopping=lambda: False,
            told=lambda: None,
        )
        for each in written:
            sending.put(each)
        sending.finish()
        transport.close()
        told.put((sending.outcomes[DeliveryState.SENT], time.process_time() - began))


def _fill(store: Store, editions: Sequence[Edition]) -> None:
    """A reader for each edition, with the intent to mail it."""
    papers = {item.paper.id: item.paper for edition in editions for item in edition.recommendations}
    papers |= {each.id: each for edition in editions for each in edition.also_new}
    papers |= {each.paper.id: each.paper for edition in editions for each in edition.trending}
    with store.begin() as tx:
        tx.papers.keep(list(papers.values()), dict.fromkeys(papers, b""), now=NOW)
        for number, edition in enumerate(editions):
            reader = tx.subscribers.add(
                f"reader{number}@readers.example",
                schedule=Schedule(),
                size=15,
                next_due_at=NOW,
                feed_uri=f"tag:paperround.example,2026:{number}",
                now=NOW,
            )
            assert reader is not None
            kept = tx.editions.keep(_slate(edition, reader.id), now=NOW)
            assert kept is not None
            tx.deliveries.intend(kept, message_id=f"<{number}@paperround.example>", now=NOW)


def _slate(edition: Edition, reader: int) -> Slate:
    return Slate(
        subscriber_id=reader,
        kind=EditionKind.DAILY,
        slot_date=edition.slot_date,
        recommendations=edition.recommendations,
        considered=edition.considered,
        papers_read=edition.papers_read,
        read_through=0,
        next_due_at=NOW,
        coverage=edition.coverage,
        notices=edition.notices,
        also_new=edition.also_new,
        trending=edition.trending,
    )


def _clock() -> tuple[float, float]:
    times = os.times()
    return time.perf_counter(), times.user + times.system + times.children_user + times.children_system


def _handed(name: str, mails: int, began: tuple[float, float]) -> Handed:
    now = _clock()
    return Handed(name, mails, now[0] - began[0], now[1] - began[1])
