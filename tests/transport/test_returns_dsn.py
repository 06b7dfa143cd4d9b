"""Action and status decide whether a mailbox is gone, is full, or does not want us."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.mail import BounceKind
from digest.transport.returns import Recipient
from digest.transport.returns.dsn import judgement

HARD, SOFT, POLICY = BounceKind.HARD, BounceKind.SOFT, BounceKind.POLICY


def recipient(status: str, diagnostic: str = "", action: str = "failed") -> Recipient:
    return Recipient(action=action, status=status, diagnostic=diagnostic, original="")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("5.1.0", HARD),
        ("5.1.1", HARD),
        ("5.1.2", HARD),
        ("5.1.3", HARD),
        ("5.1.6", HARD),
        ("5.1.10", HARD),
        ("5.1.7", POLICY),
        ("5.1.8", POLICY),
        ("5.2.0", SOFT),
        ("5.2.1", HARD),
        ("5.2.2", SOFT),
        ("5.2.3", SOFT),
        ("5.3.0", SOFT),
        ("5.3.2", SOFT),
        ("5.4.1", SOFT),
        ("5.4.4", SOFT),
        ("5.4.6", SOFT),
        ("5.5.0", SOFT),
        ("5.6.0", POLICY),
        ("5.6.7", POLICY),
        ("5.7.0", POLICY),
        ("5.7.1", POLICY),
        ("5.7.26", POLICY),
        ("5.9.9", SOFT),
        ("5.0.0", SOFT),
        ("", SOFT),
        ("4.2.2", SOFT),
        ("4.4.1", SOFT),
        ("4.4.7", SOFT),
        ("4.7.1", SOFT),
        ("4.1.1", SOFT),
    ],
)
def test_a_failure_is_judged_by_its_status(status: str, kind: BounceKind) -> None:
    found = judgement(recipient(status))

    assert found is not None
    assert (found.kind, found.status) == (kind, status)


@pytest.mark.parametrize(
    ("status", "diagnostic", "kind", "counted"),
    [
        ("5.0.0", "smtp; 550 5.1.1 no such user", HARD, "5.1.1"),
        ("5.0.0", "smtp; 550-5.1.1 no such user 550 5.1.1 at all", HARD, "5.1.1"),
        ("5.0.0", "SMTP;550 #5.1.1 no such user", HARD, "5.1.1"),
        ("5.0.0", "smtp; 554 5.7.1 blocked", POLICY, "5.7.1"),
        ("5.0.0", "smtp; 452 4.2.2 over quota", SOFT, "4.2.2"),
        ("", "smtp; 550 5.1.1 no such user", HARD, "5.1.1"),
        ("5.0.0", "smtp; 550 no such user", SOFT, "5.0.0"),
        ("5.0.0", "smtp; 550 no such user 5.1.1", SOFT, "5.0.0"),
        ("5.0.0", "smtp; 550 5.1.1.9 is our address", SOFT, "5.0.0"),
        ("5.0.0", "x-unix; 550 5.1.1 no such user", SOFT, "5.0.0"),
        ("5.2.2", "smtp; 550 5.1.1 no such user", SOFT, "5.2.2"),
        ("4.4.7", "smtp; 550 5.1.1 no such user", SOFT, "4.4.7"),
    ],
)
def test_only_a_status_that_says_nothing_gives_way_to_the_one_in_the_diagnostic(
    status: str, diagnostic: str, kind: BounceKind, counted: str
) -> None:
    found = judgement(recipient(status, diagnostic))

    assert found is not None
    assert (found.kind, found.status, found.reason) == (kind, counted, diagnostic)


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", "", "failure"])
def test_what_has_not_failed_is_nothing(action: str) -> None:
    assert judgement(recipient("5.1.1", "smtp; 550 5.1.1 no such user", action)) is None


def test_a_failure_that_says_it_succeeded_is_nothing() -> None:
    assert judgement(recipient("2.1.5")) is None


@given(st.integers(0, 9), st.integers(0, 999), st.integers(0, 999))
@settings(deadline=None)
def test_only_addressing_and_a_disabled_mailbox_are_ever_hard(level: int, subject: int, detail: int) -> None:
    found = judgement(recipient(f"{level}.{subject}.{detail}"))

    if found is not None and found.kind is HARD:
        assert level == 5
        assert subject == 1 or (subject, detail) == (2, 1)
