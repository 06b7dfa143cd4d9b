"""A model comes back from disk as it was kept, or not at all."""

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from digest.papers import Paper
from digest.relevance import files
from digest.relevance.model import Model
from digest.relevance.text import count_words
from digest.relevance.vocabulary import Vocabulary
from tests.fakes import paper
from tests.relevance.builders import archive_space, model_of, papers

ARRAYS, MANIFEST = "arrays.npz", "manifest.json"
STEP = 7  # bytes from one that is damaged to the next


def small(*titles: str) -> Model:
    return model_of([paper(title, number=number, abstract="") for number, title in enumerate(titles)])


def contents(value: object) -> object:
    """All there is to a model, to be compared."""
    if isinstance(value, np.ndarray):
        return value.dtype, value.tolist()
    if isinstance(value, Vocabulary):
        return contents(value.ids)
    if is_dataclass(value):
        return {each.name: contents(getattr(value, each.name)) for each in fields(value)}
    return value


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "model"


@pytest.mark.parametrize(
    "model", [Model(), small("graph spin", ""), archive_space().model], ids=["empty", "small", "with a latent basis"]
)
def test_a_model_comes_back_as_it_was_kept(model: Model, folder: Path) -> None:
    files.save(model, folder)
    assert contents(files.load(folder)) == contents(model)


@given(background=papers())
@settings(deadline=None)
def test_any_model_comes_back(background: list[Paper], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("any") / "model"
    files.save(model_of(background), folder)
    assert contents(files.load(folder)) == contents(model_of(background))


def test_what_came_back_grows_on(folder: Path) -> None:
    files.save(small("graph spin", "lattice"), folder)
    kept = files.load(folder)
    assert kept is not None
    documents = {7: count_words("spin glass")}
    assert contents(kept.grown(documents, window=2)) == contents(
        small("graph spin", "lattice").grown(documents, window=2)
    )


def test_where_nothing_is_kept_nothing_comes_back(folder: Path) -> None:
    assert files.load(folder) is None
    folder.mkdir(parents=True)
    assert files.load(folder) is None


# ------------------------------------------------------------ damage


@pytest.mark.parametrize("name", [ARRAYS, MANIFEST])
def test_a_cut_file_is_not_read(name: str, folder: Path) -> None:
    files.save(small("graph", "spin"), folder)
    whole = (folder / name).read_bytes()
    for length in range(0, len(whole.rstrip()), STEP):
        (folder / name).write_bytes(whole[:length])
        assert files.load(folder) is None


@pytest.mark.parametrize("name", [ARRAYS, MANIFEST])
def test_a_changed_byte_breaks_nothing_and_changes_no_number_unseen(name: str, folder: Path) -> None:
    files.save(small("graph", "spin"), folder)
    whole, kept = (folder / name).read_bytes(), contents(files.load(folder))
    for at, flipped in product(range(0, len(whole), STEP), (1, 0xFF)):
        (folder / name).write_bytes(bytes([*whole[:at], whole[at] ^ flipped, *whole[at + 1 :]]))
        found = files.load(folder)
        assert found is None or contents(found) == kept


@pytest.mark.parametrize("name", [ARRAYS, MANIFEST])
def test_a_missing_file_is_no_model(name: str, folder: Path) -> None:
    files.save(small("graph"), folder)
    (folder / name).unlink()
    assert files.load(folder) is None


@pytest.mark.parametrize("manifest", ["", "[]", "3", "null", '"layout"', "{}", "\ud800"])
def test_a_strange_manifest_is_no_model(manifest: str, folder: Path) -> None:
    files.save(small("graph"), folder)
    (folder / MANIFEST).write_bytes(manifest.encode(errors="surrogatepass"))
    assert files.load(folder) is None


@pytest.mark.parametrize("key", ["layout", "analyser", "papers", "terms"])
def test_what_another_version_wrote_or_counts_otherwise_is_not_read(key: str, folder: Path) -> None:
    files.save(small("graph"), folder)
    manifest = json.loads((folder / MANIFEST).read_text())
    for wrong in (manifest[key] + 1, None, str(manifest[key])):
        (folder / MANIFEST).write_text(json.dumps(manifest | {key: wrong}))
        assert files.load(folder) is None
    (folder / MANIFEST).write_text(json.dumps({name: value for name, value in manifest.items() if name != key}))
    assert files.load(folder) is None


# ------------------------------------------------------------ pickles


class Touches:
    """Makes a file when it is unpickled."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self.file,)


def test_a_pickle_is_refused_and_not_run(folder: Path, tmp_path: Path) -> None:
    files.save(small("graph"), folder)
    with np.load(folder / ARRAYS) as kept:
        arrays = dict(kept)
    arrays["numbers"] = np.array([Touches(tmp_path / "run")], dtype=object)
    np.savez(folder / ARRAYS, **arrays)
    assert files.load(folder) is None
    assert not (tmp_path / "run").exists()


def test_there_is_nothing_but_numbers_inside(folder: Path) -> None:
    files.save(archive_space().model, folder)
    assert sorted(path.name for path in folder.iterdir()) == [ARRAYS, MANIFEST]
    with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
        assert {arrays[name].dtype.kind for name in arrays.files} <= {"i", "u", "f"}
    assert all(isinstance(value, int) for value in json.loads((folder / MANIFEST).read_text()).values())


# ------------------------------------------------------------ in one step


def test_a_newer_model_takes_the_place_of_the_old_one_and_leaves_nothing_beside_it(folder: Path) -> None:
    files.save(small("graph"), folder)
    files.save(small("graph", "spin"), folder)
    assert contents(files.load(folder)) == contents(small("graph", "spin"))
    assert list(folder.parent.iterdir()) == [folder]


@pytest.mark.parametrize("broken", ["numpy.savez", "pathlib.Path.write_text"])
def test_a_model_that_cannot_be_written_leaves_the_old_one(
    broken: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.save(small("graph"), folder)

    def full(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(broken, full)
    with pytest.raises(OSError, match="no space left"):
        files.save(small("graph", "spin"), folder)
    monkeypatch.undo()
    assert contents(files.load(folder)) == contents(small("graph"))
    assert list(folder.parent.iterdir()) == [folder]


def test_where_no_folder_can_be_the_error_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        files.save(Model(), tmp_path / "file" / "model")
