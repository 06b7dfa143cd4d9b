"""Who is ranked by words alone: what the votes must say for it, what the command does, and what the reader gets."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from digest import membership
from digest.editions import ReasonKind
from digest.evaluation import ENOUGH_DAYS, OURS, WORDS_ALONE, Report, adopt
from digest.evaluation.backtest import RANKINGS, Judged, replay
from digest.evaluation.past import Archive, load
from digest.evaluation.report import report
from digest.relevance import space
from digest.relevance.reasons import total
from digest.relevance.rivals import Rival
from digest.relevance.settings import RelevanceSettings
from digest.store import Store
from digest.subscribers import Learner, Subscriber, Verdict
from tests.embedded import embedded
from tests.fakes import MONDAY, at, paper
from tests.fields import ANA, GRAPHS, field, others, why
from tests.shell import Shell, shell
from tests.store.builders import announce, announced, reader
from tests.world import World

DAYS = [MONDAY + timedelta(days=n) for n in range(ENOUGH_DAYS)]
LAST = DAYS[-1]


def ranked(who: Subscriber, bests: Sequence[str]) -> list[Judged]:
    """Listings of one liked paper among three, on each of which one ranking alone was right."""
    right, wrong, liked = np.array([1.0, 2.0, 3.0]), np.array([3.0, 2.0, 1.0]), np.array([False, False, True])
    chances = np.array([0.1, 0.2, 0.3])
    return [
        Judged(who, day, liked, {name: right if name == best else wrong for name in RANKINGS}, chances)
        for day, best in zip(DAYS, bests, strict=False)
    ]


def back_test(*judged: Judged) -> Report:
    return report(judged, first=MONDAY, last=LAST)


# ------------------------------------------------------------ what the votes must say


@pytest.mark.parametrize(
    ("bests", "had", "advised"),
    [
        ([WORDS_ALONE] * ENOUGH_DAYS, Learner.FULL, Learner.WORDS),
        ([WORDS_ALONE] * ENOUGH_DAYS, Learner.WORDS, Learner.WORDS),
        ([OURS] * ENOUGH_DAYS, Learner.FULL, Learner.FULL),
        ([OURS] * ENOUGH_DAYS, Learner.WORDS, Learner.FULL),
        ([OURS, WORDS_ALONE] * (ENOUGH_DAYS // 2), Learner.FULL, Learner.FULL),
        ([OURS, WORDS_ALONE] * (ENOUGH_DAYS // 2), Learner.WORDS, Learner.FULL),
        ([Rival.SVM.value] * ENOUGH_DAYS, Learner.FULL, Learner.FULL),
        ([WORDS_ALONE] * (ENOUGH_DAYS - 1), Learner.FULL, Learner.FULL),
        ([OURS] * (ENOUGH_DAYS - 1), Learner.WORDS, Learner.WORDS),
    ],
    ids=[
        "better for certain",
        "still better for certain",
        "worse",
        "worse by now",
        "not certain",
        "no longer certain",
        "better than words is no reason for words",
        "too few listings to change",
        "too few listings to change back",
    ],
)
def test_words_are_advised_where_they_are_better_for_certain(
    store_of_ana: Store, bests: list[str], had: Learner, advised: Learner
) -> None:
    who = replace(ana(store_of_ana), learner=had)

    found = back_test(*ranked(who, bests))

    assert [line.advised for line in found.readers] == [advised]
    assert len(found.changes) == (had is not advised)


@pytest.fixture
def store_of_ana(tmp_path: Path) -> Iterator[Store]:
    store = embedded(tmp_path / "digest.db")
    reader(store, ANA)
    yield store
    store.close()


def ana(store: Store) -> Subscriber:
    return membership.find(store, ANA)


def test_what_is_advised_is_adopted_once_and_taken_back_when_it_is_no_longer_true(store_of_ana: Store) -> None:
    bob = reader(store_of_ana, "bob@example.org")

    def adopted(best: str) -> tuple[list[str], Learner]:
        found = back_test(*ranked(ana(store_of_ana), [best] * ENOUGH_DAYS), *ranked(bob, [OURS] * ENOUGH_DAYS))
        return [line.address for line in adopt(store_of_ana, found)], ana(store_of_ana).learner

    assert adopted(WORDS_ALONE) == ([ANA], Learner.WORDS)
    assert adopted(WORDS_ALONE) == ([], Learner.WORDS)
    assert adopted(OURS) == ([ANA], Learner.FULL)
    assert adopted(OURS) == ([], Learner.FULL)
    assert membership.find(store_of_ana, "bob@example.org") == bob


def test_what_was_measured_before_somebody_else_changed_it_is_not_adopted(store_of_ana: Store) -> None:
    found = back_test(*ranked(ana(store_of_ana), [WORDS_ALONE] * ENOUGH_DAYS))

    assert len(adopt(store_of_ana, found)) == 1
    assert adopt(store_of_ana, found) == ()


def test_who_has_gone_meanwhile_is_left_alone(store_of_ana: Store) -> None:
    gone = replace(ana(store_of_ana), address="gone@example.org")

    assert adopt(store_of_ana, back_test(*ranked(gone, [WORDS_ALONE] * ENOUGH_DAYS))) == ()


# ------------------------------------------------------------ what is measured


@pytest.fixture
def grown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty papers are a background with neighbours, so that the two learners differ."""
    monkeypatch.setattr(space, "SMALL", 40)


def test_both_learners_are_measured_whichever_a_reader_has(store_of_ana: Store, grown: None) -> None:
    liked = field(GRAPHS, len(DAYS))
    for day, chosen in zip(DAYS, liked, strict=True):
        announce(store_of_ana, *(announced(each, day=day) for each in (chosen, *others(12))), now=at(day, 3))
        with store_of_ana.begin() as tx:
            row = tx.papers.rows([chosen.id])[chosen.id]
            tx.subscribers.vote(ana(store_of_ana).id, row, Verdict.LIKE, now=at(day, 9))

    by_learner = {}
    for learner in Learner:
        with store_of_ana.begin() as tx:
            tx.subscribers.change(ana(store_of_ana).id, learner=learner)
        by_learner[learner] = judged(store_of_ana)[-1]

    full, words = by_learner[Learner.FULL], by_learner[Learner.WORDS]
    assert {name: scores.tolist() for name, scores in full.scores.items()} == {
        name: scores.tolist() for name, scores in words.scores.items()
    }
    assert tuple(full.scores) == RANKINGS
    assert full.scores[OURS].tolist() != full.scores[WORDS_ALONE].tolist()
    assert full.probabilities.tolist() != words.probabilities.tolist()


def judged(store: Store) -> list[Judged]:
    past, settings = load(store, first=MONDAY, last=LAST, subscriber=None), RelevanceSettings()
    return list(replay(past, Archive(store, past, window=settings.background_papers), settings, lambda *_: None))


# ------------------------------------------------------------ what the reader gets


def test_an_edition_and_its_explanation_are_by_the_reader_s_learner(world: World, grown: None) -> None:
    for learner, address in ((Learner.FULL, "bob@example.org"), (Learner.WORDS, ANA)):
        world.subscribe(address, interests=[GRAPHS], papers=5)
        with world.store.begin() as tx:
            tx.subscribers.change(membership.find(world.store, address).id, learner=learner)
    world.source.announce(MONDAY, *field(GRAPHS, 9), *others(18), *(paper(f"ants on {n} graphs") for n in range(20)))
    world.ingest(at(MONDAY))
    world.compose(at(MONDAY))

    scores = {}
    for address in (ANA, "bob@example.org"):
        for item in world.edition(address).recommendations:
            assert total(item.reasons) == item.score
            assert item.probability is not None
            scores[address, item.paper.id] = item.score
    both = {key for address, key in scores if address == ANA} & {key for address, key in scores if address != ANA}
    assert both
    assert all(scores[ANA, key] != scores["bob@example.org", key] for key in both)
    best = world.edition(ANA).recommendations[0]
    explained = why(world, best.paper).recommendation
    assert [reason for reason in explained.reasons if reason.kind is not ReasonKind.BACKGROUND]
    assert explained.score == pytest.approx(best.score, abs=1e-9)


# ------------------------------------------------------------ the command


@pytest.fixture
def digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    with shell(tmp_path, monkeypatch, capsys) as opened:
        opened("subscriber", "add", ANA)
        yield opened


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ranking that is right on each listing, as the back-test of the command finds it."""
    bests = [WORDS_ALONE] * ENOUGH_DAYS
    found = lambda store, *_, **__: back_test(*ranked(ana(store), bests))  # noqa: E731
    monkeypatch.setattr("digest.app.product.evaluate", found)
    return bests


CHANGE = f"{ANA} from full to words: words alone 1.000, ours 0.500 in 10 listings"


def test_the_command_changes_nothing_unless_it_is_told_to(digest: Shell, says: list[str]) -> None:
    assert digest("eval").splitlines()[-1] == f"{ANA}\t10\t10\t0.500\tfull\twords alone 1.000"
    assert digest("eval", "--apply", "--dry-run").splitlines()[-1] == f"would change {CHANGE}"
    assert json.loads(digest("eval", "--json"))["readers"][0]["learner"] == "full"


def test_the_command_says_what_it_changed_and_changes_it_once(digest: Shell, says: list[str]) -> None:
    assert digest("eval", "--apply").splitlines()[-1] == f"changed {CHANGE}"
    assert digest("eval", "--apply").splitlines()[-1] == "no subscriber's learner changes"
    assert digest("eval").splitlines()[-1] == f"{ANA}\t10\t10\t0.500\twords\twords alone 1.000"

    says[:] = [OURS] * ENOUGH_DAYS
    found = json.loads(digest("eval", "--apply", "--json"))
    assert found["changed"] == [ANA]
    assert (found["readers"][0]["learner"], found["readers"][0]["advised"]) == ("words", "full")
    assert digest("eval", "--apply").splitlines()[-1] == "no subscriber's learner changes"


def test_with_too_few_listings_the_command_changes_nothing(digest: Shell, says: list[str]) -> None:
    del says[-1]

    assert "too few votes to tell anything" in digest("eval", "--apply")
    assert json.loads(digest("eval", "--apply", "--json"))["changed"] == []


def test_a_dry_run_of_nothing_is_refused(digest: Shell) -> None:
    assert "--dry-run goes with --apply" in digest("eval", "--dry-run", expect=2)
