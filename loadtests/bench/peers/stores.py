"""Where the bench keeps what it builds and installs, and how: everything under `var/bench`, nothing in the product's environment."""

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from loadtests.bench.peers.peer import TOP, NotHere, Way

HOME = TOP / "var" / "bench"
BUILD = HOME / "build"
VENV = HOME / "venv"
NODE = HOME / "node"
HERE = Path(__file__).parent


def lines(port: int) -> Way:
    """The way in of the peers whose server is a small script of ours: one line is one message."""
    return Way(port, lambda text: text.encode() + b"\n")


@cache
def python_peers() -> Path:
    """Make the peers' venv when it is missing or its lock has changed; return its `bin`. Raises `NotHere`."""
    lock = HERE / "requirements.lock"
    stamp = VENV / "installed.lock"
    if not (stamp.exists() and stamp.read_bytes() == lock.read_bytes()):
        venv.create(VENV, clear=True, with_pip=True)
        run(
            [
                str(VENV / "bin/python"),
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-deps",
                "--require-hashes",
                "-r",
                str(lock),
            ]
        )
        shutil.copyfile(lock, stamp)
    return VENV / "bin"


@cache
def node_peers() -> Path:
    """Install the npm peers when they are missing or their lock has changed; return their folder. Raises `NotHere`."""
    lock = HERE / "node" / "package-lock.json"
    stamp = NODE / "installed.json"
    if not (stamp.exists() and stamp.read_bytes() == lock.read_bytes()):
        NODE.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(HERE / "node" / name, NODE / name)
        run(
            [
                _node_program("npm"),
                "ci",
                "--no-fund",
                "--no-audit",
                "--no-update-notifier",
                "--loglevel=error",
            ],
            NODE,
        )
        shutil.copyfile(lock, stamp)
    for script in (HERE / "node").glob("*.js"):
        shutil.copyfile(script, NODE / script.name)
    return NODE


def node() -> str:
    """Return the Node of this machine, or the one that `make setup` brought. Raises `NotHere`."""
    return _node_program("node")


def version_of(package: str) -> str:
    """Return the version of a Python package in the peers' venv."""
    code = f"import importlib.metadata as m; print(m.version({package!r}))"
    made = subprocess.run(
        [str(python_peers() / "python"), "-c", code], capture_output=True, text=True, check=True
    )
    return made.stdout.strip()


def _node_program(name: str) -> str:
    search = os.pathsep.join([os.environ.get("PATH", ""), str(TOP / ".venv/node/bin")])
    found = shutil.which(name, path=search)
    if found is None:
        raise NotHere(f"no {name}; `make setup` brings one in .venv/node")
    return found


def run(
    command: Sequence[str], folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> None:
    """Install something. Raises `NotHere` with what the installer said where it fails."""
    print(f"  installing: {Path(command[0]).name} {' '.join(command[1:5])} …", file=sys.stderr, flush=True)
    made = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if made.returncode:
        raise NotHere(f"{' '.join(command[:4])} failed:\n{made.stderr[-1000:]}")
