"""What the sources are asked with: each request is kept before it is made, so that no run forgets another's."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from socket import socket
from threading import Event

import pytest

from digest.app.inlets import inlets
from digest.config import Settings
from digest.errors import SourceError, SourceResting
from digest.store import Store
from digest.store.gates import held
from digest.store.harvests import GateState
from tests.fakes import MONDAY, at
from tests.sources.wire import Wire, answer, wire


def settings(server: Wire, *, interval: float = 0.0) -> Settings:
    plain = Settings()
    huggingface = replace(plain.huggingface, url=server.url, requests=2)
    return replace(
        plain,
        arxiv=replace(plain.arxiv, api_url=server.url, interval_seconds=interval),
        huggingface=replace(huggingface, requests=2),
    )


def gate(store: Store, name: str) -> GateState:
    with store.read() as tx:
        return tx.harvests.gate(name)


def watching(seen: list[object], look: Callable[[], object]) -> Callable[[socket, Event], None]:
    def answered(connection: socket, over: Event) -> None:
        seen.append(look())
        connection.sendall(answer("500 Broken"))

    return answered


def test_a_request_is_kept_before_it_is_made_and_when_it_is_over(store: Store) -> None:
    seen: list[object] = []
    before = datetime.now(UTC)
    with wire() as server, inlets(settings(server), store) as opened:
        server.answers(watching(seen, lambda: gate(store, "arxiv").last_request_at))
        with pytest.raises(SourceError):
            opened.query().search("tides", limit=1, now=at(MONDAY))
    (asked,) = seen
    over = gate(store, "arxiv").last_request_at
    assert isinstance(asked, datetime)
    assert over is not None
    assert before <= asked < over <= datetime.now(UTC)


def test_the_next_run_keeps_its_distance_from_a_request_that_was_cut_off(store: Store) -> None:
    """As after a kill: the intent is all that is kept."""
    with store.begin() as tx:
        tx.harvests.note_request("arxiv", datetime.now(UTC))
    seen: list[object] = []
    with wire() as server, inlets(settings(server, interval=0.3), store) as opened:
        first = gate(store, "arxiv").last_request_at
        server.answers(watching(seen, lambda: datetime.now(UTC)))
        with pytest.raises(SourceError):
            opened.query().search("tides", limit=1, now=at(MONDAY))
    (asked,) = seen
    assert isinstance(asked, datetime)
    assert first is not None
    assert asked - first >= timedelta(seconds=0.3)


def test_what_is_used_of_a_budget_is_kept_with_each_request(store: Store) -> None:
    seen: list[object] = []
    for _ in range(2):
        with wire() as server, inlets(settings(server), store) as opened:
            server.answers(watching(seen, lambda: gate(store, "huggingface").budget_used))
            source = next(each for each in opened.sources() if each.name == "huggingface")
            with pytest.raises(SourceError):
                source.page("day", None, now=at(MONDAY))
    with wire() as server, inlets(settings(server), store) as opened:
        source = next(each for each in opened.sources() if each.name == "huggingface")
        with pytest.raises(SourceResting, match="allowance of 2 requests"):
            source.page("day", None, now=at(MONDAY))
    assert seen == [1, 2]


def test_a_rest_asked_for_while_a_gate_is_held_is_noted_and_the_gate_is_free_after_it(store: Store) -> None:
    until = at(MONDAY) + timedelta(hours=1)
    with pytest.raises(SourceResting, match="answered 429"), held(store, "arxiv", at(MONDAY)):
        raise SourceResting("arxiv", "answered 429", until=until)
    with pytest.raises(SourceResting, match="not asked before"), held(store, "arxiv", at(MONDAY)):
        pass
    with held(store, "arxiv", until):
        pass
