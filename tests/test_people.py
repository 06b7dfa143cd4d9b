"""Who wrote what is kept: one person for each author, told from their namesakes, and looked up by name."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from digest import browse
from digest.authors import AuthorKey, Byline
from digest.browse import AuthorRecord
from digest.enrich import people
from digest.enrich.people import find_people
from digest.errors import InvalidInput
from digest.papers import Paper
from digest.store import DatabaseSettings, Store
from tests.fakes import MONDAY, paper
from tests.shell import Shell
from tests.store.builders import announce, announced, keep

ORCID = AuthorKey("orcid:0000-0002-1825-0097")


def find(store: Store) -> int:
    return find_people(store, lambda source, papers: None)


def by(*authors: str | Byline, field: str = "cs.LG") -> Paper:
    """A paper by authors, whatever it says."""
    bylines = tuple(each if isinstance(each, Byline) else Byline(name=each) for each in authors)
    told = bylines if any(byline.keys for byline in bylines) else ()
    return paper(authors=tuple(byline.name for byline in bylines), bylines=told, categories=(field,))


def works(store: Store, name: str) -> list[tuple[str, ...]]:
    """The papers of each person who may bear a name."""
    return [record.papers for record in browse.authors(store, name)]


def everybody(store: Store, *names: str) -> list[list[AuthorRecord]]:
    return [browse.authors(store, name) for name in names]


class Interrupted(Exception):
    """Somebody pressed Ctrl-C."""


# ------------------------------------------------------------ who is one person


def test_the_same_orcid_is_one_person_whatever_the_field_and_the_spelling(store: Store) -> None:
    one = by(Byline(name="Ada Ames", keys=(ORCID,)), "Bo Berg")
    other = by("Cy Cole", Byline(name="Ames, A.", keys=(ORCID,)), field="math.CO")
    keep(store, one)
    keep(store, other)

    assert find(store) == 3

    (ada,) = browse.authors(store, "Ada Ames")
    assert ada.papers == (other.id, one.id)
    assert ada.printed == "Ada Ames"
    assert ada.person.keys == (ORCID,)
    assert dict(ada.person.categories) == {"cs.LG": 1, "math.CO": 1}


def test_an_orcid_finds_a_person_under_another_surname(store: Store) -> None:
    keep(store, by(Byline(name="Ada Ames", keys=(ORCID,))))
    keep(store, by(Byline(name="Ada Zuse", keys=(ORCID,))))
    assert find(store) == 1


def test_two_orcids_are_two_persons_though_name_and_coauthor_are_the_same(store: Store) -> None:
    keep(store, by(Byline(name="Wei Wang", keys=(ORCID,)), "Bo Berg"))
    keep(store, by(Byline(name="Wei Wang", keys=(AuthorKey("orcid:0000-0001-5109-3700"),)), "Bo Berg"))
    find(store)
    assert len(works(store, "Wei Wang")) == 2


def test_the_same_name_and_a_shared_coauthor_is_one_person(store: Store) -> None:
    keep(store, one := by("Wei Wang", "Bo Berg"))
    keep(store, other := by("Bo Berg", "Wei Wang"))

    assert find(store) == 2

    assert works(store, "Wei Wang") == [(other.id, one.id)]
    assert works(store, "Bo Berg") == [(other.id, one.id)]


def test_an_initial_beside_a_shared_coauthor_is_the_person_whose_name_it_fits(store: Store) -> None:
    keep(store, one := by("Wei Wang", "Bo Berg"))
    keep(store, other := by("W. Wang", "Bo Berg"))
    find(store)
    assert works(store, "Wei Wang") == [(other.id, one.id)]
    assert browse.authors(store, "Wei Wang")[0].person.names == ("wang wei", "wang w")


def test_namesakes_in_other_fields_stay_apart(store: Store) -> None:
    keep(store, one := by("Wei Wang", "Bo Berg"))
    keep(store, other := by("Wei Wang", "Cy Cole", field="hep-ph"))
    find(store)
    assert sorted(works(store, "Wei Wang")) == sorted([(one.id,), (other.id,)])


def test_two_authors_of_one_name_on_one_paper_are_two_persons(store: Store) -> None:
    keep(store, one := by("Wei Wang", "Wei Wang", "Bo Berg"))
    assert find(store) == 3
    assert works(store, "Wei Wang") == [(one.id,), (one.id,)]


def test_a_collaboration_is_no_person(store: Store) -> None:
    keep(store, one := by("ATLAS Collaboration", "Ada Ames"))
    assert find(store) == 1
    (ada,) = browse.authors(store, "Ada Ames")
    assert ada.papers == (one.id,)
    assert ada.person.coauthors == ()


def test_a_paper_without_authors_is_passed_over(store: Store) -> None:
    keep(store, by(), by("Ada Ames"))
    assert find(store) == 1


def test_each_of_three_thousand_authors_is_found_again_in_the_next_paper(store: Store) -> None:
    names = [f"Given{n} Surname{n}" for n in range(3000)]
    keep(store, one := by(*names))
    assert find(store) == 3000
    keep(store, other := by(*names))
    assert find(store) == 0
    for name in (names[0], names[1500], names[-1]):
        assert works(store, name) == [(other.id, one.id)]


def test_a_paper_that_nobody_has_dated_is_of_the_day_on_which_it_was_first_known(store: Store) -> None:
    keep(store, replace(by("Ada Ames"), versions=()))
    listed = replace(by("Bo Berg"), versions=())
    announce(store, announced(listed), announced(listed, source="huggingface", day=MONDAY - timedelta(days=3)))
    find(store)

    found = [browse.authors(store, name)[0].person for name in ("Ada Ames", "Bo Berg")]
    assert [(each.first_day, each.last_day) for each in found] == [
        (MONDAY, MONDAY),
        (MONDAY - timedelta(days=3), MONDAY - timedelta(days=3)),
    ]


# ------------------------------------------------------------ again, and after an interruption


def test_a_second_run_finds_nobody_new_and_changes_nothing(store: Store) -> None:
    keep(store, by("Ada Ames", "Bo Berg"), by("Wei Wang", Byline(name="Bo Berg", keys=(ORCID,))))
    find(store)
    before = everybody(store, "Ada Ames", "Bo Berg", "Wei Wang")
    assert find(store) == 0
    assert everybody(store, "Ada Ames", "Bo Berg", "Wei Wang") == before


def test_a_run_goes_on_where_another_was_interrupted(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "_AT_ONCE", 1)
    papers = [by("Ada Ames", "Bo Berg"), by("Cy Cole", "Ada Ames", "Bo Berg"), by("Bo Berg", "Dee Dahl", "Ada Ames")]
    for each in papers:
        keep(store, each)
    read: list[int] = []

    def interrupt(source: str, done: int) -> None:
        read.append(done)
        if len(read) == 2:
            raise Interrupted

    with pytest.raises(Interrupted):
        find_people(store, interrupt)
    assert len(works(store, "Cy Cole")) == 1
    assert works(store, "Dee Dahl") == []

    assert find(store) == 1
    (bo,) = browse.authors(store, "Bo Berg")
    assert bo.papers == tuple(each.id for each in reversed(papers))
    assert bo.person.papers == 3


@pytest.mark.parametrize("at_once", [1, 2, 100])
def test_how_many_papers_are_looked_at_together_changes_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(people, "_AT_ONCE", at_once)
    papers = [by("Wei Wang", "Bo Berg"), by("W. Wang", "Bo Berg"), by("Wen Wang", "Bo Berg"), by("Wei Wang", "Cy Cole")]
    for each in papers:
        keep(store, each)
    first, initial, wen, alone = (each.id for each in papers)
    read: list[int] = []

    new = find_people(store, lambda source, done: read.append(done))

    assert read == {1: [1, 2, 3, 4], 2: [2, 4], 100: [4]}[at_once]
    assert set(works(store, "W. Wang")) == {(initial, first), (wen,), (alone,)}
    assert new == 7


def test_papers_that_another_run_looked_at_meanwhile_are_not_counted_twice(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(store, by("Ada Ames", "Bo Berg"))
    placed, others = people._placed, list[int]()

    def overtaken(*arguments: Any) -> object:
        monkeypatch.setattr(people, "_placed", placed)
        others.append(find(store))
        keep(store, by("Ada Ames", "Bo Berg"))
        others.append(find(store))
        return placed(*arguments)

    monkeypatch.setattr(people, "_placed", overtaken)

    assert find(store) == 0

    assert others == [2, 0]
    (ada,) = browse.authors(store, "Ada Ames")
    assert (ada.person.papers, len(ada.papers)) == (2, 2)
    with store.read() as tx:
        assert tx.people.mentions() == 4


# ------------------------------------------------------------ looked up by name


def test_an_initial_and_another_order_find_everybody_who_may_be_meant(store: Store) -> None:
    keep(store, by("Wei Wang", "Bo Berg"), by("Wen Wang", "Cy Cole", field="hep-ph"), by("Li Wang"))
    find(store)
    printed = [{record.printed for record in browse.authors(store, name)} for name in ("W. Wang", "Wang, Wen")]
    assert printed == [{"Wei Wang", "Wen Wang"}, {"Wen Wang"}]


def test_who_wrote_most_comes_first(store: Store) -> None:
    keep(store, by("Wei Wang", "Cy Cole", field="hep-ph"))
    keep(store, by("Wei Wang", "Bo Berg"))
    keep(store, by("Wei Wang", "Bo Berg"))
    find(store)
    assert [len(papers) for papers in works(store, "Wei Wang")] == [2, 1]


@pytest.mark.parametrize("name", ["", " ", "…", "ATLAS Collaboration", "\x00"])
def test_what_is_no_name_of_a_person_is_refused(store: Store, name: str) -> None:
    with pytest.raises(InvalidInput, match="is not the name of a person"):
        browse.authors(store, name)


# ------------------------------------------------------------ as typed


@pytest.fixture
def kept(digest: Shell) -> Iterator[Store]:
    """The store behind the shell, with two papers by Ada and people found."""
    (file,) = digest.folder.glob("**/*.db")
    opened = Store(DatabaseSettings(url=f"sqlite:///{file}"))
    ada = Byline(name="Ada Ames\x1b", keys=(ORCID,))
    keep(opened, by(ada, "Bo Berg"))
    keep(opened, by(ada, "Bo Berg", field="math.CO"))
    find(opened)
    yield opened
    opened.close()


def test_a_person_is_listed_with_what_tells_them_from_namesakes(digest: Shell, kept: Store) -> None:
    header, line = digest("author", "list", "Ames, A.").splitlines()
    assert header.split("\t") == ["person", "name", "papers", "categories", "from", "keys", "novelty", "score"]
    assert line.split("\t")[2:] == ["2", "cs.LG, math.CO", "2026-03 to 2026-03", ORCID, "", ""]
    assert "\x1b" not in line


def test_a_person_is_listed_as_json(digest: Shell, kept: Store) -> None:
    (bo,) = json.loads(digest("author", "list", "Bo Berg", "--json"))
    assert bo["name"] == "Bo Berg"
    assert bo["names"] == ["berg bo"]
    assert bo["categories"] == {"cs.LG": 1, "math.CO": 1}
    assert bo["papers"] == list(works(kept, "Bo Berg")[0])
    assert bo["first_day"] == bo["last_day"] == str(MONDAY.replace(day=1))


def test_nobody_found_says_what_to_run(digest: Shell) -> None:
    assert "digest enrich" in digest("author", "list", "Nemo Nobody")
    assert json.loads(digest("author", "list", "Nemo Nobody", "--json")) == []


def test_a_name_that_is_none_is_a_mistake(digest: Shell) -> None:
    said = digest("author", "list", "The ATLAS Collaboration", expect=2)
    assert "is not the name of a person" in said
