"""A model on disk: arrays in an npz file and what they mean in a JSON manifest, replaced as one by a rename.

Nothing is pickled. A model that another version of the analyser or of this layout has written is not read.
"""

import json
import os
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from digest.relevance.latent import LatentBasis
from digest.relevance.model import Model, Tallies
from digest.relevance.text import ANALYSER
from digest.relevance.vocabulary import Vocabulary

LAYOUT = 1  # of the files
_MANIFEST, _ARRAYS = "manifest.json", "arrays.npz"


def save(model: Model, folder: Path) -> None:
    """Write a model beside the one that is there, and take its place; OSError where that cannot be."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    try:
        np.savez(beside / _ARRAYS, allow_pickle=False, **_arrays(model))
        manifest = {"layout": LAYOUT, "analyser": ANALYSER, "papers": len(model), "terms": len(model.vocabulary)}
        if model.basis:
            manifest |= {"basis_newest": model.basis.newest, "basis_papers": model.basis.papers}
        (beside / _MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
        _replace(folder, beside)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def load(folder: Path) -> Model | None:
    """The model in a folder; None where there is none that this version can read whole."""
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        if (manifest["layout"], manifest["analyser"]) != (LAYOUT, ANALYSER):
            return None
        with (folder / _ARRAYS).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            model = _model({name: arrays[name] for name in arrays.files}, manifest)
        return model if (len(model), len(model.vocabulary)) == (manifest["papers"], manifest["terms"]) else None
    except (OSError, ValueError, KeyError, TypeError, EOFError, RuntimeError, zipfile.BadZipFile):
        return None  # a RuntimeError is zipfile's for what it takes for encrypted or compressed


def _replace(folder: Path, beside: Path) -> None:
    """Two renames: who reads between them finds no model, and makes one."""
    old = beside.with_name(f"{beside.name}.old")
    if folder.exists():
        os.replace(folder, old)
    os.replace(beside, folder)
    shutil.rmtree(old, ignore_errors=True)


def _arrays(model: Model) -> dict[str, Any]:
    arrays = {
        "ids": model.vocabulary.ids,
        "numbers": model.numbers,
        "indptr": model.counted.indptr,
        "columns": model.counted.columns,
        "times": model.counted.times,
        "frequencies": model.frequencies,
    }
    if model.basis:
        arrays |= {
            "basis_terms": model.basis.terms,
            "basis_components": model.basis.components,
            "basis_mean": model.basis.mean,
        }
    return arrays


def _model(arrays: dict[str, Any], manifest: dict[str, Any]) -> Model:
    basis = None
    if "basis_terms" in arrays:
        basis = LatentBasis(
            terms=arrays["basis_terms"],
            components=arrays["basis_components"],
            mean=arrays["basis_mean"],
            newest=int(manifest["basis_newest"]),
            papers=int(manifest["basis_papers"]),
        )
    return Model(
        vocabulary=Vocabulary(arrays["ids"]),
        numbers=arrays["numbers"],
        counted=Tallies(arrays["indptr"], arrays["columns"], arrays["times"]),
        frequencies=arrays["frequencies"],
        basis=basis,
    )
