"""Why a record stands in a listing, and how arXiv spells a category."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from digest.identity import paper_id
from digest.papers import AnnouncementKind, Paper, Version
from digest.sources.arxiv import kind_of, set_spec

LISTED = date(2026, 3, 10)
NEW, CROSS_LIST = AnnouncementKind.NEW, AnnouncementKind.CROSS_LIST
REPLACEMENT, WITHDRAWN, CHANGED = AnnouncementKind.REPLACEMENT, AnnouncementKind.WITHDRAWN, AnnouncementKind.CHANGED


def paper(
    arxiv: str = "2603.01234",
    *,
    categories: str = "cs.LG stat.ML",
    versions: int = 1,
    submitted: date | None = date(2026, 3, 9),
    withdrawn: bool = False,
) -> Paper:
    at = datetime(submitted.year, submitted.month, submitted.day, 18, tzinfo=UTC) if submitted else None
    return Paper(
        id=paper_id(arxiv),
        title="Tides",
        categories=tuple(categories.split()),
        versions=tuple(
            Version(number=number, submitted_at=at, withdrawn=withdrawn and number == versions)
            for number in range(1, versions + 1)
        ),
    )


def kind(listed: Paper, stream: str = "cs.LG", since: date | None = None) -> AnnouncementKind:
    return kind_of(listed, stream, listed=LISTED, since=since)


@pytest.mark.parametrize(
    ("stream", "categories", "expected"),
    [
        ("cs.LG", "cs.LG stat.ML", NEW),
        ("stat.ML", "cs.LG stat.ML", CROSS_LIST),
        ("math", "math.NA cs.LG", NEW),
        ("math", "cs.LG math.NA", CROSS_LIST),
        ("math", "math-ph math.MP", CROSS_LIST),
        ("hep-th", "hep-th", NEW),
        ("cs.LG", "", CROSS_LIST),
    ],
)
def test_a_fresh_paper_is_new_at_home_and_a_cross_list_elsewhere(
    stream: str, categories: str, expected: AnnouncementKind
) -> None:
    assert kind(paper(categories=categories), stream) == expected


@pytest.mark.parametrize(
    ("arxiv", "expected"),
    [
        ("2603.01234", NEW),
        ("2602.01234", NEW),
        ("2512.01234", NEW),
        ("2511.01234", CHANGED),
        ("2503.01234", CHANGED),
        ("math/0306266", CHANGED),
    ],
)
def test_a_first_version_is_new_while_its_id_is_of_the_last_three_months(
    arxiv: str, expected: AnnouncementKind
) -> None:
    assert kind(paper(arxiv)) == expected


@pytest.mark.parametrize("edit", [{"doi": "10.1000/x"}, {"journal_ref": "J. 1"}])
@pytest.mark.parametrize(("arxiv", "expected"), [("2602.01234", NEW), ("2601.01234", CHANGED)])
def test_one_that_was_given_a_reference_is_new_for_one_month_less(
    arxiv: str, expected: AnnouncementKind, edit: dict[str, str]
) -> None:
    assert kind(replace(paper(arxiv), **edit)) == expected  # type: ignore[arg-type]  # those named are texts


def test_an_old_id_that_was_submitted_since_the_last_harvest_is_new() -> None:
    late = paper("2405.01234", submitted=date(2026, 3, 9))
    assert kind(late, since=date(2026, 3, 9)) == NEW


@pytest.mark.parametrize(
    ("submitted", "since", "expected"),
    [
        (date(2026, 3, 9), date(2026, 3, 9), NEW),
        (date(2026, 3, 4), date(2026, 3, 9), NEW),
        (date(2026, 3, 3), date(2026, 3, 9), REPLACEMENT),
        (date(2024, 9, 1), date(2026, 3, 9), REPLACEMENT),
        (date(2026, 3, 9), None, REPLACEMENT),
        (None, date(2026, 3, 9), REPLACEMENT),
    ],
)
def test_a_second_version_is_new_only_if_the_first_came_since_the_last_harvest(
    submitted: date | None, since: date | None, expected: AnnouncementKind
) -> None:
    assert kind(paper(versions=2, submitted=submitted), since=since) == expected


def test_a_paper_submitted_and_replaced_since_the_last_harvest_is_a_cross_list_elsewhere() -> None:
    assert kind(paper(versions=2), "stat.ML", since=date(2026, 3, 9)) == CROSS_LIST


def test_a_withdrawn_paper_is_withdrawn_however_fresh() -> None:
    assert kind(paper(versions=2, withdrawn=True), since=date(2026, 3, 9)) == WITHDRAWN


def test_in_january_the_last_month_is_december() -> None:
    assert kind_of(paper("2512.01234"), "cs.LG", listed=date(2026, 1, 2), since=None) == NEW
    edited = replace(paper("2511.01234"), doi="10.1000/x")
    assert kind_of(edited, "cs.LG", listed=date(2026, 1, 2), since=None) == CHANGED


@pytest.mark.parametrize("listed", [date.min, date.max])
def test_a_listing_of_an_impossible_day_has_kinds_too(listed: date) -> None:
    assert kind_of(paper(), "cs.LG", listed=listed, since=None) in {NEW, CHANGED}


@pytest.mark.parametrize(
    ("category", "spec"),
    [
        ("cs.LG", "cs:cs:LG"),
        ("math", "math"),
        ("math.NA", "math:math:NA"),
        ("math-ph", "physics:math-ph"),
        ("hep-th", "physics:hep-th"),
        ("astro-ph.CO", "physics:astro-ph:CO"),
        ("astro-ph", "physics:astro-ph"),
        ("physics.optics", "physics:physics:optics"),
        ("cond-mat.mes-hall", "physics:cond-mat:mes-hall"),
        ("q-bio.NC", "q-bio:q-bio:NC"),
    ],
)
def test_a_category_is_spelled_as_the_set_of_its_archive_and_group(category: str, spec: str) -> None:
    assert set_spec(category) == spec
