"""Papers as entries of a feed with gaps (`feed_forms`), each written when it is first asked for and kept.

An entry is the same for however many reasons where the template puts one and the same text between any two of them.
"""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from digest.identity import PaperId
from digest.papers import Paper
from digest.rendering.feed_forms import MOST_WHY, Form, expanded, joined, parted

_KEPT = 8000  # entries of about 4 kB: those of a fortnight, as far as a feed reaches back

Text = Callable[[Paper, bool, int, bool], tuple[str, bool]]
_Key = tuple[PaperId, bool, int, bool]  # whose, whether it has a note, reasons as they are counted, votes


class NotAtHand(LookupError):
    """An entry was never written, or lately not."""


class Entries:
    """Entries of one style and language; those asked for lately are kept."""

    def __init__(self, text: Text) -> None:
        """`text` gives the entry of a paper with marks, and whether what it says is elements."""
        self._text = text
        self._kept: OrderedDict[_Key, tuple[Paper, Form]] = OrderedDict()
        self._is_alike: bool | None = None  # whether an entry is the same for however many reasons; None: untried
        self._lock = Lock()

    def entry(self, paper: Paper, has_note: bool, reasons: int, has_votes: bool) -> Form:
        """A paper with gaps for its note, so many reasons, and votes."""
        try:
            return self.at_hand(paper, has_note, reasons, has_votes)
        except NotAtHand:
            return self._made(paper, has_note, reasons, has_votes)

    def at_hand(self, paper: Paper, has_note: bool, reasons: int, has_votes: bool) -> Form:
        """The same if it was written lately; else NotAtHand."""
        key = paper.id, has_note, 1 if reasons and self._is_alike else reasons, has_votes
        kept = self._kept.get(key)
        if kept is None:
            raise NotAtHand
        if kept[0] is not paper:
            if kept[0] != paper:
                raise NotAtHand
            self._kept[key] = paper, kept[1]  # so that the same one, read anew, is compared once
        return kept[1]

    def _made(self, paper: Paper, has_note: bool, reasons: int, has_votes: bool) -> Form:
        if reasons and self._is_alike is None:
            self._is_alike = self._tried(paper)
        made = self._for_any(paper, has_note, has_votes) if reasons and self._is_alike else None
        counted = 1 if made else reasons
        form = made or parted(*self._text(paper, has_note, reasons, has_votes))
        with self._lock:
            self._kept[paper.id, has_note, counted, has_votes] = paper, form
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return form

    def _for_any(self, paper: Paper, has_note: bool, has_votes: bool) -> Form | None:
        """The entry for one reason and more; None, from then on for all papers, where they stand in no row."""
        text, is_xhtml = self._text(paper, has_note, MOST_WHY, has_votes)
        row = joined(text)
        if row is None:
            self._is_alike = False
            return None
        return parted(row[0], is_xhtml, row[1])

    def _tried(self, paper: Paper) -> bool:
        """Whether a paper's entry for fewer reasons is what the one for most of them would have it."""
        texts = [self._text(paper, True, reasons, True)[0] for reasons in range(1, MOST_WHY + 1)]
        row = joined(texts.pop())
        return row is not None and all(expanded(*row, number) == text for number, text in enumerate(texts, start=1))
