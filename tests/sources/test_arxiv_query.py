"""arXiv's query API: what a person types and what arXiv answers, neither of them trusted."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest import identity
from digest.authors import Byline
from digest.errors import InvalidInput, SourceError, SourceResting
from digest.identity import PaperId
from digest.papers import Paper, Skipped, Version
from digest.sources.arxiv_query import ArxivQuery, Feed, category_term, parse, search_query
from digest.sources.settings import ArxivSettings
from tests.sources.conftest import NOW, unhurried
from tests.sources.damage import damaged
from tests.sources.query_api import Api, Said, asking, atom, entry, numbered, refusal


def only(*entries: str) -> Paper:
    (paper,) = parse(atom(*entries), source="arxiv-api").papers
    return paper


def problem(body: bytes) -> str:
    with pytest.raises(SourceError) as error:
        parse(body, source="arxiv-api")
    return error.value.problem


# ------------------------------------------------------------ an entry


def test_an_entry_tells_all_but_the_versions_between() -> None:
    told = """<entry>
      <id>http://arxiv.org/abs/2603.01234v3</id>
      <title>On the $k$-center problem
        of tides &amp; harbours</title>
      <updated>2026-03-09T01:30:00+02:00</updated>
      <summary>  We study tides
and their centers.
  A second paragraph.</summary>
      <category term="math.CO" scheme="http://arxiv.org/schemas/atom"/>
      <category term="cs.DS" scheme="http://arxiv.org/schemas/atom"/>
      <category term="68Q25, 05-04" scheme="http://arxiv.org/schemas/atom"/>
      <category term="F.2.2; G.2.1" scheme="http://arxiv.org/schemas/atom"/>
      <published>2026-03-01T12:00:00Z</published>
      <arxiv:comment>9 pages,
        2 figures</arxiv:comment>
      <arxiv:primary_category term="cs.DS"/>
      <arxiv:journal_ref>J. Tides 56:1-50, 2026</arxiv:journal_ref>
      <author><name>Ana Mar\\'{i}n</name><arxiv:affiliation>CfA</arxiv:affiliation>
        <arxiv:affiliation>Ohio  State</arxiv:affiliation></author>
      <author><name>Chen Wei Jr</name></author>
      <arxiv:doi>10.1145/3106237.3106277 10.1000/XYZ.1</arxiv:doi>
    </entry>"""
    assert only(told) == Paper(
        id=PaperId("arxiv:2603.01234"),
        also=(PaperId("doi:10.1145/3106237.3106277"), PaperId("doi:10.1000/xyz.1")),
        title="On the $k$-center problem of tides & harbours",
        abstract="We study tides and their centers.\n\nA second paragraph.",
        authors=("Ana Marín", "Chen Wei Jr"),
        bylines=(Byline(name="Ana Marín", affiliations=("CfA", "Ohio State")), Byline(name="Chen Wei Jr")),
        categories=("cs.DS", "math.CO"),
        classes=("68Q25", "05-04", "F.2.2", "G.2.1"),
        versions=(
            Version(number=1, submitted_at=datetime(2026, 3, 1, 12, tzinfo=UTC)),
            Version(number=3, submitted_at=datetime(2026, 3, 8, 23, 30, tzinfo=UTC)),
        ),
        comment="9 pages, 2 figures",
        doi="10.1145/3106237.3106277",
        journal_ref="J. Tides 56:1-50, 2026",
        partial=True,
    )


def test_without_an_affiliation_nothing_is_told_beyond_the_names() -> None:
    paper = only(entry())
    assert (paper.authors, paper.bylines) == (("Ana Marin", "Bo Li"), ())
    assert paper.versions == (Version(number=1, submitted_at=datetime(2026, 3, 5, 17, 59, 45, tzinfo=UTC)),)


def test_names_in_one_element_are_told_apart() -> None:
    assert only(entry(authors=("Ana Marin, Bo Li, Chen Wei, Jr",))).authors == ("Ana Marin", "Bo Li", "Chen Wei Jr")


@pytest.mark.parametrize(
    ("name", "key", "versions"),
    [
        ("http://arxiv.org/abs/math/0306266v2", "arxiv:math/0306266", [1, 2]),
        ("https://arxiv.org/abs/cs/0503050v1", "arxiv:cs/0503050", [1]),
        ("1305.1476v12", "arxiv:1305.1476", [1, 12]),
        ("http://arxiv.org/abs/2603.01234", "arxiv:2603.01234", [1]),
    ],
)
def test_an_id_is_an_id_however_it_is_spelled(name: str, key: str, versions: list[int]) -> None:
    paper = only(entry(name))
    assert paper.id == key
    assert [version.number for version in paper.versions] == versions


@pytest.mark.parametrize("date", ["", "yesterday", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "NaN"])
def test_a_date_that_is_none_is_left_off(date: str) -> None:
    paper = only(entry("http://arxiv.org/abs/2603.01234v2", published=date, updated=date))
    assert [version.submitted_at for version in paper.versions] == [None, None]


def test_a_date_without_a_zone_is_in_utc() -> None:
    assert only(entry(published="2026-03-05 17:59:45")).submitted_at == datetime(2026, 3, 5, 17, 59, 45, tzinfo=UTC)


def test_a_doi_that_is_none_is_left_off() -> None:
    paper = only(entry(extra="<arxiv:doi>forthcoming, 10.48550/arXiv.2603.01234</arxiv:doi>"))
    assert (paper.also, paper.doi) == ((), "10.48550/arXiv.2603.01234")


# ------------------------------------------------------------ an answer


def test_one_unreadable_entry_costs_itself() -> None:
    feed = parse(atom(entry(""), entry(title=" "), entry("tag:2603"), *numbered(7), total=4), source="arxiv-api")
    assert [paper.arxiv_id for paper in feed.papers] == ["2603.00007"]
    assert feed.skipped == (
        Skipped(reason="an entry without an id: not an arXiv id"),
        Skipped(reason="http://arxiv.org/abs/2603.01234v1: no title", paper=PaperId("arxiv:2603.01234")),
        Skipped(reason="tag:2603: not an arXiv id"),
    )


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "the answer is empty"),
        (b"Rate exceeded.", "the XML is damaged"),
        (b"<!DOCTYPE html><html>down</html>", "an HTML page instead of Atom"),
        (atom(entry())[:-40], "the XML is damaged or cut short"),
        (b"<rss version='2.0'/>", "the answer is not Atom but <rss>"),
        (b"<feed/>", "the answer is not Atom but <feed>"),
        (b"<!DOCTYPE a [<!ENTITY a 'a'>]><a/>", "declares a document type, which Atom never does"),
        (atom(entry("")), "none of 1 entries can be read; the first: an entry without an id: not an arXiv id"),
        (refusal(), "refused the question: incorrect id format for abc"),
    ],
)
def test_what_is_no_answer_is_told_in_a_sentence(body: bytes, sentence: str) -> None:
    assert sentence in problem(body)


@unhurried
@given(st.binary(max_size=300))
def test_any_bytes_are_a_feed_or_an_error_of_the_source(body: bytes) -> None:
    with suppress(SourceError):
        assert isinstance(parse(body, source="arxiv-api"), Feed)


EXTRA = """<author><name>Chen Wei</name><arxiv:affiliation>CfA</arxiv:affiliation></author><category term="68Q25"/>
<arxiv:comment>9 pages</arxiv:comment><arxiv:journal_ref>J. Tides 56</arxiv:journal_ref>
<arxiv:doi>10.1000/1</arxiv:doi>"""


@unhurried
@given(damaged(atom(entry("http://arxiv.org/abs/2603.00001v3", extra=EXTRA), *numbered(2))))
def test_a_damaged_feed_is_a_feed_or_an_error_of_the_source(body: bytes) -> None:
    with suppress(SourceError):
        for paper in parse(body, source="arxiv-api").papers:
            assert finished(paper)


def finished(paper: Paper) -> bool:
    """Whether nothing of the paper needs cleaning: ids, times, lines without controls."""
    lines = [paper.title, paper.comment, paper.journal_ref, *paper.authors, *paper.abstract.split("\n\n")]
    lines += [place for byline in paper.bylines for place in byline.affiliations]
    moments = [version.submitted_at for version in paper.versions if version.submitted_at]
    return (
        paper.title != ""
        and identity.arxiv_id(paper.arxiv_id) == paper.arxiv_id
        and all(text == " ".join(text.split()) and not re.search(r"[\x00-\x1f\x7f-\x9f]", text) for text in lines)
        and all(moment.utcoffset() == timedelta(0) for moment in moments)
        and all(re.fullmatch(r"[a-z]+[a-z.A-Z-]*", listed) for listed in paper.categories)
        and [byline.name for byline in paper.bylines] in ([], list(paper.authors))
    )


# ------------------------------------------------------------ a search


def search(api: Api, words: str = "tides", limit: int = 10) -> list[str]:
    with asking(api) as client:
        return [paper.arxiv_id for paper in ArxivQuery(ArxivSettings(), client).search(words, limit=limit, now=NOW)]


def search_problem(*script: Said) -> str:
    with pytest.raises(SourceError) as error:
        search(Api(*script))
    return error.value.problem


def test_a_search_asks_for_the_best_papers_in_the_apis_own_words() -> None:
    api = Api(atom(*numbered(2, 1)))
    assert search(api, 'tides ti:"deep  harbours"') == ["2603.00002", "2603.00001"]
    assert str(api.requests[0].url).startswith(
        "https://export.arxiv.org/api/query?search_query=all%3A%22tides%22%20AND"
    )
    assert api.asked == [
        {
            "search_query": 'all:"tides" AND ti:"deep harbours"',
            "sortBy": "relevance",
            "sortOrder": "descending",
            "start": "0",
            "max_results": "10",
        }
    ]


def test_a_search_that_finds_nothing_is_no_fault() -> None:
    assert search(Api(atom(total=0))) == []


def test_a_search_steps_by_what_came_until_it_has_enough() -> None:
    api = Api(
        atom(*numbered(1, 2), entry(""), total=90), atom(*numbered(4), total=90), atom(*numbered(5, 6, 7), total=90)
    )
    assert search(api, limit=6) == ["2603.00001", "2603.00002", "2603.00004", "2603.00005", "2603.00006", "2603.00007"]
    assert [(each["start"], each["max_results"]) for each in api.asked] == [("0", "6"), ("3", "3"), ("4", "2")]


def test_a_search_gives_no_more_than_it_was_asked_for() -> None:
    assert search(Api(atom(*numbered(1, 2, 3), total=90)), limit=2) == ["2603.00001", "2603.00002"]


def test_a_large_search_asks_for_a_slice_at_a_time() -> None:
    api = Api(atom(*numbered(1), total=1))
    search(api, limit=5_000)
    assert [each["max_results"] for each in api.asked] == ["2000"]


def test_an_empty_page_where_papers_were_found_is_a_fault() -> None:
    assert search_problem(atom(total=1_214)) == "the answer holds no paper although 1,214 were found; run again later"
    assert search_problem(atom(*numbered(1), total=3), atom(total=3)).startswith("the answer holds no paper although 3")


@pytest.mark.parametrize("total", ["", "many", "NaN", "-1", "9" * 5000, "1e3"])
def test_an_answer_that_does_not_say_how_many_there_are_is_a_fault(total: str) -> None:
    assert search_problem(atom(*numbered(1), total=total)) == "the answer does not say how many papers there are"


@pytest.mark.parametrize("status", [200, 400])
def test_a_refusal_is_told_by_arxivs_own_words(status: int) -> None:
    assert search_problem((status, refusal())) == "refused the question: incorrect id format for abc"


def test_another_bad_request_is_no_answer_whatever_it_holds() -> None:
    assert search_problem((400, atom(*numbered(1), title="Oh no"))) == "answered HTTP 400: Oh no"


def test_an_api_that_wants_rest_is_left_alone() -> None:
    with pytest.raises(SourceResting, match="answered 429"):
        search(Api((429, b"Rate exceeded.")))


# ------------------------------------------------------------ papers by their ids


def test_papers_are_asked_for_a_hundred_at_a_time_and_unknown_ones_are_absent() -> None:
    api = Api(atom(*numbered(3, 100)), atom(total=0))
    ids = [PaperId(f"arxiv:2603.{number:05}") for number in range(1, 151)]
    with asking(api) as client:
        found = ArxivQuery(ArxivSettings(), client).papers([*ids, ids[0]], now=NOW)
    assert sorted(found) == ["arxiv:2603.00003", "arxiv:2603.00100"]
    assert found[ids[2]].title == "Paper 2603.00003v1"
    assert [len(each["id_list"].split(",")) for each in api.asked] == [100, 50]
    assert [each["max_results"] for each in api.asked] == ["100", "50"]


def test_only_arxivs_own_papers_are_asked_for() -> None:
    api = Api(atom(entry("http://arxiv.org/abs/math/0306266v1")))
    with asking(api) as client:
        query = ArxivQuery(ArxivSettings(), client)
        assert query.papers([PaperId("doi:10.1000/1")], now=NOW) == {}
        assert list(query.papers([PaperId("doi:10.1000/1"), PaperId("arxiv:math/0306266")], now=NOW)) == [
            "arxiv:math/0306266"
        ]
    assert [each["id_list"] for each in api.asked] == ["math/0306266"]


# ------------------------------------------------------------ what a person types


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tides", 'all:"tides"'),
        ("  graph  neural\tnetworks ", 'all:"graph" AND all:"neural" AND all:"networks"'),
        ('"graph neural" molecules', 'all:"graph neural" AND all:"molecules"'),
        ('au:"del maestro" ti:checkerboard', 'au:"del maestro" AND ti:"checkerboard"'),
        ("au:del_maestro AND TI:checkerboard", 'au:"del maestro" AND ti:"checkerboard"'),
        ("abs:state-of-the-art cat:cs.LG", 'abs:"state-of-the-art" AND cat:cs.LG'),
        ("tides cat:math", 'all:"tides" AND (cat:math OR cat:math.*)'),
        ("cat:hep-th", "(cat:hep-th OR cat:hep-th.*)"),
        ("GPT-4: a study", 'all:"GPT-4" AND all:"a" AND all:"study"'),
        ("(tides) [harbours]* -foo", 'all:"tides" AND all:"harbours" AND all:"foo"'),
        ("submittedDate:[202601010000 TO 2027]", 'all:"submittedDate 202601010000" AND all:"TO" AND all:"2027"'),
        ('tides"OR"ti:x', 'all:"tides" AND all:"OR" AND ti:"x"'),
        ('"tides AND (cat:cs.LG)', 'all:"tides" AND all:"cat cs.LG"'),
        ("ünï 東京 e\u0301", 'all:"ünï" AND all:"東京" AND all:"é"'),
        ("tides - tides", 'all:"tides"'),
        ("ti: tides", 'ti:"tides"'),
    ],
)
def test_what_a_person_types_becomes_words_that_must_all_stand_in_a_paper(typed: str, meant: str) -> None:
    assert search_query(typed) == meant


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "at least one word"),
        ('"" () AND', "at least one word"),
        ("tides OR floods", "cannot say OR"),
        ("tides ANDNOT floods", "cannot say ANDNOT"),
        ("cat:cs.LG)", "'cs.LG)' is not a category"),
        ('cat:"cs.LG OR cat:*"', "is not a category"),
        ("tides cat:68T50", "'68T50' is not a category"),
    ],
)
def test_what_cannot_be_searched_for_is_told_in_a_sentence(typed: str, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(sentence)):
        search_query(typed)


@unhurried
@given(st.text() | st.text(alphabet=' ":()[]*-+&?ORANDtiacu.', max_size=40))
def test_nothing_that_is_typed_becomes_syntax(typed: str) -> None:
    term = r"""(?:(?:all|ti|au|abs):"[^"():\[\]*?\\+&|{}~^!/<>]+"|cat:[\w.-]+|\(cat:[\w-]+ OR cat:[\w-]+\.\*\))"""
    with suppress(InvalidInput):
        assert re.fullmatch(f"{term}(?: AND {term})*", search_query(typed))


def test_a_category_is_asked_for_by_itself_and_an_archive_with_all_in_it() -> None:
    assert [category_term(name) for name in ("cs.LG", "math")] == ["cat:cs.LG", "(cat:math OR cat:math.*)"]
