"""A pickle's plain values, read without running it: dicts, sets, lists and texts in, the same out.

`pickle.loads` runs whatever a file names, so it is never used: the opcodes are taken apart by `pickletools.genops`,
which runs nothing, and only those that build plain values are followed. Each other one, and above all those that name
a function or a class, ends the reading.
"""

import pickletools
from collections.abc import Callable
from typing import Any

from digest.errors import InvalidInput

_MARK = object()
_SKIPPED = frozenset({"PROTO", "FRAME"})
_TEXTS = frozenset({"SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "UNICODE"})
_NUMBERS = frozenset({"BININT", "BININT1", "BININT2", "INT", "LONG1", "BINFLOAT", "FLOAT"})
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_EMPTY: dict[str, Callable[[], Any]] = {
    "EMPTY_DICT": dict, "EMPTY_SET": set, "EMPTY_LIST": list, "EMPTY_TUPLE": tuple,
}  # fmt: skip
_REMEMBER, _RECALL = frozenset({"PUT", "BINPUT", "LONG_BINPUT"}), frozenset({"GET", "BINGET", "LONG_BINGET"})


class _Machine:
    """The stack and the memo of a pickle (PEP 307, PEP 3154)."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self._memo: dict[int, Any] = {}

    def follow(self, name: str, argument: Any) -> None:
        """One opcode; KeyError, IndexError, TypeError or ValueError where the pickle is broken."""
        if name in _TEXTS or name in _NUMBERS:
            self.stack.append(argument)
        elif name in _CONSTANTS:
            self.stack.append(_CONSTANTS[name])
        elif name in _EMPTY:
            self.stack.append(_EMPTY[name]())
        elif name in _REMEMBER or name == "MEMOIZE":
            self._memo[len(self._memo) if name == "MEMOIZE" else argument] = self.stack[-1]
        elif name in _RECALL:
            self.stack.append(self._memo[argument])
        elif name == "MARK":
            self.stack.append(_MARK)
        elif name not in _SKIPPED:
            self._built(name)

    def _built(self, name: str) -> None:
        if name in {"SETITEM", "APPEND"}:
            values = [self.stack.pop() for _ in range(2 if name == "SETITEM" else 1)][::-1]
        elif name in {"SETITEMS", "APPENDS", "ADDITEMS"}:
            values = self._since_mark()
        else:
            raise InvalidInput(f"the pickle holds more than plain tags ({name}); it is not read, for it may do harm")
        target = self.stack[-1]
        if isinstance(target, dict):
            target.update(zip(values[::2], values[1::2], strict=True))
        elif isinstance(target, set):
            target.update(values)
        elif isinstance(target, list):
            target.extend(values)
        else:
            raise TypeError(name)

    def _since_mark(self) -> list[Any]:
        at = len(self.stack) - 1
        while self.stack[at] is not _MARK:
            at -= 1
        values = self.stack[at + 1 :]
        del self.stack[at:]
        return values


def plain_value(pickled: bytes) -> Any:
    """What a pickle of plain values holds; InvalidInput for any other, and for one that is broken."""
    machine = _Machine()
    try:
        for opcode, argument, _ in pickletools.genops(pickled):
            if opcode.name == "STOP":
                return machine.stack[-1]
            machine.follow(opcode.name, argument)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, MemoryError) as error:
        raise InvalidInput("the pickle is broken; copy the file again while nobody writes to it") from error
    raise InvalidInput("the pickle is cut short; copy the file again while nobody writes to it")
