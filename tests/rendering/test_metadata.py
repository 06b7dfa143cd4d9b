"""What machines are told of a page: complete, and nothing that a text could break out of."""

import json
from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.identity import PaperId
from digest.papers import Paper
from digest.rendering import metadata
from tests.fakes import paper

HERE = "https://digest.example.org/paper/2603.00001"
PAGES = {0: "https://digest.example.org/author/1-ada-ames"}
ITEM = paper(
    "Flat $\\ell_2$ minima", number=1, doi="10.1000/182", journal_ref="J. Tides 7", categories=("cs.LG", "math.OC")
)


def of(item: Paper) -> metadata.Metadata:
    return metadata.of_paper(item, here=HERE, site="Our digest", pages=PAGES)


def test_reference_managers_find_every_field_by_its_name() -> None:
    assert of(ITEM).named == (
        ("citation_title", "Flat ℓ₂ minima"),
        ("citation_author", "Ada Ames"),
        ("citation_author", "Bo Berg"),
        ("citation_publication_date", "2026/03/01"),
        ("citation_journal_title", "J. Tides 7"),
        ("citation_doi", "10.1000/182"),
        ("citation_arxiv_id", "2603.00001"),
        ("citation_keywords", "cs.LG; math.OC"),
        ("citation_abstract_html_url", HERE),
        ("citation_pdf_url", "https://arxiv.org/pdf/2603.00001"),
    )


def test_a_preview_has_title_text_and_address() -> None:
    found = dict(of(ITEM).graph)

    assert found["og:type"] == "article"
    assert found["og:title"] == "Flat ℓ₂ minima"
    assert found["og:url"] == HERE
    assert found["og:site_name"] == "Our digest"
    assert found["og:description"].startswith("Flat ℓ₂ minima: what we did")
    assert found["article:published_time"] == "2026-03-01T07:30:00+00:00"


def test_linked_data_names_the_article_and_its_authors_pages() -> None:
    told = json.loads(of(ITEM).linked)

    assert told["@type"] == "ScholarlyArticle"
    assert told["headline"] == "Flat ℓ₂ minima"
    assert told["author"] == [
        {"@type": "Person", "name": "Ada Ames", "url": PAGES[0]},
        {"@type": "Person", "name": "Bo Berg"},
    ]
    assert told["sameAs"] == ["https://arxiv.org/abs/2603.00001", "https://doi.org/10.1000/182"]
    assert told["datePublished"] == "2026-03-01"


def test_three_thousand_authors_are_named_in_part() -> None:
    many = replace(ITEM, authors=tuple(f"Ada {n}" for n in range(3000)))

    assert sum(name == "citation_author" for name, _ in of(many).named) == 200
    assert len(json.loads(of(many).linked)["author"]) == 200


def test_a_paper_of_which_little_is_known_says_nothing_it_does_not_know() -> None:
    bare = Paper(id=PaperId("entry:0123456789abcdef01234567"), title="Tides")
    told = json.loads(of(bare).linked)

    assert dict(of(bare).named) == {"citation_title": "Tides", "citation_abstract_html_url": HERE}
    assert "datePublished" not in told
    assert "sameAs" not in told


class Scripts(HTMLParser):
    """The elements and the text of scripts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.data = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.data += data


@given(st.text(max_size=80) | st.sampled_from(["</script><script>alert(1)</script>", "<!--<script>", "]]>", "\u2028"]))
@settings(deadline=None)
def test_no_title_ends_the_script_it_stands_in(title: str) -> None:
    found = of(replace(ITEM, title=title, abstract=title, authors=(title,))).linked
    page = Scripts()
    page.feed(f'<script type="application/ld+json">{found}</script><p>')
    page.close()

    assert page.tags == ["script", "p"]
    assert json.loads(page.data)["@type"] == "ScholarlyArticle"
    assert found.isascii()
