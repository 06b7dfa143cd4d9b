"""What a reader is sent of a day: the verbs from a listing to a kept edition."""

from digest import membership
from digest.compose import preview
from digest.editions import ReasonKind, Slot
from digest.relevance.settings import RelevanceSettings
from digest.subscribers import ProfileField
from tests.fakes import MONDAY, at, paper
from tests.fields import ANA, GRAPHS, ROBOTS, THINGS, field, left_out, others, slots, titles, why
from tests.world import TUESDAY, World


def test_what_is_named_below_the_fold_is_kept_shown_and_in_the_mail(world: World) -> None:
    world.subscribe(ANA, interests=[GRAPHS], papers=1)
    world.source.announce(MONDAY, *field(GRAPHS, 4), *others(9))
    who = membership.find(world.store, ANA)
    world.ingest(at(MONDAY))

    shown = preview(world.store, world.settings, who, now=at(MONDAY))
    world.run(at(MONDAY))

    edition = world.edition(ANA)
    named = titles(edition.also_new)
    assert len(named) == 3
    assert titles(shown.also_new) == named
    assert set(named).isdisjoint(slots(edition))
    assert all(f" {title} " in world.mail() for title in named)


def test_two_interests_are_both_served_however_much_is_known_of_one(world: World) -> None:
    liked, few = field("graph neural networks of old", 16), field("legged robots of old", 2)
    world.source.announce(MONDAY, *liked, *few)
    world.ingest(at(MONDAY))
    world.subscribe(ANA, now=at(TUESDAY, hour=5), papers=4)
    world.like(ANA, *(each.arxiv_id for each in liked), interest="graphs")
    world.like(ANA, *(each.arxiv_id for each in few), interest="robots")
    world.source.announce(TUESDAY, *field(GRAPHS, 8), *field(ROBOTS, 8), *others(8))

    world.run(at(TUESDAY))

    chosen = world.edition(ANA).recommendations
    assert sorted(item.interest for item in chosen) == ["graphs", "graphs", "robots", "robots"]
    assert all(item.interest[:5] in item.paper.title.lower() for item in chosen)
    assert all(0 < (item.probability or 0) < 1 for item in chosen)


def test_an_interest_gets_no_more_papers_than_its_quota(world: World) -> None:
    world.subscribe(ANA, papers=6)
    membership.describe(world.store, ANA, ProfileField.INTEREST, [GRAPHS], interest="graphs")
    membership.describe(world.store, ANA, ProfileField.INTEREST, [ROBOTS], interest="robots")
    membership.tune(world.store, ANA, "graphs", quota=1)
    world.source.announce(MONDAY, *field(GRAPHS, 4), *field(ROBOTS, 4), *others(8))

    world.run(at(MONDAY))

    chosen = [item.interest for item in world.edition(ANA).recommendations]
    assert (chosen.count("graphs"), chosen.count("robots")) == (1, 4)
    assert list(left_out(world).values()).count("its interest had its quota") == 3


def test_an_interest_of_twice_the_weight_gets_twice_the_seats(world: World) -> None:
    world.subscribe(ANA, papers=6)
    membership.describe(world.store, ANA, ProfileField.INTEREST, [GRAPHS], interest="graphs")
    membership.describe(world.store, ANA, ProfileField.INTEREST, [ROBOTS], interest="robots")
    membership.tune(world.store, ANA, "robots", weight=2)
    world.source.announce(MONDAY, *field(GRAPHS, 8), *field(ROBOTS, 8), *others(8))

    world.run(at(MONDAY))

    chosen = [item.interest for item in world.edition(ANA).recommendations]
    assert (chosen.count("graphs"), chosen.count("robots")) == (2, 4)


def test_whoever_wants_everything_of_a_category_gets_it_beside_what_is_chosen(world: World) -> None:
    world.source.streams = ("cs.LG", "math.AP")
    world.subscribe(ANA, interests=[GRAPHS], papers=9)
    membership.describe(world.store, ANA, ProfileField.CATEGORY, ["math.AP"], interest="all of analysis")
    membership.tune(world.store, ANA, "all of analysis", everything=True)
    analysis = [paper(f"Bounds on {thing}", categories=("math.AP",)) for thing in THINGS[:3]]
    world.source.announce(MONDAY, *analysis, *field(GRAPHS, 2), *others(6))

    world.run(at(MONDAY))

    found = slots(world.edition(ANA))
    assert {title for title, slot in found.items() if slot is Slot.EVERYTHING} == set(titles(analysis))
    assert list(found.values()).count(Slot.CHOSEN) == 2
    assert len(found) == 5


def test_whoever_wants_nothing_but_everything_of_a_category_gets_it_and_can_ask_why(world: World) -> None:
    world.source.streams = ("cs.LG", "math.AP")
    world.subscribe(ANA, categories=["math.AP"])
    membership.tune(world.store, ANA, "main", everything=True)
    analysis = [paper(f"Bounds on {thing}", categories=("math.AP",)) for thing in THINGS[:3]]
    world.source.announce(MONDAY, *analysis, *others(2))
    world.ingest(at(MONDAY))

    explained = why(world, analysis[0])
    world.run(at(MONDAY))

    assert slots(world.edition(ANA)) == dict.fromkeys(titles(analysis), Slot.EVERYTHING)
    assert (explained.slot, explained.obstacles) == (Slot.EVERYTHING, ())


def test_a_must_read_stands_above_the_threshold(world: World) -> None:
    world.settings = RelevanceSettings(threshold=0.9)
    world.subscribe(ANA, interests=[GRAPHS])
    membership.describe(world.store, ANA, ProfileField.INCLUDE, ["sailing"])
    world.source.announce(MONDAY, *field(GRAPHS, 4), *others(4), paper("On sailing"))

    world.run(at(MONDAY))

    (item,) = world.edition(ANA).recommendations
    assert (item.paper.title, item.slot) == ("On sailing", Slot.MUST_READ)
    assert (item.probability or 0) < 0.9
    assert item.reasons[0].kind is ReasonKind.INCLUDE


def test_the_threshold_is_the_least_probability_of_what_is_sent(world: World) -> None:
    world.subscribe(ANA, interests=[GRAPHS])
    world.source.announce(MONDAY, *field(GRAPHS, 4), *others(9))
    world.ingest(at(MONDAY))
    who = membership.find(world.store, ANA)

    def sent(threshold: float) -> dict[str, float]:
        shown = preview(world.store, RelevanceSettings(threshold=threshold), who, now=at(MONDAY))
        return {item.paper.title: item.probability or 0 for item in shown.recommendations}

    everything = sent(0.0)
    assert len(everything) == 13
    for bar in (min(everything.values()), sorted(everything.values())[-4], max(everything.values())):
        assert sent(bar) == {title: chance for title, chance in everything.items() if chance >= bar}
    assert sent(0.99) == {}


def test_of_two_papers_that_tell_the_same_one_is_sent(world: World) -> None:
    world.subscribe(ANA, interests=[GRAPHS])
    first, again, other = (
        paper("Graph neural networks of ants"),
        paper("Graph neural networks of ants"),
        paper("Graphs"),
    )
    world.source.announce(MONDAY, first, again, other, *others(9))

    world.run(at(MONDAY))

    assert len([title for title in slots(world.edition(ANA)) if title == first.title]) == 1
    assert left_out(world)[first.title] == "nearly repeats another paper"


def test_the_last_seat_of_a_full_edition_is_an_exploration_the_same_however_often_it_is_made(world: World) -> None:
    world.subscribe(ANA, interests=[GRAPHS], papers=8)
    world.source.announce(MONDAY, *field(GRAPHS, 18), *others(18))
    world.ingest(at(MONDAY))
    who = membership.find(world.store, ANA)

    shown = [slots(preview(world.store, world.settings, who, now=at(MONDAY))) for _ in range(2)]
    world.run(at(MONDAY))

    found = slots(world.edition(ANA))
    assert list(found.values()) == [Slot.CHOSEN] * 7 + [Slot.EXPLORATION]
    assert [list(each.items()) for each in shown] == [list(found.items())] * 2
    assert world.mail().lower().count("for a change") == 1


def test_composing_twice_changes_nothing(world: World) -> None:
    world.subscribe(ANA, interests=[GRAPHS], papers=2)
    world.source.announce(MONDAY, *field(GRAPHS, 5), *others(9))
    world.run(at(MONDAY))
    edition, log = world.edition(ANA), left_out(world)

    again = world.compose(at(MONDAY, hour=9))

    assert (again.kept, again.empty) == (0, 0)
    assert (world.edition(ANA), left_out(world)) == (edition, log)
    assert len(world.titles(ANA)) == 1
