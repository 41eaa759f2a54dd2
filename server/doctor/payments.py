"""Whether the channels' accounts at their providers are of use."""

from datetime import UTC, datetime

from sqlalchemy import Connection

from server.doctor.finding import Finding, State
from server.payments.account_repository import Standing, as_standings, standings_at
from server.settings import Settings

NAMED_MAX = 5
_SUBJECT = "Payments"


def examine_payments(connection: Connection, settings: Settings) -> Finding:
    """Look whether buyers can pay: keys that are refused, webhooks that do not come, no way back to the show."""
    found = as_standings(connection.execute(*standings_at(datetime.now(UTC))))
    if not found:
        return _without(settings)
    if settings.public_url is None:
        return Finding(
            _SUBJECT,
            State.BROKEN,
            "channels have keys, and buyers would not find back from the provider's page",
            "set SHOWFLOOR_PUBLIC_URL",
        )
    refused, unheard = [each for each in found if each.refused_at], [each for each in found if each.unheard]
    if refused:
        mend = "an admin of the channel sets another key in the studio (Payments)"
        return Finding(_SUBJECT, State.BROKEN, f"Stripe refuses the key of {_named(refused)}", mend)
    if unheard:
        mend = "at Stripe, let its webhooks go to the address that the studio shows (Payments), with the secret that is set there"
        what = f"money comes, and Stripe's webhooks do not, for {_named(unheard)}: payments are found by asking, and later"
        return Finding(_SUBJECT, State.BROKEN, what, mend)
    tried = [each for each in found if not each.live]
    if tried:
        mend = "set a live key before a real show"
        return Finding(
            _SUBJECT, State.ADVICE, f"no money moves in {_named(tried)}: the key is for tests", mend
        )
    return Finding(_SUBJECT, State.FINE, f"{len(found)} channel(s) paid by accounts of their own")


def _without(settings: Settings) -> Finding:
    if settings.fake_payments:
        mend = "outside of demos and tests, unset SHOWFLOOR_FAKE_PAYMENTS"
        return Finding(_SUBJECT, State.ADVICE, "paid by the fake provider, which moves no money", mend)
    return Finding(_SUBJECT, State.FINE, "no channel has keys of a provider: none takes payments")


def _named(accounts: list[Standing]) -> str:
    named = ", ".join(each.channel_id for each in accounts[:NAMED_MAX])
    return f"{named}, and {len(accounts) - NAMED_MAX} more" if len(accounts) > NAMED_MAX else named
