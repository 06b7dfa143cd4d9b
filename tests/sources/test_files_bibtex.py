"""BibTeX as people and programs write it."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.sources.bibtex import LONGEST_ENTRY, pieces
from digest.sources.file_records import Position, Record, Told
from tests.sources.conftest import unhurried

ZOTERO = r"""
% Encoding: UTF-8
@string{jt = "Journal of Tides"}
@STRING(press = {Harbour} # " " # "Press")

@comment{ Nothing to see here }

@article{marin_ebb_2026,
	title = {Ebb and {Flow} of {$k$}-centers: {A} {TeX}nical \'{e}tude},
	author = {Mar{\'\i}n, Ana and Li, Jr, Bo and {The Tides and Moons Collaboration} and van der Berg, J. W.},
	journal = jt,
	volume = 7,
	number = {2},
	pages = {1--12},
	year = 2026,
	month = mar,
	day = 5,
	doi = {10.1000/Tides\_7},
	url = {https://example.org/a\_b},
	abstract = {We study tides --- and
``harbours'', 50\% of them.

A second paragraph.},
	keywords = {tides, {Moon}; sea level},
}

@inproceedings(li2025,
  Title = "A "  #  "{quoted {"}title{"}}",
  AUTHOR = "Bo Li and others",
  booktitle = "Proceedings",
  date = "2025-11-02/2025-11-05",
  title = "Another",
  publisher = press
)

@misc{preprint,
  title={Scaling Tides}, author={Ana Mar\'{i}n}, eprint={2601.10962v2}, archivePrefix={arXiv}, primaryClass={cs.LG},
  year={2026}}
"""


def read(content: str | bytes) -> list[Record]:
    body = content if isinstance(content, bytes) else content.encode()
    return [record for piece in pieces(BytesIO(body), Position()) for record in piece.records]


def told(fields: str, *, before: str = "") -> Told:
    (record,) = read(f"{before}\n@misc{{key, title = {{Ebb}}, {fields}\n}}\n")
    assert record.problems == ()
    assert record.told is not None
    return record.told


# ------------------------------------------------------------ as it is written


def test_an_article_with_everything() -> None:
    article = read(ZOTERO)[0]
    assert article.line == 8
    found = article.told
    assert found is not None
    assert found.title == "Ebb and Flow of $k$-centers: A TeXnical étude"
    assert found.name == "marin_ebb_2026"
    assert found.doi == "doi:10.1000/tides_7"
    assert found.authors == ("Ana Marín", "Bo Li Jr", "The Tides and Moons Collaboration", "J. W. van der Berg")
    assert found.journal_ref == "Journal of Tides 7(2), 1–12 (2026)"
    assert found.url == "https://example.org/a_b"
    assert found.abstract == "We study tides — and “harbours”, 50% of them.\n\nA second paragraph."
    assert found.signals == {"keywords": ("tides", "Moon", "sea level")}
    assert found.dated is not None
    assert found.dated.begins == datetime(2026, 3, 5, tzinfo=UTC)


def test_an_entry_in_parentheses_with_quotes_joined_values_and_a_field_told_twice() -> None:
    found = read(ZOTERO)[1].told
    assert found is not None
    assert (found.title, found.authors) == ('A quoted "title"', ("Bo Li",))
    assert found.dated is not None
    assert found.dated.begins == datetime(2025, 11, 2, tzinfo=UTC)


def test_a_preprint_of_arxiv() -> None:
    found = read(ZOTERO)[2].told
    assert found is not None
    assert (found.arxiv, found.categories) == ("arxiv:2601.10962", ("cs.LG",))


@pytest.mark.parametrize(
    "fields",
    [
        "eprint = {2601.10962}",
        "eprint = {2601.10962}, eprinttype = {arxiv}",
        "journal = {arXiv preprint arXiv:2601.10962}, year = 2026",
        "journal = {CoRR}, volume = {abs/2601.10962}",
        "url = {http://arxiv.org/abs/2601.10962}",
        "doi = {10.48550/ARXIV.2601.10962}",
    ],
)
def test_a_paper_on_arxiv_is_known_in_each_way_that_programs_write_it(fields: str) -> None:
    found = told(fields)
    assert found.arxiv == "arxiv:2601.10962"
    assert found.journal_ref == ""


def test_an_old_number_is_completed_by_its_class() -> None:
    assert told("eprint = {0306266}, archiveprefix = {arXiv}, primaryclass = {math.NA}").arxiv == "arxiv:math/0306266"


def test_an_eprint_elsewhere_is_no_arxiv_id() -> None:
    assert told("eprint = {2601.10962}, archiveprefix = {HAL}").arxiv is None


@pytest.mark.parametrize(
    ("fields", "begins"),
    [
        ("year = 2026, month = {March}", datetime(2026, 3, 1, tzinfo=UTC)),
        ("year = 2026, month = 3", datetime(2026, 3, 1, tzinfo=UTC)),
        ("year = {2026}, month = nosuch", datetime(2026, 1, 1, tzinfo=UTC)),
        ("year = 2026, month = 2, day = 30", datetime(2026, 2, 1, tzinfo=UTC)),
        ("date = {2026-03}", datetime(2026, 3, 1, tzinfo=UTC)),
        ("year = {in press}", None),
        ("month = mar", None),
    ],
)
def test_a_date_is_read_as_far_as_it_is_told(fields: str, begins: datetime | None) -> None:
    dated = told(fields).dated
    assert (dated.begins if dated else None) == begins


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"{\"U}ber \v{C}ern\'y, \o, \aa{} and \ss", "Über Černý, ø, å and ß"),
        (r"\emph{Nested \textbf{words}} stay", "Nested words stay"),
        (r"$x^2$ and $\alpha_{i}$, as written", r"$x^2$ and $\alpha_{i}$, as written"),
        (r"Costs \$5, or $6, at Q\&A", "Costs $5, or $6, at Q&A"),
        (r"p \textless{} 0.05~--- \LaTeX{} style", "p < 0.05 — LaTeX style"),
        ("unbalanced $ is no mathematics", "unbalanced $ is no mathematics"),
    ],
)
def test_tex_is_read_and_mathematics_left(tex: str, text: str) -> None:
    assert told(f"abstract = {{{tex}}}").abstract == text


def test_a_macro_holds_from_where_it_is_defined_and_an_unknown_one_is_its_name() -> None:
    before = '@string{jt = "J. Tides"} @string{jt2 = jt # " B"}'
    assert told("journal = JT2", before=before).journal_ref == "J. Tides B"
    assert told("journal = jmlr").journal_ref == "jmlr"


def test_macros_that_stand_before_a_page_hold_on_it() -> None:
    body = ZOTERO.encode().replace(b"publisher = press", b"journal = press")
    first, *_ = (piece for piece in pieces(BytesIO(body), Position()) if piece.records)
    (proceedings, *_) = (record.told for piece in pieces(BytesIO(body), first.following) for record in piece.records)
    assert proceedings is not None
    assert proceedings.journal_ref == "Harbour Press"


# ------------------------------------------------------------ as it should not be written


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("@article{b, title = {never closed, author = {x}\n", "b: title: “}” is missing"),
        ('@article{b, title = "never closed\n', "b: title: “\"” is missing"),
        ('@article{b, title = "a } b"}\n', "b: title: a “}” that closes nothing"),
        ("@article{b, title = {x} author = {y}}\n", "b: title: expected a comma or the end of the"),
        ("@article{b, title {x}}\n", "b: expected a field or “}”, found “title {x}}”"),
        ("@article{b, title = }\n", "b: title: expected a value, found “}”"),
        ("@article{title = {x}}\n", "an entry: expected a key and a comma"),
        ("@article(b, title = {x}}\n", "b: expected “)”, found “}”"),
        ("@article{b, author = {x}}\n", "b: title: expected text, found nothing"),
        ("@article{b}\n", "b: title: expected text, found nothing"),
        (f"@article{{b, title = {{{'x' * 50_001}}}}}\n", "b: title: longer than 50,000 characters"),
        (f"@article{{b, title = {{{'x' * LONGEST_ENTRY}}}}}\n", "the entry is longer than 1,048,576 bytes"),
        ("@article{b, title = {\udcff}}\n", "the entry is not UTF-8"),
    ],
)  # fmt: skip
def test_a_broken_entry_costs_itself_alone(broken: str, said: str) -> None:
    good = "@misc{a, title = {Ebb}}\n"
    first, bad, last = read((good + "\n" + broken + good).encode(errors="surrogateescape"))
    assert (first.line, bad.line) == (1, 3)
    assert bad.problems[0].startswith(said)
    assert first.told == last.told == Told(title="Ebb", name="a")


def test_macros_cannot_grow_without_end() -> None:
    doubling = "".join(f"@string{{a{n} = a{n - 1} # a{n - 1}}}\n" for n in range(1, 60))
    records = read(f'@string{{a0 = "tides and "}}\n{doubling}@misc{{b, title = a59}}\n')
    assert "longer than 50,000 characters" in records[0].problems[0]
    assert records[-1].told is not None
    assert len(records[-1].told.title) <= 50_000


def test_macros_cannot_make_an_entry_grow_without_end() -> None:
    fields = "".join(f"f{n} = x # x, " for n in range(1000))
    (record,) = read(f'@string{{x = "{"y" * 20_000}"}}\n@misc{{b, {fields} title = {{B}}}}\n')
    assert record.problems == ("b: its macros make it longer than 1,048,576 characters",)


def test_entries_on_one_line_and_text_between_entries_are_read() -> None:
    records = read("\ufeff@misc{a, title={A}} @misc{b, title={B}},\nwrite to me@home {please}\n@misc{c, title={C}}")
    assert [(record.line, record.told and record.told.title) for record in records] == [(1, "A"), (1, "B"), (3, "C")]


def test_reading_goes_on_where_a_piece_ended() -> None:
    body = ZOTERO.encode()
    found = list(pieces(BytesIO(body), Position()))
    for number, piece in enumerate(found):
        assert list(pieces(BytesIO(body), piece.following)) == found[number + 1 :]
    assert found[-1].following == Position(offset=len(body), line=body.count(b"\n") + 1)


PARTS = [
    "@misc{a, ",
    "title",
    "=",
    "{",
    "}",
    '"',
    ",",
    "#",
    "\n@article{b,",
    "\\'",
    "$",
    "(",
    ")",
    "@string{x=",
    "and",
    "%",
]


@given(st.lists(st.sampled_from(PARTS) | st.text(max_size=4), max_size=30).map("".join))
@unhurried
def test_any_text_gives_records_or_problems(content: str) -> None:
    for record in read(content.encode(errors="replace")):
        assert record.told or record.problems
        for text in (record.told.title, *record.told.authors, record.told.name) if record.told else ():
            assert text == " ".join(text.split())
            assert "\u202e" not in text


@given(st.binary(max_size=60), st.integers(0, len(ZOTERO)))
@unhurried
def test_any_bytes_put_into_a_library_cost_no_more_than_entries(content: bytes, place: int) -> None:
    body = ZOTERO.encode()
    assert all(record.told or record.problems for record in read(body[:place] + content + body[place:]))
