"""Mails on their way out: refused, uncertain, unwritable, unwanted."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest import membership, outbox
from digest.deliver import DeliverySettings, Uncertain, recover
from digest.errors import Refusal, RelayUnavailable, StoreError, TransportError, UncertainDelivery
from digest.mail import BounceKind, DeliveryState, Envelope, Receipt, Suppression, SuppressionReason, address_hash
from digest.papers import Paper
from digest.rendering.mail import MailRenderer
from digest.rendering.settings import SiteSettings
from digest.rendering.templates import environment
from digest.subscribers import SubscriberState
from tests.fakes import MONDAY, at, paper
from tests.world import TUESDAY, World


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
    *_, later = world.run(at(MONDAY) + timedelta(minutes=6))

    assert first.outcomes == {DeliveryState.SENT: 1, DeliveryState.PENDING: 1}
    assert (soon.sent, later.sent) == (0, 1)


def test_a_permanent_refusal_is_not_tried_again(world: World) -> None:
    world.source.announce(MONDAY, paper())
    world.subscribe("ana@example.org")
    world.outbox.failures = [gone()]

    *_, first = world.run(at(MONDAY))
    *_, later = world.run(at(MONDAY, hour=20))

    assert first.outcomes == {DeliveryState.FAILED: 1}
    assert later.sent == 0


def test_an_uncertain_mail_is_sent_again_as_the_same_bytes(world: World) -> None:
    taken: list[bytes] = []
    world.source.announce(MONDAY, paper())
    world.subscribe("ana@example.org")
    send = world.outbox.send

    def lose_the_answer(envelope: Envelope) -> Receipt:
        taken.append(envelope.content)
        world.outbox.send = send  # type: ignore[method-assign]  # for once
        raise UncertainDelivery("no answer")

    world.outbox.send = lose_the_answer  # type: ignore[method-assign]  # for once
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


def test_a_template_that_fails_for_one_edition_holds_that_one_until_it_is_released(
    world: World, tmp_path: Path
) -> None:
    (tmp_path / "mail.txt.j2").write_text("{{ no_such_name }}")
    world.source.announce(MONDAY, paper())
    world.subscribe("ana@example.org")
    sound = world.renderer
    world.renderer = MailRenderer(SiteSettings(), environment(tmp_path))

    *_, first = world.run(at(MONDAY))
    world.renderer = sound
    *_, second = world.run(at(MONDAY, hour=9))
    (held,) = outbox.deliveries(world.store, [DeliveryState.HELD])
    outbox.release(world.store, [held.delivery.id], now=at(MONDAY, hour=9))
    *_, third = world.run(at(MONDAY, hour=10))

    assert (first.outcomes, first.unwritten) == ({DeliveryState.HELD: 1}, 1)
    assert (second.sent, third.sent) == (0, 1)


def test_an_address_that_takes_no_mail_is_suppressed_for_ever(world: World) -> None:
    world.source.announce(MONDAY, paper())
    world.subscribe("ana@example.org")
    world.subscribe("bea@example.org")
    world.outbox.failures = [gone()]

    *_, delivered = world.run(at(MONDAY))

    assert delivered.outcomes == {DeliveryState.FAILED: 1, DeliveryState.SENT: 1}
    assert membership.find(world.store, "ana@example.org").state is SubscriberState.SUPPRESSED
    with world.store.read() as tx:
        assert [each.address_hash for each in tx.suppressions.all()] == [address_hash("ana@example.org")]


def test_a_relay_that_refuses_everybody_is_asked_no_more_and_nobody_is_suppressed(world: World) -> None:
    world.source.announce(MONDAY, paper())
    for number in range(9):
        world.subscribe(f"reader{number}@example.org")
    world.delivery = DeliverySettings(refusals_in_a_row=3)
    world.outbox.failures = [gone() for _ in range(9)]

    *_, first = world.run(at(MONDAY))
    asked = 9 - len(world.outbox.failures)
    world.outbox.failures = []
    *_, second = world.run(at(MONDAY, hour=9))

    assert (asked, first.sent) == (3, 0)
    assert "3 readers in a row were refused" in str(first.problem)
    assert second.sent == 9
    with world.store.read() as tx:
        assert tx.suppressions.all() == []


@pytest.mark.parametrize("about", [Refusal.MESSAGE, Refusal.POLICY])
def test_a_mail_that_is_refused_for_what_it_is_waits_for_the_operator(world: World, about: Refusal) -> None:
    world.source.announce(MONDAY, paper())
    world.subscribe("ana@example.org")
    world.outbox.failures = [TransportError("554 looks like spam", permanent=True, about=about)]

    *_, delivered = world.run(at(MONDAY))

    assert delivered.outcomes == {DeliveryState.HELD: 1}
    assert membership.find(world.store, "ana@example.org").state is SubscriberState.ACTIVE


def test_a_full_mailbox_fails_this_mail_alone(world: World) -> None:
    world.source.announce(MONDAY, paper())
    world.subscribe("ana@example.org")
    world.outbox.failures = [TransportError("552 5.2.2 full", permanent=True, about=Refusal.MAILBOX)]

    *_, delivered = world.run(at(MONDAY))

    who = membership.find(world.store, "ana@example.org")
    assert (delivered.outcomes, who.state) == ({DeliveryState.FAILED: 1}, SubscriberState.ACTIVE)
    with world.store.read() as tx:
        assert len(tx.suppressions.bounces(who.id, [BounceKind.SOFT], since=at(MONDAY, hour=0))) == 1


def test_an_uncertain_mail_is_held_where_the_operator_wants_that(world: World) -> None:
    world.source.announce(MONDAY, paper())
    world.subscribe("ana@example.org")
    world.delivery = DeliverySettings(uncertain=Uncertain.HOLD)
    world.outbox.failures = [UncertainDelivery("no answer")]

    *_, first = world.run(at(MONDAY))
    *_, second = world.run(at(MONDAY) + timedelta(days=3))

    assert (first.outcomes, second.sent) == ({DeliveryState.HELD: 1}, 0)
    (held,) = outbox.deliveries(world.store, [DeliveryState.HELD])
    outbox.release(world.store, [held.delivery.id], now=at(MONDAY) + timedelta(days=3))
    assert world.deliver(at(MONDAY) + timedelta(days=3)).sent == 1


def test_a_suppressed_address_gets_nothing_although_its_reader_is_active(world: World) -> None:
    world.source.announce(MONDAY, paper())
    world.subscribe("ana@example.org")
    world.ingest(at(MONDAY))
    world.compose(at(MONDAY))
    suppression = Suppression(
        address_hash=address_hash("Ana@example.org"), reason=SuppressionReason.COMPLAINT, evidence="", since=at(MONDAY)
    )
    with world.store.begin() as tx:
        tx.suppressions.add(suppression)

    assert world.deliver(at(MONDAY)).sent == 0
    assert len(world.outbox) == 0


class Killed(BaseException):
    """The process ends in the middle of it."""


def killed_in_sending(world: World) -> Paper:
    """A run that ended while a mail was with the relay; its paper."""
    item = paper("Ants")
    world.source.announce(MONDAY, item)
    world.subscribe("ana@example.org")
    world.outbox.failures = [Killed()]  # type: ignore[list-item]  # what no relay answers
    with pytest.raises(Killed):
        world.run(at(MONDAY))
    return item


def recovered(world: World) -> int:
    return recover(world.store, world.renderer, now=at(MONDAY), is_gone=lambda holder: True)


def test_a_mail_in_doubt_goes_out_as_it_was_whatever_is_read_meanwhile(world: World) -> None:
    item = killed_in_sending(world)
    assert recovered(world) == 1
    world.source.announce(TUESDAY, replace(item, title="Wasps"))
    world.ingest(at(TUESDAY))

    assert world.deliver(at(TUESDAY)).sent == 1
    assert "Ants" in world.mail()


def test_a_mail_in_doubt_that_cannot_be_written_as_it_was_is_held_and_sent_as_another_one(world: World) -> None:
    item = killed_in_sending(world)
    with world.store.begin() as tx:
        tx.papers.keep([replace(item, title="Wasps")], {item.id: b""}, now=at(MONDAY))
    recovered(world)

    outcomes = []
    for step in ("", "release", "anew"):
        held = [each.delivery.id for each in outbox.deliveries(world.store, [DeliveryState.HELD])]
        if step == "release":
            outbox.release(world.store, held, now=at(MONDAY))
        elif step == "anew":
            outbox.release_anew(world.store, held, message_id=lambda: "<anew@example.org>", now=at(MONDAY))
        outcomes.append(dict(world.deliver(at(MONDAY)).outcomes))

    assert outcomes == [{DeliveryState.HELD: 1}, {DeliveryState.HELD: 1}, {DeliveryState.SENT: 1}]
    assert [each.message_id for each in world.outbox.sent] == ["<anew@example.org>"]
    assert "Wasps" in world.mail()


def test_a_mail_in_doubt_outlives_its_day(world: World) -> None:
    killed_in_sending(world)
    recovered(world)

    assert world.deliver(at(TUESDAY)).outcomes == {DeliveryState.SENT: 1}


def test_an_outcome_that_cannot_be_kept_ends_the_run_with_its_error(world: World) -> None:
    world.source.announce(MONDAY, paper())
    world.subscribe("ana@example.org")
    world.outbox.failures = [StoreError("the disk is full")]  # type: ignore[list-item]  # what no relay answers

    with pytest.raises(StoreError, match="disk is full"):
        world.run(at(MONDAY))


def gone() -> TransportError:
    return TransportError("550 5.1.1 no such user", permanent=True, about=Refusal.RECIPIENT, status="5.1.1")
