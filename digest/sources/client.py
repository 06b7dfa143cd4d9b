"""One polite HTTP client: it says who calls, keeps the pace, rests when told to, and trusts no answer."""

import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from digest.errors import SourceError, SourceResting

MAX_REDIRECTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of an answer is awaited and taken."""

    idle_seconds: float = 90.0  # to the first byte, and between bytes; arXiv has taken 29 s
    total_seconds: float = 300.0  # for one answer, redirects included
    wire_bytes: int = 64 * 2**20  # as sent
    decoded_bytes: int = 256 * 2**20  # after gzip


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer; a 304 ("unchanged") has no body."""

    status: int
    body: bytes = b""
    validator: str | None = None  # to be handed back when asking again, where the answer had one (RFC 9110 §8.8)

    @property
    def unchanged(self) -> bool:
        return self.status == 304


class Pace:
    """At least `interval` seconds between two requests, also across runs that hand on `last`."""

    def __init__(
        self,
        interval: float,
        *,
        last: datetime | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.interval = interval
        self.last = last
        self._clock = clock
        self._sleep = sleep

    def wait(self) -> None:
        """Return when the next request may start, and note that it starts."""
        if self.last is not None:
            rest = self.interval - (self._clock() - self.last).total_seconds()
            if rest > 0:
                self._sleep(min(rest, self.interval))
        self.last = self._clock()


class PoliteClient:
    """GET for one source, one request at a time."""

    def __init__(
        self,
        source: str,
        *,
        user_agent: str,
        pace: Pace,
        cooldown: timedelta,
        friends: frozenset[str] = frozenset(),
        limits: Limits = Limits(),
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """`friends` are the hosts, besides the one asked, that an answer may redirect to (https only)."""
        self.source = source
        self.pace = pace
        self._cooldown = cooldown
        self._friends = friends
        self._limits = limits
        self._http = httpx.Client(
            headers={"User-Agent": user_agent, "Accept-Encoding": "gzip"},
            timeout=httpx.Timeout(limits.idle_seconds, connect=30.0),
            limits=httpx.Limits(max_connections=1),
            transport=transport,
        )

    def close(self) -> None:
        self._http.close()

    def get(self, url: str, params: dict[str, str], *, now: datetime) -> bytes:
        """The whole decoded body of a 200 answer.

        Raises SourceResting on 429 and on 503 with Retry-After, SourceError on all else that is not a whole 200.
        """
        return self._asked(self._address(url, params), {}, frozenset({200}), now).body

    def changed(self, url: str, validator: str | None, *, now: datetime, also: frozenset[int] = frozenset()) -> Answer:
        """The whole answer, or the 304 that says nothing changed since the answer that gave `validator`.

        Answers with a status in `also` are given too, and not refused. Raises as `get` does.
        """
        condition = _condition(validator)
        taken = frozenset({200, 304}) if condition else frozenset({200})
        return self._asked(self._address(url, {}), condition, taken | also, now)

    def _asked(self, target: httpx.URL, headers: dict[str, str], taken: frozenset[int], now: datetime) -> Answer:
        asked, deadline = target.copy_with(query=None), time.monotonic() + self._limits.total_seconds
        for _ in range(MAX_REDIRECTS + 1):
            self.pace.wait()
            try:
                with self._http.stream("GET", target, headers=headers) as response:
                    if response.has_redirect_location:
                        target = self._redirected(target, response)
                        continue
                    self._refuse_unless(taken, response, now)
                    body = b"" if response.status_code == 304 else b"".join(self._decoded(response, deadline))
                    return Answer(status=response.status_code, body=body, validator=_validator(response.headers))
            except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
                raise SourceError(self.source, f"{_said(error)} ({target.host})") from error
        raise SourceError(self.source, f"more than {MAX_REDIRECTS} redirects from {asked}")

    def _address(self, url: str, params: dict[str, str]) -> httpx.URL:
        try:
            return httpx.URL(url, params=params)
        except httpx.InvalidURL as error:
            raise SourceError(self.source, f"cannot be asked: {error}") from error

    def _redirected(self, asked: httpx.URL, response: httpx.Response) -> httpx.URL:
        wanted = asked.join(response.headers["location"])
        same_place = (wanted.scheme, wanted.host, wanted.port) == (asked.scheme, asked.host, asked.port)
        if same_place or (wanted.scheme == "https" and wanted.host in self._friends and wanted.port is None):
            return wanted
        raise SourceError(self.source, f"refused a redirect from {asked.host} to {wanted.scheme}://{wanted.host}")

    def _refuse_unless(self, taken: frozenset[int], response: httpx.Response, now: datetime) -> None:
        status = response.status_code
        if status in taken:
            return
        asked = retry_after(response.headers.get("retry-after"), now)
        if status == 429 or (status == 503 and asked is not None):
            least = self._cooldown if status == 429 else timedelta(0)
            until = now + max(asked or timedelta(0), least)
            problem = f"answered {status} ({response.reason_phrase}) and wants rest"
            raise SourceResting(self.source, problem, until=until)
        raise SourceError(self.source, f"answered HTTP {status} {response.reason_phrase}".rstrip())

    def _decoded(self, response: httpx.Response, deadline: float) -> Iterator[bytes]:
        """The body piece by piece, refused when it is late, too large or cut short (httpx takes cut gzip for whole)."""
        encoding = response.headers.get("content-encoding", "identity").lower()
        if encoding not in {"gzip", "identity"}:
            raise SourceError(self.source, f"answered in an encoding nobody asked for: {encoding[:40]}")
        unzip = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
        wire = decoded = 0
        for chunk in response.iter_raw():
            wire += len(chunk)
            if time.monotonic() > deadline:
                raise SourceError(self.source, f"not finished after {self._limits.total_seconds:.0f} s")
            room = self._limits.decoded_bytes - decoded
            piece = self._unzipped(unzip, chunk, room) if unzip else chunk
            decoded += len(piece)
            for size, most in ((wire, self._limits.wire_bytes), (decoded, self._limits.decoded_bytes)):
                if size > most:
                    raise SourceError(self.source, f"the answer is larger than {most:,} bytes")
            yield piece
        if unzip and not unzip.eof:
            raise SourceError(self.source, "the compressed answer is cut short")

    def _unzipped(self, unzip: "zlib._Decompress", chunk: bytes, room: int) -> bytes:
        try:
            return unzip.decompress(chunk, room + 1)
        except zlib.error as error:
            raise SourceError(self.source, f"the compressed answer is damaged ({error})") from error


def retry_after(header: str | None, now: datetime) -> timedelta | None:
    """How long a Retry-After header asks to wait: seconds or a date (RFC 9110 §10.2.3); at most a day."""
    if header is None:
        return None
    try:
        seconds = float(header) if header.strip().isdigit() else (parsedate_to_datetime(header) - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return timedelta(seconds=min(max(seconds, 0.0), 86_400.0))


def _validator(headers: httpx.Headers) -> str | None:
    """What an answer gives for asking "changed since?", with the header's name: the tag rather than the date."""
    for name in ("ETag", "Last-Modified"):
        text = headers.get(name, "")
        if text and len(text) <= 500 and text.isascii() and text.isprintable():
            return f"{name}: {text}"
    return None


def _condition(validator: str | None) -> dict[str, str]:
    name, _, text = (validator or "").partition(": ")
    header = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}.get(name)
    return {header: text} if header else {}


def _said(error: Exception) -> str:
    if not isinstance(error, httpx.HTTPError):  # httpx reads a Location at once, and lets these two kinds through
        return f"redirected to what is not an address: {error}"
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    if isinstance(error, httpx.ConnectError):
        return f"cannot be reached: {error}"
    return f"the answer broke off: {error}"
