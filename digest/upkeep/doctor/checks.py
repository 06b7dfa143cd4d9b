"""The checks, in the order in which things depend on one another; each that fails costs its own lines only."""

import shutil
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

from digest.errors import DigestError
from digest.subscribers import SubscriberState
from digest.upkeep.doctor.exposure import LOCAL, exposure
from digest.upkeep.doctor.reach import reach
from digest.upkeep.doctor.records import records
from digest.upkeep.doctor.values import Examined, Finding, broken, ok, unchecked, warning
from digest.upkeep.doctor.wayout import way_out
from digest.upkeep.figures import figures

_LEAST_BYTES = 2 * 2**30  # free on the disk of the database
_OLD_ZONES = timedelta(days=730)  # zones change a few times a year, and seldom where many live
_LONG_WAIT = timedelta(hours=6)
_SEVERAL_DAYS = timedelta(days=5)  # the longest weekend of arXiv, and a day


def examine(examined: Examined) -> list[Finding]:
    """Everything, one line or more each."""
    return [finding for check in CHECKS for finding in _careful(check, examined)]


def _careful(check: Callable[[Examined], Iterator[Finding]], examined: Examined) -> Iterator[Finding]:
    try:
        yield from check(examined)
    except (DigestError, OSError) as error:
        yield broken(
            check.__name__.replace("_", " ").strip(), str(error), "see the sentence; then run digest doctor again"
        )


def configuration(examined: Examined) -> Iterator[Finding]:
    """The file is read already, or we were not here; who else may read it?"""
    for file in (examined.config, *examined.secrets):
        if file.exists() and file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) & ~stat.S_IRGRP:
            yield warning("configuration", f"{file} may be read or changed by everybody", f"chmod 640 {file}")
    host = urlsplit(examined.site.url).hostname or ""
    if host in LOCAL:
        yield warning("configuration", f"links of mails lead to {host}", "set [site] url to where readers reach us")
    elif urlsplit(examined.site.url).scheme != "https":
        yield broken(
            "configuration",
            "links of mails, and so every reader's tokens, go over plain http",
            "serve over TLS and set [site] url to https://…; one-click unsubscribing needs it too (RFC 8058 §3.1)",
        )
    else:
        yield ok("configuration", f"{examined.config} is read; links lead to {examined.site.url}")


def database(examined: Examined) -> Iterator[Finding]:
    """Its schema, and whether it is whole."""
    examined.store.check_current()
    trouble = examined.store.damage()
    if trouble:
        yield broken("database", f"{examined.store.place}: {trouble}", "restore the newest backup: digest restore FILE")
    else:
        yield ok("database", f"{examined.store.place} is whole and of this release")


def clock(examined: Examined) -> Iterator[Finding]:
    """Time zones; and whether what was kept lies in the future."""
    version = metadata.version("tzdata")
    year = int(version.partition(".")[0])
    if examined.now - datetime(year, 1, 1, tzinfo=UTC) > _OLD_ZONES:
        yield warning("clock", f"time zones are those of {version}", "pip install --upgrade tzdata")
    with examined.store.read() as tx:
        newest = tx.counts.newest_listing()
    if newest is not None and newest > examined.now + timedelta(minutes=5):
        yield broken(
            "clock", f"a batch was closed at {newest:%Y-%m-%d %H:%M} UTC, which is to come", "set the clock (NTP)"
        )
    else:
        yield ok("clock", f"{examined.now:%Y-%m-%d %H:%M} UTC, time zones of {version}")


def sources(examined: Examined) -> Iterator[Finding]:
    """What was read last, and who rests; nothing is asked."""
    found = figures(examined.store, now=examined.now)
    for gate, until in found.resting.items():
        yield warning("sources", f"{gate} is not asked until {until:%Y-%m-%d %H:%M} UTC", "digest source status")
    open_ = {state: count for state, count in found.batches.items() if state in ("stalled", "failed", "partial")}
    if open_:
        told = ", ".join(f"{count} {state}" for state, count in open_.items())
        yield warning("sources", f"batches of the last 30 days are not whole: {told}", "digest batch list")
    if found.newest_listing is None:
        yield unchecked("sources", "nothing has been read yet", "digest ingest")
    elif examined.now - found.newest_listing > _SEVERAL_DAYS:
        yield broken(
            "sources", f"no listing since {found.newest_listing:%Y-%m-%d}", "digest ingest, and read what it says"
        )
    else:
        yield ok("sources", f"the newest batch was closed {found.newest_listing:%Y-%m-%d %H:%M} UTC")


def relay(examined: Examined) -> Iterator[Finding]:
    """Whether we can log in; no mail is sent."""
    if not examined.smtp.host:
        yield warning("relay", "mails are written to a folder", "set [smtp] host to your relay")
        return
    try:
        examined.log_in()
    except DigestError as error:
        yield broken("relay", str(error), "check [smtp]")
    else:
        yield ok("relay", f"{examined.smtp.host}:{examined.smtp.port} lets us in")


def replies(examined: Examined) -> Iterator[Finding]:
    """Whether what comes back is read."""
    if not examined.returns.is_read:
        yield warning(
            "bounces",
            "what comes back is not read",
            "set [returns] bounces and a mailbox; or pipe to: digest bounce read",
        )
    elif not examined.returns.bounces:
        yield warning("bounces", "a mailbox is read, but mails name no address for bounces", "set [returns] bounces")
    else:
        yield ok("bounces", "what comes back is read")
    if not examined.returns.replies:
        yield warning(
            "replies", "answers of readers go to the sender's mailbox, and do not vote", "set [returns] replies"
        )
    elif not examined.returns.is_read:
        yield broken("replies", "answers go to an address that nothing reads", "set a mailbox in [returns]")
    else:
        yield ok("replies", "answers of readers are read")


def restoration(examined: Examined) -> Iterator[Finding]:
    """Whether the database was put back and still waits to be settled."""
    with examined.store.read() as tx:
        restored_at = tx.restorations.open()
    if restored_at is not None:
        yield warning(
            "restoration",
            f"restored at {restored_at:%Y-%m-%d %H:%M} UTC: nobody gets an edition before all sources were read once",
            "digest run, and read what it says; a source that fails for good is to be switched off",
        )


def mails(examined: Examined) -> Iterator[Finding]:
    """What waits, is in doubt, or is held."""
    found = figures(examined.store, now=examined.now)
    doubtful = found.deliveries.get("uncertain", 0) + found.deliveries.get("held", 0)
    if doubtful:
        yield warning("mails", f"{doubtful} are in doubt or held", "digest delivery list --state held")
    if found.waiting_since and examined.now - found.waiting_since > _LONG_WAIT:
        yield broken(
            "mails",
            f"the oldest waits since {found.waiting_since:%Y-%m-%d %H:%M} UTC",
            "digest deliver, and read what it says",
        )
    elif not doubtful:
        yield ok("mails", f"{found.deliveries.get('sent', 0)} sent, none waits for long")
    if not found.subscribers.get(SubscriberState.ACTIVE):
        yield warning("readers", "nobody reads", "digest subscriber add ADDRESS")


def disk(examined: Examined) -> Iterator[Finding]:
    """Room for the database."""
    file = examined.store.file
    if file is None:
        yield unchecked("disk", "the database is elsewhere")
        return
    free = shutil.disk_usage(file.parent).free
    need = max(_LEAST_BYTES, file.stat().st_size)
    told = f"{free / 2**30:.1f} GiB are free beside {file}"
    if free < need:
        yield warning("disk", told, "a backup needs as much as the database has: make room")
    else:
        yield ok("disk", told)


def backups(examined: Examined) -> Iterator[Finding]:
    """How old the newest one is."""
    if not examined.settings.backups:
        yield unchecked("backups", "no folder is configured", "set [doctor] backups, and call digest backup every day")
        return
    folder = Path(examined.settings.backups)
    kept = [file for file in folder.iterdir() if file.is_file()] if folder.is_dir() else []
    if not kept:
        yield broken(
            "backups", f"there is none in {folder}", f"digest backup {folder / f'paperround-{_today(examined)}'}"
        )
        return
    newest = max(kept, key=lambda file: file.stat().st_mtime)
    age = examined.now - datetime.fromtimestamp(newest.stat().st_mtime, UTC)
    if age > timedelta(days=examined.settings.backup_days):
        yield warning("backups", f"the newest, {newest.name}, is {age.days} days old", "call digest backup every day")
    else:
        yield ok("backups", f"the newest is {newest.name}")


def _today(examined: Examined) -> date:
    return examined.now.date()


CHECKS: tuple[Callable[[Examined], Iterator[Finding]], ...] = (
    configuration,
    database,
    clock,
    restoration,
    sources,
    reach,
    relay,
    replies,
    records,
    way_out,
    mails,
    disk,
    backups,
    exposure,
)
