"""Security events: who was refused what, who failed to sign in, who took figures away. Ids, rules and address prefixes, never text.

Each is counted; the log has one line a rule and second, which says how many it stands for, so that no flood fills it.
"""

import asyncio
from functools import lru_cache
from ipaddress import ip_address, ip_interface

import structlog
from prometheus_client import Counter

from server.protocol.codes import Code

QUIET_SECONDS = 1.0
PREFIX_BITS = {4: 24, 6: 48}
"""What of an address is kept: enough to see where an attack comes from, too little to know who it was."""
REFUSALS = frozenset(
    {
        Code.UNAUTHENTICATED,
        Code.TOKEN_EXPIRED,
        Code.TOKEN_REVOKED,
        Code.FORBIDDEN,
        Code.BANNED,
        Code.GUESTS_REFUSED,
    }
)
"""Of all refusals those that are about who somebody is and what they may."""
RULES = (
    *(code.value for code in Code if code in REFUSALS),
    "sign_in_failed",
    "signed_in",
    "signed_out",
    "invited",
    "joined",
    "role_changed",
    "person_removed",
    "password_changed",
    "session_ended",
    "origin_refused",
    "webhook_refused",
    "exported",
    "erasure_asked",
    "key_refused",
    "key_made",
    "key_revoked",
)

EVENTS = Counter("showfloor_security_events", "Security events, by rule", ["rule"])
for _rule in RULES:
    EVENTS.labels(_rule)

log = structlog.get_logger()
_said: dict[str, float] = {}
_unsaid: dict[str, int] = {}


def note(rule: str, *, id: str = "", address: str = "") -> None:
    """Count an event, and log it unless the rule was logged within a second. `id`: of whose token, where there is one.

    `rule` is one of `RULES`; `address` may be whatever a peer or a proxy gave. Call it in an event loop.
    """
    assert rule in RULES, "a closed set: each is a series and a kind of line"
    EVENTS.labels(rule).inc()
    now = asyncio.get_running_loop().time()
    if 0.0 <= now - _said.get(rule, float("-inf")) < QUIET_SECONDS:
        _unsaid[rule] = _unsaid.get(rule, 0) + 1
        return
    _said[rule] = now
    log.warning("security", rule=rule, id=id, address=address_prefix(address), unsaid=_unsaid.pop(rule, 0))


def note_refusal(code: Code, *, id: str = "", address: str = "") -> None:
    """Note a refusal if it is one about who somebody is."""
    if code in REFUSALS:
        note(code.value, id=id, address=address)


@lru_cache(maxsize=4096)
def address_prefix(address: str) -> str:
    """Return the network that an address lies in: the /24 of IPv4, the /48 of IPv6; `unknown` for what is no address."""
    try:
        found = ip_interface(address).ip
        if found.version == 6 and found.ipv4_mapped is not None:
            found = ip_address(str(found.ipv4_mapped))
    except ValueError:
        return "unknown"
    return str(ip_interface(f"{found}/{PREFIX_BITS[found.version]}").network)
