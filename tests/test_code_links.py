"""A paper whose code is known has a link to it in the mail, the one that was known when the edition was kept."""

from datetime import timedelta

from digest.compose.desk import code_address
from digest.signals import CODE, PROJECT, Signal, Value
from tests.fakes import MONDAY, at, paper
from tests.world import World

ANA = "ana@example.org"
WITH_CODE = paper("Graph neural networks", number=90001)


def said(value: Value, *, name: str = CODE, hours: int = 0, source: str = "text") -> Signal:
    when = at(MONDAY) + timedelta(hours=hours)
    return Signal(subject=WITH_CODE.id, name=name, value=value, source=source, observed_at=when)


def test_the_mail_links_to_the_code_that_was_known_when_the_edition_was_kept(world: World) -> None:
    world.subscribe(ANA)
    world.source.announce(MONDAY, WITH_CODE)
    with world.store.begin() as tx:
        tx.signals.keep([said(("https://github.com/ames/graphs", "https://github.com/ames/other"), hours=-1)])
    world.run(at(MONDAY))
    assert "Code https://github.com/ames/graphs More" in world.mail()
    with world.store.begin() as tx:
        tx.signals.keep([said("https://github.com/berg/later", source="huggingface", hours=1)])
    (item,) = world.edition(ANA).recommendations
    assert item.code == "https://github.com/ames/graphs"


def test_of_several_sources_the_one_that_spoke_last_is_believed() -> None:
    early = said(("https://github.com/ames/graphs",))
    assert code_address([said("https://github.com/berg/later", source="huggingface", hours=1), early]) == (
        "https://github.com/berg/later"
    )


def test_what_is_no_address_of_code_is_passed_over() -> None:
    told = [said("javascript:alert(1)", hours=2), said(7.0, hours=1), said("https://ames.example", name=PROJECT)]
    assert code_address(told) == ""
    assert code_address([*told, said(("", "https://github.com/ames/graphs"))]) == "https://github.com/ames/graphs"
