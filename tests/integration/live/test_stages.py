"""Two hosts of one show over two processes: a question is given to one of them, and taken along when that one no longer hosts."""

import httpx

from tests.support.eventually import eventually
from tests.support.servers import SignFor, set_stage, sign_for
from tests.support.viewer import joined_at, viewer_at

__all__ = ["set_stage", "sign_for"]


async def test_everybody_hears_for_whom_a_question_is_until_that_host_is_gone(
    servers: tuple[str, str], sign_for: SignFor
) -> None:
    one, two = servers
    token = sign_for("host")
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx.AsyncClient(base_url=f"http://{one}/v1/shows/demo", headers=headers) as http,
        viewer_at(two) as viewer,
        joined_at(one, token=token) as host,
        joined_at(two, token=sign_for("moderator")) as moderator,
    ):
        await viewer.join()
        question = (await viewer.do("ask", text="Is it warm?"))["question"]
        staff = {"staff": [{"person": host.id, "part": "host"}]}
        assert (await http.put("/staff", json=staff)).status_code == 200

        async def is_given() -> bool:
            """Whether it could be: who is staff is written a moment after they came."""
            given = await moderator.ask_for("question.stage", question=question, host=host.id)
            return bool(given["type"] == "ok")

        await eventually(is_given)
        told = await viewer.expect_push("stage.changed", lambda line: bool(line["stages"]))
        assert told["stages"] == [{"name": "Host", "question": question}]
        assert await viewer.refused("question.stage", question=question, host=host.id) == "forbidden"
        assert await moderator.refused("question.stage", question=question, host="m_nobody") == "not_found"
        assert (await http.put("/staff", json={"staff": []})).status_code == 200
        gone = lambda line: line["offset"] > told["offset"] and not line["stages"]  # noqa: E731
        await viewer.expect_push("stage.changed", gone)
        viewer.assert_nothing_missing()
