"""Two sentences for an abstract, and how they are measured."""

import gzip
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import summary as benchmark
from digest.relevance.sentences import sentences
from digest.relevance.summary import LONG, is_notice, summary

TITLE = "Sparse attention for long protein sequences"
BACKGROUND = "Proteins matter in many fields of biology and medicine."
PROBLEM = "However, the cost of known methods is high."
METHOD = "We propose sparse attention, which reads long protein sequences in linear time."
DETAIL = "It keeps a list of the latest blocks."
RESULT = "Experiments on three benchmarks show that sparse attention outperforms full attention on long sequences."
NOTICE = "The code for sparse attention on long protein sequences is available at https://example.org/sparse."


def terms(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def summarised(*told: str, title: str = TITLE) -> tuple[str, ...]:
    """The summary of these sentences, all words equally rare."""
    return sentences(summary(title, " ".join(told), idf=lambda _: 1.0, terms=terms))


def test_what_was_done_and_what_came_of_it_are_chosen_over_background() -> None:
    assert summarised(BACKGROUND, PROBLEM, METHOD, DETAIL, RESULT) == (METHOD, RESULT)


def test_sentences_stand_in_the_order_of_the_abstract() -> None:
    assert summarised(RESULT, BACKGROUND, PROBLEM, DETAIL, METHOD) == (RESULT, METHOD)


def test_where_the_code_is_does_not_take_a_place() -> None:
    assert summarised(BACKGROUND, METHOD, DETAIL, RESULT, NOTICE) == (METHOD, RESULT)


def test_the_same_is_not_said_twice() -> None:
    again = METHOD.replace("which reads", "reading")

    assert summarised(BACKGROUND, METHOD, again, DETAIL, RESULT)[1] == RESULT


def test_a_sentence_without_end_is_disfavoured() -> None:
    long = f"{METHOD[:-1]}, {'and so on, ' * 40}and more."
    assert len(long) > LONG

    assert summarised(BACKGROUND, long, METHOD, RESULT) == (METHOD, RESULT)


def test_the_first_two_are_kept_where_no_others_are_worth_more() -> None:
    assert summarised(METHOD, RESULT, NOTICE) == (METHOD, RESULT)


@pytest.mark.parametrize(("rare", "other"), [("zebra", "fox"), ("fox", "zebra")])
def test_rare_words_count_for_more(rare: str, other: str) -> None:
    plain = "There is very little in it that is new."
    told = f"{plain} There is a zebra in it today. {plain} There is a fox in it today. {plain}"

    chosen = summary(f"A {rare}, a {other}", told, terms=terms, idf=lambda word: 5.0 if word == rare else 0.1)

    assert rare in chosen
    assert other not in chosen


@pytest.mark.parametrize("told", [(), (METHOD,), (NOTICE, BACKGROUND)])
def test_a_short_abstract_is_given_whole(told: tuple[str, ...]) -> None:
    assert summarised(*told) == told


def test_words_nobody_knows_the_rarity_of_still_give_two_sentences() -> None:
    text = summary("", f"{BACKGROUND} {PROBLEM} {DETAIL}", idf=lambda _: 0.0, terms=lambda _: [])

    assert len(sentences(text)) == 2


def test_a_chinese_abstract_is_summarised() -> None:
    assert len(summarised("蛋白质很重要。", "现有方法成本很高。", "我们提出稀疏注意力方法。", "结果更好。")) == 2


@given(
    st.text(), st.lists(st.sampled_from([BACKGROUND, PROBLEM, METHOD, DETAIL, RESULT, NOTICE, "Results.", "结果。"]))
)
@settings(deadline=None)
def test_a_summary_is_two_of_the_sentences_in_order(title: str, told: list[str]) -> None:
    rest = iter(sentences(" ".join(told)))
    chosen = summarised(*told, title=title)

    assert len(chosen) == min(2, len(told))
    assert all(sentence in rest for sentence in chosen)
    assert chosen == summarised(*told, title=title)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (NOTICE, True),
        ("Our models will be publicly released.", True),
        ("Project page: www.example.org", True),
        ("Everything is at this https URL .", True),
        ("The model is fast.", False),
        ("Little is available in the literature.", False),
    ],
)
def test_notices_are_told_from_findings(sentence: str, expected: bool) -> None:
    assert is_notice(sentence) is expected


@pytest.mark.parametrize(
    ("candidate", "f"),
    [
        (["police killed the gunman"], 1.0),
        (["police kill the gunman"], 3 / 4),  # the examples of Lin (2004), §3
        (["the gunman kill police"], 2 / 4),
        (["gunman"], 2 / 5),
        ([], 0.0),
        (["…"], 0.0),
    ],
)
def test_rouge_l_is_the_longest_common_subsequence(candidate: list[str], f: float) -> None:
    assert benchmark.rouge_l(["Police killed the gunman."], candidate) == pytest.approx(f)


def test_rouge_l_unites_what_several_sentences_share_with_one() -> None:
    """Lin (2004), §3.2: four of five words recalled, by ten."""
    assert benchmark.rouge_l(["w1 w2 w3 w4 w5"], ["w1 w2 w6 w7 w8", "w1 w3 w8 w9 w5"]) == pytest.approx(
        2 * 4 / (5 + 10)
    )


def test_a_word_said_once_is_not_counted_for_two_sentences() -> None:
    assert benchmark.rouge_l(["graphs", "graphs"], ["graphs"]) == pytest.approx(2 / 3)


def test_the_conclusion_is_what_states_a_result_and_the_last_that_is_no_notice() -> None:
    assert benchmark.conclusion(" ".join([BACKGROUND, METHOD, RESULT, DETAIL, NOTICE])) == (RESULT, DETAIL)


def test_headings_give_the_reference_and_are_not_shown_to_the_summariser() -> None:
    case = benchmark.headed_case(
        TITLE, f"Background: {BACKGROUND} Methods: {METHOD}\nResults and Discussion: {RESULT} CONCLUSIONS: {DETAIL}"
    )

    assert case is not None
    assert case.references["headed"] == (TITLE, RESULT, DETAIL)
    assert sentences(case.abstract) == (BACKGROUND, METHOD, RESULT, DETAIL)
    assert benchmark.headed_case(TITLE, f"{METHOD} Results: {RESULT}") is None


@pytest.mark.parametrize(
    ("options", "references"), [([], ["title", "last", "conclusion"]), (["--headed"], ["title", "headed"])]
)
def test_the_benchmark_prints_each_way_against_each_reference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], references: list[str]
) -> None:
    plain = " ".join([BACKGROUND, PROBLEM, METHOD, DETAIL, RESULT])
    headings = f"Background: {BACKGROUND} {PROBLEM} Methods: {METHOD} Results: {RESULT} Conclusions: {DETAIL}"
    with gzip.open(tmp_path / "listing-2025-10.jsonl.gz", "wt") as lines:
        for number, abstract in enumerate([plain, headings, plain, ""]):
            lines.write(json.dumps({"title": f"{TITLE} {number}", "abstract": abstract}) + "\n")

    benchmark.main(["--data", str(tmp_path), "--count", "2", *options])

    *table, speed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in table[::4]] == references
    assert [re.split(r" {2,}|\+", line[12:])[0].strip() for line in table[:4]] == [
        "ours",
        "no cues",
        "first two",
        "random two",
    ]
    assert all(re.search(r"lower +0 of \d", line) for line in table if " first two   +" in line)
    assert speed.endswith("µs CPU an abstract")
