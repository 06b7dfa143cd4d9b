"""A refusal for ever is believed only where somebody else's mail is taken."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.doubt import Doubt, Refused
from digest.errors import Refusal, TransportError
from digest.mail import Delivery, DeliveryState


def refused(number: int = 1) -> Refused:
    delivery = Delivery(
        id=number,
        edition_id=number,
        subscriber_id=number,
        state=DeliveryState.SENDING,
        attempts=1,
        message_id=f"<{number}@example.org>",
        next_attempt_at=datetime(2026, 3, 2, tzinfo=UTC),
    )
    error = TransportError("550 5.1.1 no such user", permanent=True, about=Refusal.RECIPIENT, status="5.1.1")
    return Refused(delivery=delivery, address=f"{number}@example.org", error=error)


def test_a_refusal_is_believed_once_another_mail_is_taken() -> None:
    doubt = Doubt(3)
    doubt.refused(refused())
    assert [each.delivery.id for each in doubt.taken()] == [1]
    assert doubt.taken() == []


def test_a_few_refusals_at_the_end_are_believed() -> None:
    doubt = Doubt(3)
    doubt.refused(refused(1))
    doubt.refused(refused(2))
    assert (len(doubt.ended()), doubt.why) == (2, "")


def test_refusals_of_everybody_are_not_believed() -> None:
    doubt = Doubt(3)
    for number in range(3):
        doubt.refused(refused(number))
    assert doubt.why == "3 readers in a row were refused, the last with: 550 5.1.1 no such user"
    assert doubt.ended() == []


def test_a_mail_that_is_taken_after_all_ends_the_doubt() -> None:
    doubt = Doubt(2)
    for number in range(3):
        doubt.refused(refused(number))
    assert len(doubt.taken()) == 3
    assert doubt.why == ""


def test_a_refusal_that_gives_no_status_is_not_believed_where_nobody_was_served() -> None:
    bare = TransportError("550 no", permanent=True, about=Refusal.RECIPIENT)
    doubt = Doubt(3)
    doubt.refused(replace(refused(), error=bare))
    assert doubt.ended() == []
    assert len(doubt.taken()) == 1


def test_two_mails_of_one_reader_count_once() -> None:
    doubt = Doubt(2)
    doubt.refused(refused(1))
    doubt.refused(replace(refused(2), address="1@example.org"))
    assert doubt.why == ""


@given(story=st.lists(st.booleans(), max_size=40), limit=st.integers(2, 6))
def test_every_refusal_is_believed_once_or_never(story: list[bool], limit: int) -> None:
    doubt, believed = Doubt(limit), list[int]()
    for number, taken in enumerate(story):
        if taken:
            believed += [each.delivery.id for each in doubt.taken()]
        else:
            doubt.refused(refused(number))
    believed += [each.delivery.id for each in doubt.ended()]
    at_the_end = next((n for n, taken in enumerate(reversed(story)) if taken), len(story))
    unbelieved = at_the_end if at_the_end >= limit else 0
    assert believed == [n for n, taken in enumerate(story) if not taken][: story.count(False) - unbelieved]
