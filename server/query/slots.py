"""Which shows a question is about, and the groups that its dimensions of shows make of them. Pure."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from server.errors import RefusedError
from server.protocol.codes import Code
from server.query.catalogue import CALENDAR, OF_SHOWS
from server.query.grammar import BeforePeriod, DaysPeriod, LastPeriod, OtherPeriod, ShowsPeriod
from server.stats.channel.cut import Condition
from server.stats.channel.facts import Part, ShowOf
from server.stats.channel.look import Look
from server.stats.channel.period import Days, StepOf, before, cut, days_between, is_whole, today_in

SLOTS_MAX: Final = 1_000
"""Into no more groups of shows is a period cut."""

ValueOf = str | int | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The shows of a period, its days where it has some, and the moment up to which consent counts."""

    shows: Sequence[ShowOf]
    days: Days | None
    until: datetime


@dataclass(frozen=True, slots=True)
class Slot:
    """Shows that say the same by the dimensions of shows; `whole`: of a week or month the period has all days."""

    values: dict[str, ValueOf]
    part: Part
    whole: bool


def choose(look: Look, period: OtherPeriod, other: Chosen | None = None) -> Chosen:
    """Return the shows of a period; `before` is before `other`. Raises `invalid`, and `not_found` for a show that has not begun."""
    match period:
        case ShowsPeriod():
            known = {show.id: show for show in look.shows}
            missing = [id for id in period.shows if id not in known]
            if missing:
                raise RefusedError(Code.NOT_FOUND, "The channel has no such show that has begun.")
            return _of_shows(look, [known[id] for id in dict.fromkeys(period.shows)])
        case LastPeriod(unit="show"):
            return _of_shows(look, look.shows[-period.n :])
        case BeforePeriod():
            assert other is not None
            assert other.days is not None, "the grammar lets days alone have days before"
            return _of_days(look, before(other.days))
        case DaysPeriod():
            return _of_days(look, period.asked().resolve(_today(look)))
        case LastPeriod():
            today = _today(look)
            return _of_days(look, days_between(_first_of_last(today, period), today))


def _today(look: Look) -> date:
    return today_in(look.zone, look.terms.as_of)


def _first_of_last(today: date, period: LastPeriod) -> date:
    if period.unit == "month":
        months = today.year * 12 + today.month - period.n
        return date(max(1970, months // 12), months % 12 + 1, 1)
    if period.unit == "week":
        return today - timedelta(days=today.weekday() + 7 * (period.n - 1))
    return today - timedelta(days=period.n - 1)


def _of_days(look: Look, days: Days) -> Chosen:
    part = look.within(days)
    return Chosen(part.shows, days, part.until)


def _of_shows(look: Look, shows: Sequence[ShowOf]) -> Chosen:
    ends = [look.begun(show).until for show in shows]
    return Chosen(shows, None, max(ends, default=look.terms.as_of))


def narrowed(look: Look, chosen: Chosen, conditions: Sequence[Condition]) -> Chosen:
    """Return the shows of which the conditions on shows hold."""
    asked = [condition for condition in conditions if condition.field in OF_SHOWS]
    shows = [show for show in chosen.shows if all(c.holds(value_of(show, c.field, look.zone)) for c in asked)]
    return Chosen(shows, chosen.days, chosen.until)


_VALUES: Final[dict[str, Callable[[datetime], ValueOf]]] = {
    "day": lambda at: at.date().isoformat(),
    "week": lambda at: (at.date() - timedelta(days=at.weekday())).isoformat(),
    "month": lambda at: f"{at.year:04}-{at.month:02}",
    "hour": lambda at: at.hour,
    "weekday": lambda at: at.isoweekday(),
}
"""By when a show began, in the channel's time zone; a week is called by its Monday, Monday is weekday 1."""


def value_of(show: ShowOf, dimension: str, zone: tzinfo) -> ValueOf:
    """Return what a show is by a dimension of shows."""
    return show.id if dimension == "show" else _VALUES[dimension](show.started_at.astimezone(zone))


def slots_of(look: Look, chosen: Chosen, dimensions: Sequence[str]) -> list[Slot]:
    """Return the groups that there are, in the order of their first shows; raises `invalid` for more than `SLOTS_MAX`."""
    named = [each for each in dimensions if each in OF_SHOWS]
    groups: defaultdict[tuple[ValueOf, ...], list[ShowOf]] = defaultdict(list)
    for show in chosen.shows:
        groups[tuple(value_of(show, each, look.zone) for each in named)].append(show)
    if len(groups) > SLOTS_MAX:
        why = f"The period is cut into more than {SLOTS_MAX} parts: take a shorter one, or wider steps."
        raise RefusedError(Code.INVALID, why, errors=[{"at": "body/dimensions", "why": why}])
    if not named:
        return [Slot({}, Part(chosen.shows, chosen.until), whole=True)]
    return [
        _slot(look, chosen, dict(zip(named, values, strict=True)), shows) for values, shows in groups.items()
    ]


def _slot(look: Look, chosen: Chosen, values: dict[str, ValueOf], shows: Sequence[ShowOf]) -> Slot:
    if "show" in values:
        return Slot(values, look.begun(shows[0]), whole=True)
    step = next((each for each in CALENDAR if each in values), None)
    if step is None:
        return Slot(values, Part(shows, chosen.until), whole=True)
    days = _step_around(look, chosen, shows[0], step)
    until = min(days.end(look.zone), look.terms.as_of)
    return Slot(values, Part(shows, until), whole=is_whole(days, step))


def _step_around(look: Look, chosen: Chosen, show: ShowOf, step: StepOf) -> Days:
    """Return the days of the step that a show is in, as far as they are the period's."""
    day = show.started_at.astimezone(look.zone).date()
    span = chosen.days or Days(day - timedelta(days=day.weekday() + 31), day + timedelta(days=38))
    first = day.replace(day=1) if step == "month" else day - timedelta(days=day.weekday())
    begin = max(day if step == "day" else first, span.first)
    return cut(Days(begin, min(span.last, begin + timedelta(days=31))), step)[0]
