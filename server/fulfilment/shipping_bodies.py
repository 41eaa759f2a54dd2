"""What is sent and answered about one order over HTTP."""

from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from server.clock import to_wire
from server.fulfilment.detail import Detail
from server.fulfilment.list_bodies import OrderFace, OrderLineBody, as_face
from server.fulfilment.notes import NOTE_CHARACTERS_MAX
from server.fulfilment.shipping_rules import Parcel, Shipment
from server.http.params import Face, Moment, OneLine, RequestBody, as_address

CARRIER_CHARACTERS_MAX: Final = 60
TRACKING_CHARACTERS_MAX: Final = 500
LINES_MAX: Final = 100


def tracking_address(written: str) -> str:
    """Return the address where a parcel is followed, https and nothing else; raises ValueError for what no buyer may be led to."""
    address = as_address(written.strip())
    if address and urlsplit(address).scheme != "https":
        raise ValueError("a tracking address begins with https://")
    return address


Carrier = Annotated[
    OneLine,
    StringConstraints(
        max_length=CARRIER_CHARACTERS_MAX, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$"
    ),
    Field(description="Who carries it, as the buyer knows them."),
]
Tracking = Annotated[
    str,
    Field(
        max_length=TRACKING_CHARACTERS_MAX,
        description="Where the buyer follows it: `https://…`; empty for none.",
    ),
    AfterValidator(tracking_address),
]
Note = Annotated[
    OneLine, StringConstraints(min_length=1, max_length=NOTE_CHARACTERS_MAX, strip_whitespace=True)
]


class ShippedLine(RequestBody):
    """So many units of a line, by its place in the order."""

    line: int = Field(ge=0, lt=LINES_MAX)
    quantity: int = Field(ge=1, le=1_000_000)


class ShipmentRequest(RequestBody):
    """A parcel that went off."""

    carrier: Carrier = ""
    tracking: Tracking = ""
    lines: list[ShippedLine] | None = Field(
        default=None,
        min_length=1,
        max_length=LINES_MAX,
        description="What is in it; left out: everything that was not shipped yet.",
    )

    @property
    def parcel(self) -> Parcel:
        """What is to go off; a line that is named twice counts together."""
        if self.lines is None:
            return Parcel(self.carrier, self.tracking)
        units: dict[int, int] = {}
        for each in self.lines:
            units[each.line] = units.get(each.line, 0) + each.quantity
        return Parcel(self.carrier, self.tracking, units)


class ShipmentChanges(RequestBody):
    """By whom a parcel is carried, and where it is followed."""

    carrier: Carrier
    tracking: Tracking


class NoteRequest(RequestBody):
    """A note for the channel's people."""

    text: Note


class ParcelLineBody(BaseModel):
    """So many units of a line, by its place in the order."""

    line: int
    quantity: int


class ShipmentBody(BaseModel):
    """A parcel; one that was marked by mistake has `undone_at`."""

    id: str
    carrier: str
    tracking: str
    lines: list[ParcelLineBody]
    shipped_at: Moment
    by: str = Field(description="Who marked it, by name.")
    undone_at: Moment | None


class NoteBody(Face):
    """What somebody noted."""

    id: str
    text: str = Field(validation_alias="words")
    by: str = Field(validation_alias="by_name", description="Who wrote it, by name.")
    at: Moment


class DetailLineBody(OrderLineBody):
    """What was bought, by its place in the order, and how much of it went off."""

    line: int
    shipped: int
    left: int = Field(description="Units that are still to be shipped.")
    image: str = Field(description="The product's picture; empty for none.")


class OrderDetailBody(OrderFace):
    """An order with everything about it."""

    lines: list[DetailLineBody]
    shipments: list[ShipmentBody]
    notes: list[NoteBody]
    version: int


def as_detail_body(detail: Detail) -> OrderDetailBody:
    """Return an order as the API shows it."""
    lines = [
        DetailLineBody(
            line=nth,
            shipped=detail.shipped.get(nth, 0),
            left=detail.left.get(nth, 0),
            image=detail.images[nth],
            **OrderLineBody.model_validate(line).model_dump(),
        )
        for nth, line in enumerate(detail.listed.order.lines)
    ]
    notes = [
        NoteBody(id=note.id, words=note.words, by_name=note.by_name, at=to_wire(note.at))
        for note in detail.notes
    ]
    return OrderDetailBody(
        **as_face(detail.listed, detail.shipping),
        lines=lines,
        shipments=[_shipment_body(each) for each in detail.shipments],
        notes=notes,
        version=detail.version,
    )


def _shipment_body(shipment: Shipment) -> ShipmentBody:
    return ShipmentBody(
        id=shipment.id,
        carrier=shipment.carrier,
        tracking=shipment.tracking,
        lines=[ParcelLineBody(line=nth, quantity=n) for nth, n in shipment.units.items()],
        shipped_at=to_wire(shipment.shipped_at),
        by=shipment.by_name,
        undone_at=None if shipment.undone_at is None else to_wire(shipment.undone_at),
    )
