"""Identifiers: a prefix that tells the kind, then a UUIDv7 in 32 hexadecimal characters, so that ids sort by age."""

import secrets

import uuid_utils

EPOCH_BYTES = 6
"""Eight characters."""


def new_id(prefix: str) -> str:
    """Return a fresh id such as `q_019a…`; ids made later sort later (to the millisecond)."""
    return f"{prefix}_{uuid_utils.uuid7().hex}"


def made_at(id: str) -> float:
    """Return when an id was made, in seconds since 1970; 0 for one that says nothing of it, such as a customer's."""
    try:
        return int(id.partition("_")[2][:12], 16) / 1000
    except ValueError:
        return 0.0


def in_channel(channel_id: str, viewer_id: str) -> str:
    """Return what a viewer is called as one whose tokens are of that channel; no id is written so."""
    return f"{channel_id} {viewer_id}"


def new_epoch() -> str:
    """Return the epoch of a new journal: eight characters by chance."""
    return secrets.token_urlsafe(EPOCH_BYTES)
