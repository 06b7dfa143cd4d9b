"""What many readers' papers are in arrays is what each reader's contenders are, and seats are the same by both."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.papers import Paper
from digest.relevance.ranking import DayRanking, Question
from digest.relevance.readers import Reader
from digest.relevance.seating import BARRED, NOWHERE, Bounds, seat_all
from digest.relevance.selection import Contender, Limits, looked_at, select
from digest.relevance.standings import Standings
from digest.subscribers import Learner
from tests.relevance.builders import about, day, interest, papers, question, reader, readers, wants

SIZE = 8


def standings(ranking: DayRanking, *readers: Reader, depth: int | None = None) -> Standings:
    asked = [question(ranking, who) for who in readers]
    return ranking.standings(asked, depth=len(ranking.candidates) if depth is None else depth)


def in_order(contenders: list[Contender]) -> list[Contender]:
    return sorted(contenders, key=lambda each: (-each.probability, -each.score, each.paper))


def listing(count: int = 40) -> list[Paper]:
    """Papers of ten topics, of which some are twins: they tie, and the later rows have the lower ids."""
    fresh = [about(n % 10, number=6_000 + n) for n in range(count)]
    twins = [replace(each, id=type(each.id)(f"arxiv:2401.{n:05}")) for n, each in enumerate(fresh[:8])]
    return [*fresh, *twins]


ARCHIVE = [about(topic, number=100 + topic) for topic in range(10)]


@settings(deadline=None)
@given(items=papers(at_least=1), crowd=st.lists(readers(), min_size=1, max_size=4), words=st.sets(st.integers(0, 3)))
def test_arrays_hold_what_the_contenders_say(items: list[Paper], crowd: list[Reader], words: set[int]) -> None:
    ranking = day(items)
    everybody = [replace(who, learner=Learner.WORDS) if n in words else who for n, who in enumerate(crowd)]
    found = standings(ranking, *everybody)
    for number in range(len(everybody)):
        contenders = in_order(found.contenders(number))
        is_asked = any(each.says_something or each.everything for each in everybody[number].profile.interests)
        assert found.plain[number] == (is_asked and not any(each.must_read for each in contenders))
        if found.plain[number]:
            lists = found.lists([number], [()])
            known = lists.rows[0] != NOWHERE
            told = zip(
                *(each[0][known].tolist() for each in (lists.rows, lists.scores, lists.probability)), strict=True
            )
            assert list(told) == [(each.row, each.score, each.probability) for each in contenders]


@settings(deadline=None, max_examples=40)
@given(liked=st.lists(st.sets(st.sampled_from(range(10)), min_size=1), min_size=2, max_size=5), seed=st.integers(0, 9))
def test_seats_are_those_that_each_gets_alone(liked: list[set[int]], seed: int) -> None:
    ranking = day(listing(), ARCHIVE)
    crowd = [wants(liked=[ARCHIVE[topic] for topic in topics]) for topics in liked]
    found = standings(ranking, *crowd, depth=looked_at(SIZE))
    numbers = list(range(len(crowd)))
    barred = [[n, 3 * n] for n in numbers]
    lists = found.lists(numbers, barred)
    bounds = Bounds(np.full(len(crowd), SIZE), np.full(len(crowd), 0.05), [seed + n for n in numbers])
    seats = seat_all(lists, ranking.day.likeness, bounds)
    for n in numbers:
        selection = select(
            found.contenders(n),
            ranking.day.likeness,
            Limits(size=SIZE, threshold=0.05, quotas={}, weights={}),
            seen={ranking.candidates[row].paper.id for row in barred[n]},
            explore=seed + n,
        )
        for places, expected in (
            (seats.chosen, [each.contender.row for each in selection.chosen]),
            (seats.below, [each.row for each in selection.also_new]),
            (seats.left_out, [each.contender.row for each in selection.left_out]),
        ):
            assert lists.rows[n][places[n][places[n] != NOWHERE]].tolist() == expected


def test_papers_that_tie_stand_in_the_order_of_their_ids() -> None:
    ranking = day(listing(), ARCHIVE)
    lists = standings(ranking, wants(liked=[ARCHIVE[3]])).lists([0], [()])
    ids = [ranking.candidates[row].paper.id for row in lists.rows[0].tolist()]
    tied = np.flatnonzero(np.diff(lists.scores[0]) == 0)
    assert len(tied) >= 8
    assert all(ids[at] < ids[at + 1] for at in tied.tolist())


def test_what_is_withdrawn_is_barred_for_all_and_other_papers_for_some() -> None:
    items = listing()
    gone = tuple(replace(each, withdrawn=True) for each in items[0].versions)
    ranking = day([replace(items[0], versions=gone), *items[1:]], ARCHIVE)
    found = standings(ranking, *[wants(liked=[each]) for each in ARCHIVE[:2]])
    lists = found.lists([0, 1], [(), (4, 5)])
    barred = [set(rows[held].tolist()) for rows, held in zip(lists.rows, lists.barred, strict=True)]
    assert barred == [{0}, {0, 4, 5}]
    seats = seat_all(lists, ranking.day.likeness, Bounds(np.full(2, SIZE), np.full(2, 0.05), [0, 0]))
    told = lists.rows[[[0], [1]], seats.left_out]
    for at in (0, 1):
        assert set(told[at][seats.because[at] == BARRED].tolist()) == barred[at]
        assert barred[at].isdisjoint(lists.rows[at][seats.chosen[at]].tolist())


@pytest.mark.parametrize(
    "odd",
    [
        reader(interest("graphs", name="a"), interest("robots", name="b")),
        wants("graphs", quota=3),
        wants("graphs", include=("common",)),
        wants(),
    ],
)
def test_whoever_has_several_interests_a_quota_a_must_read_or_nothing_at_all_is_not_plain(odd: Reader) -> None:
    common = replace(listing()[0], title="On common ground", id=type(listing()[0].id)("arxiv:2401.00099"))
    ranking = day([*listing(), common], ARCHIVE)
    found = standings(ranking, wants(liked=[ARCHIVE[0]]), odd)
    assert found.plain.tolist() == [True, False]
    with pytest.raises(ValueError, match="one interest"):
        found.lists([0, 1], [(), ()])


def test_a_day_without_papers_and_one_without_readers_give_nothing() -> None:
    assert standings(day([], ARCHIVE), wants("graphs")).contenders(0) == []
    found = day(listing(), ARCHIVE).standings([], depth=5)
    assert len(found) == 0
    assert found.lists([], []).rows.shape[0] == 0


def test_few_papers_are_kept_of_each_reader_where_few_are_asked_for() -> None:
    ranking = day(listing(), ARCHIVE)
    who, nobody = wants(liked=[ARCHIVE[2]]), np.zeros(len(ranking.candidates), dtype=bool)
    nobody[:3] = True
    found = ranking.standings([Question(who, nobody), question(ranking, who)], depth=5)
    lists = found.lists([0, 1], [(), ()])
    assert (lists.rows != NOWHERE).sum(axis=1).tolist() == [3, 5]
    assert (lists.probability[lists.rows == NOWHERE] < 0).all()
