"""The commands about reports. No I/O."""

from server.protocol.command_kinds import EntityId, Keyed
from server.protocol.reported import ReportKind, ReportReason


class Report(Keyed, tag="report"):
    kind: ReportKind
    item: EntityId
    reason: ReportReason


class ReportSettle(Keyed, tag="report.settle"):
    """`ignore`: who reported it did so for nothing, and is not counted in this channel any more."""

    kind: ReportKind
    item: EntityId
    ignore: bool = False
