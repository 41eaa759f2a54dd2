"""This machine: Python, files, the secret, the pages, the port."""

import resource
import secrets
import socket
import tempfile
import urllib.request
from pathlib import Path

from server.doctor.finding import Finding, State
from server.running.trouble import port_in_use
from server.settings import Settings
from server.weakness import WeakSecretError

OPEN_FILES_MIN = 1024
OPEN_FILES_ADVISED = 16_384


def examine_python(version: tuple[int, ...]) -> Finding:
    """Python must be 3.11 or newer."""
    named = ".".join(map(str, version))
    if version < (3, 11):
        return Finding(
            "Python",
            State.BROKEN,
            f"{named} is too old",
            "install 3.11 or newer and run `make setup` with PYTHON=…",
        )
    return Finding("Python", State.FINE, named)


def examine_open_files(soft: int, hard: int) -> Finding:
    """Each viewer takes one open file; the server raises its limit to the hard one by itself."""
    mend = "raise it with `ulimit -n 65536`, LimitNOFILE= in a systemd unit, or `ulimits:` in compose"
    if hard == resource.RLIM_INFINITY or hard >= OPEN_FILES_ADVISED:
        return Finding(
            "Open files",
            State.FINE,
            f"{'no limit' if hard == resource.RLIM_INFINITY else f'{hard:,}'} (now {soft:,})",
        )
    state = State.ADVICE if hard >= OPEN_FILES_MIN else State.BROKEN
    return Finding("Open files", state, f"at most {hard:,}, and each viewer takes one", mend)


def examine_data(data: Path) -> Finding:
    """The data directory, or the nearest one above it, must be writable."""
    place = next(folder for folder in (data.absolute(), *data.absolute().parents) if folder.exists())
    mend = "give it to the user who runs Showfloor, or set SHOWFLOOR_DATA to another directory"
    if not place.is_dir():
        return Finding("Data", State.BROKEN, f"{place} is not a directory", "set SHOWFLOOR_DATA to one")
    try:
        with tempfile.NamedTemporaryFile(dir=place, prefix=".doctor-"):
            pass
    except OSError as error:
        return Finding("Data", State.BROKEN, f"{place} cannot be written ({error.strerror})", mend)
    return Finding(
        "Data", State.FINE, f"{data.absolute()}{'' if place == data.absolute() else ', will be made'}"
    )


def examine_secret(settings: Settings) -> Finding:
    """A secret must be long and not guessable, or nothing starts; a kept one must be its owner's alone."""
    fresh = f"set SHOWFLOOR_SECRET to a random one, such as {secrets.token_urlsafe(36)}"
    kept = settings.data / "secret"
    try:
        settings.old_signing_secret()
        if settings.secret is None and not kept.exists():
            return Finding("Secret", State.FINE, "will be made at the first start and kept with the data")
        settings.signing_secret()
    except WeakSecretError as weak:
        return Finding("Secret", State.BROKEN, str(weak), fresh)
    except OSError as error:
        return Finding(
            "Secret",
            State.BROKEN,
            f"{kept} cannot be read ({error.strerror})",
            "give it to the user who runs Showfloor",
        )
    if settings.secret is None and kept.stat().st_mode & 0o077:
        return Finding("Secret", State.BROKEN, f"others may read {kept}", f"chmod 600 {kept}")
    return Finding("Secret", State.FINE, "set" if settings.secret is not None else f"kept in {kept}")


def examine_hosts(settings: Settings) -> Finding:
    """Without names every Host header is answered, and what is made from it, such as links in cards, is as the caller says."""
    if settings.hosts:
        return Finding("Hosts", State.FINE, ", ".join(settings.hosts))
    mend = "on the open network set SHOWFLOOR_HOSTS to the names you serve, such as '[\"shop.example\"]'"
    return Finding("Hosts", State.ADVICE, "any name is answered", mend)


def examine_pages(pages: Path) -> Finding:
    """The pages must have been built."""
    missing = [
        name for name in ("index", "host", "analyst", "studio") if not (pages / f"{name}.html").is_file()
    ]
    if missing:
        return Finding(
            "Pages",
            State.BROKEN,
            f"not built: {', '.join(missing)}",
            "run `make setup`, or set SHOWFLOOR_PAGES",
        )
    return Finding("Pages", State.FINE, str(pages))


def examine_port(host: str, port: int) -> Finding:
    """The port must be free, or be ours already."""
    subject = f"Port {port}"
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if is_ours(host, port):
                return Finding(subject, State.FINE, "a Showfloor server answers there")
            trouble = port_in_use(host, port)
            return Finding(subject, State.BROKEN, f"{trouble.what} ({error.strerror})", trouble.mend)
    return Finding(subject, State.FINE, f"free on {host}")


def is_ours(host: str, port: int) -> bool:
    """Whether a Showfloor server answers there."""
    try:
        with urllib.request.urlopen(f"http://{host}:{port}/healthz", timeout=2) as answer:
            return b"alive" in answer.read(200)
    except (OSError, ValueError):
        return False
