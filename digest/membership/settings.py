"""Which letters are written about the subscription itself."""

from dataclasses import dataclass

DEFAULT_SIZE = 15  # papers in an edition at most, where nobody says otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterSettings:
    """Letters to subscribers; they belong to no list."""

    welcome: bool = True  # before a reader's first edition
    goodbye: bool = True  # to who left by a link or by mail
    still_reading_days: int = 0  # ask who has not been heard of for so long whether they still read; 0: never
    pause_after_days: int = 14  # after that question, where no answer came

    def __post_init__(self) -> None:
        if self.still_reading_days and not 30 <= self.still_reading_days <= 3650:
            raise ValueError("still_reading_days: expected 0 for never, or 30 to 3650")
        if not 3 <= self.pause_after_days <= 365:
            raise ValueError("pause_after_days: expected 3 to 365")
