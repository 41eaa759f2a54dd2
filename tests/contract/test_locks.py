"""The locks hold everything that is asked for, with hashes, and name no address to fetch it from."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

TOP = Path(__file__).parents[2]
LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-node.lock"]
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


def asked_for(extra: str | None = None) -> list[Requirement]:
    project = tomllib.loads((TOP / "pyproject.toml").read_text())
    wanted = project["project"]["dependencies"] + project["build-system"]["requires"]
    if extra is not None:
        wanted = wanted + project["project"]["optional-dependencies"][extra]
    return [Requirement(line) for line in wanted]


def pinned(lock: str) -> dict[str, str]:
    return {canonicalize_name(name): version for name, version in _PINNED.findall((TOP / lock).read_text())}


@pytest.mark.parametrize(("lock", "extra"), [("requirements.lock", None), ("requirements-dev.lock", "dev")])
def test_every_dependency_is_pinned_within_its_floor(lock: str, extra: str | None) -> None:
    versions = pinned(lock)
    for wanted in asked_for(extra):
        assert wanted.specifier.contains(versions[canonicalize_name(wanted.name)]), wanted


def test_tests_run_on_the_versions_that_the_demo_runs_on() -> None:
    assert pinned("requirements.lock").items() <= pinned("requirements-dev.lock").items()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_hash_and_no_address(lock: str) -> None:
    text = (TOP / lock).read_text()
    entries = text.replace("\\\n", " ").splitlines()
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text


def test_the_pages_lock_names_no_address() -> None:
    packages = json.loads((TOP / "client_demo" / "package-lock.json").read_text())["packages"]
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []
