"""An author's page: the number of a person in, all that is told of them out; and a name in, who may bear it out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from digest.authors import block_of, compatible, first_of, folded
from digest.browse.loading import records
from digest.identity import PaperId
from digest.namesakes import Person
from digest.records import AuthorDetails, Writer
from digest.relevance.novelty import median_known
from digest.signals import NOVELTY, OURS, SCORE, Signal
from digest.store import Store, Transaction
from digest.store.people import KeptPerson, Written

PAGE = 50  # papers on one page of an author
_BESIDE = 12  # who write with somebody, named
_BEARERS = 50  # of one name, named
_READ = 500  # persons looked at for one name


def author_details(store: Store, number: int, *, page: int = 1) -> AuthorDetails | None:
    """A person with the papers of one page, from 1; None for nobody, for who is hidden, and beyond the last page."""
    with store.read() as tx:
        kept = tx.people.get(number)
        written = tx.people.written(number) if kept else []
        shown = written[(page - 1) * PAGE : page * PAGE]
        if kept is None or kept.hidden_at is not None or not shown:
            return None
        measured = _measured(tx, [each.key for each in written])
        beside, beside_in_all = tx.people.beside(number, limit=_BESIDE)
        return AuthorDetails(
            number=number,
            name=kept.printed,
            person=kept.person,
            claim=tx.people.claims([number]).get(number),
            signals=_told(tx, kept.person),
            papers=tuple(records(tx, [each.key for each in shown])),
            kept=len(written),
            years=_years(written),
            novelty=median_known(measured[NOVELTY]),
            score=median_known(measured[SCORE]),
            measured={name: len(values) for name, values in measured.items()},
            beside=tuple(Writer(name=name, number=who, papers=papers) for who, name, papers in beside),
            beside_in_all=beside_in_all,
            namesakes=tuple(_writer(other) for other in _bearers(tx, kept.person.names[0]) if other.number != number),
            changed_at=max((each.changed_at for each in written), default=None),
        )


def bearers(store: Store, name: str) -> tuple[Writer, ...]:
    """Who may bear a name and is not hidden, most papers first; nobody where it is no name of a person."""
    wanted = folded(name)
    if not wanted:
        return ()
    with store.read() as tx:
        found = _bearers(tx, wanted)
        newest = tx.people.newest(each.number for each in found)
    return tuple(replace(_writer(each), newest=newest.get(each.number, "")) for each in found)


def author_name(store: Store, number: int) -> str | None:
    """The name of a person whose page is shown."""
    with store.read() as tx:
        kept = tx.people.get(number)
    return kept.printed if kept and kept.hidden_at is None else None


def _bearers(tx: Transaction, wanted: str) -> list[KeptPerson]:
    """Those that may bear a folded name, most papers first, at most so many as a page names."""
    known = tx.people.like(block_of(wanted), first_of(wanted), limit=_READ)
    fitting = [each for each in known if each.hidden_at is None and _may_bear(each.person.names, wanted)]
    return sorted(fitting, key=lambda each: (-each.person.papers, each.number))[:_BEARERS]


def _may_bear(names: Iterable[str], wanted: str) -> bool:
    return any(compatible(wanted, known) for known in names)


def _writer(kept: KeptPerson) -> Writer:
    category = next((category for category, _ in kept.person.categories), "")
    return Writer(name=kept.printed, number=kept.number, papers=kept.person.papers, category=category)


def _told(tx: Transaction, person: Person) -> tuple[Signal, ...]:
    told = tx.signals.newest(person.keys)
    return tuple(signal for key in person.keys for signal in told.get(key, ()))


def _measured(tx: Transaction, papers: Sequence[PaperId]) -> Mapping[str, list[float]]:
    """What was measured here of papers, by name."""
    found: dict[str, list[float]] = {NOVELTY: [], SCORE: []}
    for said in tx.signals.newest(papers).values():
        for signal in said:
            if signal.source == OURS and signal.name in found and isinstance(signal.value, int | float):
                found[signal.name].append(float(signal.value))
    return found


def _years(written: Iterable[Written]) -> dict[int, int]:
    counts = Counter(each.submitted_at.year for each in written if each.submitted_at)
    return dict(sorted(counts.items()))
