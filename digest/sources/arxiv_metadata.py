"""What arXiv's own metadata formats `arXiv` and `arXivRaw` tell alike: an element in, most of a Paper out."""

from lxml import etree

from digest import identity
from digest.papers import Paper
from digest.sources.arxiv_text import class_codes, dois, line_of, paragraphs, subjects
from digest.sources.xml import inner_text, text_of


def described(element: etree._Element, form: str) -> Paper:
    """The paper of an element of the format named `form`, without its authors and versions.

    ValueError if it is in another format or has no usable id or title.
    """
    names = f"{{http://arxiv.org/OAI/{form}/}}"
    if element.tag != f"{names}{form}":
        raise ValueError(f"metadata in another format: {_shown(element)}")
    field = {child.tag: child for child in reversed(element)}  # the first of a name, as the schema has one
    written = text_of(field.get(f"{names}id"))
    arxiv = identity.arxiv_id(written)
    if arxiv is None:
        raise ValueError(f"not an arXiv id: {written[:60]!r}")
    title = line_of(field.get(f"{names}title"))
    if not title:
        raise ValueError("no title")
    categories, others = subjects(tuple(text_of(field.get(f"{names}categories")).split()))
    doi, also = dois(inner_text(field.get(f"{names}doi")))
    codes = " ".join(text_of(field.get(names + tag)) for tag in ("msc-class", "acm-class"))
    return Paper(
        id=identity.paper_id(arxiv),
        also=also,
        title=title,
        abstract=paragraphs(inner_text(field.get(f"{names}abstract"))),
        categories=categories,
        classes=tuple(dict.fromkeys((*class_codes(codes), *others))),
        comment=line_of(field.get(f"{names}comments")),
        doi=doi,
        journal_ref=line_of(field.get(f"{names}journal-ref")),
    )


def _shown(element: etree._Element) -> str:
    name = etree.QName(element)
    place = f" of {name.namespace[:80]!r}" if name.namespace else " without a namespace"
    return f"<{name.localname[:40]}>{place}"
