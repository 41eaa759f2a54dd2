"""Uses of vouchers: set aside with a hold, taken with its order, gone with its time; never one too many."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from server.errors import RefusedError
from server.http.versions import ANY_VERSION
from server.running.vouchers import VoucherParts, vouchers_with
from server.vouchers.rules import Terms
from server.vouchers.service import Wanted
from tests.support.stage import ADMIN, CHANNEL, SHOW, Stage
from tests.support.voucher_till import VoucherTill as Till

TEN = Terms("percent", percent=10)


@pytest.fixture
def parts(stage: Stage) -> VoucherParts:
    return vouchers_with(stage.database, stage.clock)


async def made(parts: VoucherParts, terms: Terms = TEN, code: str = "Spring 10") -> str:
    return (await parts.vouchers.create(CHANNEL, ADMIN, Wanted(code, terms))).row.id


@pytest.fixture
def till(stage: Stage, parts: VoucherParts) -> Till:
    return Till(stage, parts.reserving)


async def why(asked: Any) -> str:
    with pytest.raises(RefusedError) as refused:
        await asked
    return str(refused.value.data.get("why"))


async def counted(parts: VoucherParts, voucher: str) -> tuple[int, int]:
    """Return (taken, set aside)."""
    shown = await parts.vouchers.find(CHANNEL, voucher)
    return shown.row.uses_taken, shown.reserved


async def test_a_use_is_set_aside_taken_by_the_order_and_once_only(
    stage: Stage, parts: VoucherParts, till: Till
) -> None:
    voucher = await made(parts, Terms("percent", percent=10, uses_max=1))
    ann = await stage.hold("v_ann", ("p_apron", 1), ("p_bowl", 1))
    off = await till.reserve(ann)
    assert (off.voucher_id, off.by_line, off.shipping_minor) == (voucher, {0: 100, 1: 250}, 0)
    assert await till.reserve(ann, " spring 10 ") == off, "again: the same use"
    ben = await stage.hold("v_ben", ("p_apron", 1))
    assert await why(till.reserve(ben)) == "used_up"
    assert await counted(parts, voucher) == (0, 1)
    assert [await till.confirm(ann), await till.confirm(ann)] == ["sold", "sold"]
    assert await counted(parts, voucher) == (1, 0)
    (use,) = await parts.vouchers.uses_of(CHANNEL, voucher, after=None, limit=10)
    (head, _) = await stage.orders()
    assert (use.state, use.viewer_id, use.items_minor, use.order_id) == ("taken", "v_ann", 350, head.id)
    assert await why(till.reserve(ben)) == "used_up"
    assert await why(till.reserve(ben, "winter")) == "unknown"


async def test_a_use_lapses_with_its_hold_and_a_late_payment_has_it_while_nobody_else_does(
    stage: Stage, parts: VoucherParts, till: Till
) -> None:
    voucher = await made(parts, Terms("percent", percent=10, uses_max=1))
    late = await stage.hold("v_ann", ("p_apron", 1))
    await till.reserve(late)
    stage.tick(10_000)
    assert await counted(parts, voucher) == (0, 0), "no loop has to write it"
    ben = await stage.hold("v_ben", ("p_apron", 1))
    await till.reserve(ben)
    assert await till.confirm(late) == "lost", "the order's price was the voucher's"
    assert (await stage.orders(), await counted(parts, voucher)) == ([], (0, 1))
    stage.tick(10_000)
    await stage.holds.let_lapsed_go()
    assert await till.confirm(late) == "sold", "the use is free again"
    assert await till.confirm(ben) == "lost"
    assert await counted(parts, voucher) == (1, 0)


async def test_what_is_set_aside_keeps_its_terms_whatever_becomes_of_the_voucher(
    stage: Stage, parts: VoucherParts, till: Till
) -> None:
    voucher = await made(parts)
    ann, ben, cat = [await stage.hold(viewer, ("p_apron", 2)) for viewer in ("v_ann", "v_ben", "v_cat")]
    await till.reserve(ann)
    await till.reserve(ben)
    half = Terms("percent", percent=50, uses_max=1)
    await parts.vouchers.change(CHANNEL, ADMIN, voucher, Wanted("Summer 50", half), ANY_VERSION)
    assert (await till.reserve(ann, shipping=900)).by_line == {0: 200}
    assert await why(till.reserve(cat)) == "unknown", "its code is another one"
    assert await why(till.reserve(cat, "summer50")) == "used_up", "those that are set aside count"
    await parts.vouchers.remove(CHANNEL, ADMIN, voucher, ANY_VERSION)
    assert (await till.reserve(ann)).by_line == {0: 200}
    assert [await till.confirm(ann), await till.confirm(ben)] == ["sold", "sold"]
    again = await made(parts)
    assert again != voucher, "a deleted voucher's code is free"
    assert (await till.reserve(cat)).voucher_id == again
    assert [row.action for row in await stage.audits()] == [
        "voucher.created",
        "voucher.changed",
        "voucher.removed",
        "voucher.created",
    ]


async def test_another_code_takes_the_place_of_the_first_and_none_gives_it_up(
    stage: Stage, parts: VoucherParts, till: Till
) -> None:
    first = await made(parts)
    second = await made(parts, Terms("free_shipping"), "freeship")
    ann = await stage.hold("v_ann", ("p_apron", 1))
    await till.reserve(ann)
    off = await till.reserve(ann, "freeship")
    assert (off.voucher_id, off.by_line, off.shipping_minor) == (second, {}, 600)
    assert [await counted(parts, each) for each in (first, second)] == [(0, 0), (0, 1)]
    assert await why(till.reserve(ann, "nothing")) == "unknown"
    assert await counted(parts, second) == (0, 1), "a wrong code takes nothing away"
    await till.withdraw(ann)
    assert await till.confirm(ann) == "sold"
    assert await counted(parts, second) == (0, 0)


async def test_once_for_a_person_is_once_for_all_of_their_ids(
    stage: Stage, parts: VoucherParts, till: Till
) -> None:
    await made(parts, Terms("percent", percent=10, once_per_person=True))
    await stage.add_show("other")
    guest = await stage.hold("g_1", ("p_apron", 1))
    await till.reserve(guest)
    await till.confirm(guest)
    known = await stage.hold("v_ann", ("p_apron", 1), show="other")
    await till.reserve(known)
    async with stage.database.write() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO viewer_alias (id, show_id, raw, canonical, at) VALUES ('l_1', 'demo', 'g_1', 'v_ann', now()), "
            "('l_2', 'demo', 'g_2', 'v_ann', now())"
        )
    for viewer, show in (("v_ann", "other"), ("g_2", "demo"), ("g_1", "other")):
        hold = await stage.hold(viewer, ("p_apron", 1), show=show)
        assert await why(till.reserve(hold)) == "used_by_you", viewer
    ben = await stage.hold("v_ben", ("p_apron", 1))
    await till.reserve(ben)


async def test_an_audience_is_asked_before_and_its_answer_is_of_one_voucher(
    stage: Stage, parts: VoucherParts, till: Till
) -> None:
    await made(parts, Terms("percent", percent=10, audience="repeat_buyers"))
    ann = await stage.hold("v_ann", ("p_apron", 1))
    assert await why(till.reserve(ann)) == "audience"
    with pytest.raises(RefusedError):
        await made(parts, Terms("percent", percent=10, audience="segment", segment="g_none"), "other")


async def test_a_thousand_uses_at_once_of_a_voucher_with_a_hundred_are_exactly_a_hundred(
    stage: Stage, second: Stage, parts: VoucherParts
) -> None:
    """Over two processes and two shows, which only the voucher's own row keeps apart; then all that are set aside are paid."""
    await stage.add_show("other")
    await stage.add_product("p_many", stock=2_000)
    voucher = await made(parts, Terms("percent", percent=10, uses_max=100, once_per_person=True))
    tills = [Till(each, vouchers_with(each.database, each.clock).reserving) for each in (stage, second)]

    async def use(n: int) -> Any:
        till, show = tills[n % 2], (SHOW, "other")[n // 2 % 2]
        hold = await till.stage.hold(f"v_{n}", ("p_many", 1), show=show)
        await till.reserve(hold)
        return await till.confirm(hold)

    answers = await asyncio.gather(*(use(n) for n in range(1_000)), return_exceptions=True)
    kinds = Counter(each.data.get("why") if isinstance(each, RefusedError) else each for each in answers)
    assert kinds == {"sold": 100, "used_up": 900}
    assert await counted(parts, voucher) == (100, 0)
    assert len(await stage.orders()) == 100
