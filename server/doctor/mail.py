"""Mail: does the SMTP server take ours, and is what belongs to it set."""

import asyncio
from collections.abc import Iterator
from typing import Final

from server.doctor.finding import Finding, State
from server.mail.sending import Line, relay_of
from server.settings import Settings

_MEND: Final = {
    "auth": "check the user and the password in SHOWFLOOR_SMTP_URL",
    "tls": "use the name that the certificate is for, smtps:// for port 465, or smtp+plain:// for a relay on your own network",
    "timeout": "check host and port in SHOWFLOOR_SMTP_URL, and whether a firewall lets it through",
    "connect": "check host and port in SHOWFLOOR_SMTP_URL",
}


def examine_mail(settings: Settings) -> Iterator[Finding]:
    """Without a server mail is kept, which is fine; with one it must let us in."""
    if settings.smtp_url is None:
        yield Finding("Mail", State.FINE, "is kept and not sent; SHOWFLOOR_SMTP_URL would send it")
        return
    if settings.public_url is None:
        mend = "set SHOWFLOOR_PUBLIC_URL to how people reach this server"
        yield Finding("Mail", State.BROKEN, "is not sent: nobody has said where its links lead", mend)
    relay = relay_of(settings.smtp_url.get_secret_value())
    outcome = asyncio.run(Line(relay, step_seconds=5.0).greet())
    where = f"{relay.host}:{relay.port}"
    if outcome.error is None:
        yield Finding("Mail", State.FINE, f"{where} lets us in")
    else:
        told = f"{where} does not let us in ({outcome.error}{f', {outcome.code}' if outcome.code else ''})"
        yield Finding("Mail", State.BROKEN, told, _MEND.get(outcome.error, "see what the server says of us"))
    if settings.mail_bounces is None:
        mend = "set SHOWFLOOR_MAIL_BOUNCES, and give that mail to `showfloor mail return`"
        yield Finding("Bounces", State.ADVICE, "are not heard of", mend)
