"""Final reports: a settled show's report is stored once and answered in one read, for as long as nothing that it rests on changes."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError

from server.clock import Clock
from server.db.engine import Database
from server.ids import new_id
from server.stats import final_repository as repository
from server.stats.definitions import DEFINITION_VERSION, REPEAT_DAYS
from server.stats.kept import KeptPeople
from server.stats.report import ShowReport

WINDOWS_MAX = 8
"""Reports of one show that are stored beside that of the usual window, by window of the repeat figures; others are made each time."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found of a show: its stored report as of now, and whether the show has ended, so that one may be stored."""

    report: ShowReport | None
    ended: bool


class FinalReports:
    """Finds stored reports and stores new ones. Storing is never a reason for a report to fail."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def look(self, show_id: str, days: int) -> Looked:
        """Return the show's stored report, if it holds."""
        now = self._clock.now()
        async with self._database.read() as connection:
            row = await repository.read_kept(connection, _key(show_id, days))
        if row is None or row.state != "ended":
            return Looked(None, ended=False)
        good = row.report is not None and row.wares_same and row.made_at <= now
        if not good or (row.good_until is not None and row.good_until <= now):
            return Looked(None, ended=True)
        return Looked(
            _as_of(ShowReport.model_validate_json(row.report), now, row.title, row.host), ended=True
        )

    async def claim(self, show_id: str, days: int) -> str | None:
        """Announce that a report is about to be made; return what `keep` needs, None where it is not to be stored."""
        claim_id = new_id("fr")
        try:
            async with self._database.write() as connection:
                most = WINDOWS_MAX if days != REPEAT_DAYS else sys.maxsize
                claimed = await repository.claim(
                    connection, _key(show_id, days), claim_id, self._clock.now(), most
                )
        except DBAPIError as error:
            log.warning("stats.not_claimed", show=show_id, error=type(error).__name__)
            return None
        return claim_id if claimed else None

    async def keep(
        self, show_id: str, days: int, claim_id: str, report: ShowReport, people: KeptPeople | None = None
    ) -> None:
        """Store a report that was read after `claim`; one that is provisional, or whose facts have changed meanwhile, is not."""
        try:
            async with self._database.write() as connection:
                if report.provisional:
                    await repository.give_up(connection, show_id, claim_id)
                    return
                products = sorted({each.product for each in report.products})
                made = repository.Made(report.model_dump_json(), products, report.as_of, people)
                await repository.keep(connection, _key(show_id, days), claim_id, made)
        except DBAPIError as error:
            log.warning("stats.not_kept", show=show_id, error=type(error).__name__)

    async def stored(self, show_id: str | None) -> list[tuple[str, int]]:
        """Return (show, days of the window) of what is stored, of one show or all."""
        async with self._database.read() as connection:
            return await repository.list_kept(connection, DEFINITION_VERSION, show_id)

    async def rests_on_others(self, show_id: str, days: int) -> bool:
        """Whether the rows that the stored report was made from are not those that there are now."""
        async with self._database.read() as connection:
            row = await repository.read_kept(connection, _key(show_id, days))
            then = row and row.digest
            if (
                not then or "." not in then
            ):  # stored by a server of a version before, which made another digest
                return False
            return bool(then != await repository.read_digest(connection, show_id))


def differing(kept: ShowReport, made: ShowReport) -> list[str]:
    """Return where two reports differ, as `path: one, other`; the moments at which they were made are left out."""
    return list(_differing("", kept.model_dump(mode="json"), made.model_dump(mode="json")))


def _differing(path: str, one: Any, other: Any) -> Iterator[str]:
    if isinstance(one, Mapping) and isinstance(other, Mapping) and one.keys() == other.keys():
        for name in one:
            if name != "as_of":
                yield from _differing(f"{path}.{name}" if path else name, one[name], other[name])
    elif _is_list(one) and _is_list(other) and len(one) == len(other):
        for i, (a, b) in enumerate(zip(one, other, strict=True)):
            yield from _differing(f"{path}[{i}]", a, b)
    elif one != other:
        yield f"{path}: {one!r} stored, {other!r} made anew"


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _key(show_id: str, days: int) -> dict[str, Any]:
    return {"show": show_id, "days": days, "version": DEFINITION_VERSION}


def _as_of(report: ShowReport, now: datetime, title: str, host: str) -> ShowReport:
    """Return the report as it would be made now: windows close by themselves, and a show may have been given another name."""
    conversion = [
        each.model_copy(update={"provisional": each.closes_at is None or now < each.closes_at})
        for each in report.conversion
    ]
    show = report.show.model_copy(update={"title": title, "host": host})
    return report.model_copy(update={"as_of": now, "conversion": conversion, "show": show})
