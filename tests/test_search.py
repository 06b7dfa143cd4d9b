"""Search: what is typed is found, however it is typed, and the same on both engines."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest import browse
from digest.browse import indexing
from digest.browse.queries import LONGEST_QUERY
from digest.browse.spelling import distance
from digest.identity import PaperId, Rule
from digest.papers import Paper, Version
from digest.signals import CODE, Signal
from digest.store import DatabaseSettings, Store, search_engines
from digest.store.schema import Schema
from tests.fakes import MONDAY, at, paper
from tests.store.builders import announce, announced, keep

NOW = at(MONDAY)
Search = Callable[..., browse.Found]

MINIMA = paper(
    "Flat minima and the loss landscape",
    number=90001,
    abstract="We study stochastic gradient descent on neural networks.",
    authors=("Luca B. Zancato", "Kaiming He"),
    categories=("cs.LG", "stat.ML"),
)
GRAPHS = paper(
    "Graph neural networks for molecules",
    number=90002,
    abstract=r"Message passing predicts energies, as Schr\"odinger's equation has them: state-of-the-art.",
    authors=("Søren Sørensen", "Ada van den Berg"),
    categories=("physics.chem-ph",),
)
WAVES = paper(
    "Waves on shallow water",
    number=90003,
    abstract="Waves break over a sloping beach; their energy is lost to the landscape of the shore.",
    authors=("Bo Berg",),
    categories=("physics.flu-dyn",),
    doi="10.1000/waves.7",
)
OLD_PAPER = """INSERT INTO paper (id, canonical_key, title, abstract, authors, categories, classes, comment, doi,
journal_ref, first_seen_at, changed_at, terms) VALUES (1, 'arxiv:2603.00001', 'Ants', '', '[]', '["cs.LG"]', '[]', '',
'', '', '2026-03-01 07:30:00+00:00', '2026-03-01 07:30:00+00:00', '')"""
EVERY = (MINIMA, GRAPHS, WAVES)


@pytest.fixture
def library(store: Store) -> Store:
    """Three papers, announced on three days."""
    days = [MONDAY - timedelta(days=400), MONDAY - timedelta(days=1), MONDAY]
    announce(store, *(announced(item, day=day) for item, day in zip(EVERY, days, strict=True)))
    browse.index(store)
    return store


@pytest.fixture
def search(library: Store) -> Search:
    return lambda text="", **asked: browse.search(library, text, now=NOW, **asked)


def titles(found: browse.Found) -> list[str]:
    return [record.paper.title for record in found.records]


# ------------------------------------------------------------ words


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("minima", [MINIMA]),
        ("MINIMUM", []),  # another stem, which Porter2 does not know to be the same
        ("neural network", [GRAPHS, MINIMA]),  # the title counts more
        ("landscapes", [MINIMA, WAVES]),
        ("schrödinger", [GRAPHS]),
        ("Schrodinger equations", [GRAPHS]),
        ("state of the art", [GRAPHS]),
        ("state-of-the-art", [GRAPHS]),
        ("zancato", [MINIMA]),
        ("Luca Zancato", [MINIMA]),
        ("sorensen", [GRAPHS]),
        ("Sørensen", [GRAPHS]),
        ("van den Berg", [GRAPHS]),
        ("berg waves", [WAVES]),
        ('"neural networks"', [GRAPHS, MINIMA]),
        ('"networks neural"', []),
        ("“loss landscape”", [MINIMA]),
        ('"energy is lost', [WAVES]),
        ('"Luca Zancato"', [MINIMA]),
        ('"landscape study"', []),  # no phrase goes on from title to abstract
    ],
)
def test_words_are_found_as_papers_are_read(search: Search, typed: str, found: list[Paper]) -> None:
    answer = search(typed)
    if not answer.by_meaning:
        assert titles(answer) == [item.title for item in found]
    else:
        assert found == []


def test_an_exact_title_stands_first_however_often_others_say_it(search: Search, library: Store) -> None:
    keep(
        library,
        *(paper("Waves, waves and waves on shallow water", abstract="Waves on shallow water. " * 9) for _ in "ab"),
    )
    browse.index(library)
    answer = search("WAVES ON SHALLOW WATER")
    assert titles(answer)[0] == WAVES.title
    assert answer.count == len(answer.records) == 3


def test_words_that_no_paper_has_together_are_answered_by_meaning(search: Search) -> None:
    answer = search("gradient descent on molecules")
    assert answer.by_meaning
    assert {MINIMA.title, GRAPHS.title} <= set(titles(answer))


def test_nothing_is_said_of_words_that_nobody_knows(search: Search) -> None:
    assert search("qqqqq xxyzzy") == browse.Found(records=(), count=0, page=1, by_meaning=True)


def test_a_query_without_a_word_finds_nothing(search: Search) -> None:
    assert search("2024 !!! —").count == 0


# ------------------------------------------------------------ names


@pytest.mark.parametrize(
    "typed",
    [
        "2603.90002",
        "arXiv:2603.90002v3",
        "https://arxiv.org/abs/2603.90002",
        "https://huggingface.co/papers/2603.90002?ref=x",
        "10.48550/arXiv.2603.90002",
    ],
)
def test_a_paper_is_found_by_its_id_and_addresses(search: Search, typed: str) -> None:
    answer = search(typed, category="cs.LG")
    assert (answer.direct, titles(answer), answer.count) == (GRAPHS.id, [GRAPHS.title], 1)


def test_a_paper_is_found_by_its_doi(search: Search) -> None:
    assert search("https://doi.org/10.1000/WAVES.7").direct == WAVES.id


def test_an_id_that_is_not_kept_is_searched_for_like_any_text(search: Search) -> None:
    assert (search("2603.99999").direct, search("2603.99999").count) == (None, 0)


# ------------------------------------------------------------ filters


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [WAVES, GRAPHS, MINIMA]),
        ({"category": "cs.LG"}, [MINIMA]),
        ({"category": "stat.ML"}, [MINIMA]),
        ({"category": "physics"}, [WAVES, GRAPHS]),
        ({"category": "physics.chem-ph"}, [GRAPHS]),
        ({"category": "quant-ph"}, []),
        ({"author": "Zancato"}, [MINIMA]),
        ({"author": "Luca Zancato"}, [MINIMA]),
        ({"author": "Kaiming He"}, [MINIMA]),
        ({"author": "He"}, [MINIMA]),
        ({"author": "Luca He"}, []),
        ({"author": "SØRENSEN"}, [GRAPHS]),
        ({"author": "Berg"}, [WAVES, GRAPHS]),
        ({"author": "…"}, []),
        ({"since": MONDAY - timedelta(days=1)}, [WAVES, GRAPHS]),
        ({"until": MONDAY - timedelta(days=1)}, [GRAPHS, MINIMA]),
        ({"since": MONDAY, "until": MONDAY - timedelta(days=1)}, []),
        ({"since": MONDAY, "author": "Berg"}, [WAVES]),
        ({"has_code": True}, []),
    ],
)
def test_without_words_the_newest_come_first_as_far_as_the_filters_let_them(
    search: Search, asked: dict[str, object], found: list[Paper]
) -> None:
    answer = search("", **asked)
    assert (titles(answer), answer.count) == ([item.title for item in found], len(found))


@pytest.mark.parametrize("asked", [{"category": "physics"}, {"since": MONDAY}, {"author": "Bo Berg"}])
def test_filters_hold_for_words_and_for_meaning(search: Search, asked: dict[str, object]) -> None:
    assert titles(search("landscape", **asked)) == [WAVES.title]
    assert MINIMA.title not in titles(search("flat landscape", by_meaning=True, **asked))


def test_a_paper_with_code_is_found_once_somebody_has_told_of_it(search: Search, library: Store) -> None:
    code = Signal(subject=GRAPHS.id, name=CODE, value="https://git.example/x", source="huggingface", observed_at=NOW)
    with library.begin() as tx:
        tx.signals.keep([code])
    browse.index(library)
    assert titles(search("networks", has_code=True)) == [GRAPHS.title]


def test_what_is_announced_later_than_tomorrow_is_not_found_yet(library: Store) -> None:
    earlier = browse.search(library, "", now=at(MONDAY - timedelta(days=3)))
    assert titles(earlier) == [MINIMA.title]


# ------------------------------------------------------------ mistakes


@pytest.fixture
def well_spelled(library: Store) -> Store:
    """Words must be in some papers to be believed."""
    again = [paper(f"Transformers with attention, part {part}", abstract="Convolutional layers.") for part in "xyz"]
    keep(library, *again)
    browse.index(library)
    return library


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tranformers", "transformers"),
        ("Trasnformers", "transformers"),
        ("convolutoinal transfomers", "convolutional transformers"),
        ('"transformers with atention"', '"transformers with attention"'),
        ("xonvolutional", "convolutional"),
    ],
)
def test_a_mistyped_word_is_read_as_the_one_that_was_meant(well_spelled: Store, typed: str, meant: str) -> None:
    answer = browse.search(well_spelled, typed, now=NOW)
    assert (answer.corrected, answer.count, answer.by_meaning) == (meant, 3, False)


@pytest.mark.parametrize("typed", ["transformers", "minima", "zancato", "xyz"])
def test_a_word_that_some_paper_has_is_left_as_it_is(well_spelled: Store, typed: str) -> None:
    assert browse.search(well_spelled, typed, now=NOW).corrected == ""


WORDS = st.text(alphabet="abcd", max_size=7)


@settings(deadline=None)
@given(WORDS, WORDS, st.integers(0, 7), st.sampled_from("abcd"))
def test_the_distance_counts_mistakes(one: str, other: str, place: int, letter: str) -> None:
    assert (distance(one, other) == 0) == (one == other)
    assert distance(one, other) == distance(other, one) <= max(len(one), len(other))
    assert distance(one, one[:place] + letter + one[place:]) == 1
    swapped = one[:place] + one[place : place + 2][::-1] + one[place + 2 :]
    assert distance(one, swapped) <= 1


# ------------------------------------------------------------ meaning


def test_the_nearest_papers_are_named_with_the_words_they_share(library: Store) -> None:
    near = paper("Loss landscapes and flat minima of deep networks", abstract="Descent finds flat minima.")
    keep(library, near)
    browse.index(library)
    found = browse.like(library, MINIMA.id, limit=2, now=NOW)
    assert found[0].record.paper.id == near.id
    assert {"flat", "minima", "loss"} <= set(found[0].shared)
    assert 1 >= found[0].cosine > found[1].cosine > 0
    assert MINIMA.id not in [each.record.paper.id for each in found]


def test_like_and_an_id_finds_the_neighbours_of_that_paper(search: Search) -> None:
    answer = search("like:2603.90001")
    assert answer.by_meaning
    assert GRAPHS.title in titles(answer)
    assert MINIMA.title not in titles(answer)
    assert search("like:2603.99999").count == 0


def test_an_unknown_paper_is_like_nothing(library: Store) -> None:
    assert browse.like(library, PaperId("arxiv:2603.99999"), limit=5, now=NOW) == []


# ------------------------------------------------------------ pages


@pytest.fixture
def many(library: Store) -> Store:
    keep(library, *(paper(f"Ants, number {number}", abstract="Ants walk.") for number in range(120)))
    browse.index(library)
    return library


@pytest.mark.parametrize("typed", ["ants", "", "ants walk", "like:2603.90001"])
def test_pages_hold_every_paper_once(many: Store, typed: str) -> None:
    first = browse.search(many, typed, now=NOW)
    pages = [browse.search(many, typed, page=page, now=NOW) for page in range(1, first.pages + 2)]
    found = [record.paper.id for page in pages for record in page.records]
    assert len(found) == len(set(found)) == first.count
    assert [len(page.records) for page in pages[:-2]] == [browse.SEARCH_PAGE] * (first.pages - 1)
    assert pages[-1].records == ()


def test_an_exact_title_is_on_the_first_page_alone(many: Store) -> None:
    pages = [browse.search(many, "ants walk", page=page, now=NOW) for page in (1, 2, 3)]
    keep(many, paper("Ants walk", abstract=""))
    browse.index(many)
    titled = [browse.search(many, "ants walk", page=page, now=NOW) for page in (1, 2, 3)]
    assert titles(titled[0])[0] == "Ants walk"
    found = [title for page in titled for title in titles(page)]
    assert (len(found), len(set(found)), titled[0].count) == (121, 121, pages[0].count + 1)


# ------------------------------------------------------------ the index follows what is kept


def test_a_paper_is_found_by_its_new_words_alone_once_they_change(search: Search, library: Store) -> None:
    keep(library, paper("Sharp minima", number=90001, abstract="Another text.", categories=("math.OC",)))
    assert search("landscape").count == 2
    browse.index(library)
    assert titles(search("landscape")) == [WAVES.title]
    assert titles(search("sharp", category="math")) == ["Sharp minima"]


def test_a_merged_paper_is_found_as_the_one_it_is_read_as_and_again_once_it_is_split(
    search: Search, library: Store
) -> None:
    with library.begin() as tx:
        rows = tx.papers.rows([GRAPHS.id, WAVES.id])
        tx.works.merge(rows[WAVES.id], rows[GRAPHS.id], Rule.OPERATOR, now=NOW)
    assert titles(search("beach")) == [GRAPHS.title]
    browse.index(library)
    assert search("beach").by_meaning
    assert titles(search("molecules")) == [GRAPHS.title]
    with library.begin() as tx:
        tx.works.split(rows[WAVES.id], now=NOW)
    browse.index(library)
    assert titles(search("beach")) == [WAVES.title]


def test_a_paper_that_is_announced_after_it_was_kept_has_the_day_of_that(library: Store) -> None:
    item = paper("Beetles", versions=(Version(number=1, submitted_at=at(date(2020, 1, 1))),))
    keep(library, item)
    browse.index(library)
    assert titles(browse.search(library, "beetles", until=date(2020, 12, 31), now=NOW)) == ["Beetles"]
    announce(library, announced(item))
    browse.index(library)
    assert titles(browse.search(library, "beetles", since=MONDAY, now=NOW)) == ["Beetles"]


def test_papers_come_into_the_index_a_few_at_a_time_until_somebody_stops_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "AT_ONCE", 2)
    keep(store, *EVERY)
    told: list[int] = []
    assert browse.index(store, told.append, lambda: bool(told)) == 2
    assert browse.index(store, told.append) == 1
    assert browse.index(store) == 0
    assert told == [2, 1]


def test_every_paper_can_be_read_again(search: Search, library: Store) -> None:
    assert browse.index(library, again=True, stopping=lambda: True) == 0
    assert titles(search("waves")) == [WAVES.title]
    assert browse.index(library) == 3
    assert titles(search("waves")) == [WAVES.title]


def test_two_that_bring_papers_in_at_once_bring_each_in_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "AT_ONCE", 2)
    keep(store, *(paper(f"Ants, number {number}") for number in range(12)))
    with ThreadPoolExecutor() as pool:
        both = [pool.submit(browse.index, store) for _ in range(2)]
    assert sum(each.result() for each in both) == 12
    assert browse.search(store, "ants", now=NOW).count == 12


def test_papers_of_an_older_database_come_in_with_the_next_run(empty_url: str) -> None:
    older = Store(DatabaseSettings(url=empty_url))
    way = Schema(older._engine)
    way.migrate("0006")
    with older._engine.begin() as connection:
        connection.execute(sa.text(OLD_PAPER))
    way.migrate("head")
    assert (browse.index(older), browse.search(older, "ants", now=NOW).count) == (1, 1)
    older.close()


def test_of_very_many_matches_the_newest_are_put_in_order(many: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_engines, "RANKED", 10)
    answer = browse.search(many, "ants", now=NOW)
    assert (len(answer.records), answer.count) == (50, 120)


# ------------------------------------------------------------ whatever is typed


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    typed=st.text(max_size=60) | st.text(alphabet="ab\"*():^-+'\\&|!<>{}[]NEAR AND OR NOT like:", max_size=40),
    author=st.text(max_size=12),
    category=st.text(max_size=12),
    by_meaning=st.booleans(),
    page=st.integers(1, 10_000),
)
def test_no_query_is_an_error(
    library: Store, typed: str, author: str, category: str, by_meaning: bool, page: int
) -> None:
    answer = browse.search(library, typed, author=author, category=category, by_meaning=by_meaning, page=page, now=NOW)
    assert len(answer.records) <= answer.count or page > 1
    assert answer.count <= len(EVERY)


@pytest.mark.parametrize(
    "typed",
    [
        "x" * 5000,
        "a b " * 5000,
        '"' * 999,
        '"a" ' * 900,
        "ants " * 999 + "\x00",
        "分子動力学",
        "\ud800 ants",
        "é" * 3000,
    ],
)
def test_nor_is_one_of_any_length_or_script(library: Store, typed: str) -> None:
    for by_meaning in (False, True):
        browse.search(library, typed, by_meaning=by_meaning, now=NOW)


@pytest.mark.parametrize("title", ["x" * 5000, "分子動力学による研究", "y_z 'quoted' \\ back", "\ue000 a\u200db"])
def test_any_title_comes_into_the_index_and_is_found(library: Store, title: str) -> None:
    odd = paper(title, authors=(title, "…", ""), categories=(title[:20],))
    keep(library, odd)
    browse.index(library)
    assert odd.title in titles(browse.search(library, title, now=NOW)) or len(title) > LONGEST_QUERY
