"""The background that today's papers are compared with: kept from day to day, brought up to date before it is used."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from digest.relevance import files
from digest.relevance.arrays import return_memory
from digest.relevance.embedding import Embeddings, KeptVectors, embedder_of, vectors_file, whole_text
from digest.relevance.model import Model
from digest.relevance.settings import RelevanceSettings
from digest.relevance.space import Space, needs_basis
from digest.relevance.text import TermCounts, count_paper
from digest.store import Store

log = logging.getLogger(__name__)
_AT_ONCE = 500  # papers counted between two transactions
_COMPARED = 32  # papers by which a kept model is known to be of this database


def background(store: Store, settings: RelevanceSettings, folder: Path | None) -> Space:
    """The vector space of the newest papers; `folder` is where the model is kept, if it is kept."""
    return_memory()
    count_what_is_not(store)
    kept = _kept(store, folder) if folder else None
    model = _grown(store, kept.model if kept else Model(), settings.background_papers)
    embeddings = _embeddings(store, settings, folder, model)
    if kept and model is kept.model and not needs_basis(model):
        return Space(model, embeddings, kept.derived, stamp=kept.stamp)
    kept = None  # so that its arrays may go
    if needs_basis(model):
        model = model.pruned()
        model = replace(model, basis=Space(model).basis())
        log.info("latent basis fitted papers=%d", len(model))
    return Space(model, embeddings, stamp=_save(model, folder) if folder else None)


def prepare(store: Store, settings: RelevanceSettings, folder: Path | None) -> None:
    """Have a model that is up to date at hand, with all that the newest listing's papers need of it.

    To be done when papers have come, so that it is not done when mails are due. Nothing depends on it, and without a
    folder there is nothing to do.
    """
    if folder is None:
        return
    space = background(store, settings, folder)
    with store.read() as tx:
        newest = tx.announcements.newest_listing()
        fresh = tx.announcements.fresh_on(newest) if newest else []
    terms = [TermCounts.from_bytes(item.kept.terms) for item in fresh]
    numbers = [item.kept.row for item in fresh]
    space.meet(terms, numbers)
    remember(space, folder)


def remember(space: Space, folder: Path | None) -> None:
    """Keep what was read out of a kept model beside it, where that is more than is kept already."""
    if folder is None or space.stamp is None or not space.is_news:
        return
    try:
        files.save_derived(space.derived(), folder, stamp=space.stamp)
    except OSError as error:
        log.warning("figures of the model not kept folder=%s problem=%s", folder, error)


def count_what_is_not(store: Store) -> None:
    """Count the papers again that were kept by another version of the analyser; to be done before terms are read."""
    while True:
        with store.read() as tx:
            papers = tx.papers.uncounted(_AT_ONCE)
        if not papers:
            return
        terms = {each.row: count_paper(each.paper.title, each.paper.abstract).to_bytes() for each in papers}
        with store.begin() as tx:
            tx.papers.set_terms(terms)
        log.info("papers counted again papers=%d", len(papers))


def _kept(store: Store, folder: Path) -> files.Saved | None:
    """The model in a folder, where it is one of this database; else what was kept is forgotten."""
    saved = files.load(folder)
    if saved is None or _is_of(store, saved.model):
        return saved
    log.info("model of other papers, made anew folder=%s", folder)
    if vectors := vectors_file(folder):
        vectors.unlink(missing_ok=True)
    return None


def _is_of(store: Store, model: Model) -> bool:
    """Whether the database has most of the model's newest papers as they were counted.

    A database that was put back or made anew gives their numbers to others; the text of single papers changes.
    """
    numbers = model.numbers[-_COMPARED:].tolist()
    with store.read() as tx:
        papers = tx.papers.by_row(numbers)
    now = [TermCounts.from_bytes(papers[number].terms if number in papers else b"") for number in numbers]
    last = model.counted.of_rows(len(model) - len(numbers))
    then = np.split(last.columns, last.indptr[1:-1])  # one too many of an empty model
    same = [np.array_equal(model.vocabulary.columns(new.ids), old) for new, old in zip(now, then, strict=False)]
    return 2 * sum(same) >= len(same)


def _grown(store: Store, model: Model, window: int) -> Model:
    newest = int(model.numbers[-1]) if len(model) else -1
    with store.read() as tx:
        counted = tx.papers.counted(after=newest, limit=window)
    documents = {number: TermCounts.from_bytes(blob) for number, blob in counted.items()}
    return model.grown(documents, window=window)


def _embeddings(store: Store, settings: RelevanceSettings, folder: Path | None, model: Model) -> Embeddings | None:
    """The option: nothing of it is loaded where the settings name no model."""
    embedder = embedder_of(settings)
    if embedder is None:
        return None

    def read(numbers: Sequence[int]) -> Mapping[int, str]:
        with store.read() as tx:
            kept = tx.papers.by_row(numbers)
        return {number: whole_text(each.paper.title, each.paper.abstract) for number, each in kept.items()}

    return Embeddings(embedder, read, model.numbers, KeptVectors.load(embedder.name, vectors_file(folder)))


def _save(model: Model, folder: Path) -> int | None:
    """A model's stamp; one that cannot be kept has none and is made again the next time, and the day goes on."""
    try:
        return files.save(model, folder)
    except OSError as error:
        log.warning("model not kept folder=%s problem=%s", folder, error)
        return None
