"""Libraries in: what each format tells of its entries, and that nothing from outside does more than that."""

import json
import pickle
import sqlite3
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.errors import InvalidInput
from digest.exchange import entries as limits
from digest.exchange.cells import plain, safe
from digest.exchange.csl import read_csl
from digest.exchange.entries import Entry, Library
from digest.exchange.formats import READERS, Format, format_of
from digest.exchange.opml import read_opml
from digest.exchange.pickles import plain_value
from digest.exchange.ris_reader import read_ris
from digest.exchange.table import read_csv
from digest.exchange.tags import read_tags
from digest.exchange.zotero_items import read_zotero
from digest.exchange.zotero_rdf import read_rdf
from tests.exchange import libraries


def problems(found: Library) -> list[str]:
    return [f"{each.place}: {each.problem}" for each in found.unread]


# ------------------------------------------------------------ what each format tells


def test_ris_with_titles_over_two_lines_and_a_record_without_its_end() -> None:
    first, second, third = read_ris(libraries.RIS.encode()).entries

    assert first == Entry(
        place="entry 1, line 1",
        title="Flat minima of wide valleys",
        authors=("Ames, Ada", "Berg, Bo"),
        names=("10.1000/182",),
    )
    assert second.title == "Transient dynamics of everything and of the rest"
    assert (second.authors, second.names) == (("Yang, Ning",), ("https://arxiv.org/abs/2601.10962v2",))
    assert third.names == ("arXiv:2601.00001",)


def test_a_record_of_ris_without_its_first_line_is_named() -> None:
    found = read_ris(
        b"TY  - JOUR\nTI  - First\nER  -\nxTY  - JOUR\nTI  - Second\nER  -\nTY  - JOUR\nTI  - Third\nER  -\n"
    )
    assert [each.title for each in found.entries] == ["First", "Third"]
    assert problems(found) == ['entry 2, line 5: the record lacks its first line; write "TY  - JOUR" before it']


@pytest.mark.parametrize(
    "within", ["a line that goes on\n" * 20_000, "KW  - a tag\n" * 20_001, "AB  - " + "x" * 50_001 + "\n"]
)
def test_a_record_of_ris_without_end_costs_itself_alone(within: str) -> None:
    found = read_ris(f"TY  - JOUR\nTI  - First\n{within}ER  -\nTY  - JOUR\nTI  - Second\nER  -\n".encode())
    assert [each.title for each in found.entries] == ["Second"]
    assert problems(found) == ["entry 1, line 1: longer than any record; look for a missing ER line"]


def test_csl_json() -> None:
    found = read_csl(libraries.CSL.encode())

    assert [(each.place, each.title, each.authors, each.names) for each in found.entries] == [
        ("entry 1 (ames)", "Flat minima", ("van den Berg, Ada", "ATLAS"), ("10.1000/182",)),
        ("entry 2 (2)", "A preprint", (), ("arXiv:2601.10962",)),
    ]
    assert problems(found) == [
        "entry 3: expected an object; export the library as CSL JSON",
        "entry 4: neither a title nor an id; give it one of them",
    ]


def test_rdf_of_zotero_with_the_doi_in_the_journal_and_a_collection() -> None:
    first, second = read_rdf(libraries.RDF.encode()).entries

    assert (first.title, first.authors, first.names, first.collections) == (
        "Flat minima",
        ("Ames, Ada",),
        ("10.1000/182",),
        ("Robots",),
    )
    assert second.names == ("arXiv:2601.10962", "https://arxiv.org/abs/2601.10962")


def test_answers_of_zotero() -> None:
    found = read_zotero([libraries.ZOTERO_ITEMS.encode()], [libraries.ZOTERO_COLLECTIONS.encode()])

    assert [(e.place, e.title, e.authors, e.names, e.collections) for e in found.entries] == [
        (
            "item AAAA2222",
            "Transient dynamics",
            ("Yang, Ning",),
            ("arXiv:2601.10962", "http://arxiv.org/abs/2601.10962"),
            ("Robots",),
        ),
        ("item BBBB2222", "Flat minima", ("ATLAS",), ("10.1000/182",), ()),
    ]
    assert problems(found) == ["item 4: expected an item with data; ask for format=json"]


def test_csv_as_zotero_writes_it() -> None:
    found = read_csv(libraries.CSV.encode())

    assert [(e.place, e.title, e.authors, e.names, e.collections) for e in found.entries] == [
        (
            "line 2",
            "Transient dynamics",
            ("Yang, Ning",),
            ("arXiv:2601.10962", "http://arxiv.org/abs/2601.10962"),
            ("Robots",),
        ),
        ("line 3", "Flat minima", ("Ames, Ada",), ("10.1000/182",), ()),
    ]
    assert problems(found) == ["line 5: neither a title nor an id; give it one of them"]


def test_csv_of_a_spreadsheet_in_utf_16_with_semicolons() -> None:
    found = read_csv("arXiv;Interest\r\n2601.10962;legged robots\r\n".encode("utf-16"))
    assert [(each.names, each.collections) for each in found.entries] == [(("arXiv:2601.10962",), ("legged robots",))]


def test_opml_gives_the_categories_of_arxiv_and_names_other_feeds() -> None:
    found = read_opml(libraries.OPML.encode())
    assert found.categories == ("cs.LG", "cs.RO", "hep-th")
    assert problems(found) == [
        "line 5: https://blog.example.org/feed is no feed of a category of arXiv;"
        " other feeds are read by [sources.feeds] urls"
    ]


def test_tags_as_json() -> None:
    found = read_tags(libraries.TAGS.encode())
    assert [(each.names, each.collections) for each in found.entries] == [
        (("arXiv:2601.00001",), ("rl",)),
        (("arXiv:2601.10962",), ("rl", "vision")),
    ]
    assert problems(found) == ["tag vision: not an arXiv id: x"]


# ------------------------------------------------------------ arxiv-sanity-lite's own file


def tags_file(folder: Path, rows: dict[str, object], pack: Callable[[bytes], bytes] = zlib.compress) -> bytes:
    """A `dict.db` as sqlitedict writes it."""
    file = folder / "dict.db"
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE tags (key TEXT PRIMARY KEY, value BLOB)")
        packed = [(user, pack(pickle.dumps(tags, pickle.HIGHEST_PROTOCOL))) for user, tags in rows.items()]
        database.executemany("INSERT INTO tags VALUES (?, ?)", packed)
    database.close()
    return file.read_bytes()


def test_the_file_of_arxiv_sanity_lite_is_read_without_running_its_pickle(tmp_path: Path) -> None:
    content = tags_file(tmp_path, {"root": {"rl": {"2601.10962", "2601.00001"}, "vision": {"2601.10962"}}})

    assert format_of("dict.db", content) is Format.TAGS
    assert [(each.names, each.collections) for each in read_tags(content).entries] == [
        (("arXiv:2601.00001",), ("rl",)),
        (("arXiv:2601.10962",), ("rl", "vision")),
    ]


def test_of_several_users_one_must_be_named(tmp_path: Path) -> None:
    content = tags_file(tmp_path, {"ada": {"rl": {"2601.10962"}}, "bo": {}}, pack=bytes)

    with pytest.raises(InvalidInput, match="2 users; give one with --user: ada, bo"):
        read_tags(content)
    with pytest.raises(InvalidInput, match="nobody is called 'eve' there; give one of: ada, bo"):
        read_tags(content, user="eve")
    assert len(read_tags(content, user="ada").entries) == 1


def test_only_the_tags_that_are_wanted_are_unpacked(tmp_path: Path) -> None:
    content = tags_file(tmp_path, {"ada": {"rl": {"2601.10962"}}, "eve": _Harmful()})
    assert len(read_tags(content, user="ada").entries) == 1


class _Harmful:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return exec, ("raise SystemExit('it was run')",)


def test_a_pickle_that_would_run_something_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"holds more than plain tags .*STACK_GLOBAL"):
        read_tags(tags_file(tmp_path, {"root": _Harmful()}))


def test_a_view_in_the_place_of_the_table_is_not_followed(tmp_path: Path) -> None:
    file = tmp_path / "dict.db"
    with sqlite3.connect(file) as database:
        database.execute("CREATE VIEW tags AS SELECT 'root' AS key, zeroblob(1000000000) AS value")
    database.close()
    with pytest.raises(InvalidInput, match="no table of tags can be read"):
        read_tags(file.read_bytes())


def test_what_unpacks_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digest.exchange.tags.MOST_BYTES", 10_000)
    content = tags_file(tmp_path, {"root": {"rl": {"2601.10962" * 10_000}}})
    with pytest.raises(InvalidInput, match="take more than 10,000 bytes"):
        read_tags(content)


_TAGS = st.dictionaries(st.text(), st.sets(st.text()), max_size=5)


@settings(deadline=None)
@given(_TAGS, st.sampled_from([4, 5]))
def test_a_pickle_of_plain_values_is_read_as_it_was_written(tags: dict[str, set[str]], protocol: int) -> None:
    assert plain_value(pickle.dumps(tags, protocol)) == tags


@settings(deadline=None)
@given(st.one_of(st.binary(), st.binary().map(lambda tail: pickle.dumps({"a": {"b"}}, 4)[:-1] + tail)))
def test_any_bytes_are_a_plain_value_or_refused(content: bytes) -> None:
    with suppress(InvalidInput):
        plain_value(content)


# ------------------------------------------------------------ which format it is


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("a.bib", "% nothing", Format.BIBTEX),
        ("library", "\n@article{a,\n title={x}}", Format.BIBTEX),
        ("library.txt", libraries.RIS, Format.RIS),
        ("library.json", libraries.CSL, Format.CSL),
        ("library.json", libraries.ZOTERO_ITEMS, Format.ZOTERO),
        ("library.json", libraries.TAGS, Format.TAGS),
        ("library.json", "[{", Format.CSL),
        ("x.rdf", libraries.RDF, Format.RDF),
        ("feeds.xml", libraries.OPML, Format.OPML),
        ("library.csv", libraries.CSV, Format.CSV),
        ("ids", libraries.LIST, Format.LIST),
    ],
)
def test_a_format_is_known_by_what_is_in_the_file_and_else_by_its_name(name: str, content: str, form: Format) -> None:
    assert format_of(name, content.encode()) is form


# ------------------------------------------------------------ broken and hostile files


@pytest.mark.parametrize(
    ("form", "content", "problem"),
    [
        (Format.RIS, b"a title\n", 'no record; each begins with a line "TY  - JOUR"'),
        (Format.RIS, b"TY  - JOUR\nTI  - \xff\n", "line 2: not UTF-8; nothing was imported; save the file as UTF-8"),
        (Format.CSL, b'[\n {"title": "x",}]', "line 2: not JSON"),
        (Format.CSL, b"3", "expected a list of items; export the library as CSL JSON"),
        (Format.CSL, b"[" * 100_000, "the JSON is nested"),
        (Format.ZOTERO, b"{}", "something else than a list"),
        (Format.RDF, b"<rdf>\n<a>", "line 2: not Zotero's RDF, the XML is broken"),
        (Format.RDF, b"<a/>", "expected RDF, found <a>; export the library from Zotero"),
        (Format.RDF, b'<!DOCTYPE a [<!ENTITY b "x">]><a>&b;</a>', "declares a document type"),
        (Format.OPML, b"<rss/>", "expected OPML, found <rss>"),
        (Format.CSV, b"name;age\nAna;3\n", "line 1: no column is named title, arxiv, doi or url"),
        (Format.TAGS, b'{"a": 3}', "expected tags with lists of ids"),
        (Format.TAGS, b"SQLite format 3\x00nonsense", "no table of tags can be read"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_place_and_what_helps(
    form: Format, content: bytes, problem: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        READERS[form](content)
    assert problem in str(refused.value)


def test_more_entries_than_anybody_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_ENTRIES", 100)
    with pytest.raises(InvalidInput, match="more than 100 entries; split the file"):
        read_csv(b"arxiv\n" + b"2601.10962\n" * 101)


def test_texts_without_end_are_cut() -> None:
    (entry,) = read_csl(json.dumps([{"title": "x" * 100_000, "author": [{"family": "y" * 100_000}]}]).encode()).entries
    assert (len(entry.title), len(entry.authors[0])) == (2_000, 2_000)


_SAMPLES = {
    Format.RIS: libraries.RIS,
    Format.CSL: libraries.CSL,
    Format.RDF: libraries.RDF,
    Format.ZOTERO: libraries.ZOTERO_ITEMS,
    Format.CSV: libraries.CSV,
    Format.OPML: libraries.OPML,
    Format.TAGS: libraries.TAGS,
}


@st.composite
def damaged(draw: st.DrawFn, sample: str) -> bytes:
    """A sample with something cut out and something put in."""
    content = sample.encode()
    begin, length = draw(st.integers(0, len(content))), draw(st.integers(0, 60))
    return content[:begin] + draw(st.binary(max_size=30)) + content[begin + length :]


@pytest.mark.parametrize("form", list(READERS))
def test_any_bytes_are_a_library_or_refused(form: Format) -> None:
    @settings(deadline=None)
    @given(st.one_of(st.binary(), st.text().map(str.encode), damaged(_SAMPLES[form])))
    @example(b"")
    @example(b"\xff\xfe")
    @example(b"\xef\xbb\xbf")
    def check(content: bytes) -> None:
        found = Library()
        with suppress(InvalidInput):
            found = READERS[form](content)
        for entry in found.entries:
            assert entry.title or entry.names
            assert all(text == " ".join(text.split()) for text in (entry.title, *entry.authors, *entry.names))

    check()


@settings(deadline=None)
@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("'=+-@\t\r\n＝"))))
def test_a_cell_is_no_formula_and_is_read_back(cell: str) -> None:
    written = safe(cell)
    assert not written.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))
    assert plain(written) == cell
