"""Reports on the socket."""

from server.pace.rates import Act
from server.pace.service import Pace
from server.protocol.codec import ok_line
from server.protocol.report_commands import Report, ReportSettle
from server.reports.repository import Item
from server.reports.service import Reports
from server.viewers.caller import Caller, CommandTable, acting, intent_in, paced_by


class ReportCommands:
    """The socket's way to `Reports`."""

    def __init__(self, reports: Reports, pace: Pace) -> None:
        self._reports = reports
        self._pace = pace

    def table(self) -> CommandTable:
        """Return which handler carries out which command."""
        return {Report: self.report, ReportSettle: self.settle}

    async def report(self, caller: Caller, command: Report) -> bytes | None:
        """Report an item; `too_fast` when the viewer has reported too often."""
        # Read before anything is awaited: by the next line of their frame the caller may be somebody else, elsewhere.
        show_id, viewer_id, intent = caller.show_id, caller.viewer_id, intent_in(caller, command)
        await self._pace.spend(Act.REPORT, paced_by(caller))
        item = Item(command.kind, command.item)
        id = await self._reports.report(show_id, viewer_id, item, command.reason, intent=intent)
        return None if command.id is None else ok_line(command.id, item=id)

    async def settle(self, caller: Caller, command: ReportSettle) -> bytes | None:
        """Settle what was reported of an item."""
        id = await self._reports.settle(
            caller.show_id,
            acting(caller),
            Item(command.kind, command.item),
            ignore=command.ignore,
            intent=intent_in(caller, command),
        )
        return None if command.id is None else ok_line(command.id, item=id)
