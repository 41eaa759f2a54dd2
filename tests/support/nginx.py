"""Debian's nginx with the proxy's configuration as we ship it: only addresses and places on disk are put in."""

import asyncio
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.commands import free_port, listens
from tests.support.eventually import eventually

SHIPPED = Path(__file__).parents[2] / "docker" / "nginx.conf"
HTTP2_SINCE = (1, 25, 1)
"""Since when `http2 on;` is known; before, it stood behind `listen`."""
STOP_SECONDS_MAX = 10


def find_nginx() -> str | None:
    """Return the machine's nginx, or None."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


@asynccontextmanager
async def nginx_before(servers: tuple[str, str]) -> AsyncIterator[str]:
    """Run nginx, which must be there, before two servers, and yield the `host:port` of its TLS."""
    with tempfile.TemporaryDirectory(prefix="showfloor-nginx-") as folder:
        directory = Path(folder)
        os.chmod(folder, 0o755)  # its workers have a user of their own when we are root
        async with _running(servers, directory) as address:
            yield address


@asynccontextmanager
async def _running(servers: tuple[str, str], directory: Path) -> AsyncIterator[str]:
    nginx, port = find_nginx(), free_port()
    assert nginx is not None, "the caller has looked for it"
    await asyncio.to_thread(_write_files, nginx, servers, directory, port)
    log = directory / "nginx.log"
    command = [nginx, "-p", str(directory), "-c", str(directory / "nginx.conf"), "-g", "daemon off;"]
    with log.open("w") as out:
        process = await asyncio.create_subprocess_exec(*command, stdout=out, stderr=out)
    try:
        await eventually(lambda: _answers(process, log, port))
        yield f"127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), STOP_SECONDS_MAX)


async def _answers(process: asyncio.subprocess.Process, log: Path, port: int) -> bool:
    assert process.returncode is None, await asyncio.to_thread(log.read_text)
    return await listens(port)


def _write_files(nginx: str, servers: tuple[str, str], directory: Path, port: int) -> None:
    _make_certificate(directory)
    (directory / "nginx.conf").write_text(configuration(_version(nginx), servers, directory, port))


def configuration(version: tuple[int, ...], servers: tuple[str, str], directory: Path, port: int) -> str:
    """Return the shipped file for this machine: its servers, ports and folders are other ones, and nothing else is."""
    text = SHIPPED.read_text()
    for number, address in enumerate(servers, 1):
        # An address needs no name server, which Debian's nginx cannot ask from here.
        text, found = re.subn(rf"server-{number}:8000 (.*) resolve;", rf"{address} \1;", text)
        assert found == 1, f"server-{number} is not where it was in {SHIPPED}"
    text = re.sub(r"^ *resolver .*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"^ *listen \[::\].*\n", "", text, flags=re.MULTILINE)
    text = text.replace("listen 8443", f"listen 127.0.0.1:{port}")
    text = text.replace("listen 8080", f"listen 127.0.0.1:{free_port()}")
    text = text.replace("127.0.0.1:8081", f"127.0.0.1:{free_port()}")
    text = re.sub("/etc/nginx/tls/|/tmp/", f"{directory}/", text)
    if version < HTTP2_SINCE:
        text = text.replace("        http2 on;\n", "").replace(f":{port} ssl;", f":{port} ssl http2;")
    return text


def _version(nginx: str) -> tuple[int, ...]:
    told = subprocess.run([nginx, "-v"], capture_output=True, text=True, check=True).stderr
    found = re.search(r"nginx/([\d.]+)", told)
    assert found is not None, told
    return tuple(map(int, found[1].split(".")))


def _make_certificate(directory: Path) -> None:
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout privkey.pem -out fullchain.pem"
    subprocess.run(command.split(), cwd=directory, check=True, capture_output=True)
