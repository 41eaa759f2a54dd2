"""Who did more than watch."""

from server.stats.glossary.term import Term, Text

TERMS = (
    Term(
        key="engaged",
        name=Text("Engagement rate", "エンゲージメント率"),
        text=Text(
            "Viewers with at least one reaction, comment, question, vote, poll or survey answer, share or product click, of all viewers.",
            "リアクション、コメント、質問、投票、アンケート・ポールへの回答、共有、商品クリックのいずれかを1回以上した視聴者の割合です。",
        ),
        formula="|V with ≥ 1 act| ÷ |V|",
        trap=Text(
            "One fan's 500 hearts count as one viewer.",
            "1人のファンが500回送っても視聴者1人と数えます。",
        ),
        since=2,
    ),
    Term(
        key="reactions",
        name=Text("Reactions sent", "リアクション数"),
        text=Text(
            "All taps. One fan may send hundreds, so look at the senders too.",
            "タップの総数です。視聴しなかった人の分も含み、その数を横に示します。1人が何百回も送ることがあるため、送った人数も見てください。",
        ),
        formula="",
        since=2,
    ),
    Term(
        key="senders",
        name=Text("Who reacted", "リアクションした人"),
        text=Text(
            "Viewers who sent at least one reaction.",
            "リアクションを1回以上送った視聴者の数です。視聴しなかった人は含みません。",
        ),
        formula="",
        since=2,
    ),
    Term(
        key="per_sender",
        name=Text("Reactions per sender", "1人あたりの回数"),
        text=Text(
            "Reactions sent, divided by those who sent any.",
            "リアクションを送った視聴者のタップ数を、その人数で割った値です。",
        ),
        formula="Σ own reactions ÷ senders",
        since=2,
    ),
    Term(
        key="votes",
        name=Text("Votes for questions", "質問への投票"),
        text=Text(
            "Votes given to questions; a viewer has one for each question.",
            "質問への投票数です。1つの質問に1人1票です。視聴しなかった人の分は横に示します。",
        ),
        formula="",
        since=2,
    ),
    Term(
        key="shares",
        name=Text("Shares", "共有"),
        text=Text(
            "Times that a viewer shared the show.",
            "配信が共有された回数です。視聴しなかった人の分は横に示します。",
        ),
        formula="",
        since=2,
    ),
    Term(
        key="sharers",
        name=Text("Who shared", "共有した人"),
        text=Text(
            "Viewers who shared a show at least once.",
            "配信を1回以上共有した視聴者の数です。",
        ),
        formula="",
        since=5,
    ),
    Term(
        key="askers",
        name=Text("Who asked", "質問した人"),
        text=Text(
            "Viewers with at least one question that was not dismissed, of all viewers.",
            "却下されなかった質問を1件以上した視聴者の割合です。",
        ),
        formula="|askers ∩ V| ÷ |V|",
        since=2,
    ),
    Term(
        key="asked",
        name=Text("Questions", "質問数"),
        text=Text(
            "Questions that were not dismissed.",
            "却下されなかった質問の数です。視聴しなかった人の分は横に示します。",
        ),
        formula="",
        since=2,
    ),
    Term(
        key="answered",
        name=Text("Answered", "回答率"),
        text=Text(
            "Answered questions, of those answered or still open. Waiting and dismissed ones are left out.",
            "回答済みと未回答の質問のうち、回答した割合です。確認待ちと却下は含みません。",
        ),
        formula="answered ÷ (answered + open)",
        since=2,
    ),
    Term(
        key="open",
        name=Text("Still open", "未回答"),
        text=Text(
            "Questions that everybody sees and nobody has answered.",
            "公開されていて、まだ回答されていない質問の数です。",
        ),
        formula="",
        since=2,
    ),
    Term(
        key="answer_time",
        name=Text("Time to an answer, median", "回答までの時間（中央値）"),
        text=Text(
            "Half of the answered questions were answered at least this fast, counted from asking.",
            "回答済みの質問の半数が、質問からこの時間以内に回答されました。",
        ),
        formula="median(answered − asked)",
        since=2,
    ),
)
