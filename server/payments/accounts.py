"""A channel's account at Stripe, as its admins see and change it, and as payments use it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.principal import Principal
from server.access.sealing import Sealing, UnsealError
from server.audit.trail import note_by
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.http.versions import Match
from server.ids import new_id
from server.payments import account_repository as repository
from server.payments.account_tables import PaymentAccountRow, PaymentDisputeRow
from server.payments.stripe_clients import Examined, StripeClients, examine, finds, wrong
from server.payments.stripe_provider import NAME

SECRETS_MAX: Final = 2
"""The webhook's secret of now and the one before: Stripe signs with both for as long as one is rotated."""


@dataclass(frozen=True, slots=True)
class AccountWish:
    """What an admin wants: a key, unless the one of before stays; the webhook's secret likewise; by what buyers may pay."""

    secret: str | None
    webhook_secret: str | None
    methods: tuple[str, ...]
    shown_as: str


@dataclass(frozen=True, slots=True)
class AccountsView:
    """A channel's accounts: the one that is in use, those of before by which payments go on, with how many, and what is disputed."""

    channel_id: str
    now: PaymentAccountRow | None
    earlier: Sequence[tuple[PaymentAccountRow, int]] = ()
    disputes: Sequence[PaymentDisputeRow] = ()
    version: int = field(default=0)


class Accounts:
    """One process's part."""

    def __init__(self, database: Database, clock: Clock, sealing: Sealing, clients: StripeClients) -> None:
        self._database = database
        self._clock = clock
        self._sealing = sealing
        self._clients = clients

    async def look(self, channel_id: str) -> AccountsView:
        """Return what a channel has."""
        async with self._database.read_soon() as connection:
            return await self._view(connection, channel_id)

    async def _view(self, connection: AsyncConnection, channel_id: str) -> AccountsView:
        rows = await repository.read_accounts(connection, channel_id)
        earlier = [(each, await repository.count_unfinished(connection, each.id)) for each in rows]
        return AccountsView(
            channel_id,
            next((each for each in rows if each.state == "on"), None),
            [(each, unfinished) for each, unfinished in earlier if each.state != "on" and unfinished],
            await repository.read_disputes(connection, channel_id),
            _version_of(rows),
        )

    async def set(self, by: Principal, wish: AccountWish, match: Match) -> AccountsView:
        """Keep a key that Stripe takes and that may do what payments need, or change what goes with the one of before.

        A new key of the same account takes the place of the old one, for the payments that began by it too; one of another account begins
        anew, and what began before goes on where it began. Raises `invalid`, `conflict`, and `unavailable` where Stripe does not answer.
        """
        before = await self.look(by.channel_id)
        examined, same = None, before.now
        if wish.secret is not None:
            client = self._clients.by(wish.secret)
            examined = await examine(client, wish.secret)
            same = await self._same(by.channel_id, examined, wish.secret)
        elif before.now is None:
            raise _missing()
        async with self._database.write_soon() as connection:
            rows = await repository.read_accounts(connection, by.channel_id, lock=True)
            match.require(_version_of(rows), await self._view(connection, by.channel_id))
            row = next((each for each in rows if same is not None and each.id == same.id), None)
            if wish.secret is None and (row is None or row.state != "on"):
                raise _missing()  # somebody has removed it meanwhile
            await self._put_away(connection, rows, row)
            row = await self._write(connection, by, wish, examined, row)
            details = {"account": row.account_ref, "live": row.live, "methods": row.methods}
            await note_by(
                connection,
                by,
                "payments.set",
                by.channel_id,
                self._clock.now(),
                **details,
                new_key=wish.secret is not None,
                new_webhook_secret=wish.webhook_secret is not None,
            )
            return await self._view(connection, by.channel_id)

    async def _same(self, channel_id: str, examined: Examined, secret: str) -> PaymentAccountRow | None:
        """Return which of the channel's accounts a key is to; where the key may not say, it is the one whose payments it finds."""
        async with self._database.read_soon() as connection:
            rows = await repository.read_accounts(connection, channel_id)
            rows = [each for each in rows if each.live == examined.live]
            refs = {each.id: await repository.read_newest_ref(connection, each.id) for each in rows}
        for each in rows:
            ref = refs[each.id]
            if examined.account_ref and each.account_ref:
                if examined.account_ref == each.account_ref:
                    return each
            elif ref is None or await finds(self._clients.by(secret), ref):
                return each
        return None

    async def _put_away(
        self, connection: AsyncConnection, rows: Sequence[PaymentAccountRow], but: PaymentAccountRow | None
    ) -> None:
        for each in rows:
            if each.state == "on" and (but is None or each.id != but.id):
                await self._end(connection, each, "replaced")

    async def _write(
        self,
        connection: AsyncConnection,
        by: Principal,
        wish: AccountWish,
        examined: Examined | None,
        row: PaymentAccountRow | None,
    ) -> PaymentAccountRow:
        now, new = self._clock.now(), row is None
        if row is None:
            row = PaymentAccountRow(
                id=new_id("pac"), channel_id=by.channel_id, provider=NAME, account_ref="", live=False, secret="",
                secret_end="", webhook_secrets=[], methods=[], shown_as="", state="on", created_at=now, changed_at=now,
            )  # fmt: skip
        if examined is not None and wish.secret is not None:
            row.account_ref, row.live = examined.account_ref or row.account_ref, examined.live
            row.secret, row.secret_end = self._seal(wish.secret, row), wish.secret[-4:]
            row.refused_at = None
        if wish.webhook_secret is not None and wish.webhook_secret not in self.webhook_secrets_of(row):
            sealed = self._seal(wish.webhook_secret, row)
            row.webhook_secrets = [sealed, *row.webhook_secrets][:SECRETS_MAX]
        row.methods, row.shown_as = list(wish.methods), wish.shown_as
        row.state, row.changed_at = "on", now
        await (repository.insert_account if new else repository.update_account)(connection, row)
        return row

    async def remove(self, by: Principal, match: Match) -> None:
        """Begin no payment by the account any more. Those that began go on by its key; one by which none began is forgotten."""
        async with self._database.write_soon() as connection:
            rows = await repository.read_accounts(connection, by.channel_id, lock=True)
            match.require(_version_of(rows), await self._view(connection, by.channel_id))
            for each in rows:
                if each.state == "on":
                    await self._end(connection, each, "removed")
                    await note_by(
                        connection,
                        by,
                        "payments.removed",
                        by.channel_id,
                        self._clock.now(),
                        account=each.account_ref,
                        live=each.live,
                    )

    async def _end(self, connection: AsyncConnection, row: PaymentAccountRow, state: str) -> None:
        row.state, row.changed_at = state, self._clock.now()
        if await repository.read_newest_ref(connection, row.id) is None and not (
            await repository.count_unfinished(connection, row.id)
        ):
            row.secret, row.webhook_secrets = "", []
        await repository.update_account(connection, row)

    def secret_of(self, row: PaymentAccountRow) -> str | None:
        """Return the key; None for one that was forgotten, or sealed by a secret of the server's which is no more."""
        return self._open(row.secret, row)

    def webhook_secrets_of(self, row: PaymentAccountRow) -> list[str]:
        """Return with what its webhooks may be signed."""
        opened = (self._open(each, row) for each in row.webhook_secrets)
        return [each for each in opened if each is not None]

    async def find(self, account_id: str) -> PaymentAccountRow | None:
        """Return an account in whatever state."""
        async with self._database.read_soon() as connection:
            return await repository.read_account(connection, account_id)

    async def of_channel(self, channel_id: str) -> list[PaymentAccountRow]:
        """Return all that a channel has or had."""
        async with self._database.read_soon() as connection:
            return await repository.read_accounts(connection, channel_id)

    async def note_taken(self, account_id: str, *, taken: bool) -> None:
        """Remember whether Stripe takes the key."""
        async with self._database.write_soon() as connection:
            await repository.note_taken(connection, account_id, self._clock.now(), taken=taken)

    def _seal(self, plain: str, row: PaymentAccountRow) -> str:
        return self._sealing.seal(plain.encode(), purpose_of(row.id))

    def _open(self, sealed: str, row: PaymentAccountRow) -> str | None:
        try:
            return self._sealing.open(sealed, purpose_of(row.id)).decode() if sealed else None
        except UnsealError:
            return None


async def reseal_accounts(database: Database, sealing: Sealing) -> None:
    """Seal anew what the server's secret before has sealed of all channels' accounts."""
    async with database.write() as connection:
        for row in await repository.read_accounts_sealed_otherwise(connection, sealing.mark):
            purpose = purpose_of(row.id)
            row.secret = sealing.anew(row.secret, purpose) if row.secret else ""
            row.webhook_secrets = [sealing.anew(each, purpose) for each in row.webhook_secrets]
            await repository.write_secrets(connection, row)


def _missing() -> RefusedError:
    return wrong("secret", "missing", "a new account needs its key")


def purpose_of(account_id: str) -> str:
    """Return for what an account's secrets are sealed."""
    return f"payments {account_id}"


def _version_of(rows: Sequence[PaymentAccountRow]) -> int:
    """Return the version of all together: it rises with each change of one, and with each new one."""
    return sum(each.version for each in rows)
