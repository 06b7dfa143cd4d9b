"""Alarms to a webhook, and the ping of a good day.

Both URLs are secrets: whoever knows them may use them. Neither a log line nor an error repeats more than the host.
"""

from collections.abc import Mapping
from datetime import datetime

import httpx

from digest.errors import NoticeError
from digest.notices.alarm import Alarm
from digest.notices.settings import host_only
from digest.notices.within import within

SECONDS = 10.0


class Hooks:
    """One request at a time, whole within its deadline; redirects are not followed, bodies not read."""

    def __init__(
        self, *, user_agent: str, transport: httpx.BaseTransport | None = None, seconds: float = SECONDS
    ) -> None:
        self._user_agent = user_agent
        self._transport = transport
        self._seconds = seconds

    def post(self, url: str, content: Mapping[str, object]) -> None:
        """Raises NoticeError unless the answer is 2xx."""
        self._ask("POST", url, content)

    def get(self, url: str) -> None:
        """Raises NoticeError unless the answer is 2xx."""
        self._ask("GET", url, None)

    def _ask(self, method: str, url: str, content: Mapping[str, object] | None) -> None:
        problem = within(self._seconds, lambda: self._problem(method, url, content))
        if problem is None:
            problem = f"no answer within {self._seconds:.0f} s"
        if problem:
            raise NoticeError(f"{host_only(url)}: {problem}")

    def _problem(self, method: str, url: str, content: Mapping[str, object] | None) -> str:
        try:
            with (
                httpx.Client(
                    headers={"User-Agent": self._user_agent},
                    timeout=self._seconds,
                    transport=self._transport,
                    follow_redirects=False,
                ) as client,
                client.stream(method, url, json=content) as response,
            ):
                return "" if response.is_success else f"answered HTTP {response.status_code}"
        except (httpx.NetworkError, httpx.TimeoutException) as error:
            return str(error) or type(error).__name__
        except Exception as error:  # their words may hold parts of the URL
            return type(error).__name__


class WebhookVoice:
    """Says an alarm to a webhook, as JSON with a `text` as chat programs read it."""

    name = "webhook"

    def __init__(self, hooks: Hooks, url: str, *, site: str) -> None:
        self._hooks = hooks
        self._url = url
        self._site = site

    def say(self, alarm: Alarm, *, now: datetime) -> None:
        """Raises NoticeError if it was not taken."""
        self._hooks.post(
            self._url,
            {
                "text": f"{self._site}: {alarm.text}",
                "kind": alarm.kind,
                "time": now.isoformat(timespec="seconds"),
                "facts": dict(alarm.facts),
            },
        )
