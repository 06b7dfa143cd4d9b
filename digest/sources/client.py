"""One polite HTTP client: it says who calls, keeps the pace, rests when told to, and trusts no answer.

Addresses go in; whole bodies, or one SourceError, come out. One call takes at most `Limits.total_seconds` (300 s, which
connecting, TLS, headers, body and redirects share), one interval of the pace before it and one before its last
redirect, and what the system's resolver takes for each host, over which nobody else has power (resolv.conf(5):
5 s, twice, for each name server). With the defaults and a pace of 3 s that is 306 s and the look-ups.
"""

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import cast
from urllib.parse import urlsplit

import httpx

from digest.errors import SourceError, SourceHangs, SourceResting
from digest.sources import body, redirects
from digest.sources.limits import Limits, Meter, Refused
from digest.sources.pace import Budget, Pace, retry_after
from digest.sources.route import Route

__all__ = ["MAX_REDIRECTS", "Answer", "Budget", "Limits", "Pace", "PoliteClient", "retry_after"]

MAX_REDIRECTS = 3
_CONNECT_SECONDS = 30.0  # for each address of a host
_LIMITS = Limits()
_OK = frozenset({200})
_SAFE = re.compile(r"[\w .,()-]{0,150}")  # h11 quotes what it was sent; the sentence is ours up to there


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer; a 304 ("unchanged") has no body."""

    status: int
    body: bytes = b""
    validator: str | None = None  # to be handed back when asking again, where the answer had one (RFC 9110 §8.8)

    @property
    def unchanged(self) -> bool:
        return self.status == 304


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """What is asked, and what counts as an answer."""

    url: httpx.URL
    method: str = "GET"
    headers: Mapping[str, str]
    content: bytes = b""
    taken: frozenset[int] = _OK


class PoliteClient:
    """GET and POST for one other side, one request at a time."""

    def __init__(
        self,
        source: str,
        *,
        user_agent: str,
        pace: Pace,
        cooldown: timedelta,
        friends: frozenset[str] | None = frozenset(),
        headers: Mapping[str, str] = {},
        budget: Budget | None = None,
        limits: Limits = _LIMITS,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """What is asked of one other side, and how.

        `friends` are the hosts, besides the one asked, that an answer may redirect to (https only); None stands for
        every host whose addresses are all public. `headers` may hold keys: only the place first asked is sent them.
        `requests` counts what was asked, redirects and failures included. A `transport` of one's own goes without
        proxies, and without the look at the addresses that a redirect leads to.
        """
        self.source = source
        self.pace = pace
        self.requests = 0
        self._public = {"User-Agent": user_agent, "Accept": "*/*", "Accept-Encoding": "gzip"}
        self._private = {name: text.strip() for name, text in headers.items()}
        self._cooldown = cooldown
        self._friends = friends
        self._budget = budget
        self._limits = limits
        self._meter = Meter(limits)
        self._route = Route(self._meter) if transport is None else None
        self._transport: httpx.BaseTransport = transport or cast(Route, self._route)

    def close(self) -> None:
        self._transport.close()

    def get(self, url: str, params: dict[str, str], *, now: datetime) -> bytes:
        """The whole decoded body of a 200 answer.

        Raises SourceResting on 429, on 503 with Retry-After, and before asking when the budget is used up; SourceError
        on all else that is not a whole 200.
        """
        return self._asked(_Question(url=self._address(url, params), headers={}), now).body

    def post(self, url: str, params: dict[str, str], value: object, *, now: datetime) -> bytes:
        """The whole decoded body of the 200 answer to a value sent as JSON; no redirect is followed.

        Raises as `get` does; a value that JSON cannot hold is the caller's mistake, a TypeError or ValueError.
        """
        content = json.dumps(value, allow_nan=False).encode()
        headers = {"Content-Type": "application/json"}
        address = self._address(url, params)
        return self._asked(_Question(url=address, method="POST", headers=headers, content=content), now).body

    def changed(self, url: str, validator: str | None, *, now: datetime, also: frozenset[int] = frozenset()) -> Answer:
        """The whole answer, or the 304 that says nothing changed since the answer that gave `validator`.

        Answers with a status in `also` are given too, and not refused. Raises as `get` does.
        """
        condition = _condition(validator)
        taken = (_OK | {304} if condition else _OK) | also
        return self._asked(_Question(url=self._address(url, {}), headers=condition, taken=taken), now)

    def _asked(self, question: _Question, now: datetime) -> Answer:
        here = question.url
        if self._route:
            self._route.begin()
        for hop in range(MAX_REDIRECTS + 1):
            self._spend(here, now)
            with self.pace.turn():
                self.requests += 1
                if hop == 0:
                    self._meter.begin()
                found = self._answered(question, here, now)
            if isinstance(found, Answer):
                return found
            here = found
        raise self._error(f"more than {MAX_REDIRECTS} redirects", question.url)

    def _spend(self, url: httpx.URL, now: datetime) -> None:
        if self._budget and (until := self._budget.spend(now)):
            problem = f"the allowance of {self._budget.most:,} requests in {self._budget.within} is used up"
            raise SourceResting(self.source, f"{problem} ({redirects.host(url)})", until=until)

    def _answered(self, question: _Question, here: httpx.URL, now: datetime) -> Answer | httpx.URL:
        """The answer of one place, or the place that it sends its reader to."""
        try:
            self._meter.expect_head()
            with closing(self._transport.handle_request(self._request(question, here))) as response:
                if response.has_redirect_location:
                    return self._redirected(question, here, response)
                self._refuse_unless(question.taken, response, here, now)
                return self._whole(response)
        except Refused as refusal:
            raise self._error(str(refusal), here, hangs=bool(self._meter.late)) from refusal
        except httpx.HTTPError as error:
            hangs = bool(self._meter.late) or isinstance(error, httpx.TimeoutException)
            raise self._error(self._said(error), here, hangs=hangs) from error

    def _request(self, question: _Question, here: httpx.URL) -> httpx.Request:
        headers = {**self._public, **question.headers}
        if redirects.same_place(here, question.url):
            headers |= _authorization(question.url) | self._private
        if not all(text.isascii() and text.isprintable() for text in headers.values()):
            raise Refused("cannot be asked: a header (a key, or who asks) has letters that no header can have")
        idle = self._limits.idle_seconds
        timeout = httpx.Timeout(idle, connect=_CONNECT_SECONDS, pool=_CONNECT_SECONDS).as_dict()
        return httpx.Request(
            question.method, here, headers=headers, content=question.content or None, extensions={"timeout": timeout}
        )

    def _redirected(self, question: _Question, here: httpx.URL, response: httpx.Response) -> httpx.URL:
        if question.method != "GET":
            raise Refused("refused a redirect of what was posted")
        wanted = redirects.followed(here, response.headers["location"], self._friends)
        if self._route and not redirects.same_place(wanted, here):
            self._route.lead(wanted)
        return wanted

    def _refuse_unless(self, taken: frozenset[int], response: httpx.Response, here: httpx.URL, now: datetime) -> None:
        status = response.status_code
        if status in taken:
            return
        asked = retry_after(response.headers.get("retry-after"), now)
        if status == 429 or (status == 503 and asked is not None):
            least = self._cooldown if status == 429 else timedelta(0)
            until = now + max(asked or timedelta(0), least)
            problem = f"answered {status} ({_phrase(status)}) and wants rest ({redirects.host(here)})"
            raise SourceResting(self.source, problem, until=until)
        raise Refused(f"answered HTTP {status} {_phrase(status)}".rstrip())

    def _whole(self, response: httpx.Response) -> Answer:
        self._meter.expect_body()
        validator = _validator(response.headers)
        if response.status_code == 304:
            return Answer(status=304, validator=validator)
        encoding = response.headers.get("content-encoding", "")
        chunks = cast(httpx.SyncByteStream, response.stream)
        text = body.whole(chunks, encoding, self._limits, self._meter)
        return Answer(status=response.status_code, body=text, validator=validator)

    def _address(self, url: str, params: dict[str, str]) -> httpx.URL:
        try:
            # httpx takes no parameters for the wish that the address should lose those it has.
            address = httpx.URL(url).copy_merge_params(params) if params else httpx.URL(url)
        except (httpx.InvalidURL, ValueError) as error:
            problem = "cannot be asked: not an address, or too long for one"
            raise SourceError(self.source, f"{problem} ({_host(url)})") from error
        if address.scheme not in {"http", "https"} or not address.raw_host:
            raise SourceError(self.source, f"cannot be asked: not an http or https address ({_host(url)})")
        return address

    def _error(self, problem: str, url: httpx.URL, *, hangs: bool = False) -> SourceError:
        kind = SourceHangs if hangs else SourceError
        return kind(self.source, f"{problem} ({redirects.host(url)})")

    def _said(self, error: httpx.HTTPError) -> str:
        if isinstance(error, httpx.TimeoutException):
            return self._meter.late or "no answer in time"
        if isinstance(error, httpx.ConnectError):
            return f"cannot be reached: {' '.join(str(error).split())[:200]}"
        if isinstance(error, httpx.ProxyError):
            return f"refused by the proxy: {_plain(error)}"
        return f"the answer broke off: {_plain(error)}"


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


def _authorization(url: httpx.URL) -> dict[str, str]:
    """What an address says before its @, as the header that it stands for (RFC 7617)."""
    if not (url.username or url.password):
        return {}
    return {"Authorization": "Basic " + b64encode(f"{url.username}:{url.password}".encode()).decode()}


def _phrase(status: int) -> str:
    """The registered name of a status, and not what the other side calls it."""
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""


def _plain(error: Exception) -> str:
    found = _SAFE.match(" ".join(str(error).split()))
    return found[0].strip() if found else ""


def _host(url: str) -> str:
    """The host of what may not be an address."""
    try:
        return (urlsplit(url).hostname or "")[:100] or "no host"
    except ValueError:
        return "no host"
