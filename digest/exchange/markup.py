"""XML that somebody brings: whole, well-formed, and nothing in it that reaches out or grows."""

from lxml import etree

from digest.errors import InvalidInput


def root_of(content: bytes, *, form: str) -> etree._Element:
    """The root of a file in the format named `form`; InvalidInput says in which line it is broken."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        reason = " ".join(str(error.msg).split())
        raise InvalidInput(
            f"line {error.lineno or 1}: not {form}, the XML is broken ({reason}); export it again"
        ) from error
    except ValueError as error:  # an encoding that is none
        raise InvalidInput(f"not {form}: {error}") from error
    if root is None or root.getroottree().docinfo.doctype:
        raise InvalidInput(f"the XML declares a document type, which {form} does not need; take that line out")
    return root
