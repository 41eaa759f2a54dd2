"""How a try ended, read off what the SMTP server said. Pure."""

import ssl
from dataclasses import dataclass
from typing import Final, Literal

from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPTimeoutError,
)

from server.mail.rules import mailbox_is_gone

Ended = Literal["sent", "later", "bounced", "failed"]
ERRORS: Final = (
    "auth", "connect", "greylisted", "refused", "timeout", "tls", "utf8", "mailbox", "policy", "address",
    "no_consent", "suppressed", "cancelled", "no_sender", "too_old", "too_late",
)  # fmt: skip
PERMANENT: Final = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """`sent`; `later`: it is tried again; `bounced`: this recipient was refused; `failed`: it cannot be sent at all.

    `gone`: there is no such mailbox, and it is not written to again.
    """

    ended: Ended
    error: str | None = None
    code: int | None = None
    gone: bool = False


SENT: Final = Outcome("sent", code=250)


def outcome_of(error: BaseException) -> Outcome:
    """Return what an exception of the SMTP client means. What is not the recipient's fault says nothing against them."""
    if isinstance(error, SMTPRecipientsRefused):
        return outcome_of(error.recipients[0])
    if isinstance(error, SMTPRecipientRefused) and error.code >= PERMANENT:
        gone = mailbox_is_gone(error.code, error.message)
        return Outcome("bounced", "mailbox" if gone else "policy", error.code, gone)
    if isinstance(error, SMTPAuthenticationError):
        return Outcome("later", "auth", error.code)
    if isinstance(error, SMTPResponseException):
        if error.code >= PERMANENT:
            return Outcome("failed", "refused", error.code)
        return Outcome("later", "greylisted", error.code)
    if isinstance(error, SMTPException) and "starttls" in error.message.lower():
        return Outcome("later", "tls")
    if isinstance(error, SMTPNotSupported):
        return Outcome("failed", "utf8")
    if isinstance(error, SMTPTimeoutError | TimeoutError):
        return Outcome("later", "timeout")
    if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        return Outcome("later", "tls")
    if isinstance(error, SMTPException | OSError):
        return Outcome("later", "connect")
    raise error
