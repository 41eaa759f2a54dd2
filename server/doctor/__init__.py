"""`showfloor doctor`: looks at a set-up from the outside, says what is wrong and how to mend it, and changes nothing in it."""

import resource
import sys
from collections.abc import Iterator

from server.doctor.engines import examine_engines
from server.doctor.finding import Finding, State
from server.doctor.machine import (
    examine_data,
    examine_hosts,
    examine_open_files,
    examine_pages,
    examine_port,
    examine_python,
    examine_secret,
)
from server.doctor.mail import examine_mail
from server.settings import Settings

__all__ = ["Finding", "State", "examine"]


def examine(settings: Settings, host: str, port: int) -> Iterator[Finding]:
    """Yield the findings one after another, cheap ones first; none of them raises."""
    yield examine_python(sys.version_info[:3])
    yield examine_open_files(*resource.getrlimit(resource.RLIMIT_NOFILE))
    yield examine_data(settings.data)
    yield examine_secret(settings)
    yield examine_hosts(settings)
    yield examine_pages(settings.pages)
    yield examine_port(host, port)
    yield from examine_mail(settings)
    yield from examine_engines(settings)
