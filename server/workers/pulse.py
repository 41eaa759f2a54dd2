"""The pulse's tick: tells the other processes what this one's viewers did, and takes over the totals of all."""

from server.bus.bus import Bus, RoomReport
from server.hub.hub import Hub


class PulseTicker:
    """One pipeline to Redis per tick, whatever the number of viewers; without Redis the pulse is this process's alone."""

    def __init__(self, hub: Hub, bus: Bus) -> None:
        self._hub = hub
        self._bus = bus

    async def run_once(self) -> None:
        """Exchange reports for totals, and let rounds carry what changed."""
        rooms = list(self._hub.rooms.values())
        if not rooms:
            return
        added = [room.pulse.take_added() for room in rooms]
        reports = [RoomReport(r.show_id, r.watching, a) for r, a in zip(rooms, added, strict=True)]
        totals = await self._bus.tick(reports)
        for index, room in enumerate(rooms):
            if totals is None:
                room.pulse.learn_alone(added[index], room.watching)
            else:
                room.pulse.learn(totals[index].reactions, totals[index].watching)
            if room.connections:
                self._hub.fanout.wake(room)
