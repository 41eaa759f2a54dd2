"""Codes of offers as they are kept: a digest under the server's secret, so that a copy of the database does not give them away."""

import hmac

from server.offers.rules import clean_code

_PURPOSE = b"offer code\n"
"""Nothing else that is signed with the same secret begins like this."""


class Secrets:
    """Makes and compares digests. While the secret is rotated, what `old_secret` has made is known too."""

    def __init__(self, secret: str, *, old_secret: str | None = None) -> None:
        secrets = [secret] if old_secret is None else [secret, old_secret]
        self._keys = [each.encode() for each in secrets]

    def digest(self, offer_id: str, code: str) -> str:
        """Return what is kept of an offer's code; raises `invalid` for one of a wrong length."""
        return _digest(self._keys[0], offer_id, clean_code(code))

    def is_of(self, offer_id: str, code: str, kept: str | None) -> bool:
        """Whether the code is the one that was kept; raises `invalid` for one of a wrong length."""
        given = clean_code(code)
        return any(hmac.compare_digest(kept or "", _digest(key, offer_id, given)) for key in self._keys)


def _digest(key: bytes, offer_id: str, code: str) -> str:
    return hmac.digest(key, _PURPOSE + f"{offer_id}\n{code}".encode(), "sha256").hex()
