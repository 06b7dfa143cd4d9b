"""A model on disk, and beside it what is read out of it alone: a cache, mapped into memory.

    model/                the arrays of the model
    model/derived/        what every day's space has of that very model, and the company of papers that were compared

A model that another version of the analyser or of this layout has written is not read, and what is derived is not read
beside another model than the one that it was made of.
"""

from dataclasses import dataclass
from pathlib import Path

from digest.relevance import arrays
from digest.relevance.arrays import Array, Kept
from digest.relevance.derived import Derived
from digest.relevance.latent import LatentBasis
from digest.relevance.model import Model, Tallies
from digest.relevance.text import ANALYSER
from digest.relevance.vocabulary import Index, Vocabulary

LAYOUT = 2  # of the files
_DERIVED = "derived"


@dataclass(frozen=True, slots=True, eq=False)
class Saved:
    """A model that came back."""

    model: Model
    stamp: int  # which state of which model it is
    derived: Derived | None


def save(model: Model, folder: Path) -> int:
    """Write a model beside the one that is there, and take its place; its stamp. OSError where that cannot be."""
    facts = {"layout": LAYOUT, "analyser": ANALYSER, "papers": len(model), "terms": len(model.vocabulary)}
    if model.basis:
        facts |= {"basis_newest": model.basis.newest, "basis_papers": model.basis.papers}
    return arrays.write(folder, _arrays(model), facts)


def load(folder: Path) -> Saved | None:
    """What is kept in a folder; None where there is no model that this version can read whole."""
    kept = arrays.read(folder)
    try:
        return None if kept is None else Saved(_model(kept), kept.stamp, _derived(folder, kept.stamp))
    except (KeyError, TypeError, ValueError):
        return None


def save_derived(derived: Derived, folder: Path, *, stamp: int) -> None:
    """Keep what was derived of the model with a stamp beside it; OSError where that cannot be."""
    arrays.write(folder / _DERIVED, derived.arrays(), {"layout": LAYOUT, "stamp": stamp})


def _derived(folder: Path, stamp: int) -> Derived | None:
    """What is kept of the model with a stamp, if anything is."""
    kept = arrays.read(folder / _DERIVED)
    if kept is None or kept.facts != {"layout": LAYOUT, "stamp": stamp}:
        return None
    return Derived.of_arrays(kept.arrays)


def _arrays(model: Model) -> dict[str, Array]:
    found: dict[str, Array] = {
        "ids": model.vocabulary.ids,
        **{f"index_{name}": array for name, array in model.vocabulary.index._asdict().items()},
        "numbers": model.numbers,
        "indptr": model.counted.indptr,
        "columns": model.counted.columns,
        "times": model.counted.times,
        "frequencies": model.frequencies,
    }
    if model.basis:
        found |= {
            "basis_terms": model.basis.terms,
            "basis_components": model.basis.components,
            "basis_mean": model.basis.mean,
        }
    return found


def _model(kept: Kept) -> Model:
    found, facts = kept.arrays, kept.facts
    if (facts["layout"], facts["analyser"]) != (LAYOUT, ANALYSER):
        raise ValueError("of another version")
    if (len(found["numbers"]), len(found["ids"])) != (facts["papers"], facts["terms"]):
        raise ValueError("not of one model")
    basis = None
    if "basis_terms" in found:
        basis = LatentBasis(
            terms=found["basis_terms"],
            components=found["basis_components"],
            mean=found["basis_mean"],
            newest=facts["basis_newest"],
            papers=facts["basis_papers"],
        )
    return Model(
        vocabulary=Vocabulary(found["ids"], Index(*(found[f"index_{name}"] for name in Index._fields))),
        numbers=found["numbers"],
        counted=Tallies(found["indptr"], found["columns"], found["times"]),
        frequencies=found["frequencies"],
        basis=basis,
    )
