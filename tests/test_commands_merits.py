"""The commands that measure papers and tell of it: what they print, and what they refuse."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from digest.enrich.people import find_people
from digest.signals import CODE, SCORE, Signal, Value
from digest.store import DatabaseSettings, Store
from tests.fakes import at, paper
from tests.shell import Shell, shell
from tests.store.builders import announce, announced

DAY = date(2026, 3, 9)
ESCAPE = "\x1b[31m"
MOTHS = "Moths navigate by polarised moonlight above dense forest."
ITEM = paper(
    f"Moths {ESCAPE}at night",
    number=70001,
    abstract=f"{MOTHS} {ESCAPE}Nobody knew. We show that they do.",
    authors=("Ada Ames",),
)


@pytest.fixture
def digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    """A shell over two listings and the weeks before."""
    with shell(tmp_path, monkeypatch, capsys) as opened:
        (file,) = opened.folder.glob("*.db")
        store = Store(DatabaseSettings(url=f"sqlite:///{file}"))
        early = [
            paper(f"Number {n} on {ESCAPE} moths", number=60000 + n, authors=(f"Bo {n}",), abstract=f"Waves {n}.")
            for n in range(20)
        ]
        late = [paper(f"Mamba {n}", number=80000 + n, authors=(f"Cy {n}",), abstract="Mamba.") for n in range(10)]
        announce(store, *(announced(each, day=DAY - timedelta(days=20)) for each in early))
        announce(store, *(announced(each, day=DAY) for each in (ITEM, *late)))
        told: list[tuple[str, Value, str]] = [(CODE, "https://github.com/a/b", "text"), (SCORE, 8.5, f"club{ESCAPE}")]
        with store.begin() as tx:
            tx.signals.keep(
                Signal(subject=ITEM.id, name=name, value=value, source=source, observed_at=at(DAY))
                for name, value, source in told
            )
        find_people(store, lambda source, papers: None)
        store.close()
        yield opened


def test_the_newest_papers_are_measured_once(digest: Shell) -> None:
    said = "measure: 11 papers looked at, 11 novelties measured, 11 scores new or changed\n"
    assert digest("paper", "measure") == said
    assert json.loads(digest("paper", "measure", "--json")) == {"papers": 11, "novelties": 0, "scores": 0}


def test_a_paper_is_shown_with_what_can_be_said_of_it(digest: Shell) -> None:
    digest("paper", "measure")
    rows = dict(line.split("\t", 1) for line in digest("paper", "show", "2603.70001").splitlines() if "\t" in line)

    assert rows["in short"].endswith("We show that they do.")
    assert rows["novelty"] == (
        "its words are farther from those of the year before than the words of 5 % of the 11 papers of that week"
    )
    assert rows["score"].endswith(" of 100, weighed among the 11 papers of 2026-03-03 to 2026-03-09")
    assert rows["+ code"].endswith(": its code is linked")
    assert rows["+ prior"] == "25.0: where every paper begins"
    assert rows["score as club[31m has it"] == "8.5"
    assert rows["similar"].startswith("2603.600")


def test_a_paper_that_was_not_measured_has_no_novelty_rather_than_none(digest: Shell) -> None:
    assert "\nnovelty\t" not in digest("paper", "show", "2603.70001")
    assert json.loads(digest("paper", "show", "2603.70001", "--json"))["novelty"] is None


def test_the_parts_of_a_score_add_up_in_json_and_each_source_has_its_own(digest: Shell) -> None:
    digest("paper", "measure")
    facts = json.loads(digest("paper", "show", "2603.70001", "--json"))

    assert sum(part["points"] for part in facts["score"]["parts"]) == pytest.approx(facts["score"]["value"], abs=1e-9)
    assert [part["name"] for part in facts["score"]["parts"]] == ["code", "novelty", "prior"]
    assert facts["given"] == [{"name": "score", "value": 8.5, "source": f"club{ESCAPE}"}]
    assert facts["code"] == ["https://github.com/a/b"]
    assert (facts["novelty"]["among"], facts["novelty"]["category"]) == (11, None)
    assert len(facts["similar"]) == 5


def test_nothing_that_is_shown_of_a_paper_moves_the_terminal(digest: Shell) -> None:
    digest("paper", "measure")
    assert "\x1b" not in digest("paper", "show", "2603.70001")
    assert "\x1b" not in digest("author", "show", "Ada Ames")


def test_the_rising_terms_of_a_week_are_listed(digest: Shell) -> None:
    header, *lines = digest("paper", "rising", "--category", "cs.LG").splitlines()
    assert header == "category\tterm\tpapers\tbefore\tz"
    assert lines[0].startswith("cs.LG\tmamba\t10\t0\t")

    found = json.loads(digest("paper", "rising", "--json"))
    assert (found["first"], found["last"], found["papers"], found["before"]) == ("2026-03-03", "2026-03-09", 11, 20)
    assert found["terms"][0]["term"] == "mamba"


def test_a_week_in_which_nothing_rises_says_what_was_read(digest: Shell) -> None:
    assert digest("paper", "rising", "--week", "2026-02-20") == (
        "nothing rises in 20 papers of 2026-02-14 to 2026-02-20, 0 of the weeks before\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("paper", "rising", "--week", "today"), "'today' does not match"),
        (("paper", "rising", "--category", "no such"), "no such"),
        (("paper", "measure", "--days", "0"), "0 is not in the range"),
        (("author", "show", "Nemo Nobody"), "nobody here is 'Nemo Nobody'"),
        (("author", "show", "Ada Ames", "--person", "99999"), "has the number 99999"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(digest: Shell, arguments: tuple[str, ...], said: str) -> None:
    assert said in digest(*arguments, expect=2)


def test_an_author_has_the_medians_of_their_papers(digest: Shell) -> None:
    digest("paper", "measure")
    (listed,) = json.loads(digest("author", "list", "Ada Ames", "--json"))
    shown = json.loads(digest("author", "show", "Ada Ames", "--json"))
    (item,) = shown["papers"]

    assert (listed["novelty"], listed["score"]) == (shown["novelty"], shown["score"])
    assert (item["novelty"], item["score"]) == (shown["novelty"], shown["score"])
    assert f"score\t{shown['score']:.1f}, the median of 1 measured\n" in digest("author", "show", "Ada Ames")


def test_an_author_of_whom_nothing_was_measured_has_no_figures(digest: Shell) -> None:
    shown = json.loads(digest("author", "show", "Ada Ames", "--json"))
    assert (shown["novelty"], shown["score"]) == (None, None)
    assert "median" not in digest("author", "show", "Ada Ames")


def test_one_of_several_who_bear_a_name_is_asked_for_by_number(digest: Shell) -> None:
    other = paper("Group theory", number=70002, authors=("Ada Ames", "Di Dahl"), categories=("math.GR",))
    with digest.store() as store:
        announce(store, announced(other, day=DAY, stream="math.GR"))
        find_people(store, lambda source, papers: None)

    one, two = (each["id"] for each in json.loads(digest("author", "list", "Ada Ames", "--json")))
    assert "2 people may be 'Ada Ames'; say which with --person" in digest("author", "show", "Ada Ames", expect=2)
    titles = {
        digest("author", "show", "Ada Ames", "--person", str(n)).splitlines()[-1].split("\t")[1] for n in (one, two)
    }
    assert titles == {"Moths [31mat night", "Group theory"}
