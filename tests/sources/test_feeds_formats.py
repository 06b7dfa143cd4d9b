"""Feeds as journals, labs and blogs write them: hand-written here in the shape of the real ones."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import SourceError
from digest.sources.feed_entries import Entry
from digest.sources.feed_formats import Feed, read_feed
from tests.sources.conftest import unhurried

PLACE = "https://www.example.org/blog/feed.xml"

# RSS 1.0 with Dublin Core and PRISM, as Nature writes it.
NATURE = """<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
         xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
         xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/">
  <channel rdf:about="http://feeds.nature.com/nature/rss/current">
    <title>Nature</title><link>http://feeds.nature.com/nature/rss/current</link>
    <items><rdf:Seq><rdf:li rdf:resource="https://www.nature.com/articles/s41586-026-00001-1"/></rdf:Seq></items>
  </channel>
  <item rdf:about="https://www.nature.com/articles/s41586-026-00001-1">
    <title><![CDATA[Tides of <i>E. coli</i> in estuaries]]></title>
    <link>https://www.nature.com/articles/s41586-026-00001-1</link>
    <content:encoded><![CDATA[<p>Nature, Published online: 05 March 2026; <a href="https://www.nature.com/articles/s41586-026-00001-1">doi:10.1038/s41586-026-00001-1</a></p>Bacteria follow the tide by &lt; 2 hours.]]></content:encoded>
    <dc:title><![CDATA[Another wording]]></dc:title>
    <dc:creator>Ana Marin</dc:creator><dc:creator>Bo Li</dc:creator>
    <dc:identifier>doi:10.1038/s41586-026-00001-1</dc:identifier>
    <dc:source>Nature, Published online: 2026-03-05; | doi:10.1038/s41586-026-00001-1</dc:source>
    <dc:date>2026-03-05</dc:date>
    <prism:publicationName>Nature</prism:publicationName>
    <prism:doi>10.1038/s41586-026-00001-1</prism:doi>
    <prism:url>https://www.nature.com/articles/s41586-026-00001-1</prism:url>
  </item>
</rdf:RDF>"""  # noqa: E501

# RSS 1.0 again, as Science writes its tables of contents.
SCIENCE = """<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:d="http://purl.org/dc/elements/1.1/"
         xmlns="http://purl.org/rss/1.0/" xmlns:p="http://prismstandard.org/namespaces/1.2/basic/">
  <channel rdf:about="https://www.science.org/loi/science?af=R"><title>AAAS: Science</title></channel>
  <item rdf:about="https://www.science.org/doi/abs/10.1126/science.abc1234?af=R">
    <title>The moon and the harbour</title>
    <link>https://www.science.org/doi/abs/10.1126/science.abc1234?af=R</link>
    <description>Science, Volume 391, Issue 6789, Page 1001-1009, March 2026. &lt;br/&gt;</description>
    <d:identifier>doi:10.1126/science.abc1234</d:identifier>
    <d:date>2026-03-05T08:00:00Z</d:date>
    <d:creator>Ana Marin</d:creator><d:creator>Bo Li</d:creator>
    <p:publicationName>Science</p:publicationName><p:volume>391</p:volume><p:number>6789</p:number>
    <p:startingPage>1001</p:startingPage><p:coverDate>2026-03-12T07:00:00Z</p:coverDate>
  </item>
</rdf:RDF>"""

# Atom, as PLOS writes it.
PLOS = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <title>PLOS ONE</title><link rel="self" href="https://journals.plos.org/plosone/feed/atom"/>
  <author><name>PLOS</name></author><id>https://journals.plos.org/plosone/feed/atom</id>
  <entry>
    <title>Harbours &amp; tides: a survey</title>
    <link rel="related" type="application/pdf" href="https://journals.plos.org/plosone/article/file?id=10.1371/journal.pone.0300001.g001" title="(PDF)"/>
    <link rel="alternate" href="https://journals.plos.org/plosone/article?id=10.1371/journal.pone.0300001" title="Harbours"/>
    <author><name>Ana Marin</name></author><author><name>Bo Li</name></author>
    <id>10.1371/journal.pone.0300001</id>
    <updated>2026-03-05T14:00:00Z</updated><published>2026-03-05T14:00:00Z</published>
    <content type="html">&lt;p&gt;by Ana Marin, Bo Li&lt;/p&gt;

We survey harbours and
their tides.</content>
  </entry>
</feed>"""  # noqa: E501

# RSS 2.0, as WordPress writes it for a lab.
WORDPRESS = """

<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"
  xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
  <title>Tides Lab</title><atom:link href="https://www.example.org/blog/feed/" rel="self" type="application/rss+xml"/>
  <link>https://www.example.org/blog</link>
  <item>
    <title>What we&#8217;ve learned: p &lt; 0.05 isn&#8217;t &#8220;news&#8221;</title>
    <link>https://www.example.org/blog/2026/03/learned/</link>
    <dc:creator><![CDATA[Marin, Ana]]></dc:creator>
    <pubDate>Thu, 05 Mar 2026 10:00:00 +0100</pubDate>
    <category><![CDATA[Statistics]]></category>
    <guid isPermaLink="false">https://www.example.org/blog/?p=123</guid>
    <description><![CDATA[<p>We looked back. <a href="https://x.org">Continue reading &#8594;</a></p>]]></description>
    <content:encoded><![CDATA[<p>We looked back.</p><script>track()</script><p>At length.</p>]]></content:encoded>
  </item>
</channel></rss>"""

JSON_FEED = """{
  "version": "https://jsonfeed.org/version/1.1", "title": "Tides", "home_page_url": "https://www.example.org/",
  "items": [
    {"id": 7, "url": "/posts/7", "external_url": "https://doi.org/10.1000/tides.7", "title": "On H&#8322;O &amp; tides",
     "content_html": "<p>Water.</p><p>And <b>more</b> water.</p>", "date_published": "2026-03-05T10:00:00-05:00",
     "authors": [{"name": "Ana Marin", "url": "https://example.org/ana"}, {"name": "Li, Bo"}, {}, null]}
  ]
}"""


def read(feed: str | bytes) -> Feed:
    return read_feed(feed if isinstance(feed, bytes) else feed.encode(), PLACE, source="feeds")


def only(feed: str | bytes) -> Entry:
    found = read(feed)
    assert found.damage == ""
    (entry,) = found.entries
    return entry


def problem(feed: str | bytes) -> str:
    with pytest.raises(SourceError) as refusal:
        read(feed)
    return refusal.value.problem


def rss(item: str, *, head: str = "") -> str:
    return f'{head}<rss version="2.0"><channel><title>Tides</title><item>{item}</item></channel></rss>'


# ------------------------------------------------------------ as they are written


def test_an_item_of_a_journal_in_rdf() -> None:
    assert only(NATURE) == Entry(
        title="Tides of E. coli in estuaries",
        summary="Bacteria follow the tide by < 2 hours.",
        guid="doi:10.1038/s41586-026-00001-1",
        link="https://www.nature.com/articles/s41586-026-00001-1",
        names=(
            "10.1038/s41586-026-00001-1",
            "doi:10.1038/s41586-026-00001-1",
            "https://www.nature.com/articles/s41586-026-00001-1",
        ),
        authors=("Ana Marin", "Bo Li"),
        published=datetime(2026, 3, 5, tzinfo=UTC),
        journal_ref="Nature (2026)",
    )


def test_a_table_of_contents_with_other_prefixes_says_where_it_is_printed_and_nothing_else() -> None:
    entry = only(SCIENCE)
    assert entry.summary == ""
    assert entry.journal_ref == "Science 391(6789), 1001 (2026)"
    assert entry.names == ("doi:10.1126/science.abc1234",)
    assert entry.published == datetime(2026, 3, 5, 8, tzinfo=UTC)
    assert entry.link == "https://www.science.org/doi/abs/10.1126/science.abc1234?af=R"


def test_an_entry_of_atom_whose_content_begins_with_its_authors() -> None:
    assert only(PLOS) == Entry(
        title="Harbours & tides: a survey",
        summary="We survey harbours and their tides.",
        guid="10.1371/journal.pone.0300001",
        link="https://journals.plos.org/plosone/article?id=10.1371/journal.pone.0300001",
        authors=("Ana Marin", "Bo Li"),
        published=datetime(2026, 3, 5, 14, tzinfo=UTC),
    )


def test_a_post_of_a_blog_after_two_blank_lines() -> None:
    assert only(WORDPRESS) == Entry(
        title="What we’ve learned: p < 0.05 isn’t “news”",
        summary="We looked back. Continue reading →",
        guid="https://www.example.org/blog/?p=123",
        link="https://www.example.org/blog/2026/03/learned/",
        authors=("Ana Marin",),
        published=datetime(2026, 3, 5, 9, tzinfo=UTC),
    )


def test_an_item_of_a_json_feed() -> None:
    assert only(JSON_FEED) == Entry(
        title="On H₂O & tides",
        summary="Water.\n\nAnd more water.",
        guid="7",
        link="https://www.example.org/posts/7",
        names=("https://doi.org/10.1000/tides.7",),
        authors=("Ana Marin", "Bo Li"),
        published=datetime(2026, 3, 5, 15, tzinfo=UTC),
    )


# ------------------------------------------------------------ as they should not be written


def test_html_that_was_never_escaped_is_read_as_html() -> None:
    entry = only(rss("<title>On <i>E. coli</i> &amp; co</title><description>One<p>two</p></description>"))
    assert (entry.title, entry.summary) == ("On E. coli & co", "One\n\ntwo")


def test_xhtml_in_atom_is_read_as_html_and_text_as_text() -> None:
    entry = only(
        """<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry>
        <a:title type="text">The tag &lt;b&gt;</a:title>
        <a:summary type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One <b>two</b>.</p><p>Three.</p></div>
        </a:summary></a:entry></a:feed>"""
    )
    assert (entry.title, entry.summary) == ("The tag <b>", "One two.\n\nThree.")


def test_what_is_utf8_is_read_as_that_whatever_it_declares() -> None:
    feed = rss("<title>Ébb à Fundy</title>", head='<?xml version="1.0" encoding="ISO-8859-1"?>')
    assert only(feed.encode()).title == "Ébb à Fundy"
    assert only(b"\xef\xbb\xbf" + feed.encode()).title == "Ébb à Fundy"


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("utf-8", "cp1252"), ("iso-8859-1", "latin-1"), ("no-such-code", "cp1252"), ("rot13", "cp1252"),
        ("UTF-16", "utf-16"), ("windows-1252", "cp1252"),
    ],
)  # fmt: skip
def test_what_is_not_utf8_is_read_as_declared_or_as_windows_writes_it(declared: str, encoding: str) -> None:
    feed = rss("<title>Ébb à Fundy</title>", head=f'<?xml version="1.0" encoding="{declared}"?>')
    assert only(feed.encode(encoding)).title == "Ébb à Fundy"


def test_a_document_type_is_passed_over_and_never_fetched() -> None:
    head = '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://127.0.0.1:9/rss-0.91.dtd">'
    assert only(rss("<title>Caf&eacute;</title>", head=head)).title == "Café"


def test_a_feed_that_declares_entities_is_refused() -> None:
    head = '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    assert "declares entities" in problem(rss("<title>&b;</title>", head=head))


@pytest.mark.parametrize(
    ("item", "title"),
    [
        ("<title>Caf&eacute; &amp; bar</title>", "Café & bar"),
        ("<title>Ebb & flow</title>", "Ebb & flow"),
        ("<title>Ebb&nosuch; flow</title>", "Ebb&nosuch; flow"),
        ("<title>Ebb \x0bflow</title>", "Ebb flow"),
        ("<title>Ebb</title><dc:date>2026-03-05</dc:date>", "Ebb"),
        ("<title>Ebb</title><description>cut <b>off", "Ebb"),
    ],
)
def test_what_is_not_well_formed_is_read_as_far_as_it_goes_and_the_feed_says_so(item: str, title: str) -> None:
    found = read(rss(item))
    assert [entry.title for entry in found.entries] == [title]
    assert found.damage


def test_prefixes_that_were_never_declared_mean_what_they_usually_mean() -> None:
    (entry,) = read(rss("<title>Ebb</title><dc:date>2026-03-05</dc:date><prism:doi>10.1000/ebb</prism:doi>")).entries
    assert (entry.published, entry.names) == (datetime(2026, 3, 5, tzinfo=UTC), ("10.1000/ebb",))


def test_a_feed_that_is_cut_off_gives_what_came_before() -> None:
    whole = WORDPRESS.replace("</channel>", "<item><title>Second</title></item></channel>")
    found = read(whole[: whole.index("Second") + 3])
    assert [entry.title[:4] for entry in found.entries] == ["What", "Sec"]
    assert found.damage


def test_a_whole_feed_without_entries_is_quiet_and_a_damaged_one_is_an_error() -> None:
    assert read('<rss version="2.0"><channel><title>New</title></channel></rss>') == Feed(entries=())
    assert read('{"items": []}') == Feed(entries=())
    assert "no entry of the feed can be read" in problem('<rss version="2.0"><channel><title>New</chan')


def test_of_an_endless_feed_the_first_entries_are_read_and_the_feed_says_so() -> None:
    for feed in ("<rss>" + "<item/>" * 10_001 + "</rss>", f'{{"items": [{"3," * 10_000} 3]}}'):
        found = read(feed)
        assert (len(found.entries), found.damage) == (10_000, "more than 10,000 entries")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b" " * (16 * 2**20 + 1), "larger than 16,777,216 bytes"),
        (b"", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b"<!DOCTYPE html><html></html>", "HTML page"),
        (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>', "HTML page"),
        (b"<opml/>", "no feed but <opml>"),
        (b"Not Found", "no feed"),
        (b"{", "damaged"),
        (b"[1]", "no JSON Feed"),
        (b'{"items": {}}', "no JSON Feed"),
        (b"\x1f\x8b\x08", "no feed"),
        (b"[" * 100_000, "nested"),
    ],
)
def test_what_is_no_feed_is_refused_by_name(body: bytes, said: str) -> None:
    assert said in problem(body)


def test_items_of_a_json_feed_may_be_anything() -> None:
    found = read('{"items": [null, 3, {"title": 4, "authors": {}, "id": [], "date_published": "soon", "author": "A"}]}')
    assert found.entries == (Entry(), Entry(), Entry())


# ------------------------------------------------------------ links and names


@pytest.mark.parametrize(
    ("item", "link"),
    [
        ("<link>/posts/1</link>", "https://www.example.org/posts/1"),
        ("<link>javascript:alert(1)</link><guid>https://example.org/1</guid>", "https://example.org/1"),
        ("<guid>https://example.org/1</guid>", "https://example.org/1"),
        ('<guid isPermaLink="false">https://example.org/1</guid>', ""),
        ("<guid>123</guid>", ""),
        ("<link>\n https://example.org/a?b=1&amp;c=2 \n</link>", "https://example.org/a?b=1&c=2"),
        ('<link xmlns="http://www.w3.org/2005/Atom" rel="self" href="https://example.org/feed"/>', ""),
        ('<link xmlns="http://www.w3.org/2005/Atom" href="https://example.org/2"/>', "https://example.org/2"),
        ('<link xml:base="https://cdn.example.org/">p/1</link>', "https://www.example.org/blog/p/1"),
    ],
)
def test_the_link_of_an_item_is_the_first_that_can_be_opened(item: str, link: str) -> None:
    assert only(rss(f"<title>Ebb</title>{item}")).link == link


def test_relative_links_follow_the_base_that_the_feed_gives() -> None:
    feed = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://other.example/tides/"><entry>
    <title>Ebb</title><link href="1.pdf" type="application/pdf"/><link href="1" type="text/html"/></entry></feed>"""
    assert only(feed).link == "https://other.example/tides/1"


def test_very_long_texts_are_cut_between_words() -> None:
    entry = only(rss(f"<title>{'tide ' * 999}</title><description>{'ebb ' * 9999}</description>"))
    assert entry.title == "tide " * 198 + "tide…"
    assert entry.summary == "ebb " * 1998 + "ebb…"


# ------------------------------------------------------------ the promise

SAMPLES = [NATURE, SCIENCE, PLOS, WORDPRESS, JSON_FEED]


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """A real-looking feed, cut, spliced and with bytes put in."""
    feed = draw(st.sampled_from(SAMPLES)).encode()
    begin, end = sorted(draw(st.tuples(*[st.integers(0, len(feed))] * 2)))
    inside = draw(st.binary(max_size=20) | st.sampled_from([b"<item>", b"]]>", b"&", b"<!DOCTYPE a>", b'"', b"\x00"]))
    return feed[:begin] + inside + feed[end:]


@given(st.binary(max_size=200) | mangled())
@unhurried
def test_any_bytes_give_plain_entries_or_one_source_error(body: bytes) -> None:
    try:
        found = read(body)
    except SourceError:
        return
    for entry in found.entries:
        for text in (entry.title, entry.guid, *entry.names, *entry.authors, *entry.summary.split("\n\n")):
            assert text == " ".join(text.split())
            text.encode()
        assert entry.link == "" or entry.link.startswith(("http://", "https://"))
