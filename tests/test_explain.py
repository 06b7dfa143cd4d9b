"""Why a paper was, would or would not be sent to somebody."""

from datetime import date

from digest import membership
from digest.editions import Slot
from digest.subscribers import ProfileField
from tests.fakes import MONDAY, at, paper
from tests.fields import ANA, GRAPHS, field, left_out, others, why
from tests.world import THURSDAY, World


def test_explain_names_the_place_of_a_paper_that_was_not_sent_and_what_kept_it_out(world: World) -> None:
    graphs = field(GRAPHS, 9)
    world.subscribe(ANA, interests=[GRAPHS], papers=1)
    world.source.announce(MONDAY, *graphs, paper("On cooking", number=702), *others(9))
    world.run(at(MONDAY))
    log = left_out(world)
    full = next(item for item in graphs if log.get(item.title) == "the edition was full")
    below = next(item for item in graphs if log.get(item.title) == "named below the fold")

    for item, cause in ((full, "the edition was full"), (below, "named below the fold")):
        explained = why(world, item)
        assert (explained.place or 0) > 1
        assert explained.ranked == 19
        assert explained.slot is None
        assert explained.obstacles == (f"left out of the edition of 2026-03-02: {cause}",)
    cooking = why(world, paper("On cooking", number=702))
    assert (cooking.place or 0) > 9
    assert cooking.obstacles == (
        f"probability {cooking.recommendation.probability:.3f} is below the threshold 0.01",
        "left out of the edition of 2026-03-02: below the threshold",
    )


def test_explain_tells_before_the_edition_what_will_keep_a_paper_out(world: World) -> None:
    graphs = field(GRAPHS, 4)
    world.subscribe(ANA, papers=2)
    membership.describe(world.store, ANA, ProfileField.INTEREST, [GRAPHS], interest="graphs")
    membership.tune(world.store, ANA, "graphs", quota=1)
    world.source.announce(MONDAY, *graphs, *others(9))
    world.ingest(at(MONDAY))

    explained = [why(world, item) for item in graphs]

    assert [each.slot for each in explained].count(Slot.CHOSEN) == 1
    assert {each.obstacles for each in explained if each.slot is None} == {("its interest had its quota",)}
    assert {each.recommendation.interest for each in explained} == {"graphs"}


def test_explain_of_a_paper_that_was_sent_says_when_and_in_which_slot(world: World) -> None:
    sent = paper("On sailing")
    world.subscribe(ANA, interests=[GRAPHS])
    membership.describe(world.store, ANA, ProfileField.INCLUDE, ["sailing"])
    world.source.announce(MONDAY, sent, *others(4))
    world.run(at(MONDAY))

    explained = why(world, sent, now=THURSDAY)

    assert (explained.place, explained.slot, explained.obstacles) == (1, Slot.MUST_READ, ("sent on 2026-03-02",))


def test_explain_says_of_a_paper_that_came_as_no_news_that_it_did(world: World) -> None:
    old = paper("Graph neural networks", number=703)
    world.source.announce(date(2026, 1, 5), old)
    world.source.announce(MONDAY, *others(4))
    world.subscribe(ANA)
    world.like(ANA, old.arxiv_id)
    world.ingest(at(MONDAY))

    assert why(world, old).obstacles == ("voted on by the reader", "no listing has announced it as new")


def test_explain_to_a_reader_of_whom_nothing_is_known_claims_no_probability(world: World) -> None:
    papers = others(4)
    world.source.announce(MONDAY, *papers)
    world.subscribe(ANA, papers=3)
    world.ingest(at(MONDAY))

    explained = [why(world, item) for item in papers]

    assert sorted(each.place or 0 for each in explained) == [1, 2, 3, 4]
    assert {each.recommendation.probability for each in explained} == {None}
    assert {(each.slot, each.obstacles) for each in explained if (each.place or 0) <= 3} == {(Slot.NEWEST, ())}
    assert next(each for each in explained if each.place == 4).obstacles == ("too many others were newer",)


def test_explain_names_the_threshold_that_the_reader_chose(world: World) -> None:
    world.subscribe(ANA, interests=[GRAPHS])
    with world.store.begin() as tx:
        tx.subscribers.change(membership.find(world.store, ANA).id, threshold=0.99)
    item = field(GRAPHS, 1)[0]
    world.source.announce(MONDAY, item, *others(9))
    world.ingest(at(MONDAY))

    (obstacle,) = why(world, item).obstacles

    assert obstacle.endswith("is below the threshold 0.99")
