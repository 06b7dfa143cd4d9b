"""Links in the prose of abstracts and comments: whole, without what stands around them, and told apart."""

import gzip
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import code_links as benchmark
from digest.identity import PaperId
from digest.papers import Paper
from digest.signals import CODE, PROJECT, Signal
from digest.sources.code_links import code_links, links
from tests.sources.conftest import NOW, unhurried

REPOSITORY = "https://github.com/ana-marin/Tides"


def code(text: str) -> list[str]:
    return [link.url for link in links(text) if link.name == CODE]


def projects(text: str) -> list[str]:
    return [link.url for link in links(text) if link.name == PROJECT]


# ------------------------------------------------------------ what stands around an address


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/ana-marin/Tides",
        "http://github.com/ana-marin/Tides",
        "https://www.github.com/ana-marin/Tides",
        "HTTPS://GitHub.com/ana-marin/Tides",
        "github.com/ana-marin/Tides",
        "Code is at https://github.com/ana-marin/Tides.",
        "Code is at https://github.com/ana-marin/Tides . We thank",
        "Code (https://github.com/ana-marin/Tides) and data",
        "Code (https://github.com/ana-marin/Tides).",
        "Code:https://github.com/ana-marin/Tides, data: none",
        "Code: https://github.com/ana-marin/Tides; 9 pages",
        "the code <https://github.com/ana-marin/Tides>.",
        "the code `https://github.com/ana-marin/Tides'.",
        'the code "https://github.com/ana-marin/Tides".',
        "the code “https://github.com/ana-marin/Tides”.",
        "the code [https://github.com/ana-marin/Tides].",
        "the [code](https://github.com/ana-marin/Tides).",
        '<a href="https://github.com/ana-marin/Tides">this https URL</a>',
        "https://github.com/ana-marin/Tides.git",
        "https://github.com/ana-marin/Tides.git.",
        "git@github.com:ana-marin/Tides.git",
        "https://github.com/ana-marin/Tides/",
        "https://github.com/ana-marin/Tides/tree/main/sea",
        "https://github.com/ana-marin/Tides?tab=readme-ov-file#tides",
        "https://github.com/ana-marin/Tides#tides",
        "https://github.com/ana-marin/Tides and at the harbour",
        "https://github.com/ana-marin/Tides\nand at the harbour",
        "https://github.com/ana-marin/Tides。",
        "https://github.com/ana-marin/Tides\u200b.",
        "The code is available atgithub.com/ana-marin/Tides.",
    ],
)
def test_an_address_ends_where_a_reader_would_end_it(text: str) -> None:
    assert code(text) == [REPOSITORY]


@pytest.mark.parametrize(
    "text",
    [
        r"\url{https://github.com/ana-marin/Tides}",
        r"\url{https://github.com/ana-marin/Tides}.",
        r"code\footnote{https://github.com/ana-marin/Tides} and",
        r"\texttt{https://github.com/ana-marin/Tides}.",
        r"{\tt https://github.com/ana-marin/Tides}",
        r"at~https://github.com/ana-marin/Tides~(code)",
        r"\href{https://github.com/ana-marin/Tides}{https://github.com/ana-marin/Tides}.",
        r"\href{https://github.com/ana-marin/Tides}{\texttt{github.com/ana-marin/Tides}}",
        r"\href{https://github.com/ana-marin/Tides}{\underline{\small\texttt{here}}}",
        r"$\href{https://github.com/ana-marin/Tides}{\text{GitHub}}$",
        r"\textcolor{blue}{https://github.com/ana-marin/Tides}.}",
        r"https://github.com/ana-marin/Tides}{https://github.com/ana-marin/Tides.",
        r"https://github.com/ana-marin/\allowbreak Tides.",
        r"https://github.com/ana\-marin/Tides",
    ],
)
def test_tex_around_an_address_is_no_part_of_it(text: str) -> None:
    assert set(code(text)) == {REPOSITORY}


@pytest.mark.parametrize("name", [r"sea\_level\_rise", r"sea{\_}level{\_}rise", "sea_level_rise"])
def test_escaped_signs_are_read_as_themselves(name: str) -> None:
    assert code(f"https://github.com/ana-marin/{name}.") == ["https://github.com/ana-marin/sea_level_rise"]


def test_a_tex_link_leads_where_it_says_and_not_where_it_seems_to() -> None:
    shortened = r"\href{https://github.com/ana-marin/Tides/tree/main}{https://github.com/Tides}"
    assert [link.url for link in links(shortened)] == [REPOSITORY]

    unfilled = r"\href{https://github.com/ana-marin/xx}{https://github.com/ana-marin/Tides}"
    assert code(unfilled) == [REPOSITORY]

    swapped = r"\href{GitHub}{https://github.com/ana-marin/Tides}"
    assert code(swapped) == [REPOSITORY]


@pytest.mark.parametrize(
    "name", ["llm.c", "Tides2.0", "tides.jl", "Jr.AI", "T.I.D", "Instinct-vs.-Reflection", "-GRW-", "tides-", "Tides++"]
)
def test_a_name_may_hold_what_elsewhere_ends_a_sentence(name: str) -> None:
    assert code(f"See https://github.com/ana-marin/{name}. We") == [f"https://github.com/ana-marin/{name}"]


def test_a_sentence_that_begins_without_a_space_is_no_part_of_a_name() -> None:
    assert code("https://github.com/ana-marin/Tides.Warning: this paper is wet") == [REPOSITORY]
    assert code("https://github.com/ana-marin/Tides.(Soon.)") == [REPOSITORY]


# ------------------------------------------------------------ addresses in pieces


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://github.com/ ana-marin/Tides.", REPOSITORY),
        ("https://github.com/\nana-marin/Tides.", REPOSITORY),
        ("https://github. com/ana-marin/Tides.", REPOSITORY),
        ("https: // github. com/ ana-marin/ sea-level2 .", "https://github.com/ana-marin/sea-level2"),
        ("https:/github.com/ana-marin/Tides", REPOSITORY),
        ("https://github.com/ana-marin/ sea-level and more", "https://github.com/ana-marin/sea-level"),
        ("https://github.com/ana-marin/ TIDES.", "https://github.com/ana-marin/TIDES"),
        ("https://github.com/ana-marin/ SeaLevel.", "https://github.com/ana-marin/SeaLevel"),
        ("https://github.com/ana- marin2/Tides- V1 with all", "https://github.com/ana-marin2/Tides-V1"),
        ("https://github.com/ana-marin/sea_ LEVEL. Keywords: sea", "https://github.com/ana-marin/sea_LEVEL"),
        ("https://github.com/AnaMar iN/SeaLevel.", "https://github.com/AnaMariN/SeaLevel"),
        ("https://huggingface.co/ datasets/ana/SeaLevel.", "https://huggingface.co/datasets/ana/SeaLevel"),
        ("https://huggingface.co/spaces/ana/ SeaLevel. For", "https://huggingface.co/spaces/ana/SeaLevel"),
    ],
)
def test_an_address_broken_by_a_space_is_put_together(text: str, url: str) -> None:
    assert [link.url for link in links(text)] == [url]


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/ana-marin/ and https://doi.org/10.1000/tides",
        "https://github.com/ana-marin/ soon.",
        "https://github.com/ana-marin/ Website: https://tides.example",
        "https://github.com/ana-marin/ https://tides.example/SeaLevel",
        "https://github.com/ana-marin and/or by mail",
        "https://github.com/ana-marin 12/2026",
        "https://github.com/ana-marin. ICML/Tides",
        "https://github.com/ana-marin/, where",
    ],
)
def test_what_only_follows_an_address_is_not_put_together_with_it(text: str) -> None:
    assert [link.url for link in links(text)] == ["https://github.com/ana-marin"]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://ana14. github.io/Tides/.", "https://ana14.github.io/Tides"),
        ("https://ana- marin.github.io/.", "https://ana-marin.github.io"),
        ("https://ana-marin.github. io/Tides", "https://ana-marin.github.io/Tides"),
    ],
)
def test_a_page_broken_by_a_space_is_put_together(text: str, url: str) -> None:
    assert projects(text) == [url]


# ------------------------------------------------------------ what an address is


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://gitlab.com/sea/tides/level.", "https://gitlab.com/sea/tides/level"),
        ("https://gitlab.com/sea/tides/-/tree/main/src", "https://gitlab.com/sea/tides"),
        ("https://gitlab.com/sea/tides/blob/main/a.py", "https://gitlab.com/sea/tides"),
        ("https://gitlab.harbour.example/sea/tides.git", "https://gitlab.harbour.example/sea/tides"),
        ("https://sea-gitlab.harbour.example/sea/tides", "https://sea-gitlab.harbour.example/sea/tides"),
        ("https://bitbucket.org/sea/tides/src/main", "https://bitbucket.org/sea/tides"),
        ("https://codeberg.org/sea/tides", "https://codeberg.org/sea/tides"),
        ("https://huggingface.co/sea/tides/tree/main", "https://huggingface.co/sea/tides"),
        ("https://hf.co/datasets/sea/tides/viewer/all", "https://huggingface.co/datasets/sea/tides"),
        ("https://huggingface.co/spaces/sea/tides).", "https://huggingface.co/spaces/sea/tides"),
        ("https://github.com/sea-/tides", "https://github.com/sea-/tides"),
        ("https://github.com/ana_sea/tides", "https://github.com/ana_sea/tides"),
    ],
)
def test_a_repository_is_named_by_its_root_on_any_of_the_hosts(text: str, url: str) -> None:
    assert [(link.name, link.url) for link in links(text)] == [(CODE, url)]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://github.com/sea", "https://github.com/sea"),
        ("https://github.com/orgs/sea/repositories", "https://github.com/sea"),
        ("https://gitlab.com/sea/", "https://gitlab.com/sea"),
        ("https://huggingface.co/Sea.", "https://huggingface.co/Sea"),
        ("https://huggingface.co/datasets/Sea/", "https://huggingface.co/datasets/Sea"),
        ("https://hf.co/collections/sea/tides-67ef5b.", "https://huggingface.co/collections/sea/tides-67ef5b"),
        ("https://sea.github.io", "https://sea.github.io"),
        ("http://Sea.GitHub.io/.", "https://sea.github.io"),
        ("https://www.sea.github.io .", "https://sea.github.io"),
        ("sea.github.io, accompanied", "https://sea.github.io"),
        ("https://sea.gitlab.io/rm", "https://sea.gitlab.io/rm"),
        ("https://sea.github.io/Tides.github.io/", "https://sea.github.io/Tides.github.io"),
        ("https://sea.github.io/At-tention.github.io/", "https://sea.github.io/At-tention.github.io"),
        ("https://sea.github.io/a/b.html#/top", "https://sea.github.io/a/b.html"),
        (r"https://sea.github.io/the\_tides/}", "https://sea.github.io/the_tides"),
    ],
)
def test_pages_and_owners_without_a_repository_are_projects(text: str, url: str) -> None:
    assert [(link.name, link.url) for link in links(text)] == [(PROJECT, url)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Our code is on GitHub. We also use Hugging Face.",
        "https://github.com",
        "https://github.com/.",
        "https://github.com/ --.",
        "https://github.com/[your-repo-link]",
        "https://github.com/xxxx/xxx",
        "https://github.com/XXX.",
        "https://github.com/anonymized-link.",
        "https://github.com/YourOrg/Tides",
        "https://github.com/open_upon_acceptance.",
        "https://github.com/SEA-",
        "https://github.com/features/actions",
        "https://huggingface.co/blog/sea/tides",
        "https://huggingface.co/papers/2409.00001",
        "https://huggingface.co/collections",
        "https://tides.example/tides.github.io/",
        "https://github.com.evil.example/ana-marin/Tides",
        "https://sea.github.io.evil.example/",
        "https://notgithub.com/ana-marin/Tides",
        "https://user@github.com/ana-marin/Tides",
        "ana@sea.github.io",
    ],
)
def test_what_leads_nowhere_is_no_link(text: str) -> None:
    assert list(links(text)) == []


# ------------------------------------------------------------ a paper


def test_a_paper_has_one_signal_for_its_code_and_one_for_its_pages() -> None:
    paper = Paper(
        id=PaperId("arxiv:2409.00001"),
        title="Tides",
        abstract="See https://github.com/ana-marin/Tides and https://huggingface.co/ana/tides, https://tides.github.io/.",
        comment="Code: https://github.com/Ana-Marin/tides.git, data: https://github.com/ana-marin/levels. 9 pages",
    )
    assert code_links(paper, now=NOW) == (
        Signal(
            subject=paper.id,
            name=CODE,
            value=(REPOSITORY, "https://huggingface.co/ana/tides", "https://github.com/ana-marin/levels"),
            source="text",
            observed_at=NOW,
        ),
        Signal(subject=paper.id, name=PROJECT, value=("https://tides.github.io",), source="text", observed_at=NOW),
    )


def test_the_end_of_the_abstract_does_not_run_into_the_comment() -> None:
    paper = Paper(id=PaperId("arxiv:1"), title="", abstract="https://github.com/ana-", comment="marin2/Tides")
    assert code_links(paper, now=NOW) == ()


_OWNERS = st.from_regex(r"ana[A-Za-z0-9]{0,9}(-[A-Za-z0-9]{1,9})?", fullmatch=True)
_NAMES = st.from_regex(r"[Tt]i[A-Za-z0-9]{0,9}([._-][A-Za-z0-9]{1,9}){0,2}", fullmatch=True)
_BEFORE = st.sampled_from(["", "Code: ", "(", r"\url{", "at~", r"{\tt ", "<", "[", "“", "$", "code:"])
_AFTER = st.sampled_from(". , ; ) ]. >. ). } }. }}. ”. $. / /. /tree/main. .git) .git. ?a=b. #top".split())
_SCHEMES = st.sampled_from(["https://", "http://", "https://www.", ""])


@unhurried
@given(_OWNERS, _NAMES, _BEFORE, _AFTER | st.just(""), _SCHEMES, st.sampled_from(["", " ", " and it is", "\nWe"]))
def test_any_repository_is_found_in_any_wrapping(
    owner: str, name: str, before: str, after: str, scheme: str, then: str
) -> None:
    url = f"https://github.com/{owner}/{name.removesuffix('.git')}"
    assert code(f"{before}{scheme}github.com/{owner}/{name}{after}{then}") == [url]


_SHAPE = re.compile(r"https://[a-z0-9.-]+(/[A-Za-z0-9._+%-]+)*")
_PIECES = st.sampled_from(
    "https:// github.com/ github.io gitlab. huggingface.co/ datasets/ collections/ git@ www. :// / - _ . : @ % at a A1 "
    "é \\_ \\href{ }{ } { \u202e".split()
)
_SPACES = st.sampled_from([" ", "\n"])


@unhurried
@given(st.lists(_PIECES | _SPACES | st.text(max_size=5), max_size=30).map("".join))
def test_any_text_gives_plain_addresses_or_none(text: str) -> None:
    for link in links(text):
        assert link.name in {CODE, PROJECT}
        assert _SHAPE.fullmatch(link.url)


# ------------------------------------------------------------ the measurement


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two listings and what is right in them; one judgement is wrong, and one is of a paper that is not there."""
    texts = {"1": "https://github.com/ana-marin/Tides", "2": "https://sea.github.io/", "3": "No code."}
    with gzip.open(tmp_path / "a.jsonl.gz", "wt") as lines:
        for name, abstract in texts.items():
            lines.write(json.dumps({"id": name, "abstract": abstract, "comment": None}) + "\n")
    with gzip.open(tmp_path / "b.jsonl.gz", "wt") as lines:
        lines.write(json.dumps({"id": "1", "abstract": "listed again", "comment": "9 pages"}) + "\n")
        lines.write(json.dumps({"id": "4", "kind": "no record"}) + "\n")
    rows = ["# id", f"1\t{REPOSITORY}\t-\tfirst", "2\t-\thttps://sea.github.io\tfirst", "3\t-\t-\tsecond"]
    wrong = ["3\thttps://github.com/a/b\t-\tsecond", "9\t-\t-\tsecond"]
    (tmp_path / "judged.tsv").write_text("\n".join(rows + wrong) + "\n")
    return tmp_path


def test_the_benchmark_says_how_many_are_right_and_which_are_not(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    benchmark.main(["--data", str(data), "--judged", str(data / "judged.tsv")])

    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "3 papers, 2 with links: 1 to code, 1 to projects"
    assert printed[1].split() == "first 2 of 2 papers right: 100.0%".split()
    assert printed[2].split() == "second 1 of 3 papers right: 33.3%".split()
    assert printed[3].split() == "3: nothing instead of https://github.com/a/b".split()
    assert printed[4].split() == "9: nothing instead of nothing".split()


def test_the_benchmark_says_when_there_is_nothing_to_measure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        benchmark.main(["--data", str(tmp_path)])
    assert end.value.code == 2
    assert "there are no listings" in capsys.readouterr().err
