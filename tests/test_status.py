"""`digest status`: what an operator sees at a glance."""

import json

from tests.shell import ADDRESS, Shell


def test_a_new_house_has_nothing(digest: Shell) -> None:
    told = digest("status")
    assert "papers\t0\t" in told
    assert "no mail waits" in told
    assert "the newest batch was closed never" in told


def test_a_day_is_counted_by_state(digest: Shell) -> None:
    digest("subscriber", "add", ADDRESS)
    digest("ingest")
    digest("compose")
    waiting = digest("status")
    assert "subscribers\t1\t1 active" in waiting
    assert "mails\t1\t1 pending" in waiting
    assert "the oldest mail waits since 2026-03-09 07:30 UTC" in waiting
    digest("deliver")
    told = json.loads(digest("status", "--json"))
    assert told["deliveries"] == {"sent": 1}
    assert told["waiting_since"] is None
    assert told["papers"] > 10
    assert told["batches"]["complete"] >= 1
