"""Papers are kept as they read now, under one number, with their versions and identifiers."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from digest.errors import StoreError
from digest.papers import Paper, Version
from digest.store import Store
from digest.store import tables as t
from tests.fakes import paper
from tests.store.builders import NOW, TERMS, keep

LATER = NOW + timedelta(days=1)
HOSTILE = {
    "emoji": "👍🏽 learning with 👩‍💻",
    "bidirectional controls": "\u202egnp.exe\u2066 of \u2069",
    "quotes": """Robert'); DROP TABLE paper; --" `x` ''""",
    "backslashes": r"\emph{\\x} \u0000 \x00 %s %(a)s :name ? {}",
    "markup": "<script>alert(1)</script> &amp; $x<y$",
    "beyond the basic plane": "𝔊raphs 图神经网络 עברית",
    "combining": "e\u0301 is not \u00e9",
    "blanks": " before\n\nbetween\tand after ",
    "controls": "\x01\x1f\x7f\ufeff\uffff",
}


def read(store: Store, item: Paper) -> Paper:
    with store.read() as tx:
        return tx.papers.get([item.id])[item.id].paper


def identifiers(store: Store) -> dict[tuple[str, str], int]:
    with store._engine.connect() as connection:
        return {(row.scheme, row.value): row.paper_id for row in connection.execute(sa.select(t.identifier))}


def test_a_paper_comes_back_as_it_was_kept(store: Store) -> None:
    whole = paper(
        "Graphs",
        classes=("68T07", "I.2.6"),
        comment="12 pages",
        doi="10.1000/ABC",
        journal_ref="J. Graphs 1 (2026)",
        versions=(Version(number=1, submitted_at=NOW), Version(number=2, submitted_at=None, withdrawn=True)),
    )
    keep(store, whole)
    assert read(store, whole) == replace(whole, changed_at=NOW)


def test_counted_terms_come_back_byte_by_byte(store: Store) -> None:
    item, blob = paper(), bytes(range(256))
    with store.begin() as tx:
        tx.papers.keep([item], {item.id: blob}, now=NOW)
        assert tx.papers.get([item.id])[item.id].terms == blob


def test_a_paper_kept_twice_is_one_paper_with_one_number(store: Store) -> None:
    item = paper()
    keep(store, item)
    with store.read() as tx:
        first = tx.papers.rows([item.id])
    keep(store, item, now=LATER)
    with store.read() as tx:
        assert tx.papers.rows([item.id]) == first
        assert len(tx.papers.counted(after=-1, limit=10)) == 1


def test_the_same_paper_twice_in_one_page_is_kept_as_it_reads_last(store: Store) -> None:
    item = paper("First")
    keep(store, item, replace(item, title="Second"))
    assert read(store, item).title == "Second"


def test_unlike_names_what_is_new_or_reads_differently(store: Store) -> None:
    same, retitled, rewritten, fresh = paper(), paper(), paper(), paper()
    keep(store, same, retitled, rewritten)
    now = [same, replace(retitled, title="Other"), replace(rewritten, abstract="Other"), fresh]
    with store.read() as tx:
        assert tx.papers.unlike(now) == {retitled.id, rewritten.id, fresh.id}
        assert tx.papers.unlike([]) == set()


def test_changed_text_moves_the_moment_of_change(store: Store) -> None:
    item = paper("Old")
    keep(store, item)
    keep(store, replace(item, title="New"), now=LATER)
    assert (read(store, item).title, read(store, item).changed_at) == ("New", LATER)


def test_unchanged_text_keeps_the_moment_of_change_while_the_rest_is_updated(store: Store) -> None:
    item = paper()
    keep(store, item)
    keep(store, replace(item, comment="accepted", authors=("C. Cho",), doi="10.1000/x"), now=LATER)
    now = read(store, item)
    assert (now.comment, now.authors, now.doi, now.changed_at) == ("accepted", ("C. Cho",), "10.1000/x", NOW)


def test_versions_are_added_and_corrected(store: Store) -> None:
    first = Version(number=1, submitted_at=None)
    item = paper(versions=(first,))
    keep(store, item)
    dated = replace(first, submitted_at=NOW)
    second = Version(number=2, submitted_at=LATER, withdrawn=True)
    keep(store, replace(item, versions=(dated, second)))
    assert read(store, item).versions == (dated, second)
    assert read(store, item).withdrawn


def test_a_paper_is_known_by_its_arxiv_id_and_its_doi_in_lower_case(store: Store) -> None:
    item = paper(doi="10.1000/AbC")
    keep(store, item)
    keep(store, item)
    with store.read() as tx:
        row = tx.papers.rows([item.id])[item.id]
    assert identifiers(store) == {("arxiv", item.arxiv_id): row, ("doi", "10.1000/abc"): row}


def test_a_doi_belongs_to_the_first_paper_that_named_it(store: Store) -> None:
    first, second = paper(doi="10.1000/x"), paper(doi="10.1000/X")
    keep(store, first)
    keep(store, second)
    with store.read() as tx:
        assert identifiers(store)["doi", "10.1000/x"] == tx.papers.rows([first.id])[first.id]


def test_three_thousand_authors_are_kept_in_order(store: Store) -> None:
    item = paper(authors=tuple(f"A. Author {n}" for n in range(3000)))
    keep(store, item)
    assert read(store, item).authors == item.authors


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_comes_back_letter_by_letter(store: Store, kind: str) -> None:
    text = HOSTILE[kind]
    item = paper(text, abstract=text, authors=(text,), categories=(text,), comment=text, doi=text, journal_ref=text)
    keep(store, item)
    assert read(store, item) == replace(item, changed_at=NOW)
    with store.read() as tx:
        assert tx.papers.unlike([item]) == set()


def test_a_nul_which_no_source_can_send_is_refused_or_kept_but_never_cut(store: Store) -> None:
    # XML has no NUL, so none comes from a source. SQLite would keep it; PostgreSQL refuses it as text.
    item = paper("before\0after")
    if store.is_embedded:
        keep(store, item)
        assert read(store, item).title == "before\0after"
    else:
        with pytest.raises(StoreError, match="NUL"):
            keep(store, item)


def test_more_papers_than_fit_into_one_statement_are_kept_and_read(store: Store) -> None:
    many = [paper(number=n) for n in range(10_000, 11_203)]
    with store.begin() as tx:
        tx.papers.keep(many, {p.id: TERMS for p in many}, now=NOW)
        rows = tx.papers.rows(p.id for p in many)
        assert len(rows) == len(many)
        assert len(tx.papers.by_row(rows.values())) == len(many)
        assert tx.papers.get(p.id for p in many).keys() == rows.keys()


def test_unknown_papers_are_left_out(store: Store) -> None:
    kept, unknown = paper(), paper()
    keep(store, kept)
    with store.read() as tx:
        assert tx.papers.get([kept.id, unknown.id]).keys() == {kept.id}
        assert tx.papers.rows([unknown.id]) == {}
        assert tx.papers.by_row([]) == {}


def test_the_counted_terms_of_the_newest_papers_are_read_by_number(store: Store) -> None:
    papers = [paper() for _ in range(4)]
    with store.begin() as tx:
        tx.papers.keep(papers, {p.id: b"%d" % n for n, p in enumerate(papers, start=1)}, now=NOW)
        row = [tx.papers.rows([p.id])[p.id] for p in papers]
        assert tx.papers.counted(after=-1, limit=3) == {row[3]: b"4", row[2]: b"3", row[1]: b"2"}
        assert tx.papers.counted(after=row[1], limit=9) == {row[3]: b"4", row[2]: b"3"}
        assert tx.papers.counted(after=row[3], limit=9) == {}
        assert tx.papers.counted(after=-1, limit=0) == {}


def test_papers_that_are_still_to_be_counted_are_not_among_the_counted(store: Store) -> None:
    counted, empty = paper(), paper()
    with store.begin() as tx:
        tx.papers.keep([counted, empty], {counted.id: TERMS, empty.id: b""}, now=NOW)
        assert list(tx.papers.counted(after=-1, limit=1).values()) == [TERMS]


def test_papers_without_counted_terms_are_named_newest_first(store: Store) -> None:
    first, counted, last = paper(), paper(), paper()
    with store.begin() as tx:
        tx.papers.keep([first, counted, last], {first.id: b"", counted.id: TERMS, last.id: b""}, now=NOW)
    with store.read() as tx:
        assert [(kept.paper.id, kept.paper.title, kept.terms) for kept in tx.papers.uncounted(9)] == [
            (last.id, last.title, b""),
            (first.id, first.title, b""),
        ]
        assert [kept.paper.id for kept in tx.papers.uncounted(1)] == [last.id]


def test_terms_are_given_to_papers_that_have_none_and_to_no_others(store: Store) -> None:
    empty, counted, left = paper(), paper(), paper()
    with store.begin() as tx:
        tx.papers.keep([empty, counted, left], {empty.id: b"", counted.id: TERMS, left.id: b""}, now=NOW)
        rows = tx.papers.rows([empty.id, counted.id])
        tx.papers.set_terms({rows[empty.id]: bytes(range(256)), rows[counted.id]: b"older"})
        tx.papers.set_terms({})
        found = tx.papers.get([empty.id, counted.id, left.id])
        assert [found[item.id].terms for item in (empty, counted, left)] == [bytes(range(256)), TERMS, b""]
        assert [kept.paper.id for kept in tx.papers.uncounted(9)] == [left.id]
        assert found[empty.id].paper.changed_at == NOW
