"""Connections lent to one thread at a time, never more of them than agreed."""

import contextlib
import threading
from collections.abc import Callable, Iterator

from digest.errors import RelayUnavailable, TransportError
from digest.transport.connection import Connection


class Pool:
    """Keeps what is open. Where the relay allows fewer connections than agreed, it makes do with those it gets."""

    def __init__(
        self, opened: Callable[[], Connection], *, connections: int, mails_per_connection: int, breath: float
    ) -> None:
        """`opened` gives a new connection or raises RelayUnavailable; `breath` is in seconds, see `lent`."""
        self._opened = opened
        self._most = connections
        self._mails_per_connection = mails_per_connection
        self._breath = breath
        self._turn = threading.Condition()
        self._free = connections  # places for a connection that nobody uses
        self._not_granted = 0  # places that the relay would not have
        self._was_granted = False  # since a relay that let nobody in
        self._idle: list[Connection] = []
        self._lent: set[Connection] = set()
        self._aborted = threading.Event()

    @contextlib.contextmanager
    def lent(self) -> Iterator[Connection]:
        """A connection of one's own for a while; waits for one if all are lent.

        RelayUnavailable if none can be opened and nobody has one. A relay that has let us in before is asked once more
        after a breath: it may not have noticed yet that the connection before has ended. TransportError after `abort`.
        """
        connection = self._taken()
        try:
            yield connection
        finally:
            self._returned(connection)

    def forget_idle(self) -> None:
        """Drop what is kept and not in use: what has closed one connection has most likely closed all."""
        for connection in self._emptied():
            connection.drop()

    def close(self) -> None:
        """Say goodbye on every connection that is not in use, and ask for as many as agreed again."""
        for connection in self._emptied():
            connection.quit()
        with self._turn:
            self._free += self._not_granted
            self._not_granted = 0
            self._turn.notify_all()

    def abort(self) -> None:
        """End every exchange that another thread is in, and lend no connection any more."""
        with self._turn:
            self._aborted.set()
            under_way = [*self._lent, *self._idle]
            self._turn.notify_all()
        for connection in under_way:
            connection.abort()

    def pause(self, seconds: float) -> None:
        """Wait, but not beyond `abort`: TransportError then."""
        if self._aborted.wait(seconds):
            raise TransportError("sending was given up before this message", permanent=False)

    def _taken(self) -> Connection:
        while True:
            kept = self._place()
            try:
                connection = kept or self._opened()
            except RelayUnavailable:
                if not self._may_ask_again():
                    raise
            except BaseException:
                self._leave()
                raise
            else:
                self._hand_out(connection, is_new=kept is None)
                return connection

    def _place(self) -> Connection | None:
        """Wait for a place; the connection that is kept there, if any."""
        with self._turn:
            self._turn.wait_for(lambda: self._free > 0 or self._aborted.is_set())
            if self._aborted.is_set():
                self.pause(0)
            self._free -= 1
            return self._idle.pop() if self._idle else None

    def _leave(self) -> None:
        with self._turn:
            self._free += 1
            self._turn.notify()

    def _may_ask_again(self) -> bool:
        """Leave the place, for good where others have connections to wait for; return when it is time to ask again."""
        with self._turn:
            others = self._most - self._free - self._not_granted - 1
            if others or self._idle:
                self._not_granted += 1
                return True
            again, self._was_granted = self._was_granted, False
        self._leave()
        if again:
            self.pause(self._breath)
        return again

    def _hand_out(self, connection: Connection, *, is_new: bool) -> None:
        with self._turn:
            self._lent.add(connection)
            self._was_granted = self._was_granted or is_new
        if self._aborted.is_set():  # while it was opened
            connection.abort()

    def _returned(self, connection: Connection) -> None:
        if connection.mails >= self._mails_per_connection:
            connection.quit()
        with self._turn:
            self._lent.discard(connection)
            if connection.is_open:
                self._idle.append(connection)
            self._free += 1
            self._turn.notify()

    def _emptied(self) -> list[Connection]:
        with self._turn:
            idle, self._idle = self._idle, []
        return idle
