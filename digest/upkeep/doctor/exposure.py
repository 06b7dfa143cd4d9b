"""Who else may read what only we and our readers should: the database, its backups, feed addresses, links."""

import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from digest.upkeep.doctor.values import Examined, Finding, broken, ok, unchecked, warning

_OTHERS = stat.S_IROTH | stat.S_IWOTH
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def exposure(examined: Examined) -> Iterator[Finding]:
    """A feed address is a password: whoever sees it reads along. Of a token the database has its hash alone."""
    yield _feeds(examined)
    open_ones = [file for file in _private(examined) if file.stat().st_mode & _OTHERS]
    for file in open_ones:
        yield warning(
            "files",
            f"{file} may be read by everybody on this host: addresses, votes, the key of links",
            f"chmod 600 {file}",
        )
    if not open_ones:
        yield ok("files", "database and backups are closed to others on this host")


def _feeds(examined: Examined) -> Finding:
    with examined.store.read() as tx:
        tokens = tx.counts.feed_tokens()
    url = urlsplit(examined.site.url)
    if not tokens:
        return ok("feeds", "nobody has a feed address yet")
    if (url.hostname or "") in LOCAL:
        return unchecked("feeds", f"{tokens} feed addresses lead to this machine itself", "set [site] url")
    if url.scheme != "https":
        return broken(
            "feeds",
            f"{tokens} feed addresses, each as good as a password, go over plain http",
            "serve over TLS, set [site] url to https://…, and have readers make new addresses",
        )
    return ok("feeds", f"{tokens} feed addresses go over TLS; keep paths out of the proxy's log, see deploy/")


def _private(examined: Examined) -> Iterator[Path]:
    file = examined.store.file
    if file is not None and file.exists():
        yield file
    folder = Path(examined.settings.backups) if examined.settings.backups else None
    if folder is not None and folder.is_dir():
        yield from (each for each in sorted(folder.iterdir()) if each.is_file())
