"""Time zones by their IANA names."""

from datetime import UTC, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from server.errors import RefusedError
from server.protocol.codes import Code

ZONE_CHARACTERS_MAX = 64
_UTC_NAMES = frozenset({"UTC", "Etc/UTC", "Z"})


def find_zone(name: str) -> tzinfo:
    """Return the zone called `name`, such as `Asia/Tokyo`; raises `invalid` when there is none."""
    if name in _UTC_NAMES:
        return UTC
    if name not in _names():
        raise RefusedError(Code.INVALID, "There is no such time zone; send an IANA name such as Asia/Tokyo.")
    return ZoneInfo(name)


@cache
def _names() -> frozenset[str]:
    """Names that are looked up in the list before any file is opened."""
    return frozenset(available_timezones() - {"localtime", "Factory"})
