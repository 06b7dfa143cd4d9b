"""What is asked of arXiv's query API on the command line, and what is known of papers besides their text."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from digest.app import App
from digest.config import load
from digest.errors import Stopped
from digest.ingest import Backfilled
from tests.shell import ADDRESS, Shell, shell
from tests.sources.query_api import atom, entry

FIRST, LAST = "2026-01-05", "2026-01-06"
RANGE = ("--from", FIRST, "--to", LAST, "--category", "cs.RO")


@dataclass
class Api:
    """The query API: papers by day of submission and by id; it can be told to refuse."""

    url: str = ""
    days: dict[str, list[str]] = field(default_factory=dict)  # entries, by day such as 20260105
    known: dict[str, str] = field(default_factory=dict)  # entries by id
    refusals: dict[str, int] = field(default_factory=dict)  # status, by day
    asked: list[str] = field(default_factory=list)  # days, ids or searches

    def answer(self, query: dict[str, list[str]]) -> tuple[int, bytes]:
        if "id_list" in query:
            self.asked.append(query["id_list"][0])
            return 200, atom(*(self.known[name] for name in query["id_list"][0].split(",") if name in self.known))
        question = query["search_query"][0]
        day = question.partition("submittedDate:[")[2][:8]
        self.asked.append(day or question)
        entries = self.days.get(day, []) if day else list(self.known.values())
        return self.refusals.get(day, 200), atom(*entries)


@contextmanager
def serving(api: Api) -> Iterator[Api]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = api.answer(parse_qs(urlsplit(self.path).query))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    api.url = f"http://127.0.0.1:{server.server_port}/api/query"
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield api
    server.shutdown()
    server.server_close()


@pytest.fixture
def digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    with shell(tmp_path, monkeypatch, capsys) as opened:
        yield opened


@pytest.fixture
def api(digest: Shell, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    days = {"20260105": [told(1), told(2)], "20260106": [told(3)]}
    with serving(Api(days=days)) as served:
        monkeypatch.setenv("DIGEST_SOURCES_ARXIV_API_URL", served.url)
        yield served


def told(number: int, **values: str) -> str:
    name = f"http://arxiv.org/abs/2601.{number:05}v1"
    return entry(name, title=f"Tides {number}", **values).replace("cs.LG", "cs.RO")  # type: ignore[arg-type]  # all but the number are texts


# ------------------------------------------------------------ back-fill


def test_past_days_are_brought_oldest_first_and_not_asked_for_again(digest: Shell, api: Api) -> None:
    assert digest("backfill", *RANGE) == "backfill: 2 of 2 days brought, 3 papers read\n"
    assert api.asked == ["20260105", "20260106"]

    again = json.loads(digest("backfill", *RANGE, "--json"))

    assert again == {"windows": 2, "done": 2, "papers": 0, "problems": []}
    assert len(api.asked) == 2
    assert "Tides 3" in digest("paper", "show", "2601.00003")


def test_what_a_backfill_brings_is_no_news_and_stands_in_no_ledger(digest: Shell, api: Api) -> None:
    digest("subscriber", "add", ADDRESS, "--category", "cs.RO")
    digest("backfill", *RANGE)

    assert "1 waiting for a listing" in digest("compose")
    assert digest("batch", "list", "--days", "365") == "no batches; run: digest ingest\n"
    assert json.loads(digest("paper", "show", "2601.00001", "--json"))["announcements"] == [
        {"source": "arxiv-backfill", "stream": "cs.RO", "kind": "found", "day": FIRST}
    ]


def test_a_backfill_goes_on_with_the_day_that_failed(digest: Shell, api: Api) -> None:
    api.refusals = {"20260105": 500}

    out = digest.both("backfill", *RANGE, expect=1)
    failed = digest.err
    api.refusals.clear()
    again = digest("backfill", *RANGE)

    assert out == "backfill: 1 of 2 days brought, 1 papers read\n"
    assert "digest: arxiv-backfill cs.RO 2026-01-05: answered HTTP 500" in failed
    assert again == "backfill: 2 of 2 days brought, 2 papers read\n"
    assert api.asked == ["20260105", "20260106", "20260105"]


def test_a_backfill_that_is_asked_to_rest_ends_with_75_and_leaves_arxiv_alone(digest: Shell, api: Api) -> None:
    api.refusals = {"20260105": 429}

    out = digest.both("backfill", *RANGE, "--json", expect=75)
    rest = digest.err
    refused = digest("backfill", *RANGE, expect=75)

    assert json.loads(out)["done"] == 0
    assert "; try again after 2026-03-09 07:4" in rest
    assert "it is not asked before 2026-03-09 07:4" in refused
    assert api.asked == ["20260105"]
    assert "it is not asked before" in digest("ingest", expect=75)


def test_a_backfill_gives_up_after_three_days_that_fail_in_a_row(digest: Shell, api: Api) -> None:
    api.refusals = {f"202601{day:02}": 500 for day in range(1, 32)}

    out = json.loads(
        digest.both("backfill", "--from", "2026-01-01", "--to", "2026-01-31", "--category", "cs.RO", "--json", expect=1)
    )

    assert (out["windows"], out["done"], len(out["problems"])) == (31, 0, 3)
    assert api.asked == ["20260101", "20260102", "20260103"]


def test_a_backfill_that_is_asked_to_stop_ends_after_the_page_in_hand_and_goes_on_there(
    digest: Shell, api: Api
) -> None:
    told: list[tuple[int, int, int]] = []

    def bring(stopping: bool) -> Backfilled:
        app = App(load(digest.folder / "config.toml"), now=datetime.fromisoformat(digest.now))
        with closing(app):
            days = date.fromisoformat(FIRST), date.fromisoformat(LAST)
            return app.backfill(["cs.RO"], *days, lambda *so_far: told.append(so_far), lambda: stopping)

    with pytest.raises(Stopped, match=r"asked to stop in cs\.RO 2026-01-05; run again, it goes on there"):
        bring(stopping=True)
    came = bring(stopping=False)

    assert told == [(0, 2, 0), (1, 2, 0), (2, 2, 1)]  # windows done, windows, papers read
    assert (came.done, came.papers) == (2, 1)
    assert api.asked == ["20260105", "20260106"]


def test_without_a_category_all_configured_ones_are_brought(digest: Shell, api: Api) -> None:
    assert "backfill: 2 of 2 days brought" in digest("backfill", "--from", FIRST, "--to", FIRST)
    assert api.asked == ["20260105", "20260105"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--from", LAST, "--to", FIRST), "--to 2026-01-05: expected a day from 2026-01-06 to today"),
        (("--from", FIRST, "--to", "2026-03-10"), "--to 2026-03-10: expected a day from 2026-01-05 to today"),
        (("--from", FIRST), "Missing option '--to'"),
        (("--from", "soon", "--to", LAST), "'soon' does not match the format '%Y-%m-%d'"),
        (("--from", FIRST, "--to", LAST, "--category", "cs LG"), "not an arXiv category: 'cs LG'"),
    ],
)
def test_a_backfill_of_days_that_cannot_be_asked_for_is_refused(
    digest: Shell, api: Api, options: tuple[str, ...], sentence: str
) -> None:
    assert sentence in digest("backfill", *options, expect=2)
    assert api.asked == []


# ------------------------------------------------------------ single papers


def test_a_search_is_printed_and_keeps_nothing(digest: Shell, api: Api) -> None:
    api.known = {"2601.00007": told(7)}

    printed = digest("paper", "search", "tides of the sea", "--limit", "1")
    facts = json.loads(digest("paper", "search", "tides", "--json"))

    assert printed == "id\ttitle\tfirst author\n2601.00007\tTides 7\tAna Marin\n"
    assert [(paper["id"], paper["url"]) for paper in facts] == [("2601.00007", "https://arxiv.org/abs/2601.00007")]
    assert "is not kept here" in digest("paper", "show", "2601.00007", expect=2)
    assert digest("paper", "search", "tides", "--limit", "0", expect=2)


def test_a_search_that_finds_nothing_says_so(digest: Shell, api: Api) -> None:
    assert digest("paper", "search", "tides") == "nothing found\n"


def test_papers_are_fetched_by_id_and_are_no_news(digest: Shell, api: Api) -> None:
    api.known = {"2601.00007": told(7)}
    digest("subscriber", "add", ADDRESS)

    printed = digest("paper", "fetch", "https://arxiv.org/abs/2601.00007v2")

    assert printed == "id\ttitle\tfirst author\n2601.00007\tTides 7\tAna Marin\n"
    assert json.loads(digest("paper", "show", "2601.00007", "--json"))["announcements"] == []
    assert "1 waiting for a listing" in digest("compose")


@pytest.mark.parametrize(
    ("ids", "sentence"),
    [
        (("2601.00007", "2601.99999"), "arXiv does not know 2601.99999; nothing was kept"),
        (("2601.00007", "hello"), "not an arXiv id: hello; write it as 2601.10962 or math/0306266"),
    ],
)
def test_of_papers_one_of_which_is_unknown_none_is_kept(
    digest: Shell, api: Api, ids: tuple[str, ...], sentence: str
) -> None:
    api.known = {"2601.00007": told(7)}

    assert sentence in digest("paper", "fetch", *ids, expect=2)
    assert "is not kept here" in digest("paper", "show", "2601.00007", expect=2)


# ------------------------------------------------------------ enrichment


def test_enrich_reads_code_links_out_of_papers_once_and_they_are_shown_with_their_age(digest: Shell, api: Api) -> None:
    linked = told(7).replace("We study tides.", "Code: https://github.com/ant/farm.")
    api.known = {"2601.00007": linked, "2601.00008": told(8)}
    digest("paper", "fetch", "2601.00007", "2601.00008")

    first = digest("enrich")
    second = json.loads(digest("enrich", "--json"))
    digest.now = "2026-03-12T07:30:00Z"

    assert first.startswith("enrich: 2 papers asked about, 1 new signals, ")
    assert (second["papers"], second["signals"], second["problems"]) == (0, 0, [])
    assert "code (text, 3 days old)\thttps://github.com/ant/farm\n" in digest("paper", "show", "2601.00007")
    (signal,) = json.loads(digest("paper", "show", "2601.00007", "--json"))["signals"]
    assert signal == {
        "name": "code",
        "value": ["https://github.com/ant/farm"],
        "source": "text",
        "observed_at": "2026-03-09T07:30:00+00:00",
    }
