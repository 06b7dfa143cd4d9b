"""What is known of a paper or an author besides the text: each with its source and its age."""

from dataclasses import dataclass
from datetime import datetime

Value = float | str | tuple[str, ...]

# The names in use; a file may bring others.
UPVOTES, COMMENTS, CITATIONS, STARS = "upvotes", "comments", "citations", "stars"  # counts, 0 or more
H_INDEX, PAPER_COUNT = "h-index", "papers"  # of an author, 0 or more
CODE, PROJECT = "code", "project"  # http or https addresses
SUMMARY, ORGANISATION = "summary", "organisation"  # a sentence; a name
NOVELTY, SCORE = "novelty", "score"  # of a paper, on the source's own scale; ours run from 0 to 100
KEYWORDS, TOPICS, INSTITUTIONS, AFFILIATIONS = "keywords", "topics", "institutions", "affiliations"  # lists of words
SCORE_PARTS = "score-parts"  # of a score of ours: a line for each part, "novelty 97.5 1", its value and its weight
CLAIMED = "claimed"  # of a person, that a page is about them: the https address of their own page, or ""
OURS = "paperround"  # the source of what is measured here
OPERATOR = "operator"  # the source of what whoever runs this was told and checked


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One thing that one source said of one paper or author."""

    subject: str  # a paper's id, an author's key (authors.AuthorKey), or a person by number (of_person)
    name: str
    value: Value
    source: str  # "huggingface", "semantic-scholar", …
    observed_at: datetime  # UTC; now - observed_at is its age


def of_person(number: int) -> str:
    """The subject of what is told of a person here, who may have several keys or none: "person:12"."""
    return f"person:{number}"
