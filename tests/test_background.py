"""The model of the background is a cache: kept from day to day, and made anew wherever it cannot be used."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from digest import membership
from digest.compose import preview
from digest.relevance import files
from tests.embedded import embedded
from tests.fakes import MONDAY, at, paper
from tests.fields import ANA, GRAPHS, ROBOTS, field, others, slots, titles
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
    model = files.load(kept_model.model_folder or Path())

    assert model is not None
    assert len(model) == 13
    assert scores(kept_model, kept_model.model_folder) == pytest.approx(scores(kept_model, None), abs=1e-5)
    grown = files.load(kept_model.model_folder or Path())
    assert grown is not None
    assert len(grown) == 22


@pytest.mark.parametrize(("file", "content"), [("manifest.json", b"{}"), ("arrays.npz", b"PK\x03\x04 and no more")])
def test_a_damaged_model_is_made_anew(kept_model: World, file: str, content: bytes) -> None:
    folder = kept_model.model_folder or Path()
    (folder / file).write_bytes(content)
    kept_model.source.announce(TUESDAY, *field("deep graph neural networks", 6), *others(3))
    kept_model.ingest(at(TUESDAY))
    expected = scores(kept_model, None)

    kept_model.compose(at(TUESDAY))

    found = {item.paper.title: item.score for item in kept_model.edition(ANA).recommendations}
    assert found == pytest.approx(expected)
    model = files.load(folder)
    assert model is not None
    assert len(model) == 22


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
