"""What a voucher may be, for what it holds, and what it takes off, pure. Amounts are integers in minor units of one currency."""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from server.catalogue.rules import AMOUNT_MAX, refused_at
from server.currencies import CODES
from server.errors import RefusedError
from server.protocol.codes import Code

Kind = Literal["percent", "amount", "free_shipping"]
VoucherAudience = Literal["everyone", "returning", "repeat_buyers", "segment"]
Why = Literal[
    "unknown",
    "not_yet",
    "over",
    "currency",
    "audience",
    "products",
    "minimum",
    "used_by_you",
    "used_up",
]
"""Why a voucher does not hold: no such code; its window has not begun, or is over; it is money of another currency; it is for others; for
other products; for more than this; this person has used it; all of its uses are taken.
"""
CODE_CHARACTERS: Final = (3, 40)
PRODUCTS_MAX: Final = 200
USES_MAX: Final = 1_000_000
_OF_AMOUNTS: Final = ("amount", "minimum")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a voucher takes off, and when it holds.

    `percent`: of 1 to 100, of a voucher of that kind; `amount_minor` of one of that. `currency` is that of the amount and of the minimum,
    and of no use without either. No `products`: it holds for all; one that has variants stands for these. No `uses_max`: any number.
    """

    kind: Kind
    percent: int | None = None
    amount_minor: int | None = None
    currency: str | None = None
    minimum_minor: int | None = None
    products: tuple[str, ...] = ()
    audience: VoucherAudience = "everyone"
    segment: str | None = None
    uses_max: int | None = None
    once_per_person: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """The `nth` line of a cart: what its units cost together."""

    nth: int
    product_id: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Wish:
    """A viewer, by all `viewers` ids of theirs, wants what they pay at once to be cheaper by a `code`.

    `shipping_minor` is what shipping costs without it. `admitted`: the voucher whose audience they were found to be in, as was just asked.
    """

    channel_id: str
    viewers: tuple[str, ...]
    code: str
    lines: tuple[Line, ...]
    shipping_minor: int
    currency: str
    admitted: str | None = None

    @property
    def items_minor(self) -> int:
        """What all lines cost."""
        return sum(line.amount_minor for line in self.lines)


@dataclass(frozen=True, slots=True)
class Reduction:
    """What a voucher takes off: of each line by its number, of lines for which it does not hold nothing; and of the shipping."""

    voucher_id: str
    by_line: dict[int, int] = field(default_factory=dict)
    shipping_minor: int = 0

    @property
    def items_minor(self) -> int:
        """What it takes off all lines."""
        return sum(self.by_line.values())


@dataclass(frozen=True, slots=True)
class Standing:
    """How a voucher is used when somebody wants it: by others, taken or set aside, and whether by the same person."""

    others: int = 0
    same_person: bool = False

    def has_room(self, uses_max: int | None) -> bool:
        """Whether one more use is left."""
        return uses_max is None or self.others < uses_max


def voucher_refused(why: Why, **data: Any) -> RefusedError:
    """Return the refusal of a voucher that does not hold; `why` says which of its terms is to blame."""
    return RefusedError(Code.VOUCHER_REFUSED, why=why, **data)


def clean_code(code: str) -> str:
    """Return a code as it is compared: its width, case and spaces do not count. Raises `invalid` for one of a wrong length."""
    cleaned = "".join(unicodedata.normalize("NFKC", code).casefold().split())
    least, most = CODE_CHARACTERS
    if not least <= len(cleaned) <= most or not cleaned.isprintable():
        raise refused_at("code", f"A code has {least} to {most} characters.")
    return cleaned


def check_terms(terms: Terms) -> Terms:
    """Return the terms; raises `invalid`, naming the field, for those that no voucher may have."""
    _require_only(terms.kind == "percent", "percent", terms.percent, 1, 100)
    _require_only(terms.kind == "amount", "amount", terms.amount_minor, 1, AMOUNT_MAX)
    if terms.minimum_minor is not None:
        _require_within("minimum", terms.minimum_minor, 1, AMOUNT_MAX)
    if terms.uses_max is not None:
        _require_within("uses_max", terms.uses_max, 1, USES_MAX)
    of_money = terms.amount_minor is not None or terms.minimum_minor is not None
    if of_money != (terms.currency is not None):
        raise refused_at("currency", "A currency belongs to an amount or a minimum, and to nothing else.")
    if terms.currency is not None and terms.currency not in CODES:
        raise refused_at("currency", "There is no such currency.")
    if (terms.audience == "segment") != (terms.segment is not None):
        raise refused_at("segment", "A segment is named by a voucher to a segment, and by no other.")
    if len(terms.products) > PRODUCTS_MAX:
        raise refused_at("products", f"A voucher names at most {PRODUCTS_MAX} products.")
    if terms.starts_at and terms.ends_at and terms.ends_at <= terms.starts_at:
        raise refused_at("ends_at", "A voucher ends after it begins.")
    return terms


def _require_only(wanted: bool, at: str, value: int | None, least: int, most: int) -> None:
    if not wanted and value is not None:
        raise refused_at(at, "A voucher of another kind has none.")
    if wanted:
        _require_within(at, value, least, most)


def _require_within(at: str, value: int | None, least: int, most: int) -> None:
    if value is None or not least <= value <= most:
        raise refused_at(at, f"It is from {least} to {most}.")


def held_for(terms: Terms, lines: Sequence[Line], parents: Mapping[str, str]) -> list[Line]:
    """Return those of the lines for which a voucher holds. `parents`: of variants, by id, what they are variants of."""
    if not terms.products:
        return list(lines)
    named: Collection[str] = frozenset(terms.products)
    return [line for line in lines if line.product_id in named or parents.get(line.product_id) in named]


def require_open(terms: Terms, now: datetime) -> None:
    """Raise `voucher_refused` outside of the voucher's window; its end is not in it."""
    if terms.starts_at is not None and now < terms.starts_at:
        raise voucher_refused("not_yet")
    if terms.ends_at is not None and terms.ends_at <= now:
        raise voucher_refused("over")


def require_holds(terms: Terms, wish: Wish, lines: Sequence[Line]) -> None:
    """Raise `voucher_refused` unless the voucher holds for this cart; `lines` are those for which it does."""
    if terms.currency is not None and terms.currency != wish.currency:
        raise voucher_refused("currency", currency=terms.currency)
    if not lines:
        raise voucher_refused("products")
    if terms.minimum_minor is not None and sum(line.amount_minor for line in lines) < terms.minimum_minor:
        raise voucher_refused("minimum", minimum=terms.minimum_minor, currency=terms.currency)


def require_unused(terms: Terms, standing: Standing) -> None:
    """Raise `voucher_refused` when this person has used it, or nobody can any more."""
    if terms.once_per_person and standing.same_person:
        raise voucher_refused("used_by_you")
    if not standing.has_room(terms.uses_max):
        raise voucher_refused("used_up")


def reduce(voucher_id: str, terms: Terms, lines: Sequence[Line], shipping_minor: int) -> Reduction:
    """Return what a voucher takes off `lines`, those for which it holds, and off the shipping: never more than they cost."""
    if terms.kind == "free_shipping":
        return Reduction(voucher_id, {}, shipping_minor)
    whole = sum(line.amount_minor for line in lines)
    if terms.kind == "percent":
        assert terms.percent is not None, "a voucher of this kind has one"
        off = percent_of(whole, terms.percent)
    else:
        assert terms.amount_minor is not None, "a voucher of this kind has one"
        off = min(terms.amount_minor, whole)
    return Reduction(voucher_id, share_out(off, lines))


def percent_of(whole_minor: int, percent: int) -> int:
    """Return so many hundredths, rounded once to the minor unit, what lies in the middle to the even one."""
    down, rest = divmod(whole_minor * percent, 100)
    return down + (rest > 50 or (rest == 50 and down % 2 == 1))


def share_out(off_minor: int, lines: Sequence[Line]) -> dict[int, int]:
    """Return each line's share, by its number, of what is taken off all of them, by what they cost: the largest remainders are rounded up.

    Of equal remainders the earlier line's goes first. The shares' sum is exact, and none is more than its line costs.
    """
    whole = sum(line.amount_minor for line in lines)
    assert 0 <= off_minor <= whole, "no more than all costs"
    if not off_minor:
        return {}
    shares = {line.nth: divmod(off_minor * line.amount_minor, whole) for line in lines}
    short = off_minor - sum(down for down, _ in shares.values())
    up = sorted(shares, key=lambda nth: (-shares[nth][1], nth))[:short]
    whole_shares = {nth: down + (nth in up) for nth, (down, _) in shares.items()}
    return {nth: share for nth, share in whole_shares.items() if share}
