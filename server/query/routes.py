"""Questions over HTTP: for a channel's analysts, hosts and admins, and for keys that may read figures."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import ANALYSTS
from server.errors import RefusedError
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.protocol.codes import Code
from server.query.answer import QueryAnswer
from server.query.catalogue import (
    COUNTED,
    DIMENSIONS,
    METRICS,
    NUMBERS,
    ORDERED,
    dimensions_of,
    grain_of,
    kind_of,
)
from server.query.grammar import Query
from server.query.service import Queries
from server.stats.channel.figure import Kind
from server.stats.columns.dependency import find_shelf
from server.stats.definitions import DEFINITION_VERSION
from server.stats.glossary import TERMS

Reader = Annotated[Principal, permitted(ANALYSTS, "stats:read")]


def find_queries(request: Request) -> Queries:
    """Return what the process answers questions with, made at the first one."""
    state: Any = request.app.state
    if not hasattr(state, "queries"):
        state.queries = Queries(state.database, state.clock, find_shelf(request))
    found: Queries = state.queries
    return found


TheQueries = Annotated[Queries, Depends(find_queries)]
T = TypeVar("T")


class MetricBody(BaseModel):
    """A metric: what it is called and means is in the glossary under its key."""

    key: str
    name: str
    kind: Kind
    grain: str = Field(description="What it is counted from: people, shows, questions or money.")
    dimensions: list[str] = Field(description="By what it can be told apart.")


class FieldBody(BaseModel):
    """What a filter may be about."""

    field: str
    dimension: bool = Field(description="Whether figures can also be told apart by it.")
    numbers: bool = Field(description="Compared as a number; else as a word.")
    ranges: bool = Field(description="Whether a range may be asked for.")


class QueryCatalogue(BaseModel):
    """What can be asked for."""

    definition_version: int
    metrics: list[MetricBody]
    fields: list[FieldBody]


def router() -> APIRouter:
    """Return the routes of questions."""
    api = APIRouter(prefix="/v1/query", tags=["figures"])
    api.add_api_route(
        "",
        ask,
        methods=["POST"],
        summary="Ask for figures of one's own choice",
        responses=refusals(*TO_PERMITTED, *OF_BODIES, Code.NOT_FOUND, Code.BUSY),
    )
    api.add_api_route(
        "/catalogue",
        show_catalogue,
        methods=["GET"],
        summary="What can be asked for",
        responses=refusals(*TO_PERMITTED),
    )
    return api


async def ask(body: Query, by: Reader, queries: TheQueries, request: Request) -> QueryAnswer:
    """The same figures as on the pages, by whatever is asked for. Nothing is changed; who goes away is worked for no longer."""
    return await unless_gone(request, queries.answer(by.channel_id, body))


async def show_catalogue(by: Reader) -> QueryCatalogue:
    """Metrics by the keys of the glossary, dimensions, and the fields of filters."""
    metrics = [
        MetricBody(
            key=each,
            name=TERMS[each].name.en,
            kind=kind_of(each),
            grain=grain_of(each),
            dimensions=list(dimensions_of(each)),
        )
        for each in METRICS
    ]
    fields = [
        FieldBody(field=each, dimension=each in DIMENSIONS, numbers=each in NUMBERS, ranges=each in ORDERED)
        for each in (*DIMENSIONS, *sorted(COUNTED))
    ]
    return QueryCatalogue(definition_version=DEFINITION_VERSION, metrics=metrics, fields=fields)


async def unless_gone(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Return what `work` comes to; it is cancelled, and so are its statements, when the caller goes away."""
    working, leaving = asyncio.ensure_future(work), asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise RefusedError(Code.BUSY, "Whoever asked went away.")
    finally:
        for task in (working, leaving):
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
