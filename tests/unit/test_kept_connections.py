"""A connection that the proxy keeps is closed by the proxy, and never by the server under a request that is on its way."""

import re
from pathlib import Path

from server.running.serving import KEEP_ALIVE_SECONDS

PROXY = (Path(__file__).parents[2] / "docker" / "nginx.conf").read_text()


def test_the_proxy_closes_its_idle_connections_before_the_servers_do() -> None:
    upstream = re.search(r"upstream showfloor \{(.*?)\n    \}", PROXY, re.DOTALL)
    assert upstream is not None
    kept = re.search(r"keepalive_timeout (\d+)s;", upstream[1])
    assert kept is not None
    assert int(kept[1]) + 10 <= KEEP_ALIVE_SECONDS
