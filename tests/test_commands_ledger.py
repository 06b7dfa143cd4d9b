"""The ledger on the command line: batches, sources, and which papers are one work."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from digest.papers import Announcement, AnnouncementKind
from digest.store import Store
from digest.store.harvests import GateState
from tests.fakes import at, paper
from tests.shell import ADDRESS, Shell

FRIDAY = date(2026, 3, 6)
ONE, OTHER = "2603.90011", "2603.90002"


@pytest.fixture
def store(digest: Shell) -> Iterator[Store]:
    with digest.store() as opened:
        yield opened


def rows(printed: str) -> list[list[str]]:
    return [line.split("\t") for line in printed.splitlines()]


def stalled(digest: Shell) -> None:
    """On Monday morning arXiv still shows Friday's listing."""
    digest.arxiv.today = FRIDAY
    digest.now = f"{FRIDAY}T07:30:00Z"
    digest("ingest")
    digest.now = "2026-03-09T07:30:00Z"
    digest("ingest", expect=1)


# ------------------------------------------------------------ batches


def test_every_day_and_listing_is_in_the_list_the_newest_first(digest: Shell) -> None:
    digest.after("ingest")

    columns, *listed = rows(digest("batch", "list"))

    assert columns == ["day", "", "source", "listing", "state", "seen", "late", "why"]
    assert [(day, weekday, stream, state) for day, weekday, _, stream, state, *_ in listed] == [
        ("2026-03-09", "Mon", "cs.CL", "complete"),
        ("2026-03-09", "Mon", "cs.RO", "complete"),
        ("2026-03-08", "Sun", "cs.CL", "quiet"),
        ("2026-03-08", "Sun", "cs.RO", "quiet"),
        ("2026-03-07", "Sat", "cs.CL", "quiet"),
        ("2026-03-07", "Sat", "cs.RO", "quiet"),
        ("2026-03-06", "Fri", "cs.CL", "complete"),
        ("2026-03-06", "Fri", "cs.RO", "complete"),
        ("2026-03-05", "Thu", "cs.CL", "complete"),
        ("2026-03-05", "Thu", "cs.RO", "complete"),
    ]
    assert listed[2][-1] == "no listing on this day"


def test_the_list_is_narrowed_by_days_source_and_stream(digest: Shell) -> None:
    digest.after("ingest")

    def days(*options: str) -> list[str]:
        return [batch["day"] for batch in json.loads(digest("batch", "list", "--json", *options))]

    assert days("--stream", "cs.RO") == ["2026-03-09", "2026-03-08", "2026-03-07", "2026-03-06", "2026-03-05"]
    assert days("--stream", "cs.RO", "--days", "2") == ["2026-03-09", "2026-03-08"]
    assert days("--source", "huggingface") == []


def test_when_all_is_well_nothing_is_open(digest: Shell) -> None:
    assert digest("batch", "list") == "no batches; run: digest ingest\n"
    digest("ingest")
    assert digest("batch", "list", "--open") == "nothing is open\n"


def test_a_stalled_listing_is_told_by_ingest_and_by_the_list_with_exit_1(digest: Shell) -> None:
    stalled(digest)

    said = digest.err
    listed = rows(digest.both("batch", "list", "--open", expect=1))[1:]
    told = json.loads(digest.both("batch", "list", "--open", "--json", "--stream", "cs.CL", expect=1))

    assert "digest: arxiv-rss cs.CL: the listing is still that of 2026-03-06" in said
    assert "warning" not in said
    why = "the listing is empty although one was due"
    assert listed == [
        ["2026-03-09", "Mon", "arxiv", stream, "stalled", "0 of 0", "0", why] for stream in ("cs.CL", "cs.RO")
    ]
    assert [(batch["day"], batch["state"], batch["overdue"]) for batch in told] == [("2026-03-09", "stalled", True)]


def test_a_stalled_listing_of_which_no_source_complains_is_told_by_its_batch(
    digest: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGEST_SOURCES_ARXIV_FIRST_DAYS", "1")  # too few days to know what is usual
    for day in (date(2026, 3, 11), date(2026, 3, 12)):  # there is nothing on the second
        digest.arxiv.today = day
        digest.now = f"{day}T07:30:00Z"
        digest.both("ingest", expect=day.day - 11)

    assert [line for line in digest.err.splitlines() if line.startswith("digest: ")] == [
        f"digest: arxiv {stream} 2026-03-12: stalled, the listing is empty although one was due"
        for stream in ("cs.CL", "cs.RO")
    ]


def test_a_stalled_listing_is_nobodys_fault_after_a_week(digest: Shell) -> None:
    stalled(digest)
    digest.now = "2026-03-17T07:30:00Z"

    listed = rows(digest("batch", "list", "--open"))

    assert [row[0] for row in listed[1:]] == ["2026-03-09", "2026-03-09"]


def test_one_batch_says_who_named_how_many_and_when_it_was_whole(digest: Shell) -> None:
    digest.after("ingest")

    told = dict(rows(digest("batch", "show", "cs.RO", "2026-03-09")))
    facts = json.loads(digest("batch", "show", "cs.RO", "2026-03-09", "--json"))

    number = facts["arrived"]
    assert number > 0
    assert told == {
        "what": "value",
        "listing": "arxiv cs.RO, Monday 2026-03-09",
        "state": "complete",
        "seen": f"{number} of {number}",
        "named by arxiv": str(number),
        "named by arxiv-rss": str(number),
        "should be whole": "2026-03-09 04:30 UTC",
        "was whole": "2026-03-09 07:30 UTC",
    }
    assert (facts["named_by"], facts["late_ids"], facts["missing"]) == ({"arxiv": number, "arxiv-rss": number}, [], [])
    assert (facts["closes_at"], facts["overdue"]) == ("2026-03-09T04:30:00+00:00", False)


def test_one_batch_names_what_came_late_and_what_is_missing(digest: Shell, store: Store) -> None:
    digest("ingest")
    day, item = date(2026, 3, 9), paper("Late", categories=("cs.RO",))
    with store.begin() as tx:
        tx.papers.keep([item], {item.id: b"0123456789"}, now=at(day))
        new = Announcement(source="arxiv", stream="cs.RO", paper=item, kind=AnnouncementKind.NEW, day=day)
        tx.announcements.note([new], ledger="arxiv", now=at(day))
        tx.batches.keep([replace(tx.batches.of("arxiv", "cs.RO", since=day)[day], missing=("arxiv:2603.99999",))])

    told = rows(digest("batch", "show", "cs.RO", "2026-03-09"))
    facts = json.loads(digest("batch", "show", "cs.RO", "2026-03-09", "--json"))

    assert ["late", item.id] in told
    assert ["missing", "arxiv:2603.99999"] in told
    assert (facts["late_ids"], facts["missing"]) == ([item.id], ["arxiv:2603.99999"])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("show", "cs.LG", "2026-03-09"),
            "the ledger has no batch of arxiv cs.LG on 2026-03-09; see: digest batch list",
        ),
        (
            ("show", "cs.RO", "2026-03-09", "--source", "biorxiv"),
            "the ledger has no batch of biorxiv cs.RO on 2026-03-09",
        ),
        (("show", "cs.RO", "yesterday"), "'yesterday' does not match the format '%Y-%m-%d'"),
        (("list", "--days", "0"), "0 is not in the range"),
    ],
)
def test_a_batch_that_is_not_there_is_told_with_exit_2(
    digest: Shell, arguments: tuple[str, ...], sentence: str
) -> None:
    assert sentence in digest("batch", *arguments, expect=2)


# ------------------------------------------------------------ sources


def test_the_status_says_when_each_listing_was_read_and_at_what_rate(digest: Shell) -> None:
    digest.after("ingest")

    gates, read = digest("source", "status").split("\n\n")

    assert rows(gates)[0] == ["who", "rate", "requests used", "last asked", "rest"]
    who = {name: (rate, asked) for name, rate, _, asked, _ in rows(gates)[1:]}
    assert who["arxiv"][0] == "one request at a time"
    assert who["arxiv"][1].endswith(" UTC")
    assert who["huggingface"] == ("one request at a time, 500 in 300 s", "never")
    assert rows(read)[1:] == [
        [source, stream, "2026-03-09 07:30 UTC"] for source in ("arxiv", "arxiv-rss") for stream in ("cs.CL", "cs.RO")
    ]


def test_the_status_as_json_says_the_rest_that_was_asked_for_while_it_lasts(digest: Shell, store: Store) -> None:
    until = datetime.fromisoformat(digest.now) + timedelta(minutes=10)
    with store.begin() as tx:
        tx.harvests.note_rest("arxiv", until, "answered 429")
        tx.harvests.note_request("huggingface", until, used=7, began=until)

    def status() -> dict[str, dict[str, object]]:
        return {gate["gate"]: gate for gate in json.loads(digest("source", "status", "--json"))}

    resting = status()
    text = digest("source", "status")
    digest.now = until.isoformat()

    assert (resting["arxiv"]["rest_until"], resting["arxiv"]["rest_reason"]) == (until.isoformat(), "answered 429")
    assert resting["huggingface"]["requests_used"] == 7
    assert resting["arxiv"]["streams"] == []
    assert "rests until 2026-03-09 07:40 UTC: answered 429" in text
    assert "7 since 2026-03-09 07:40 UTC" in text
    assert (status()["arxiv"]["rest_until"], status()["arxiv"]["rest_reason"]) == (None, "")


def test_a_source_that_rests_ends_the_command_with_75_and_says_until_when(digest: Shell, store: Store) -> None:
    digest("ingest")
    until = datetime.fromisoformat(digest.now) + timedelta(minutes=10)
    with store.begin() as tx:
        tx.harvests.note_rest("arxiv", until, "answered 429")

    said = digest("ingest", expect=75)

    assert said == (
        "digest: arxiv: answered 429; it is not asked before 2026-03-09 07:40:00 UTC; "
        "try again after 2026-03-09 07:40:00 UTC\n"
    )
    with store.read() as tx:
        assert tx.harvests.gate("arxiv") == GateState(tx.harvests.gate("arxiv").last_request_at, until, "answered 429")


# ------------------------------------------------------------ which papers are one work


def test_two_papers_are_merged_shown_and_split_again(digest: Shell) -> None:
    digest.after("ingest")

    assert digest("paper", "merge", f"arXiv:{ONE}v1", f"https://arxiv.org/abs/{OTHER}") == (
        f"arxiv:{ONE} is read as arxiv:{OTHER} from now on; undo it with: digest paper split arXiv:{ONE}v1\n"
    )
    assert f"merged\tarxiv:{ONE} into arxiv:{OTHER} by operator, 2026-03-09\n" in digest("paper", "show", ONE)
    assert digest("paper", "split", ONE) == f"arxiv:{ONE} stands for itself again\n"
    assert "by operator, 2026-03-09, split 2026-03-09\n" in digest("paper", "show", OTHER)
    (merge,) = json.loads(digest("paper", "show", ONE, "--json"))["merges"]
    assert (merge["paper"], merge["into"], merge["rule"]) == (f"arxiv:{ONE}", f"arxiv:{OTHER}", "operator")
    assert merge["merged_at"] == merge["split_at"] == "2026-03-09T07:30:00+00:00"


def test_a_merged_paper_reaches_a_reader_as_the_one_it_is_read_as(digest: Shell) -> None:
    digest.after("ingest")
    digest("paper", "merge", ONE, OTHER)
    digest("subscriber", "add", ADDRESS, "--category", "cs.RO")
    digest("profile", "interest", ADDRESS, "robots")
    digest("compose")

    shown = digest("preview", ADDRESS, "--format", "html")

    assert f"arxiv.org/abs/{ONE}" not in shown


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("merge", ONE, ONE), "are one work already"),
        (("merge", ONE, "2603.99999"), "paper 2603.99999 is not kept here"),
        (("merge", "10.1000/x", ONE), "paper doi:10.1000/x is not kept here"),
        (("merge", "nonsense", ONE), "not a paper id: 'nonsense'"),
        (("split", ONE), f"arxiv:{ONE} is not merged into another paper"),
        (("split", "2603.99999"), "paper 2603.99999 is not kept here"),
    ],
)
def test_what_cannot_be_merged_or_split_is_told_with_exit_2(
    digest: Shell, arguments: tuple[str, ...], sentence: str
) -> None:
    digest.after("ingest")

    assert sentence in digest("paper", *arguments, expect=2)


def test_merging_twice_is_told_and_changes_nothing(digest: Shell) -> None:
    digest.after("ingest")
    digest("paper", "merge", ONE, OTHER)

    for pair in ((ONE, OTHER), (OTHER, ONE)):
        assert "are one work already" in digest("paper", "merge", *pair, expect=2)

    assert len(json.loads(digest("paper", "show", ONE, "--json"))["merges"]) == 1
