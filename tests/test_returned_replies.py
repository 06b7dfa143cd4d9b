"""What readers write back, acted on: votes are kept and readers leave, each mail once."""

import logging

import pytest

from digest import tokens
from digest.mail import LetterKind
from digest.membership.returned import Effect, take
from digest.store import Store
from digest.subscribers import SubscriberState
from tests.post import DAY, Post, posted
from tests.store.builders import NOW
from tests.transport.returns_samples import reply


@pytest.fixture
def post(store: Store) -> Post:
    return posted(store)


def test_a_reply_votes_on_the_papers_of_that_edition(post: Post) -> None:
    outcome = post.take(reply("+3 -5", post.tag(tokens.REPLY)))

    assert (outcome.effect, outcome.said) == (Effect.VOTED, "likes paper 3; dislikes paper 5")
    assert (post.votes, post.heard_at, post.state) == (([3], [5]), NOW, SubscriberState.ACTIVE)


def test_votes_beyond_the_edition_are_ignored_and_said(post: Post) -> None:
    outcome = post.take(reply("+5,6 -99 +0", post.tag(tokens.REPLY)))

    assert outcome.said == "likes paper 5; ignored 6, 99, 0, because the mail has 5 papers"
    assert post.votes == ([5], [])


def test_a_reply_with_no_vote_that_counts_is_for_a_person(post: Post) -> None:
    outcome = post.take(reply("+6", post.tag(tokens.REPLY)))

    assert (outcome.effect, outcome.said) == (Effect.UNREAD, "ignored 6, because the mail has 5 papers")


def test_a_letter_has_no_papers_to_vote_on_and_can_be_answered(post: Post) -> None:
    post.letter()

    assert post.take(reply("+1", post.tag(tokens.REPLY))).said == "ignored 1, because the mail has 0 papers"
    assert post.heard_at == NOW


@pytest.mark.parametrize("words", ["unsubscribe", "stop"])
def test_a_word_alone_leaves(post: Post, words: str) -> None:
    outcome = post.take(reply(words, post.tag(tokens.REPLY)))

    assert (outcome.effect, outcome.said) == (Effect.LEFT, "wants no more mails")
    assert post.state is SubscriberState.LEFT


def test_the_mailto_of_list_unsubscribe_leaves(post: Post) -> None:
    sent = f"From: x@y.example\r\nTo: {post.tag(tokens.REPLY)}\r\nSubject: unsubscribe\r\n\r\n".encode()

    assert post.take(sent).effect is Effect.LEFT
    assert post.state is SubscriberState.LEFT


def test_who_votes_and_leaves_does_both(post: Post) -> None:
    outcome = post.take(reply("+1\nstop", post.tag(tokens.REPLY)))

    assert (outcome.effect, outcome.said) == (Effect.LEFT, "wants no more mails; likes paper 1")
    assert (post.votes, post.state) == (([1], []), SubscriberState.LEFT)


def test_who_leaves_by_mail_is_written_a_goodbye(post: Post) -> None:
    take(post.store, reply("stop", post.tag(tokens.REPLY)), now=NOW, message_id=lambda: "<bye@example.org>")

    with post.store.read() as tx:
        assert tx.letters.last(post.reader, LetterKind.GOODBYE) == NOW.date()


def test_a_reply_without_the_tag_of_one_does_nothing(post: Post) -> None:
    assert post.take(reply("stop", "digest@example.org")).effect is Effect.NOTHING
    assert post.take(reply("+1\nstop", post.tag(tokens.BOUNCE))).effect is Effect.FORGED
    assert (post.state, post.votes, post.heard_at) == (SubscriberState.ACTIVE, ([], []), None)


def test_other_words_are_for_a_person_and_not_for_the_log(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    outcome = post.take(reply("My daughter was born, me@example.com\nmore later", post.tag(tokens.REPLY)))

    assert (outcome.effect, outcome.said) == (Effect.UNREAD, "My daughter was born, (address) more later")
    assert "daughter" not in caplog.text
    assert post.heard_at == NOW


def test_a_reply_read_again_does_not_undo_a_later_vote(post: Post) -> None:
    sent = reply("+3", post.tag(tokens.REPLY))
    post.take(sent)
    post.take(reply("-3", post.tag(tokens.REPLY)).replace(b"<reply-1@", b"<reply-2@"), NOW + DAY)

    assert post.take(sent, NOW + 2 * DAY).effect is Effect.REPEATED
    assert (post.votes, post.heard_at) == (([], [3]), NOW + DAY)


def test_a_reply_that_was_not_finished_is_done_again(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the process ends between the votes and the leaving."""
    sent = reply("+3\nstop", post.tag(tokens.REPLY))
    with monkeypatch.context() as broken:
        broken.setattr("digest.membership.returned.leave_by_link", _ends)
        with pytest.raises(KeyboardInterrupt):
            post.take(sent)

    assert post.take(sent).effect is Effect.LEFT
    assert (post.votes, post.state) == (([3], []), SubscriberState.LEFT)


def _ends(*_: object, **__: object) -> None:
    raise KeyboardInterrupt
