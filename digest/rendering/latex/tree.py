"""TeX as a tree: what braces hold together is one node; nothing is known yet of what the commands mean."""

import re
from collections.abc import Sequence

Node = str | tuple["Node", ...]  # a command with its backslash, one character, one blank; or a group

LONGEST = 2_000  # characters of a formula; the longest of 27,000 on arXiv has 462
DEEPEST = 15  # braces within braces; the deepest there has 4
LONGEST_CHAIN = 5  # commands that take one another without braces, as in \hat\mathbf x

SOFT = "  "  # the node for blanks after a command, which may only end its name
_BLANKS = frozenset({" ", SOFT})

_TOKEN = re.compile(r"(\\[A-Za-z]+)(\s*)|(\\.)|(\s+)|(.)", re.S)


class Unreadable(ValueError):
    """A formula that cannot be written in one line of text; `str()` is the reason, the same for the same cause."""


def tree(tex: str) -> tuple[Node, ...]:
    """The nodes of a formula; raises `Unreadable` where it is too long or deep, or its braces do not match."""
    if len(tex) > LONGEST:
        raise Unreadable("too long")
    open_groups: list[list[Node]] = [[]]
    for command, after, escaped, blank, character in _TOKEN.findall(tex):
        if character == "{":
            open_groups.append([])
            if len(open_groups) > DEEPEST:
                raise Unreadable("too deep")
        elif character == "}":
            group = tuple(open_groups.pop())
            if not open_groups:
                raise Unreadable("unbalanced braces")
            open_groups[-1].append(group)
        else:
            open_groups[-1].append(command or escaped or character or (blank and " "))
        if after:
            open_groups[-1].append(SOFT)
    if len(open_groups) > 1:
        raise Unreadable("unbalanced braces")
    return tuple(open_groups[0])


class Cursor:
    """A place among nodes."""

    __slots__ = ("_at", "_nodes", "chain")

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes, self._at = nodes, 0
        self.chain = 0  # commands that wait for their argument at this place

    def __bool__(self) -> bool:
        return self._at < len(self._nodes)

    def peek(self) -> Node | None:
        return self._nodes[self._at] if self else None

    def before(self) -> Node | None:
        """The node before the one that was taken last."""
        return self._nodes[self._at - 2] if self._at > 1 else None

    def take(self) -> Node:
        if not self:
            raise Unreadable("an argument is missing")
        self._at += 1
        return self._nodes[self._at - 1]

    def skip_blanks(self) -> None:
        while self.peek() in _BLANKS:
            self._at += 1

    def takes(self, node: str) -> bool:
        """Whether `node` comes next, past blanks; it is taken."""
        start = self._at
        self.skip_blanks()
        if self.peek() == node:
            self._at += 1
            return True
        self._at = start
        return False

    def until(self, node: str) -> tuple[Node, ...]:
        """What stands before the next `node`, which is taken as well."""
        try:
            end = self._nodes.index(node, self._at)
        except ValueError:
            raise Unreadable("an argument is missing") from None
        found = tuple(self._nodes[self._at : end])
        self._at = end + 1
        return found

    def rest(self) -> tuple[Node, ...]:
        """All that is left; it is taken."""
        left, self._at = tuple(self._nodes[self._at :]), len(self._nodes)
        return left
