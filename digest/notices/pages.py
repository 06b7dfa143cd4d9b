"""A page of ours as somebody elsewhere sees it: one request, one answer, and no redirect is followed.

Whoever stands at that address gives the answer: it is read to a bound, and judged by how it looks.
"""

from dataclasses import dataclass

import httpx

from digest.errors import NoticeError
from digest.notices.settings import host_only
from digest.notices.within import within

SECONDS = 10.0  # for the whole answer
_CONNECTING = 5.0  # seconds
_MOST_BYTES = 65_536  # of a page; a refusal of ours has 2 KiB


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What was answered."""

    status: int  # HTTP
    text: str  # its beginning
    leads_to: str  # the address that a redirect names; "" where there is none


class Reader:
    """Asks for pages in English, one at a time."""

    def __init__(
        self, *, user_agent: str, transport: httpx.BaseTransport | None = None, seconds: float = SECONDS
    ) -> None:
        self._user_agent = user_agent
        self._transport = transport
        self._seconds = seconds

    def __call__(self, method: str, url: str, form: dict[str, str] | None = None) -> Page:
        """The answer, whatever it is; NoticeError where there is none. `form` is sent as browsers send one."""
        answer = within(self._seconds, lambda: self._answer(method, url, form))
        if answer is None:
            raise NoticeError(f"{host_only(url)}: no answer within {self._seconds:.0f} s")
        if isinstance(answer, str):
            raise NoticeError(f"{host_only(url)}: {answer}")
        return answer

    def _answer(self, method: str, url: str, form: dict[str, str] | None) -> Page | str:
        """The page, or why there is none."""
        headers = {"User-Agent": self._user_agent, "Accept": "text/html", "Accept-Language": "en"}
        timeout = httpx.Timeout(self._seconds, connect=_CONNECTING)
        try:
            with (
                httpx.Client(headers=headers, timeout=timeout, transport=self._transport) as client,
                client.stream(method, url, data=form, follow_redirects=False) as response,
            ):
                text = _beginning(response).decode("utf-8", "replace")
                leads_to = response.headers.get("Location", "") if response.is_redirect else ""
                return Page(status=response.status_code, text=text, leads_to=leads_to)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return str(error) or type(error).__name__


def _beginning(response: httpx.Response) -> bytes:
    read = b""
    for part in response.iter_bytes(_MOST_BYTES):
        read += part
        if len(read) >= _MOST_BYTES:
            break
    return read[:_MOST_BYTES]
