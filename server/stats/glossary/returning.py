"""Who came back, and who bought again."""

# ruff: noqa: E501 (each text is one that people read)

from server.stats.glossary.term import Term, Text

TERMS = (
    Term(
        key="viewers_before",
        name=Text("Viewer repeat rate", "視聴者リピート率"),
        text=Text(
            "Recognisable viewers who had been in an earlier show of this channel within the window before it began. Over a period: before any of its shows that they watched. Guests without consent are on neither side.",
            "再訪の記録に同意した視聴者のうち、以前の配信（決められた期間内）に来ていた人の割合です。同意のないゲストは分母にも分子にも含みません。",
        ),
        formula="|V seen within W before| ÷ |V recognisable|",
        trap=Text(
            "Only people who may be recognised are on either side.",
            "再訪の記録に同意した人だけが分母と分子に入ります。",
        ),
        since=2,
    ),
    Term(
        key="viewers_new",
        name=Text("First-time viewers", "初めての視聴者"),
        text=Text(
            "Recognisable viewers who, when they first came in the period, had been in no earlier show of the channel within the window.",
            "再訪の記録に同意した視聴者のうち、期間内に最初に来た時点で、以前の配信に来ていなかった人の割合です。",
        ),
        formula="|V not seen within W before| ÷ |V recognisable|",
        since=5,
    ),
    Term(
        key="viewers_again",
        name=Text("Came again after", "その後の再訪率"),
        text=Text(
            "Recognisable viewers who were seen again within the window after this show. It cannot be known before the window has passed.",
            "この配信の後、期間内に再び来た視聴者の割合です。期間が終わるまでは分かりません。その間に同意を取り消した人は分母にも分子にも含みません。",
        ),
        formula="|V seen within W after| ÷ |V recognisable|",
        trap=Text(
            "It is empty until the window has passed; that is not zero.",
            "期間が過ぎるまで空欄です。ゼロではありません。",
        ),
        since=2,
    ),
    Term(
        key="buyers_before",
        name=Text("Had bought before", "購入経験者の割合"),
        text=Text(
            "Of the recognisable buyers, those who had bought in another show of this channel before.",
            "識別できる購入者のうち、以前にこのチャンネルの別の配信で購入していた人の割合です。",
        ),
        formula="|B ∩ V with an earlier order| ÷ |B ∩ V|",
        trap=Text(
            "The earlier order may lie before the period.",
            "以前の注文は期間より前でもかまいません。",
        ),
        since=2,
    ),
    Term(
        key="buyers_seen_before",
        name=Text("Buyers seen before", "購入者の再訪率"),
        text=Text(
            "Of this show's recognisable buyers, those who had watched an earlier show within the window.",
            "この配信の判別できる購入者のうち、期間内に以前の配信を視聴していた人の割合です。",
        ),
        formula="|B ∩ V seen within W before| ÷ |B ∩ V|",
        since=2,
    ),
    Term(
        key="buyers_in_period",
        name=Text("Buyer repeat rate", "購入者リピート率"),
        text=Text(
            "Customers of the channel with two or more paid orders inside the window, of those with at least one.",
            "期間内に1回以上購入した顧客のうち、2回以上購入した顧客の割合です。顧客は、購入した配信のいずれかを視聴した人です。",
        ),
        formula="|customers with ≥ 2 orders| ÷ |customers with ≥ 1|",
        trap=Text(
            "A returning customer rate that lets the first order lie before the period is another figure.",
            "最初の注文が期間より前でもよい「リピーター率」とは別の数値です。",
        ),
        since=2,
    ),
)
