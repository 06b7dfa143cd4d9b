"""Kept editions and letters → finished messages, frozen before the first attempt and the same at every later one.

A message is a function of what is kept, so it is written again for a later attempt, and its fingerprint says whether
it is the same: another one is never sent where the first may have been taken. What is in doubt keeps its bytes.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from digest import tokens
from digest.editions import Edition
from digest.errors import RenderingError
from digest.mail import Delivery, Envelope, Frozen, Letter
from digest.rendering.mail import MailLinks, MailRenderer
from digest.store import Store
from digest.store.papers import KeptPaper
from digest.subscribers import Subscriber
from digest.transport.returns.settings import ReturnsSettings

Signer = Callable[[bytes, datetime], bytes]  # a message and the moment → the signed message


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A delivery with its finished message."""

    delivery: Delivery
    address: str  # the reader's, as they gave it
    envelope: Envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwritten:
    """A delivery whose message cannot be written."""

    delivery: Delivery
    error: RenderingError


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What the messages of some deliveries are written from."""

    editions: dict[int, Edition]
    letters: dict[int, Letter]
    readers: dict[int, Subscriber]
    contents: dict[int, bytes]


_SHELF = 20_000  # papers kept at hand


class Writer:
    """Writes the messages of deliveries, some at a time."""

    def __init__(
        self, store: Store, renderer: MailRenderer, returns: ReturnsSettings, *, sign: Signer | None = None
    ) -> None:
        self._store = store
        self._renderer = renderer
        self._returns = returns
        self._sign = sign
        self._shelf: dict[int, KeptPaper] = {}
        with store.begin() as tx:
            self._secret = tx.secrets.get_or_make(tokens.KEY)

    def written(self, deliveries: Sequence[Delivery], *, now: datetime) -> Iterator[Written | Unwritten]:
        """Each delivery with its message, and with what that is; who claims the delivery keeps it.

        All that they are written from is read at once, and each is written when it is asked for.
        """
        sheet = self._sheet(deliveries)
        for delivery in deliveries:
            yield self._one(delivery, sheet, now)

    def secure(self, deliveries: Sequence[Delivery], *, now: datetime) -> None:
        """Keep the bytes of messages that are in doubt, as long as they can be written again."""
        made = [each for each in self.written(deliveries, now=now) if isinstance(each, Written)]
        with self._store.begin() as tx:
            for each in made:
                tx.messages.keep(each.delivery.id, each.envelope.content)

    def _sheet(self, deliveries: Iterable[Delivery]) -> _Sheet:
        wanted = list(deliveries)
        if len(self._shelf) > _SHELF:
            self._shelf.clear()
        with self._store.read() as tx:
            contents = tx.messages.contents(each.id for each in wanted)
            fresh = [each for each in wanted if each.id not in contents]
            return _Sheet(
                editions=tx.editions.get(
                    {each.edition_id for each in fresh if each.edition_id is not None}, shelf=self._shelf
                ),
                letters={
                    each.letter_id: tx.letters.get(each.letter_id) for each in fresh if each.letter_id is not None
                },
                readers=tx.subscribers.some({each.subscriber_id for each in wanted}),
                contents=contents,
            )

    def _one(self, delivery: Delivery, sheet: _Sheet, now: datetime) -> Written | Unwritten:
        reader = sheet.readers[delivery.subscriber_id]
        try:
            if delivery.id in sheet.contents:
                envelope = self._around(delivery, reader, sheet.contents[delivery.id])
                return Written(delivery=delivery, address=reader.address, envelope=envelope)
            written_at = delivery.frozen.written_at if delivery.frozen else now
            envelope = self._fresh(delivery, reader, sheet, written_at)
            frozen = Frozen.of(envelope.content, written_at)
            if delivery.in_doubt and delivery.frozen not in (None, frozen):
                raise RenderingError(
                    "it may have been taken, and would be another mail now, because its text has changed since; "
                    f"to send that one: digest delivery release --anew {delivery.id}"
                )
        except RenderingError as error:
            return Unwritten(delivery=delivery, error=error)
        return Written(delivery=replace(delivery, frozen=frozen), address=reader.address, envelope=envelope)

    def _fresh(self, delivery: Delivery, reader: Subscriber, sheet: _Sheet, now: datetime) -> Envelope:
        site, secret = self._renderer.site.url, self._secret
        links = MailLinks(
            unsubscribe=tokens.unsubscribe_url(site, tokens.sign(secret, tokens.UNSUBSCRIBE, reader.id)),
            settings=tokens.settings_url(site, tokens.sign(secret, tokens.SETTINGS, reader.id)),
            edition=tokens.edition_url(site, tokens.sign(secret, tokens.EDITION, delivery.edition_id))
            if delivery.edition_id is not None
            else "",
        )
        sender = self._tagged(tokens.BOUNCE, delivery, self._returns.bounces)
        if delivery.letter_id is not None:
            envelope = self._renderer.letter(
                sheet.letters[delivery.letter_id],
                reader=reader,
                links=links,
                message_id=delivery.message_id,
                now=now,
                mail_from=sender,
            )
        else:
            assert delivery.edition_id is not None  # noqa: S101 - one of the two is given
            envelope = self._renderer.envelope(
                sheet.editions[delivery.edition_id],
                reader=reader,
                links=links,
                message_id=delivery.message_id,
                now=now,
                mail_from=sender,
                reply_to=self._tagged(tokens.REPLY, delivery, self._returns.replies),
            )
        return replace(envelope, content=self._sign(envelope.content, now)) if self._sign else envelope

    def _around(self, delivery: Delivery, reader: Subscriber, content: bytes) -> Envelope:
        return self._renderer.addressed(
            content,
            to=reader.address,
            message_id=delivery.message_id,
            mail_from=self._tagged(tokens.BOUNCE, delivery, self._returns.bounces),
        )

    def _tagged(self, purpose: str, delivery: Delivery, address: str) -> str:
        return tokens.tagged_address(self._secret, purpose, delivery.id, address) if address else ""
