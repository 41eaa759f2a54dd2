"""Saved questions over HTTP: for analysts, hosts and admins."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, Field

from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import ANALYSTS
from server.audit.trail import acting_by
from server.clock import to_wire
from server.http.made_once import made_once
from server.http.params import ENTITY_ID, Cursor, Limit, Moment, OneLine, OptionalKey, RequestBody
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.http.versions import STALE, IfMatch, answer_version
from server.journal.intents import intent_of
from server.protocol.codes import Code
from server.query.grammar import Query
from server.query.saved import SavedQueries
from server.query.tables import SavedQueryRow

Reader = Annotated[Principal, permitted(ANALYSTS, "stats:read")]
Analyst = Annotated[Principal, permitted(ANALYSTS, "stats:write")]
TheSaved = Annotated[SavedQueries, Depends(made_once("saved_queries", SavedQueries))]
QueryId = Annotated[str, Path(pattern=ENTITY_ID, max_length=40, description="The saved query's id.")]
Name = Annotated[OneLine, Field(min_length=1, max_length=80, pattern=r"^[^\r\n\t]*\S[^\r\n\t]*$")]


class SavedQueryRequest(RequestBody):
    """A question under a name."""

    name: Name
    query: Query


class SavedQueryChanges(RequestBody):
    """What is to change; what is not sent stays."""

    name: Name | None = None
    query: Query | None = None


class SavedQueryBody(BaseModel):
    """A saved question. It is at `/analyst/query?saved={id}`."""

    id: str
    name: str
    query: dict[str, Any] = Field(description="As it was sent.")
    version: int
    created_by: str
    changed_by: str
    created_at: Moment
    changed_at: Moment


class SavedQueryPage(BaseModel):
    """A page of saved questions, the newest first."""

    queries: list[SavedQueryBody]
    next: str | None = Field(description="Send it as `cursor` for the page after this one; null on the last.")


class SavedQueryVersion(BaseModel):
    """A saved question as it was."""

    version: int
    name: str
    query: dict[str, Any]
    by: str
    at: Moment


class SavedQueryVersions(BaseModel):
    """The newest versions of a saved question, up to 50, the newest first."""

    versions: list[SavedQueryVersion]


def router() -> APIRouter:
    """Return the routes of saved questions."""
    api = APIRouter(prefix="/v1/queries", tags=["figures"])
    known, written = (*TO_PERMITTED, Code.NOT_FOUND), (*TO_PERMITTED, Code.NOT_FOUND, *OF_BODIES)
    made = refusals(*written, Code.TOO_MANY, Code.KEY_REUSED)
    for path, method, answer, summary, responses, status in (
        ("", "GET", list_queries, "The channel's saved queries", refusals(*known), 200),
        ("", "POST", create_query, "Save a query", made, 201),
        ("/{query}", "GET", get_query, "A saved query", refusals(*known), 200),
        ("/{query}", "PATCH", change_query, "Change a saved query", refusals(*written) | STALE, 200),
        ("/{query}", "DELETE", remove_query, "Remove a saved query", refusals(*known), 204),
        ("/{query}/versions", "GET", list_versions, "How a saved query was before", refusals(*known), 200),
    ):
        api.add_api_route(
            path, answer, methods=[method], summary=summary, responses=responses, status_code=status
        )
    return api


async def list_queries(
    by: Reader, saved: TheSaved, cursor: Cursor = None, limit: Limit = 20
) -> SavedQueryPage:
    """Shared by everybody of the channel who may read figures."""
    found = await saved.list_of(by.channel_id, after=cursor, limit=limit + 1)
    page = [as_body(row) for row in found[:limit]]
    return SavedQueryPage(queries=page, next=page[-1].id if len(found) > limit else None)


async def create_query(
    body: SavedQueryRequest, by: Analyst, saved: TheSaved, response: Response, key: OptionalKey = None
) -> SavedQueryBody:
    """A channel has at most 200. The same key gets it again."""
    query = as_sent(body.query)
    intent = intent_of(by.id, key, "POST /v1/queries", by.channel_id, body.name, query)
    row = await saved.create(by.channel_id, acting_by(by), body.name, query, intent=intent)
    response.headers["Location"] = f"/v1/queries/{row.id}"
    return _tell(response, row)


async def get_query(query: QueryId, by: Reader, saved: TheSaved, response: Response) -> SavedQueryBody:
    """The `ETag` is its version."""
    return _tell(response, await saved.find(by.channel_id, query))


async def change_query(
    query: QueryId,
    body: SavedQueryChanges,
    *,
    by: Analyst,
    match: IfMatch,
    saved: TheSaved,
    response: Response,
) -> SavedQueryBody:
    """What it was before is kept as a version."""
    changes: dict[str, Any] = {} if body.name is None else {"name": body.name}
    if body.query is not None:
        changes["query"] = as_sent(body.query)
    row = await saved.change(by.channel_id, acting_by(by), query, changes, match.shown_by(as_body))
    return _tell(response, row)


async def remove_query(query: QueryId, by: Analyst, saved: TheSaved) -> None:
    """Its versions go with it."""
    await saved.remove(by.channel_id, acting_by(by), query)


async def list_versions(query: QueryId, by: Reader, saved: TheSaved) -> SavedQueryVersions:
    """To look at, and to save again."""
    found = await saved.versions(by.channel_id, query)
    return SavedQueryVersions(
        versions=[
            SavedQueryVersion(
                version=each.version, name=each.name, query=each.query, by=each.by, at=to_wire(each.at)
            )
            for each in found
        ]
    )


def as_sent(query: Query) -> dict[str, Any]:
    """Return a question as JSON has it, what is as usual left out."""
    return query.model_dump(mode="json", by_alias=True, exclude_unset=True)


def as_body(row: SavedQueryRow) -> SavedQueryBody:
    """Return a saved question as the API shows it."""
    return SavedQueryBody(
        id=row.id,
        name=row.name,
        query=row.query,
        version=row.version,
        created_by=row.created_by,
        changed_by=row.changed_by,
        created_at=to_wire(row.created_at),
        changed_at=to_wire(row.changed_at),
    )


def _tell(response: Response, row: SavedQueryRow) -> SavedQueryBody:
    answer_version(response, row.version)
    return as_body(row)
