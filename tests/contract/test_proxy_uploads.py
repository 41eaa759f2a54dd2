"""What the servers take at each address, the proxy that we ship passes on."""

import re
from pathlib import Path

from server.running.limits import uploads_of
from server.settings import Settings

PROXY = (Path(__file__).parents[2] / "docker" / "nginx.conf").read_text()
_LOCATION = re.compile(r"location ~ (\S+) \{[^}]*client_max_body_size (\d+)m;")


def test_every_upload_passes_the_proxy_as_long_as_the_servers_take_it() -> None:
    found = [(re.compile(pattern), int(size) * 1024 * 1024) for pattern, size in _LOCATION.findall(PROXY)]
    for path, size in uploads_of(Settings()).items():
        assert any(pattern.search(path) and limit > size for pattern, limit in found), path
