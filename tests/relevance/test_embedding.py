"""Papers by what they mean, with a model of a few lines."""

import logging
import os
import sys
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.compose import compose
from digest.errors import ConfigError
from digest.identity import PaperId
from digest.papers import Paper
from digest.relevance import embedding
from digest.relevance.embedding import (
    Embeddings,
    KeptVectors,
    SentenceEmbedder,
    embedder_of,
    vectors_file,
    whole_text,
)
from digest.relevance.latent import Dense
from digest.relevance.reasons import total
from digest.relevance.settings import RelevanceSettings
from digest.relevance.space import EMBEDDED_SHARE, Space
from tests.fakes import MONDAY, at, paper
from tests.relevance.builders import (
    FIRST,
    about,
    archive,
    archive_space,
    day,
    explainer,
    number_of,
    order,
    scores,
    wants,
)
from tests.world import TUESDAY, World

DIMENSIONS = 8
TEXTS = {1: "graph networks", 2: "graphs of networks", 3: "quantum spin", 4: "spin lattices", 5: ""}


class Hashing:
    """An embedder without a model: every word has a random place, a text is the mean of its words."""

    def __init__(self, name: str = "hashing") -> None:
        self.name = name
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Dense:
        self.asked += texts
        return np.array([self._one(text) for text in texts], dtype=np.float32)

    @staticmethod
    def _one(text: str) -> Dense:
        places = [np.random.default_rng(zlib.crc32(word.encode())).normal(size=DIMENSIONS) for word in text.split()]
        mean = np.sum(places, axis=0) if places else np.ones(DIMENSIONS)
        unit: Dense = (mean / np.linalg.norm(mean)).astype(np.float32)
        return unit


def read(numbers: Sequence[int]) -> Mapping[int, str]:
    return {number: TEXTS[number] for number in numbers if number in TEXTS}


def embeddings(embedder: Hashing, file: Path | None = None, background: Sequence[int] = (1, 2, 3, 4)) -> Embeddings:
    return Embeddings(embedder, read, np.array(background, np.int64), KeptVectors.load(embedder.name, file))


def test_rows_have_unit_length_and_the_background_lies_around_their_origin() -> None:
    model = Hashing()
    rows = embeddings(model).rows([1, 3, "graph networks"])
    mean = np.mean([model.embed([TEXTS[number]])[0] for number in (1, 2, 3, 4)], axis=0)
    moved = model.embed([TEXTS[1]])[0] - mean
    np.testing.assert_allclose(rows[0], moved / np.linalg.norm(moved), atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    assert rows.dtype == np.float32


def test_words_of_a_reader_lie_where_a_paper_of_the_same_words_lies() -> None:
    rows = embeddings(Hashing()).rows(["quantum spin", 3])
    np.testing.assert_array_equal(rows[0], rows[1])


def test_a_paper_without_words_and_a_paper_that_is_not_kept_are_like_nothing() -> None:
    rows = embeddings(Hashing()).rows([5, 99, "  ", 1])
    assert not rows[:3].any()
    assert rows[3].any()


def test_a_paper_is_embedded_once_whoever_asks_and_however_often(tmp_path: Path) -> None:
    file = tmp_path / "v.npz"
    first, second = Hashing(), Hashing()
    opened = embeddings(first, file)
    before = [opened.rows([1, 2, "spin"]), opened.rows([2, 1, "spin"])]
    after = embeddings(second, file).rows([1, 2])
    assert sorted(first.asked) == sorted([*(TEXTS[n] for n in (1, 2, 3, 4)), "spin"])
    assert second.asked == []
    np.testing.assert_array_equal(before[0][:2], after)


def test_vectors_of_another_model_are_not_mixed_with_those_of_this_one(tmp_path: Path) -> None:
    file = tmp_path / "v.npz"
    embeddings(Hashing("old"), file).rows([1])
    new = Hashing("new")
    embeddings(new, file).rows([1])
    assert TEXTS[1] in new.asked


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn", b"not an archive"])
def test_a_file_that_cannot_be_read_is_written_anew(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "v.npz"
    file.write_bytes(content)
    rows = embeddings(Hashing(), file).rows([1])
    assert sorted(KeptVectors.load("hashing", file).by_number) == [1, 2, 3, 4]
    assert [each.name for each in tmp_path.iterdir()] == ["v.npz"]
    assert rows.any()


def test_a_file_with_pickled_arrays_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "v.npz"
    np.savez(file, numbers=np.array([1]), vectors=np.array([{"a": 1}], dtype=object), model=np.array("hashing"))
    assert KeptVectors.load("hashing", file).by_number == {}


def test_of_more_vectors_than_are_kept_the_newest_papers_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "KEPT", 2)
    embeddings(Hashing(), tmp_path / "v.npz").rows([1])
    assert sorted(KeptVectors.load("hashing", tmp_path / "v.npz").by_number) == [3, 4]


def test_a_disk_that_takes_nothing_costs_no_edition(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    with caplog.at_level(logging.WARNING):
        rows = embeddings(Hashing(), tmp_path / "taken" / "v.npz").rows([1])
    assert rows.any()
    assert "vectors not kept" in caplog.text


def test_what_was_embedded_before_an_interruption_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "_AT_ONCE", 1)
    model = Hashing()
    monkeypatch.setattr(model, "embed", _tired_after(2, model.embed))
    with pytest.raises(KeyboardInterrupt):
        embeddings(model, tmp_path / "v.npz").rows([1])
    assert sorted(KeptVectors.load("hashing", tmp_path / "v.npz").by_number) == [3, 4]


def _tired_after(calls: int, embed: Any) -> Any:
    done: list[Sequence[str]] = []

    def tired(texts: Sequence[str]) -> Dense:
        if len(done) == calls:
            raise KeyboardInterrupt
        done.append(texts)
        rows: Dense = embed(texts)
        return rows

    return tired


def test_numbers_that_are_none_become_zero() -> None:
    model = Hashing()
    model.embed = lambda texts: np.full((len(texts), DIMENSIONS), np.nan, np.float32)  # type: ignore[method-assign]  # for this test
    assert not embeddings(model).rows([1, "spin"]).any()


def test_with_no_background_and_no_papers_there_is_nothing_to_be_like() -> None:
    opened = embeddings(Hashing(), background=())
    assert opened.rows([]).shape[0] == 0
    assert not opened.rows([99]).any()
    assert opened.rows(["spin"]).any()


@settings(deadline=None)
@given(st.lists(st.one_of(st.integers(0, 6), st.text(max_size=9)), max_size=8), st.randoms(use_true_random=False))
def test_a_row_depends_on_its_own_text_and_not_on_what_is_asked_beside_it(keys: list[int | str], random: Any) -> None:
    mixed = random.sample(keys, len(keys))
    rows = dict(zip(keys, embeddings(Hashing()).rows(keys), strict=True))
    for key, row in zip(mixed, embeddings(Hashing()).rows(mixed), strict=True):
        np.testing.assert_array_equal(row, rows[key])


# ---------------------------------------------------------------- models


class Library:
    """sentence-transformers and its hub, with one model on this machine."""

    def __init__(self) -> None:
        self.opened: list[tuple[str, bool]] = []
        self.encoded: list[str] = []

    def snapshot(self, name: str, *, local_files_only: bool) -> str:
        assert local_files_only
        if name != "here/mini":
            raise FileNotFoundError(f"{name} is not in the cache")
        return "/cache/mini"

    def open(self, name: str, *, device: str, local_files_only: bool) -> Any:
        self.opened.append((name, local_files_only))
        return SimpleNamespace(encode=self._encode)

    def _encode(self, texts: Sequence[str], **_: object) -> Any:
        self.encoded += texts
        return Hashing().embed(texts).astype(np.float64)


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    made = Library()
    monkeypatch.setitem(sys.modules, "sentence_transformers", SimpleNamespace(SentenceTransformer=made.open))
    monkeypatch.setitem(sys.modules, "huggingface_hub", SimpleNamespace(snapshot_download=made.snapshot))
    return made


def test_a_model_is_loaded_when_the_first_text_comes_and_once(library: Library) -> None:
    model = SentenceEmbedder("here/mini")
    assert library.opened == []
    assert model.embed(["a", "b"]).shape == (2, DIMENSIONS)
    assert model.embed(["c"]).dtype == np.float32
    assert library.opened == [("/cache/mini", True)]


def test_a_model_that_is_not_here_is_refused_with_what_helps(library: Library) -> None:
    with pytest.raises(ConfigError, match=r"'far/away' is not a model on this machine.*embedding_download = true"):
        SentenceEmbedder("far/away").embed(["a"])
    assert library.opened == []


def test_a_model_is_downloaded_only_where_that_is_asked_for(library: Library) -> None:
    SentenceEmbedder("far/away", download=True).embed(["a"])
    assert library.opened == [("far/away", False)]


def test_the_path_of_a_models_folder_is_taken_as_it_is(library: Library, tmp_path: Path) -> None:
    SentenceEmbedder(str(tmp_path)).embed(["a"])
    assert library.opened == [(str(tmp_path), True)]


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(ConfigError, match=r"pip install 'paperround\[embeddings\]'"):
        SentenceEmbedder("here/mini").embed(["a"])


def test_another_model_in_the_same_folder_has_another_name(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    before = SentenceEmbedder(str(tmp_path)).name
    (tmp_path / "model.safetensors").write_bytes(b"")
    os.utime(tmp_path / "model.safetensors", ns=(2**61, 2**61))
    assert before.startswith(str(tmp_path))
    assert SentenceEmbedder(str(tmp_path)).name != before
    assert SentenceEmbedder("here/mini").name == "here/mini"


def test_settings_that_name_no_model_give_none() -> None:
    assert embedder_of(RelevanceSettings()) is None
    named = embedder_of(RelevanceSettings(embedding_model="here/mini"))
    assert named is not None
    assert named.name == "here/mini"


def test_vectors_lie_beside_the_models_folder_which_is_replaced_as_a_whole() -> None:
    assert vectors_file(Path("/data/p.db.model")) == Path("/data/p.db.model.embeddings.npz")
    assert vectors_file(None) is None


# ---------------------------------------------------------------- the kernel


class Translating(Hashing):
    """To it a word and the same word after `other` mean the same."""

    def embed(self, texts: Sequence[str]) -> Dense:
        return super().embed([text.replace("other", "") for text in texts])


def foreign(item: Paper, number: int) -> Paper:
    """What a paper says, in words that no other has."""
    title, abstract = (" ".join(f"other{word}" for word in text.split()) for text in (item.title, item.abstract))
    return paper(title, number=number, abstract=abstract)


@pytest.fixture
def liked() -> Paper:
    return about(3, number=FIRST + 100)


@pytest.fixture
def today(liked: Paper) -> list[Paper]:
    return [*(about(topic, number=FIRST + topic) for topic in range(6)), foreign(liked, FIRST + 50)]


@pytest.fixture
def space(today: list[Paper], liked: Paper) -> Space:
    """The archive's, with a model beside it."""
    texts = {number_of(item): whole_text(item.title, item.abstract) for item in (*archive(), *today, liked)}
    model = archive_space().model
    read = lambda numbers: {number: texts[number] for number in numbers}  # noqa: E731
    return Space(model, Embeddings(Translating(), read, model.numbers))


def test_a_paper_in_other_words_is_found_by_what_it_means(space: Space, today: list[Paper], liked: Paper) -> None:
    who = wants(liked=[liked])
    assert order(day(today, archive_space()), who)[0] == about(3, number=FIRST + 3).title
    assert order(day(today, space), who)[0] == today[-1].title


def test_what_a_reader_wrote_is_found_by_what_it_means(space: Space, today: list[Paper], liked: Paper) -> None:
    assert order(day(today, space), wants(f"{liked.title}. {liked.abstract}"))[0] == today[-1].title


def test_reasons_add_up_to_a_score_with_an_embedding_in_it(space: Space, today: list[Paper], liked: Paper) -> None:
    who = wants("quantum spin", liked=[liked, archive()[5]], disliked=[archive()[7]])
    ranking = day(today, space)
    because = explainer(ranking, space, who)
    plain = scores(day(today, archive_space()), who)
    for key, score in scores(ranking, who).items():
        row = [each.paper.id for each in ranking.candidates].index(PaperId(key))
        assert total(because.reasons(row)) == pytest.approx(score, abs=1e-6)
        assert abs(score - plain[key]) > 1e-4


def test_the_weight_is_told_in_standard_deviations_of_the_likeness_of_texts(space: Space) -> None:
    some = space.background[space.sample]
    apart = (some @ some.T).toarray()[~np.eye(len(space.sample), dtype=bool)]
    assert space.embedded_weight == pytest.approx(EMBEDDED_SHARE * apart.std())


def test_a_space_without_a_model_has_no_embeddings() -> None:
    assert archive_space().embedded([1, "spin"]) is None


# ---------------------------------------------------------------- a day


def composed(world: World, folder: Path, now: datetime) -> None:
    compose(world.store, world.settings, now=now, message_id=lambda: f"<{now}@example.org>", model_folder=folder)


def test_the_papers_of_a_day_are_embedded_once_and_kept_beside_the_model(
    world: World, library: Library, tmp_path: Path
) -> None:
    world.settings = RelevanceSettings(threshold=0, embedding_model="here/mini")
    world.subscribe("ada@example.org", interests=["quantum spin"])
    world.source.announce(MONDAY, *(about(topic, number=topic) for topic in range(5)))
    world.ingest(at(MONDAY))
    composed(world, tmp_path / "p.model", at(MONDAY))
    first = list(library.encoded)
    world.source.announce(TUESDAY, about(6, number=6))
    world.ingest(at(TUESDAY))
    composed(world, tmp_path / "p.model", at(TUESDAY))

    assert len(first) == len(set(first)) == 5 + 1
    new = about(6, number=6)
    assert library.encoded[len(first) :] == [whole_text(new.title, new.abstract), "quantum spin"]
    assert len(KeptVectors.load("here/mini", tmp_path / "p.model.embeddings.npz").by_number) == 6
    assert len(world.titles("ada@example.org")) == 2


def test_without_a_model_a_day_loads_none_and_keeps_no_vectors(world: World, library: Library, tmp_path: Path) -> None:
    world.subscribe("ada@example.org", interests=["quantum spin"])
    world.source.announce(MONDAY, about(1, number=1))
    world.ingest(at(MONDAY))
    composed(world, tmp_path / "p.model", at(MONDAY))
    assert library.opened == []
    assert [each.name for each in tmp_path.iterdir() if "embeddings" in each.name] == []


def test_a_day_with_a_model_that_is_not_here_says_what_helps(world: World, library: Library, tmp_path: Path) -> None:
    world.settings = RelevanceSettings(embedding_model="far/away")
    world.subscribe("ada@example.org", interests=["quantum spin"])
    world.source.announce(MONDAY, about(1, number=1))
    world.ingest(at(MONDAY))
    with pytest.raises(ConfigError, match="is not a model on this machine"):
        composed(world, tmp_path / "p.model", at(MONDAY))
