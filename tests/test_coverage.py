"""What a reader is told of the ledger: from what an edition was chosen, and what is open."""

from datetime import timedelta

from digest.batches import Batch, BatchState
from digest.compose.coverage import Streams
from digest.editions import Coverage, Recommendation
from digest.identity import PaperId
from digest.papers import AnnouncementKind
from digest.subscribers import Profile
from tests.fakes import MONDAY, FakeSource, at, paper
from tests.world import THURSDAY, TUESDAY, World

ANA = "ana@example.org"
COMPLETE, PARTIAL = BatchState.COMPLETE, BatchState.PARTIAL


def test_an_edition_and_its_mail_say_what_it_was_chosen_from(world: World) -> None:
    world.source.streams = ("cs.LG", "math.AP", "cs.RO")
    world.source.announce(MONDAY, paper("Graphs and ants"), paper("On cooking"), paper(categories=("math.AP",)))
    world.subscribe(ANA, interests=["graphs"], categories=["cs.LG", "math.AP"])
    world.run(at(MONDAY))
    world.source.announce(TUESDAY, paper("More graphs"), paper("On sailing"), paper(categories=("cs.RO",)))

    world.run(at(TUESDAY))

    first, second = world.mail(0), world.mail(1)
    assert "cs.LG: 2 of 2 seen, 1 chosen; math.AP: 1 of 1 seen, 0 chosen." in first
    assert "cs.LG: 2 of 2 seen, 1 chosen." in second
    assert world.edition(ANA).coverage == (Coverage(stream="cs.LG", seen=2, expected=2, chosen=1, state=COMPLETE),)


def test_an_edition_says_which_listing_is_open_and_since_when(world: World) -> None:
    world.source.streams = ("cs.LG", "math.AP")
    lost = PaperId("arxiv:2603.99999")
    world.subscribe(ANA)
    for day in (MONDAY, TUESDAY):
        world.source.announce(day, paper(), paper(categories=("math.AP",)))
        world.source.unreadable = {MONDAY: [lost]} if day == MONDAY else {}
        world.run(at(day))

    assert world.edition(ANA).coverage == (
        Coverage(stream="cs.LG", seen=1, expected=1, chosen=1, state=PARTIAL, since=MONDAY),
        Coverage(stream="math.AP", seen=1, expected=1, chosen=1, state=PARTIAL, since=MONDAY),
    )
    assert "cs.LG: 1 of 1 seen, 1 chosen, partial since Monday; " in world.mail()


def test_a_listing_that_stalls_is_told_to_who_follows_it_and_to_nobody_else(world: World) -> None:
    world.source.streams = ("cs.LG", "math.AP")
    for days in range(3):
        day = MONDAY + timedelta(days=days)
        world.source.announce(day, paper(), *(paper(categories=("math.AP",)) for _ in range(8)))
        world.ingest(at(day))
    world.subscribe(ANA, now=at(THURSDAY, hour=1))
    world.subscribe("bea@example.org", now=at(THURSDAY, hour=1), categories=["cs.LG"])
    world.source.announce(THURSDAY, paper())

    world.run(at(THURSDAY))

    to_ana, to_bea = (mail for _, mail in sorted((sent.rcpt_to, n) for n, sent in enumerate(world.outbox.sent)))
    assert "cs.LG: 1 of 1 seen, 1 chosen; math.AP: stalled since Thursday." in world.mail(to_ana)
    assert "cs.LG: 1 of 1 seen, 1 chosen." in world.mail(to_bea)
    assert "stalled" not in world.mail(to_bea)


def test_what_others_point_to_is_no_listing_that_an_edition_was_chosen_from(world: World) -> None:
    trends = FakeSource(name="huggingface", gate="huggingface", ledger="huggingface", streams=("day",))
    world.others = [trends]
    trends.announce(MONDAY, paper(categories=("day",)), kind=AnnouncementKind.TRENDING)
    world.source.announce(MONDAY, paper())
    world.subscribe(ANA)

    world.run(at(MONDAY))

    assert world.batch(MONDAY, "day", "huggingface").arrived == 1
    assert [line.stream for line in world.edition(ANA).coverage] == ["cs.LG"]
    assert "day: " not in world.mail()


def test_what_is_told_to_one_reader_is_counted_for_that_reader_alone() -> None:
    batches = [
        Batch(source="arxiv", stream=stream, day=MONDAY, state=COMPLETE, expected=held, arrived=held)
        for stream, held in (("cs", 9), ("cs.LG", 5), ("csx", 1))
    ]
    streams = Streams(batches, Profile(), {MONDAY})
    chosen = [
        Recommendation(paper=paper(categories=categories), score=0.0, reasons=(), announced=MONDAY)
        for categories in (("cs.LG",), ("cs.RO", "cs.LG"), ("cs",), ("csx.A",), ("math.AP",))
    ]

    def counts(some: list[Recommendation]) -> dict[str, int]:
        return {line.stream: line.chosen for line in streams.coverage(some)}

    assert counts(chosen) == {"cs": 3, "cs.LG": 2, "csx": 1}
    assert counts([]) == {"cs": 0, "cs.LG": 0, "csx": 0}
    assert counts(chosen[:1] * 2) == {"cs": 2, "cs.LG": 2, "csx": 0}
