"""Text becomes counted terms, the same on every machine and for ever."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from digest.relevance.stop_words import ENGLISH
from digest.relevance.text import (
    ANALYSER,
    TITLE_WEIGHT,
    TermCounts,
    count_paper,
    count_words,
    is_pair,
    is_stem,
    spelled,
    stem_id,
    terms,
    word_id,
    words,
)

written = st.lists(st.sampled_from("graph graphs network networks spin the of 图神经网络 über x1".split())).map(
    " ".join
)


def counts(found: TermCounts, *texts: str) -> dict[str, int]:
    """The counts by word as it is written, as far as the words occur in the texts."""
    kept = ~is_stem(found.ids)
    spelling = spelled(found.ids[kept].tolist(), texts)
    times = found.times[kept].tolist()
    return {spelling[number]: count for number, count in zip(found.ids[kept].tolist(), times, strict=True)}


def as_dict(found: TermCounts) -> dict[int, int]:
    return dict(zip(found.ids.tolist(), found.times.tolist(), strict=True))


# ------------------------------------------------------------ words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Über Größen: Étude", ["uber", "großen", "etude"]),
        ("ﬁeld 𝐆raph ℌilbert", ["field", "graph", "hilbert"]),
        ("Теория графов", ["теория", "графов"]),
        ("ΣΊΣΥΦΟΣ İstanbul", ["σισυφος", "istanbul"]),
        ("हिन्दी भाषा", ["हनद", "भष"]),
        ("graph 👩‍💻 👍🏽 …!", ["graph"]),
        ("\u202eabc\u2066", ["abc"]),
    ],
)
def test_words_of_every_script_are_folded(text: str, found: list[str]) -> None:
    assert words(text) == found


@given(text=st.text(st.characters(exclude_characters="\\\uff3c\ufe68", exclude_categories=["Cs"])))  # but for TeX
def test_composed_and_decomposed_letters_are_the_same(text: str) -> None:
    forms = [words(unicodedata.normalize(form, text)) for form in ("NFC", "NFD", "NFKC", "NFKD")]
    assert forms == [words(text)] * 4


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (r"Schr\"odinger Schr\"{o}dinger Schr{\"o}dinger", ["schrodinger"] * 3),
        (r"Poincar\'e Poincar\'{e} Poincar{\'e}", ["poincare"] * 3),
        (r"na\"{\i}ve Erd\H{o}s Ho\v{r}ava Fran\c{c}ois", ["naive", "erdos", "horava", "francois"]),
        (r"{\"odinger} {\'e", ["odinger", "e"]),  # braces that are no accent's
        (r"\emph{graph} \textbf{networks}", ["graph", "networks"]),
        (r"\emph{graph}networks", ["graph", "networks"]),
        (r"$\alpha$-decay of $^{12}\mathrm{C}$", ["decay", "c"]),
        (r"$\mathcal{O}(n \log n)$", ["o", "n", "n"]),
        (r"spin\\glass 50\% \ ", ["spin", "glass"]),
        ("lattice \\", ["lattice"]),
    ],
)
def test_latex_is_read_as_the_words_it_prints(text: str, found: list[str]) -> None:
    assert words(text) == found


@pytest.mark.parametrize("hyphen", ["-", "\u2010", "\u2011", "\u2013", " ", "/", "--"])
def test_what_a_hyphen_joins_is_two_words_and_their_pair(hyphen: str) -> None:
    assert terms(f"self{hyphen}supervised") == terms("Self Supervised") == ["self", "supervised", "self supervised"]


@pytest.mark.parametrize(
    ("text", "found"),
    [("GPT4 beats 3D-CNN_2", ["gpt4", "beats", "3d", "cnn_2"]), ("2026 1.5 1_000 _", []), ("x_1, x1", ["x_1", "x1"])],
)
def test_a_number_is_a_word_only_together_with_letters(text: str, found: list[str]) -> None:
    assert words(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("深度学习", ["深度", "度学", "学习"]),
        ("グラフ", ["クラ", "ラフ"]),
        ("그래프", ["그래", "래프"]),
        ("วิทยา", ["วท", "ทย", "ยา"]),
        ("图", ["图"]),
        ("深度 学习", ["深度", "学习"]),
        ("基于transformer的模型", ["基于", "transformer", "的模", "模型"]),
    ],
)
def test_scripts_without_blanks_give_pairs_of_characters_in_order(text: str, found: list[str]) -> None:
    assert words(text) == found


def test_stop_words_are_those_of_scikit_learn() -> None:
    assert ENGLISH == ENGLISH_STOP_WORDS


def test_stop_words_leave_their_neighbours_side_by_side() -> None:
    assert terms("The Theory of Graph Networks") == [
        "theory", "graph", "networks", "theory graph", "graph networks",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", " \n\t", "the of and", "1 2 3", "!? -- …", "\u202e\u2066", "\u0301", "\ud800"])
def test_a_text_without_words_has_no_terms(text: str) -> None:
    found = count_paper(text, text)
    assert (len(found.ids), len(found.times), found.to_bytes()) == (0, 0, bytes([ANALYSER]))
    assert len(count_words(text).ids) == 0


# ------------------------------------------------------------ counts


def test_a_word_of_the_title_counts_as_two() -> None:
    assert counts(count_paper("graph graph", "graph theory"), "graph graph theory") == {
        "graph": 5, "graph graph": 2, "theory": 1, "graph theory": 1,
    }  # fmt: skip


def test_pairs_do_not_cross_from_title_to_abstract_nor_from_title_to_title() -> None:
    found = counts(count_paper("spin glass", "theory"), "spin glass theory")
    assert found == {"spin": 2, "glass": 2, "theory": 1, "spin glass": 2}


def test_words_of_a_reader_count_once() -> None:
    assert counts(count_words("Graph networks"), "graph networks") == {"graph": 1, "networks": 1, "graph networks": 1}


def test_stems_are_counted_beside_the_words() -> None:
    found = as_dict(count_words("network networks"))
    assert found[word_id("network")] == found[word_id("networks")] == 1
    assert found[stem_id("network")] == 2


@given(title=written, abstract=written)
def test_every_occurrence_is_counted(title: str, abstract: str) -> None:
    found = count_paper(title, abstract)
    expected = [*terms(title) * TITLE_WEIGHT, *terms(abstract)]
    assert counts(found, title, abstract) == {term: expected.count(term) for term in expected}
    in_stems = found.times[is_stem(found.ids)].sum()
    assert in_stems == len(expected)


@given(text=written)
def test_a_reader_s_words_are_those_of_a_paper_s_abstract(text: str) -> None:
    assert as_dict(count_words(text)) == as_dict(count_paper("", text))


@given(title=st.text(), abstract=st.text())
def test_ids_ascend_and_stand_once(title: str, abstract: str) -> None:
    found = count_paper(title, abstract)
    assert np.all(found.ids[:-1] < found.ids[1:])
    assert [found.ids.dtype, found.times.dtype] == [np.dtype(np.uint64), np.dtype(np.uint8)]
    assert (found.times > 0).all()


def test_a_count_stops_at_its_largest_value() -> None:
    assert counts(count_words("graph " * 300), "graph graph") == {"graph": 255, "graph graph": 255}


# ------------------------------------------------------------ ids


def test_a_term_has_the_same_id_for_ever() -> None:
    assert (word_id("graph"), stem_id("graphs")) == (0xA9CF59ECEA277FF8, 0xA9CF59ECEA277FFA)
    assert (word_id("uber"), word_id("图神")) == (0x08D41517F5C68900, 0xF293B5787547762C)
    assert count_words("Graph networks").ids.tolist() == [
        0x65B1BE27DE69636B, 0x6DCB320E479D3D60, 0x777FB9BFFA58D8A9,
        0xA9CF59ECEA277FF8, 0xA9CF59ECEA277FFA, 0xC33238C03953E3B6,
    ]  # fmt: skip


@given(title=st.text(), abstract=st.text())
def test_words_stems_and_pairs_never_share_an_id(title: str, abstract: str) -> None:
    found = count_paper(title, abstract)
    single = [*words(title), *words(abstract)]
    pairs, stems = is_pair(found.ids), is_stem(found.ids)
    assert {word_id(word) for word in single} == set(found.ids[~pairs & ~stems].tolist())
    assert {stem_id(word) for word in single} == set(found.ids[~pairs & stems].tolist())


def test_a_pair_of_words_depends_on_their_order() -> None:
    one, other = (set(count_words(text).ids.tolist()) for text in ("spin glass", "glass spin"))
    assert len(one & other) == 4  # the words and their stems; not the pairs
    assert len(one) == len(other) == 6


# ------------------------------------------------------------ bytes


@given(title=st.text(), abstract=st.text())
def test_counts_come_back_from_bytes(title: str, abstract: str) -> None:
    found = count_paper(title, abstract)
    blob = found.to_bytes()
    back = TermCounts.from_bytes(blob)
    assert len(blob) == 1 + 9 * len(found.ids)
    assert np.array_equal(back.ids, found.ids)
    assert np.array_equal(back.times, found.times)
    assert (back.ids.dtype, back.times.dtype) == (found.ids.dtype, found.times.dtype)


def test_bytes_are_little_endian_on_every_machine() -> None:
    found = TermCounts(np.array([1, 2**63], dtype=np.uint64), np.array([3, 255], dtype=np.uint8))
    assert found.to_bytes().hex() == "020100000000000000000000000000008003ff"


# ------------------------------------------------------------ spelling


def test_only_wanted_terms_are_spelled_and_as_the_text_has_them() -> None:
    pair = int(count_words("spin glass").ids[is_pair(count_words("spin glass").ids)][0])
    wanted = [word_id("graph"), stem_id("network"), pair, word_id("absent")]
    assert spelled(wanted, ("A Graph of Networks", "of spin glass")) == {
        word_id("graph"): "graph", stem_id("network"): "networks", pair: "spin glass",
    }  # fmt: skip
    assert spelled(wanted, ()) == {}


def test_a_stem_is_spelled_as_it_is_first_written() -> None:
    assert spelled([stem_id("network")], ("Networked", "networks")) == {stem_id("network"): "networked"}


def test_no_spelling_crosses_from_text_to_text() -> None:
    assert not set(spelled(count_words("spin glass").ids.tolist(), ("spin", "glass")).values()) & {"spin glass"}


@given(title=written, abstract=written)
def test_every_term_of_a_paper_can_be_spelled_from_its_texts(title: str, abstract: str) -> None:
    found = count_paper(title, abstract)
    assert set(spelled(found.ids.tolist(), (title, abstract))) == set(found.ids.tolist())
