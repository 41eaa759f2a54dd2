"""How a channel sells by its checkout, over HTTP, for its own people."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Request, Response
from pydantic import Field, StringConstraints, model_validator

from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import ADMINS, MEMBERS
from server.catalogue.rules import AMOUNT_MAX, Buying
from server.channels.tables import CheckoutSettingsRow
from server.checkout.rules import METHODS_MAX
from server.checkout.settings import CheckoutSettings
from server.http.params import ENTITY_ID, Address, Face, OneLine, RequestBody
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.http.versions import STALE, IfMatch, answer_version
from server.ids import new_id

Title = Annotated[OneLine, Field(max_length=80)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Price = Annotated[int, Field(ge=0, le=AMOUNT_MAX, description="Minor units of the channel's currency.")]
_LANGUAGES = ("en", "ja")


class Titles(RequestBody):
    """What something is called; where one is empty the other stands for it."""

    en: Title = ""
    ja: Title = ""


class Texts(RequestBody):
    """What buyers agree to; where one is empty the other stands for it."""

    en: Annotated[str, Field(max_length=20_000, pattern=r"^[^\x00]*$")] = ""
    ja: Annotated[str, Field(max_length=20_000, pattern=r"^[^\x00]*$")] = ""


class MethodRequest(RequestBody):
    """A way of shipping."""

    id: str | None = Field(
        default=None, min_length=1, max_length=40, pattern=ENTITY_ID, description="Left out: a new one."
    )
    title: Titles
    price: Price
    free_from: Price | None = Field(default=None, description="From which sum of items on it costs nothing.")
    countries: list[Country] = Field(
        default=[], max_length=250, description="Where it goes (ISO 3166); none: anywhere."
    )
    days: int | None = Field(default=None, ge=0, le=365, description="Within how many days it arrives.")

    @model_validator(mode="after")
    def _titled(self) -> "MethodRequest":
        if not (self.title.en.strip() or self.title.ja.strip()):
            raise ValueError("a way of shipping has a title")
        return self


class CheckoutSettingsRequest(RequestBody):
    """All of a channel's settings."""

    buying: Buying = "one_step"
    address_needed: bool = True
    methods: list[MethodRequest] = Field(default=[], max_length=METHODS_MAX)
    tax_percent: float = Field(
        default=0, ge=0, le=100, multiple_of=0.001, description="Prices include it. At most three decimals."
    )
    tax_name: Titles = Titles()
    terms_text: Texts = Texts()
    terms_url: Address = ""

    @model_validator(mode="after")
    def _each_once(self) -> "CheckoutSettingsRequest":
        ids = [method.id for method in self.methods if method.id is not None]
        if len(set(ids)) < len(ids):
            raise ValueError("each way of shipping has an id of its own")
        return self


class MethodSettingsBody(Face):
    """A way of shipping."""

    id: str
    title: dict[str, str] = Field(description="By language.")
    price: int = Field(description="Minor units of the channel's currency.")
    free_from: int | None
    countries: list[str]
    days: int | None


class CheckoutSettingsBody(Face):
    """How a channel sells by its checkout."""

    buying: Buying = Field(description="How products are bought that do not say it themselves.")
    address_needed: bool
    methods: list[MethodSettingsBody]
    tax_percent: float
    tax_name: dict[str, str]
    terms_text: dict[str, str]
    terms_url: str
    version: int


def router() -> APIRouter:
    """Return the routes of a channel's checkout."""
    api = APIRouter(prefix="/v1/channel/checkout", tags=["channel"])
    api.add_api_route(
        "",
        get_settings,
        methods=["GET"],
        summary="How the channel sells by its checkout",
        responses=refusals(*TO_PERMITTED),
    )
    api.add_api_route(
        "",
        put_settings,
        methods=["PUT"],
        summary="Set how the channel sells by its checkout",
        responses=refusals(*TO_PERMITTED, *OF_BODIES) | STALE,
    )
    return api


async def get_settings(
    by: Annotated[Principal, permitted(MEMBERS)], request: Request, response: Response
) -> CheckoutSettingsBody:
    """For the channel's own people. The `ETag` is its version."""
    return _answer(response, await _settings(request).find(by.channel_id))


async def put_settings(
    body: CheckoutSettingsRequest,
    by: Annotated[Principal, permitted(ADMINS)],
    match: IfMatch,
    request: Request,
    response: Response,
) -> CheckoutSettingsBody:
    """For admins. Another `buying` reaches the pages of shows that are open; checkouts that are begun keep what they came to."""
    changed = await _settings(request).set(by, _wanted(body), match.shown_by(_as_body))
    return _answer(response, changed)


def _wanted(body: CheckoutSettingsRequest) -> dict[str, Any]:
    return {
        "buying": body.buying,
        "address_needed": body.address_needed,
        "methods": [_method(each) for each in body.methods],
        "tax_thousandths": round(body.tax_percent * 1000),
        "tax_name": _said(body.tax_name),
        "terms_text": _said(body.terms_text),
        "terms_url": body.terms_url,
    }


def _method(body: MethodRequest) -> dict[str, Any]:
    return {
        "id": body.id or new_id("s"),
        "title": _said(body.title),
        "price": body.price,
        "free_from": body.free_from,
        "countries": sorted(set(body.countries)),
        "days": body.days,
    }


def _said(words: Titles | Texts) -> dict[str, str]:
    """Return what is written, by language, without what is empty."""
    written = {language: getattr(words, language).strip() for language in _LANGUAGES}
    return {language: each for language, each in written.items() if each}


def _answer(response: Response, row: CheckoutSettingsRow) -> CheckoutSettingsBody:
    answer_version(response, row.version)
    return _as_body(row)


def _as_body(row: CheckoutSettingsRow) -> CheckoutSettingsBody:
    fields = row.model_dump(exclude={"channel_id", "tax_thousandths"})
    return CheckoutSettingsBody.model_validate(fields | {"tax_percent": row.tax_thousandths / 1000})


def _settings(request: Request) -> CheckoutSettings:
    return cast("CheckoutSettings", request.app.state.checkout_settings)
