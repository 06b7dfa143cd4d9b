"""How lists of one kind of value are kept in little room within JSON: numbers by their bits, names once with places."""

from binascii import a2b_base64, b2a_base64
from collections.abc import Sequence
from math import nan
from struct import pack, unpack
from typing import TypeVar

Name = TypeVar("Name")
NOTHING = nan  # where there is no number
_BYTES = 8  # of a number


def in_bits(numbers: Sequence[float]) -> str:
    """The 64 bits of each (IEEE 754, the lowest byte first) in base64: half as long as its digits, and as quick."""
    return b2a_base64(pack(f"<{len(numbers)}d", *numbers), newline=False).decode()


def of_bits(text: str) -> tuple[float, ...]:
    """The inverse, to the last bit."""
    bits = a2b_base64(text)
    return unpack(f"<{len(bits) // _BYTES}d", bits)


def or_nothing(number: float) -> float | None:
    """None for NOTHING."""
    return number if number == number else None  # which only NOTHING does not equal itself


def with_nothing(numbers: Sequence[float]) -> list[float | None]:
    """None for each NOTHING."""
    return [number if number == number else None for number in numbers]


def numbered(names: Sequence[Name]) -> tuple[list[Name], list[int]]:
    """Each name once, and for each of those given its place among them."""
    if names and names[0] == names[-1] and names.count(names[0]) == len(names):  # most editions are of one interest
        return [names[0]], [0] * len(names)
    place = dict.fromkeys(names, 0)
    for at, name in enumerate(place):
        place[name] = at
    return list(place), [place[name] for name in names]
