"""A library becomes votes: what is here, what arXiv has, what is wanted until it comes, and all of it once."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.errors import InvalidInput, SourceError
from digest.exchange.entries import Entry, Library
from digest.exchange.formats import Format
from digest.identity import PaperId, Rule
from digest.membership import importing, references
from digest.membership.importing import Kept, Plan
from digest.papers import Paper
from digest.store import Store
from digest.subscribers import MAIN, Subscriber, Verdict
from tests.exchange import libraries
from tests.fakes import paper
from tests.store.builders import NOW, keep, reader

LATER = NOW + timedelta(days=1)
FLAT = paper("Flat minima of wide valleys", number=1, authors=("Ada Ames", "Bo Berg"))
TIDES = paper(
    "Tides in narrow channels of rock", id=PaperId("doi:10.1000/182"), authors=("Bo Berg",), doi="10.1000/182"
)


@dataclass
class Query:
    """arXiv's query API with some papers; it fails where it is told to."""

    known: list[Paper] = field(default_factory=list)
    failure: SourceError | None = None
    asked: list[int] = field(default_factory=list)
    name: str = "arxiv-api"
    gate: str = "arxiv"

    def papers(self, ids: list[PaperId], *, now: datetime) -> dict[PaperId, Paper]:
        self.asked.append(len(ids))
        if self.failure and len(self.asked) > 1:
            raise self.failure
        return {each.id: each for each in self.known if each.id in ids}


def imported(store: Store, who: Subscriber, text: str, *, name: str = "library.txt", **values: Any) -> Plan:
    """Import a file as the command does, without asking arXiv; the plan that was carried out."""
    plan = importing.planned(store, who, references.read(name, text.encode()), **values)
    importing.keep(store, who, plan, origin=name, now=NOW)
    return plan


def liked(store: Store, who: Subscriber) -> dict[str, set[str]]:
    """The ids that are liked, by interest."""
    with store.read() as tx:
        profile = tx.subscribers.profiles([who.id])[who.id]
    return {each.name: {vote.paper for vote in each.liked} for each in profile.interests if each.liked}


def wanted(store: Store, who: Subscriber) -> dict[str, str]:
    """The reasons, by name."""
    return {each.name: each.reason for each in importing.wanted(store, who)}


# ------------------------------------------------------------ what leads to a paper


@pytest.mark.parametrize(
    "text",
    [
        "2603.00001",
        "https://arxiv.org/abs/2603.00001v3",
        "@misc{a, title={Another title}, eprint={2603.00001}, archivePrefix={arXiv}}",
        "@article{a, title={Flat Minima of {W}ide Valleys}, author={Ames, Ada and others}}",
        "@article{a, title={Flat minima of wide valleys}, author={A. Ames}, doi={10.1000/unknown}}",
        "TY  - JOUR\nTI  - Flat minima of wide valleys\nAU  - Ames, Ada\nER  - \n",
    ],
)
def test_an_entry_leads_to_the_paper_by_id_or_by_title_and_first_author(store: Store, text: str) -> None:
    keep(store, FLAT)
    who = reader(store)

    imported(store, who, text, name="library.ris" if text.startswith("TY") else "a")

    assert liked(store, who) == {MAIN: {"arxiv:2603.00001"}}
    assert wanted(store, who) == {}


@pytest.mark.parametrize(
    "text",
    [
        "@article{a, title={Flat minima of wide valleys}, author={Somebody Else}}",
        "@misc{a, title={Flat minima of wide valleys}, author={Ames, Ada}, eprint={2603.99999}}",
        "@misc{a, title={Flat minima of wide hills}, author={Ames, Ada}}",
    ],
)
def test_another_author_id_or_title_is_another_paper(store: Store, text: str) -> None:
    keep(store, FLAT)
    who = reader(store)

    imported(store, who, text)

    assert liked(store, who) == {}
    assert len(wanted(store, who)) == 1


def test_a_paper_is_found_by_its_doi_and_under_the_one_it_is_merged_into(store: Store) -> None:
    keep(store, FLAT, TIDES)
    with store.begin() as tx:
        rows = tx.papers.rows([FLAT.id, TIDES.id])
        tx.works.merge(rows[TIDES.id], rows[FLAT.id], Rule.OPERATOR, now=NOW)
    who = reader(store)

    imported(store, who, "https://doi.org/10.1000/182 2603.00001")

    assert liked(store, who) == {MAIN: {"arxiv:2603.00001"}}


# ------------------------------------------------------------ once, and what is there already


def test_importing_twice_is_importing_once(store: Store) -> None:
    keep(store, FLAT)
    who = reader(store)
    text = "2603.00001 10.1000/nobody 2603.00001"
    first, before = imported(store, who, text), (liked(store, who), importing.wanted(store, who))

    plan = importing.planned(store, who, references.read("a", text.encode()))
    again = importing.keep(store, who, plan, origin="a", now=LATER)

    assert (len(first.likes), first.repeated, first.liked) == (1, 1, 0)
    assert (dict(plan.likes), plan.repeated, plan.liked) == ({}, 0, 2)
    assert again == Kept(liked=0, wanted=0)
    assert not again.is_news
    assert (liked(store, who), importing.wanted(store, who)) == before


def test_what_a_reader_has_said_before_stays_as_it_is(store: Store) -> None:
    keep(store, FLAT, TIDES)
    who = reader(store)
    with store.begin() as tx:
        rows = tx.papers.rows([FLAT.id, TIDES.id])
        tx.subscribers.vote(who.id, rows[FLAT.id], Verdict.LIKE, now=NOW, interest="robots")
        tx.subscribers.vote(who.id, rows[TIDES.id], Verdict.DISLIKE, now=NOW)

    plan = imported(store, who, "2603.00001 10.1000/182", into="seas")

    assert (plan.liked, plan.disliked, dict(plan.likes)) == (1, 1, {})
    assert liked(store, who) == {"robots": {"arxiv:2603.00001"}}


# ------------------------------------------------------------ which interest


def test_collections_become_interests_unless_one_is_named(store: Store) -> None:
    keep(store, FLAT, TIDES)
    text = "arxiv,doi,interest\n2603.00001,,Wide valleys;Hills\n,10.1000/182,\n"
    by_collection, all_in_one = reader(store), reader(store)

    imported(store, by_collection, text, name="a.csv")
    imported(store, all_in_one, text, name="a.csv", into="seas")

    assert liked(store, by_collection) == {"Wide valleys": {"arxiv:2603.00001"}, MAIN: {"doi:10.1000/182"}}
    assert liked(store, all_in_one) == {"seas": {"arxiv:2603.00001", "doi:10.1000/182"}}


def test_more_collections_than_interests_may_be_are_refused_and_nothing_is_kept(store: Store) -> None:
    who = reader(store)
    rows = "".join(f"2603.{n:05d},collection {n}\n" for n in range(51))
    with pytest.raises(InvalidInput, match=r"51 interests, and a reader has at most 50; .*--as interest NAME"):
        imported(store, who, f"arxiv,interest\n{rows}", name="a.csv")
    assert importing.wanted(store, who) == []


def test_feeds_of_arxiv_become_categories(store: Store) -> None:
    who = reader(store)
    first = imported(store, who, libraries.OPML, name="a.opml")
    again = importing.planned(store, who, references.read("a.opml", libraries.OPML.encode()))
    with store.read() as tx:
        profile = tx.subscribers.profiles([who.id])[who.id]

    assert first.categories == profile.categories == ("cs.LG", "cs.RO", "hep-th")
    assert again.categories == ()


# ------------------------------------------------------------ arXiv


def test_what_is_not_kept_is_asked_of_arxiv_a_hundred_at_a_time(store: Store) -> None:
    papers = [paper(f"A paper about the number {n} and others", number=n) for n in range(1, 251)]
    query, who = Query(papers), reader(store)
    brought = references.read("ids", " ".join(each.id for each in papers).encode() + b" 2603.99999")
    plan = importing.planned(store, who, brought)

    answers = importing.ask(store, query, plan.askable, now=NOW)  # type: ignore[arg-type]  # a fake
    plan = importing.planned(store, who, brought, answers=answers)
    importing.keep(store, who, plan, origin="ids", now=NOW)

    assert query.asked == [100, 100, 51]
    assert (answers.brought, answers.problem) == (250, None)
    assert len(liked(store, who)[MAIN]) == 250
    assert wanted(store, who) == {"arxiv:2603.99999": "arXiv does not know 2603.99999; correct the id"}


def test_where_arxiv_fails_what_it_gave_before_is_kept_and_the_rest_is_wanted(store: Store) -> None:
    papers = [paper(f"A paper about the number {n} and others", number=n) for n in range(1, 151)]
    query, who = Query(papers, failure=SourceError("arxiv-api", "answered HTTP 500")), reader(store)
    brought = references.read("ids", " ".join(each.id for each in papers).encode())

    askable = importing.planned(store, who, brought).askable
    answers = importing.ask(store, query, askable, now=NOW)  # type: ignore[arg-type]  # a fake
    plan = importing.planned(store, who, brought, answers=answers)
    importing.keep(store, who, plan, origin="ids", now=NOW)

    assert (answers.brought, answers.problem) == (100, query.failure)
    assert len(liked(store, who)[MAIN]) == 100
    assert (
        wanted(store, who)["arxiv:2603.00150"]
        == "arXiv was not asked for 2603.00150 yet (arxiv-api: answered HTTP 500); import it again later"
    )


# ------------------------------------------------------------ wanted until it comes


def test_what_is_wanted_is_liked_when_it_comes_by_whatever_name(store: Store) -> None:
    by_id, by_title, nobody = reader(store), reader(store), reader(store)
    imported(store, by_id, "@misc{a, title={X}, eprint={2603.00001}}", into="valleys")
    imported(store, by_title, "@misc{a, title={Flat minima of wide valleys}, author={Ames, Ada}}")
    imported(store, nobody, "@misc{a, title={Flat minima of wide valleys}, author={Else}, doi={10.1000/182}}")
    assert importing.take_arrived(store, now=LATER) == 0

    keep(store, FLAT)

    assert importing.take_arrived(store, now=LATER) == 2
    assert liked(store, by_id) == {"valleys": {"arxiv:2603.00001"}}
    assert liked(store, by_title) == {MAIN: {"arxiv:2603.00001"}}
    assert (wanted(store, by_id), wanted(store, by_title), len(wanted(store, nobody))) == ({}, {}, 1)
    assert importing.take_arrived(store, now=LATER) == 0


def test_a_paper_of_the_same_title_but_another_id_is_not_what_is_wanted(store: Store) -> None:
    who = reader(store)
    imported(store, who, "@misc{a, title={Flat minima of wide valleys}, author={Ames, Ada}, eprint={2603.77777}}")
    keep(store, FLAT)
    assert importing.take_arrived(store, now=LATER) == 0
    assert liked(store, who) == {}


def test_what_came_is_not_liked_by_who_dislikes_it_and_wanted_no_more(store: Store) -> None:
    who = reader(store)
    imported(store, who, "2603.00001")
    keep(store, FLAT)
    with store.begin() as tx:
        tx.subscribers.vote(who.id, tx.papers.rows([FLAT.id])[FLAT.id], Verdict.DISLIKE, now=NOW)

    importing.take_arrived(store, now=LATER)

    assert (liked(store, who), wanted(store, who)) == ({}, {})


def test_the_interest_of_what_is_wanted_may_be_renamed_and_dropped(store: Store) -> None:
    who = reader(store)
    imported(store, who, "2603.00001", into="valleys")
    imported(store, who, "10.1000/182", into="seas")
    with store.begin() as tx:
        renamed, dropped = (tx.subscribers.find_interest(who.id, name) for name in ("valleys", "seas"))
        assert renamed is not None
        assert dropped is not None
        tx.subscribers.change_interest(renamed, name="hills")
        tx.subscribers.remove_interest(dropped)
    keep(store, FLAT, TIDES)

    importing.take_arrived(store, now=LATER)

    assert liked(store, who) == {"hills": {"arxiv:2603.00001"}, MAIN: {"doi:10.1000/182"}}


def test_an_entry_that_says_too_little_is_listed_with_what_would_help(store: Store) -> None:
    who = reader(store)
    imported(store, who, "@book{a, title={Deep Learning}}")
    (only,) = importing.wanted(store, who)
    assert (only.title, only.origin) == ("Deep Learning", "library.txt, line 1 (a)")
    assert only.reason == "too little to tell papers apart; add an arXiv id or a DOI, or title and author"


def test_what_was_wanted_of_a_file_is_settled_by_importing_it_again(store: Store) -> None:
    who = reader(store)
    imported(store, who, "2603.00001")
    keep(store, FLAT)
    imported(store, who, "2603.00001")
    assert (liked(store, who), wanted(store, who)) == ({MAIN: {"arxiv:2603.00001"}}, {})


# ------------------------------------------------------------ files


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.bib", b"", "a.bib: nothing in it; give a library in one of the formats bibtex, ris"),
        ("a.bib", b"no entry at all", "a.bib: nothing in it"),
        ("a.txt", b"\xff\xfe\x00", "a.txt: line 1: not UTF-16"),
        ("a.csv", b"name\nAna\n", "a.csv: line 1: no column is named title, arxiv, doi or url"),
    ],
)
def test_a_file_of_which_nothing_can_be_read_is_named(name: str, content: bytes, problem: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        references.read(name, content)
    assert str(refused.value).startswith(problem)


def test_of_a_broken_file_the_good_entries_are_read_and_the_bad_ones_named() -> None:
    text = b"@misc{a, title={First}}\n@misc{b, title={broken\n\n@misc{c, author={Nobody}}\n@misc{d, title={Last}}\n"
    found = references.read("a.bib", text)
    assert [each.title for each in found.entries] == ["First", "Last"]
    assert [(each.place, each.problem) for each in found.unread] == [
        ("line 2", "b: title: “}” is missing"),
        ("line 4", "c: title: expected text, found nothing"),
    ]


def test_words_that_name_no_paper_are_told_with_their_line() -> None:
    found = references.read("ids", libraries.LIST.encode())
    assert [each.names for each in found.entries] == [
        ("arxiv:2601.10962",),
        ("doi:10.1000/182",),
        ("arxiv:math/0306266",),
    ]
    assert [(each.place, each.problem.partition(";")[0]) for each in found.unread] == [
        ("line 3", "'nonsense' names no paper")
    ]


@pytest.mark.parametrize("form", [Format.BIBTEX, Format.LIST])
def test_any_bytes_are_a_library_or_refused(form: Format) -> None:
    @settings(deadline=None)
    @given(st.one_of(st.binary(), st.binary().map(lambda rest: b"@misc{a, title={x}, " + rest)))
    @example(b"")
    @example(b"\xff")
    def check(content: bytes) -> None:
        found = Library()
        with suppress(InvalidInput):
            found = references.read("a", content, form=form)
        for entry in found.entries:
            assert references.item(entry).name

    check()


_ENTRIES = st.builds(
    Entry,
    place=st.just("line 1"),
    title=st.text(min_size=1, max_size=40),
    authors=st.lists(st.text(max_size=10), max_size=2).map(tuple),
    names=st.lists(st.one_of(st.text(max_size=10), st.just("arXiv:2601.10962"), st.just("10.1000/182"))).map(tuple),
    collections=st.lists(st.text(max_size=60), max_size=2).map(tuple),
)


@settings(deadline=None)
@given(st.lists(_ENTRIES, max_size=4))
def test_an_entry_has_one_name_and_its_interest_one_that_may_be_kept(entries: list[Entry]) -> None:
    for entry in entries:
        each = references.item(entry)
        named = importing._interest(each, None)
        assert each.name == references.item(entry).name
        assert named == MAIN or (1 <= len(named) <= 40 and named.isprintable())


def test_the_numbers_of_a_plan_add_up_to_the_entries(store: Store) -> None:
    keep(store, FLAT, TIDES)
    who = reader(store)
    imported(store, who, "10.1000/182")
    names = ("arXiv:2603.00001", "arXiv:2603.00001", "10.1000/182", "10.1000/182", "10.1000/9", "10.1000/9")
    brought = Library(entries=tuple(Entry(place="line 1", names=(name,)) for name in names))

    plan = importing.planned(store, who, brought)

    assert (len(plan.likes), plan.liked, plan.repeated, len(plan.unresolved)) == (1, 2, 2, 1)
    assert plan.entries == len(plan.likes) + plan.liked + plan.disliked + plan.repeated + len(plan.unresolved)
