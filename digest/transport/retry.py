"""How long to wait after a refusal for now."""

from datetime import timedelta

FIRST = timedelta(minutes=5)
LONGEST = timedelta(hours=4)
_JITTER = 0.5  # of the delay, up and down: many mails refused at once must not come back at once


def retry_delay(attempts: int, dice: float) -> timedelta:
    """The wait before the next attempt: five minutes after the first refusal, doubling, never more than four hours.

    `attempts`: how many were made before the one that was just refused, from 0; `dice`: 0 to 1, for a jitter of ±50 %.
    """
    most = LONGEST / (1 + _JITTER)
    doubled = min(FIRST * (1 << min(max(attempts, 0), 16)), most)
    return doubled * (1 - _JITTER + 2 * _JITTER * min(max(dice, 0.0), 1.0))
