"""How people came, over HTTP: for the channel's analysts, hosts and admins, and for keys that may read figures."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from server.access.dependencies import EntrantOfShow, ShowId, StatsReaderOfShow
from server.access.principal import Principal
from server.access.roles import may_run_show
from server.http.made_once import made_once
from server.http.refusals import TO_PERMITTED, refusals
from server.protocol.codes import Code
from server.stats.channel.routes import AskedDays, Reader
from server.stats.export import Table, csv_chunks
from server.stats.visits.service import Visits
from server.stats.visits.sheets import sharers_table, visits_table
from server.stats.visits.visits_report import VisitsReport
from server.stats.visits.word_report import WordOfMouthReport

TheVisits = Annotated[Visits, Depends(made_once("visits", Visits))]
_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}


def router() -> APIRouter:
    """Return the routes."""
    api = APIRouter(prefix="/v1", tags=["figures"], responses=refusals(*TO_PERMITTED, Code.NOT_FOUND))
    answers: tuple[tuple[str, Callable[..., Any], str], ...] = (
        ("/channel/visits", channel_visits, "How people came to a channel over a period"),
        ("/channel/word-of-mouth", channel_word_of_mouth, "Who brought whom over a period"),
        ("/shows/{show}/visits", show_visits, "How people came to a show"),
        ("/shows/{show}/word-of-mouth", show_word_of_mouth, "Who brought whom to a show"),
    )
    files: tuple[tuple[str, Callable[..., Any], str], ...] = (
        ("/channel/visits.csv", channel_visits_file, "How people came over a period, as a file"),
        ("/channel/word-of-mouth.csv", channel_sharers_file, "Who brought people over a period, as a file"),
        ("/shows/{show}/visits.csv", show_visits_file, "How people came to a show, as a file"),
        ("/shows/{show}/word-of-mouth.csv", show_sharers_file, "Who brought people to a show, as a file"),
    )
    api.add_api_route(
        "/shows/{show}/brought",
        get_brought,
        methods=["GET"],
        summary="How many people the viewer brought",
        tags=["shows"],
    )
    for path, answer, summary in answers:
        api.add_api_route(path, answer, methods=["GET"], summary=summary)
    for path, answer, summary in files:
        api.add_api_route(
            path, answer, methods=["GET"], summary=summary, response_class=StreamingResponse, responses=_CSV
        )
    return api


async def channel_visits(reader: Reader, visits: TheVisits, asked: AskedDays) -> VisitsReport:
    """A page view belongs to the day on which the page was opened, a show to the day on which it started."""
    return await visits.visits(reader.channel_id, asked)


async def channel_word_of_mouth(reader: Reader, visits: TheVisits, asked: AskedDays) -> WordOfMouthReport:
    """People who were brought in the period's shows, and what they came to in these. Names to hosts and admins alone."""
    return await visits.word_of_mouth(reader.channel_id, asked, named=_reads_names(reader))


async def show_visits(show: ShowId, reader: StatsReaderOfShow, visits: TheVisits) -> VisitsReport:
    """Its page views before it began, while it ran, and since."""
    return await visits.visits(reader.channel_id, show)


async def show_word_of_mouth(show: ShowId, reader: StatsReaderOfShow, visits: TheVisits) -> WordOfMouthReport:
    """People who were brought to the show. Names to hosts and admins alone."""
    return await visits.word_of_mouth(reader.channel_id, show, named=_reads_names(reader))


async def channel_visits_file(reader: Reader, visits: TheVisits, asked: AskedDays) -> StreamingResponse:
    """A row for each label of each dimension, behind one for all."""
    return _file(visits_table(await visits.visits(reader.channel_id, asked)), "visits")


async def channel_sharers_file(reader: Reader, visits: TheVisits, asked: AskedDays) -> StreamingResponse:
    """A row for each sharer."""
    return _file(sharers_table(await visits.word_of_mouth(reader.channel_id, asked)), "word-of-mouth")


class BroughtBody(BaseModel):
    """How many people somebody has brought."""

    people: int = Field(description="new viewers of this show, by links of theirs; nobody is named")


async def get_brought(show: ShowId, viewer: EntrantOfShow, visits: TheVisits) -> BroughtBody:
    """For the bearer of the token alone, as the report counts; some seconds late."""
    return BroughtBody(people=await visits.brought_by(viewer.channel_id, show, viewer.viewer_id))


async def show_visits_file(show: ShowId, reader: StatsReaderOfShow, visits: TheVisits) -> StreamingResponse:
    """A row for each label of each dimension, behind one for all."""
    return _file(visits_table(await visits.visits(reader.channel_id, show)), f"{show}-visits")


async def show_sharers_file(show: ShowId, reader: StatsReaderOfShow, visits: TheVisits) -> StreamingResponse:
    """A row for each sharer."""
    return _file(sharers_table(await visits.word_of_mouth(reader.channel_id, show)), f"{show}-word-of-mouth")


def _reads_names(reader: Principal) -> bool:
    return reader.identity is not None and may_run_show(reader.identity.role)


def _file(table: Table, name: str) -> StreamingResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
    return StreamingResponse(csv_chunks(table), media_type="text/csv", headers=headers)
