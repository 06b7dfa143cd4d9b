"""How long things are kept that grow with every day."""

from dataclasses import dataclass, fields

LINK_DAYS = 60  # in which what a mail's links lead to must be there
YEAR_DAYS = 400  # novelty is measured against the year before, and `digest eval` reads weeks


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSettings:
    """Days, each 0 for ever; papers, ledger and what readers said are kept for ever, and so is what each was sent."""

    editions_days: int = 730  # with what an edition's own page and the feeds show
    deliveries_days: int = 400  # what became of mails and letters
    left_out_days: int = 180  # the shadow log
    returns_days: int = 400  # bounces, complaints and replies
    alarms_days: int = 400
    signals_days: int = 400  # what a source told of a paper or an author, and told otherwise since
    former_texts_days: int = 0  # how papers read before a newer version
    terms_days: int = 0  # counted terms of papers that no profile needs

    def __post_init__(self) -> None:
        for each in fields(self):
            least = YEAR_DAYS if each.name == "terms_days" else LINK_DAYS
            if (days := getattr(self, each.name)) != 0 and not least <= days <= 36500:
                raise ValueError(f"{each.name}: expected 0 for ever, or {least} to 36500")
