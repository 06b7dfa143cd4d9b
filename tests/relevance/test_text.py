"""Text becomes counted terms, the same on every machine and for ever."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.relevance.text import TermCounts, count_paper, count_words, spelled, term_id, terms


def counts(found: TermCounts, *texts: str) -> dict[str, int]:
    """The counts by word, as far as the words occur in the texts."""
    words = spelled((int(number) for number in found.ids), texts)
    return {words[int(number)]: int(times) for number, times in zip(found.ids, found.counts, strict=True)}


def test_terms_are_words_and_pairs_of_neighbours_without_stop_words() -> None:
    assert terms("The Theory of Graph Networks") == [
        "theory", "graph", "networks", "theory graph", "graph networks",
    ]  # fmt: skip


def test_a_word_of_the_title_counts_as_two() -> None:
    assert counts(count_paper("graph graph", "graph theory"), "graph graph theory") == {
        "graph": 5, "graph graph": 2, "theory": 1, "graph theory": 1,
    }  # fmt: skip


def test_pairs_do_not_cross_from_title_to_abstract() -> None:
    found = counts(count_paper("spin glass", "theory"), "spin glass theory")
    assert set(found) == {"spin", "glass", "theory", "spin glass"}


def test_words_of_a_reader_count_once() -> None:
    assert counts(count_words("Graph networks"), "graph networks") == {"graph": 1, "networks": 1, "graph networks": 1}


@pytest.mark.parametrize("text", ["", " \n\t", "the of and", "a b c 1", "!? -- …", "\u202e\u2066"])
def test_a_text_without_words_has_no_terms(text: str) -> None:
    found = count_paper(text, text)
    assert (len(found.ids), len(found.counts), found.to_bytes()) == (0, 0, b"")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Über Größen", ["über", "größen", "über größen"]),
        ("图神经网络 分子", ["图神经网络", "分子", "图神经网络 分子"]),
        ("Теория графов", ["теория", "графов", "теория графов"]),
        ("GPT4 k-means ResNet_50", ["gpt4", "means", "resnet_50", "gpt4 means", "means resnet_50"]),
        ("👍🏽 emoji 👩‍💻", ["emoji"]),
    ],
)
def test_words_of_every_script_are_terms(text: str, words: list[str]) -> None:
    assert terms(text) == words


def test_a_term_has_the_same_number_for_ever() -> None:
    assert term_id("graph networks") == int.from_bytes(bytes.fromhex("d74ae68518125a8a"), "little")


def test_ids_ascend_and_stand_once() -> None:
    found = count_paper("graph network graph", "network of graph networks")
    assert np.all(np.diff(found.ids.astype(object)) > 0)
    assert found.ids.dtype == np.dtype(np.uint64)
    assert found.counts.dtype == np.dtype(np.uint16)


def test_a_count_stops_at_its_largest_value() -> None:
    found = count_words("graph " * 70_000)
    assert counts(found, "graph graph") == {"graph": 65_535, "graph graph": 65_535}


@given(title=st.text(), abstract=st.text())
def test_counts_come_back_from_bytes(title: str, abstract: str) -> None:
    found = count_paper(title, abstract)
    blob = found.to_bytes()
    back = TermCounts.from_bytes(blob)
    assert len(blob) == 10 * len(found.ids)
    assert np.array_equal(back.ids, found.ids)
    assert np.array_equal(back.counts, found.counts)
    assert back.ids.dtype == found.ids.dtype
    assert back.counts.dtype == found.counts.dtype


def test_bytes_are_little_endian_on_every_machine() -> None:
    found = TermCounts(np.array([1, 2**63], dtype=np.uint64), np.array([3, 258], dtype=np.uint16))
    assert found.to_bytes().hex() == "0100000000000000000000000000008003000201"


def test_only_wanted_words_of_the_texts_are_spelled() -> None:
    wanted = [term_id("graph"), term_id("spin glass"), term_id("absent")]
    assert spelled(wanted, ("A graph", "of spin glass")) == {wanted[0]: "graph", wanted[1]: "spin glass"}
    assert spelled(wanted, ()) == {}
