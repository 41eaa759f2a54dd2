"""The life of one engine's process: started apart from the terminal, found again, ended."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 30.0
LOG_BYTES_MAX = 10_000_000
_POLL_SECONDS = 0.02


class EngineFailed(Exception):
    """An engine did not start, or did not answer in time; the message ends with the tail of its log."""

    def __init__(self, engine: str, reason: str, log: Path) -> None:
        self.engine = engine
        self.log = log
        super().__init__(f"{engine} {reason}; the end of {log}:\n{_tail(log)}")


def launch(command: Sequence[str], directory: Path, log: Path, uid: int | None = None) -> psutil.Process:
    """Start `command` in `directory` with its output appended to `log`.

    It gets a session of its own: the terminal's Ctrl-C reaches the owner only, which then stops its engines in
    order. As root, `uid` is the user to run it as.
    """
    _turn_over(log)
    with log.open("ab") as output:
        child = subprocess.Popen(
            command,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=uid,
            extra_groups=[] if uid is not None else None,
        )
    # From here on a child is treated like an engine taken over from a dead owner, by its number.
    child.returncode = 0  # Popen shall neither wait for it nor warn that nobody did
    return psutil.Process(child.pid)


def find(pid_file: Path, name: str, directory: Path) -> psutil.Process | None:
    """The living process that `pid_file` names, if it is `name` and works in `directory`.

    After a reboot the number may belong to anything; the name and the working directory tell.
    """
    try:
        process = psutil.Process(int(pid_file.read_text().split()[0]))
    except (OSError, ValueError, IndexError, psutil.Error):
        return None
    return process if _is_working_in(process, directory, name) else None


def working_in(directory: Path, name: str) -> list[psutil.Process]:
    """All living processes called `name` that work in `directory`, oldest first."""
    return [found for found in psutil.process_iter() if _is_working_in(found, directory, name)]


def _is_working_in(process: psutil.Process, directory: Path, name: str) -> bool:
    try:
        return process.name().startswith(name) and Path(process.cwd()) == directory and is_alive(process)
    except psutil.Error:
        return False


def is_alive(process: psutil.Process) -> bool:
    """Whether the process runs; a zombie does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until(
    ready: Callable[[], bool], alive: Callable[[], bool], seconds: float = START_SECONDS_MAX
) -> bool:
    """Poll until `ready()`; False when `alive()` ends or the time is up."""
    deadline = time.monotonic() + seconds
    while not ready():
        if not alive() or time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def end(process: psutil.Process, *signals: signal.Signals) -> None:
    """Send the signals in turn, each once its predecessor had 30 s, and SIGKILL at last; returns when it is dead.

    Dead is enough: a stranger's zombie stays until its parent reaps it, and some containers have nobody who does.
    """
    for number in (*signals, signal.SIGKILL):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)
        if wait_until(lambda: not is_alive(process), lambda: True, STOP_SECONDS_MAX):
            break
    with contextlib.suppress(ChildProcessError):
        os.waitpid(process.pid, os.WNOHANG)


def _turn_over(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
        log.replace(log.with_suffix(".1.log"))


def _tail(log: Path) -> str:
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-15:])
    except OSError as error:
        return str(error)
