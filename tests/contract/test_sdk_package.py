"""The SDK as its package: built twice alike, small, without dependencies, and with types that hold."""

import gzip
import json
import re
import tarfile
from pathlib import Path

import pytest

from tests.support.sdk_package import TYPESCRIPT, build_package, run_node, unpack


@pytest.fixture(scope="module")
def tarball(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as it is published."""
    return build_package(tmp_path_factory.mktemp("package"))


def test_the_same_sources_make_the_same_bytes(tarball: Path, tmp_path: Path) -> None:
    assert build_package(tmp_path).read_bytes() == tarball.read_bytes()


def test_it_is_small_and_whole_and_needs_nothing_else(tarball: Path, tmp_path: Path) -> None:
    folder = unpack(tarball, tmp_path)
    about = json.loads((folder / "package.json").read_text())
    assert about["type"] == "module"
    assert about["sideEffects"] is False
    assert not about.keys() & {"dependencies", "peerDependencies", "optionalDependencies"}
    entry = about["exports"]["."]
    assert (folder / entry["default"]).is_file()
    assert (folder / entry["types"]).is_file()
    scripts = sorted((folder / "dist").glob("*.js"))
    assert sum(len(gzip.compress(script.read_bytes())) for script in scripts) <= 12 * 1024
    for script in scripts:
        assert (folder / "dist" / f"{script.name}.map").is_file(), script
        assert not re.findall(r"""from\s*["'](?![./])""", script.read_text()), "it imports nothing foreign"
    with tarfile.open(tarball) as archive:
        assert not [name for name in archive.getnames() if re.search(r"test|\.ts$(?<!\.d\.ts)", name)]


def test_its_types_hold_under_strict_resolution(tarball: Path, tmp_path: Path) -> None:
    unpack(tarball, tmp_path)
    (tmp_path / "page.ts").write_text(
        'import { Room, RefusedError, newKey, type RoomView } from "@showfloor/sdk";\n'
        'const room = new Room({ url: "https://live.example", show: "demo", token: async () => null });\n'
        "const end: () => void = room.subscribe((view: RoomView) => view.state?.snapshot.products.map((p) => p.stock.toFixed()));\n"
        'room.command("ask", { text: "?" }).then((reply) => reply.question.length, (e: RefusedError) => e.code);\n'
        "// @ts-expect-error there is no such command\n"
        'room.command("shout", {});\n'
        "// @ts-expect-error a purchase needs its key\n"
        'room.command("buy", { product: "p", quantity: 1 });\n'
        "export { end, newKey };\n"
    )
    options = {
        "strict": True,
        "module": "nodenext",
        "target": "es2022",
        "lib": ["es2023", "dom"],
        "noEmit": True,
    }
    (tmp_path / "tsconfig.json").write_text(
        json.dumps({"compilerOptions": options | {"types": []}, "files": ["page.ts"]})
    )
    run_node(TYPESCRIPT, "-p", tmp_path)
