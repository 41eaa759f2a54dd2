"""The SDK's package, built as `make sdk` builds it, and unpacked as npm would."""

import os
import subprocess
import tarfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "client_demo"
TYPESCRIPT = PAGES / "node_modules" / "typescript" / "bin" / "tsc"
NODE_OF_THE_WHEEL = ROOT / ".venv" / "node" / "bin"
"""Where set-up puts a Node on machines that have none."""


def run_node(script: str | Path, *arguments: str | Path) -> str:
    """Run a script by Node beside the pages and return what it says; it must succeed."""
    path = f"{os.environ['PATH']}{os.pathsep}{NODE_OF_THE_WHEEL}"
    told = subprocess.run(
        ["node", script, *arguments],
        cwd=PAGES,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout


def build_package(target: Path) -> Path:
    """Build into `target` and return the tarball."""
    run_node("packing/sdk_package.mjs", target)
    (tarball,) = target.glob("showfloor-sdk-*.tgz")
    return tarball


def unpack(tarball: Path, site: Path) -> Path:
    """Put the package where a page of `site` imports it from, and return its folder."""
    folder = site / "node_modules" / "@showfloor" / "sdk"
    folder.mkdir(parents=True)
    with tarfile.open(tarball) as archive:
        # Python 3.11.4 brought filters, and later ones warn without.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        for member in archive.getmembers():
            member.name = member.name.removeprefix("package/")
            archive.extract(member, folder)
    return folder
