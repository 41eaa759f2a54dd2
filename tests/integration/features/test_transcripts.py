"""What was said and done in a show as files: exactly what the lists say, people named only for who may read names."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from msgspec import structs
from sqlalchemy import text

import server.transcript.routes
from server.audit.repository import Sought, read_deeds
from server.clock import to_wire
from server.comments.rules import Remove
from server.giveaways.entering import Entering
from server.giveaways.moving import Moving as GiveawayMoving
from server.giveaways.moving import To
from server.giveaways.rules import terms_of
from server.http import problems
from server.polls.moving import Moving
from server.polls.repository import read_votes
from server.polls.rules import wording_of
from server.polls.voting import Voting
from server.posts.rules import CONSENT
from server.posts.service import Draft
from server.protocol.codec import encode
from server.questions.faces import as_staff
from server.questions.pseudonyms import Pseudonyms
from server.questions.rules import Merge
from server.reports.repository import Item
from server.sanctions.rules import Terms
from server.transcript.kinds import KINDS
from server.transcript.service import Transcripts
from tests.support.commands import showfloor
from tests.support.stage import CHANNEL, ELSEWHERE, HOST, MODERATOR, SECRET, SHOW, Stage

WRITTEN = '=HYPERLINK("http://evil.example";"win")\n+1 second line'
EVERY_KIND = sorted(KINDS)


@pytest.fixture
def transcripts(stage: Stage) -> Transcripts:
    return Transcripts(stage.database, Pseudonyms(SECRET))


@pytest.fixture
async def client(stage: Stage, transcripts: Transcripts) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    problems.install(app)
    app.include_router(server.transcript.routes.router())
    app.state.database, app.state.clock, app.state.tokens = stage.database, stage.clock, stage.tokens
    app.state.transcripts = transcripts
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://showfloor") as client:
        yield client


async def play(stage: Stage) -> None:
    """Everything that a transcript tells of happens once, and some of it is undone."""
    ask, move = stage.questions.ask, stage.questions.move
    first = (await ask(SHOW, "v_1", "Aki", WRITTEN, product="p_bowl")).id
    hidden = (await ask(SHOW, "v_1", "Aki", "And how old?", anonymous=True)).id
    twin = (await ask(SHOW, "v_2", "Mio", "Is it a link?")).id
    rude = (await ask(SHOW, "v_3", "Troll", "Rubbish!")).id
    await ask(SHOW, "m_host", "Mika", "What do you cook?", role="host")
    await stage.questions.vote(SHOW, "v_2", first)
    await stage.reports.report(SHOW, "v_1", Item("question", rude), "abuse")
    stage.tick(90)
    await move(SHOW, MODERATOR, twin, None, Merge(first))
    await stage.questions.answer(SHOW, HOST, first, None, text="いいえ", live=False)
    await stage.questions.answer(SHOW, HOST, hidden, None, text="Ten years", live=False, private=True)
    await stage.questions.dismiss(SHOW, MODERATOR, rude, None, "rude")
    aki = structs.replace(stage.tokens.new_member(CHANNEL, "viewer", name="Aki"), viewer_id="v_1")
    for said, anonymous in (("Mine is blue", False), ("Mine is old", True)):
        await stage.posts.send(SHOW, aki, Draft("p_bowl", said, None, CONSENT, anonymous=anonymous))
    kept = await stage.comments.write(SHOW, "v_2", "Mio", "@all lovely")
    gone = await stage.comments.write(SHOW, "v_3", "Troll", "Rubbish again!")
    await stage.comments.react(SHOW, "v_1", kept.id, "heart", on=True)
    await stage.comments.move(SHOW, MODERATOR, gone.id, None, Remove("rude"))
    wording = wording_of("multiple", "What next?", ("Cups", "Bowls", "Plates"), picks_max=2, results="always")
    poll = (await stage.polls.prepare(SHOW, CHANNEL, HOST, wording)).id
    await stage.polls.move(SHOW, Moving(HOST, poll, "open", None))
    await stage.polls.vote(SHOW, Voting("v_1", poll, (0, 2)))
    await stage.polls.vote(SHOW, Voting("v_2", poll, (2,)))
    await stage.polls.move(SHOW, Moving(HOST, poll, "closed", None))
    prize = (await stage.giveaways.prepare(SHOW, CHANNEL, HOST, terms_of("A bowl"))).id
    steps: tuple[To, ...] = ("open", "closed", "drawn")
    for step in steps:
        await stage.giveaways.move(SHOW, GiveawayMoving(HOST, prize, step))
        if step == "open":
            await stage.giveaways.enter(SHOW, Entering("v_2", prize, "Mio"))
    await stage.sanctions.give(SHOW, MODERATOR, Terms("ban", 3600, "abuse"), question_id=rude)


async def lines(transcripts: Transcripts, kind: str, *, names: bool = True) -> list[dict[str, Any]]:
    """Return the JSON lines of a kind, having held its CSV against them."""
    as_lines, as_csv = io.BytesIO(), io.BytesIO()
    assert await transcripts.write(SHOW, KINDS[kind], "jsonl", as_lines, names=names) == (
        await transcripts.write(SHOW, KINDS[kind], "csv", as_csv, names=names)
    )
    found: list[dict[str, Any]] = [json.loads(line) for line in as_lines.getvalue().splitlines()]
    rows = list(csv.DictReader(io.StringIO(as_csv.getvalue().decode(), newline="")))
    assert len(rows) == len(found)
    for row, line in zip(rows, found, strict=True):
        assert list(row) == list(line)
        assert {
            name: cell.replace("'=", "=").replace("'+", "+").removeprefix("'") for name, cell in row.items()
        } == {name: cell_of(value) for name, value in line.items()}
    return found


def cell_of(value: Any) -> str:
    """Return how a value stands in a cell, formulas aside."""
    if value is None or isinstance(value, str):
        return value or ""
    return encode(value).decode()


async def test_a_file_holds_exactly_what_the_lists_say(stage: Stage, transcripts: Transcripts) -> None:
    await play(stage)
    told = {kind: await lines(transcripts, kind) for kind in EVERY_KIND}

    queue = await stage.questions.list_queue(SHOW, None, after=None, limit=50)
    questions = {each.id: as_staff(each) for each in queue}
    assert len(told["questions"]) == len(queue) == 5
    for line in told["questions"]:
        seen = questions[line["question"]]
        answer = seen.answer
        assert (line["at"], line["show_ms"]) == (seen.asked_at, 0)
        assert (line["text"], line["author"], line["role"]) == (seen.text, seen.author, seen.role or "viewer")
        assert (line["state"], line["votes"], line["merged_into"]) == (
            seen.state,
            seen.votes,
            seen.merged_into,
        )
        assert (line["product"], line["dismissed_reason"]) == (seen.product, seen.dismissed_reason)
        assert (line["answer"] or line["private_answer"]) == (answer and answer.text)
        assert line["answer_kind"] == (answer and ("private" if answer.private else "text"))
        assert line["answer_ms"] == (90_000 if answer else None)
    assert {(each["question"], each["at"]) for each in told["answers"]} == {
        (each.id, each.answer.at) for each in questions.values() if each.answer
    }
    first = told["questions"][0]["question"]
    assert [(each["question"], each["viewer"], each["apart"]) for each in told["votes"]] == [
        (first, "v_2", False)
    ]

    comments = {each.id: each for each in await stage.comments.list_all(SHOW, None, after=None, limit=50)}
    assert len(told["comments"]) == len(comments) == 2
    for line in told["comments"]:
        comment = comments[line["comment"]]
        assert (line["text"], line["viewer"], line["state"]) == (
            comment.text,
            comment.viewer_id,
            comment.state,
        )
        assert (line["at"], line["n"], line["reactions"]) == (
            to_wire(comment.at),
            comment.place,
            comment.reactions,
        )

    (poll,) = await stage.polls.list_of(SHOW, CHANNEL)
    (line,) = told["polls"]
    assert (line["poll"], line["choices"], line["counts"]) == (poll.id, list(poll.wording.choices), [1, 0, 2])
    async with stage.database.read() as connection:
        votes = await read_votes(connection, SHOW)
        deeds = await read_deeds(connection, CHANNEL, Sought(show=SHOW), after=None, limit=100)
    assert len(told["poll_answers"]) == len(votes)
    assert [(each["viewer"], each["picked"]) for each in told["poll_answers"]] == [
        ("v_1", ["Cups", "Plates"]),
        ("v_2", ["Plates"]),
    ]

    (giveaway,) = await stage.giveaways.list_of(SHOW, CHANNEL)
    (line,) = told["giveaways"]
    assert (line["giveaway"], line["prize"], line["entries"], line["seed"]) == (
        giveaway.id,
        "A bowl",
        1,
        giveaway.seed,
    )
    assert line["winners"] == [won.ticket for won in giveaway.winners] != []

    (sanction,) = await stage.sanctions.list_of(CHANNEL, after=None, limit=10, appealed=False)
    (line,) = told["sanctions"]
    assert (line["sanction"], line["viewer"], line["kind"]) == (sanction.id, sanction.viewer_id, "ban")
    assert sanction.ends_at is not None
    assert line["ends_at"] == to_wire(sanction.ends_at)
    assert [(each["viewer"], each["reason"]) for each in told["reports"]] == [("v_1", "abuse")]
    assert {(each["deed"], each["action"], each["subject"]) for each in told["audit"]} == {
        (each.id, each.action, each.subject) for each in deeds
    }
    assert {each["deed"]: each["details"] for each in told["audit"]} == {
        each.id: {name: value for name, value in each.details.items() if name != "channel"} for each in deeds
    }


async def test_without_names_each_viewer_is_one_word_and_an_anonymous_asker_no_word_at_all(
    stage: Stage, transcripts: Transcripts
) -> None:
    await play(stage)
    told = {kind: await lines(transcripts, kind, names=False) for kind in EVERY_KIND}
    everything = json.dumps(told, ensure_ascii=False)
    for known in ("v_1", "v_2", "v_3", "Aki", "Mio", "Troll", "Ten years"):
        assert known not in everything, known
    assert "Mika" in everything, "whoever acts for the shop does so by name"
    first, hidden, twin, *_ = told["questions"]
    assert (hidden["viewer"], hidden["author"][:10]) == (None, "Anonymous ")
    assert first["viewer"][:6] not in hidden["author"]
    assert first["author"] == f"Viewer {first['viewer'][:6]}"
    assert twin["viewer"] == told["votes"][0]["viewer"] == told["comments"][0]["viewer"] != first["viewer"]
    assert told["sanctions"][0]["viewer"] in json.dumps(told["audit"])
    by_name, nameless = told["posts"]
    assert (by_name["viewer"], by_name["text"]) == (first["viewer"], "Mine is blue")
    assert (nameless["viewer"], nameless["author"], nameless["text"]) == (None, "", "Mine is old")
    with_names = await lines(transcripts, "questions")
    assert (with_names[0]["viewer"], with_names[1]["viewer"]) == ("v_1", None)


@pytest.mark.parametrize(
    ("who", "query", "code"),
    [
        ("analyst", "of=comments", None),
        ("host", "of=comments&names=true", None),
        ("host", "of=sanctions&format=jsonl", None),
        ("admin", "of=audit&names=true", None),
        ("analyst", "of=comments&names=true", "forbidden"),
        ("analyst", "of=sanctions", "forbidden"),
        ("host", "of=audit", "forbidden"),
        ("moderator", "of=comments", "forbidden"),
        ("viewer", "of=comments", "forbidden"),
        ("host", "of=secrets", "invalid"),
        ("host", "of=comments&format=xlsx", "invalid"),
        ("host", "", "invalid"),
        ("elsewhere", "of=comments", "forbidden"),
        ("nobody", "of=comments", "unauthenticated"),
    ],
)
async def test_a_kind_is_for_the_roles_that_may_have_it(
    stage: Stage, client: httpx.AsyncClient, who: Any, query: str, code: str | None
) -> None:
    role: Any = "host" if who == "elsewhere" else who
    channel = ELSEWHERE if who == "elsewhere" else CHANNEL
    token = stage.tokens.sign(stage.tokens.new_member(channel, role, name="Rin"))
    headers = {} if who == "nobody" else {"Authorization": f"Bearer {token}"}
    answer = await client.get(f"/v1/shows/{SHOW}/transcript?{query}", headers=headers)
    assert (None if answer.is_success else answer.json()["code"]) == code
    if code is None:
        kind, _, form = query.removeprefix("of=").partition("&")
        ending = "jsonl" if "jsonl" in form else "csv"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{SHOW}-{kind}.{ending}"'
        assert answer.headers["Cache-Control"] == "no-store"
    missing = await client.get("/v1/shows/none/transcript?of=comments", headers=headers)
    assert missing.json()["code"] == ("unauthenticated" if who == "nobody" else "not_found")


async def test_a_big_show_is_written_with_one_page_in_memory_at_a_time(
    stage: Stage, transcripts: Transcripts
) -> None:
    many = 50_000
    async with stage.database.write() as connection:
        await connection.execute(
            text(
                """
                INSERT INTO comment (id, show_id, viewer_id, author, role, text, state, version, at)
                SELECT 'c_' || lpad(CAST(n AS text), 8, '0'), :show, 'v_' || n % 7000, 'Viewer ' || n % 7000, 'viewer',
                       repeat('word ', 40) || n, 'open', 0, now()
                FROM generate_series(1, :many) AS n
            """
            ),
            {"show": SHOW, "many": many},
        )

    sink: Any = Sink()
    before = most_memory_bytes()
    assert await transcripts.write(SHOW, KINDS["comments"], "jsonl", sink, names=False) == many
    assert sink.size > 20_000_000
    assert most_memory_bytes(anew=False) - before < 20_000_000 < sink.size


class Sink(io.RawIOBase):
    """Takes what is written, and counts it."""

    size = 0

    def write(self, piece: Any) -> int:
        self.size += len(piece)
        return len(piece)


def most_memory_bytes(*, anew: bool = True) -> int:
    """Return the most memory that this process has had since the last time that this was counted `anew`."""
    if anew:
        Path("/proc/self/clear_refs").write_text("5")
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


async def test_the_command_writes_the_same_file(
    stage: Stage, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    await play(stage)
    given: dict[str, Any] = {"data": tmp_path / "var", "database_url": database_url, "redis_url": redis_url}
    done = await asyncio.to_thread(
        showfloor, "transcript", SHOW, "--of", "votes", "--format", "jsonl", **given
    )
    (vote,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert (vote["show_ms"], len(vote["viewer"])) == (0, 16)
    named = await asyncio.to_thread(showfloor, "transcript", SHOW, "--of", "votes", "--names", **given)
    assert [row["viewer"] for row in csv.DictReader(io.StringIO(named.stdout))] == ["v_2"]
    for words in ((SHOW, "--of", "secrets"), ("none", "--of", "votes")):
        wrong = await asyncio.to_thread(showfloor, "transcript", *words, **given)
        assert (wrong.returncode, wrong.stdout) == (1, "")
