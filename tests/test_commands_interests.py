"""The commands for interests and for what was left out: what they print, change and refuse."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.store import DatabaseSettings, Store
from digest.store.shadow import LeftOut
from tests.fakes import paper
from tests.shell import ADDRESS, Shell, shell
from tests.store.builders import edition, keep


@pytest.fixture
def digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    with shell(tmp_path, monkeypatch, capsys) as opened:
        opened("subscriber", "add", ADDRESS, "--interest", "legged robots")
        yield opened


@pytest.fixture
def shadowed(digest: Shell) -> Shell:
    """A shell where one edition has left out two papers."""
    (file,) = digest.folder.glob("*.db")
    store = Store(DatabaseSettings(url=f"sqlite:///{file}"))
    near, far = paper("Near the \x1b[31mthreshold", number=70001), paper("Far from it", number=70002)
    keep(store, near, far)
    with store.read() as tx:
        ana = tx.subscribers.find(ADDRESS)
    assert ana is not None
    number = edition(store, ana)
    with store.begin() as tx:
        tx.shadow.keep(
            number,
            [
                LeftOut(paper=near.id, interest="main", score=0.125, probability=0.25, why="below the threshold"),
                LeftOut(paper=far.id, interest="main", score=-0.5, probability=None, why="not in cs.RO"),
            ],
        )
    store.close()
    return digest


def interests(digest: Shell) -> dict[str, dict[str, object]]:
    return {each["name"]: each for each in json.loads(digest("profile", "interests", ADDRESS, "--json"))}


def test_every_kind_of_word_and_both_votes_go_to_the_interest_that_is_named(digest: Shell) -> None:
    digest("ingest")
    for field, value in {
        "interest": "tool-using agents",
        "include": "web",
        "exclude": "survey",
        "follow": "Dorothea Lambrechts-Aziz",
        "organisation": "ETH Zurich",
        "category": "cs.CL",
    }.items():
        assert f"added {field} for agents: {value}" in digest("profile", field, ADDRESS, value, "--interest", "agents")
    assert digest("profile", "like", ADDRESS, "2603.90001", "--interest", "agents").startswith("like for agents: ")
    digest("profile", "dislike", ADDRESS, "2603.90004", "--interest", "Agents")
    digest("profile", "exclude", ADDRESS, "survey", "--remove", "--interest", "agents")

    main, agents = json.loads(digest("profile", "show", ADDRESS, "--json"))["interests"]

    assert (main["name"], main["interest"], main["like"]) == ("main", ["legged robots"], [])
    assert agents | {"like": [], "dislike": []} == {
        "name": "agents",
        "weight": 1.0,
        "quota": None,
        "everything": False,
        "category": ["cs.CL"],
        "interest": ["tool-using agents"],
        "include": ["web"],
        "exclude": [],
        "follow": ["Dorothea Lambrechts-Aziz"],
        "organisation": ["ETH Zurich"],
        "like": [],
        "dislike": [],
    }
    assert [(vote["id"], vote["given_at"]) for vote in agents["like"] + agents["dislike"]] == [
        ("2603.90001", "2026-03-09T07:30:00+00:00"),
        ("2603.90004", "2026-03-09T07:30:00+00:00"),
    ]


def test_a_profile_is_shown_interest_by_interest(digest: Shell) -> None:
    digest("profile", "include", ADDRESS, "sim-to-real")
    digest("profile", "follow", ADDRESS, "Marco Hutter", "--interest", "people")

    assert digest("profile", "show", ADDRESS).splitlines() == [
        "interest\twhat\tvalue",
        "main\tinterest\tlegged robots",
        "main\tinclude\tsim-to-real",
        "people\tfollow\tMarco Hutter",
    ]


def test_an_interest_of_which_nothing_is_left_is_still_shown(digest: Shell) -> None:
    digest("profile", "interest", ADDRESS, "legged robots", "--remove")

    assert "main\t\tnothing yet" in digest("profile", "show", ADDRESS)


def test_interests_are_listed_with_how_they_choose(digest: Shell) -> None:
    digest("profile", "category", ADDRESS, "cs.RO", "--interest", "all of robotics")
    assert (
        digest("profile", "tune", ADDRESS, "all of robotics", "--everything", "--weight", "0.5", "--quota", "3")
        == "all of robotics: weight 0.5, quota 3, all papers\n"
    )

    assert digest("profile", "interests", ADDRESS).splitlines() == [
        "interest\tweight\tquota\tpapers\tlikes\tdislikes",
        "main\t1\tnone\tselected\t0\t0",
        "all of robotics\t0.5\t3\tall\t0\t0",
    ]
    assert interests(digest)["all of robotics"] == {
        "name": "all of robotics",
        "weight": 0.5,
        "quota": 3,
        "everything": True,
        "likes": 0,
        "dislikes": 0,
    }


def test_a_quota_is_lifted_a_choice_taken_back_and_a_name_changed(digest: Shell) -> None:
    digest("profile", "tune", ADDRESS, "main", "--everything", "--quota", "3")

    digest("profile", "tune", ADDRESS, "main", "--selected", "--quota", "none", "--rename", "robots")

    robots = interests(digest)["robots"]
    assert (robots["quota"], robots["everything"], robots["weight"]) == (None, False, 1.0)


def test_a_dropped_interest_is_gone_and_its_votes_are_in_main(digest: Shell) -> None:
    digest("ingest")
    digest("profile", "like", ADDRESS, "2603.90001", "2603.90004", "--interest", "agents")

    assert digest("profile", "drop", ADDRESS, "agents") == "dropped agents; votes that belong to main now: 2\n"

    assert [(name, each["likes"]) for name, each in interests(digest).items()] == [("main", 2)]


def test_what_was_left_out_is_shown_and_reclaimed(shadowed: Shell) -> None:
    shown = shadowed("profile", "left-out", ADDRESS).splitlines()

    assert shown == [
        "date\tpaper\tinterest\tscore\twhy",
        "2026-03-02\t2603.70001 Near the [31mthreshold\tmain\t+0.1250\tbelow the threshold",
        "2026-03-02\t2603.70002 Far from it\tmain\t-0.5000\tnot in cs.RO",
    ]
    assert "reclaimed: 2603.70001" in shadowed("profile", "reclaim", ADDRESS, "https://arxiv.org/abs/2603.70001v2")
    assert "below the threshold; reclaimed 2026-03-09" in shadowed("profile", "left-out", ADDRESS, "--limit", "1")
    near, far = json.loads(shadowed("profile", "left-out", ADDRESS, "--json"))
    assert (near["id"], near["score"], near["probability"]) == ("2603.70001", 0.125, 0.25)
    assert (near["date"], near["reclaimed_at"]) == ("2026-03-02", "2026-03-09T07:30:00+00:00")
    assert (far["probability"], far["why"], far["reclaimed_at"]) == (None, "not in cs.RO", None)


def test_nothing_left_out_is_said_so(digest: Shell) -> None:
    assert digest("profile", "left-out", ADDRESS) == "nothing was left out\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("tune", ADDRESS, "main"), "nothing to change; give --weight, --quota, --everything, --selected or --rename"),
        (("tune", ADDRESS, "main", "--quota", "few"), "--quota 'few': give a number of papers, or none"),
        (("tune", ADDRESS, "main", "--quota", "0"), "quota is 1 to 100 papers of an edition, or none; not 0"),
        (("tune", ADDRESS, "main", "--weight", "nan"), "weight is above 0 and at most 100, not nan"),
        (("tune", ADDRESS, "robots", "--weight", "2"), "has no interest named 'robots'; see: digest profile interests"),
        (("tune", ADDRESS, "main", "--rename", "x" * 41), "the name of an interest has 1 to 40 characters, not 41"),
        (("include", ADDRESS, "web", "--interest", " "), "the name of an interest has 1 to 40 characters, not 0"),
        (("like", ADDRESS, "2603.90001", "--interest", "a\x07b"), "has characters that do not print"),
        (("drop", ADDRESS, "robots"), "has no interest named 'robots'"),
        (("left-out", ADDRESS, "--limit", "0"), "Invalid value for '--limit'"),
        (
            ("reclaim", ADDRESS, "2603.99999"),
            "no edition of ana@example.org left out 2603.99999; nothing was reclaimed",
        ),
        (("reclaim", ADDRESS, "hello"), "not a paper id: 'hello'"),
    ],
)
def test_a_mistake_is_one_sentence_on_stderr_and_exit_2(
    digest: Shell, arguments: tuple[str, ...], sentence: str
) -> None:
    said = digest("profile", *arguments, expect=2)

    assert sentence in said
    assert said.count("\n") == 1


def test_somebody_begins_with_their_own_papers(digest: Shell) -> None:
    digest("ingest")
    digest("enrich")
    said = digest("profile", "own", ADDRESS, "Perpetua Lindqvist", "--interest", "own")

    written = json.loads(digest("author", "show", "Perpetua Lindqvist", "--json"))["papers"]
    liked = json.loads(digest("profile", "show", ADDRESS, "--json"))["interests"][-1]
    assert written != []
    assert said.count("like for own: ") == len(written)
    assert {each["id"] for each in liked["like"]} == {each["id"] for each in written}
    digest("profile", "own", ADDRESS, "Nobody Atall", expect=2)
    assert "nobody here is" in digest.err
