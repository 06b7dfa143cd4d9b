"""A form that was filled in: its fields as they were typed, and what is wrong with them."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from digest.errors import InvalidInput
from digest.rendering.words import ENGLISH

Value = TypeVar("Value")


class Form:
    """Fields by name; a field that cannot be used gets an error, and keeps what was typed."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self.words = ENGLISH  # what errors are said in
        self._values: dict[str, list[str]] = {}
        self.errors: dict[str, str] = {}  # a sentence by field
        for name, value in pairs:
            # No text of a database may hold NUL (PostgreSQL refuses it).
            self._values.setdefault(name, []).append(value.replace("\x00", "\ufffd"))

    def text(self, name: str) -> str:
        """What was typed into a field, "" where it was not sent; of several the first."""
        return self._values.get(name, [""])[0]

    def all(self, name: str) -> list[str]:
        """Everything that was ticked of one name."""
        return self._values.get(name, [])

    def lines(self, name: str) -> list[str]:
        """The lines of a field that hold something."""
        return [line.strip() for line in self.text(name).splitlines() if line.strip()]

    def read(self, name: str, check: Callable[[str], Value]) -> Value | None:
        """The value of a field; None, and an error is noted, where it cannot be used."""
        try:
            return check(self.text(name))
        except InvalidInput as error:
            self.refuse(name, error.message, **error.places)
            return None

    def refuse(self, name: str, message: str, /, **places: object) -> None:
        """Note what is wrong with a field, as a sentence of its own; `message` is of the catalogues."""
        said = self.words.gettext(message)
        problem = said.format(**places) if places else said
        sentence = problem[:1].upper() + problem[1:]
        self.errors[name] = sentence if sentence.endswith(".") else f"{sentence}."
