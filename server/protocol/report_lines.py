"""The lines about reports; see `lines`, which says how such structs are used."""

from server.protocol.lines import Push, Reply
from server.protocol.reported import Reported


class ItemReported(Reply, frozen=True, tag="ok"):
    """The report is kept, also when it was before; or what was reported is settled."""

    item: str


class StaffReportChanged(Push, frozen=True, tag="report.changed"):
    """An item was reported once more, or what was reported of it is settled: with no reporters it leaves the list."""

    reported: Reported
