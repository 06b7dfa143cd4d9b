"""What stands under deploy/ speaks of things that exist."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import yaml

from digest.upkeep import Figures
from digest.web.metrics import Metrics

DEPLOY = Path(__file__).parent.parent / "deploy"
NOW = datetime(2026, 3, 9, 7, 30, tzinfo=UTC)
FIGURES = Figures(
    papers=1,
    editions=1,
    subscribers={"active": 1},
    batches={"complete": 1},
    deliveries={"sent": 1},
    bounces={"hard": 1},
    votes={"like": 1},
    suppressions=1,
    waiting_since=NOW,
    newest_listing=NOW,
    resting={"arxiv": NOW},
)


def names_told() -> set[str]:
    metrics = Metrics()
    metrics.answered("/", 200, 0.01)
    text = metrics.text(FIGURES, now=NOW).decode()
    return set(re.findall(r"^(paperround_\w+)", text, re.M))


def test_alerts_ask_for_what_is_told_and_name_a_remedy() -> None:
    rules = yaml.safe_load((DEPLOY / "prometheus" / "paperround.rules.yml").read_text())["groups"][0]["rules"]
    asked = {name for rule in rules for name in re.findall(r"paperround_\w+", rule["expr"])}
    assert asked
    assert asked <= names_told()
    assert all(rule["annotations"]["summary"] and rule["annotations"]["remedy"] for rule in rules)


def test_the_dashboard_asks_for_what_is_told() -> None:
    board = json.loads((DEPLOY / "grafana" / "paperround.json").read_text())
    asked = re.findall(r"paperround_\w+", json.dumps([panel["targets"] for panel in board["panels"]]))
    assert set(asked) <= names_told()
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
