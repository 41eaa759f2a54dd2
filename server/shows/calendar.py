"""A show as an event of a calendar (RFC 5545): the same `UID` always, and a `SEQUENCE` that grows with each change."""

from datetime import datetime, timedelta

from icalendar import Calendar, Event

from server.protocol.pushes import Show

MINUTES_UNLESS_PLANNED = 60
PRODUCT = "-//Showfloor//Shows//EN"


def calendar_of(show: Show, url: str, now: datetime) -> bytes:
    """Return the calendar that holds the show, which must have a time; `url` is its page, `now` when this is made.

    A cancelled show is cancelled in the calendar too, by `METHOD` and `STATUS`.
    """
    assert show.starts_at is not None, "the caller has looked"
    starts = datetime.fromisoformat(show.starts_at)
    cancelled = show.state == "cancelled"
    event = Event()
    event.add("uid", f"{show.id}@showfloor")
    event.add("sequence", show.version)
    event.add("dtstamp", now)
    event.add("dtstart", starts)
    event.add("dtend", starts + timedelta(minutes=show.planned_minutes or MINUTES_UNLESS_PLANNED))
    event.add("summary", show.title)
    event.add("description", f"{show.description}\n\n{url}" if show.description else url)
    event.add("location", url)
    event.add("url", url)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written
