"""Where the sentences of an abstract end."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.relevance.sentences import sentences

PIECES = [
    *"We the model 3.5 et al. e.g. Fig. 2 J. U.S. vLLM x. y? Z! etc. No. 7 Ph.D. (ii) 1.".split(),
    *"$x=1.$ $ $$ \\( \\) \\[ \\]".split(),
    *[
        "https://a.org/b.c",
        "performance.To",
        "结果。",
        "。」",
        '."',
        ".)",
        "...",
        "…",
        "\n",
        "\n\n",
        "\t",
        "\u00a0",
        "\x1c",
    ],
]
texts = st.one_of(
    st.text(), st.lists(st.sampled_from(PIECES)).map(" ".join), st.lists(st.sampled_from(PIECES)).map("".join)
)


@pytest.mark.parametrize(
    "whole",
    [
        "We use losses, e.g. Hinge, i.e. Large margins, cf. Vapnik.",
        "See Fig. 2, Figs. 3 and 4, Eq. (3), Sec. III and Refs. [4, 5].",
        "This was shown by Smith et al. (2020) and by Jones et al. Nature 3.",
        "J. A. Smith and C. Shannon agree.",
        "The U.S. Army pays for a Ph.D. (or two).",
        "Quantised vs. Full precision differs by 3.5 points.",
        "Chapters in vol. 3 are listed under no. 5 there.",
        "Samples are i.i.d. and measured w.r.t. Gaussian noise.",
        "For $f(x) = y. Then$ nothing ends.",
        "Let $$ a. B. C $$ be given.",
        r"Let \(a. B\) and \[c. D\] be given.",
        "Code is at https://example.org/a.Git/b?c=D! and elsewhere.",
        "Is it (really?) so.",
        '"Why?" they asked.',
        "1. Nothing ends after the number of a list.",
        "We use Node.js and ResNet.Large models.",
    ],
)
def test_nothing_ends_within_a_sentence(whole: str) -> None:
    assert sentences(whole) == (whole,)
    assert sentences(f"{whole} However, we go on.")[-1] == "However, we go on."


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("It gains 3.5.", "We stop at 2020."),
        ("Is it so?", "It is!"),
        ('He said "yes."', "Then he left."),
        ("This was done (see Fig. 2.)", "Now we go on."),
        ("This was shown by Smith et al.", "We go on."),
        ("It is used in the U.S.", "However, few know it."),
        ("We lack vitamin C.", "The remedy is known."),
        ("There are cats, dogs, etc.", "Existing methods count them."),
        ("We serve models.", "vLLM is fast."),
        ("It holds for all $n$.", "$n$ may be zero."),
        ("We take $n = 1.$", "Then it holds."),
        ("We pay $5.", "They pay $6 or more."),
        ("It was shown.[12]", "We go on."),
        ("There are three parts.", "(ii) The second is new."),
        ("Code is released.", "https://example.org/code"),
        ("It is slow…", "We make it fast."),
        ("He said ``slow.''", "We make it fast."),
    ],
)
def test_a_sentence_ends_where_the_next_begins(first: str, second: str) -> None:
    assert sentences(f"{first} {second}") == (first, second)


def test_a_forgotten_blank_does_not_join_two_sentences() -> None:
    assert sentences("It improves performance.To show this, we measure.") == (
        "It improves performance.",
        "To show this, we measure.",
    )


def test_chinese_needs_no_blanks() -> None:
    assert sentences("我们提出一种方法。它快吗？“很快！”") == ("我们提出一种方法。", "它快吗？", "“很快！”")


def test_a_blank_line_ends_a_sentence_and_a_line_break_does_not() -> None:
    assert sentences("Background\n\nWe go\non here") == ("Background", "We go on here")


@pytest.mark.parametrize("text", ["", " ", "\n\n\t"])
def test_empty_text_has_no_sentence(text: str) -> None:
    assert sentences(text) == ()


@given(texts)
@settings(deadline=None)
def test_no_character_is_lost_and_every_sentence_is_one_line(text: str) -> None:
    found = sentences(text)

    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(sentence == " ".join(sentence.split()) != "" for sentence in found)


@given(texts)
@settings(deadline=None)
def test_a_sentence_stays_whole_when_it_is_split_again(text: str) -> None:
    assert all(sentences(sentence) == (sentence,) for sentence in sentences(text))


@pytest.mark.parametrize("mark", ["$", "\\(", ". ", "et al. ", ".)", "http://", "$x.$ ", "\n \n"])
def test_a_hundred_thousand_stray_marks_are_read_once(mark: str) -> None:
    """Quadratic time would be hours."""
    text = mark * 100_000

    assert "".join("".join(sentences(text)).split()) == "".join(text.split())
