"""The settings of the server's secret, and where it is kept when nobody sets one."""

import os
import secrets
from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from server.setting_types import strong


class SecretSettings(BaseSettings):
    """The part of `Settings` that signs and seals."""

    secret: SecretStr | None = None
    """Signs tokens; at least 32 characters, and not to be guessed. None: made once and kept in `data/secret`."""
    secret_old: SecretStr | None = None
    """The secret before, while it is rotated: verifies what it has signed, and signs nothing."""
    data: Path = Path("var")
    """Where embedded engines, the secret and other state live."""

    def signing_secret(self) -> str:
        """Return the secret; where none is set, the one kept in `data/secret`, made at first use, readable by its owner alone.

        Raises WeakSecretError for one that can be guessed.
        """
        if self.secret is not None:
            return strong("SHOWFLOOR_SECRET", self.secret)
        self.data.mkdir(parents=True, exist_ok=True)
        kept = self.data / "secret"
        try:
            descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return self._kept_secret()
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        return self._kept_secret()

    def old_signing_secret(self) -> str | None:
        """Return the secret that is believed beside the one that signs, None without; raises WeakSecretError."""
        return strong("SHOWFLOOR_SECRET_OLD", self.secret_old) if self.secret_old else None

    def require_strong_secrets(self) -> None:
        """Raise WeakSecretError if a secret that is set, or kept already, can be guessed. Makes none."""
        self.old_signing_secret()
        if self.has_secret():
            self.signing_secret()

    def has_secret(self) -> bool:
        """Whether there is a secret without making one."""
        return self.secret is not None or (self.data / "secret").exists()

    def _kept_secret(self) -> str:
        kept = self.data / "secret"
        return strong(f"the secret in {kept}", SecretStr(kept.read_text("ascii").strip()))
