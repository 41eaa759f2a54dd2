"""How people came, and who brought whom."""

# ruff: noqa: E501 (each text is one that people read)

from server.stats.glossary.term import Term, Text

TERMS = (
    Term(
        key="page_views",
        name=Text("Page views", "ページビュー"),
        text=Text(
            "How often a page of a show or of the channel was opened, before, during and after shows. Known crawlers, suspected bots and the host's side are left out and counted beside.",
            "配信やチャンネルのページが開かれた回数です（配信前・配信中・配信後を含みます）。既知のクローラー、ボットの疑いがある人、運営側は除き、別に数えます。",
        ),
        formula="",
        trap=Text(
            "Pages that are closed before the show has answered tell nothing.",
            "配信につながる前に閉じられたページは数えられません。",
        ),
        since=6,
    ),
    Term(
        key="visitors",
        name=Text("Visitors", "訪問者"),
        text=Text(
            "People who opened a page and may be known: they agreed to be recognised, or are signed in. Page views of everybody else have no id, and how many those are stands beside.",
            "ページを開いた人のうち、識別に同意したかログインしている人です。それ以外の人のページビューには ID がなく、その件数を別に示します。",
        ),
        formula="",
        trap=Text("It is no number of all people who came.", "訪れた人すべての数ではありません。"),
        since=6,
    ),
    Term(
        key="site_visits",
        name=Text("Visits to the pages", "ページへの訪問"),
        text=Text(
            "Of visitors: page views of one person with no more than 30 minutes between them; watching goes on with a visit. A visit is not cut at midnight, and is named by the page view that began it.",
            "訪問者のページビューを、30 分以上の間隔で区切ったものです。視聴中は訪問が続きます。日付をまたいでも区切らず、最初のページビューの流入元で数えます。",
        ),
        formula="",
        since=6,
    ),
    Term(
        key="visit_steps",
        name=Text("From page view to purchase", "ページから購入まで"),
        text=Text(
            "Visitors who entered a show, those of them with a qualified view, and those of them who bought. A visitor counts under the first source, referrer or campaign that is known of them in the show or the period.",
            "訪問者のうち、配信に入った人、視聴した人、購入した人です。流入元やキャンペーンは、その配信または期間で最初に分かったものに数えます。",
        ),
        formula="visitors → joined → viewed → bought",
        since=6,
    ),
    Term(
        key="new_by_share",
        name=Text("Brought as new viewers", "紹介で来た新しい視聴者"),
        text=Text(
            "People whose first show of the channel this was, who came by somebody else's share link, on another device, and watched 60 seconds. A person is brought once. Guests who did not agree to be recognised count, and how many they are stands beside, since nobody can say that they were never here before.",
            "このチャンネルに初めて来て、他の人の共有リンクを別の端末で開き、60 秒以上視聴した人です。一人は一度だけ数えます。識別に同意していないゲストも数え、その人数を別に示します（以前に来ていたかどうかは分からないためです）。",
        ),
        formula="",
        trap=Text(
            "Who comes by a link of their own, on the same device or as the same person, brings nobody; they are counted beside.",
            "自分のリンクで来た人（同じ端末・同じ人）は紹介に数えず、別に示します。",
        ),
        since=6,
    ),
    Term(
        key="new_per_sharer",
        name=Text("New viewers per sharer", "共有者一人あたりの新しい視聴者"),
        text=Text(
            "Brought as new viewers, by those who shared in the show or the period.",
            "紹介で来た新しい視聴者の数を、その配信または期間に共有した人の数で割ったものです。",
        ),
        formula="brought as new ÷ people who shared",
        since=6,
    ),
    Term(
        key="share_chain",
        name=Text("Chains", "紹介のつながり"),
        text=Text(
            "Anna brought Ben, who brought Chie: a chain of two steps. Whoever brings somebody came before them, so that no chain leads back to where it began.",
            "A さんが B さんを、B さんが C さんを紹介すると、2 段のつながりです。紹介した人は必ず先に来ているため、つながりが元に戻ることはありません。",
        ),
        formula="",
        since=6,
    ),
)
