"""What a process needs to send mail, and to take what comes back."""

from collections.abc import Coroutine, Mapping
from datetime import timedelta
from typing import Any, Final

from server.addresses import Networks
from server.clock import Clock
from server.db.engine import Database
from server.mail.campaigns import Campaigns
from server.mail.composing import Addresses
from server.mail.consents import Consents
from server.mail.desk import MailDesk
from server.mail.returns import Returns
from server.mail.sending import Sending, relay_of
from server.mail.tokens import MailTokens
from server.running.buyers import buyer_mails_for
from server.running.forgetting import FORGETTING_SECONDS
from server.settings import Settings
from server.waking import Waking
from server.workers.loop import repeat
from server.workers.mail import MailForgetting, MailWorker, Outgoing

CAMPAIGNS_SECONDS: Final = 2.0
BUYERS_SECONDS: Final = 1.0
KEPT_URL: Final = "http://127.0.0.1:8000"
"""Where links of mail lead that is kept, where nobody has said how this server is reached."""


def mail_tokens_for(settings: Settings) -> MailTokens:
    """Return what signs links."""
    return MailTokens(settings.signing_secret(), settings.old_signing_secret())


def _addresses_for(settings: Settings) -> Addresses:
    return Addresses(settings.public_url or KEPT_URL, mail_tokens_for(settings))


def mail_parts(
    settings: Settings, database: Database, clock: Clock, new_mail: Waking
) -> Mapping[str, object]:
    """Return the services that routes ask."""
    tokens, addresses = mail_tokens_for(settings), _addresses_for(settings)
    return {
        "mail_consents": Consents(database, clock, tokens, addresses, new_mail),
        "mail_desk": MailDesk(database, clock, tokens, addresses, new_mail),
        "mail_campaigns": Campaigns(database, clock, addresses, new_mail),
        "mail_returns": returns_for(settings, database, clock),
    }


def returns_for(settings: Settings, database: Database, clock: Clock) -> Returns:
    """Return what takes bounces, complaints, opens and clicks."""
    tokens = mail_tokens_for(settings)
    consents = Consents(database, clock, tokens, _addresses_for(settings))
    return Returns(database, clock, tokens, consents, Networks(settings.mail_proxy_networks))


class MailDelivery:
    """Everything about sending that runs in a process; nothing runs before `loops` are. Has the servers' secret, which signs links."""

    def __init__(self, settings: Settings, database: Database, clock: Clock, new_mail: Waking) -> None:
        addresses = _addresses_for(settings)
        self.worker = MailWorker(
            database, clock, _outgoing_for(settings), mail_tokens_for(settings), addresses
        )
        self._new_mail = new_mail
        self._campaigns = Campaigns(database, clock, addresses, new_mail)
        self._buyers = buyer_mails_for(settings, database, clock, addresses, new_mail)
        self._forgetting = MailForgetting(database, clock, timedelta(days=settings.mail_log_days))

    def loops(self) -> dict[str, Coroutine[Any, Any, None]]:
        """Return what runs for as long as the process lives, by name."""
        return {
            "mail": self.worker.run(self._new_mail),
            "campaigns": repeat("campaigns", CAMPAIGNS_SECONDS, self._campaigns.write_all),
            "buyer mails": repeat("buyer_mails", BUYERS_SECONDS, self._buyers.write_all),
            "mail log": repeat("mail_log", FORGETTING_SECONDS, self._forgetting.run_once),
        }


def _outgoing_for(settings: Settings) -> Outgoing:
    """Return how mail leaves by the settings; without an SMTP server it is kept."""
    sending = None
    if settings.sends_mail and settings.smtp_url is not None:
        sending = Sending(relay_of(settings.smtp_url.get_secret_value()))
    pauses = (_pause(settings.mail_per_second), _pause(settings.mail_per_second_per_domain))
    return Outgoing(sending, settings.mail_bounces, pauses)


def _pause(per_second: float) -> timedelta:
    return timedelta(seconds=1 / per_second) if per_second else timedelta(0)
