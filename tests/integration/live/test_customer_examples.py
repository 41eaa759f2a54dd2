"""What docs/customers.md says a shop's backend does is done, in each of its languages, and the customer comes in."""

import asyncio
import os
import re
import shutil
from pathlib import Path

import httpx
import pytest

from tests.support.sdk_package import NODE_OF_THE_WHEEL, ROOT
from tests.support.servers import SignFor
from tests.support.stage import CHANNEL
from tests.support.viewer import viewer_at

PAGE = ROOT / "docs" / "customers.md"
RUN = {
    "python": ("python3", "", "print(customer_token('customer-17', 'Aki', '{channel}'))"),
    "js": ("node", "", "console.log(customerToken('customer-17', 'Aki', '{channel}'))"),
    "php": ("php", "<?php\n", "echo customer_token('customer-17', 'Aki', '{channel}');"),
}
"""What runs each language, what stands before the example, and behind it."""


def example_in(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return str(found)


@pytest.mark.parametrize("language", RUN)
async def test_the_example_signs_a_customer_in(
    server: str, sign_for: SignFor, tmp_path: Path, language: str
) -> None:
    runner, before, after = RUN[language]
    path = f"{os.environ['PATH']}{os.pathsep}{NODE_OF_THE_WHEEL}"
    if shutil.which(runner, path=path) is None:
        pytest.skip(f"{runner} is not installed; .ci/run installs it")
    example = example_in(language)
    assert sum(bool(line) for line in example.splitlines()) <= 12
    script = tmp_path / f"example.{'cjs' if language == 'js' else language}"
    script.write_text(before + example + after.format(channel=CHANNEL) + "\n", "utf-8")
    admin = {"Authorization": f"Bearer {sign_for('admin')}"}
    async with httpx.AsyncClient(base_url=f"http://{server}", headers=admin) as client:
        secret = (await client.post("/v1/customer-keys/secrets")).json()["secret"]
    running = await asyncio.create_subprocess_exec(
        runner,
        str(script),
        env={"PATH": path, "SHOWFLOOR_CUSTOMER_SECRET": secret},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    told, complained = await running.communicate()
    assert running.returncode == 0, complained
    async with viewer_at(server) as viewer:
        joined = await viewer.ask_for("join", show="demo", token=told.decode().strip())
        assert joined["type"] == "joined", joined
        asked = await viewer.ask_for("ask", text="Is it warm?")
        push = await viewer.expect_push("question.posted")
        assert push["question"]["id"] == asked["question"]
        assert push["question"]["author"] == "Aki"
