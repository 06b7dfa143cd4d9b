"""What a space reads out of its model alone, so that it is read once for each state of the model and not once a run."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from digest.relevance.arrays import Array
from digest.relevance.company import KeptCompany
from digest.relevance.latent import Rows, in_rows
from digest.relevance.vocabulary import Columns

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Derived:
    """Figures of a background; all of them as `Space` would make them again, to the last bit."""

    weight: Vector  # shape (n_terms,), of each term
    compared: npt.NDArray[np.bool_]  # shape (n_terms,), which terms papers are compared by
    latent: Columns  # shape (n_terms,), where each stands in the latent basis, -1 for nowhere
    mean_length: np.float32  # of a row before it is normalised
    mean: Vector  # shape (n_terms,), of the rows
    spread: float  # of the likeness of two papers
    sample: Rows  # rows of the sample
    company: KeptCompany

    def arrays(self) -> dict[str, Array]:
        """All of it in arrays by name."""
        return {
            "weight": self.weight,
            "compared": self.compared,
            "latent": self.latent,
            "mean_length": np.array([self.mean_length], np.float32),
            "mean": self.mean,
            "spread": np.array([self.spread], np.float64),
            **_cells("sample", self.sample),
            **_cells("company", self.company.rows),
            "company_numbers": self.company.numbers,
            "company_prints": self.company.prints,
        }

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, Array]) -> "Derived":
        """The inverse; KeyError or ValueError where something is missing or does not fit."""
        width = len(arrays["weight"])
        company = KeptCompany(arrays["company_numbers"], arrays["company_prints"], _rows("company", arrays, width))
        return cls(
            weight=arrays["weight"],
            compared=arrays["compared"],
            latent=arrays["latent"],
            mean_length=np.float32(arrays["mean_length"][0]),
            mean=arrays["mean"],
            spread=float(arrays["spread"][0]),
            sample=_rows("sample", arrays, width),
            company=company,
        )


def _cells(name: str, rows: Rows) -> dict[str, Array]:
    return {f"{name}_data": rows.data, f"{name}_columns": rows.indices, f"{name}_indptr": rows.indptr}


def _rows(name: str, arrays: Mapping[str, Array], width: int) -> Rows:
    return in_rows(arrays[f"{name}_data"], arrays[f"{name}_columns"], arrays[f"{name}_indptr"], width)
