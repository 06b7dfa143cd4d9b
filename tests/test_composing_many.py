"""Composing for many at once gives each what composing for them alone gives, and loses nobody half-way."""

from collections.abc import Iterator
from itertools import count

import pytest

from digest import membership
from digest.compose import compose, day, preview
from digest.editions import Edition
from digest.store import subscribers
from digest.subscribers import Learner, ProfileField, Verdict
from tests.fakes import MONDAY, at
from tests.fields import GRAPHS, ROBOTS, field, others
from tests.world import TUESDAY, World

READERS = [f"reader{number}@example.org" for number in range(7)]


@pytest.fixture
def crowd(world: World) -> World:
    """Readers of every kind, with two old listings behind them and a new one before them."""
    graphs, robots = field(f"{GRAPHS} of old", 12), field(f"{ROBOTS} of old", 6)
    world.source.announce(MONDAY, *graphs, *robots)
    world.ingest(at(MONDAY))
    for size, email in enumerate(READERS, start=4):
        world.subscribe(email, now=at(TUESDAY, hour=5), papers=size)
    ana, bo, cy, di, ed, fay, _ = READERS
    world.like(ana, *(each.arxiv_id for each in graphs))
    world.like(bo, *(each.arxiv_id for each in graphs[:9]), interest="graphs")
    world.like(bo, *(each.arxiv_id for each in robots[:2]), interest="robots")
    world.like(cy, *(each.arxiv_id for each in graphs[3:]))
    world.like(cy, *(each.arxiv_id for each in robots), verdict=Verdict.DISLIKE)
    membership.describe(world.store, di, ProfileField.INTEREST, [ROBOTS])
    membership.describe(world.store, ed, ProfileField.INCLUDE, ["ants"])
    world.like(fay, *(each.arxiv_id for each in robots))
    with world.store.begin() as tx:
        found = tx.subscribers.find(fay)
        assert found is not None
        tx.subscribers.change(found.id, learner=Learner.WORDS)
    world.source.announce(TUESDAY, *field(GRAPHS, 9), *field(ROBOTS, 9), *others(9))
    world.ingest(at(TUESDAY))
    return world


def told(edition: Edition) -> list[object]:
    """All that an edition says, its numbers rounded to what they are exact to."""
    shown = [
        (
            item.paper.id,
            item.slot,
            item.interest,
            round(item.score, 9),
            item.probability and round(item.probability, 5),
            [(reason.kind, reason.label, round(reason.contribution, 9)) for reason in item.reasons],
            [[(word, round(share, 9)) for word, share in reason.terms] for reason in item.reasons],
        )
        for item in edition.recommendations
    ]
    below = [paper.id for paper in edition.also_new]
    return [shown, below, edition.considered, edition.papers_read, edition.coverage, edition.trending]


@pytest.mark.parametrize("in_columns", [False, True])
@pytest.mark.parametrize(("in_memory", "at_once"), [(1, 1), (2, 3), (100, 2), (100, 100)])
def test_everybody_gets_what_they_would_get_alone(
    crowd: World, monkeypatch: pytest.MonkeyPatch, in_memory: int, at_once: int, in_columns: bool
) -> None:
    monkeypatch.setattr(day, "_IN_MEMORY", in_memory)
    monkeypatch.setattr(day, "_AT_ONCE", at_once)
    readers = [membership.find(crowd.store, email) for email in READERS]
    alone = [told(preview(crowd.store, crowd.settings, each, now=at(TUESDAY))) for each in readers]
    if in_columns:  # as the votes of very many are read
        monkeypatch.setattr(subscribers, "_FEW", 0)

    composed = crowd.compose(at(TUESDAY))

    assert composed.kept == len(READERS)
    assert [told(crowd.edition(email)) for email in READERS] == alone
    assert any(shown for shown, *_ in alone)


def test_what_was_kept_before_a_crash_stays_and_the_others_follow(
    crowd: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day, "_AT_ONCE", 2)
    names = (f"<{number}@example.org>" for number in count(1))

    def three() -> Iterator[str]:
        yield from (next(names) for _ in range(3))
        raise SystemError("killed")

    dying = three()
    with pytest.raises(SystemError):
        compose(crowd.store, crowd.settings, now=at(TUESDAY), message_id=lambda: next(dying))
    assert [len(crowd.titles(email)) for email in READERS] == [1, 1, 0, 0, 0, 0, 0]

    again = compose(crowd.store, crowd.settings, now=at(TUESDAY), message_id=lambda: next(names))

    assert again.kept == len(READERS) - 2
    assert [len(crowd.titles(email)) for email in READERS] == [1] * len(READERS)
    assert crowd.deliver(at(TUESDAY)).sent == len(READERS)


def test_whoever_watches_is_told_how_many_have_their_edition(crowd: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(day, "_AT_ONCE", 3)
    told: list[tuple[int, int]] = []
    numbers = count(1)
    compose(
        crowd.store,
        crowd.settings,
        now=at(TUESDAY),
        message_id=lambda: f"<{next(numbers)}@example.org>",
        progress=lambda done, of: told.append((done, of)),
    )
    assert told == [(3, 7), (6, 7), (7, 7)]
