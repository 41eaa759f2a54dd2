"""What has to be kept in SQL and read again, though nobody who reads the database may read it: secrets that we share with others.

AES-256-GCM with a key made by HKDF from the server's secret, for each purpose another one. A password or an API key is not for this: of
those a hash is enough.
"""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.settings import Settings

NONCE_BYTES = 12


class UnreadableError(Exception):
    """What was encrypted was so with a secret that this server does not have, or for something else."""


class Encryption:
    """Encrypts for one `purpose` with `secret`; decrypts what was encrypted with it or, while it is rotated, with `old_secret`."""

    def __init__(self, purpose: str, secret: str, old_secret: str | None = None) -> None:
        secrets = [secret] if old_secret is None else [secret, old_secret]
        self._ciphers = [AESGCM(_key_of(each, purpose)) for each in secrets]

    def encrypt(self, text: str, *, about: str) -> str:
        """Return `text` encrypted, as base64; `about` is the id of what it belongs to, and must be given again to decrypt it."""
        nonce = os.urandom(NONCE_BYTES)
        kept = nonce + self._ciphers[0].encrypt(nonce, text.encode(), about.encode())
        return base64.b64encode(kept).decode("ascii")

    def decrypt(self, kept: str, *, about: str) -> str:
        """Return the text; raises `UnreadableError`."""
        whole = base64.b64decode(kept)
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(whole[:NONCE_BYTES], whole[NONCE_BYTES:], about.encode()).decode()
            except InvalidTag:
                continue
        raise UnreadableError(about)


def encryption_for(purpose: str, settings: Settings) -> Encryption:
    """Return what encrypts for `purpose` by the settings' secrets."""
    return Encryption(purpose, settings.signing_secret(), settings.old_signing_secret())


def _key_of(secret: str, purpose: str) -> bytes:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"showfloor {purpose}".encode())
    return kdf.derive(secret.encode())
