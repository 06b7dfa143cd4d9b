"""Names are compared as people would, and persons are told from their namesakes."""

import gzip
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import authors as benchmark
from digest.authors import AuthorKey, Byline, compatible, folded, name_key
from digest.namesakes import Crowd, Mention, Person, joined, mentions, resolve

MONDAY, TUESDAY = date(2026, 2, 2), date(2026, 2, 3)


def author(name: str, *others: str, keys: Sequence[str] = (), categories: Sequence[str] = ("cs.CV",)) -> Mention:
    """The first author of a paper with others."""
    first = Byline(name=name, keys=tuple(map(AuthorKey, keys)))
    mention = mentions([first, *(Byline(name=other) for other in others)], categories, MONDAY)[0]
    assert mention is not None
    return mention


def person(number: int, *papers: Mention) -> Person:
    known: Person | None = None
    for paper in papers:
        known = joined(known, paper)
    assert known is not None
    return replace(known, id=number)


def crowd(block: int = 300, mentions: int = 500_000, **papers: int) -> Crowd:
    """A block that is full, in a store that holds much; each name on two papers unless told."""
    printed = {"wang wei": 200, "janota mikolas": 2} | {name.replace("_", " "): n for name, n in papers.items()}
    return Crowd(block=block, papers=printed, mentions=mentions)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("Mikoláš Janota", "janota mikolas"),
        ("Mikol\\'{a}\\v{s} Janota", "janota mikolas"),
        ("S\\o ren Kirkegaard", "kirkegaard soren"),
        ("Janota, Mikoláš", "janota mikolas"),
        ("LI, Wei", "li wei"),
        ("Ming LI", "li ming"),
        ("JOHN SMITH", "smith john"),
        ("W. Wang", "wang w"),
        ("Jian-Wei Pan", "pan jianwei"),
        ("J.-W. Pan", "pan j w"),
        ("Daniel LK Yamins", "yamins daniel l k"),
        ("Daniel L. K. Yamins", "yamins daniel l k"),
        ("MD Rokibul Hasan", "hasan md rokibul"),
        ("Hal Daumé III", "daume hal"),
        ("Robert W. Heath, Jr.", "heath robert w"),
        ("Gido M van de Ven", "ven gido m"),
        ("Peter Schneider-Kamp", "schneiderkamp peter"),
        ("Øyvind Łukasz Đorđe", "dorde oyvind lukasz"),
        ("İbrahim Yılmaz", "yilmaz ibrahim"),
        ("Владимир Набоков", "набоков владимир"),
        ("王伟", "王伟"),
        ("王 伟", "王伟"),
        ("Linus", "linus"),
        ("The ATLAS Collaboration", ""),
        ("Kimi Team", ""),
        (":", ""),
        ("", ""),
    ],
)
def test_a_printed_name_is_folded(printed: str, expected: str) -> None:
    assert folded(printed) == expected


def test_the_forms_of_one_name_share_a_block() -> None:
    forms = ["Wei Wang", "W. Wang", "WANG, Wei", "Wei J. Wang"]

    assert {name_key(form) for form in forms} == {"wang|w"}
    assert name_key("The CMS Collaboration") == ""


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Wei Wang", "W. Wang", True),
        ("Wei Wang", "Wen Wang", False),
        ("Wei Wang", "Wei-Jie Wang", False),
        ("John Smith", "John A. Smith", True),
        ("John A. Smith", "John Adam Smith", True),
        ("John A. Smith", "John B. Smith", False),
        ("Jian-Wei Pan", "J.-W. Pan", True),
        ("Wei Wang", "Wei Wan", False),
    ],
)
def test_names_contradict_or_do_not(one: str, other: str, expected: bool) -> None:
    assert compatible(folded(one), folded(other)) is expected


@settings(deadline=None)
@given(st.text(), st.text())
def test_any_text_may_stand_for_a_name(one: str, other: str) -> None:
    name, same = folded(one), folded(other)

    assert name == " ".join(name.split()) == name.casefold()
    assert name_key(one).partition("|")[0] == name.partition(" ")[0]
    assert compatible(name, name)
    assert compatible(name, same) == compatible(same, name)


def test_a_shared_coauthor_is_the_same_person() -> None:
    known = person(1, author("Wei Wang", "Mikoláš Janota"))

    assert resolve(author("Wei Wang", "Mikoláš Janota", "Li Ming"), [known], crowd()) == known


def test_a_common_name_without_a_shared_coauthor_is_a_namesake() -> None:
    known = person(1, author("Wei Wang", "Mikoláš Janota"))

    assert resolve(author("Wei Wang", "Pedro Orvalho"), [known], crowd()) is None


def test_a_coauthor_who_writes_with_everybody_tells_little() -> None:
    known = person(1, author("Wei Wang", "Yang Liu"))
    mention = author("Wei Wang", "Yang Liu", categories=["cs.RO"])

    assert resolve(mention, [known], crowd(liu_yang=5_000)) is None
    assert resolve(mention, [known], crowd(liu_yang=2)) == known


def test_a_coauthor_in_a_paper_of_hundreds_tells_half_as_much() -> None:
    known = person(1, author("Wei Wang", "Mikoláš Janota"))
    mention = author("Wei Wang", "Mikoláš Janota")

    assert resolve(mention, [known], crowd(wang_wei=2_000)) == known
    assert resolve(replace(mention, authors=300), [known], crowd(wang_wei=2_000)) is None


def test_a_rare_name_in_the_same_field_is_the_same_person() -> None:
    known = person(1, author("Mikoláš Janota", "Pedro Orvalho", categories=["cs.LO", "cs.AI"]))
    lone = crowd(block=1)

    assert resolve(author("Mikoláš Janota", categories=["cs.SE"]), [known], lone) == known
    assert resolve(author("Mikoláš Janota", categories=["math.AG"]), [known], lone) is None


def test_the_fuller_the_block_the_nearer_the_field_must_be() -> None:
    known = person(1, author("Anna Berg", categories=["cs.LO", "cs.AI"]))
    near, far = author("Anna Berg", categories=["cs.LO"]), author("Anna Berg", categories=["cs.SE", "cs.AI"])

    assert [resolve(far, [known], crowd(block=size)) for size in (1, 6, 7, 26)] == [known, known, None, None]
    assert [resolve(near, [known], crowd(block=size)) for size in (1, 6, 25, 26)] == [known, known, known, None]


def test_of_two_with_a_rare_name_the_one_with_more_papers_is_taken() -> None:
    one, two = person(1, author("Anna Berg")), person(2, author("Anna Berg"), author("Anna Berg"))

    assert resolve(author("Anna Berg"), [one, two], crowd(block=6)) == two
    assert resolve(author("Anna Berg"), [one, two], crowd(block=7)) is None


def test_a_young_store_does_not_take_a_name_for_rare() -> None:
    known = person(1, author("Yang Liu"))

    assert resolve(author("Yang Liu"), [known], crowd(block=1, mentions=100)) is None
    assert resolve(author("Yang Liu"), [known], crowd(block=1)) == known


def test_initials_alone_need_a_shared_coauthor() -> None:
    known = person(1, author("Mikoláš Janota", "Pedro Orvalho"))
    lone = crowd(block=1)

    assert resolve(author("M. Janota"), [known], lone) is None
    assert resolve(author("M. Janota", "Pedro Orvalho"), [known], lone) == known
    assert resolve(author("M. Janota", "Pedro Orvalho"), [known], crowd(block=5_000, orvalho_pedro=200)) is None


def test_a_name_that_contradicts_is_somebody_else_whoever_the_coauthors() -> None:
    known = person(1, author("Wei Wang", "Mikoláš Janota"), author("Wei A. Wang", "Mikoláš Janota"))

    assert resolve(author("Wen Wang", "Mikoláš Janota"), [known], crowd()) is None
    assert resolve(author("Wei B. Wang", "Mikoláš Janota"), [known], crowd()) is None
    assert resolve(author("W. A. Wang", "Mikoláš Janota"), [known], crowd()) == known


def test_the_stronger_of_two_is_taken_and_nobody_on_a_tie() -> None:
    one = person(1, author("Wei Wang", "Mikoláš Janota", "Pedro Orvalho"))
    two = person(2, author("Wei Wang", "Mikoláš Janota"))

    assert resolve(author("Wei Wang", "Mikoláš Janota", "Pedro Orvalho"), [two, one], crowd()) == one
    assert resolve(author("Wei Wang", "Mikoláš Janota"), [two, replace(two, id=3)], crowd()) is None


def test_a_key_makes_the_same_person_whatever_the_name() -> None:
    known = person(1, author("Anna Berg", keys=["orcid:1"]))

    assert resolve(author("Anna Lund", keys=["orcid:1"]), [known], crowd()) == known


def test_different_keys_of_a_kind_never_are_one_person() -> None:
    known = person(1, author("Anna Berg", "Pedro Orvalho", keys=["orcid:1", "s2:5"]))

    assert resolve(author("Anna Berg", "Pedro Orvalho", keys=["orcid:2"]), [known], crowd(block=1)) is None
    assert resolve(author("Anna Berg", "Pedro Orvalho", keys=["orcid:2", "s2:5"]), [known], crowd(block=1)) is None
    assert resolve(author("Anna Berg", "Pedro Orvalho", keys=["openalex:A7"]), [known], crowd(block=1)) == known


def test_an_orcid_goes_before_the_number_of_a_source() -> None:
    known = person(1, author("Anna Berg", keys=["orcid:1", "s2:5", "arxiv:berg_a_1"]))
    again = author("Anna Berg", keys=["orcid:1", "s2:6", "arxiv:berg_a_2"])

    assert resolve(again, [known], crowd()) == known
    assert resolve(author("Anna Berg", keys=["s2:6"]), [joined(known, again)], crowd()) is not None


def test_what_is_known_of_a_person_grows_with_each_paper() -> None:
    first = author("W. Wang", "Li Ming", categories=["cs.CV", "cs.AI"])
    known = joined(person(7, first), replace(author("Wei Wang", "Bo Li", "Li Ming", keys=["s2:5"]), day=TUESDAY))

    assert known == Person(
        id=7,
        names=("wang wei", "wang w"),
        keys=(AuthorKey("s2:5"),),
        coauthors=("li bo", "ming li"),
        met=3,
        categories=(("cs.CV", 2), ("cs.AI", 1)),
        papers=2,
        first_day=MONDAY,
        last_day=TUESDAY,
    )
    assert (known.block, known.first) == ("wang|w", "wei")


def test_of_fields_with_as_many_papers_the_one_met_first_stands_first() -> None:
    known = person(
        7, author("Wei Wang", categories=["cs.RO", "cs.AI"]), author("Wei Wang", categories=["cs.AI", "cs.RO"])
    )
    assert known.categories == (("cs.RO", 2), ("cs.AI", 2))


def test_the_coauthors_met_last_are_kept() -> None:
    papers = [author("Wei Wang", *(f"A{n}x{m} Author" for m in range(30))) for n in range(4)]

    known = person(1, *papers)

    assert len(known.coauthors) == 100
    assert known.coauthors[-30:] == papers[-1].coauthors


def test_a_paper_of_three_thousand_holds_thirty_coauthors_each() -> None:
    found = mentions([Byline(name=f"A. Author{n}") for n in range(3000)], ["hep-ex"], MONDAY)

    assert {len(mention.coauthors) for mention in found if mention} == {30}
    assert found[0] is not None
    assert found[0].coauthors[:2] == ("author1 a", "author2 a")


def test_a_collaboration_is_nobody_and_no_coauthor() -> None:
    found = mentions([Byline(name="Anna Berg"), Byline(name="CMS Collaboration")], ["hep-ex"], MONDAY)

    assert found[1] is None
    assert found[0] is not None
    assert found[0].coauthors == ()


NAMES = st.sampled_from(["Wei Wang", "W. Wang", "Wen Wang", "Wei A. Wang", "Wei B. Wang", "Mikoláš Janota", "王伟"])
KEYS = st.sampled_from(["orcid:1", "orcid:2", "arxiv:a_1", "arxiv:b_1", "s2:1", "s2:2", "odd"])
CATEGORIES = st.lists(st.sampled_from(["cs.CV", "cs.AI", "math.AG", ""]), max_size=3)
PAPERS = st.builds(
    lambda name, others, keys, categories: author(name, *others, keys=keys, categories=categories),
    NAMES,
    st.lists(NAMES, max_size=4),
    st.lists(KEYS, max_size=2, unique=True),
    CATEGORIES,
)
PERSONS = st.lists(st.lists(PAPERS, min_size=1, max_size=3), max_size=4).map(
    lambda known: [person(number, *papers) for number, papers in enumerate(known)]
)
CROWDS = st.builds(crowd, block=st.integers(0, 40), mentions=st.integers(0, 10**6), wang_wei=st.integers(0, 500))


@settings(deadline=None)
@given(PAPERS, PERSONS, CROWDS, st.randoms(use_true_random=False))
def test_the_order_of_candidates_does_not_matter(
    mention: Mention, known: list[Person], among: Crowd, chance: Random
) -> None:
    shuffled = chance.sample(known, len(known))

    assert resolve(mention, known, among) == resolve(mention, shuffled, among)


@settings(deadline=None)
@given(PAPERS, PERSONS, CROWDS)
def test_keys_are_never_contradicted(mention: Mention, known: list[Person], among: Crowd) -> None:
    found = resolve(mention, known, among)
    orcids = {key for key in mention.keys if key.startswith("orcid:")}

    for one in known:
        theirs = {key for key in one.keys if key.startswith("orcid:")}
        if orcids and theirs and not orcids & theirs:
            assert found != one
        if orcids & theirs:
            assert found is not None
            assert orcids & set(found.keys)


@settings(deadline=None)
@given(st.lists(PAPERS, min_size=1, max_size=30))
def test_a_person_stays_small(papers: list[Mention]) -> None:
    known = person(1, *papers)

    assert known.papers == len(papers)
    assert (len(known.names) <= 8, len(known.coauthors) <= 100, len(known.categories) <= 12) == (True, True, True)


@pytest.fixture
def listings(tmp_path: Path) -> Path:
    """Two Wei Wangs, each on two papers, in two months."""
    papers = [
        ("2601.00001", "2026-01-05", ["Wei Wang", "Mikoláš Janota"]),
        ("2601.00002", "2026-01-05", ["Pedro Orvalho", "Wei Wang"]),
        ("2602.00001", "2026-02-02", ["W. Wang", "Pedro Orvalho", "Kimi Team"]),
        ("2602.00002", "2026-02-02", ["Wei Wang", "Mikoláš Janota", "Wei Wang"]),
    ]
    for month in ("2026-01", "2026-02"):
        with gzip.open(tmp_path / f"listing-{month}.jsonl.gz", "wt") as lines:
            for name, listed, authors in papers:
                if listed.startswith(month):
                    line = {"id": name, "listed": listed, "authors": authors, "categories": ["cs.LO"]}
                    lines.write(json.dumps(line) + "\n")
    return tmp_path


def test_the_benchmark_follows_persons_through_the_listings(listings: Path) -> None:
    with_janota = [("2601.00001", 1), ("2602.00002", 1)]
    with_orvalho = [("2601.00002", 2), ("2602.00001", 1)]
    twin = ("2602.00002", 3)

    done = benchmark.run(benchmark.records(listings), {*with_janota, *with_orvalho, twin})

    assert done.persons[with_janota[0]] == done.persons[with_janota[1]]
    assert done.persons[with_orvalho[0]] == done.persons[with_orvalho[1]]
    assert len(set(done.persons.values())) == 3
    assert (done.papers, done.mentions) == (4, 9)


def test_the_benchmark_counts_pairs() -> None:
    pairs = [
        benchmark.Pair(f"c{n}", ("a", n), ("b", n), same)
        for n, same in enumerate([True, True, False, False, None, True])
    ]
    said = {("a", n): n for n in range(6)} | {("b", n): n if n in (0, 2, 4, 5) else -n for n in range(6)}

    counted = benchmark.score(pairs, said)

    assert (counted.said, counted.right, counted.same) == (3, 2, 3)
    assert str(counted) == "0.667 [0.208, 0.939]    2/  3   0.667"


def test_the_benchmark_says_where_data_are_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    benchmark.main(["--data", str(tmp_path)])

    assert "nothing is measured" in capsys.readouterr().out
