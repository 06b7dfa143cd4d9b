"""Our mails, judged by others: validators of HTML, what mail programs support, SpamAssassin, parsers, DKIM verifiers.

The mails are those that the product made of real listings (`mail_checks/product`) and the hardest ones (`…/hard`).
"""

import re
import statistics
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from pathlib import Path

import dkim
import pytest
from lxml import html

from benchmarks.delivery import SIZE, ours, posted
from digest.rendering.mail import HTML_BYTES
from digest.rendering.plain import header_text
from tests.acceptance.conftest import Figures, Replay
from tests.acceptance.mail_checks import hard, judges, product
from tests.rendering.builders import LEAVE

CLIPPED = 102_000  # bytes of HTML from which on Gmail hides the rest
EDITIONS = 1000
SPAM = 1.0  # points; most sites call 5.0 spam
# Its titles are words of 5,000 letters, for which alone SpamAssassin gives two points.
HOSTILE_SPAM = {"hostile": 2.0, "plain alone": 2.0}

PROGRAMS = (
    *("gmail.desktop-webmail", "gmail.android", "gmail.ios", "gmail.mobile-webmail"),
    *("outlook.windows", "outlook.outlook-com", "outlook.macos", "outlook.ios", "outlook.android"),
    *("apple-mail.macos", "apple-mail.ios", "yahoo.desktop-webmail", "yahoo.android", "yahoo.ios"),
    *("samsung-email.android", "protonmail.desktop-webmail", "fastmail.desktop-webmail"),
)
# What one of them lacks or has in part, and why no reader misses it.
ACCEPTED = {
    "@media": "queries only improve: without them the mail is light, with the gutters of a wide screen",
    "<style> element": "it holds those queries alone",
    "color-scheme CSS property": "without it the light colours stay, or are inverted, which keeps their contrast",
    "color-scheme meta tag": "as the property",
    "<body> element": "the table in it has the same colours",
    "overflow-wrap": "word-break says the same; where neither is heard, one overlong word makes a wide column",
    "overflow": "taken for overflow-wrap; overflow itself is not used",
    "word-break": "as overflow-wrap",
    "aria-label attribute": "the link's own words say what it does",
    "role attribute": "kept on tables, where it matters; the landmark is one more",
    "max-width": "of tables alone; Word's engine has a table of 600 px of its own",
    "margin": "none below zero; align centres where auto does not",
    "padding": "of cells alone",
    "border": "of 1 and 3 px, round tables",
    "background": "taken for background-color, which all know",
    "font-size": "in px",
    "font-weight": "400 and 700",
    "line-height": "in px; Word's engine may set lines higher",
    "letter-spacing": "of the nameplate, by half a pixel",
    "text-decoration": "a title that is underlined is still a title",
    "dir attribute": "never of a link; Gmail's page for phones may set the whole mail from the right",
    "lang attribute": "of headings and paragraphs, not of cells",
    "align attribute": "of the whole column alone on a table, and centred",
    "width attribute": "of tables, no pictures",
    "cellpadding attribute": "zero, which the cells say as well",
    "cellspacing attribute": "zero; without it cells are two pixels apart",
    "mailto: links": "of the goodbye alone, which names the address besides",
    "HTML comments": "for Word's engine alone",
}
LETTER = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
EDITION = [
    *("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe"),
    *("List-Unsubscribe-Post", "Auto-Submitted", "Precedence", "Feedback-ID", "MIME-Version", "Content-Type"),
]
UNTOUCHED = {
    "List-Id": "<digest.paperround.example>",
    "List-Unsubscribe": f"<{LEAVE}>, <mailto:digest@paperround.example?subject=unsubscribe>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    "Message-ID": hard.MESSAGE_ID,
    "Date": "Mon, 02 Mar 2026 07:30:00 +0000",
    "Auto-Submitted": "auto-generated",
    "Precedence": "list",
    "MIME-Version": "1.0",
}


@pytest.fixture(scope="module")
def real(replay: Replay, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the relay was given on two days of real listings, by kind."""
    return product.sent(replay.url, tmp_path_factory.getbasetemp() / "sent")


@pytest.fixture(scope="module")
def difficult(shared: Path) -> dict[str, hard.Hard]:
    return hard.mails(shared / "data" / "arxiv")


@pytest.fixture(scope="module")
def bench(request: pytest.FixtureRequest) -> judges.Bench:
    cache = request.config.cache
    assert cache is not None
    return judges.Bench.ready(cache.mkdir("mail_checks"))


@pytest.fixture(scope="module")
def mails(
    real: dict[str, bytes], difficult: dict[str, hard.Hard], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """Every message as a file, by what it is."""
    folder = tmp_path_factory.mktemp("mails")
    contents = real | {name: each.content for name, each in difficult.items()}
    return dict(_files(folder, contents, "eml"))


@pytest.fixture(scope="module")
def pages(mails: dict[str, Path]) -> dict[str, Path]:
    """The HTML of every message that has any, as a file beside it."""
    found = {name: _body(read(file), "html") for name, file in mails.items()}
    contents = {name: page.encode() for name, page in found.items() if page}
    return dict(_files(next(iter(mails.values())).parent, contents, "html"))


def _files(folder: Path, contents: dict[str, bytes], suffix: str) -> Iterator[tuple[str, Path]]:
    for name, content in contents.items():
        file = folder / f"{re.sub('[^a-z0-9]+', '-', name)}.{suffix}"
        file.write_bytes(content)
        yield name, file


def read(file: Path) -> EmailMessage:
    return message_from_bytes(file.read_bytes(), policy=policy.default)


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return "" if part is None else str(part.get_content()).replace("\r\n", "\n")


# ------------------------------------------------------------ the page


def test_every_kind_of_mail_is_judged(real: dict[str, bytes]) -> None:
    letters = {"welcome", "welcome, plain", "still reading", "still reading, plain", "goodbye"}
    assert set(real) >= {"daily", "weekly", "plain", *letters}


def test_the_daily_mail_has_every_section(real: dict[str, bytes]) -> None:
    text = _body(message_from_bytes(real["daily"], policy=policy.default), "plain")
    headings = re.findall(r"^([\w ]+): [\d,]+ (?:paper|change)", text, re.M)
    assert [each for each in headings if each != "For a change"] == [
        *("robots", "agents", "Trending", "Papers you liked", "Also new")
    ]


def test_the_nu_html_checker_finds_nothing(bench: judges.Bench, pages: dict[str, Path], figure: Figures) -> None:
    assert bench.nu(pages.values()) == []
    figure("pages of mails without a word from the Nu Html Checker", len(pages))


def test_html_validate_finds_nothing(bench: judges.Bench, pages: dict[str, Path], figure: Figures) -> None:
    assert bench.html_validate(pages.values()) == []
    figure("pages of mails without a word from html-validate", len(pages))


def test_what_a_mail_program_lacks_has_a_fallback(bench: judges.Bench, pages: dict[str, Path], figure: Figures) -> None:
    lacking = bench.support(PROGRAMS, pages.values())
    assert sorted(lacking) == sorted(ACCEPTED)
    absent = sum("none" in programs.values() for programs in lacking.values())
    figure(
        f"features of a mail that one of {len(PROGRAMS)} programs lacks",
        f"{absent}, and {len(lacking) - absent} in part",
    )


def test_what_is_accepted_is_used_only_as_it_is_accepted(pages: dict[str, Path]) -> None:
    for page in pages.values():
        tree = html.fromstring(page.read_bytes())
        for element in tree.iter():
            style = str(element.get("style", ""))
            tag = str(element.tag)
            assert "padding:" not in style or tag in ("td", "body"), (tag, style)
            assert "max-width" not in style or tag == "table", (tag, style)
            assert "border" not in style or (tag == "table" and re.search(r"border-top:[13]px", style)), (tag, style)
            assert not re.search(r"margin[^;]*-\d|font-size:(?!\d+px\b|0)|font-weight:(?!400|700)", style), (tag, style)
            assert not (tag == "a" and element.get("dir")), style
            assert not (tag == "td" and element.get("lang")), style


# ------------------------------------------------------------ sizes


def test_sizes_of_a_thousand_real_editions(shared: Path, figure: Figures) -> None:
    days = [papers for papers in hard.by_day(shared / "data" / "arxiv").values() if len(papers) > 3 * SIZE]
    write = ours()
    contents = [write(each) for papers in days for each in posted(papers, -(-EDITIONS // len(days)))][:EDITIONS]
    mails = [message_from_bytes(each, policy=policy.default) for each in contents]
    pages = [len(_body(each, "html").encode()) for each in mails]
    whole = [len(each) for each in contents]
    figure(
        f"HTML of {len(pages):,} editions of {SIZE} papers from {len(days)} days",
        f"{statistics.median(pages):,.0f} bytes in the median, {max(pages):,} at most",
    )
    figure("the whole messages", f"{statistics.median(whole):,.0f} bytes in the median, {max(whole):,} at most")
    assert len(pages) == EDITIONS
    assert max(pages) <= HTML_BYTES


def test_no_mail_is_ever_clipped(pages: dict[str, Path], figure: Figures) -> None:
    sizes = {name: file.stat().st_size for name, file in pages.items()}
    largest = max(sizes, key=sizes.__getitem__)
    figure("largest HTML of all mails", f"{sizes[largest]:,} bytes ({largest})")
    assert {name: size for name, size in sizes.items() if size > CLIPPED} == {}
    assert {name: size for name, size in sizes.items() if size > HTML_BYTES} == {}


# ------------------------------------------------------------ SpamAssassin


def test_spamassassin_likes_every_mail(mails: dict[str, Path], tmp_path: Path, figure: Figures) -> None:
    judged = judges.scores(mails, tmp_path)
    for name in ("daily", "weekly", "plain", "welcome", "still reading", "goodbye"):
        score, rules = judged[name]
        figure(f"SpamAssassin, {name}", f"{score}: {', '.join(sorted(rules))}")
    others = {rule for _, rules in judged.values() for rule, points in rules.items() if points > 0}
    worst = max(judged, key=lambda name: judged[name][0])
    figure(f"SpamAssassin, worst of {len(judged)}", f"{judged[worst][0]} ({worst}); points for {', '.join(others)}")
    too_many = {name: found for name, found in judged.items() if found[0] >= HOSTILE_SPAM.get(name, SPAM)}
    assert too_many == {}


# ------------------------------------------------------------ headers and bodies


def test_a_second_parser_reads_the_same_headers_and_bodies(bench: judges.Bench, mails: dict[str, Path]) -> None:
    for (name, file), told in zip(mails.items(), bench.parsed(mails.values()), strict=True):
        mail = read(file)
        raw = [(each, _unfolded(value)) for each, value in mail.raw_items()]
        assert told["headers"] == [[each, value] for each, value in raw], name
        assert told["subject"] == mail["Subject"], name
        sender = "{name} <{address}>".format(**told["from"])
        assert sender == str(make_header(decode_header(dict(raw)["From"]))), name  # headerregistry splits words, 3.11
        assert told["attachments"] == 0, name
        for kind, key in (("plain", "text"), ("html", "html")):
            assert told[key].rstrip("\n") == _body(mail, kind).rstrip("\n"), (name, kind)


def _header_lines(content: bytes) -> dict[str, str]:
    """Every header as it stands in the bytes, by name; a name that comes twice is an error."""
    head = content.partition(b"\r\n\r\n")[0].decode()
    fields = [field.split(": ", 1) for field in re.split(r"\r\n(?![ \t])", head)]
    assert len({name.lower() for name, _ in fields}) == len(fields)
    return {each[0]: each[1] for each in fields}


def _unfolded(value: str) -> str:
    """A raw value on one line, the bytes beyond ASCII as UTF-8 (RFC 6532)."""
    return re.sub(r"\r?\n[ \t]", " ", value).encode("ascii", "surrogateescape").decode()


def test_the_headers_of_the_product_are_exactly_those_meant(real: dict[str, bytes]) -> None:
    for name, content in real.items():
        lines = _header_lines(content)
        edition = name in ("daily", "weekly", "plain")
        meant = EDITION if edition else LETTER
        transfer = [] if b"multipart/alternative" in content else ["Content-Transfer-Encoding"]
        assert list(lines) == ["DKIM-Signature", *meant, *transfer], name
        sender = "digest" if edition else "letters"
        assert lines["From"] == f"Paperround <{sender}@{product.DOMAIN}>"
        assert lines["Auto-Submitted"] == "auto-generated"
        if edition:
            assert re.fullmatch(
                rf"<{product.SITE}/unsubscribe/[\w-]+>, <mailto:replies\+[\w-]+@{product.DOMAIN}\?subject=unsubscribe>",
                lines["List-Unsubscribe"],
            )
            assert lines["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
            assert lines["List-Id"] == f"<digest.{product.DOMAIN}>"
            assert lines["Precedence"] == "list"
            assert lines["Feedback-ID"] == f"{'weekly' if name == 'weekly' else 'daily'}:{product.DOMAIN}"


def test_nothing_in_a_paper_changes_a_header(difficult: dict[str, hard.Hard]) -> None:
    names = [each for each in EDITION if each != "Reply-To"]
    for name, each in difficult.items():
        lines = _header_lines(each.content)
        transfer = ["Content-Transfer-Encoding"] if name == "plain alone" else []
        assert list(lines) == [*names, *transfer], name
        assert {key: lines[key] for key in UNTOUCHED} == UNTOUCHED, name
        assert lines["To"] == each.to, name
        mail = message_from_bytes(each.content, policy=policy.default)
        assert mail["Subject"] == header_text(each.bodies.subject), name
        assert _body(mail, "plain") == each.bodies.plain, name
        assert _body(mail, "html") == each.bodies.html, name


# ------------------------------------------------------------ signatures


def test_two_other_implementations_accept_every_signature(
    real: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory, figure: Figures
) -> None:
    record = (tmp_path_factory.getbasetemp() / "sent" / "record.txt").read_bytes()
    for name, content in real.items():
        assert dkim.verify(content, dnsfunc=lambda name, timeout=5: record), name
        assert judges.mail_dkim(content, record) == "pass", name
        broken = content.replace(b"Auto-Submitted: auto-", b"Auto-Submitted: also-")
        assert judges.mail_dkim(broken, record) == "fail", name
    figure("signatures that dkimpy and Mail::DKIM accept", len(real))
