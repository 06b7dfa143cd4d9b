"""bioRxiv's real answers, against values read off them by hand."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.authors import Byline
from digest.errors import SourceError
from digest.identity import PaperId
from digest.papers import Paper, Version
from digest.sources.biorxiv_rows import listing, paper_of, posted_on
from tests.acceptance.conftest import SHARED

CAPTURES = SHARED / "data" / "captures" / "biorxiv"
JULY_15 = datetime(2026, 7, 15, tzinfo=UTC)

LATERALITY = Paper(
    id=PaperId("doi:10.64898/2026.07.13.738145"),
    title="Laterality of subcortical structures predicts spontaneous brain dynamics",
    abstract=(
        "Subcortical structures play a key role in shaping cortical computation through distributed "
        "cortico-subcortical networks, yet it remains unclear whether individual differences in subcortical anatomy ar"
    ),
    authors=("T. Ghafari", "A. J. Quinn", "O. Jensen"),
    bylines=(
        Byline(name="T. Ghafari", affiliations=("University of Oxford",)),
        Byline(name="A. J. Quinn"),
        Byline(name="O. Jensen"),
    ),
    categories=("biorxiv.neuroscience",),
    versions=(Version(number=1, submitted_at=JULY_15),),
    url="https://www.biorxiv.org/content/10.64898/2026.07.13.738145v1",
)
DECODING = Paper(
    id=PaperId("doi:10.64898/2026.07.13.738249"),
    title="Decoding and Characterizing the Intracranial Representation of Semantic Information",
    abstract=(
        "Brain-computer interfaces (BCIs) have achieved impressive performance by decoding motor and articulatory "
        "signals associated with speech production. However, considerably less is known about whether hi"
    ),
    authors=("C. Smith", "S. Inchyna", "B. Barrentine", "M. J. Nelson"),
    bylines=(
        Byline(name="C. Smith"),
        Byline(name="S. Inchyna"),
        Byline(name="B. Barrentine"),
        Byline(name="M. J. Nelson", affiliations=("University of Alabama at Birmingham",)),
    ),
    categories=("biorxiv.neuroscience",),
    versions=(Version(number=1, submitted_at=JULY_15),),
    url="https://www.biorxiv.org/content/10.64898/2026.07.13.738249v1",
)
LYON = "Universite Claude Bernard Lyon1, CNRS, INSA Lyon, UMR5240 MAP, F-69622, LYON, France"


def test_the_first_two_rows_of_a_real_answer_read_as_a_person_reads_them(shared: Path) -> None:
    told = listing((CAPTURES / "pu5ha__research_bot" / "biorxiv_details.json").read_bytes(), source="biorxiv")

    assert told.total == 3
    assert len(told.rows) == 3
    assert [paper_of(row, "biorxiv") for row in told.rows[:2]] == [LATERALITY, DECODING]


def test_the_third_version_of_a_preprint_of_last_december_reads_as_such(shared: Path) -> None:
    told = listing((CAPTURES / "pu5ha__research_bot" / "biorxiv_details.json").read_bytes(), source="biorxiv")

    paper = paper_of(told.rows[2], "biorxiv")

    assert paper.id == "doi:10.64898/2025.12.19.695336"
    assert paper.title == "Host infection selects for sRNA variants that drive bacterial social cheating"
    assert paper.authors == (
        "Q. Dubois",
        "T. Brual",
        "M. Sprenger",
        "V. Utzinger",
        "R. Mercier",
        "J. Cigna",
        "A. Rodrigue",
        "K. Papenfort",
        "L. Attaiech",
        "E. Gueguen",
    )
    assert paper.bylines[-1] == Byline(name="E. Gueguen", affiliations=(LYON,))
    assert paper.categories == ("biorxiv.microbiology",)
    assert paper.versions == (Version(number=3, submitted_at=JULY_15),)
    assert paper.url == "https://www.biorxiv.org/content/10.64898/2025.12.19.695336v3"
    assert (paper.doi, paper.also, paper.withdrawn) == ("", (), False)
    assert posted_on(told.rows[2]) == JULY_15.date()


@pytest.mark.parametrize("capture", sorted(CAPTURES.glob("*/*.yaml")), ids=lambda path: path.stem)
def test_an_answer_of_its_old_feeds_is_refused_by_name(capture: Path, shared: Path) -> None:
    yaml = pytest.importorskip("yaml")
    text = capture.read_text(encoding="utf-8").replace("!!python/unicode ", "")

    for exchange in yaml.safe_load(text)["interactions"]:
        body = exchange["response"]["body"]["string"].encode()
        with pytest.raises(SourceError, match="the JSON is damaged"):
            listing(body, source="biorxiv")
