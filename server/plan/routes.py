"""Targets and actions over HTTP: for those who prepare, run and look at a channel's shows."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from server.access.dependencies import ShowId, member_of_show, reader_of_show
from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import ANALYSTS, MEMBERS
from server.audit.trail import acting_by
from server.http.made_once import made_once
from server.http.params import ENTITY_ID, Cursor, EntityId, Limit, OptionalKey
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.http.versions import STALE, IfMatch, answer_version
from server.journal.intents import intent_of
from server.plan.actions import Actions
from server.plan.bodies import (
    ActionBody,
    ActionChanges,
    ActionPage,
    ActionRequest,
    Due,
    ShowActions,
    SuggestionsBody,
    TargetsBody,
    TargetsRequest,
)
from server.plan.due import DueOf
from server.plan.rules import State
from server.plan.targets import Targets
from server.protocol.codes import Code
from server.stats.channel.routes import find_reports

ReaderOfShow = Annotated[Principal, reader_of_show(ANALYSTS, "stats:read")]
PlannerOfShow = Annotated[Principal, member_of_show(ANALYSTS, "stats:write")]
WatcherOfShow = Annotated[Principal, reader_of_show(MEMBERS, "stats:read")]
WriterOfShow = Annotated[Principal, member_of_show(MEMBERS, "stats:write")]
Reader = Annotated[Principal, permitted(MEMBERS, "stats:read")]
Analyst = Annotated[Principal, permitted(ANALYSTS, "stats:read")]
Writer = Annotated[Principal, permitted(MEMBERS, "stats:write")]


def find_targets(request: Request) -> Targets:
    """Return what the process reads and sets targets with, made at the first request for them."""
    state: Any = request.app.state
    if not hasattr(state, "targets"):
        state.targets = Targets(state.database, state.clock, find_reports(request))
    found: Targets = state.targets
    return found


def find_due(request: Request, targets: Annotated[Targets, Depends(find_targets)]) -> DueOf:
    """Return what the process reads what is due with."""
    return DueOf(request.app.state.database, request.app.state.clock, targets)


TheTargets = Annotated[Targets, Depends(find_targets)]
TheActions = Annotated[Actions, Depends(made_once("actions", Actions))]
TheDue = Annotated[DueOf, Depends(find_due)]
ActionId = Annotated[str, Path(pattern=ENTITY_ID, max_length=40, description="The action's id.")]
_KNOWN = (*TO_PERMITTED, Code.NOT_FOUND)
_WRITTEN = (*_KNOWN, *OF_BODIES)


def router() -> APIRouter:
    """Return the routes of targets and actions."""
    api = APIRouter(prefix="/v1", tags=["figures"])
    _add_targets(api)
    _add_actions(api)
    api.add_api_route(
        "/channel/due", read_due, methods=["GET"], summary="What is due", responses=refusals(*_KNOWN)
    )
    return api


def _add_targets(api: APIRouter) -> None:
    path = "/shows/{show}/targets"
    api.add_api_route(
        path, get_targets, methods=["GET"], summary="A show's targets", responses=refusals(*_KNOWN)
    )
    api.add_api_route(
        path,
        put_targets,
        methods=["PUT"],
        summary="Set a show's targets",
        responses=refusals(*_WRITTEN) | STALE,
    )
    api.add_api_route(
        f"{path}/suggestions",
        get_suggestions,
        methods=["GET"],
        summary="What the last shows came to",
        responses=refusals(*_KNOWN),
    )


def _add_actions(api: APIRouter) -> None:
    made = refusals(*_WRITTEN, Code.TOO_MANY, Code.KEY_REUSED)
    for path, read, write, of in (
        ("/shows/{show}/actions", get_show_actions, create_show_action, "of a show"),
        ("/channel/actions", list_actions, create_action, "of the channel"),
    ):
        told = refusals(*_KNOWN)
        api.add_api_route(path, read, methods=["GET"], summary=f"The actions {of}", responses=told)
        api.add_api_route(
            path,
            write,
            methods=["POST"],
            status_code=201,
            summary=f"Write down an action {of}",
            responses=made,
        )
    one = "/channel/actions/{action}"
    api.add_api_route(one, get_action, methods=["GET"], summary="An action", responses=refusals(*_KNOWN))
    api.add_api_route(
        one,
        change_action,
        methods=["PATCH"],
        summary="Change an action, tick it off, or take that back",
        responses=refusals(*_WRITTEN) | STALE,
    )


async def get_targets(show: ShowId, by: ReaderOfShow, targets: TheTargets, response: Response) -> TargetsBody:
    """For analysts, hosts and admins. `actual` is the figure of the report; while the show runs it is at most 10 s old."""
    return _tell(response, await targets.of_show(by.channel_id, show))


async def put_targets(
    show: ShowId,
    body: TargetsRequest,
    by: PlannerOfShow,
    *,
    match: IfMatch,
    targets: TheTargets,
    response: Response,
) -> TargetsBody:
    """For analysts, hosts and admins. What is set, or changed, after the start is marked so."""
    await targets.set(by.channel_id, acting_by(by), show, body.targets, match)
    return _tell(response, await targets.of_show(by.channel_id, show))


async def get_suggestions(show: ShowId, by: ReaderOfShow, targets: TheTargets) -> SuggestionsBody:
    """The mean and the median over up to ten of the channel's last shows before this one."""
    return await targets.suggest(by.channel_id, show)


async def get_show_actions(show: ShowId, by: WatcherOfShow, actions: TheActions) -> ShowActions:
    """For the channel's people. What is open when a show ends goes on to the next one."""
    return await actions.with_show(by.channel_id, show)


async def create_show_action(
    show: ShowId,
    body: ActionRequest,
    by: WriterOfShow,
    *,
    actions: TheActions,
    response: Response,
    key: OptionalKey = None,
) -> ActionBody:
    """For the channel's people; a channel has at most 200 open ones. The same key gets it again."""
    return _made(response, await _create(actions, by, show, body, key))


async def list_actions(
    by: Reader,
    actions: TheActions,
    *,
    state: Annotated[State | None, Query(description="Only those in this state.")] = None,
    owner: Annotated[EntityId | None, Query(description="Only those of this person.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> ActionPage:
    """For the channel's people, the newest first."""
    found = await actions.list_of(by.channel_id, state=state, owner=owner, after=cursor, limit=limit + 1)
    page = found[:limit]
    return ActionPage(actions=page, next=page[-1].id if len(found) > limit else None)


async def create_action(
    body: ActionRequest, by: Writer, actions: TheActions, response: Response, key: OptionalKey = None
) -> ActionBody:
    """Beside all shows: it is carried like the others."""
    return _made(response, await _create(actions, by, None, body, key))


async def get_action(action: ActionId, by: Reader, actions: TheActions, response: Response) -> ActionBody:
    """The `ETag` is its version."""
    return _answer(response, await actions.find(by.channel_id, action))


async def change_action(
    action: ActionId,
    body: ActionChanges,
    by: Writer,
    *,
    match: IfMatch,
    actions: TheActions,
    response: Response,
) -> ActionBody:
    """For the channel's people. `state` is `open`, `done` or `dropped`, in any order."""
    return _answer(
        response, await actions.change(by.channel_id, acting_by(by), action, body.as_changes(), match)
    )


async def read_due(by: Analyst, due: TheDue) -> Due:
    """For analysts, hosts and admins."""
    return await due.read(by.channel_id)


async def _create(
    actions: Actions, by: Principal, show: str | None, body: ActionRequest, key: str | None
) -> ActionBody:
    asked = body.model_dump(mode="json")
    intent = intent_of(by.id, key, "POST /v1/channel/actions", by.channel_id, show, asked)
    fields = {name: getattr(body, name) for name in ("text", "owner", "due_on")}
    return await actions.create(by.channel_id, acting_by(by), show, **fields, intent=intent)


def _made(response: Response, body: ActionBody) -> ActionBody:
    response.headers["Location"] = f"/v1/channel/actions/{body.id}"
    return _answer(response, body)


def _tell(response: Response, body: TargetsBody) -> TargetsBody:
    answer_version(response, body.version)
    return body


def _answer(response: Response, body: ActionBody) -> ActionBody:
    answer_version(response, body.version)
    return body
