"""What comes back, acted on: addresses suppressed, readers paused, votes kept, and nothing done without a signature."""

import logging
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest import membership, tokens
from digest.mail import BounceKind, DeliveryState, SuppressionReason, address_hash
from digest.membership import suppressed
from digest.membership.returned import Effect, Outcome, score, take, take_all
from digest.store import Store
from digest.subscribers import SubscriberState
from tests.post import DAY, READER, Post, posted
from tests.store.builders import NOW, reader
from tests.transport.returns_samples import (
    ARF,
    EXCHANGE,
    EXIM,
    GMAIL,
    POSTFIX,
    SES,
    VACATION,
    failed,
    message,
    reply,
    report,
)


@pytest.fixture
def post(store: Store) -> Post:
    return posted(store)


# ---------------------------------------------------------------- bounces


@pytest.mark.parametrize("sample", [POSTFIX, EXIM, GMAIL])
def test_a_hard_bounce_suppresses_the_address_for_ever(post: Post, sample: str) -> None:
    outcome = post.take(message(sample, post.tag()))

    assert (outcome.effect, outcome.subscriber, outcome.delivery) == (
        Effect.SUPPRESSED,
        post.reader,
        post.deliveries[0],
    )
    assert post.state is SubscriberState.SUPPRESSED
    assert post.suppression is not None
    assert (post.suppression.reason, post.suppression.since) == (SuppressionReason.BOUNCE, NOW)
    assert post.suppression.evidence.startswith("2026-03-02: 5.1.1 smtp; 550")
    assert "ana" not in post.suppression.evidence
    assert post.open == [DeliveryState.CANCELLED]


def test_a_full_mailbox_counts_and_changes_nothing_yet(post: Post) -> None:
    outcome = post.take(message(EXCHANGE, post.tag()))

    assert outcome.effect is Effect.COUNTED
    assert (post.state, post.suppression, post.open) == (SubscriberState.ACTIVE, None, [DeliveryState.PENDING])


def test_the_fourth_soft_bounce_of_four_days_pauses(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    effects = []
    for day in range(4):
        effects.append(post.take(failed("failed", "5.2.2", to=post.tag(), number=day), NOW + day * DAY).effect)
        post.mail()

    assert effects == [Effect.COUNTED, Effect.COUNTED, Effect.COUNTED, Effect.PAUSED]
    assert (post.state, post.suppression) == (SubscriberState.PAUSED, None)
    assert f"read paused subscriber={post.reader} delivery={post.deliveries[3]}: 5.2.2" in caplog.text
    assert READER not in caplog.text


def test_a_soft_bounce_a_week_never_pauses(post: Post) -> None:
    for week in range(20):
        post.take(failed("failed", "5.2.2", to=post.tag(), number=week), NOW + week * 7 * DAY)
        post.mail(papers=1)

    assert post.state is SubscriberState.ACTIVE


def test_many_reports_about_one_delivery_count_as_one(post: Post) -> None:
    outcomes = [post.take(failed("failed", "5.2.2", to=post.tag(), number=n)).effect for n in range(9)]

    assert outcomes == [Effect.COUNTED] * 9
    assert post.state is SubscriberState.ACTIVE


def test_a_paused_reader_is_not_paused_again(post: Post) -> None:
    post.become(SubscriberState.LEFT)
    for day in range(5):
        post.take(failed("failed", "5.2.2", to=post.tag(), number=day), NOW + day * DAY)
        post.mail(papers=1)

    assert post.state is SubscriberState.LEFT


def test_a_policy_refusal_changes_nothing_and_is_told(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    outcome = post.take(message(SES, post.tag()))

    assert outcome.effect is Effect.REFUSED
    assert outcome.said == ("5.7.1 smtp; 554 5.7.1 (address) Sender address rejected: blocked by our reputation list")
    assert (post.state, post.suppression, post.open) == (SubscriberState.ACTIVE, None, [DeliveryState.PENDING])
    assert "WARNING  digest.membership.returned:returned.py" in caplog.text


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_what_has_not_failed_does_nothing(post: Post, action: str) -> None:
    outcome = post.take(failed(action, "4.0.0", to=post.tag()))

    assert outcome == Outcome(effect=Effect.NOTHING, said=f"a report that nothing failed: {action}")
    with post.store.read() as tx:
        assert tx.suppressions.bounces(post.reader, list(BounceKind), since=NOW) == []


@pytest.mark.parametrize("sample", [POSTFIX, EXCHANGE, SES])
def test_the_same_report_twice_does_nothing_more(post: Post, sample: str) -> None:
    first = post.take(message(sample, post.tag()))
    with post.store.begin() as tx:
        tx.suppressions.remove(address_hash(READER))
    post.become(SubscriberState.ACTIVE)

    again = post.take(message(sample, post.tag()), NOW + DAY)

    assert first.effect is not Effect.REPEATED
    assert again.effect is Effect.REPEATED
    assert (post.state, post.suppression) == (SubscriberState.ACTIVE, None)
    with post.store.read() as tx:
        assert tx.suppressions.bounces(post.reader, list(BounceKind), since=NOW) == [NOW]


def test_another_report_about_the_same_delivery_is_another_one(post: Post) -> None:
    post.take(failed("failed", "5.2.2", to=post.tag(), number=1))

    assert post.take(failed("failed", "5.1.1", to=post.tag(), number=1)).effect is Effect.SUPPRESSED


def test_a_reader_who_left_stays_so_and_the_address_is_suppressed(post: Post) -> None:
    post.become(SubscriberState.LEFT)

    post.take(message(POSTFIX, post.tag()))

    assert post.state is SubscriberState.LEFT
    assert post.suppression is not None


def test_the_recipient_told_by_the_mail_system_is_enough(post: Post) -> None:
    assert post.take(failed("failed", "5.1.1"), recipient=post.tag()).effect is Effect.SUPPRESSED


def test_the_name_of_the_reader_is_left_out_where_only_we_know_it(post: Post) -> None:
    told = "Final-Recipient: rfc822; x@y.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; no ana here\n"

    outcome = post.take(report(told, to=post.tag()))

    assert outcome.said == "5.1.1 smtp; no (address) here"


# ---------------------------------------------------------------- forgeries


def forged(post: Post) -> dict[str, str]:
    whole = post.tag()
    local, _, domain = whole.partition("@")
    number = post.deliveries[0]
    return {
        "another delivery": whole.replace(f"+{number}-", f"+{number + 1}-"),
        "a guessed MAC": f"returns+{number}-{'0' * 20}@{domain}",
        "a reply's tag": post.tag(tokens.REPLY),
        "another key": tokens.tagged_address(b"another", tokens.BOUNCE, number, "returns@example.org"),
        "a delivery that never was": tokens.tagged_address(post.secret, tokens.BOUNCE, 999, "returns@example.org"),
        "a number too large": f"returns+9999999999999999999-{local[-20:]}@{domain}",
    }


@pytest.mark.parametrize(
    "how",
    [
        "another delivery",
        "a guessed MAC",
        "a reply's tag",
        "another key",
        "a delivery that never was",
        "a number too large",
    ],
)
def test_a_forged_report_does_nothing_and_is_counted(post: Post, how: str) -> None:
    outcome = post.take(message(POSTFIX, forged(post)[how]))

    assert outcome.effect is Effect.FORGED
    assert (post.state, post.suppression) == (SubscriberState.ACTIVE, None)


@pytest.mark.parametrize("sample", [POSTFIX, ARF.replace("{token}", "-")])
def test_a_report_that_names_no_delivery_does_nothing(post: Post, sample: str) -> None:
    outcome = post.take(message(sample, "bounces@example.org", token="none"))

    assert (outcome.effect, outcome.said) == (Effect.NOTHING, "names no delivery of ours")
    assert post.state is SubscriberState.ACTIVE


def test_where_nothing_was_ever_signed_everything_is_forged(store: Store) -> None:
    ana = reader(store, READER)
    tag = tokens.tagged_address(b"", tokens.BOUNCE, 1, "returns@example.org")

    for content in (message(POSTFIX, tag), message(ARF, tag, token=tokens.sign(b"", tokens.UNSUBSCRIBE, ana.id))):
        assert take(store, content, now=NOW).effect is Effect.FORGED


def test_a_vacation_reply_does_nothing(post: Post) -> None:
    for purpose in (tokens.BOUNCE, tokens.REPLY):
        assert post.take(message(VACATION, post.tag(purpose))).effect is Effect.NOTHING

    assert (post.state, post.votes, post.heard_at) == (SubscriberState.ACTIVE, ([], []), None)


# ---------------------------------------------------------------- complaints


@pytest.mark.parametrize("purpose", [tokens.BOUNCE, tokens.REPLY])
def test_a_complaint_suppresses_at_once(post: Post, purpose: str) -> None:
    outcome = post.take(message(ARF, post.tag(purpose)))

    assert (outcome.effect, outcome.delivery) == (Effect.SUPPRESSED, post.deliveries[0])
    assert post.state is SubscriberState.SUPPRESSED
    assert post.suppression is not None
    assert (post.suppression.reason, post.suppression.evidence) == (
        SuppressionReason.COMPLAINT,
        "2026-03-02: abuse complaint",
    )


@pytest.mark.parametrize(("message_id", "is_known"), [("<0@example.org>", True), ("<redacted>", False)])
def test_a_complaint_is_proved_by_the_link_to_unsubscribe(post: Post, message_id: str, is_known: bool) -> None:
    sent = message(ARF, token=post.token).replace(b"<0123456789abcdef@example.org>", message_id.encode())

    outcome = post.take(sent)

    assert (outcome.effect, outcome.subscriber) == (Effect.SUPPRESSED, post.reader)
    assert outcome.delivery == (post.deliveries[0] if is_known else None)
    assert post.state is SubscriberState.SUPPRESSED
    assert post.take(sent).effect is Effect.REPEATED


def test_a_message_id_alone_proves_nothing(post: Post) -> None:
    sent = message(ARF).replace(b"<0123456789abcdef@example.org>", b"<0@example.org>")

    assert post.take(sent).effect is Effect.FORGED
    assert post.state is SubscriberState.ACTIVE


def test_not_spam_does_nothing(post: Post) -> None:
    outcome = post.take(message(ARF, post.tag()).replace(b"Type: abuse", b"Type: not-spam"))

    assert outcome.effect is Effect.NOTHING
    assert post.state is SubscriberState.ACTIVE


def test_the_same_complaint_twice_does_nothing_more(post: Post) -> None:
    post.take(message(ARF, post.tag()))
    with post.store.begin() as tx:
        tx.suppressions.remove(address_hash(READER))

    assert post.take(message(ARF, post.tag())).effect is Effect.REPEATED
    assert post.suppression is None


# ---------------------------------------------------------------- many, and anything


def test_many_messages_are_counted_and_what_matters_is_told(post: Post) -> None:
    second = post.mail()
    messages = [
        message(SES, post.tag()),
        message(SES, post.tag()),
        message(SES, post.tag(delivery=post.deliveries[0])).replace(b"0102019d0000", b"0102019d0001"),
        message(VACATION, post.tag()),
        message(POSTFIX, post.tag().replace("+", "+9")),
        reply("+1", post.tag(tokens.REPLY)),
    ]

    tally = take_all(post.store, messages, now=NOW)

    assert tally.counts == {
        Effect.REFUSED: 2,
        Effect.REPEATED: 1,
        Effect.NOTHING: 1,
        Effect.FORGED: 1,
        Effect.VOTED: 1,
    }
    assert [each.delivery for each in tally.outcomes] == [second, post.deliveries[0], second]
    assert len(tally.refused) == 1


def test_the_next_message_is_asked_for_when_the_one_before_is_done(post: Post) -> None:
    seen: list[SubscriberState] = []

    def mailbox() -> Iterator[bytes]:
        yield message(POSTFIX, post.tag())
        seen.append(post.state)

    take_all(post.store, mailbox(), now=NOW)

    assert seen == [SubscriberState.SUPPRESSED]


@given(st.lists(st.integers(0, 60), max_size=30))
@settings(deadline=None)
def test_the_score_is_at_most_the_number_of_bounces_and_halves_in_a_week(days: list[int]) -> None:
    bounces = [NOW - age * DAY for age in days]

    assert 0 <= score(bounces, NOW) <= len(days)
    assert score(bounces, NOW + 7 * DAY) == pytest.approx(score(bounces, NOW) / 2)


def test_a_returned_reader_is_not_suppressed_by_old_mail(post: Post) -> None:
    """The documented way back: the operator removes the suppression and resumes."""
    sent = message(POSTFIX, post.tag())
    post.take(sent)
    suppressed.remove(post.store, READER)
    membership.resume(post.store, READER, now=NOW + DAY)

    assert post.take(sent, NOW + DAY).effect is Effect.REPEATED
    assert post.state is SubscriberState.ACTIVE
