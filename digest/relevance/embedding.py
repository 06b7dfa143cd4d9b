"""Papers by what they mean: vectors of a sentence embedding beside the counted terms; an option that nothing needs.

In come texts, by the paper's number in the store or as a reader wrote them; out come rows of unit length, centred on
the background, for the kernel of scoring.py. A paper is embedded once: its vector is kept in an npz file by number.
"""

import logging
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from digest.errors import ConfigError
from digest.relevance.latent import Dense
from digest.relevance.model import Numbers
from digest.relevance.settings import RelevanceSettings

log = logging.getLogger(__name__)

Key = int | str  # a paper's number in the store, or words that a reader wrote
Read = Callable[[Sequence[int]], Mapping[int, str]]  # the texts of papers by number; what is not kept is left out

CENTRED = 1000  # newest papers of the background whose mean is the centre
KEPT = 50_000  # vectors on disk, the newest; 77 MB at 384 dimensions
_AT_ONCE = 256  # papers embedded before what was done is kept: about 20 s of one core


class Embedder(Protocol):
    """A model that gives texts a place."""

    @property
    def name(self) -> str:
        """What its vectors are kept under; another name, other vectors."""

    def embed(self, texts: Sequence[str]) -> Dense:
        """One row a text, shape (n, dimensions), float32, unit length, as the model has them; ConfigError without."""


class SentenceEmbedder:
    """A sentence-transformers model (Reimers & Gurevych 2019) by path or name, loaded when the first text comes."""

    def __init__(self, name: str, *, download: bool = False) -> None:
        """`download` lets a model that is not on this machine be fetched."""
        self._model_name = name
        self._download = download

    @property
    def name(self) -> str:
        """That of the model; for a folder with the time of its newest file, so that what is put there is a new one."""
        folder = Path(self._model_name)
        changed = max((file.stat().st_mtime_ns for file in folder.iterdir()), default=0) if folder.is_dir() else 0
        return f"{self._model_name}@{changed}" if changed else self._model_name

    def embed(self, texts: Sequence[str]) -> Dense:
        rows = self._model.encode(
            list(texts), convert_to_numpy=True, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(rows, dtype=np.float32)

    @cached_property
    def _model(self) -> Any:
        try:
            from huggingface_hub import snapshot_download
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            problem = "needs the extra: pip install 'paperround[embeddings]'"
            raise ConfigError(f"[relevance] embedding_model = {self._model_name!r} {problem}") from error
        try:
            # Given a name, the library asks the hub about it even where only local files may be used.
            as_named = self._download or Path(self._model_name).is_dir()
            found = self._model_name if as_named else snapshot_download(self._model_name, local_files_only=True)
            return SentenceTransformer(found, device="cpu", local_files_only=not self._download)
        except (OSError, ValueError) as error:
            raise ConfigError(f"[relevance] embedding_model = {self._model_name!r} {self._problem()}") from error

    def _problem(self) -> str:
        if self._download:
            return (
                "cannot be loaded or downloaded; check the name and the network, or give the path of a model's folder"
            )
        return (
            "is not a model on this machine; give the path of a model's folder, or set embedding_download = true once"
        )


@dataclass(slots=True)
class KeptVectors:
    """Vectors of papers by number, on disk if there is a file; those of another model are not read."""

    model: str
    file: Path | None = None
    by_number: dict[int, Dense] = field(default_factory=dict)

    @classmethod
    def load(cls, model: str, file: Path | None) -> "KeptVectors":
        """What a file holds; nothing where there is none that can be read whole."""
        kept = cls(model, file)
        if file is None or not file.exists():
            return kept
        try:
            with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
                numbers, vectors = arrays["numbers"], np.asarray(arrays["vectors"], dtype=np.float32)
                if str(arrays["model"]) == model and vectors.shape == (len(numbers), vectors.shape[1]):
                    kept.by_number = dict(zip(numbers.tolist(), _finite(vectors), strict=True))
        except (OSError, ValueError, KeyError, IndexError, EOFError, zipfile.BadZipFile) as error:
            log.info("vectors not read file=%s problem=%s", file, type(error).__name__)
        return kept

    def add(self, numbers: Sequence[int], vectors: Dense) -> None:
        """Keep vectors; where the file cannot be written they last as long as this object."""
        self.by_number.update(zip(numbers, vectors, strict=True))
        try:
            self._save()
        except OSError as error:
            log.warning("vectors not kept file=%s problem=%s", self.file, error)

    def _save(self) -> None:
        if self.file is None:
            return
        newest = sorted(self.by_number)[-KEPT:]
        vectors = np.array([self.by_number[number] for number in newest], dtype=np.float32)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(prefix=f"{self.file.name}.", dir=self.file.parent)
        try:
            with os.fdopen(handle, "wb") as out:
                numbers, model = np.array(newest, np.int64), np.array(self.model)
                np.savez(out, allow_pickle=False, numbers=numbers, vectors=vectors, model=model)
            os.replace(beside, self.file)
        finally:
            Path(beside).unlink(missing_ok=True)


class Embeddings:
    """Papers and words as rows for the kernel, embedded when they are first asked for."""

    def __init__(self, embedder: Embedder, read: Read, background: Numbers, kept: KeptVectors | None = None) -> None:
        """`background`: numbers of its papers, ascending; `read` must know them."""
        self._embedder = embedder
        self._read = read
        self._background = background
        self._kept = kept or KeptVectors(embedder.name)
        self._written: dict[str, Dense] = {}

    def rows(self, keys: Sequence[Key]) -> Dense:
        """Centred rows of unit length, shape (n, dimensions); zero for a blank text or a paper that is not kept."""
        centre, placed = self._centre, self._vectors(keys)
        if centre.size:
            placed = np.where(placed.any(axis=1, keepdims=True), placed - centre, np.float32(0))
        length = np.linalg.norm(placed, axis=1, keepdims=True)
        unit: Dense = np.divide(placed, length, out=np.zeros_like(placed), where=length > 0)
        return unit

    @cached_property
    def _centre(self) -> Dense:
        """The mean of the newest papers, shape (1, dimensions): what all papers mean."""
        known = self._vectors(self._background[-CENTRED:].tolist())
        known = known[known.any(axis=1)]
        return np.asarray(known.sum(axis=0, keepdims=True) / max(len(known), 1), dtype=np.float32)

    def _vectors(self, keys: Sequence[Key]) -> Dense:
        """As the model has them, shape (n, dimensions)."""
        self._embed_papers({key for key in keys if isinstance(key, int)} - self._kept.by_number.keys())
        self._embed_words({key for key in keys if isinstance(key, str)} - self._written.keys())
        found = [self._written[key] if isinstance(key, str) else self._kept.by_number.get(key) for key in keys]
        known = chain(found, self._kept.by_number.values(), self._written.values())
        size = next((len(vector) for vector in known if vector is not None), 0)
        nothing = np.zeros(size, np.float32)
        rows = [nothing if vector is None else vector for vector in found]
        return np.array(rows, dtype=np.float32).reshape(len(keys), size)

    def _embed_papers(self, numbers: set[int]) -> None:
        """Newest first, so that what is cut short has done the part that is wanted most."""
        wanted = sorted(numbers, reverse=True)
        for at in range(0, len(wanted), _AT_ONCE):
            texts = self._read(wanted[at : at + _AT_ONCE])
            if texts:
                self._kept.add(list(texts), self._embedded(texts.values()))
        if wanted:
            log.info("papers embedded papers=%d model=%s", len(wanted), self._embedder.name)

    def _embed_words(self, texts: set[str]) -> None:
        if texts:
            self._written |= dict(zip(sorted(texts), self._embedded(sorted(texts)), strict=True))

    def _embedded(self, texts: Iterable[str]) -> Dense:
        """Rows of texts; zero for those without a word, which mean nothing."""
        given = list(texts)
        rows = _finite(np.asarray(self._embedder.embed(given), dtype=np.float32))
        worded = np.array([[bool(text.strip())] for text in given])
        return np.where(worded, rows, np.float32(0))


def embedder_of(settings: RelevanceSettings) -> Embedder | None:
    """The model that the settings name; None where they name none."""
    if not settings.embedding_model:
        return None
    return SentenceEmbedder(settings.embedding_model, download=settings.embedding_download)


def whole_text(title: str, abstract: str) -> str:
    """What of a paper is embedded; a model reads as much of it as it can, MiniLM 256 word pieces."""
    return ". ".join(part for part in (title, abstract) if part)


def vectors_file(folder: Path | None) -> Path | None:
    """Where vectors are kept: beside the model's folder, which is replaced as a whole."""
    return folder.with_name(f"{folder.name}.embeddings.npz") if folder else None


def _finite(rows: Dense) -> Dense:
    return np.nan_to_num(rows, nan=0.0, posinf=0.0, neginf=0.0)
