"""An order as the merchant's lists and pages show it, whoever took it."""

from typing import Any

from pydantic import BaseModel, Field

from server.fulfilment.shipping_rules import Shipping
from server.http.params import Face, Moment
from server.shop.order_list import ListedOrder
from server.shop.report_rules import AttributedBy, ReportState


class OrderLineBody(Face):
    """What was bought."""

    product: str | None = Field(
        description="What was sold, a variant where there are any; null for what the catalogue does not have."
    )
    external_id: str | None
    sku: str | None
    title: str | None = Field(description="A variant's with its options.")
    quantity: int
    amount: int = Field(description="Minor units of the order's `currency`.")
    refunded_units: int = Field(description="How many of the units were given back; of a reported order 0.")


class DeliveryAddressBody(Face):
    """Where it goes."""

    country: str
    postal_code: str
    region: str
    city: str
    line1: str
    line2: str


class DeliveryContactBody(Face):
    """Who gets it."""

    name: str
    email: str
    phone: str
    address: DeliveryAddressBody


class DeliveryBody(Face):
    """Whom an order goes to, and how."""

    contact: DeliveryContactBody | None = Field(description="Null of a buyer who was erased.")
    method: str = Field(description="The way of shipping, as the buyer read it; empty where nothing is sent.")
    gift_note: str
    language: str = Field(description="In which the buyer is written to.")


class OrderFace(Face):
    """An order, ours or one that the shop reported, as webhooks tell it, with the title of its show; its lines are told apart."""

    order: str
    number: str = Field(description="What people call it by; of a reported order the shop's own id.")
    external_id: str | None = Field(description="The shop's own id; null for an order of ours.")
    state: ReportState
    fulfilment: Shipping | None = Field(
        description="How far it is; null of a reported order, which its shop ships."
    )
    show: str | None = Field(description="Null: nobody knows which show it came from.")
    show_title: str | None
    viewer: str | None = Field(description="The buyer's id.")
    attributed_by: AttributedBy | None = Field(
        description="How a reported order's show is known; null for ours."
    )
    currency: str = Field(description="ISO 4217.")
    amount: int = Field(description="Minor units of `currency`.")
    refunded: int = Field(description="What was given back in all, in minor units.")
    at: Moment
    staff: bool = Field(description="Somebody of the channel's own people bought it.")
    replay: bool = Field(default=False, description="Bought at the replay of the show.")
    discount: int | None = Field(description="`amount` is less it; null of one without a checkout.")
    shipping: int | None = Field(description="What its shipping cost; null of one without a checkout.")
    total: int | None = Field(
        description="What was paid: `amount` and `shipping`; null of one without a checkout."
    )
    tax: int | None = Field(description="How much of `total` is tax; null of one without a checkout.")
    delivery: DeliveryBody | None = Field(description="Null of one without a checkout.")


class ListedOrderBody(OrderFace):
    """An order of the list."""

    lines: list[OrderLineBody]


class OrderPage(BaseModel):
    """A page of orders, the newest first."""

    orders: list[ListedOrderBody]
    next: str | None = Field(description="Send it as `cursor` for the page after this one; null on the last.")


def as_face(listed: ListedOrder, shipping: Shipping | None) -> dict[str, Any]:
    """Return what an order's faces have in common, its lines left out."""
    order = listed.order
    fields = {name: getattr(order, name) for name in order.__struct_fields__ if name != "lines"}
    delivery = None if listed.checked is None else DeliveryBody.model_validate(listed.checked.delivery)
    return fields | {"show_title": listed.show_title, "fulfilment": shipping, "delivery": delivery}


def as_listed_body(listed: ListedOrder, shipping: Shipping) -> ListedOrderBody:
    """Return an order as the list shows it."""
    lines = [OrderLineBody.model_validate(line) for line in listed.order.lines]
    return ListedOrderBody(**as_face(listed, None if listed.order.external_id else shipping), lines=lines)
