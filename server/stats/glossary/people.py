"""Who people are over the shows: cohorts, segments, and what they are worth."""

# ruff: noqa: E501 (each text is one that people read)

from server.stats.glossary.term import Term, Text

TERMS = (
    Term(
        key="cohort_retention",
        name=Text("Cohort retention", "コホート別継続率"),
        text=Text(
            "Of the people who came for the first time (watched, or bought) in one interval, those who came back in the first, second, third interval after it.",
            "ある期間に初めて来た（視聴した、または購入した）人のうち、その後の各期間にまた来た人の割合です。",
        ),
        formula="|born in i ∩ back in i + k| ÷ |born in i|",
        trap=Text(
            "A cell is empty until its interval has begun, and provisional until it has ended. A later cell may be higher than an earlier one.",
            "期間が始まるまでは空欄、終わるまでは暫定です。後の期間のほうが高くなることもあります。",
        ),
        since=5,
    ),
    Term(
        key="churn",
        name=Text("Churn", "離脱率"),
        text=Text(
            "Of the people who were there in the window before the last, those who were not there in the last one. The window is the 90th percentile of the gaps between two days of the same person, or one that was set.",
            "前々回の期間にいた人のうち、直近の期間にいなかった人の割合です。期間は、同じ人の来訪間隔の90パーセンタイル、または指定した日数です。",
        ),
        formula="|there in window −2 ∖ there in window −1| ÷ |there in window −2|",
        trap=Text(
            "Nobody cancels, so nobody is known to have gone: without its window the figure means nothing.",
            "解約の手続きがないため、離れたと断定はできません。期間を添えずにこの数値だけを見ても意味がありません。",
        ),
        since=5,
    ),
    Term(
        key="ltv_historic",
        name=Text("Lifetime value so far", "これまでの顧客生涯価値"),
        text=Text(
            "What the customers of a cohort have brought from their first purchase on, less refunds, for each of them.",
            "同じ期間に初めて購入した顧客が、これまでに支払った金額（返金を除く）の1人あたりの額です。",
        ),
        formula="net since first purchase ÷ |customers|",
        since=5,
    ),
    Term(
        key="ltv_predicted",
        name=Text("Lifetime value expected", "予測される顧客生涯価値"),
        text=Text(
            "What a customer is expected to bring up to a horizon, discounted: purchases by BG/NBD, amounts by Gamma-Gamma, from the days on which customers bought.",
            "今後の一定期間に顧客1人から見込まれる金額を割り引いたものです。購入回数はBG/NBD、金額はGamma-Gammaの各モデルによります。",
        ),
        formula="Σ expected purchases × expected amount ÷ (1 + d)^t",
        trap=Text(
            "It is refused, with the reason, where fewer than 100 customers have bought on a second day.",
            "2日以上に分けて購入した顧客が100人に満たないときは、理由を示して計算しません。",
        ),
        since=5,
    ),
    Term(
        key="rfm",
        name=Text("RFM scores", "RFMスコア"),
        text=Text(
            "Fifths from 1 to 5 of all customers, as of a date: days since the last purchase, number of purchases, and net spend. Ties share a score.",
            "ある日付の時点で、最終購入からの日数、購入回数、購入金額（返金を除く）を、全顧客の中で1〜5の5段階に分けたものです。同じ値には同じ点が付きます。",
        ),
        formula="1 + ⌊5 × (below + ties ÷ 2) ÷ all⌋",
        trap=Text("As of that date, not of today.", "今日ではなく、その日付の時点での値です。"),
        since=5,
    ),
    Term(
        key="lifecycle",
        name=Text("Segment", "セグメント"),
        text=Text(
            "The first that holds as of a date: lapsed (not seen for more than 90 days), repeat buyer (two purchases), returning (two shows), new. In a show it is what they were when it began.",
            "ある日付の時点で最初に当てはまるもの：休眠（90日を超えて来ていない）、リピート購入者（購入2回）、再訪（配信2回）、新規。配信の中では、開始時点のものです。",
        ),
        formula="",
        trap=Text(
            "Who may not be recognised is in none.",
            "再訪の記録に同意していない人は、どれにも入りません。",
        ),
        since=5,
    ),
    Term(
        key="segment_saved",
        name=Text("Saved segment", "保存したセグメント"),
        text=Text(
            "Those for whom a rule holds as of a date: conditions on what is known of them, of all time or of the last days, joined by all or any.",
            "ある日付の時点でルールに当てはまる人です。全期間または直近の日数についての条件を、「すべて」または「いずれか」で組み合わせます。",
        ),
        formula="",
        since=5,
    ),
    Term(
        key="map_cell",
        name=Text("Cell of the KPI map", "KPIマップの値"),
        text=Text(
            "A figure of the members of one segment, against the same figure of everybody in the channel.",
            "あるセグメントの人についての指標を、チャンネル全体の同じ指標と比べたものです。",
        ),
        formula="figure(segment) ÷ figure(all)",
        trap=Text(
            "Under 30 people it is grey: chance moves it more than anything that you did.",
            "30人に満たないときはグレーで示します。施策よりも偶然の影響が大きいためです。",
        ),
        since=5,
    ),
)
