"""Whole XML documents made wrong: elements dropped, doubled, moved and renamed, texts and bytes replaced."""

from hypothesis import strategies as st
from lxml import etree

_BYTES = [b"<", b">", b"&", b"]]>", b"<!--", b"<![CDATA[", b"&#0;", b"&#x202e;", b"&#x80;", b"<a/>", b"\xff", b"\x00"]
_TEXTS = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cn"]), max_size=30) | st.sampled_from(
    ["", " ", "0001-01-01", "9999-12-31", "9999-12-31T23:59:59-14:00", "Fri, 31 Dec 9999 23:59:59 -1200", "v0", "v9999",
     "oai:arXiv.org:2603.01234v1", "math.GT/0309136", "9" * 5000, "(" * 500, "\\'" * 500, "&amp;" * 500]
)  # fmt: skip


@st.composite
def broken_elements(draw: st.DrawFn, whole: bytes) -> bytes:
    """A well-formed document that differs from the whole one in up to five places."""
    root = etree.fromstring(whole)
    for _ in range(draw(st.integers(1, 5))):
        elements = [element for element in root.iter() if isinstance(element.tag, str)]
        element = draw(st.sampled_from(elements))
        other = draw(st.sampled_from(elements))
        _break(draw, element, other)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


@st.composite
def broken_bytes(draw: st.DrawFn, whole: bytes) -> bytes:
    """The whole document with a piece of it replaced."""
    place, lost = draw(st.integers(0, len(whole))), draw(st.integers(0, 60))
    return whole[:place] + draw(st.binary(max_size=20) | st.sampled_from(_BYTES)) + whole[place + lost :]


def damaged(whole: bytes) -> st.SearchStrategy[bytes]:
    return broken_elements(whole) | broken_bytes(whole) | st.binary()


def _break(draw: st.DrawFn, element: etree._Element, other: etree._Element) -> None:
    parent = element.getparent()
    match draw(st.sampled_from(["drop", "double", "text", "attributes", "rename", "nest"])):
        case "drop" if parent is not None:
            parent.remove(element)
        case "double" if parent is not None:
            parent.append(etree.fromstring(etree.tostring(element, with_tail=False)))
        case "attributes":
            for name in element.attrib:
                element.set(name, draw(_TEXTS))
        case "rename":
            element.tag = other.tag
        case "nest":
            element.append(etree.fromstring(etree.tostring(other, with_tail=False)))
        case _:
            element.text = draw(_TEXTS)
