"""arXiv's query API played by a script, and its Atom written by hand: a feed holds entries."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from xml.sax.saxutils import escape

import httpx

from digest.sources.client import Pace, PoliteClient

Said = bytes | tuple[int, bytes]  # a body, or a status and a body


class Api:
    """Answers as told, one after the other, the last again and again; and remembers what it was asked."""

    def __init__(self, *script: Said) -> None:
        self.script = list(script)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        said = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        status, body = said if isinstance(said, tuple) else (200, said)
        headers = {"ETag": '"one"'} if status == 200 else {}
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))

    @property
    def asked(self) -> list[dict[str, str]]:
        return [dict(request.url.params) for request in self.requests]


@contextmanager
def asking(api: Api) -> Iterator[PoliteClient]:
    transport = httpx.MockTransport(api)
    client = PoliteClient("arxiv", user_agent="test", pace=Pace(0.0), cooldown=timedelta(0), transport=transport)
    yield client
    client.close()


def atom(
    *entries: str, total: object = None, title: str = "arXiv Query: search_query=all:tides", head: str = ""
) -> bytes:
    """A feed of entries; it says that there are as many as these, unless told otherwise, and "" says nothing."""
    count = len(entries) if total is None else total
    said = f"<opensearch:totalResults>{count}</opensearch:totalResults>" if count != "" else ""
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom"
      xmlns="http://www.w3.org/2005/Atom">
  <id>https://arxiv.org/api/x191cA4DP</id>
  <title>{escape(title)}</title>
  <updated>2026-03-10T06:00:00Z</updated>
  {said}{head}
  {"".join(entries)}
</feed>""".encode()


def entry(
    name: str = "http://arxiv.org/abs/2603.01234v1",
    *,
    title: str | None = None,
    published: str = "2026-03-05T17:59:45Z",
    updated: str = "2026-03-05T17:59:45Z",
    authors: tuple[str, ...] = ("Ana Marin", "Bo Li"),
    extra: str = "",
) -> str:
    """An entry about a paper's version; its title names the paper."""
    told = f"Paper {name.rpartition('/')[2]}" if title is None else title
    names = "".join(f"<author><name>{escape(author)}</name></author>" for author in authors)
    return f"""<entry>
      <id>{escape(name)}</id>
      <title>{escape(told)}</title>
      <updated>{updated}</updated>
      <link href="https://arxiv.org/abs/2603.01234v1" rel="alternate" type="text/html"/>
      <summary>We study tides.</summary>
      <category term="cs.LG" scheme="http://arxiv.org/schemas/atom"/>
      <published>{published}</published>
      <arxiv:primary_category term="cs.LG"/>
      {names}{extra}
    </entry>"""


def numbered(*numbers: int) -> list[str]:
    return [entry(f"http://arxiv.org/abs/2603.{number:05}v1") for number in numbers]


def refusal(code: str = "incorrect_id_format_for_abc", why: str = "incorrect id format for abc") -> bytes:
    """An error as the API writes it: one entry that is no paper."""
    return atom(
        f"""<entry><id>https://arxiv.org/api/errors#{code}</id><title>Error</title><summary>{why}</summary>
        <author><name>arXiv api core</name></author></entry>""",
        title="arXiv Search Results",
    )
