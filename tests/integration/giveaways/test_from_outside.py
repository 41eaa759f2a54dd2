"""A giveaway over two servers, from its preparation by HTTP to a draw that a stranger repeats on the command line."""

import asyncio
import json
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.support.commands import showfloor
from tests.support.servers import SignFor
from tests.support.viewer import joined_at


@pytest.mark.usefixtures("set_stage")
async def test_a_stranger_repeats_the_draw_and_sees_when_it_was_tampered_with(
    servers: tuple[str, str], sign_for: SignFor, tmp_path: Path
) -> None:
    one, two = servers
    token, known = sign_for("host"), [sign_for("viewer") for _ in range(2)]
    async with (
        httpx.AsyncClient(base_url=f"http://{one}/v1", headers=bearing(token)) as http,
        joined_at(one, token=token) as host,
        joined_at(one, token=known[0]) as ann,
        joined_at(two, token=known[1]) as ben,
    ):
        made = await http.post("/shows/demo/giveaways", json={"prize": "A bowl", "product": "p_bowl"})
        assert made.status_code == 201
        giveaway = made.json()["id"]
        await host.do("giveaway.open", giveaway=giveaway, version=made.json()["version"])
        commitment = (await ben.expect_push("giveaway.changed"))["giveaway"]["commitment"]
        tickets = [(await viewer.do("giveaway.enter", giveaway=giveaway))["ticket"] for viewer in (ann, ben)]
        assert await ann.refused("giveaway.draw", giveaway=giveaway) == "forbidden"
        for step in ("close", "draw"):
            await host.do(f"giveaway.{step}", giveaway=giveaway)
        told = await ben.expect_push("giveaway.changed", lambda push: push["giveaway"]["state"] == "drawn")
        told_ticket = told["giveaway"]["winners"][0]["ticket"]
        winner, loser = (ann, ben) if told_ticket == tickets[0] else (ben, ann)
        own = await winner.expect(lambda line: line["type"] == "giveaway.own", "what was won")
        assert (own["prize"], own["state"]) == ("A bowl", "won")
        await winner.do("giveaway.claim", giveaway=giveaway, contact="1-2-3 Ginza")
        await loser.expect_push("giveaway.changed", lambda push: "claimed" in str(push))
        assert not [line for line in loser.lines if line["type"] == "giveaway.own"]
        mine = await http.get("/shows/demo/me", headers=bearing(known[tickets.index(told_ticket)]))
        assert [each["won"]["state"] for each in mine.json()["giveaways"]] == ["claimed"]
        listed = await http.get("/shows/demo/giveaways", headers=bearing(sign_for("moderator")))
        assert [won["contact"] for won in listed.json()["giveaways"][0]["winners"]] == [None]
        url = f"http://{two}/v1/shows/demo/giveaways/{giveaway}/proof"
        said = await verify(tmp_path, url, "--commitment", commitment, "--ticket", tickets[1])
        assert (said.returncode, said.stdout.partition(":")[0]) == (0, "Yes"), said.stderr
        async with httpx.AsyncClient() as stranger:
            proof = (await stranger.get(url)).json()
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(proof | {"winners": list({*tickets} - {told_ticket})}), "utf-8")
    said = await verify(tmp_path, str(file))
    assert (said.returncode, said.stdout) == (1, "No: The seed and the tickets give other winners.\n")
    file.write_text("{}", "utf-8")
    assert "no proof of a draw" in (await verify(tmp_path, str(file))).stderr


async def verify(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command beside the servers, which are in this process."""
    return await asyncio.to_thread(showfloor, "giveaway", "verify", *words, data=data)


def bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
