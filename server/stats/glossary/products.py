"""From a product's card to an order."""

# ruff: noqa: E501 (each text is one that people read)

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
        key="ctr_actions",
        name=Text("Click rate by actions", "クリック率（回数）"),
        text=Text(
            "Clicks of viewers on products, of the times that a product's card was shown to them. A card that was shown once carries one click of the same viewer on the same product at most.",
            "視聴者に商品カードが表示された回数のうち、クリックされた回数の割合です。同じ視聴者と商品について、表示1回につきクリックは1回まで数えます。",
        ),
        formula="clicks ÷ impressions",
        trap=Text(
            "Counted by actions: do not mix it with the click rate, which counts people. One person's actions are not independent, so that the interval is narrower than what is known.",
            "回数で数えるため、人数で数えるクリック率と混同しないでください。同じ人の行動は互いに独立ではないため、区間は実際より狭く出ます。",
        ),
        since=6,
    ),
    Term(
        key="ctor_actions",
        name=Text("Click-to-order rate by actions", "クリック後の購入率（回数）"),
        text=Text(
            "Orders of viewers, of their clicks on products. A click carries one order of the same viewer for the same product at most.",
            "視聴者が商品をクリックした回数のうち、注文につながった割合です。同じ視聴者と商品について、クリック1回につき注文は1件まで数えます。",
        ),
        formula="orders ÷ clicks",
        trap=Text(
            "Counted by actions: do not mix it with the click-to-order rate, which counts people.",
            "回数で数えるため、人数で数えるクリック後の購入率と混同しないでください。",
        ),
        since=6,
    ),
    Term(
        key="funnel_impression",
        name=Text("Funnel: saw a product", "ファネル：商品を見た"),
        text=Text(
            "Viewers on whose screen a product's card was shown while a show ran: the first step of the funnel. A person comes as far in a period as in the show in which they came furthest; the steps of one show alone are in order.",
            "配信中に商品カードが画面に表示された視聴者の数です（ファネルの最初の段階）。期間では、最も先まで進んだ配信での段階を1人1回数えます。順序は1つの配信の中で判定します。",
        ),
        formula="|saw|",
        trap=Text(
            "What happened before the start or after the end of a show is not in the funnel.",
            "配信の開始前と終了後の行動はファネルに含みません。",
        ),
        since=6,
    ),
    Term(
        key="funnel_click",
        name=Text("Funnel: opened a product", "ファネル：商品を開いた"),
        text=Text(
            "Viewers who opened a product after they had seen one in the same show while it ran, of those who saw one.",
            "同じ配信の放送中に、商品を見た後で商品を開いた視聴者の割合です（見た人に対する割合）。",
        ),
        formula="|saw → opened| ÷ |saw|",
        trap=Text(
            "In that order. The click rate takes any order.",
            "順序どおりの行動だけを数えます。クリック率は順序を問いません。",
        ),
        since=6,
    ),
    Term(
        key="funnel_paid",
        name=Text("Funnel: bought", "ファネル：購入した"),
        text=Text(
            "Viewers who paid an order after they had seen and then opened a product in the same show while it ran, of those who saw one.",
            "同じ配信の放送中に、商品を見て開いた後で注文を支払った視聴者の割合です（見た人に対する割合）。",
        ),
        formula="|saw → opened → paid| ÷ |saw|",
        trap=Text(
            "Buyers who opened no product, or paid after the end, are not in it. The conversion has them.",
            "商品を開かずに購入した人や、終了後に支払った人は含みません。それらは購入率に含みます。",
        ),
        since=6,
    ),
    Term(
        key="funnel_paid_of_click",
        name=Text("Funnel: bought, of those who opened", "ファネル：開いた人のうち購入した人"),
        text=Text(
            "The same buyers, of the step before: those who had opened a product after they had seen one.",
            "同じ購入者の、直前の段階（商品を見た後で開いた人）に対する割合です。",
        ),
        formula="|saw → opened → paid| ÷ |saw → opened|",
        since=6,
    ),
    Term(
        key="funnel_click_time",
        name=Text("Funnel: time to opening", "ファネル：開くまでの時間"),
        text=Text(
            "Median time from seeing a product to opening one after it, over those who did. Of several shows the first in which the person did so tells.",
            "商品を見てから開くまでの時間の中央値です（開いた人のみ）。複数の配信では、最初にそうした配信の時間を使います。",
        ),
        formula="",
        since=6,
    ),
    Term(
        key="funnel_paid_time",
        name=Text("Funnel: time from opening to buying", "ファネル：開いてから購入までの時間"),
        text=Text(
            "Median time from opening a product to the order after it, over those who bought. Of several shows the first in which the person did so tells.",
            "商品を開いてから注文までの時間の中央値です（購入した人のみ）。複数の配信では、最初にそうした配信の時間を使います。",
        ),
        formula="",
        since=6,
    ),
    Term(
        key="funnel_time",
        name=Text("Funnel: time to convert", "ファネル：購入までの時間"),
        text=Text(
            "Median time from seeing a product to the paid order, over those who bought in order. Of several shows the first in which the person did so tells.",
            "商品を見てから購入までの時間の中央値です（順序どおりに購入した人のみ）。複数の配信では、最初にそうした配信の時間を使います。",
        ),
        formula="",
        trap=Text(
            "It is told by those who bought alone, and does not add up from the two steps' medians.",
            "購入した人だけの値です。2つの段階の中央値を足しても一致しません。",
        ),
        since=6,
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
