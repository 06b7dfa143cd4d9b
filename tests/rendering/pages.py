"""HTML as the tests look at it: strictly nested, by tag, by colour, by size."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)


@dataclass(frozen=True, slots=True)
class Tag:
    """One start tag, and the text inside it."""

    name: str
    attributes: dict[str, str]
    styles: dict[str, str]  # its own and what it inherits
    inside: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(self.inside).split())


class Page(HTMLParser):
    """A page; AssertionError where tags are not closed in the order in which they were opened."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[Tag] = []
        self._open: list[Tag] = []
        self.feed(html)
        self.close()
        assert not self._open, f"never closed: {self._open[-1].name}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"an attribute twice in {tag}"
        attributes = {name: value or "" for name, value in attrs}
        inherited = self._open[-1].styles if self._open else {}
        found = Tag(tag, attributes, inherited | styles(attributes.get("style", "")))
        self.tags.append(found)
        if tag not in _VOID:
            self._open.append(found)

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"closed but never opened: {tag}"
        assert self._open.pop().name == tag, f"closed out of order: {tag}"

    def handle_data(self, data: str) -> None:
        for tag in self._open:
            tag.inside.append(data)

    def all(self, *names: str) -> list[Tag]:
        return [tag for tag in self.tags if tag.name in names]

    def texts(self) -> Iterator[Tag]:
        """The tags of the body that hold text anybody sees."""
        body = next(place for place, tag in enumerate(self.tags) if tag.name == "body")
        return (tag for tag in self.tags[body:] if tag.text)


def styles(declarations: str) -> dict[str, str]:
    """`a:b;c:d` as a dict."""
    pairs = (part.partition(":") for part in declarations.split(";") if part.strip())
    return {name.strip(): value.replace("!important", "").strip() for name, _, value in pairs}


def pixels(size: str) -> float:
    found = re.fullmatch(r"([\d.]+)px", size)
    assert found is not None, f"not in pixels: {size}"
    return float(found[1])


def contrast(one: str, other: str) -> float:
    """The contrast of two #RRGGBB colours, 1 to 21 (WCAG 2.1)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
