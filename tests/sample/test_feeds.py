"""The sample's feeds are arXiv's: one day, one category, four kinds of announcement."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from lxml import etree

from digest.sample import SampleArxiv

KIND = "{http://arxiv.org/schemas/atom}announce_type"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"


@pytest.fixture
def arxiv() -> Iterator[SampleArxiv]:
    with SampleArxiv(date(2026, 3, 10)) as sample:
        yield sample


def channel(arxiv: SampleArxiv, category: str) -> etree._Element:
    with urlopen(f"{arxiv.rss_url}/rss/{category}", timeout=10) as response:
        found = etree.fromstring(response.read()).find("channel")
    assert found is not None
    return found


def test_a_feed_names_what_its_category_announces_and_how(arxiv: SampleArxiv) -> None:
    shown = channel(arxiv, "cs.RO")
    assert shown.findtext("title") == "cs.RO updates on arXiv.org"
    assert shown.findtext("pubDate") == "Tue, 10 Mar 2026 00:00:00 -0400"
    assert Counter(item.findtext(KIND) for item in shown.iter("item")) == {"new": 5, "replace": 2}


def test_elsewhere_the_same_papers_are_cross_listed_and_replaced(arxiv: SampleArxiv) -> None:
    (replaced,) = [item for item in channel(arxiv, "cs.SY").iter("item") if "2409.90007" in str(item.findtext("guid"))]
    assert replaced.findtext("guid") == "oai:arXiv.org:2409.90007v3"
    assert replaced.findtext(KIND) == "replace-cross"
    assert str(replaced.findtext("description")).startswith(
        "arXiv:2409.90007v3 Announce Type: replace-cross \nAbstract: "
    )
    assert replaced.findtext("link") == "https://arxiv.org/abs/2409.90007"
    assert [each.text for each in replaced.iterfind("category")] == ["cs.RO", "cs.SY", "eess.SY"]
    assert replaced.findtext(CREATOR)


def test_at_the_weekend_a_feed_is_empty(arxiv: SampleArxiv) -> None:
    arxiv.today = date(2026, 3, 7)
    assert channel(arxiv, "cs.RO").find("item") is None


def test_what_is_no_category_is_a_bad_request(arxiv: SampleArxiv) -> None:
    with pytest.raises(HTTPError, match="400") as refusal:
        urlopen(f"{arxiv.rss_url}/rss/68T50", timeout=10)
    assert b"Feed error for query: 68T50" in refusal.value.read()
    refusal.value.close()


def test_a_feed_that_has_not_changed_is_not_sent_again(arxiv: SampleArxiv) -> None:
    address = f"{arxiv.rss_url}/rss/cs.RO"
    with urlopen(address, timeout=10) as response:
        tag = response.headers["ETag"]
    with pytest.raises(HTTPError, match="304") as unchanged:
        urlopen(Request(address, headers={"If-None-Match": tag}), timeout=10)
    unchanged.value.close()
    arxiv.today = date(2026, 3, 11)
    with urlopen(Request(address, headers={"If-None-Match": tag}), timeout=10) as response:
        assert response.status == 200


def test_outside_its_context_the_sample_has_no_feeds() -> None:
    with pytest.raises(RuntimeError):
        _ = SampleArxiv(date(2026, 3, 10)).rss_url
