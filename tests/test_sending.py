"""Mails on their way out: refused, uncertain, unwritable, unwanted."""

from datetime import timedelta
from pathlib import Path

from digest import membership
from digest.errors import RelayUnavailable, TransportError, UncertainDelivery
from digest.mail import DeliveryState
from digest.rendering.mail import MailRenderer
from digest.rendering.settings import SiteSettings
from digest.rendering.templates import environment
from tests.fakes import MONDAY, at, paper
from tests.world import World


def test_a_relay_that_is_down_loses_nothing(world: World) -> None:
    world.source.announce(MONDAY, paper())
    world.subscribe("ana@example.org")
    world.subscribe("bea@example.org")
    world.outbox.failures = [RelayUnavailable("no relay")]

    *_, failed = world.run(at(MONDAY))
    *_, delivered = world.run(at(MONDAY))

    assert failed.problem is not None
    assert delivered.sent == 2
    assert world.outbox.readers == ["ana@example.org", "bea@example.org"]


def test_a_temporary_refusal_is_tried_again_later_and_holds_up_nobody(world: World) -> None:
    world.source.announce(MONDAY, paper())
    world.subscribe("ana@example.org")
    world.subscribe("bea@example.org")
    world.outbox.failures = [TransportError("450 greylisted", permanent=False)]

    *_, first = world.run(at(MONDAY))
    *_, soon = world.run(at(MONDAY) + timedelta(minutes=1))
    *_, later = world.run(at(MONDAY) + timedelta(minutes=5))

    assert first.outcomes == {DeliveryState.SENT: 1, DeliveryState.PENDING: 1}
    assert (soon.sent, later.sent) == (0, 1)


def test_a_permanent_refusal_is_not_tried_again(world: World) -> None:
    world.source.announce(MONDAY, paper())
    world.subscribe("ana@example.org")
    world.outbox.failures = [TransportError("550 no such user", permanent=True)]

    *_, first = world.run(at(MONDAY))
    *_, later = world.run(at(MONDAY, hour=20))

    assert first.outcomes == {DeliveryState.FAILED: 1}
    assert later.sent == 0


def test_an_uncertain_mail_is_sent_again_as_the_same_bytes(world: World) -> None:
    taken: list[bytes] = []
    world.source.announce(MONDAY, paper())
    world.subscribe("ana@example.org")
    send = world.outbox.send

    def lose_the_answer(envelope):  # type: ignore[no-untyped-def]
        taken.append(envelope.content)
        world.outbox.send = send  # type: ignore[method-assign]
        raise UncertainDelivery("no answer")

    world.outbox.send = lose_the_answer  # type: ignore[method-assign]
    *_, first = world.run(at(MONDAY))
    *_, second = world.run(at(MONDAY, hour=8))

    assert first.outcomes == {DeliveryState.UNCERTAIN: 1}
    assert second.sent == 1
    assert taken == [world.outbox.sent[0].content]


def test_who_leaves_between_compose_and_deliver_gets_nothing(world: World) -> None:
    world.source.announce(MONDAY, paper())
    world.subscribe("ana@example.org")
    world.ingest(at(MONDAY))
    world.compose(at(MONDAY))
    membership.leave(world.store, "ana@example.org")

    delivered = world.deliver(at(MONDAY))

    assert len(world.outbox) == 0
    assert delivered.outcomes == {DeliveryState.CANCELLED: 1}


def test_a_template_that_fails_for_one_edition_leaves_it_open(world: World, tmp_path: Path) -> None:
    (tmp_path / "mail.txt.j2").write_text("{{ no_such_name }}")
    world.source.announce(MONDAY, paper())
    world.subscribe("ana@example.org")
    sound = world.renderer
    world.renderer = MailRenderer(SiteSettings(), environment(tmp_path))

    *_, first = world.run(at(MONDAY))
    world.renderer = sound
    *_, second = world.run(at(MONDAY, hour=9))

    assert first.outcomes == {DeliveryState.PENDING: 1}
    assert second.sent == 1
