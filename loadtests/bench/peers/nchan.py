"""nchan: pub/sub inside nginx, in C; Debian's packages. The publisher POSTs over one kept connection."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from loadtests.bench.peers.peer import Door, NotHere, Peer, Running, Way, free_port, process
from loadtests.bench.peers.rows import CALM, CROWD, ROOM

MODULES = (
    Path("/usr/lib/nginx/modules/ngx_nchan_module.so"),
    Path("/usr/lib64/nginx/modules/ngx_nchan_module.so"),
)
BRINGS = "on Debian and Ubuntu: apt-get install nginx libnginx-mod-nchan"
CONFIGURATION = """
load_module {module};
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
worker_processes 1;
worker_rlimit_nofile 65536;
events {{ worker_connections 20000; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  keepalive_requests 1000000;
  nchan_shared_memory_size 256M;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location = /sub {{ nchan_subscriber websocket; nchan_channel_id room; nchan_subscriber_first_message newest; }}
    location = /pub {{ nchan_publisher; nchan_channel_id room; nchan_message_buffer_length 10; nchan_message_timeout 10s; }}
  }}
}}
"""


def _prepare() -> str:
    _module()
    versions = [_debian_version("libnginx-mod-nchan"), "nginx " + _nginx_version()]
    return ", ".join(v for v in versions if v)


def _module() -> Path:
    found = next((m for m in MODULES if m.exists()), None)
    if found is None or shutil.which("nginx") is None:
        raise NotHere(BRINGS)
    return found


def _nginx_version() -> str:
    told = subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=False).stderr
    return told.strip().rpartition("/")[2]


def _debian_version(package: str) -> str:
    if shutil.which("dpkg-query") is None:
        return ""
    command = ["dpkg-query", "-W", "-f", "${Version}", package]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return told.partition(":")[2].partition("+")[0] or told.partition("-")[0]


def _post(text: str) -> bytes:
    return b"POST /pub HTTP/1.1\r\nHost: bench\r\nContent-Length: %d\r\n\r\n%b" % (len(text), text.encode())


@contextmanager
def _start(folder: Path) -> Iterator[Running]:
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(module=_module(), folder=folder, port=port))
    with process(["nginx", "-c", str(configuration), "-p", str(folder)], folder, [port]) as pid:
        yield Running(Door(port, "/sub"), Way(port, _post), pid)


PEER = Peer("nchan", "nchan (nginx, C)", _start, _prepare, rows=ROOM | CALM | CROWD)
