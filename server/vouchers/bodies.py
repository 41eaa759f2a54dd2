"""Vouchers as the API shows and takes them. Money is in minor units."""

from typing import Literal

from pydantic import BaseModel, Field

from server.catalogue.rules import AMOUNT_MAX
from server.clock import to_wire
from server.http.params import EntityId, GivenMoment, Moment, OneLine, RequestBody
from server.vouchers.repository import UseSeen
from server.vouchers.rules import PRODUCTS_MAX, USES_MAX, Kind, Terms, VoucherAudience
from server.vouchers.service import CODE_MAX, Shown, Wanted
from server.vouchers.uses_repository import terms_of


class VoucherRequest(RequestBody):
    """The whole voucher."""

    code: OneLine = Field(
        min_length=1,
        max_length=CODE_MAX,
        description="3 to 40 characters; case, width and spaces do not count.",
    )
    kind: Kind
    percent: int | None = Field(default=None, ge=1, le=100, description="Of the kind `percent`.")
    amount: int | None = Field(
        default=None, ge=1, le=AMOUNT_MAX, description="Of the kind `amount`: minor units of `currency`."
    )
    currency: str | None = Field(
        default=None, pattern=r"^[A-Z]{3}$", description="ISO 4217, with an amount or a minimum only."
    )
    minimum: int | None = Field(
        default=None,
        ge=1,
        le=AMOUNT_MAX,
        description="What the lines that it holds for must cost at least, in minor units of `currency`.",
    )
    products: list[EntityId] = Field(
        default_factory=list,
        max_length=PRODUCTS_MAX,
        description="For which it holds, a product with variants for all of these; none: for all.",
    )
    audience: VoucherAudience = Field(default="everyone", description="As of an offer.")
    segment: EntityId | None = Field(
        default=None, description="Of the audience `segment`: the id of one, or the name of a built-in one."
    )
    uses_max: int | None = Field(default=None, ge=1, le=USES_MAX, description="In all; null: any number.")
    once_per_person: bool = Field(default=False, description="By whichever of their ids.")
    starts_at: GivenMoment | None = Field(default=None, description="When it begins to hold; null: at once.")
    ends_at: GivenMoment | None = Field(default=None, description="When it ends; null: never.")


class Given(BaseModel):
    """What orders of one currency were cheaper by it."""

    currency: str
    items: int = Field(description="Off their lines.")
    shipping: int = Field(description="Off their shipping.")


class VoucherBody(BaseModel):
    """A voucher, and how it was used."""

    id: str
    code: str
    kind: Kind
    percent: int | None
    amount: int | None
    currency: str | None
    minimum: int | None
    products: list[str]
    audience: VoucherAudience
    segment: str | None
    uses_max: int | None
    once_per_person: bool
    starts_at: Moment | None
    ends_at: Moment | None
    uses_taken: int = Field(description="Orders that were made with it.")
    uses_reserved: int = Field(description="Set aside for what is being paid now.")
    given: list[Given] = Field(description="By its orders, each currency for itself.")
    created_at: Moment
    version: int


class VoucherPage(BaseModel):
    """A page of vouchers, the newest first."""

    vouchers: list[VoucherBody]
    next: str | None = Field(description="Send it as `cursor` for the page after this one; null on the last.")


class UseBody(BaseModel):
    """A use of a voucher."""

    hold: str
    state: Literal["reserved", "taken", "given_back"]
    viewer: str
    show: str
    show_title: str | None
    order: str | None = Field(description="Of one that was taken: the order that was made with it.")
    number: str | None = Field(description="What people call that order by.")
    items: int = Field(description="What it takes off the lines, in minor units of `currency`.")
    shipping: int = Field(description="What it takes off the shipping.")
    currency: str
    at: Moment
    ended_at: Moment | None


class UsePage(BaseModel):
    """A page of uses, the newest first."""

    uses: list[UseBody]
    next: str | None = Field(description="Send it as `cursor` for the page after this one; null on the last.")


def wanted(body: VoucherRequest) -> Wanted:
    """Return what is wanted."""
    terms = Terms(
        kind=body.kind,
        percent=body.percent,
        amount_minor=body.amount,
        currency=body.currency,
        minimum_minor=body.minimum,
        products=tuple(body.products),
        audience=body.audience,
        segment=body.segment,
        uses_max=body.uses_max,
        once_per_person=body.once_per_person,
        starts_at=body.starts_at,
        ends_at=body.ends_at,
    )
    return Wanted(body.code, terms)


def as_body(shown: Shown) -> VoucherBody:
    """Return a voucher as the API shows it."""
    row, terms = shown.row, terms_of(shown.row)
    return VoucherBody(
        id=row.id,
        code=row.code,
        kind=terms.kind,
        percent=terms.percent,
        amount=terms.amount_minor,
        currency=terms.currency,
        minimum=terms.minimum_minor,
        products=list(terms.products),
        audience=terms.audience,
        segment=terms.segment,
        uses_max=terms.uses_max,
        once_per_person=terms.once_per_person,
        starts_at=to_wire(terms.starts_at) if terms.starts_at else None,
        ends_at=to_wire(terms.ends_at) if terms.ends_at else None,
        uses_taken=row.uses_taken,
        uses_reserved=shown.reserved,
        given=[Given(currency=each[0], items=each[1], shipping=each[2]) for each in shown.given],
        created_at=to_wire(row.created_at),
        version=row.version,
    )


def as_use(use: UseSeen) -> UseBody:
    """Return a use as the API shows it."""
    return UseBody(
        hold=use.hold_id,
        state=use.state,
        viewer=use.viewer_id,
        show=use.show_id,
        show_title=use.show_title,
        order=use.order_id,
        number=use.order_number,
        items=use.items_minor,
        shipping=use.shipping_minor,
        currency=use.currency,
        at=to_wire(use.at),
        ended_at=to_wire(use.ended_at) if use.ended_at else None,
    )
