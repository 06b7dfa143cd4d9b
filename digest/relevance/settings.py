"""How papers are chosen."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RelevanceSettings:
    """What is good enough, and what it is measured against."""

    threshold: float = 0.03  # the least probability, 0 to 1, of a paper that is sent to somebody with a profile
    background_papers: int = 20000  # the newest so many papers are the background
    half_life_days: float = 60.0  # after which a vote counts half as much as a new one
    model_folder: str = ""  # where the model is kept between runs; empty: beside an SQLite database, else nowhere
    embedding_model: str = ""  # a sentence-transformers model by the path of its folder or by name; empty: none
    embedding_download: bool = False  # let a model that is not on this machine be downloaded
    processes: int = 1  # that compose at once, each for its own readers

    def __post_init__(self) -> None:
        if not 0 <= self.threshold < 1:
            raise ValueError("threshold must be a probability: from 0 up to, not with, 1")
        if not 1 <= self.half_life_days <= 36_500:
            raise ValueError("half_life_days: expected 1 to 36500")
        if not 1 <= self.processes <= 64:
            raise ValueError("processes: expected 1 to 64")
