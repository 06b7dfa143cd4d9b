"""Why a paper is there reads the same however quickly it was written, and as feedgen would have it."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.editions import Edition, ReasonKind, Slot
from digest.rendering.catalogues import words
from digest.rendering.feed_blocks import Style, escaped
from digest.rendering.feed_forms import BETWEEN
from digest.rendering.feed_whys import Whys
from digest.rendering.words import ENGLISH
from digest.tellings import Likeness, Line, Telling, telling
from tests.fakes import MONDAY, paper
from tests.rendering.builders import HOSTILE, NOW, anything, chosen, edition, reason, unhurried
from tests.rendering.test_feed_blocks import FEEDGEN, FORMS, LINKS, OURS, URI, written

tame = st.text("abc def-<>&'", min_size=1, max_size=12)
likenesses = st.builds(
    Likeness, st.sampled_from([ReasonKind.LIKED, ReasonKind.INTEREST]), tame | anything, st.lists(tame | anything)
)


def placed(likenesses: Sequence[Likeness], slots: Sequence[Slot]) -> list[tuple[Line, int, Telling]]:
    whole = telling(edition())
    return [
        (Line(paper(f"Number {place}"), MONDAY, False, "main", slot, likeness), place, whole)
        for place, (likeness, slot) in enumerate(zip(likenesses, slots, strict=False), start=1)
    ]


def briefly(whole: Edition) -> Telling:
    """As an edition is read of which each paper is like one thing."""
    told = telling(whole)
    lines = [
        line._replace(likeness=Likeness(one.kind, one.label, [word for word, _ in one.terms]), whole=None)
        for line, one in ((line, line.whole.reasons[0]) for line in told.lines if line.whole)
    ]
    return told._replace(lines=lines)


def ours(form: str, told: Sequence[Telling]) -> bytes:
    if form == "json":
        return OURS.json(told, links=LINKS)
    write = OURS.atom if form == "atom" else OURS.rss
    return write(told, uri=URI, since=NOW, links=LINKS)


@pytest.mark.parametrize("style", list(Style))
@unhurried
@given(st.lists(likenesses, max_size=4), st.lists(st.sampled_from(Slot), min_size=4, max_size=4))
def test_what_many_papers_are_like_is_escaped_as_one_by_one(
    style: Style, given: list[Likeness], slots: list[Slot]
) -> None:
    whys, lines = Whys(style, ENGLISH), placed(given, slots)
    for (line, _, whole), (reasons, within, said) in zip(lines, whys.of(lines), strict=True):
        texts = whys.texts(line, whole)
        assert reasons == len(texts)
        assert ([within], [said]) == escaped([BETWEEN.join(texts)], style)


@pytest.mark.parametrize("form", FORMS)
@unhurried
@given(st.lists(st.tuples(tame | anything, st.lists(tame | anything, min_size=1, max_size=4), st.sampled_from(Slot))))
def test_an_edition_that_is_read_briefly_is_the_feed_that_feedgen_writes(
    form: str, given: list[tuple[str, list[str], Slot]]
) -> None:
    items = [
        chosen(paper(f"Number {place}", number=place), reason(label, terms=terms), slot=slot)
        for place, (label, terms, slot) in enumerate(given, start=1)
        if len(set(terms)) == len(terms)
    ]
    whole = edition(*items)
    assert ours(form, [briefly(whole)]) == written(FEEDGEN, form, [whole])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", HOSTILE)
def test_one_hostile_word_does_not_change_what_stands_beside_it(form: str, text: str) -> None:
    items = [chosen(paper("A"), reason("a", terms=["a"])), chosen(paper("B"), reason(text, terms=[text, "b"]))]
    whole = edition(*items)
    assert ours(form, [briefly(whole)]) == written(FEEDGEN, form, [whole])


@pytest.mark.parametrize("language", ["de", "ar", "zh"])
def test_every_language_says_what_its_words_say(language: str) -> None:
    whys, spoken = Whys(Style.ATOM, words(language)), words(language)
    (((line, _, _), (_, within, _)),) = zip(
        lines := placed([Likeness(ReasonKind.LIKED, "Flat", ["flat"])], [Slot.CHOSEN]), whys.of(lines), strict=True
    )
    assert line.likeness is not None
    assert within.decode() == BETWEEN.join([spoken.because(ReasonKind.LIKED, "Flat"), spoken.matching(["flat"])])
