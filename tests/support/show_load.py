"""A show in full swing: people who buy, ask, vote, answer and announce without a pause, and keep what was acknowledged to them."""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from tests.support.checker import Acknowledged
from tests.support.visitor import LostError, Visitor

THINK_SECONDS = 0.05
Deed = Callable[[Visitor, Acknowledged, int], Awaitable[None]]


async def buy(visitor: Visitor, told: Acknowledged, number: int) -> None:
    """Buy one, and ask again with the same key for as long as no answer comes."""
    key = f"key-{number:05}"
    reply = await visitor.insist("buy", product="p_apron", quantity=random.randint(1, 3), key=key)
    if reply["type"] == "ok":
        told.take_order(visitor.id, key, reply)
    else:
        assert reply["code"] in ("sold_out", "key_reused"), reply


async def ask(visitor: Visitor, told: Acknowledged, number: int) -> None:
    """Ask something that nobody else asks."""
    text = f"Question {number} of {secrets.token_hex(6)}"
    reply = await visitor.ask("ask", text=text)
    if reply["type"] == "ok":
        told.questions[reply["question"]] = text
    assert reply.get("code") in (None, "unavailable"), reply


async def vote(visitor: Visitor, told: Acknowledged, number: int) -> None:
    """Vote for a question that somebody was told of."""
    if told.questions:
        question = random.choice(list(told.questions))
        reply = await visitor.ask("vote", question=question)
        if reply["type"] == "ok":
            told.votes.add((question, visitor.id))


async def announce(visitor: Visitor, told: Acknowledged, number: int) -> None:
    """Announce as a host."""
    text = f"Announcement {number}, {secrets.token_hex(6)}"
    reply = await visitor.ask("announce", text=text)
    if reply["type"] == "ok":
        told.announcements[reply["offset"]] = text


async def answer(visitor: Visitor, told: Acknowledged, number: int) -> None:
    """Answer a question as a host; somebody may have been quicker."""
    unanswered = told.questions.keys() - told.answers.keys()
    if unanswered:
        question, text = random.choice(list(unanswered)), f"Answer {number}, {secrets.token_hex(6)}"
        reply = await visitor.ask("question.answer", question=question, text=text)
        if reply["type"] == "ok":
            told.answers[question] = text


@asynccontextmanager
async def busy(told: Acknowledged, *casts: tuple[Deed, Sequence[Visitor]]) -> AsyncIterator[None]:
    """Let each visitor do its deed again and again while the block runs; each finishes what it has begun."""
    over = asyncio.Event()

    async def act(deed: Deed, visitor: Visitor) -> None:
        for number in count():
            if over.is_set():
                return
            try:
                await deed(visitor, told, number)
            except LostError:
                continue  # what became of it nobody knows; it is not held as acknowledged
            await asyncio.sleep(random.uniform(0, THINK_SECONDS))

    async with asyncio.TaskGroup() as group:
        for deed, visitors in casts:
            for visitor in visitors:
                group.create_task(act(deed, visitor))
        try:
            yield
        finally:
            over.set()


def crowd(count: int, addresses: Callable[[], Sequence[str]], **options: Any) -> list[Visitor]:
    """Make visitors."""
    return [Visitor(addresses, **options) for _ in range(count)]
