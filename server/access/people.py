"""Who a person is, by what they are called."""

import hashlib


def person_of(channel_id: str, role: str, name: str) -> str:
    """Return the same id each time for the same name in a role of a channel: what they did is found again under it."""
    digest = hashlib.sha256(f"{channel_id}/{role}/{name}".encode()).hexdigest()
    return f"m_{digest[:26]}"
