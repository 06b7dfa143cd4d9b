"""The back-test: what was known then and nothing later, what it comes to, and what the command prints."""

import json
import sqlite3
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.evaluation import ENOUGH_DAYS, OURS, WORDS_ALONE, Report, chart, evaluate
from digest.evaluation.backtest import RANKINGS, Judged, replay
from digest.evaluation.past import Archive, beginning, known_before, load
from digest.evaluation.plot import Curve, curves
from digest.evaluation.report import report
from digest.papers import AnnouncementKind, Paper
from digest.relevance.rivals import Rival
from digest.relevance.settings import RelevanceSettings
from digest.store import Store
from digest.subscribers import Interest, Profile, ProfileField, Subscriber, Verdict, Vote
from tests.embedded import embedded
from tests.fakes import MONDAY, at, paper
from tests.shell import ADDRESS, Shell, shell
from tests.store.builders import announce, announced, keep, reader

coordinates = st.floats(min_value=-1e9, max_value=1e9)


def clean(text: str) -> str:
    """What an XML document can hold."""
    return "".join(sign for sign in text if sign.isprintable())


DAYS = [MONDAY + timedelta(days=n) for n in range(12)]
LAST = DAYS[-1]
SETTINGS = RelevanceSettings()


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Store]:
    """Twelve listings of four papers: one on graphs and three on other things."""
    store = embedded(tmp_path / "digest.db")
    for day in DAYS:
        list_papers(store, day, *listing(day))
    yield store
    store.close()


def listing(day: date) -> list[Paper]:
    n = (day - MONDAY).days
    titles = ("soups and sauces", "graph networks on molecules", "legged robots on terrain", "spin lattices")
    return [paper(f"{title} {n}", number=100 * n + at) for at, title in enumerate(titles)]


def list_papers(store: Store, day: date, *papers: Paper, kind: AnnouncementKind = AnnouncementKind.NEW) -> None:
    announce(store, *(announced(each, day=day, kind=kind) for each in papers), now=at(day, 3))


def vote(store: Store, who: Subscriber, chosen: Paper, day: date, verdict: Verdict = Verdict.LIKE) -> None:
    with store.begin() as tx:
        tx.subscribers.vote(who.id, tx.papers.rows([chosen.id])[chosen.id], verdict, now=at(day, 9))


def fond_of_graphs(store: Store, address: str = ADDRESS, *, days: Sequence[date] = DAYS) -> Subscriber:
    """A reader who votes for the paper on graphs of every day."""
    who = reader(store, address)
    for day in days:
        vote(store, who, listing(day)[1], day)
    return who


def judged(store: Store, *, first: date = MONDAY, last: date = LAST) -> list[Judged]:
    past = load(store, first=first, last=last, subscriber=None)
    return list(replay(past, Archive(store, past, window=SETTINGS.background_papers), SETTINGS, lambda *_: None))


def answers(found: Sequence[Judged]) -> list[tuple[date, dict[str, list[float]], list[float]]]:
    return [
        (each.day, {name: scores.tolist() for name, scores in each.scores.items()}, each.probabilities.tolist())
        for each in found
    ]


def back_test(store: Store) -> Report:
    return evaluate(store, SETTINGS, now=at(LAST, 20), weeks=4)


# ------------------------------------------------------------ what was known then


def test_a_day_counts_once_something_had_been_known_of_the_reader(archive: Store) -> None:
    fond_of_graphs(archive)

    found = judged(archive)

    assert [each.day for each in found] == DAYS[1:]
    assert all(each.liked.sum() == 1 for each in found)
    assert all(each.scores[OURS][each.liked] == each.scores[OURS].max() for each in found)


def test_papers_announced_later_change_nothing(archive: Store) -> None:
    fond_of_graphs(archive)
    before = answers(judged(archive))

    later = [paper(f"graph networks on soups and spin molecules {n}", number=5000 + n) for n in range(40)]
    list_papers(archive, LAST + timedelta(days=1), *later)

    assert answers(judged(archive)) == before


def test_papers_announced_in_the_middle_change_only_what_follows(archive: Store) -> None:
    fond_of_graphs(archive)
    before = answers(judged(archive))

    list_papers(archive, DAYS[6], *(paper(f"molecules of graph soup {n}", number=5000 + n) for n in range(40)))

    after = answers(judged(archive))
    assert after[:5] == before[:5]
    assert after[5:] != before[5:]


def test_votes_given_later_change_nothing_but_what_counts(archive: Store) -> None:
    who = fond_of_graphs(archive, days=DAYS[:6])
    before = answers(judged(archive, last=DAYS[5]))

    for day in DAYS[:5]:
        vote(archive, who, listing(day)[0], LAST, Verdict.DISLIKE)
        vote(archive, who, listing(day)[3], LAST)

    after = judged(archive, last=DAYS[5])
    assert answers(after)[:5] == before
    assert [int(each.liked.sum()) for each in after] == [2, 2, 2, 2, 1]


def test_what_was_judged_before_its_listing_is_no_question_any_more(archive: Store) -> None:
    who = fond_of_graphs(archive, days=DAYS[:2])
    early = paper("graph networks seen elsewhere", number=6000)
    keep(archive, early, now=at(DAYS[1]))
    vote(archive, who, early, DAYS[1])
    list_papers(archive, DAYS[2], early)
    vote(archive, who, listing(DAYS[2])[1], DAYS[2])

    found = judged(archive)

    assert [(each.day, len(each.liked)) for each in found] == [(DAYS[1], 4), (DAYS[2], 4)]


def test_what_was_announced_before_somebody_joined_is_no_question(archive: Store) -> None:
    who = reader(archive, now=at(DAYS[4]))
    with archive.begin() as tx:
        tx.subscribers.add_words(who.id, ProfileField.INTEREST, ["graphs"])
    for day in DAYS[2:7]:
        vote(archive, who, listing(day)[1], DAYS[6])

    assert [each.day for each in judged(archive)] == DAYS[4:7]


def test_a_paper_belongs_to_the_first_listing_that_named_it(archive: Store) -> None:
    fond_of_graphs(archive)
    list_papers(archive, LAST, listing(DAYS[3])[1], kind=AnnouncementKind.CROSS_LIST)

    assert [each.day for each in judged(archive)] == DAYS[1:]


def test_categories_and_rules_keep_papers_out_as_they_do_in_an_edition(archive: Store) -> None:
    who = fond_of_graphs(archive)
    list_papers(archive, LAST, paper("graph networks elsewhere", number=6000, categories=("cs.RO",)))
    with archive.begin() as tx:
        tx.subscribers.add_words(who.id, ProfileField.CATEGORY, ["cs.LG"])
        tx.subscribers.add_words(who.id, ProfileField.EXCLUDE, ["soups"])

    last = judged(archive)[-1]

    assert len(last.liked) == 4
    assert np.isnan(last.probabilities).sum() == 1


def test_a_profile_keeps_the_votes_given_before_and_its_words() -> None:
    old, new = (Vote(paper=paper().id, given_at=at(day)) for day in DAYS[:2])
    profile = Profile(interests=(Interest(texts=("graphs",), liked=(old, new), disliked=(new,)),))

    (interest,) = known_before(profile, beginning(DAYS[1])).interests

    assert (interest.texts, interest.liked, interest.disliked) == (("graphs",), (old,), ())


def test_papers_whose_terms_are_still_to_be_counted_are_read_all_the_same(archive: Store) -> None:
    fond_of_graphs(archive)
    before = answers(judged(archive))
    assert archive.file is not None
    with closing(sqlite3.connect(archive.file)) as connection, connection:
        connection.execute("UPDATE paper SET terms = x''")  # as another version of the analyser leaves them

    assert answers(judged(archive)) == before


# ------------------------------------------------------------ what it comes to


def test_ours_is_measured_beside_every_rival(archive: Store) -> None:
    fond_of_graphs(archive)

    found = back_test(archive)

    assert [line.name for line in found.lines] == [OURS, WORDS_ALONE, *Rival]
    lines = {line.name: line for line in found.lines}
    assert lines[OURS].ndcg.mean == lines[OURS].auc.mean == 1
    newest = lines[Rival.NEWEST].behind
    assert newest is not None
    assert newest.is_better
    assert found.calibration is not None
    assert sum(row.count for row in found.reliability) == 4 * found.days


def test_with_too_few_days_nothing_is_said(archive: Store) -> None:
    fond_of_graphs(archive, days=DAYS[:ENOUGH_DAYS])

    found = back_test(archive)

    assert (found.days, found.enough, found.lines) == (ENOUGH_DAYS - 1, False, ())


def test_with_no_votes_at_all_nothing_is_said(archive: Store) -> None:
    assert back_test(archive).readers == ()


def test_days_are_drawn_again_until_there_are_readers_enough(archive: Store) -> None:
    for n in range(4):
        fond_of_graphs(archive, f"reader{n}@example.net")
    assert not back_test(archive).by_reader

    fond_of_graphs(archive, "reader4@example.net")
    assert back_test(archive).by_reader


def ranked(subscriber: Subscriber, day: date, *, best: str) -> Judged:
    """A day on which one ranking alone was right."""
    right, wrong = np.array([1.0, 2.0, 3.0]), np.array([3.0, 2.0, 1.0])
    scores = {name: right if name == best else wrong for name in RANKINGS}
    return Judged(subscriber, day, np.array([False, False, True]), scores, np.array([0.1, 0.2, 0.3]))


@pytest.mark.parametrize(
    ("days", "best", "named"),
    [
        (ENOUGH_DAYS, Rival.SVM, (Rival.SVM.value,)),
        (ENOUGH_DAYS, WORDS_ALONE, (WORDS_ALONE,)),
        (ENOUGH_DAYS - 1, Rival.SVM, ()),
        (ENOUGH_DAYS, OURS, ()),
    ],
)
def test_a_rival_is_named_where_it_is_better_for_certain(
    archive: Store, days: int, best: str, named: tuple[str, ...]
) -> None:
    who = reader(archive)

    (line,) = report([ranked(who, day, best=best) for day in DAYS[:days]], first=MONDAY, last=LAST).readers

    assert line.better == named


def test_a_rival_that_is_better_on_some_days_and_worse_on_others_is_not_named(archive: Store) -> None:
    who = reader(archive)
    mixed = [ranked(who, day, best=OURS if n % 2 else Rival.SVM) for n, day in enumerate(DAYS)]

    assert report(mixed, first=MONDAY, last=LAST).readers[0].better == ()


def test_the_chart_says_in_words_what_it_shows(archive: Store) -> None:
    fond_of_graphs(archive)

    drawn = ET.fromstring(chart(back_test(archive)))

    name = "{http://www.w3.org/2000/svg}"
    assert drawn.attrib["role"] == "img"
    assert drawn.findtext(f"{name}title") == "Ranking by the readers' own votes, 2026-02-13 to 2026-03-13"
    told = drawn.findtext(f"{name}desc") or ""
    assert all(f"{ranking} " in told for ranking in RANKINGS)


@given(st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=9), st.text())
@example([(0.0, 5e-324)], "")  # the least number there is
@settings(deadline=None)
def test_any_curve_is_drawn_inside_its_picture(points: list[tuple[float, float]], name: str) -> None:
    drawn = ET.fromstring(curves("A <title>", "", [Curve("one & all", points)], x="day", y=clean(name)))

    (line,) = drawn.iter("{http://www.w3.org/2000/svg}polyline")
    _, _, width, height = map(float, drawn.attrib["viewBox"].split())
    places = [tuple(map(float, place.split(","))) for place in line.attrib["points"].split()]
    assert len(places) == len(points)
    assert all(0 <= x <= width and 0 <= y <= height for x, y in places)


def test_an_axis_is_marked_at_round_numbers() -> None:
    drawn = ET.fromstring(curves("", "", [Curve("", [(1, 0.0), (30, 0.68)])], x="", y=""))

    written = [text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text") if text.text]
    assert written == "5 10 15 20 25 30 0.0 0.2 0.4 0.6".split()


# ------------------------------------------------------------ the command


@pytest.fixture
def digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    with shell(tmp_path, monkeypatch, capsys) as opened:
        opened.now = at(LAST, 20).isoformat()
        yield opened


@pytest.fixture
def voted(digest: Shell) -> Shell:
    """A shell on the twelve listings, where Ana has voted on each."""
    with digest.store() as store:
        for day in DAYS:
            list_papers(store, day, *listing(day))
        fond_of_graphs(store)
    return digest


def test_the_command_prints_a_table_and_each_subscriber(voted: Shell) -> None:
    out = voted("eval").splitlines()

    assert out[0] == "eval: 11 listings of 1 subscribers, 2026-01-16 to 2026-03-13"
    assert out[2].startswith("ours\t1.000 [1.000, 1.000]\t")
    assert out[-1] == f"{ADDRESS}\t11\t11\t1.000\tfull\tnone"


def test_the_command_prints_json_and_draws(voted: Shell, tmp_path: Path) -> None:
    found = json.loads(voted("eval", "--subscriber", ADDRESS, "--json", "--plot", "votes.svg"))

    assert found["enough"]
    assert [line["name"] for line in found["lines"]] == [OURS, WORDS_ALONE, *Rival]
    assert (tmp_path / "votes.svg").read_text(encoding="utf-8").startswith("<svg ")


def test_too_few_votes_are_said_plainly_and_are_no_failure(digest: Shell, tmp_path: Path) -> None:
    out = digest("eval", "--plot", "votes.svg")

    assert "too few votes to tell anything: 10 listings are needed" in out
    assert not (tmp_path / "votes.svg").exists()
    assert json.loads(digest("eval", "--json"))["enough"] is False


def test_a_stranger_and_a_folder_that_is_not_there_are_refused(voted: Shell) -> None:
    assert "no subscriber has the address" in voted("eval", "--subscriber", "nobody@example.org", expect=2)
    assert "cannot be written" in voted("eval", "--plot", "nowhere/votes.svg", expect=2)
