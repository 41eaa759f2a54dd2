"""What a buyer is written at each step, in their language. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from server.fulfilment.buyer_mail import Step
from server.fulfilment.packing import Language
from server.mail.templates import Words, render


@dataclass(frozen=True, slots=True)
class Told:
    """What a mail says: money as it is written. `url` is where its button leads; empty for none."""

    shop: str
    number: str = ""
    carrier: str = ""
    amount: str = ""
    until: str = ""
    url: str = ""
    lines: Sequence[tuple[str, int, str]] = ()
    """Title, units, and what they cost where that is to be said."""
    sums: Sequence[tuple[str, str]] = ()
    address: Sequence[str] = ()
    gift_note: str = ""
    postal: str = ""


_SAYS: Final[Mapping[Language, Mapping[Step, tuple[str, str, str]]]] = {
    "en": {
        "placed": (
            "Thank you for your order {number}",
            "{shop} has your order, and it is paid.",
            "See the order",
        ),
        "pending": (
            "Please pay by {until}",
            "{shop} keeps your units until {until}. Pay {amount} by then; afterwards they are sold to others.",
            "How to pay",
        ),
        "shipped": (
            "Your order {number} is on its way",
            "{shop} has sent the units below{carrier}.",
            "Follow the parcel",
        ),
        "refunded": (
            "{amount} of your order {number} come back",
            "{shop} has given back {amount}. How soon you see it depends on how you paid.",
            "See the order",
        ),
        "cancelled": (
            "Your order {number} is cancelled",
            "{shop} has cancelled the order{amount}. How soon you see the money depends on how you paid.",
            "See the order",
        ),
        "bounced": (
            "Your refund for order {number} has not reached you",
            "{shop} had given back {amount}, and your bank has sent it back. Please tell {shop} in what other way you can get it.",
            "See the order",
        ),
        "turn": (
            "It is your turn until {until}",
            "What you waited for is set aside for you until {until}. Afterwards it goes to who is next.",
            "Buy it now",
        ),
        "too_late": (
            "Sold out before your payment came",
            "{shop} had sold the last unit when your payment came. {money}",
            "Back to the show",
        ),
    },
    "ja": {
        "placed": (
            "ご注文 {number} を承りました",
            "{shop}でのご注文を承り、お支払いを確認しました。",
            "注文を見る",
        ),
        "pending": (
            "{until} までにお支払いください",
            "{shop}が {until} まで商品をお取り置きしています。期限までに {amount} をお支払いください。過ぎるとお取り置きは解除されます。",
            "お支払い方法を見る",
        ),
        "shipped": (
            "ご注文 {number} を発送しました",
            "{shop}が下記の商品を{carrier}発送しました。",
            "荷物を追跡する",
        ),
        "refunded": (
            "ご注文 {number} の返金（{amount}）",
            "{shop}が {amount} を返金しました。お手元に届くまでの日数は、お支払い方法によって異なります。",
            "注文を見る",
        ),
        "cancelled": (
            "ご注文 {number} がキャンセルされました",
            "{shop}がご注文をキャンセルしました{amount}。返金がお手元に届くまでの日数は、お支払い方法によって異なります。",
            "注文を見る",
        ),
        "bounced": (
            "ご注文 {number} の返金がお届けできませんでした",
            "{shop}が返金した {amount} は、ご利用の金融機関から差し戻されました。ほかの返金方法は{shop}にお問い合わせください。",
            "注文を見る",
        ),
        "turn": (
            "順番が来ました（{until} まで）",
            "お待ちの商品を {until} まで確保しました。期限を過ぎると、次の方にお譲りします。",
            "購入する",
        ),
        "too_late": (
            "お支払いの前に売り切れました",
            "お支払いが届いた時点で、{shop}の商品は売り切れていました。{money}",
            "ライブに戻る",
        ),
    },
}
SUMS: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {"discount": "Discount", "shipping": "Shipping", "total": "Total", "tax": "of which {tax}"},
    "ja": {"discount": "割引", "shipping": "送料", "total": "合計", "tax": "うち{tax}"},
}
"""What the sums under the lines are called."""
_BITS: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {"carrier": " with {carrier}", "cancelled": "; {amount} come back", "to": "It goes to", "gift": "Gift note",
           "why": "You get this mail because of your order at {shop}.",
           "why_turn": "You get this mail because you wait in line at {shop}, where your address is kept for the next time.",
           "order": "Order {number}",
           "not_taken": "No money was taken.",
           "goes_back": "{amount} go back to you. How soon you see it depends on how you paid."},
    "ja": {"carrier": "{carrier}で", "cancelled": "（返金額 {amount}）", "to": "お届け先", "gift": "ギフトメッセージ",
           "why": "このメールは、{shop}でのご注文についてお送りしています。",
           "why_turn": "このメールは、{shop}で順番をお待ちで、ご連絡先を次回のために保存されている方にお送りしています。",
           "order": "注文番号 {number}",
           "not_taken": "代金は引き落とされていません。",
           "goes_back": "{amount} は返金されます。お手元に届くまでの日数は、お支払い方法によって異なります。"},
}  # fmt: skip


def written(step: Step, language: Language, told: Told) -> Words:
    """Return the mail about a step."""
    bits = _BITS[language]
    amount = told.amount
    if step == "cancelled":
        amount = bits["cancelled"].format(amount=told.amount) if told.amount else ""
    money = bits["goes_back" if told.amount else "not_taken"].format(amount=told.amount)
    carrier = bits["carrier"].format(carrier=told.carrier) if told.carrier else ""
    filled = {
        "shop": told.shop,
        "number": told.number,
        "until": told.until,
        "amount": amount,
        "carrier": carrier,
        "money": money,
    }
    subject, says, button = (words.format_map(filled) for words in _SAYS[language][step])
    values: dict[str, Any] = {
        "language": language,
        "subject": subject,
        "says": says,
        "number": bits["order"].format(number=told.number) if told.number else "",
        "button": button,
        "url": told.url,
        "lines": [{"title": title, "units": units, "price": price} for title, units, price in told.lines],
        "sums": [{"name": name, "price": price} for name, price in told.sums],
        "to": bits["to"],
        "address": list(told.address),
        "gift": bits["gift"],
        "gift_note": told.gift_note,
        "why": bits["why_turn" if step == "turn" else "why"].format(shop=told.shop),
        "postal": told.postal,
    }
    html, plain = (_file(f"order.{ending}") for ending in ("html", "txt"))
    return render(Words("{{ subject }}", "{{ says }}", html, plain), values)


@cache
def _file(name: str) -> str:
    return (Path(__file__).parent / "written" / name).read_text("utf-8")
