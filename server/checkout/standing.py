"""A checkout as it stands: what its buyer has filled in, what it comes to, and what it lacks. Made from rows, and made into them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from server.checkout.details import Contact, Details, contact_from, marks_of
from server.checkout.rules import Language, Method, Sum, Terms, reckon
from server.checkout.tables import CheckoutRow
from server.shop.checked import Checked, Delivery
from server.shop.hold_rules import Hold
from server.vouchers.rules import Reduction


@dataclass(frozen=True, slots=True)
class Standing:
    """`needed`: the hold cannot be paid without it. `frozen`: it is being paid, or is over. `kept`: what the buyer kept the last time."""

    hold: Hold
    details: Details
    sum: Sum
    lacks: tuple[str, ...]
    terms: Terms
    needed: bool
    frozen: bool
    may_keep: bool
    tax_thousandths: int
    tax_name: str
    kept: Contact | None = None

    @property
    def methods(self) -> list[Method]:
        """The ways to send it to where it goes."""
        return self.terms.methods_to(self.details.contact.address.country)


def title_in(language: str, written: dict[str, str]) -> str:
    """Return what is written in the language, else in the other one, else nothing."""
    return written.get(language) or next(iter(written.values()), "")


def amounts_of(hold: Hold) -> list[int]:
    """Return what each line costs without a voucher."""
    return [line.amount_minor for line in hold.lines]


def begun(hold: Hold, terms: Terms, language: Language) -> CheckoutRow:
    """Return the checkout of a hold in which nothing is filled in yet; it is not written."""
    return filled(hold, Details(language=language), terms, None, at=hold.placed_at)


def shipping_of(hold: Hold, details: Details, terms: Terms) -> tuple[Method | None, int]:
    """Return the way that was chosen, else the cheapest that goes there, and what it costs: a sum never leaves out what is charged."""
    method = terms.method(details.shipping, details.contact.address.country, hold.amount_minor)
    return method, 0 if method is None else method.costs(hold.amount_minor)


def filled(
    hold: Hold,
    details: Details,
    terms: Terms,
    reduction: Reduction | None,
    *,
    at: datetime,
    before: CheckoutRow | None = None,
) -> CheckoutRow:
    """Return the row of a checkout with these details. Whoever had agreed to the same terms before has agreed then."""
    method, price = shipping_of(hold, details, terms)
    sum = reckon(
        amounts_of(hold),
        price,
        terms.tax_thousandths,
        shares=reduction.by_line if reduction else None,
        shipping_less=reduction.shipping_minor if reduction else 0,
    )
    agreed = details.terms and terms.to_agree
    same = before is not None and before.terms_version == terms.version and before.terms_at is not None
    return CheckoutRow(
        hold_id=hold.id,
        channel_id=hold.channel_id,
        show_id=hold.show_id,
        viewer_id=hold.viewer_id,
        contact=details.contact.as_json(),
        method_id="" if method is None else method.id,
        method_title="" if method is None else title_in(details.language, dict(method.title)),
        gift_note=details.gift_note,
        language=details.language,
        terms_at=(before.terms_at if same and before else at) if agreed else None,
        terms_version=terms.version if agreed else None,
        voucher=details.voucher,
        voucher_id=reduction.voucher_id if reduction else None,
        items_minor=sum.items,
        discount_minor=sum.discount,
        shares={str(nth): share for nth, share in sum.shares.items()} or None,
        shipping_minor=sum.shipping,
        tax_minor=sum.tax,
        total_minor=sum.total,
        tax_thousandths=terms.tax_thousandths,
        tax_name=title_in(details.language, dict(terms.tax_name)) if terms.tax_thousandths else "",
        lacks=details.lacks(terms),
        marks=sorted(marks_of(details.contact)),
        changed_at=at,
        order_id=None if before is None else before.order_id,
    )


def standing_of(
    hold: Hold, row: CheckoutRow, terms: Terms, *, needed: bool, may_keep: bool, now: datetime
) -> Standing:
    """Return a checkout as its buyer sees it."""
    return Standing(
        hold=hold,
        details=details_of(row),
        sum=Sum(row.items_minor, row.discount_minor, row.shipping_minor, row.tax_minor, _shares(row)),
        lacks=tuple(row.lacks),
        terms=terms,
        needed=needed,
        frozen=not hold.open or hold.paying or hold.has_lapsed(now),
        may_keep=may_keep,
        tax_thousandths=row.tax_thousandths,
        tax_name=row.tax_name,
    )


def details_of(row: CheckoutRow) -> Details:
    """Return what the buyer has filled in."""
    return Details(
        contact=contact_from(row.contact or {}),
        shipping=row.method_id,
        terms=row.terms_at is not None,
        gift_note=row.gift_note,
        voucher=row.voucher,
        language=cast("Language", row.language),
    )


def with_kept(standing: Standing, kept: Contact | None) -> Standing:
    """Return it with what the buyer kept the last time."""
    return replace(standing, kept=kept)


def as_checked(row: CheckoutRow) -> Checked:
    """Return what an order comes to by its checkout."""
    return Checked(
        items_minor=row.items_minor,
        discount_minor=row.discount_minor,
        shipping_minor=row.shipping_minor,
        tax_minor=row.tax_minor,
        tax_name=row.tax_name,
        tax_percent=row.tax_thousandths / 1000,
        total_minor=row.total_minor,
        delivery=Delivery(row.contact, row.method_title, row.gift_note, row.language),
        shares=_shares(row),
        with_voucher=row.voucher_id is not None,
    )


def _shares(row: CheckoutRow) -> dict[int, int]:
    return {int(nth): share for nth, share in (row.shares or {}).items()}
