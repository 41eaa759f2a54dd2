"""Identifiers: a prefix that tells the kind, then a UUIDv7 in 26 lower-case base32hex characters, so that ids sort by age."""

from base64 import b32hexencode

import uuid_utils


def new_id(prefix: str) -> str:
    """Return a fresh id such as `q_06e1k…`; ids made later sort later (to the millisecond)."""
    return f"{prefix}_{b32hexencode(uuid_utils.uuid7().bytes).decode('ascii')[:26].lower()}"
