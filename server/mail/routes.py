"""A channel's mail over HTTP, for its admins; figures for who reads figures."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Path, Query, Request, Response

from server.access.dependencies import ShowId, StatsReaderOfShow
from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import ADMINS
from server.audit.trail import acting_by
from server.clock import to_wire
from server.errors import RefusedError
from server.http.params import ENTITY_ID, Limit
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.http.versions import STALE, IfMatch, answer_version
from server.mail.bodies import (
    MailDraft,
    MailFiguresBody,
    MailPeopleBody,
    MailPersonBody,
    MailPreviewBody,
    MailSettingsBody,
    MailSettingsChanges,
    MailShowsBody,
    MailTemplateBody,
    MailTemplateRequest,
    MailTestBody,
    VariableBody,
)
from server.mail.campaign_repository import Figures
from server.mail.campaigns import Campaigns
from server.mail.desk import Draft, MailDesk
from server.mail.rules import Language
from server.mail.tables import MailChannelRow
from server.mail.templates import VARIABLES, Words
from server.protocol.codes import Code
from server.settings import Settings

Admin = Annotated[Principal, permitted(ADMINS)]
LanguageOf = Annotated[Language, Query()]
EndedId = Annotated[str, Path(pattern=ENTITY_ID, max_length=40, description="An ended show.")]
_KNOWN = (*TO_PERMITTED, Code.NOT_FOUND)
_WRITTEN = (*_KNOWN, *OF_BODIES)


def router() -> APIRouter:
    """Return the routes."""
    api = APIRouter(prefix="/v1", tags=["mail"])
    _add_settings(api)
    _add_sending(api)
    return api


def _add_settings(api: APIRouter) -> None:
    template = "/mail/template"
    api.add_api_route(
        "/mail", get_settings, methods=["GET"], summary="How the channel writes", responses=refusals(*_KNOWN)
    )
    api.add_api_route(
        "/mail",
        change_settings,
        methods=["PATCH"],
        summary="Set how the channel writes",
        responses=refusals(*_WRITTEN) | STALE,
    )
    api.add_api_route(
        template,
        get_template,
        methods=["GET"],
        summary="The follow-up's templates",
        responses=refusals(*_KNOWN),
    )
    api.add_api_route(
        template,
        put_template,
        methods=["PUT"],
        summary="Write the follow-up's templates",
        responses=refusals(*_WRITTEN) | STALE,
    )
    api.add_api_route(
        template, reset_template, methods=["DELETE"], status_code=204, summary="Go back to the built-in ones",
        responses=refusals(*_KNOWN),
    )  # fmt: skip


def _add_sending(api: APIRouter) -> None:
    show = "/mail/shows/{ended}"
    api.add_api_route(
        "/mail/preview", preview, methods=["POST"], summary="See a draft", responses=refusals(*_WRITTEN)
    )
    api.add_api_route(
        "/mail/test", send_test, methods=["POST"], status_code=202, summary="Send a draft to oneself",
        responses=refusals(*_WRITTEN, Code.CONFLICT),
    )  # fmt: skip
    api.add_api_route(
        "/mail/shows",
        list_shows,
        methods=["GET"],
        summary="Ended shows with their follow-ups",
        responses=refusals(*_KNOWN),
    )
    api.add_api_route(
        show, send_now, methods=["POST"], status_code=202, summary="Write to a show's viewers now",
        responses=refusals(*_KNOWN, Code.CONFLICT),
    )  # fmt: skip
    api.add_api_route(
        show,
        cancel,
        methods=["DELETE"],
        status_code=204,
        summary="Send nothing more of it",
        responses=refusals(*_KNOWN),
    )
    api.add_api_route(
        f"{show}/people",
        list_people,
        methods=["GET"],
        summary="Some who agreed and were there",
        responses=refusals(*_KNOWN),
    )
    api.add_api_route(
        "/shows/{show}/stats/mail", get_figures, methods=["GET"], tags=["stats"], summary="What became of a show's follow-up",
        responses=refusals(*_KNOWN),
    )  # fmt: skip


async def get_settings(by: Admin, request: Request, response: Response) -> MailSettingsBody:
    """For admins. The `ETag` is its version."""
    return _tell(request, response, await _desk(request).settings(by.channel_id))


async def change_settings(
    body: MailSettingsChanges, by: Admin, match: IfMatch, request: Request, response: Response
) -> MailSettingsBody:
    """For admins. `auto_after_hours: null` has nothing sent by itself."""
    changes: dict[str, Any] = {
        name: value
        for name, value in body.model_dump(exclude_unset=True).items()
        if value is not None or name == "auto_after_hours"
    }
    shown = match.shown_by(lambda row: _settings_body(request, row))
    return _tell(request, response, await _desk(request).change(by.channel_id, acting_by(by), changes, shown))


async def get_template(
    language: LanguageOf, by: Admin, request: Request, response: Response
) -> MailTemplateBody:
    """For admins. The channel's own, else the built-in ones."""
    return _template_body(response, *await _desk(request).template(by.channel_id, language))


async def put_template(  # noqa: PLR0917
    language: LanguageOf, body: MailTemplateRequest, by: Admin, match: IfMatch, request: Request, response: Response
) -> MailTemplateBody:  # fmt: skip
    """For admins. Raises `invalid` with the part and the line of what is wrong."""
    words = Words(**body.model_dump())
    version = await _desk(request).write_template(by.channel_id, acting_by(by), language, words, match)
    return _template_body(response, words, version)


async def reset_template(language: LanguageOf, by: Admin, request: Request) -> None:
    """For admins."""
    await _desk(request).reset_template(by.channel_id, acting_by(by), language)


async def preview(body: MailDraft, by: Admin, request: Request) -> MailPreviewBody:
    """For admins. Nothing is sent."""
    found = await _desk(request).preview(by.channel_id, _draft(body), acting_by(by))
    return MailPreviewBody(
        subject=found.subject, preheader=found.preheader, plain=found.plain, look=f"/m/l/{found.look}"
    )


async def send_test(body: MailDraft, by: Admin, request: Request) -> MailTestBody:
    """For admins; it goes to the address that they sign in with."""
    return MailTestBody(address=await _desk(request).test(by.channel_id, _draft(body), acting_by(by)))


async def list_shows(by: Admin, request: Request, limit: Limit = 20) -> MailShowsBody:
    """For admins."""
    found = await _campaigns(request).figures(by.channel_id, limit=limit)
    return MailShowsBody(shows=[_figures_body(each) for each in found])


async def send_now(ended: EndedId, by: Admin, request: Request) -> None:
    """For admins. Once a show, whoever says so and however often."""
    await _campaigns(request).begin(by.channel_id, ended, acting_by(by))


async def cancel(ended: EndedId, by: Admin, request: Request) -> None:
    """For admins. What is with the SMTP server already cannot be called back."""
    await _campaigns(request).cancel(by.channel_id, ended, acting_by(by))


async def list_people(ended: EndedId, by: Admin, request: Request, limit: Limit = 20) -> MailPeopleBody:
    """For admins."""
    found = await _desk(request).people_of(by.channel_id, ended, limit)
    return MailPeopleBody(
        people=[MailPersonBody(person=each.consent_id, address=each.address) for each in found]
    )


async def get_figures(show: ShowId, by: StatsReaderOfShow, request: Request) -> MailFiguresBody:
    """For who may read the show's figures."""
    found = await _campaigns(request).figures(by.channel_id, show_id=show, limit=1)
    if not found:
        raise RefusedError(Code.NOT_FOUND)
    return _figures_body(found[0])


def _tell(request: Request, response: Response, row: MailChannelRow) -> MailSettingsBody:
    answer_version(response, row.version)
    return _settings_body(request, row)


def _settings_body(request: Request, row: MailChannelRow) -> MailSettingsBody:
    settings = cast("Settings", request.app.state.settings)
    return MailSettingsBody(
        sending="on" if settings.sends_mail else "kept", bounces=settings.mail_bounces is not None,
        **row.model_dump(exclude={"channel_id", "salt", "auto_since"}),
    )  # fmt: skip


def _template_body(response: Response, words: Words, version: int) -> MailTemplateBody:
    answer_version(response, version)
    variables = [VariableBody(name=name, meaning=meaning) for name, meaning in VARIABLES]
    return MailTemplateBody(
        subject=words.subject,
        preheader=words.preheader,
        html=words.html,
        plain=words.plain,
        version=version,
        variables=variables,
    )


def _draft(body: MailDraft) -> Draft:
    words = Words(body.subject, body.preheader, body.html, body.plain)
    return Draft(body.language, words, body.ended, body.person)


def _figures_body(found: Figures) -> MailFiguresBody:
    moments = {
        name: None if (at := getattr(found, name)) is None else to_wire(at)
        for name in ("ended_at", "send_at")
    }
    given = {name: getattr(found, name) for name in Figures.__slots__}
    return MailFiguresBody(**{**given, **moments})


def _desk(request: Request) -> MailDesk:
    return cast("MailDesk", request.app.state.mail_desk)


def _campaigns(request: Request) -> Campaigns:
    return cast("Campaigns", request.app.state.mail_campaigns)
