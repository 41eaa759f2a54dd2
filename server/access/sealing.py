"""Secrets that this server has to know again, such as those that webhooks are signed with: sealed before they go to SQL."""

import base64
import hashlib
import os
from binascii import Error as NotBase64

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.settings import Settings

_KEY_BYTES = 32
_NONCE_BYTES = 12
_MARK_CHARACTERS = 8


class UnsealError(Exception):
    """What is sealed was sealed by another secret than this process has, or for something else, or is broken."""


class Sealing:
    """Seals by AES-256-GCM with a key that is derived (HKDF, SHA-256) from the server's secret.

    `old_secret`: while the secret is rotated, the one before: what it has sealed can be opened, and sealed anew.
    """

    def __init__(self, secret: str, old_secret: str | None = None) -> None:
        secrets = [secret] if old_secret is None else [secret, old_secret]
        self._keys = {_mark_of(key): AESGCM(key) for key in map(_derive, secrets)}
        self._mark = next(iter(self._keys))

    def seal(self, plain: bytes, purpose: str) -> str:
        """Return `plain` sealed, in ASCII: it opens for the same `purpose` alone, such as the id of the row that it is kept in."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + self._keys[self._mark].encrypt(nonce, plain, purpose.encode())
        return f"{self._mark}.{base64.b64encode(sealed).decode()}"

    def open(self, sealed: str, purpose: str) -> bytes:
        """Return what was sealed; raises `UnsealError`."""
        mark, _, encoded = sealed.partition(".")
        key = self._keys.get(mark)
        if key is None:
            raise UnsealError
        try:
            data = base64.b64decode(encoded, validate=True)
            return key.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], purpose.encode())
        except (InvalidTag, NotBase64, ValueError):
            raise UnsealError from None

    def anew(self, sealed: str, purpose: str) -> str:
        """Return what the secret before has sealed, sealed by the one of now; anything else as it is, broken or not."""
        if not self.is_old(sealed):
            return sealed
        try:
            return self.seal(self.open(sealed, purpose), purpose)
        except UnsealError:
            return sealed

    def is_old(self, sealed: str) -> bool:
        """Whether it has to be sealed anew before the secret before goes away."""
        mark = sealed.partition(".")[0]
        return mark != self._mark and mark in self._keys

    @property
    def mark(self) -> str:
        """What everything begins with that is sealed now."""
        return self._mark


def sealing_for(settings: Settings) -> Sealing:
    """Return what seals by the settings."""
    return Sealing(settings.signing_secret(), settings.old_signing_secret())


def _derive(secret: str) -> bytes:
    return HKDF(hashes.SHA256(), _KEY_BYTES, salt=None, info=b"showfloor sealing 1").derive(secret.encode())


def _mark_of(key: bytes) -> str:
    return hashlib.sha256(b"mark" + key).hexdigest()[:_MARK_CHARACTERS]
