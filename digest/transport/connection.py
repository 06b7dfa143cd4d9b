"""One connection to the relay: opened, used for one message after another, and closed.

Every answer is judged by itself, so that it is known how far a failure came: each command is sent alone, or MAIL, RCPT
and DATA together where the relay offers PIPELINING (RFC 2920). No mail begins before the one before it is answered.
"""

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Callable, Sequence
from typing import NamedTuple

from digest.errors import Refusal, RelayUnavailable, TransportError, UncertainDelivery
from digest.transport.letters import Letter
from digest.transport.replies import CLOSING, Phase, answer, refusal
from digest.transport.settings import Security, SmtpSettings
from digest.transport.wire import Patience, Relay, RelayOverTls, said, timed_out

_TROUBLE = (smtplib.SMTPException, OSError)


class _Step(NamedTuple):
    """A command, what the answer hoped for begins with, and how long is waited for it."""

    phase: Phase
    command: str
    kind: int
    seconds: float


class ConnectionLost(TransportError):
    """The connection ended before the final dot: nothing was taken. `stale`: it had been kept and was not hanging."""

    def __init__(self, problem: str, *, stale: bool) -> None:
        super().__init__(problem, permanent=False)
        self.stale = stale


class Connection:
    """A session with the relay, for one thread at a time; only `abort` may be called from another one."""

    def __init__(self, relay: Relay, *, place: str, patience: Patience) -> None:
        self.mails = 0  # begun, whatever came of them
        self._relay = relay
        self._place = place
        self._patience = patience

    @property
    def is_open(self) -> bool:
        return self._relay.sock is not None

    def exchange(self, letter: Letter) -> str:
        """Hand over one message and give the answer to it; the connection is ready for the next one or closed.

        Raises TransportError if it was refused, ConnectionLost if it was not sent, UncertainDelivery if who knows.
        """
        self.mails += 1
        try:
            self._send(letter)
            return self._finish()
        except _TROUBLE as error:
            self.drop()
            raise ConnectionLost(
                f"the connection to {self._place} was lost: {said(error)}",
                stale=self.mails > 1 and not timed_out(error),
            ) from error
        except TransportError as error:
            self._start_afresh(error)
            raise

    def quit(self) -> None:
        """Say goodbye and close."""
        with contextlib.suppress(*_TROUBLE):
            if self.is_open:
                self._relay.wait(self._patience.goodbye)
                self._relay.quit()
        self.drop()

    def drop(self) -> None:
        """Close without a word."""
        self._relay.close()

    def abort(self) -> None:
        """End what hangs in another thread: it reads the end of the connection."""
        sock = self._relay.sock
        if sock is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)  # not the TLS socket's own, which forgets its state

    def _send(self, letter: Letter) -> None:
        """MAIL, RCPT, DATA and the message; if this fails, nothing was taken, for its final dot was not sent."""
        relay = self._relay
        steps = (
            _Step(Phase.MAIL, f"MAIL FROM:<{letter.mail_from}>{self._options(letter)}", 2, self._patience.command),
            _Step(Phase.RCPT, f"RCPT TO:<{letter.rcpt_to}>", 2, self._patience.command),
            _Step(Phase.DATA, "DATA", 3, self._patience.data),
        )
        if relay.has_extn("pipelining"):
            self._take_steps_together(steps)
        else:
            for step in steps:
                relay.wait(step.seconds)
                self._expect(step.kind, step.phase, relay.docmd(step.command))
        relay.wait(self._patience.block)
        relay.pour(letter.content, letter.ending)

    def _take_steps_together(self, steps: Sequence["_Step"]) -> None:
        """The commands in one go, and each answer judged by itself: the first refusal counts (RFC 2920 §3.1)."""
        relay = self._relay
        relay.wait(steps[0].seconds)
        relay.together([step.command for step in steps])
        for number, step in enumerate(steps, start=1):
            relay.wait(step.seconds)
            try:
                self._expect(step.kind, step.phase, relay.getreply())
            except TransportError as error:
                if not _ends_connection(error):
                    self._hear_out(len(steps) - number)
                raise

    def _hear_out(self, answers: int) -> None:
        """So many answers to what was sent behind a refused command; who waits for a message all the same gets none."""
        codes = [500]
        with contextlib.suppress(*_TROUBLE):
            codes += [self._relay.getreply()[0] for _ in range(answers)]
        if len(codes) <= answers or codes[-1] // 100 not in {4, 5}:
            self.drop()

    def _finish(self) -> str:
        """The answer to the final dot. Only a clear one says what became of the message."""
        try:
            self._relay.wait(self._patience.final)
            code, text = self._relay.getreply()
        except _TROUBLE as error:
            raise UncertainDelivery(f"{self._place} gave no answer to the whole message: {said(error)}") from error
        if code // 100 not in {2, 4, 5}:
            raise UncertainDelivery(f"{self._place} gave no clear answer to the whole message: {answer(code, text)}")
        self._expect(2, Phase.END, (code, text))
        return answer(code, text)

    def _expect(self, kind: int, phase: Phase, reply: tuple[int, bytes]) -> None:
        """Go on if the answer's first digit is the one hoped for, which is all that counts (RFC 5321 §4.2.1)."""
        code, text = reply
        if code // 100 != kind:
            raise refusal(phase, code, text)

    def _options(self, letter: Letter) -> str:
        relay = self._relay
        needed = [("smtputf8", " SMTPUTF8", letter.needs_utf8), ("8bitmime", " BODY=8BITMIME", letter.needs_8bit)]
        for name, _, is_needed in needed:
            if is_needed and not relay.has_extn(name):
                about = Refusal.UNREACHABLE if name == "smtputf8" else Refusal.MESSAGE
                problem = f"the message needs {name.upper()}, which the relay {self._place} does not offer"
                raise TransportError(problem, permanent=True, about=about)
        relay.command_encoding = "utf-8" if letter.needs_utf8 else "ascii"
        return "".join(option for _, option, is_needed in needed if is_needed)

    def _start_afresh(self, error: TransportError) -> None:
        """Forget the message that was refused, or the connection if it cannot be trusted any more."""
        if _ends_connection(error):
            self.drop()
            return
        try:
            if self._relay.rset()[0] != 250:
                self.drop()
        except _TROUBLE:
            self.drop()


def _ends_connection(error: TransportError) -> bool:
    """Whether the relay closes the connection, or talks in a way that nothing can be built upon."""
    return isinstance(error, UncertainDelivery) or error.code == CLOSING or error.code // 100 not in {0, 4, 5}


def connected(settings: SmtpSettings, *, tls: Callable[[], ssl.SSLContext], patience: Patience) -> Connection:
    """A connection that is secured and logged in as the settings say; RelayUnavailable if there can be none.

    `tls` says whom to trust, and is asked only where something is encrypted.
    """
    place = f"{settings.host}:{settings.port}"
    relay: Relay | None = None
    try:
        relay = _greeted(settings, tls)
        if settings.security is Security.STARTTLS:
            relay.starttls(context=tls())
        relay.ehlo_or_helo_if_needed()
        if settings.username:
            relay.login(settings.username, settings.password)
    except _TROUBLE as error:
        if relay is not None:
            relay.close()
        raise RelayUnavailable(
            f"SMTP relay {place} (security {settings.security}) cannot be used: {said(error)}; "
            "check [smtp] and that the relay runs"
        ) from error
    return Connection(relay, place=place, patience=patience)


def _greeted(settings: SmtpSettings, tls: Callable[[], ssl.SSLContext]) -> Relay:
    where = (settings.host, settings.port)
    if settings.security is Security.TLS:
        relay: Relay = RelayOverTls(*where, timeout=settings.connect_seconds, context=tls())
    else:
        relay = Relay(*where, timeout=settings.connect_seconds)
    # The final dot is a packet of its own, which Nagle's algorithm would hold back for 40 ms.
    if relay.sock is not None:
        relay.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return relay
