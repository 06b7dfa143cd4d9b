"""The sample's server speaks OAI-PMH as arXiv does."""

import gzip
import re
import urllib.request
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from urllib.error import HTTPError
from urllib.parse import urlencode

import pytest
from lxml import etree

from digest.sample import SampleArxiv, SamplePaper, papers

OAI = "{http://www.openarchives.org/OAI/2.0/}"
RAW = "{http://arxiv.org/OAI/arXivRaw/}"
DAYS = [date(2026, 3, day) for day in (5, 6, 9, 10, 11)]
LAST_DAY = DAYS[-1]
SETS = {"cs.CL": "cs:cs:CL", "cs.RO": "cs:cs:RO", "q-bio.NC": "q-bio:q-bio:NC"}
WHOLE = (DAYS[0], LAST_DAY)

Asked = Callable[..., etree._Element]


@pytest.fixture
def arxiv() -> Iterator[SampleArxiv]:
    with SampleArxiv(LAST_DAY, page_size=7) as sample:
        yield sample


@pytest.fixture
def ask(arxiv: SampleArxiv) -> Asked:
    """Send a request and parse the answer."""

    def send(verb: str, **arguments: str) -> etree._Element:
        query = urlencode({"verb": verb} | {name.rstrip("_"): text for name, text in arguments.items()})
        with urllib.request.urlopen(f"{arxiv.oai_url}?{query}", timeout=10) as response:
            return etree.fromstring(response.read())

    return send


def list_all(ask: Asked, **arguments: str) -> list[etree._Element]:
    """The records of every page of a listing."""
    answer = ask("ListRecords", metadataPrefix="arXivRaw", **arguments)
    records = answer.findall(f".//{OAI}record")
    while token := answer.findtext(f".//{OAI}resumptionToken"):
        answer = ask("ListRecords", resumptionToken=token)
        records += answer.findall(f".//{OAI}record")
    return records


def get(ask: Asked, paper_id: str) -> etree._Element:
    return ask("GetRecord", metadataPrefix="arXivRaw", identifier=f"oai:arXiv.org:{paper_id}")


def raw(record: etree._Element, field: str) -> str:
    return record.findtext(f".//{RAW}{field}") or ""


def folded(text: str) -> str:
    return " ".join(text.split())


def error_of(answer: etree._Element) -> str | None:
    error = answer.find(f"{OAI}error")
    return None if error is None else error.get("code")


def paper(paper_id: str) -> SamplePaper:
    return next(each for each in papers() if each.id == paper_id)


@pytest.mark.parametrize("window", [WHOLE, *zip(DAYS, DAYS, strict=True), (DAYS[1], DAYS[3])])
@pytest.mark.parametrize("category", SETS)
def test_the_pages_of_a_set_hold_exactly_its_papers_of_those_days(
    ask: Asked, category: str, window: tuple[date, date]
) -> None:
    first, last = window
    records = list_all(ask, set=SETS[category], from_=str(first), until=str(last))
    expected = [each.id for each in papers() if category in each.categories and first <= each.datestamp <= last]
    assert sorted(raw(record, "id") for record in records) == sorted(expected)


@pytest.mark.parametrize("today", DAYS)
def test_on_each_day_the_listing_ends_with_that_day(arxiv: SampleArxiv, ask: Asked, today: date) -> None:
    arxiv.today = today
    stamps = [date.fromisoformat(record.findtext(f".//{OAI}datestamp") or "") for record in list_all(ask)]
    assert len(stamps) == sum(each.listed <= today for each in papers())
    assert stamps == sorted(stamps)
    assert stamps[-1] == today


def test_a_record_says_what_the_file_says(ask: Asked) -> None:
    for record in list_all(ask):
        expected = paper(raw(record, "id")).as_of(LAST_DAY)
        assert expected is not None
        assert folded(raw(record, "title")) == expected.title
        assert folded(raw(record, "authors")) == expected.authors
        assert folded(raw(record, "abstract")) == folded(expected.abstract)
        assert raw(record, "categories").split() == list(expected.categories)
        assert len(record.findall(f".//{RAW}version")) == len(expected.versions)


def test_dates_and_sets_are_spelled_as_arxiv_spells_them(ask: Asked) -> None:
    record = get(ask, "2603.90061")
    assert re.fullmatch(r"(Fri, 06|Sat, 07|Sun, 08|Mon, 09) Mar 2026 \d\d:\d\d:\d\d GMT", raw(record, "date"))
    assert [spec.text for spec in record.iter(f"{OAI}setSpec")] == ["q-bio:q-bio:NC", "physics:nlin:CD"]
    assert raw(record, "acm-class") == "J.3"


def test_a_wide_set_holds_the_narrow_ones(ask: Asked) -> None:
    narrow = {raw(record, "id") for name in ("cs:cs:CL", "cs:cs:RO") for record in list_all(ask, set=name)}
    assert narrow < {raw(record, "id") for record in list_all(ask, set="cs")}


def test_a_paper_of_two_categories_is_one_record_in_both_sets(ask: Asked) -> None:
    for name in ("cs:cs:RO", "q-bio:q-bio:NC"):
        assert [raw(record, "id") for record in list_all(ask, set=name)].count("2603.90043") == 1


def test_a_token_works_twice_on_its_day_and_is_refused_on_the_next(arxiv: SampleArxiv, ask: Asked) -> None:
    token = ask("ListRecords", metadataPrefix="arXivRaw").findtext(f".//{OAI}resumptionToken") or ""
    pages = [ask("ListRecords", resumptionToken=token) for _ in range(2)]
    assert len({etree.tostring(page) for page in pages}) == 1
    arxiv.today += timedelta(days=1)
    assert error_of(ask("ListRecords", resumptionToken=token)) == "badResumptionToken"


def test_a_token_names_the_midnight_at_which_it_expires(ask: Asked) -> None:
    token = ask("ListRecords", metadataPrefix="arXivRaw").find(f".//{OAI}resumptionToken")
    assert token is not None
    assert token.get("expirationDate") == "2026-03-12T00:00:00Z"
    assert token.get("completeListSize") == str(len(papers()))


def test_a_withdrawal_shows_only_from_its_day_on(arxiv: SampleArxiv, ask: Asked) -> None:
    arxiv.today = date(2026, 3, 9)
    before = get(ask, "2603.90023")
    arxiv.today = date(2026, 3, 10)
    after = get(ask, "2603.90023")
    assert [each.text for each in before.iter(f"{RAW}source_type")] != ["I"]
    assert [each.text for each in after.iter(f"{RAW}source_type")][-1] == "I"
    assert "withdrawn" not in raw(before, "comments")
    assert "withdrawn" in raw(after, "comments")
    assert after.findtext(f".//{OAI}datestamp") == "2026-03-10"


def test_a_replacement_brings_its_new_title_and_abstract_on_its_day(arxiv: SampleArxiv, ask: Asked) -> None:
    arxiv.today = date(2026, 3, 6)
    before = get(ask, "2603.90010")
    arxiv.today = date(2026, 3, 9)
    after = get(ask, "2603.90010")
    assert raw(before, "title") != raw(after, "title")
    assert raw(before, "abstract") != raw(after, "abstract")
    assert [len(each.findall(f".//{RAW}version")) for each in (before, after)] == [1, 2]


def test_a_paper_does_not_exist_before_its_day(arxiv: SampleArxiv, ask: Asked) -> None:
    arxiv.today = date(2026, 3, 9)
    assert error_of(get(ask, "2409.90007")) == "idDoesNotExist"
    arxiv.today = date(2026, 3, 10)
    assert error_of(get(ask, "2409.90007")) is None


def test_a_new_paragraph_is_indented_and_a_broken_line_is_not(ask: Asked) -> None:
    lines = raw(get(ask, "2603.90024"), "abstract").rstrip("\n").split("\n")
    assert sum(line.startswith("  ") for line in lines) == 3
    assert max(map(len, lines)) <= 78 < len("".join(lines))


@pytest.mark.parametrize(
    ("verb", "arguments", "code"),
    [
        ("Sing", {}, "badVerb"),
        ("ListRecords", {}, "badArgument"),
        ("ListRecords", {"metadataPrefix": "arXivRaw", "colour": "blue"}, "badArgument"),
        ("ListRecords", {"metadataPrefix": "arXivRaw", "from": "2026-3-5"}, "badArgument"),
        ("ListRecords", {"metadataPrefix": "arXivRaw", "from": "2026-02-30"}, "badArgument"),
        ("ListRecords", {"metadataPrefix": "arXivRaw", "from": "2026-03-06", "until": "2026-03-05"}, "badArgument"),
        ("ListRecords", {"metadataPrefix": "arXivRaw", "resumptionToken": "x"}, "badArgument"),
        ("ListRecords", {"resumptionToken": "x"}, "badResumptionToken"),
        ("ListRecords", {"resumptionToken": "e30="}, "badResumptionToken"),
        ("ListRecords", {"metadataPrefix": "oai_dc"}, "cannotDisseminateFormat"),
        ("ListRecords", {"metadataPrefix": "arXivRaw", "from": "2026-03-07", "until": "2026-03-08"}, "noRecordsMatch"),
        ("ListRecords", {"metadataPrefix": "arXivRaw", "set": "physics:hep-th"}, "noRecordsMatch"),
        ("GetRecord", {"metadataPrefix": "oai_dc", "identifier": "oai:arXiv.org:2603.9"}, "cannotDisseminateFormat"),
        ("GetRecord", {"metadataPrefix": "arXivRaw", "identifier": "oai:arXiv.org:2603.1\x01"}, "idDoesNotExist"),
        ("ListMetadataFormats", {"identifier": "oai:arXiv.org:2603.99999"}, "idDoesNotExist"),
    ],
)
def test_a_wrong_request_is_told_why(ask: Asked, verb: str, arguments: dict[str, str], code: str) -> None:
    assert error_of(ask(verb, **arguments)) == code


def test_a_repeated_argument_is_refused(arxiv: SampleArxiv) -> None:
    repeated = etree.fromstring(arxiv.answer("verb=ListRecords&metadataPrefix=arXivRaw&set=cs&set=q-bio"))
    assert error_of(repeated) == "badArgument"


def test_the_repository_describes_itself(ask: Asked) -> None:
    identity = ask("Identify")
    assert identity.findtext(f".//{OAI}granularity") == "YYYY-MM-DD"
    assert identity.findtext(f"{OAI}responseDate") == "2026-03-11T08:00:00Z"
    assert ask("ListMetadataFormats").findtext(f".//{OAI}metadataPrefix") == "arXivRaw"
    specs = {spec.text for spec in ask("ListSets").iter(f"{OAI}setSpec")}
    assert specs >= {"cs", "cs:cs", "physics:physics:bio-ph", *SETS.values()}


def test_an_answer_is_compressed_for_those_who_take_gzip(arxiv: SampleArxiv) -> None:
    request = urllib.request.Request(f"{arxiv.oai_url}?verb=Identify", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=10) as response:
        assert response.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(response.read()) == arxiv.answer("verb=Identify")


def test_elsewhere_nothing_is_found_and_nothing_is_logged(
    arxiv: SampleArxiv, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(HTTPError, match="404"):
        urllib.request.urlopen(arxiv.oai_url + "/elsewhere", timeout=10)
    assert capfd.readouterr().err == ""


def test_outside_its_context_the_sample_has_no_address() -> None:
    with pytest.raises(RuntimeError):
        _ = SampleArxiv(LAST_DAY).oai_url
