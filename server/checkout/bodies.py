"""A checkout as `/v1` takes and shows it. Money is in minor units of the hold's currency."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from server.checkout.details import Address, Contact, Details
from server.checkout.rules import Language, Method
from server.checkout.service import Buyer, Filling
from server.checkout.standing import Standing, title_in
from server.http.params import OneLine, RequestBody

Text = Annotated[OneLine, Field(max_length=400)]


class AddressRequest(RequestBody):
    """Where it is sent; what is left out is not filled in yet."""

    country: Text = Field(default="", description="Its two letters (ISO 3166).")
    postal_code: Text = ""
    region: Text = Field(default="", description="State, province or prefecture.")
    city: Text = ""
    line1: Text = ""
    line2: Text = ""


class CheckoutRequest(RequestBody):
    """All that the buyer has filled in so far, in the place of what was there."""

    name: Text = ""
    email: Text = ""
    phone: Text = ""
    address: AddressRequest = AddressRequest()
    shipping: str = Field(default="", max_length=40, description="The id of one of `methods`.")
    terms: bool = Field(default=False, description="The buyer agrees to the channel's terms.")
    gift_note: OneLine = Field(default="", max_length=2_000)
    voucher: str = Field(default="", max_length=60, pattern=r"^[^\x00]*$")
    language: Literal["en", "ja"] = Field(default="en", description="In which the buyer is written to.")
    keep: bool | None = Field(
        default=None,
        description="Keep name, contact and address for the next time, or no longer; left out: as it is. Only where `may_keep`.",
    )


class AddressBody(BaseModel):
    """Where it is sent."""

    country: str
    postal_code: str
    region: str
    city: str
    line1: str
    line2: str


class ContactBody(BaseModel):
    """Who buys and where it goes."""

    name: str
    email: str
    phone: str
    address: AddressBody


class FilledBody(ContactBody):
    """What the buyer has filled in."""

    shipping: str = Field(
        description="The id of the method that is reckoned with: the one that was chosen, else the cheapest; empty where none goes there."
    )
    terms: bool
    gift_note: str
    voucher: str
    language: Language


class MethodBody(BaseModel):
    """A way of shipping, at its price for this hold."""

    id: str
    title: str = Field(description="In the checkout's language.")
    price: int
    days: int | None = Field(description="Within how many days it arrives, where that is known.")


class TermsBody(BaseModel):
    """What the buyer agrees to."""

    text: str
    url: str


class CheckoutBody(BaseModel):
    """What the purchase comes to: `items - discount + shipping = total`, of which `tax` is the part that is tax."""

    hold: str
    items: int
    discount: int
    shipping: int
    tax: int
    tax_name: str
    tax_percent: float
    total: int
    currency: str = Field(description="ISO 4217.")
    needed: bool = Field(description="The hold cannot be paid without it.")
    complete: bool
    lacks: list[str] = Field(
        description="What has to be filled in, by its place in the body, such as `address/city`."
    )
    frozen: bool = Field(description="It is being paid or is over: nothing can be changed.")
    address_needed: bool
    methods: list[MethodBody] = Field(description="Those that go to the address's country.")
    terms: TermsBody | None = Field(description="Null where there is nothing to agree to.")
    filled: FilledBody
    voucher: str | None = Field(description="The code that is used.")
    may_keep: bool = Field(description="Details may be kept for the next time.")
    kept: ContactBody | None = Field(description="What was kept the last time.")


def as_filling(body: CheckoutRequest, hold_id: str, buyer: Buyer) -> Filling:
    """Return what a request fills in."""
    contact = Contact(body.name, body.email, body.phone, Address(**body.address.model_dump()))
    details = Details(contact, body.shipping, body.terms, body.gift_note, body.voucher.strip(), body.language)
    return Filling(hold_id, buyer, details, body.keep)


def as_body(standing: Standing) -> CheckoutBody:
    """Return a checkout as the API shows it."""
    details, sum, terms = standing.details, standing.sum, standing.terms
    language = details.language
    return CheckoutBody(
        hold=standing.hold.id,
        items=sum.items,
        discount=sum.discount,
        shipping=sum.shipping,
        tax=sum.tax,
        tax_name=standing.tax_name,
        tax_percent=standing.tax_thousandths / 1000,
        total=sum.total,
        currency=standing.hold.currency,
        needed=standing.needed,
        complete=not standing.lacks,
        lacks=list(standing.lacks),
        frozen=standing.frozen,
        address_needed=terms.address_needed,
        methods=[_method(each, language, sum.items) for each in standing.methods],
        terms=TermsBody(text=title_in(language, dict(terms.text)), url=terms.url) if terms.to_agree else None,
        filled=FilledBody(
            **details.contact.as_json(),
            shipping=details.shipping,
            terms=details.terms,
            gift_note=details.gift_note,
            voucher=details.voucher,
            language=language,
        ),
        voucher=details.voucher or None,
        may_keep=standing.may_keep,
        kept=None if standing.kept is None else ContactBody(**_contact(standing.kept)),
    )


def _method(method: Method, language: str, items_minor: int) -> MethodBody:
    title = title_in(language, dict(method.title))
    return MethodBody(id=method.id, title=title, price=method.costs(items_minor), days=method.days)


def _contact(contact: Contact) -> dict[str, Any]:
    return contact.as_json()
