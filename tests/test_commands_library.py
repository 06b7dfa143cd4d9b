"""The commands that bring a library, list what is wanted, and give everything back: what they print, do and refuse."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.exchange import libraries
from tests.shell import ADDRESS, Shell, shell
from tests.sources.wire import answer, wire

LIBRARY = """@misc{known, title={Anything}, eprint={2603.90001}, archivePrefix={arXiv}}
@article{nobody, title={A study of things that nobody keeps}, author={Ames, Ada}, doi={10.1000/182}}
@misc{broken, title={x
"""
KEY = "P9NiFoyLeZu2bZNvvuQPDWsd"


@pytest.fixture
def digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    monkeypatch.delenv("ZOTERO_API_KEY", raising=False)
    monkeypatch.setenv("DIGEST_IMPORTS_INTERVAL_SECONDS", "0")
    monkeypatch.setenv("DIGEST_SOURCES_ARXIV_API_URL", "http://127.0.0.1:9/api/query")  # where nobody answers
    with shell(tmp_path, monkeypatch, capsys) as opened:
        opened("subscriber", "add", ADDRESS)
        (tmp_path / "library.bib").write_text(LIBRARY)
        yield opened


def counts(digest: Shell, *arguments: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(digest("profile", "import", ADDRESS, *arguments, "--json"))
    return found


def likes(digest: Shell) -> dict[str, list[str]]:
    found = json.loads(digest("profile", "show", ADDRESS, "--json"))["interests"]
    return {each["name"]: [vote["id"] for vote in each["like"]] for each in found if each["like"]}


def test_a_library_is_tried_imported_once_and_its_bad_entries_are_named(digest: Shell) -> None:
    digest("ingest")

    tried = digest("profile", "import", ADDRESS, "library.bib", "--dry-run")
    assert "would be liked for main\t1\n" in tried
    assert likes(digest) == {}
    assert digest("profile", "wanted", ADDRESS) == "nothing is wanted\n"

    done = digest("profile", "import", ADDRESS, "library.bib")
    assert "digest: library.bib, line 3: broken: title: “}” is missing\n" in digest.err
    assert done.splitlines() == [
        "what\tcount",
        "entries\t2",
        "could not be read\t1",
        "liked for main\t1",
        "not found; see: digest profile wanted\t1",
        "of these wanted from now on\t1",
    ]
    assert likes(digest) == {"main": ["2603.90001"]}
    assert digest("profile", "import", ADDRESS, "library.bib").endswith(
        "nothing changed: all of it was imported before\n"
    )


def test_what_is_wanted_is_listed_with_its_reason_and_liked_when_the_next_listing_brings_it(digest: Shell) -> None:
    digest("profile", "import", ADDRESS, "library.bib", "--as", "interest", "robots", expect=1)  # no arXiv to be asked
    assert "cannot be reached" in digest.err
    first, second = json.loads(digest("profile", "wanted", ADDRESS, "--json"))
    assert first["name"] == "arxiv:2603.90001"
    assert first["reason"].startswith("arXiv was not asked for 2603.90001 yet (arxiv: cannot be reached")
    assert (second["title"], second["author"], second["interest"], second["origin"]) == (
        "A study of things that nobody keeps",
        "Ada Ames",
        "robots",
        "library.bib, line 2 (nobody)",
    )
    assert second["reason"] == "no paper with the DOI 10.1000/182 is kept here yet; it is liked when one comes"

    digest("ingest")

    assert likes(digest) == {"robots": ["2603.90001"]}
    assert [each["title"] for each in json.loads(digest("profile", "wanted", ADDRESS, "--json"))] == [second["title"]]


def test_every_format_is_known_by_itself(digest: Shell) -> None:
    samples = {
        "a.ris": (libraries.RIS, 3),
        "a.json": (libraries.CSL, 2),
        "a.rdf": (libraries.RDF, 2),
        "b.json": (libraries.ZOTERO_ITEMS, 2),
        "a.csv": (libraries.CSV, 2),
        "c.json": (libraries.TAGS, 2),
        "ids": (libraries.LIST, 3),
    }
    for name, (content, entries) in samples.items():
        (digest.folder / name).write_text(content)
        assert counts(digest, name, "--dry-run")["entries"] == entries


def test_feeds_of_arxiv_become_categories(digest: Shell) -> None:
    (digest.folder / "feeds.opml").write_text(libraries.OPML)
    assert counts(digest, "feeds.opml")["categories_named"] == ["cs.LG", "cs.RO", "hep-th"]
    assert "nothing changed" in digest("profile", "import", ADDRESS, "feeds.opml")


# ------------------------------------------------------------ over the network


def test_a_library_of_zotero_comes_with_its_collections_and_its_key_is_never_shown(
    digest: Shell, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (digest.folder / "key").write_text(f"{KEY}\n")
    with wire() as server:
        monkeypatch.setenv("DIGEST_IMPORTS_ZOTERO_URL", server.url.removesuffix("/oai"))
        server.answers(answer(body=libraries.ZOTERO_COLLECTIONS.encode()), answer(body=libraries.ZOTERO_ITEMS.encode()))
        digest("profile", "import", ADDRESS, "zotero:users/12345", "--key-file", "key", expect=1)
        shown = digest.err + caplog.text

    collections, items = server.requests
    assert collections.startswith("GET /users/12345/collections?format=json&limit=100&start=0 ")
    assert items.startswith("GET /users/12345/items/top?format=json&limit=100&start=0 ")
    assert f"zotero-api-key: {KEY}".casefold() in items.casefold()
    assert "zotero-api-version: 3" in items.casefold()
    wanted = json.loads(digest("profile", "wanted", ADDRESS, "--json"))
    assert [(each["title"], each["interest"]) for each in wanted] == [
        ("Transient dynamics", "Robots"),
        ("Flat minima", "main"),
    ]
    assert KEY not in shown


def test_a_library_of_zotero_that_is_refused_says_so_without_the_key(
    digest: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOTERO_API_KEY", KEY)
    with wire() as server:
        monkeypatch.setenv("DIGEST_IMPORTS_ZOTERO_URL", server.url.removesuffix("/oai"))
        server.answers(answer("403 Forbidden"))
        said = digest("profile", "import", ADDRESS, "zotero:groups/1", expect=1)
    assert "zotero: answered HTTP 403 Forbidden (127.0.0.1)" in said
    assert KEY not in said


def test_a_library_at_an_address_is_read_as_a_file_is(digest: Shell) -> None:
    digest("ingest")
    with wire() as server:
        server.answers(answer(body=LIBRARY.encode()))
        digest("profile", "import", ADDRESS, f"{server.url}/library.bib?token=secret")
    assert likes(digest) == {"main": ["2603.90001"]}
    assert "secret" not in digest("profile", "wanted", ADDRESS)


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Ada Ames's articles on arXiv</title>
<author><name>Ada Ames</name></author><entry><id>http://arxiv.org/abs/2603.90001v1</id><title>Anything at all</title>
<summary>x</summary><author><name>Ada Ames</name></author><published>2026-03-01T00:00:00Z</published>
<updated>2026-03-01T00:00:00Z</updated></entry></feed>"""


@pytest.mark.parametrize("name", ["ames_a_1", "0000-0002-1825-0097", "https://orcid.org/0000-0002-1825-0097"])
def test_somebody_s_own_papers_come_by_their_id(digest: Shell, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    digest("ingest")
    with wire() as server:
        monkeypatch.setenv("DIGEST_SOURCES_ARXIV_SITE_URL", server.url.removesuffix("/oai"))
        server.answers(answer(body=ATOM.encode()))
        digest("profile", "import", ADDRESS, name, "--as", "interest", "own")
    assert server.requests[0].startswith(f"GET /a/{name.rpartition('/')[2]}.atom2 ")
    assert likes(digest) == {"own": ["2603.90001"]}


def test_an_author_without_a_feed_is_told_where_to_look(digest: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    with wire() as server:
        monkeypatch.setenv("DIGEST_SOURCES_ARXIV_SITE_URL", server.url.removesuffix("/oai"))
        server.answers(answer("404 Not Found"))
        said = digest("profile", "import", ADDRESS, "ames_a_1", expect=1)
    assert "arXiv has no feed of this author" in said
    assert "digest profile own" in said


# ------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.bib"], "no such file: nowhere.bib; give a file, an address, zotero:users/12345, an ORCID, or"),
        (["zotero:users/me"], "not a library of Zotero: 'users/me'; give users/12345"),
        (["library.bib", "--as", "interest"], "--as interest and a NAME go together, such as: --as interest robots"),
        (["library.bib", "robots"], "--as interest and a NAME go together"),
        (["library.bib", "--format", "csv"], "library.bib: line 1: no column is named title, arxiv, doi or url"),
        (["library.bib", "--key-file", "none"], "none: the key cannot be read; check path and permissions"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_helps(digest: Shell, arguments: list[str], said: str) -> None:
    assert said in digest("profile", "import", ADDRESS, *arguments, expect=2)


# ------------------------------------------------------------ and out again


def test_what_is_liked_and_saved_goes_out_as_bibtex_and_ris_and_comes_in_again(digest: Shell) -> None:
    digest("ingest")
    digest("profile", "like", ADDRESS, "2603.90001", "2603.90004")
    digest("subscriber", "add", "bo@example.org")
    for form, ending in (("bibtex", "bib"), ("ris", "ris")):
        said = digest("profile", "export", ADDRESS, "--format", form, "--output", f"out.{ending}")
        assert said.startswith(f"wrote out.{ending}: ")
        assert stat.S_IMODE((digest.folder / f"out.{ending}").stat().st_mode) == 0o600
        found = json.loads(digest("profile", "import", "bo@example.org", f"out.{ending}", "--json", "--dry-run"))
        assert (found["entries"], found["liked_now"], found["unresolved"]) == (2, 2, 0)


def test_all_that_is_held_of_a_reader_goes_out_as_json(digest: Shell) -> None:
    digest("profile", "import", ADDRESS, "library.bib", expect=1)
    told = json.loads(digest("profile", "export", ADDRESS))
    assert told["tables"]["subscriber"][0]["address"] == ADDRESS
    assert [each["title"] for each in told["tables"]["wanted"]] == ["Anything", "A study of things that nobody keeps"]
    assert told["tables"]["wanted_name"]


def test_a_library_of_which_nothing_can_be_read_is_not_said_to_be_known(digest: Shell) -> None:
    (digest.folder / "broken.bib").write_text("@article{a, title = {Unclosed")
    assert digest("profile", "import", ADDRESS, "broken.bib").endswith("nothing changed: no entry could be read\n")
    assert "broken.bib, line 1" in digest.err
