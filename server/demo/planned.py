"""What the demo's merchant planned: targets of the last shows, actions that were carried from show to show, and a show that is to come."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from server.channels.tables import PersonRow
from server.demo import repository
from server.demo.catalogue import CHANNEL_ID, CURRENCY, HOST_NAME, LIVE_SHOW_ID, PAST_SHOW_ID, VIDEO_MP4
from server.demo.year import evenings, show_id_of
from server.ids import new_epoch
from server.plan.actions_repository import insert_action
from server.plan.metrics import MEASURES, Metric
from server.plan.repository import lock_version, read_version, write_targets
from server.plan.rules import Target
from server.plan.tables import ActionRow
from server.shows.repository import insert_show
from server.shows.tables import ShowRow

NEXT_SHOW_ID: Final = "demo-next"
NEXT_TITLE: Final = "Gifts for the new year · 新年の贈りもの"
YEAR_SHOWS: Final = 8
"""So many of the year's last shows have targets."""
EDITOR_NAME: Final = "Ren"
_YEAR: Final[dict[Metric, float]] = {
    "viewers": 90,
    "conversion_live": 0.15,
    "gmv": 180_000,
    "answer_time": 180,
}
_PAST: Final[dict[Metric, float]] = {
    "viewers": 380,
    "conversion_live": 0.15,
    "gmv": 600_000,
    "viewers_before": 0.3,
}
_LIVE: Final[dict[Metric, float]] = {"viewers": 150, "engaged": 0.5, "conversion_live": 0.1, "gmv": 250_000}


async def seed_plan(connection: AsyncConnection, now: datetime) -> None:
    """Write people, targets, actions and the next show, those that are missing; a live show that is new gets its targets."""
    if not await read_version(connection, PAST_SHOW_ID):
        await _write_past(connection, now)
    if not await repository.show_exists(connection, NEXT_SHOW_ID):
        await insert_show(connection, _next_show(now), new_epoch())
    await _set(connection, LIVE_SHOW_ID, now - timedelta(days=1), _LIVE)


async def _write_past(connection: AsyncConnection, now: datetime) -> None:
    starts = evenings(now)
    first = len(starts) - YEAR_SHOWS + 1
    for number in range(first, len(starts) + 1):
        await _set(connection, show_id_of(number), starts[number - 1] - timedelta(days=1), _YEAR)
    past = now - timedelta(days=7)
    await _set(connection, PAST_SHOW_ID, past - timedelta(days=1), _PAST)
    await _set(connection, PAST_SHOW_ID, past, {"answer_time": 120}, after_start=True)
    await repository.copy_rows(
        connection, [_person("host", HOST_NAME, now), _person("analyst", EDITOR_NAME, now)]
    )
    for row in _actions(show_id_of(len(starts)), starts[-1], past, now):
        await insert_action(connection, row)


async def _set(
    connection: AsyncConnection,
    show_id: str,
    at: datetime,
    amounts: dict[Metric, float],
    *,
    after_start: bool = False,
) -> None:
    targets = [
        Target(
            metric=metric,
            direction=MEASURES[metric].direction,
            amount=amount,
            currency=CURRENCY if MEASURES[metric].of_currency else None,
            set_at=at,
            after_start=after_start,
        )
        for metric, amount in amounts.items()
    ]
    await lock_version(connection, show_id, at)
    await write_targets(connection, show_id, at, [], targets)


def _person(role: str, name: str, now: datetime) -> PersonRow:
    """Return somebody who owns actions; without a password nobody signs in as them."""
    mail = f"{name.lower()}@demo.example"
    joined = now - timedelta(days=365)
    return PersonRow(
        id=_id_of(name),
        channel_id=CHANNEL_ID,
        email=mail,
        email_key=mail,
        name=name,
        role=role,
        created_at=joined,
    )


def _id_of(name: str) -> str:
    return f"pn_demo_{name.lower()}"


def _actions(last_of_year: str, last_at: datetime, past: datetime, now: datetime) -> list[ActionRow]:
    hour = timedelta(hours=2)
    return [
        _action(
            1,
            last_of_year,
            last_at + hour,
            HOST_NAME,
            "Show the cups in daylight · 湯のみを自然光で見せる",
            done=past,
        ),
        _action(
            2,
            last_of_year,
            last_at + hour,
            EDITOR_NAME,
            "Pin the teapot before the first question · 質問の前に急須をピン留め",
        ),
        _action(
            3, PAST_SHOW_ID, past + hour, HOST_NAME, "Say the shipping cost at the start · 送料を最初に伝える"
        ),
        _action(
            4,
            PAST_SHOW_ID,
            past + hour,
            EDITOR_NAME,
            "Look at why tea cups lose buyers · 湯のみの離脱を調べる",
            due=now - timedelta(days=1),
        ),
    ]


def _action(
    number: int,
    show_id: str,
    at: datetime,
    owner: str,
    text: str,
    *,
    done: datetime | None = None,
    due: datetime | None = None,
) -> ActionRow:
    told: dict[str, Any] = {"state": "done", "closed_at": done} if done else {}
    return ActionRow(
        id=f"i_demo_{number}",
        channel_id=CHANNEL_ID,
        show_id=show_id,
        text=text,
        owner=_id_of(owner),
        due_on=due.date() if due else None,
        created_at=at,
        changed_at=done or at,
        **told,
    )


def _next_show(now: datetime) -> ShowRow:
    return ShowRow(
        id=NEXT_SHOW_ID,
        channel_id=CHANNEL_ID,
        title=NEXT_TITLE,
        host=HOST_NAME,
        state="scheduled",
        video_mp4=VIDEO_MP4,
        created_at=now,
        starts_at=(now + timedelta(days=7)).replace(hour=11, minute=0, second=0, microsecond=0),
    )
