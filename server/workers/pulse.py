"""The pulse's tick: tells the other processes what this one's viewers did, and takes over the totals of all."""

from server.bus.bus import Bus, RoomReport
from server.hub.hub import Hub
from server.hub.room import Room

QUIET_TICKS = 20
"""Ticks without a change after which a show is told and asked about once in `REST_TICKS` only."""
REST_TICKS = 4
"""A second, at 250 ms a tick: a process that does not tell for two no longer counts (`PRESENCE_MS`)."""


class PulseTicker:
    """One pipeline to Redis per tick, whatever the number of viewers; without Redis the pulse is this process's alone."""

    def __init__(self, hub: Hub, bus: Bus) -> None:
        self._hub = hub
        self._bus = bus

    async def run_once(self) -> None:
        """Exchange reports for totals, and let rounds carry what changed."""
        rooms = [room for room in self._hub.rooms.values() if _is_due(room)]
        if not rooms:
            return
        added = [room.pulse.take_added() for room in rooms]
        reports = [RoomReport(r.show_id, r.watching, a) for r, a in zip(rooms, added, strict=True)]
        totals = await self._bus.tick(reports)
        for index, room in enumerate(rooms):
            apart = room.pulse.apart
            if totals is None:
                room.pulse.learn_alone(added[index], room.watching)
            else:
                room.pulse.learn(totals[index].reactions, totals[index].watching)
            if room.pulse.apart != apart:
                room.tell_staff(room.pulse.apart_line())
            if room.pulse.changed:
                room.pulse.quiet_ticks = 0
                if room.connections:
                    self._hub.fanout.wake(room)


def _is_due(room: Room) -> bool:
    pulse = room.pulse
    if pulse.has_added or pulse.watching != room.watching:
        pulse.watching, pulse.quiet_ticks = room.watching, 0
        return True
    pulse.quiet_ticks += 1
    return pulse.quiet_ticks <= QUIET_TICKS or pulse.quiet_ticks % REST_TICKS == 0
