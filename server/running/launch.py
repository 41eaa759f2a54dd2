"""What every command needs before it starts: settings, a listening socket, enough open files."""

import errno
import os
import re
import resource
import signal
import socket
from difflib import get_close_matches

from rich.console import Console

from server.running.trouble import Trouble, no_database_address, not_a_directory, port_in_use
from server.settings import Settings

OPEN_FILES_WANTED = 65_536
DEFAULT_URL = "http://127.0.0.1:8000"
"""Where a server is reached that was told nothing else."""
NOT_SETTINGS = (
    "SHOWFLOOR_CONFIG",
    "SHOWFLOOR_SERVER",
    "SHOWFLOOR_SIBLINGS",
    "SHOWFLOOR_VERSION",
    "SHOWFLOOR_LOAD_",
)
"""How variables with our prefix begin that are read elsewhere: where the settings' file is, the pages' development, load tests."""

console = Console(stderr=True, highlight=False, soft_wrap=True)
"""Progress and warnings; results go to standard output."""


def end_on_signals() -> None:
    """Let SIGTERM and SIGHUP do what Ctrl-C does, so that engines are stopped whichever comes; an ignored SIGHUP stays ignored.

    SIGINT is taken even where a script started us in the background, which ignores it: who sends it means it.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.default_int_handler)


def load_settings(*, examined: bool = False, **given: object) -> Settings:
    """Return the settings, with `given` on top; warns of variables that mean nothing. Raises what `explain` knows.

    No process starts with a secret that can be guessed, but the one that says so itself (`examined`).
    """
    settings = Settings(**given)  # type: ignore[arg-type]
    if not examined:
        settings.require_strong_secrets()
    if settings.data.exists() and not settings.data.is_dir():
        raise not_a_directory(settings.data)
    if settings.database_url and not re.match(r"postgresql(\+\w+)?://", settings.database_url):
        raise no_database_address()
    for name, hint in unknown_variables():
        console.print(f"[yellow]{name} is no setting of Showfloor{hint}.[/yellow]")
    return settings


def unknown_variables() -> list[tuple[str, str]]:
    """Return the environment's variables with our prefix that no setting has, each with a guess of what was meant."""
    known = {f"SHOWFLOOR_{name.upper()}" for name in Settings.model_fields}
    ours = (name for name in os.environ if name.startswith("SHOWFLOOR_"))
    unknown = sorted(name for name in ours if name not in known and not name.startswith(NOT_SETTINGS))
    guesses = ((name, get_close_matches(name, known, n=1, cutoff=0.8)) for name in unknown)
    return [(name, f"; did you mean {guess[0]}?" if guess else "") for name, guess in guesses]


def listen(host: str, port: int, *, setting: str = "--port") -> socket.socket:
    """Return a socket bound to `host` and `port` (0: any free one), not yet listening; raises `Trouble`, which names the `setting`."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError):
        raise Trouble(
            f"there is no host {host!r} to listen on", "use 127.0.0.1, or 0.0.0.0 for all"
        ) from None
    bound = socket.socket(family, kind, protocol)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
    except OSError as error:
        bound.close()
        raise _why_not_bound(error, host, port, setting) from None
    return bound


def url_of(host: str, port: int) -> str:
    """Return how a browser on this machine reaches a server that listens on `host`."""
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(host, host)
    return f"http://{f'[{name}]' if ':' in name and not name.startswith('[') else name}:{port}"


def _why_not_bound(error: OSError, host: str, port: int, setting: str) -> Trouble:
    if error.errno == errno.EADDRINUSE:
        return port_in_use(host, port, setting)
    if error.errno == errno.EACCES:
        return Trouble(
            f"port {port} is for root alone",
            f"choose one above 1023 with {setting}, and put a proxy in front",
        )
    return Trouble(f"cannot listen on {host}:{port} ({error.strerror})", "use an address of this machine")


def raise_open_files_limit() -> int:
    """Let this process have as many sockets as the system allows, and return how many that is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES_WANTED if hard == resource.RLIM_INFINITY else hard
    if soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (ValueError, OSError):  # macOS refuses what is over its own, unnamed bound
            return soft
    return max(soft, wanted)


def warn_of_lifted_limits(settings: Settings) -> None:
    """Say it loudly when nothing protects the server."""
    if settings.limited:
        return
    bar = "!" * 80
    lines = (
        bar,
        "SHOWFLOOR_LIMITS=off: no limit holds on sockets, rates or commands. For load tests only.",
        bar,
    )
    for line in lines:
        console.print(line, style="bold red")


def shown_value(value: object) -> str:
    """Return a setting as it may be shown: an address without its password, "none" for nothing."""
    if value is None or value == []:
        return "none"
    shown = str(value)
    return re.sub(r"(?<=://)([^/@:]*):[^/@]*@", r"\1:***@", shown)
