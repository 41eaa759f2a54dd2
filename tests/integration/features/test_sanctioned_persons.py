"""Whoever turns out to be somebody else in a show is one person there: what was laid on one of their ids holds for all."""

import pytest

from server.access.repository import read_terms
from server.access.sanctions_repository import read_banned
from server.protocol.codes import Code
from server.sanctions.rules import Terms
from server.viewers.alias_repository import insert_alias_once, take_back_aliases
from server.viewers.tables import ViewerAliasRow
from tests.support.stage import CHANNEL, HOST, SHOW, Stage, refused

ANNA, PHONE, TABLET, OTHER = "v_anna", "v_phone", "v_tablet", "v_other"
HERS = (ANNA, PHONE, TABLET)


@pytest.fixture
async def anna(stage: Stage) -> Stage:
    """A show in which two guests turned out to be the same customer."""
    async with stage.database.write() as connection:
        for guest in (PHONE, TABLET):
            row = ViewerAliasRow(id=guest, show_id=SHOW, raw=guest, canonical=ANNA, at=stage.clock.now())
            await insert_alias_once(connection, row)
    return stage


async def banned(stage: Stage) -> set[str]:
    """Who is kept out, as a room reads it, which is what each door says of them by itself."""
    async with stage.database.read() as connection:
        found = set(await read_banned(connection, SHOW, CHANNEL))
        for viewer in (*HERS, OTHER):
            terms = await read_terms(connection, SHOW, viewer, stage.clock.now())
            assert terms is not None
            assert (viewer in terms.banned) == (viewer in found), viewer
    return found


@pytest.mark.parametrize("by", HERS)
async def test_a_ban_of_one_keeps_all_of_them_out_and_ends_their_writing_at_once(
    anna: Stage, by: str
) -> None:
    given = await anna.sanctions.give(SHOW, HOST, Terms("ban"), viewer_id=by)
    assert await banned(anna) == {*HERS}
    for viewer in HERS:
        with refused(Code.BANNED):
            await anna.questions.ask(SHOW, viewer, "Anna", "Is it warm?")
    await anna.questions.ask(SHOW, OTHER, "Anna", "Is it warm?")
    await anna.sanctions.lift(CHANNEL, HOST, given.sanction)
    assert await banned(anna) == set()


@pytest.mark.parametrize("by", HERS)
async def test_a_mute_of_one_holds_for_all_until_they_are_said_to_be_others(anna: Stage, by: str) -> None:
    await anna.sanctions.give(SHOW, HOST, Terms("mute"), viewer_id=by)
    for viewer in HERS:
        with refused(Code.MUTED):
            await anna.questions.ask(SHOW, viewer, "Anna", "Is it warm?")
    async with anna.database.write() as connection:
        await take_back_aliases(connection, SHOW, ANNA, anna.clock.now())
    for viewer in set(HERS) - {by}:
        await anna.questions.ask(SHOW, viewer, "Anna", "Is it warm?")
