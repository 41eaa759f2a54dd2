"""Staff see who is answering a question, whichever process they are at; viewers hear nothing of it."""

import httpx

from tests.support.eventually import eventually
from tests.support.servers import SignFor
from tests.support.viewer import Viewer, joined_at


def named(viewer: Viewer, question: str) -> list[str] | None:
    """The names that this viewer was told last to be answering the question; None when nothing was said of it."""
    told = [
        line for line in viewer.lines if line["type"] == "question.answering" and line["question"] == question
    ]
    return [each["name"] for each in told[-1]["by"]] if told else None


async def test_staff_at_two_processes_see_who_answers_and_viewers_hear_nothing(
    servers: tuple[str, str], sign_for: SignFor
) -> None:
    one, two = servers
    async with (
        joined_at(one, token=sign_for("host")) as host,
        joined_at(one) as guest,
        joined_at(two) as other_guest,
        joined_at(two, token=sign_for("moderator")) as moderator,
    ):
        question = (await guest.do("ask", text="Which size?"))["question"]
        await host.do("question.answering", question=question)
        await eventually(lambda: named(moderator, question) == ["Host"])
        assert named(host, question) == ["Host"]
        await moderator.do("question.answering", question=question)
        await eventually(lambda: named(host, question) == ["Host", "Moderator"])
        await host.do("question.answering", question=question, answering=False)
        await eventually(lambda: named(moderator, question) == ["Moderator"])
        assert (await guest.ask_for("question.answering", question=question))["code"] == "forbidden"
        await host.do("announce", text="heard by all")
        await other_guest.expect_push("announce")
        await guest.expect_push("announce")
        assert named(guest, question) is None
        assert named(other_guest, question) is None


async def test_a_connection_that_ends_answers_nothing_any_more(
    servers: tuple[str, str], sign_for: SignFor
) -> None:
    one, two = servers
    async with joined_at(two, token=sign_for("moderator")) as moderator:
        async with joined_at(one, token=sign_for("host")) as host:
            await host.do("question.answering", question="q_1")
            await eventually(lambda: named(moderator, "q_1") == ["Host"])
        await eventually(lambda: named(moderator, "q_1") == [])


async def test_staff_who_come_later_are_told_at_once(server: str, sign_for: SignFor) -> None:
    async with joined_at(server, token=sign_for("host")) as host:
        await host.do("question.answering", question="q_1")
        async with joined_at(server, token=sign_for("moderator")) as moderator, joined_at(server) as guest:
            await eventually(lambda: named(moderator, "q_1") == ["Host"])
            await guest.do("ping")
            assert named(guest, "q_1") is None


async def test_the_other_way_in_tells_it_too(server: str, sign_for: SignFor) -> None:
    async with joined_at(server, token=sign_for("host")) as host, httpx.AsyncClient() as caller:
        answer = await caller.post(
            f"http://{server}/v1/live/demo/commands",
            json={"id": 1, "type": "question.answering", "question": "q_1"},
            headers={"Authorization": f"Bearer {sign_for('moderator')}"},
        )
        assert answer.json() == {"id": 1, "type": "ok"}
        await eventually(lambda: named(host, "q_1") == ["Moderator"])


async def test_a_claim_bars_staff_at_another_process_until_its_connection_leaves(
    servers: tuple[str, str], sign_for: SignFor
) -> None:
    one, two = servers
    async with joined_at(one, token=sign_for("host")) as host, joined_at(two) as guest:
        question = (await guest.do("ask", text="Which size?"))["question"]
        async with joined_at(two, token=sign_for("moderator")) as moderator:
            assert (await moderator.do("question.claim", question=question))["state"] == "open"
            refused = await host.ask_for("question.answer", question=question, text="M")
            assert (refused["code"], refused["claimed_by"]["name"]) == ("conflict", "Moderator")
            assert (await guest.ask_for("question.claim", question=question))["code"] == "forbidden"
            await eventually(lambda: claims(host) == ["Moderator"])
        await eventually(lambda: claims(host) == ["Moderator", None])
        await host.do("question.answer", question=question, text="M")
        own = await guest.expect_push("question.own")
        assert own["question"]["answer"]["text"] == "M"
        await host.do("question.dismiss", question=question, reason="off_topic")
        told = await guest.expect_push(
            "question.own", where=lambda line: line["question"]["state"] == "dismissed"
        )
        assert told["question"]["dismissed_reason"] == "off_topic"


def claims(viewer: Viewer) -> list[str | None]:
    """Who worked on a question, by what this viewer was told, one after the other; None for nobody."""
    told = [line["question"] for line in viewer.lines if line["type"] == "question.changed"]
    return [question["claim"]["name"] if "claim" in question else None for question in told]
