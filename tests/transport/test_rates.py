"""The pace of mails, and how long a refused one waits, on a clock that only sleeping moves."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.transport.rates import Rates
from digest.transport.retry import FIRST, LONGEST, retry_delay


@dataclass
class Clock:
    """Seconds that pass while somebody sleeps."""

    now: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self.lock:
            self.now += seconds


def sent(domains: Sequence[str], *, a_minute: int = 0, of_domain: int = 0) -> list[float]:
    """When each mail went."""
    clock = Clock()
    rates = Rates(a_minute, of_domain, clock=clock, sleep=clock.sleep)
    times = []
    for domain in domains:
        rates.wait(domain)
        times.append(clock())
    return times


def most_in_a_minute(times: Sequence[float]) -> int:
    return max(sum(start <= time < start + 60.0 - 1e-6 for time in times) for start in times)


def test_without_limits_nobody_waits() -> None:
    assert sent(["a.example"] * 1000) == [0.0] * 1000


def test_ten_a_minute_are_one_every_six_seconds() -> None:
    assert [round(time, 6) for time in sent(["a.example"] * 4, a_minute=10)] == [0.0, 6.0, 12.0, 18.0]


def test_one_domain_waits_for_itself_alone() -> None:
    times = sent(["a.example", "A.example", "b.example"], of_domain=6)

    assert [round(time, 6) for time in times] == [0.0, 10.0, 10.0]


def test_a_fast_pace_allows_the_mails_of_one_second_at_once() -> None:
    times = sent(["a.example"] * 61, a_minute=3600)

    assert times[59] == 0.0
    assert round(times[60], 6) == round(1 / 60, 6)


@settings(deadline=None)
@given(
    domains=st.lists(st.sampled_from("abc"), min_size=1, max_size=60),
    a_minute=st.integers(1, 60),
    of_domain=st.integers(1, 60),
)
def test_no_minute_ever_holds_more_than_agreed(domains: list[str], a_minute: int, of_domain: int) -> None:
    times = sent(domains, a_minute=a_minute, of_domain=of_domain)

    assert most_in_a_minute(times) <= a_minute
    for domain in set(domains):
        mine = [time for time, name in zip(times, domains, strict=True) if name == domain]
        assert most_in_a_minute(mine) <= of_domain


def test_threads_share_one_pace() -> None:
    clock = Clock()
    rates = Rates(60, 0, clock=clock, sleep=clock.sleep)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(rates.wait, ["a.example"] * 40))

    assert clock.now >= 39.0 - 1e-6


def test_the_wait_doubles_from_five_minutes() -> None:
    assert [retry_delay(attempts, 0.5) for attempts in range(5)] == [FIRST * factor for factor in (1, 2, 4, 8, 16)]


def test_a_jitter_of_half_the_wait_goes_both_ways() -> None:
    assert retry_delay(0, 0.0) == timedelta(minutes=2.5)
    assert retry_delay(0, 1.0) == timedelta(minutes=7.5)


@settings(deadline=None)
@given(attempts=st.integers(-1, 10**6), dice=st.floats(allow_nan=False))
def test_no_wait_is_shorter_than_half_the_first_or_longer_than_four_hours(attempts: int, dice: float) -> None:
    assert FIRST / 2 <= retry_delay(attempts, dice) <= LONGEST


def test_the_longest_waits_differ_too() -> None:
    assert retry_delay(50, 0.0) == timedelta(minutes=80)
    assert retry_delay(50, 1.0) == timedelta(hours=4)
