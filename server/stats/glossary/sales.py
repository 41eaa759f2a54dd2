"""Who bought, and for how much."""

# ruff: noqa: E501 (each text is one that people read)

from server.stats.glossary.term import Term, Text

TERMS = (
    Term(
        key="conversion_live",
        name=Text("Conversion, live", "購入率（配信中）"),
        text=Text(
            "Viewers with a paid order while the show ran, of all viewers. Orders divided by visits is another figure.",
            "配信中に支払いを済ませた視聴者を、視聴者数で割った値です。視聴しなかった購入者は横に示し、割合には含みません。注文数÷訪問数とは異なります。",
        ),
        formula="|B ∩ V| ÷ |V|, order ≤ end",
        trap=Text(
            "Orders divided by visits, a shop platform's conversion, is another figure.",
            "注文数÷訪問数（ショップの転換率）とは別の数値です。",
        ),
        since=2,
    ),
    Term(
        key="conversion_24h",
        name=Text("Conversion, +24 h", "購入率（+24時間）"),
        text=Text(
            "Viewers with a paid order until 24 hours after the end of a show that they watched, of all viewers. Provisional while the window of any show is open.",
            "視聴した配信の終了後24時間以内に購入した視聴者の割合です。いずれかの配信の期間が終わるまでは暫定です。",
        ),
        formula="|B ∩ V| ÷ |V|, order ≤ end + 24 h",
        since=2,
    ),
    Term(
        key="conversion_7d",
        name=Text("Conversion, +7 days", "購入率（+7日）"),
        text=Text(
            "Viewers with a paid order until 7 days after the end of a show that they watched, of all viewers. Provisional while the window of any show is open.",
            "視聴した配信の終了後7日以内に購入した視聴者の割合です。いずれかの配信の期間が終わるまでは暫定です。",
        ),
        formula="|B ∩ V| ÷ |V|, order ≤ end + 7 d",
        since=2,
    ),
    Term(
        key="conversion_30d",
        name=Text("Conversion, +30 days", "購入率（+30日）"),
        text=Text(
            "Viewers with a paid order until 30 days after the end of a show that they watched, of all viewers. Provisional while the window of any show is open.",
            "視聴した配信の終了後30日以内に購入した視聴者の割合です。いずれかの配信の期間が終わるまでは暫定です。",
        ),
        formula="|B ∩ V| ÷ |V|, order ≤ end + 30 d",
        since=2,
    ),
    Term(
        key="buyers",
        name=Text("Buyers", "購入者数"),
        text=Text(
            "Viewers with a paid order, at any time, attributed to a show that they watched.",
            "視聴した配信に属する注文を支払った視聴者の数です。",
        ),
        formula="|B ∩ V|",
        since=5,
    ),
    Term(
        key="gmv",
        name=Text("Sales (GMV)", "売上（GMV）"),
        text=Text(
            "Paid orders at the price of the order, before refunds. What is only held is not sold, and staff's orders are not in it.",
            "支払い済み注文の、注文時の価格での合計です（返金前）。確保しただけのものと、スタッフの注文は含みません。",
        ),
        formula="Σ order lines",
        trap=Text(
            "Units that are only held are not sold.",
            "確保しただけの商品は売上に入りません。",
        ),
        since=2,
    ),
    Term(
        key="refunded",
        name=Text("Refunded", "返金額"),
        text=Text(
            "What was given back of these orders since, by the merchant here or as the shop reported it. Shipping is not in it.",
            "これらの注文のうち、後から返金された額です。ここでの返金と、ショップが報告した返金を含み、送料は含みません。",
        ),
        formula="",
        since=7,
    ),
    Term(
        key="net",
        name=Text("Sales after refunds", "返金後の売上"),
        text=Text(
            "Sales minus refunds, of the show in which was bought, however late the refund.",
            "売上から返金を引いた額です。返金が後日でも、購入された配信の売上から引きます。",
        ),
        formula="GMV − refunded",
        trap=Text(
            "Sales are those of order time: a refund lowers the net alone.",
            "売上（GMV）は注文時のままで、返金で減るのは返金後の売上だけです。",
        ),
        since=7,
    ),
    Term(
        key="orders",
        name=Text("Orders", "注文数"),
        text=Text(
            "Paid orders, each in the show that it is attributed to.",
            "支払い済みの注文の数です。注文は帰属する配信に数えます。",
        ),
        formula="",
        since=2,
    ),
    Term(
        key="units",
        name=Text("Units", "販売点数"),
        text=Text(
            "Pieces in the paid orders.",
            "支払い済み注文に含まれる点数です。",
        ),
        formula="",
        since=2,
    ),
    Term(
        key="aov",
        name=Text("Average order (AOV)", "平均注文額（AOV）"),
        text=Text(
            "Sales divided by orders.",
            "売上を注文数で割った額です。",
        ),
        formula="GMV ÷ orders",
        since=2,
    ),
    Term(
        key="gpm",
        name=Text("Sales per 1,000 views (GPM)", "視聴1,000回あたり売上（GPM）"),
        text=Text(
            "Sales divided by qualified views, times 1,000.",
            "売上を視聴回数で割り、1,000を掛けた額です。",
        ),
        formula="GMV ÷ views × 1000",
        since=2,
    ),
    Term(
        key="bot_sales",
        name=Text("Suspected bots' orders, in sales", "ボットの疑いがある注文（売上に含む）"),
        text=Text(
            "What suspected bots bought. It was paid, so it is part of the sales; it is in no figure about people.",
            "ボットの疑いがある人が購入した額です。支払い済みのため売上に含みますが、人数の数値には含みません。",
        ),
        formula="",
        since=2,
    ),
    Term(
        key="staff_sales",
        name=Text("Staff's orders, not in sales", "スタッフの注文（売上に含まず）"),
        text=Text(
            "What the host's side and analysts bought. It is in no other figure.",
            "配信者側のスタッフとアナリストが購入した額です。ほかの数値には含みません。",
        ),
        formula="",
        since=2,
    ),
    Term(
        key="replay_sales",
        name=Text("Bought at replays, not in sales", "録画での注文（売上に含まず）"),
        text=Text(
            "What was bought while ended shows were watched again. It is in no other figure of shows; of customers it is a purchase.",
            "終了した配信の録画を見ながら購入された額です。配信のほかの数値には含みません。顧客の数値では購入として数えます。",
        ),
        formula="",
        since=9,
    ),
    Term(
        key="reported_sales",
        name=Text("Reported by the shop, in sales", "ショップからの報告分（売上に含む）"),
        text=Text(
            "What of the sales the shop's own cart took and reported.",
            "売上のうち、ショップのカートで受けて報告された注文の額です。",
        ),
        formula="",
        since=5,
    ),
)
