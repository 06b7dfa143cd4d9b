"""What the open web writes, as plain text and usable addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.sources import markup
from tests.sources.conftest import unhurried


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ("Tides of <i>E. coli</i> in H<sub>2</sub>O", "Tides of E. coli in H2O"),
        ("Marks &amp; Spencer, caf&eacute;, &#8217;tis", "Marks & Spencer, café, ’tis"),
        ("A &amp;lt;b&amp;gt; stays as it was escaped", "A &lt;b&gt; stays as it was escaped"),
        ("x<script>alert(1)</script>y<style>p {}</style>z", "xyz"),
        ("before <!-- a <b>remark</b> --> after", "before after"),
        ("p < 0.05 and x <y and z> w, a<b", "p < 0.05 and x <y and z> w, a<b"),
        ("<![CDATA[Twice <em>wrapped</em>]]>", "Twice wrapped"),
        ("a <!-- remark without an end", "a <!-- remark without an end"),
        ("<jats:p>By <jats:italic>any</jats:italic> prefix</jats:p>", "By any prefix"),
        ("</div></body></html>after the end", "after the end"),
        ("left\u202eright\x00\ud800\ufeff", "leftright"),
        ("one\n  line\tonly", "one line only"),
        ("", ""),
        ("<", "<"),
    ],
)
def test_a_fragment_becomes_one_line(fragment: str, text: str) -> None:
    assert markup.line(fragment) == text


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ("<p>One.</p>\n<p>Two<br>three.</p>", "One.\n\nTwo\n\nthree."),
        ("<p>A line\nof <b>one</b>\n\nparagraph.</p>", "A line of one paragraph."),
        ("No markup.\n\nThe second\nin two lines.", "No markup.\n\nThe second in two lines."),
        ("<jats:title>Abstract</jats:title><jats:p>We study tides.</jats:p>", "We study tides."),
        ("<ul><li>one<li>two</ul>", "one\n\ntwo"),
        ("<p>never closed <b>bold", "never closed bold"),
        ("<p> </p>", ""),
    ],
)
def test_blocks_become_paragraphs(fragment: str, text: str) -> None:
    assert markup.paragraphs(fragment) == text


def test_text_without_markup_is_not_read_as_html() -> None:
    assert markup.plain_paragraphs("a &lt; <b>\r\n\r\nnew\nline\u202e") == "a &lt; <b>\n\nnew line"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("/posts/1", "https://feeds.example.org/posts/1"),
        ("2.html", "https://feeds.example.org/blog/2.html"),
        ("//example.org/x", "https://example.org/x"),
        (" HTTPS://Example.org/ ", "https://Example.org/"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("https://nature.com@evil.example/", ""),
        ("https://[::1", ""),
        ("https://example.org:99999/", ""),
        ("https://example.org/a b", ""),
        ("https://example.org/\u202egpj", ""),
        ("https://example.org/" + "a" * 2000, ""),
        ("  ", ""),
    ],
)
def test_only_addresses_that_can_be_opened_are_addresses(text: str, address: str) -> None:
    assert markup.address(text, "https://feeds.example.org/blog/feed.xml") == address


_PARTS = [
    "<p>",
    "</p>",
    "<b ",
    "<!--",
    "-->",
    "<?",
    "<![CDATA[",
    "]]>",
    "&",
    "&amp;",
    "&#x202e;",
    "<script>",
    "\x00",
    "\x1e",
]


@given(st.lists(st.sampled_from(_PARTS) | st.text(max_size=5), max_size=20).map("".join))
@unhurried
def test_whatever_is_written_comes_out_plain(fragment: str) -> None:
    for text in (markup.line(fragment), *markup.paragraphs(fragment).split("\n\n")):
        assert text == " ".join(text.split())
        assert not set(text) & set("\x00\x1e\u202e\u200b\ufeff")
        text.encode()


@given(st.text(max_size=40), st.text(max_size=40))
@unhurried
def test_whatever_is_an_address_begins_with_http(text: str, base: str) -> None:
    found = markup.address(text, base)
    assert found == "" or (found.startswith(("http://", "https://")) and found.isprintable() and " " not in found)
