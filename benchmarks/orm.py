"""What people use today to write papers: the ORM, which selects each row, and adds it if it is not there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, registry

from digest.papers import Paper
from digest.store import tables as t


class _Row:
    """A mapped row."""

    def __init__(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self, name, value)


class PaperRow(_Row):
    pass


class IdentifierRow(_Row):
    pass


class VersionRow(_Row):
    pass


_mapping = registry(metadata=t.metadata)
for _class, _table in ((PaperRow, t.paper), (IdentifierRow, t.identifier), (VersionRow, t.version)):
    _mapping.map_imperatively(_class, _table)


class OrmWriter:
    """Writes the rows that the store writes for a paper: itself, its names, its versions."""

    def __init__(self, url: str) -> None:
        self._engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))

    def write(self, papers: Sequence[Paper], terms: bytes, now: datetime) -> None:
        """Papers in one transaction."""
        with Session(self._engine) as session, session.begin():
            for paper in papers:
                self._write(session, paper, terms, now)

    def close(self) -> None:
        self._engine.dispose()

    def _write(self, session: Session, paper: Paper, terms: bytes, now: datetime) -> None:
        key = f"orm:{paper.arxiv_id}"
        row = session.execute(sa.select(PaperRow).where(t.paper.c.canonical_key == key)).scalar_one_or_none()
        if row is None:
            row = PaperRow(
                canonical_key=key,
                title=paper.title,
                abstract=paper.abstract,
                authors=list(paper.authors),
                categories=list(paper.categories),
                classes=list(paper.classes),
                comment=paper.comment,
                doi=paper.doi,
                journal_ref=paper.journal_ref,
                first_seen_at=now,
                changed_at=now,
                terms=terms,
            )
            session.add(row)
            session.flush()
        names = [("orm", paper.arxiv_id), ("orm-title", paper.title), *([("orm-doi", paper.doi)] if paper.doi else [])]
        number = row.id  # type: ignore[attr-defined]  # mapped as it runs
        for scheme, value in names:
            if session.get(IdentifierRow, (scheme, value)) is None:
                session.add(IdentifierRow(scheme=scheme, value=value, paper_id=number))
        for version in paper.versions:
            if session.get(VersionRow, (number, version.number)) is None:
                session.add(
                    VersionRow(
                        paper_id=number, number=version.number, submitted_at=version.submitted_at, withdrawn=False
                    )
                )
