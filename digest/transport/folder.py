"""A folder of `.eml` files, for a look before a relay is set up."""

import os
from pathlib import Path

from digest.errors import RelayUnavailable
from digest.mail import Envelope, Receipt


class FolderTransport:
    """Each message becomes one file, named by its recipient and Message-ID, whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, envelope: Envelope) -> Receipt:
        token = envelope.message_id.strip("<>").partition("@")[0]
        name = "".join(c if c.isalnum() or c in ".-_@" else "_" for c in f"{envelope.rcpt_to}-{token}").lstrip(".")
        file = self._folder / f"{name}.eml"
        beside = file.with_suffix(".part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(envelope.content)
            os.replace(beside, file)
        except OSError as error:
            raise RelayUnavailable(f"cannot write {file}: {error.strerror}; check [outbox] folder") from error
        return Receipt(message_id=envelope.message_id, answer=str(file))

    def close(self) -> None:
        return
