"""Who watched, and how long."""

# ruff: noqa: E501 (each text is one that people read)

from server.stats.glossary.term import Term, Text

TERMS = (
    Term(
        key="shows",
        name=Text("Shows", "配信数"),
        text=Text(
            "Shows that began on the days of the period, with everything that came of them.",
            "期間内の日に始まった配信の数です。その配信から生じたことはすべてその日に属します。",
        ),
        formula="",
        since=5,
    ),
    Term(
        key="live_time",
        name=Text("Time on air", "配信時間"),
        text=Text(
            "The lengths of the shows, added up.",
            "各配信の長さの合計です。",
        ),
        formula="",
        since=5,
    ),
    Term(
        key="viewers",
        name=Text("Viewers", "視聴者数"),
        text=Text(
            "People with at least one qualified view while the show ran: their video played and was visible for 3 seconds in total. A reload or a second tab is not a new viewer.",
            "配信中に、動画を合計3秒以上、画面に表示して再生した人の数です。再読み込みや2つ目のタブは新しい視聴者に数えません。",
        ),
        formula="|V|",
        trap=Text(
            "People are counted once over a period: those of two days may not be added up.",
            "期間では1人を1回だけ数えます。日ごとの人数を足しても期間の人数にはなりません。",
        ),
        since=2,
    ),
    Term(
        key="guests",
        name=Text("Guests", "ゲスト"),
        text=Text(
            "Those of the viewers who have no known account.",
            "視聴者のうち、アカウントのない人の数です。",
        ),
        formula="|V ∩ guests|",
        since=2,
    ),
    Term(
        key="views",
        name=Text("Views", "視聴回数"),
        text=Text(
            "Qualified views: visits in which 3 seconds or more played. One viewer may have several; a visit ends after 30 minutes without playing.",
            "3秒以上再生された訪問の数です。1人が複数回になることがあります。30分間再生がないと訪問が終わります。",
        ),
        formula="Σ visits with ≥ 3 s",
        trap=Text(
            "An open page is not a view.",
            "ページを開いているだけでは視聴になりません。",
        ),
        since=2,
    ),
    Term(
        key="visits",
        name=Text("Visits", "訪問数"),
        text=Text(
            "Playing of these viewers over all tabs, with no break of more than 30 minutes; qualified or not.",
            "視聴者の再生を全タブ合わせて、30分を超える中断で区切った回数です。",
        ),
        formula="Σ visits, gap > 30 min",
        since=5,
    ),
    Term(
        key="peak",
        name=Text("Peak at once", "最大同時視聴"),
        text=Text(
            "The most viewers who watched at the same moment, from the exact beginnings and ends of playing.",
            "同じ瞬間に視聴していた人数の最大値です。再生の開始と終了の正確な時刻から求めます。",
        ),
        formula="max c(t)",
        trap=Text(
            "The peaks of two shows may not be added up.",
            "2つの配信の最大値を足すことはできません。",
        ),
        since=2,
    ),
    Term(
        key="average",
        name=Text("Average at once", "平均同時視聴"),
        text=Text(
            "Viewers watching, averaged over the show's length. Average times length equals the total time watched.",
            "配信時間全体での同時視聴者数の平均です。平均×配信時間は総視聴時間に一致します。",
        ),
        formula="∫ c dt ÷ duration",
        trap=Text(
            "Average × duration = total watch time.",
            "平均 × 長さ = 総視聴時間。",
        ),
        since=2,
    ),
    Term(
        key="watch_mean",
        name=Text("Time watched, mean", "平均視聴時間"),
        text=Text(
            "Time watched per viewer: the union over all of their tabs, at most the show's length. Few who stay long pull the mean up.",
            "1人あたりの視聴時間です。複数タブの重複は除き、配信時間を上限とします。長く見る少数の人が平均を押し上げます。",
        ),
        formula="Σ watch ÷ |V|",
        trap=Text(
            "A few who stay long pull it up: look at the median too.",
            "長く見た少数の人で大きくなります。中央値も見てください。",
        ),
        since=2,
    ),
    Term(
        key="watch_median",
        name=Text("Time watched, median", "視聴時間の中央値"),
        text=Text(
            "Half of the viewers watched at least this long.",
            "視聴者の半数がこの時間以上視聴しました。",
        ),
        formula="median(watch)",
        since=2,
    ),
    Term(
        key="watch_total",
        name=Text("Time watched, total", "総視聴時間"),
        text=Text(
            "The sum of all viewers' time watched.",
            "全視聴者の視聴時間の合計です。",
        ),
        formula="Σ watch",
        since=2,
    ),
    Term(
        key="replay_viewers",
        name=Text("Replay viewers", "録画の視聴者"),
        text=Text(
            "People for whom 3 seconds or more played after the show's end. It cannot be known before a replay is recorded.",
            "配信終了後に3秒以上再生した人の数です。録画の視聴が記録されるまでは分かりません。",
        ),
        formula="|V(replay)|",
        since=2,
    ),
    Term(
        key="viewers_in_all",
        name=Text("Viewers, live or replay", "視聴者（配信・録画）"),
        text=Text(
            "People who watched live or the replay, each counted once.",
            "配信または録画を見た人の数です。両方見た人も1人と数えます。",
        ),
        formula="|V ∪ V(replay)|",
        since=5,
    ),
)
