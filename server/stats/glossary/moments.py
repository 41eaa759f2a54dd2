"""What came of a moment of a show."""

from server.stats.glossary.term import Term, Text

TERMS = (
    Term(
        key="moment_watching",
        name=Text("Watching in the span", "その間の視聴者"),
        text=Text(
            "Viewers who watched at any time in the span.",
            "その間に一度でも視聴していた人の数です。",
        ),
        formula="",
        since=5,
    ),
    Term(
        key="moment_conversion",
        name=Text("Bought in the span", "その間の購入率"),
        text=Text(
            "Of those who watched in the span, the viewers who placed a paid order in it.",
            "その間に視聴していた人のうち、その間に購入した人の割合です。",
        ),
        formula="buyers in the span ÷ viewers in the span",
        trap=Text(
            "Moments that lie close share their minutes.",
            "近いモーメント同士は同じ時間を共有します。",
        ),
        since=5,
    ),
    Term(
        key="moment_clickers",
        name=Text("Opened a product in the span", "その間に商品を開いた率"),
        text=Text(
            "Of those who watched in the span, the viewers who opened a product in it.",
            "その間に視聴していた人のうち、その間に商品を開いた人の割合です。",
        ),
        formula="clickers in the span ÷ viewers in the span",
        since=5,
    ),
    Term(
        key="moment_clicks",
        name=Text("Clicks in the span", "その間のクリック数"),
        text=Text(
            "Times that viewers opened a product in the span.",
            "その間に視聴者が商品を開いた回数です。",
        ),
        formula="",
        since=5,
    ),
    Term(
        key="moment_orders",
        name=Text("Orders in the span", "その間の注文数"),
        text=Text(
            "Paid orders of viewers in the span.",
            "その間の視聴者の支払い済み注文の数です。",
        ),
        formula="",
        since=5,
    ),
    Term(
        key="moment_questions",
        name=Text("Questions in the span", "その間の質問数"),
        text=Text(
            "Questions that viewers asked in the span.",
            "その間に視聴者が送った質問の数です。",
        ),
        formula="",
        since=5,
    ),
)
