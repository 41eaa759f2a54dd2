"""A server of our own for a short run: `showfloor demo` on a free port, with its data in a temporary directory."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

READY_SECONDS = 90.0
STOP_SECONDS = 40.0


class ServerFailed(Exception):
    """The server ended, or was not ready in time; the message holds the last lines it wrote."""


@dataclass(frozen=True, slots=True)
class LocalServer:
    """Where it is, and the environment with which other commands find it."""

    url: str
    environment: dict[str, str]

    def token(self, role: str) -> str:
        """A token for `role` in the channel `demo`."""
        command = [sys.executable, "-m", "server", "token", "--role", role, "--channel", "demo"]
        made = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=True)
        return made.stdout.strip()


@contextmanager
def local_server() -> Iterator[LocalServer]:
    """Start it with an empty audience and its limits off, wait until a viewer can join, stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="showfloor-load-") as directory:
        data, port = Path(directory), _free_port()
        server = LocalServer(f"http://127.0.0.1:{port}", _environment(data))
        command = [sys.executable, "-m", "server", "demo", "--audience", "0", "--port", str(port)]
        with (data / "server.log").open("wb") as log:
            process = subprocess.Popen(command, env=server.environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait_until_ready(server.url, process, data / "server.log")
            yield server
        finally:
            _stop(process)


def _environment(data: Path) -> dict[str, str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("SHOWFLOOR_")}
    return inherited | {"SHOWFLOOR_DATA": str(data / "var"), "SHOWFLOOR_LIMITS": "off"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise ServerFailed("the server did not become ready:\n" + log.read_text(errors="replace")[-4000:])


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
