"""Vouchers of channels: made, changed and deleted by staff, and what became of their uses."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from server.audit.trail import Actor, audit_beside
from server.catalogue.rules import refused_at
from server.clock import Clock, to_wire
from server.db.engine import Database
from server.errors import RefusedError
from server.http.versions import Match
from server.ids import new_id
from server.journal.intents import Intent, carry_out_once
from server.protocol.codes import Code
from server.text import clean_line
from server.vouchers import repository
from server.vouchers.repository import UseSeen
from server.vouchers.reserving import Audiences
from server.vouchers.rules import Terms, check_terms, clean_code
from server.vouchers.tables import VoucherRow
from server.vouchers.uses_repository import terms_of

VOUCHERS_MAX: Final = 500
"""Of a channel."""
CODE_MAX: Final = 80
"""Characters of a code as it is written, before those are left out that do not count."""
PAGE_ROWS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What staff want a voucher to be: its code as they write it, and its terms."""

    code: str
    terms: Terms


@dataclass(frozen=True, slots=True)
class Shown:
    """A voucher with its uses of now: taken by orders, and set aside for holds that stand; and what it made orders cheaper by."""

    row: VoucherRow
    reserved: int
    given: Sequence[tuple[str, int, int]]
    """(currency, off lines, off shipping), in minor units."""


class Vouchers:
    """What staff do with vouchers; of other channels none is found."""

    def __init__(self, database: Database, clock: Clock, audiences: Audiences) -> None:
        self._database = database
        self._clock = clock
        self._audiences = audiences

    async def create(
        self, channel_id: str, by: Actor, wanted: Wanted, *, intent: Intent | None = None
    ) -> Shown:
        """Make a voucher; raises `invalid`, `taken` for the code of another one, and `too_many` with `limit`."""
        await self._require_audience(channel_id, check_terms(wanted.terms))
        now = self._clock.now()
        row = VoucherRow(id=new_id("u"), channel_id=channel_id, created_at=now, **_columns(wanted, now))

        async def write(connection: AsyncConnection) -> str:
            if await repository.count_vouchers(connection, channel_id) >= VOUCHERS_MAX:
                why = "The channel has as many vouchers as it may have."
                raise RefusedError(Code.TOO_MANY, why, limit=VOUCHERS_MAX, left=0)
            await _require_place(connection, row)
            await repository.insert_voucher(connection, row)
            await audit_beside(
                connection, by, "voucher.created", row.id, now, channel=channel_id, **_as_noted(row)
            )
            return row.id

        return await self.find(
            channel_id, await carry_out_once(self._database, self._clock, intent, str, write)
        )

    async def change(
        self, channel_id: str, by: Actor, voucher_id: str, wanted: Wanted, match: Match
    ) -> Shown:
        """Have the voucher be this from now on; uses that are set aside keep their terms.

        Raises `not_found`, `invalid`, `taken`, and `conflict` unless `match` admits its version.
        """
        await self._require_audience(channel_id, check_terms(wanted.terms))
        async with self._database.write_soon() as connection:
            row = _known(await repository.find_voucher(connection, channel_id, voucher_id, lock=True))
            match.require(row.version, await self._with_uses(connection, [row]))
            now = self._clock.now()
            columns = _columns(wanted, now)
            changed = [
                name for name in columns if name != "changed_at" and getattr(row, name) != columns[name]
            ]
            if changed:
                after = VoucherRow(**row.model_dump() | columns)
                await _require_place(connection, after)
                await repository.update_voucher(connection, voucher_id, columns)
                noted = _as_noted(after) | {"changed": sorted(set(changed) - {"code_key"})}
                await audit_beside(
                    connection, by, "voucher.changed", voucher_id, now, channel=channel_id, **noted
                )
        return await self.find(channel_id, voucher_id)

    async def remove(self, channel_id: str, by: Actor, voucher_id: str, match: Match) -> None:
        """Delete a voucher: nobody begins to use it any more, and whoever has it set aside may pay with it. Raises as `change`."""
        async with self._database.write_soon() as connection:
            row = _known(await repository.find_voucher(connection, channel_id, voucher_id, lock=True))
            match.require(row.version, await self._with_uses(connection, [row]))
            now = self._clock.now()
            await repository.update_voucher(connection, voucher_id, {"deleted_at": now})
            await audit_beside(
                connection, by, "voucher.removed", voucher_id, now, channel=channel_id, code=row.code
            )

    async def find(self, channel_id: str, voucher_id: str) -> Shown:
        """Return a voucher; raises `not_found`."""
        async with self._database.read_soon() as connection:
            row = _known(await repository.find_voucher(connection, channel_id, voucher_id))
            return (await self._with_uses(connection, [row]))[0]

    async def list_of(self, channel_id: str, *, after: str | None, limit: int) -> list[Shown]:
        """Return up to `limit` vouchers of the channel, the newest first."""
        async with self._database.read_soon() as connection:
            rows = await repository.read_vouchers(connection, channel_id, after=after, limit=limit)
            return await self._with_uses(connection, rows)

    async def uses_of(
        self, channel_id: str, voucher_id: str, *, after: str | None, limit: int
    ) -> list[UseSeen]:
        """Return up to `limit` uses of a voucher, the newest first; raises `not_found`."""
        async with self._database.read_soon() as connection:
            _known(await repository.find_voucher(connection, channel_id, voucher_id))
            return await repository.read_uses_of(
                connection, voucher_id, self._clock.now(), after=after, limit=limit
            )

    async def all_uses_of(self, channel_id: str, voucher_id: str) -> AsyncIterator[list[UseSeen]]:
        """Yield all uses of a voucher that is the channel's, page by page."""
        after = None
        while page := await self.uses_of(channel_id, voucher_id, after=after, limit=PAGE_ROWS):
            yield page
            after = page[-1].hold_id

    async def _with_uses(self, connection: AsyncConnection, rows: Sequence[VoucherRow]) -> list[Shown]:
        ids = [row.id for row in rows]
        reserved = await repository.read_reserved(connection, ids, self._clock.now())
        given = await repository.read_given(connection, ids)
        return [Shown(row, reserved.get(row.id, 0), given.get(row.id, ())) for row in rows]

    async def _require_audience(self, channel_id: str, terms: Terms) -> None:
        if terms.segment is None:
            return
        try:
            await self._audiences.who_is_in(channel_id, terms.segment, [])
        except RefusedError as refused:
            if refused.code is not Code.NOT_FOUND:
                raise
            raise refused_at("segment", "The channel has no such segment.") from None


async def _require_place(connection: AsyncConnection, row: VoucherRow) -> None:
    if await repository.has_code(connection, row.channel_id, row.code_key, besides=row.id):
        raise refused_at("code", "Another voucher of the channel has this code.", Code.TAKEN)
    lacking = set(row.products) - await repository.find_products(connection, row.channel_id, row.products)
    if lacking:
        raise refused_at("products", "The channel does not have all of these products.")


def _columns(wanted: Wanted, now: datetime) -> dict[str, Any]:
    key, written = clean_code(wanted.code), clean_line(wanted.code, characters_max=CODE_MAX)
    products = list(dict.fromkeys(wanted.terms.products))
    return asdict(wanted.terms) | {"code": written, "code_key": key, "products": products, "changed_at": now}


def _as_noted(row: VoucherRow) -> dict[str, Any]:
    """Return the voucher's terms as the audit keeps them: only those that it has."""
    terms = {name: value for name, value in asdict(terms_of(row)).items() if value not in (None, (), False)}
    noted = {name: to_wire(value) if isinstance(value, datetime) else value for name, value in terms.items()}
    return noted | {"code": row.code}


def _known(row: VoucherRow | None) -> VoucherRow:
    if row is None:
        raise RefusedError(Code.NOT_FOUND, "The channel has no such voucher.")
    return row
