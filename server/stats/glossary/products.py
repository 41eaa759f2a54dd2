"""From a product's card to an order."""

from server.stats.glossary.term import Term, Text

TERMS = (
    Term(
        key="ctr",
        name=Text("Click rate (CTR)", "クリック率（CTR）"),
        text=Text(
            "Viewers who opened a product, of those who saw one. Counted by people, not by clicks.",
            "商品を見た視聴者のうち、商品を開いた人の割合です。回数ではなく人数で数えます。",
        ),
        formula="|saw and opened| ÷ |saw|",
        trap=Text(
            "Counted by people, not by clicks.",
            "クリック数ではなく人数で数えます。",
        ),
        since=2,
    ),
    Term(
        key="ctor",
        name=Text("Click-to-order rate (CTOR)", "クリック後の購入率（CTOR）"),
        text=Text(
            "Viewers who bought, of those who opened a product. Counted by people, not by orders.",
            "商品を開いた視聴者のうち、購入した人の割合です。件数ではなく人数で数えます。",
        ),
        formula="|opened and bought| ÷ |opened|",
        trap=Text(
            "Do not mix it with the click rate: the base is those who opened.",
            "クリック率と混同しないでください。分母は開いた人です。",
        ),
        since=2,
    ),
    Term(
        key="impressed",
        name=Text("Saw it", "商品を見た人"),
        text=Text(
            "Viewers on whose screen the product's card was shown.",
            "商品カードが画面に表示された視聴者の数です。",
        ),
        formula="",
        since=5,
    ),
    Term(
        key="clickers",
        name=Text("Opened it", "商品を開いた人"),
        text=Text(
            "Viewers who opened the product.",
            "商品を開いた視聴者の数です。",
        ),
        formula="",
        since=5,
    ),
    Term(
        key="viewers_orders",
        name=Text("Orders of viewers", "視聴者の注文数"),
        text=Text(
            "Paid orders of the people counted here. Orders of people without a view are not in it.",
            "ここで数えた視聴者の支払い済み注文の数です。視聴していない人の注文は含みません。",
        ),
        formula="",
        since=5,
    ),
    Term(
        key="viewers_units",
        name=Text("Units of viewers", "視聴者の購入点数"),
        text=Text(
            "Pieces in the paid orders of the people counted here.",
            "ここで数えた視聴者の支払い済み注文に含まれる点数です。",
        ),
        formula="",
        since=5,
    ),
    Term(
        key="viewers_gmv",
        name=Text("Sales to viewers", "視聴者への売上"),
        text=Text(
            "What the people counted here paid, in the channel's currency, before refunds.",
            "ここで数えた視聴者が支払った額です（チャンネルの通貨、返金前）。",
        ),
        formula="Σ order lines of V",
        since=5,
    ),
)
