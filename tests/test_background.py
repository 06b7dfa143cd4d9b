"""The model of the background is a cache: kept from day to day, and made anew wherever it cannot be used."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from digest import membership
from digest.compose import preview
from digest.compose.background import prepare
from digest.relevance import arrays, files
from digest.relevance.space import SAMPLE, SMALL
from digest.relevance.text import word_id
from digest.store import DatabaseSettings, Store
from tests.embedded import embedded
from tests.fakes import MONDAY, at, paper
from tests.fields import ANA, GRAPHS, ROBOTS, field, others, slots, titles
from tests.relevance.builders import about, archive
from tests.world import TUESDAY, World


@pytest.fixture
def kept_model(world: World, tmp_path: Path) -> World:
    """A world that keeps its model, and has kept one on Monday."""
    world.model_folder = tmp_path / "model"
    world.subscribe(ANA, interests=[GRAPHS], papers=3)
    world.source.announce(MONDAY, *field(GRAPHS, 4), *others(9))
    world.run(at(MONDAY))
    return world


def scores(world: World, folder: Path | None) -> Mapping[str, float]:
    who = membership.find(world.store, ANA)
    shown = preview(world.store, world.settings, who, now=at(TUESDAY), model_folder=folder)
    return {item.paper.title: item.score for item in shown.recommendations}


def test_a_model_that_was_kept_gives_the_scores_of_one_that_is_made_anew(kept_model: World) -> None:
    kept_model.source.announce(TUESDAY, *field("deep graph neural networks", 6), *others(3))
    kept_model.ingest(at(TUESDAY))
    saved = files.load(kept_model.model_folder or Path())

    assert saved is not None
    assert len(saved.model) == 13
    assert scores(kept_model, kept_model.model_folder) == pytest.approx(scores(kept_model, None), abs=1e-5)
    grown = files.load(kept_model.model_folder or Path())
    assert grown is not None
    assert len(grown.model) == 22


@pytest.mark.parametrize(("file", "content"), [("manifest.json", b"{}"), ("columns.npy", b"\x93NUMPY and no more")])
def test_a_damaged_model_is_made_anew(kept_model: World, file: str, content: bytes) -> None:
    folder = kept_model.model_folder or Path()
    (folder / file).write_bytes(content)
    kept_model.source.announce(TUESDAY, *field("deep graph neural networks", 6), *others(3))
    kept_model.ingest(at(TUESDAY))
    expected = scores(kept_model, None)

    kept_model.compose(at(TUESDAY))

    found = {item.paper.title: item.score for item in kept_model.edition(ANA).recommendations}
    assert found == pytest.approx(expected)
    saved = files.load(folder)
    assert saved is not None
    assert len(saved.model) == 22


@pytest.fixture(scope="module")
def grown_up_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What such a world keeps, made once."""
    folder = tmp_path_factory.mktemp("grown-up")
    world = World(embedded(folder / "digest.db"), model_folder=folder / "model")
    world.subscribe(ANA, interests=[GRAPHS, "abba erdi"])
    world.source.announce(MONDAY, *archive(SMALL))
    world.run(at(MONDAY))
    world.like(ANA, archive()[3].arxiv_id, archive()[7].arxiv_id)
    world.source.announce(TUESDAY, *field(GRAPHS, 6), *(about(topic, number=9_000 + topic) for topic in range(9)))
    world.ingest(at(TUESDAY))
    prepare(world.store, world.settings, world.model_folder)
    world.store.close()
    return folder


@pytest.fixture
def grown_up(grown_up_files: Path, tmp_path: Path) -> Iterator[World]:
    """A world whose background has neighbours worth the name, that was prepared for what came on Tuesday."""
    folder = Path(shutil.copytree(grown_up_files, tmp_path / "grown-up"))
    store = Store(DatabaseSettings(url=f"sqlite:///{folder / 'digest.db'}"))
    yield World(store, model_folder=folder / "model")
    store.close()


def told(world: World, folder: Path) -> tuple[object, ...]:
    """All that Ana's edition says, to the last bit."""
    who = membership.find(world.store, ANA)
    shown = preview(world.store, world.settings, who, now=at(TUESDAY), model_folder=folder)
    assert len(shown.recommendations) > 3
    return shown.recommendations, shown.also_new, shown.considered


def test_editions_are_the_same_with_what_was_prepared_and_without(grown_up: World, tmp_path: Path) -> None:
    """Kept, gone, damaged, of another state of the model, and made of other texts."""
    folder = grown_up.model_folder or Path()
    saved = files.load(folder)
    assert saved is not None
    assert saved.derived is not None
    assert len(saved.derived.company) == 15 + SAMPLE
    expected = told(grown_up, folder)
    assert told(grown_up, without(folder, tmp_path / "gone")) == expected
    assert told(grown_up, damaged(folder, tmp_path / "damaged")) == expected
    other = of_another_state(folder, tmp_path / "other")
    assert told(grown_up, other) == expected
    unread = files.load(other)
    assert unread is not None
    assert unread.derived is None


def without(folder: Path, copy: Path) -> Path:
    shutil.copytree(folder, copy)
    shutil.rmtree(copy / "derived")
    return copy


def damaged(folder: Path, copy: Path) -> Path:
    shutil.copytree(folder, copy)
    (copy / "derived" / "company_data.npy").write_bytes(b"\x93NUMPY and no more")
    return copy


def of_another_state(folder: Path, copy: Path) -> Path:
    shutil.copytree(folder, copy)
    saved = files.load(folder)
    assert saved is not None
    assert saved.derived is not None
    files.save_derived(replace(saved.derived, spread=1.0), copy, stamp=saved.stamp + 1)
    return copy


def test_who_composes_keeps_what_nobody_has_prepared(grown_up: World) -> None:
    folder = grown_up.model_folder or Path()
    shutil.rmtree(folder / "derived")

    grown_up.compose(at(TUESDAY))

    saved = files.load(folder)
    assert saved is not None
    assert saved.derived is not None
    assert len(saved.derived.company) == 15 + SAMPLE


def test_what_is_prepared_already_is_not_written_again(grown_up: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "write", None)  # whoever calls it fails
    prepare(grown_up.store, grown_up.settings, grown_up.model_folder or Path())
    grown_up.compose(at(TUESDAY))
    assert slots(grown_up.edition(ANA))


def test_what_cannot_be_kept_costs_nobody_an_edition(
    grown_up: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    shutil.rmtree((grown_up.model_folder or Path()) / "derived")
    monkeypatch.setattr(arrays, "write", full)
    prepare(grown_up.store, grown_up.settings, grown_up.model_folder or Path())
    grown_up.compose(at(TUESDAY))
    assert slots(grown_up.edition(ANA))
    assert "figures of the model not kept" in caplog.text


def test_a_background_that_is_fitted_again_forgets_the_terms_that_nobody_has_any_more(
    world: World, tmp_path: Path
) -> None:
    settings, folder = replace(world.settings, background_papers=SMALL), tmp_path / "model"
    world.source.announce(MONDAY, paper("unheard sounds"), *archive()[: SMALL - 1])
    world.ingest(at(MONDAY))
    prepare(world.store, settings, folder)
    before = files.load(folder)
    world.source.announce(TUESDAY, *(about(1, number=9_000 + number) for number in range(SMALL // 4)))
    world.ingest(at(TUESDAY))
    prepare(world.store, settings, folder)
    after = files.load(folder)

    assert before is not None
    assert after is not None
    assert after.model.basis is not None
    assert after.model.basis.newest == after.model.numbers[-1] > before.model.numbers[-1]
    assert after.model.frequencies.all()
    assert word_id("unheard") in before.model.vocabulary.ids
    assert word_id("unheard") not in after.model.vocabulary.ids


def test_a_model_that_cannot_be_kept_costs_nobody_an_edition(world: World, tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    world.model_folder = tmp_path / "a file" / "model"
    world.subscribe(ANA, interests=[GRAPHS])
    world.source.announce(MONDAY, *field(GRAPHS, 2), *others(9))

    world.run(at(MONDAY))

    assert len(world.outbox) == 1


def test_the_model_of_another_database_is_made_anew(kept_model: World, tmp_path: Path) -> None:
    """A database that was put back or made anew gives its numbers to other papers."""
    store = embedded(tmp_path / "anew.db")
    anew = World(store, model_folder=kept_model.model_folder)
    anew.subscribe(ANA, interests=[ROBOTS])
    anew.source.announce(MONDAY, *field(ROBOTS, 3), *others(9), paper("On cooking"))

    anew.run(at(MONDAY))

    assert sorted(slots(anew.edition(ANA))) == sorted(titles(field(ROBOTS, 3)))
    store.close()


def test_papers_that_another_version_has_counted_are_counted_again_before_they_are_ranked(world: World) -> None:
    liked, fits = paper("Graph neural networks for ants", number=704), field(GRAPHS, 2)
    world.source.announce(MONDAY, liked)
    world.ingest(at(MONDAY))
    world.subscribe(ANA, now=at(TUESDAY, hour=5))
    world.like(ANA, liked.arxiv_id)
    world.source.announce(TUESDAY, *fits, *others(9))
    world.ingest(at(TUESDAY))
    with world.store._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE paper SET terms = x''")

    world.run(at(TUESDAY))

    assert sorted(slots(world.edition(ANA))) == sorted(titles(fits))
    with world.store.read() as tx:
        assert tx.papers.uncounted(99) == []
