"""A model comes back from disk as it was kept, or not at all; so does what was derived of it."""

import json
import mmap
import zlib
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from scipy import sparse

from digest.papers import Paper
from digest.relevance import arrays, files
from digest.relevance.company import KeptCompany
from digest.relevance.derived import Derived
from digest.relevance.model import Model
from digest.relevance.space import Space
from digest.relevance.text import count_words
from digest.relevance.vocabulary import Vocabulary
from tests.fakes import paper
from tests.relevance.builders import FIRST, archive_space, counted, listing, model_of, papers

MANIFEST = "manifest.json"
ARRAYS = [
    f"{name}.npy"
    for name in "ids index_sorted index_order index_first numbers indptr columns times frequencies".split()
]
STEP = 7  # bytes from one that is damaged to the next


def small(*titles: str) -> Model:
    return model_of([paper(title, number=number, abstract="") for number, title in enumerate(titles)])


def contents(value: object) -> object:
    """All there is to a model, or to what was derived of it, to be compared."""
    if isinstance(value, np.ndarray | np.floating):
        return value.dtype, value.tolist()
    if isinstance(value, sparse.csr_array):
        return value.shape, *map(contents, (value.indptr, value.indices, value.data))
    if isinstance(value, Vocabulary):
        return contents(value.ids), *map(contents, value.index)
    if is_dataclass(value):
        return {each.name: contents(getattr(value, each.name)) for each in fields(value)}
    return value


def loaded(folder: Path) -> Model | None:
    saved = files.load(folder)
    return saved.model if saved else None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "model"


@pytest.mark.parametrize(
    "made",
    [Model, lambda: small("graph spin", ""), lambda: archive_space().model],
    ids=["empty", "small", "with a latent basis"],
)
def test_a_model_comes_back_as_it_was_kept(made: Callable[[], Model], folder: Path) -> None:
    model = made()
    files.save(model, folder)
    assert contents(loaded(folder)) == contents(model)


@given(background=papers())
@settings(deadline=None)
def test_any_model_comes_back(background: list[Paper], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("any") / "model"
    files.save(model_of(background), folder)
    assert contents(loaded(folder)) == contents(model_of(background))


def test_what_came_back_grows_on(folder: Path) -> None:
    files.save(small("graph spin", "lattice"), folder)
    kept = loaded(folder)
    assert kept is not None
    documents = {7: count_words("spin glass")}
    assert contents(kept.grown(documents, window=2)) == contents(
        small("graph spin", "lattice").grown(documents, window=2)
    )


def test_what_came_back_is_mapped_and_cannot_be_changed(folder: Path) -> None:
    files.save(archive_space().model, folder)
    kept = loaded(folder)
    assert kept is not None
    assert kept.basis is not None
    for array in (kept.vocabulary.ids, kept.counted.columns, kept.basis.components):
        owner: object = array.base
        assert isinstance(owner, mmap.mmap)
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_what_is_let_go_is_there_when_it_is_looked_at_again(folder: Path) -> None:
    model = archive_space().model
    files.save(model, folder)
    kept = loaded(folder)
    assert kept is not None
    assert kept.basis is not None
    for _ in range(2):
        arrays.let_go([kept.vocabulary.ids, kept.counted.times, kept.basis.components, np.zeros(3)])
        assert contents(kept) == contents(model)


def test_where_the_c_library_is_another_one_memory_stays_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "_LIBRARY", object())
    arrays.return_memory()
    arrays.return_what_is_free()


def test_what_came_back_outlives_its_files(folder: Path) -> None:
    files.save(small("graph spin"), folder)
    kept = loaded(folder)
    files.save(small("lattice"), folder)
    assert contents(kept) == contents(small("graph spin"))


def test_where_nothing_is_kept_nothing_comes_back(folder: Path) -> None:
    assert files.load(folder) is None
    folder.mkdir(parents=True)
    assert files.load(folder) is None


# ------------------------------------------------------------ what is derived


@pytest.fixture
def met() -> Space:
    """The archive's, with the company of some papers."""
    model = archive_space().model
    space = Space(model)
    space.meet([counted(item) for item in listing(9)], range(FIRST, FIRST + 9))
    return space


def kept_beside(space: Space, folder: Path) -> Derived | None:
    files.save_derived(space.derived(), folder, stamp=files.save(space.model, folder))
    saved = files.load(folder)
    assert saved is not None
    return saved.derived


@pytest.mark.parametrize("model", [Model(), small("graph spin", "")], ids=["empty", "small"])
def test_what_was_derived_comes_back(model: Model, folder: Path) -> None:
    space = Space(model)
    assert contents(kept_beside(space, folder)) == contents(space.derived())


def test_what_was_derived_comes_back_with_company_and_latent_places(met: Space, folder: Path) -> None:
    assert contents(kept_beside(met, folder)) == contents(met.derived())


def test_what_was_derived_of_another_model_is_not_read(met: Space, folder: Path) -> None:
    other = met.model.grown({9_000: count_words("graph")}, window=len(met.model))
    files.save_derived(met.derived(), folder, stamp=files.save(other, folder) + 1)
    saved = files.load(folder)
    assert saved is not None
    assert contents(saved.model) == contents(other)
    assert saved.derived is None


def test_a_new_model_takes_what_was_derived_of_the_old_one_away(met: Space, folder: Path) -> None:
    kept_beside(met, folder)
    files.save(small("graph"), folder)
    assert not (folder / "derived").exists()


def test_the_same_model_has_the_same_stamp_and_another_one_another(folder: Path) -> None:
    one, same, other = (files.save(model, folder) for model in (small("graph"), small("graph"), small("spin")))
    assert one == same != other


def test_damage_to_what_was_derived_costs_that_alone(folder: Path) -> None:
    model = small("graph", "spin")
    kept_beside(Space(model), folder)
    for file in sorted((folder / "derived").iterdir()):
        whole = file.read_bytes()
        for damaged in _damaged(whole):
            file.write_bytes(damaged)
            saved = files.load(folder)
            assert saved is not None
            assert contents(saved.model) == contents(model)
            assert saved.derived is None
        file.write_bytes(whole)
        again = files.load(folder)
        assert again is not None
        assert again.derived is not None


def _damaged(whole: bytes) -> Iterator[bytes]:
    yield whole[: len(whole) // 2]
    for at in range(0, len(whole) - 1, STEP):  # the last of a manifest is a line's end
        yield bytes([*whole[:at], whole[at] ^ 0xFF, *whole[at + 1 :]])


def test_company_of_other_rows_than_numbers_is_refused(met: Space) -> None:
    company = met.derived().company
    with pytest.raises(ValueError, match="of other papers"):
        KeptCompany(company.numbers[1:], company.prints, company.rows)
    with pytest.raises(ValueError, match="of other papers"):
        replace(company, prints=company.prints[1:])


# ------------------------------------------------------------ damage


@pytest.mark.parametrize("name", [*ARRAYS, MANIFEST])
def test_a_cut_file_is_not_read(name: str, folder: Path) -> None:
    files.save(small("graph", "spin"), folder)
    whole = (folder / name).read_bytes()
    for length in range(0, len(whole.rstrip()), STEP):
        (folder / name).write_bytes(whole[:length])
        assert files.load(folder) is None


@pytest.mark.parametrize("name", [*ARRAYS, MANIFEST])
def test_a_changed_byte_breaks_nothing_and_changes_no_number_unseen(name: str, folder: Path) -> None:
    files.save(small("graph", "spin"), folder)
    whole, kept = (folder / name).read_bytes(), contents(loaded(folder))
    for at, flipped in product(range(0, len(whole), STEP), (1, 0xFF)):
        (folder / name).write_bytes(bytes([*whole[:at], whole[at] ^ flipped, *whole[at + 1 :]]))
        found = loaded(folder)
        assert found is None or contents(found) == kept


@pytest.mark.parametrize("name", [*ARRAYS, MANIFEST])
def test_a_missing_file_is_no_model(name: str, folder: Path) -> None:
    files.save(small("graph"), folder)
    (folder / name).unlink()
    assert files.load(folder) is None


@pytest.mark.parametrize(
    "manifest", ["", "[]", "3", "null", '"layout"', "{}", '{"files": 3}', '{"files": {}}', '{"files": "ab"}', "\ud800"]
)
def test_a_strange_manifest_is_no_model(manifest: str, folder: Path) -> None:
    files.save(small("graph"), folder)
    (folder / MANIFEST).write_bytes(manifest.encode(errors="surrogatepass"))
    assert files.load(folder) is None


def test_a_manifest_names_no_file_of_another_folder(folder: Path) -> None:
    files.save(small("graph"), folder)
    (folder.parent / "ids.npy").write_bytes((folder / "ids.npy").read_bytes())
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["files"]["../ids"] = manifest["files"]["ids"]
    _write_signed(folder, manifest)
    assert files.load(folder) is None


def _write_signed(folder: Path, manifest: dict[str, object]) -> None:
    """A manifest that somebody has written by hand, with the right checksum of itself."""
    manifest["itself"] = zlib.crc32(arrays.canonical(manifest))
    (folder / MANIFEST).write_text(json.dumps(manifest))


@pytest.mark.parametrize("key", ["layout", "analyser", "papers", "terms"])
def test_what_another_version_wrote_or_counts_otherwise_is_not_read(key: str, folder: Path) -> None:
    files.save(small("graph"), folder)
    manifest = json.loads((folder / MANIFEST).read_text())
    _write_signed(folder, dict(manifest))
    assert files.load(folder) is not None  # the hand is not what is refused
    for wrong in (manifest[key] + 1, None, str(manifest[key])):
        _write_signed(folder, manifest | {key: wrong})
        assert files.load(folder) is None
    _write_signed(folder, {name: value for name, value in manifest.items() if name != key})
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
    np.save(folder / "numbers.npy", np.array([Touches(tmp_path / "run")], dtype=object))
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["files"]["numbers"] = zlib.crc32((folder / "numbers.npy").read_bytes())
    _write_signed(folder, manifest)
    assert files.load(folder) is None
    assert not (tmp_path / "run").exists()


def test_there_is_nothing_but_numbers_inside(met: Space, folder: Path) -> None:
    kept_beside(met, folder)
    basis = [f"basis_{name}.npy" for name in ("terms", "components", "mean")]
    assert {path.name for path in folder.iterdir()} == {MANIFEST, "derived", *ARRAYS, *basis}
    for place in (folder, folder / "derived"):
        names = {path.name for path in place.iterdir()} - {"derived", MANIFEST}
        assert {np.load(place / name, allow_pickle=False).dtype.kind for name in names} <= {"i", "u", "f", "b"}
        manifest = json.loads((place / MANIFEST).read_text())
        sums = manifest.pop("files")
        assert {f"{name}.npy" for name in sums} == names
        assert all(isinstance(value, int) for value in [*manifest.values(), *sums.values()])


# ------------------------------------------------------------ in one step


def test_a_newer_model_takes_the_place_of_the_old_one_and_leaves_nothing_beside_it(folder: Path) -> None:
    files.save(small("graph"), folder)
    files.save(small("graph", "spin"), folder)
    assert contents(loaded(folder)) == contents(small("graph", "spin"))
    assert list(folder.parent.iterdir()) == [folder]


@pytest.mark.parametrize("broken", ["numpy.lib.format.write_array", "pathlib.Path.write_text"])
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
    assert contents(loaded(folder)) == contents(small("graph"))
    assert list(folder.parent.iterdir()) == [folder]


def test_where_no_folder_can_be_the_error_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        files.save(Model(), tmp_path / "file" / "model")
