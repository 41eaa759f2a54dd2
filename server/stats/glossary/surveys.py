"""What viewers said when they were asked."""

from server.stats.glossary.term import Term, Text

TERMS = (
    Term(
        key="nps",
        name=Text("Net promoter score", "NPS（推奨度）"),
        text=Text(
            "Promoters gave 9 or 10, detractors 0 to 6; it runs from -100 to 100. "
            "Of one person the last answer counts, over a period too: the last that they gave to a show which they watched.",
            "9〜10点の推奨者の割合から0〜6点の批判者の割合を引いた値です（−100〜100）。同じ人の回答は、期間中に見た配信での最新の1件だけを数えます。",
        ),
        formula="100 × (promoters − detractors) ÷ n",
        trap=Text(
            "With few answers the interval is wide: look at n. Passives (7 and 8) count in n.",
            "回答が少ないと区間が広くなります。nを確かめてください。7〜8点の中立者もnに含みます。",
        ),
        since=6,
    ),
    Term(
        key="nps_promoters",
        name=Text("Promoters", "推奨者"),
        text=Text(
            "Viewers whose last score was 9 or 10, of those who gave one.",
            "最新の回答が9〜10点だった視聴者の、回答者に占める割合です。",
        ),
        formula="|last score ≥ 9| ÷ n",
        since=6,
    ),
    Term(
        key="nps_passives",
        name=Text("Passives", "中立者"),
        text=Text(
            "Viewers whose last score was 7 or 8, of those who gave one.",
            "最新の回答が7〜8点だった視聴者の、回答者に占める割合です。",
        ),
        formula="|7 ≤ last score ≤ 8| ÷ n",
        since=6,
    ),
    Term(
        key="nps_detractors",
        name=Text("Detractors", "批判者"),
        text=Text(
            "Viewers whose last score was 0 to 6, of those who gave one.",
            "最新の回答が0〜6点だった視聴者の、回答者に占める割合です。",
        ),
        formula="|last score ≤ 6| ÷ n",
        since=6,
    ),
    Term(
        key="survey_response",
        name=Text("Response rate", "回答率"),
        text=Text(
            "Viewers who answered, of those to whom the survey's card was shown.",
            "アンケートが表示された視聴者のうち、回答した人の割合です。",
        ),
        formula="|answered ∩ V| ÷ |shown ∩ V|",
        since=6,
    ),
    Term(
        key="survey_choice",
        name=Text("Chosen answer", "選ばれた回答"),
        text=Text(
            "Viewers who took this answer, of those who answered.",
            "回答した視聴者のうち、この答えを選んだ人の割合です。",
        ),
        formula="",
        since=6,
    ),
    Term(
        key="survey_stars",
        name=Text("Stars, mean", "星の平均"),
        text=Text(
            "The mean of the stars that viewers gave, 1 to 5.",
            "視聴者が付けた星（1〜5）の平均です。",
        ),
        formula="Σ stars ÷ n",
        since=6,
    ),
)
