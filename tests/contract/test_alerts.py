"""The alert rules: promtool's verdict on them and on the scrape configuration, and the pages that list them."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

TOP = Path(__file__).parents[2]
FOLDER = TOP / "docker" / "prometheus"


def rules() -> list[dict[str, Any]]:
    """All alert rules that ship."""
    groups: list[dict[str, Any]] = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


@pytest.mark.parametrize(
    "words",
    [
        ("check", "rules", "alerts.yml"),
        ("check", "config", "prometheus.yml"),
        ("test", "rules", "alerts.test.yml"),
    ],
)
def test_promtool_finds_nothing_wrong(words: tuple[str, ...]) -> None:
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed (Debian's package prometheus has it)")
    judged = subprocess.run(
        ["promtool", *words], cwd=FOLDER, capture_output=True, text=True, timeout=60, check=False
    )
    assert judged.returncode == 0, judged.stdout + judged.stderr


def test_each_alert_is_shown_to_fire_and_to_be_silent() -> None:
    cases = [
        case
        for test in yaml.safe_load((FOLDER / "alerts.test.yml").read_text())["tests"]
        for case in test["alert_rule_test"]
    ]
    fires = {case["alertname"] for case in cases if case.get("exp_alerts")}
    silent = {case["alertname"] for case in cases if not case.get("exp_alerts")}
    assert fires == silent == {rule["alert"] for rule in rules()}


def test_each_alert_says_what_it_is_what_to_do_and_how_urgent() -> None:
    for rule in rules():
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["action"]
        assert rule["labels"]["severity"] in ("page", "ticket")


def test_the_operations_page_lists_the_alerts_as_they_are() -> None:
    page = (TOP / "docs" / "operations.md").read_text()
    listed = re.findall(r"^\| `(Showfloor\w+)` \((\w+)\) \| [^|]+ \| (.+) \|$", page, re.MULTILINE)
    shipped = [(rule["alert"], rule["labels"]["severity"], rule["annotations"]["action"]) for rule in rules()]
    assert listed == shipped


def test_prometheus_scrapes_every_process_of_the_compose_file_by_its_own_port() -> None:
    compose = yaml.safe_load((TOP / "docker" / "compose.yml").read_text())["services"]
    port = compose["worker"]["environment"]["SHOWFLOOR_METRICS_PORT"]
    processes = {
        f"{name}:{port}"
        for name, service in compose.items()
        if str(service.get("image")).startswith("showfloor:") and name != "migrate"
    }
    (job,) = yaml.safe_load((FOLDER / "prometheus.yml").read_text())["scrape_configs"]
    assert {target for config in job["static_configs"] for target in config["targets"]} == processes
    assert all(
        compose[target.partition(":")[0]].get("healthcheck") != {"disable": True} for target in processes
    )
    networks = set(compose["prometheus"]["networks"])
    assert all(networks & set(compose[target.partition(":")[0]]["networks"]) for target in processes)
