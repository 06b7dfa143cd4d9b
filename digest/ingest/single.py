"""Single papers, asked for by their ids: they are kept, and are no news to anybody."""

from collections.abc import Sequence
from datetime import datetime

from digest import identity
from digest.errors import InvalidInput
from digest.papers import Paper
from digest.relevance.text import count_paper
from digest.sources.arxiv_query import ArxivQuery
from digest.store import Store
from digest.store.gates import held


def fetch(store: Store, source: ArxivQuery, ids: Sequence[str], *, now: datetime) -> tuple[Paper, ...]:
    """Keep papers by arXiv ids in any spelling; InvalidInput, and none is kept, if one is no id or not known there."""
    bare = {text: identity.arxiv_id(text) for text in ids}
    if wrong := [text for text, arxiv in bare.items() if arxiv is None]:
        raise InvalidInput(f"not an arXiv id: {wrong[0]}; write it as 2601.10962 or math/0306266")
    keys = [identity.paper_id(arxiv) for arxiv in bare.values() if arxiv is not None]
    with held(store, source.gate, now):
        found = source.papers(keys, now=now)
    if missing := [key for key in keys if key not in found]:
        raise InvalidInput(f"arXiv does not know {missing[0].removeprefix('arxiv:')}; nothing was kept")
    papers = list(found.values())
    with store.begin() as tx:
        terms = {p.id: count_paper(p.title, p.abstract).to_bytes() for p in papers if p.id in tx.papers.unlike(papers)}
        tx.papers.keep(papers, terms, now=now)
        kept = tx.papers.get(keys)
    return tuple(kept[key].paper for key in keys)
