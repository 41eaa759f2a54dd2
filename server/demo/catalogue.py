"""What the demo sells, shows and says. Texts are in English and Japanese, as a small maker's shop in Kyoto would write them."""

from dataclasses import dataclass

CHANNEL_ID = "demo"
CHANNEL_NAME = "Demo Store"
CURRENCY = "JPY"
HOST_NAME = "Aoi"
LIVE_SHOW_ID = "demo"
PAST_SHOW_ID = "demo-past"
EARLIER_SHOW_ID = "demo-earlier"
LIVE_TITLE = "Autumn kitchen, live from the studio · 秋の台所"
PAST_TITLE = "Tea for two · ふたりのお茶"
EARLIER_TITLE = "Opening night · はじめての配信"
WELCOME = "Welcome! Ask anything, we read along. · ようこそ！ご質問はお気軽にどうぞ。"
VIDEO_HLS = "/media/demo.m3u8"
VIDEO_MP4 = "/media/demo.mp4"
VIDEO_MS = 14_000
VIDEO_POSTER = "/media/poster.jpg"


@dataclass(frozen=True, slots=True)
class DemoVariant:
    """A variant as seeded; `options` are its values by the names of its product's options."""

    id: str
    options: dict[str, str]
    price: int
    stock: int


@dataclass(frozen=True, slots=True)
class DemoProduct:
    """A product as seeded: `price` in yen, `stock` in units at the start of a show, `appeal` its share of buyers' interest.

    With `variants` it is a heading: `price` is the lowest, `stock` 0.
    """

    id: str
    title: str
    description: str
    image: str
    price: int
    stock: int
    appeal: float
    compare_at: int | None = None
    options: tuple[str, ...] = ()
    variants: tuple[DemoVariant, ...] = ()


COLOUR, SIZE = "Colour · 色", "Size · サイズ"

PRODUCTS = (
    DemoProduct(
        "p_demo_teapot",
        "Indigo teapot · 藍釉の急須",
        "Stoneware, 600 ml, with a cherry-wood handle. Dishwasher safe without the handle. "
        "· 陶器、600 ml、桜の木の取っ手つき。",
        "/media/products/teapot.svg",
        8_800,
        60,
        1.0,
    ),
    DemoProduct(
        "p_demo_cups",
        "Pair of tea cups · 夫婦湯のみ",
        "Two cups, one white and one indigo, thrown by hand; no two are alike. · 白と藍の二つ組、手びねり。",
        "/media/products/cups.svg",
        4_200,
        140,
        1.4,
    ),
    DemoProduct(
        "p_demo_apron",
        "Linen apron · リネンエプロン",
        "Washed linen with a deep pocket. Machine washable at 40 °C, softer each time. · 洗濯機で洗えます（40 °C）。",
        "/media/products/apron.svg",
        6_500,
        90,
        0.9,
    ),
    DemoProduct(
        "p_demo_tray",
        "Hinoki tray · ひのきの丸盆",
        "Turned from one board of cypress and oiled, 33 cm. · ひのきの一枚板、直径33 cm、オイル仕上げ。",
        "/media/products/tray.svg",
        5_400,
        75,
        0.8,
    ),
    DemoProduct(
        "p_demo_throw",
        "Wool throw · ウールのひざ掛け",
        "Lambswool, 70 × 120 cm, woven in small numbers. · ラムウール、70 × 120 cm、数量限定。",
        "/media/products/throw.svg",
        12_800,
        18,
        0.5,
        compare_at=14_800,
    ),
    DemoProduct(
        "p_demo_candle",
        "Beeswax candle · みつろうキャンドル",
        "Poured by hand, burns about 40 hours, smells faintly of honey. · 手づくり、燃焼時間およそ40時間。",
        "/media/products/candle.svg",
        2_400,
        200,
        1.6,
    ),
)

SHELF = (
    *PRODUCTS,
    DemoProduct(
        "p_demo_slippers",
        "Felt slippers · フェルトのスリッパ",
        "Wool felt with a leather sole, for the kitchen floor. · 羊毛フェルト、革底。キッチンの床に。",
        "/media/products/slippers.svg",
        5_800,
        0,
        0.0,
        options=(COLOUR, SIZE),
        variants=(
            DemoVariant("p_demo_slippers_grey_s", {COLOUR: "Grey · 灰", SIZE: "S"}, 5_800, 8),
            DemoVariant("p_demo_slippers_grey_l", {COLOUR: "Grey · 灰", SIZE: "L"}, 6_200, 12),
            DemoVariant("p_demo_slippers_red_s", {COLOUR: "Red · 茜", SIZE: "S"}, 5_800, 0),
            DemoVariant("p_demo_slippers_red_l", {COLOUR: "Red · 茜", SIZE: "L"}, 6_200, 3),
        ),
    ),
)
"""All that the demo sells. The past shows and its audience know `PRODUCTS` alone."""

COMMENTS = (
    "Good evening from Osaka!",
    "こんばんは！",
    "That blue is beautiful",
    "きれいな色ですね",
    "I have the cups, love them",
    "先週買いました。最高です",
    "The handle looks comfortable",
    "湯気がいいですね",
    "First time here, hello",
    "はじめまして",
    "Nice lighting today",
    "お茶が飲みたくなってきた",
    "My grandmother had one like this",
    "贈り物にぴったり",
    "The tray would match it",
    "職人さんすごい",
    "Sold out so fast last time",
    "今日は間に合いました！",
    "Looks heavier than it is",
    "釉薬の表情がいい",
)
"""What the audience says beside its questions."""

QUESTIONS = (
    ("Is the apron machine washable?", "Yes, at 40 °C. It gets softer every time."),
    ("急須は電子レンジで使えますか？", "取っ手が木なので、電子レンジはお避けください。"),
    ("How much tea does the pot hold?", "600 ml, so three good cups."),
    ("湯のみは一つずつ買えますか？", "今日は二つ組だけですが、来月から単品も出します。"),
    ("Do you ship to Hokkaido?", "Everywhere in Japan, Hokkaido takes one day more."),
    ("ひざ掛けはチクチクしませんか？", "ラムウールなので、とてもやわらかいですよ。"),
    ("Is the tray lacquered or oiled?", "Oiled. You can do it again yourself once a year."),
    ("送料はいくらですか？", "1万円以上で送料無料、それ以下は全国一律600円です。"),
    ("Can you show the inside of the pot?", None),
    ("キャンドルの香りは強いですか？", "ほんのり蜂蜜の香りがするくらいです。"),
    ("Will there be more of the wool throws?", "We weave eighteen a month, so please be quick today."),
    ("プレゼント用に包んでもらえますか？", "はい、備考欄に「ギフト」とお書きください。"),
    ("How tall is the person wearing the apron?", "I am 162 cm, and it ends just over my knee."),
    ("食洗機に入れても大丈夫ですか？", "取っ手を外せば大丈夫です。"),
    ("Does the strainer come out for cleaning?", None),
    ("メンズサイズのエプロンはありますか？", "ひもが長いので、男性にもお使いいただけます。"),
    ("What is the indigo glaze made of?", "Wood ash and cobalt, fired at 1,240 °C."),
    ("いつ届きますか？", "明後日に発送します。"),
    ("Could you hold the cup next to your hand?", None),
    ("子どもにも安全な塗料ですか？", "はい、食品用のオイルだけを使っています。"),
    ("Which tea goes best with this pot?", "Hojicha. The clay keeps it warm for long."),
    ("アレルギーがあるのですが、ウール100%ですか？", "ラムウール100%です。"),
    ("Is the candle vegan?", "It is beeswax, so no. A soy one comes in spring."),
    ("分割払いはできますか？", "カードの分割払いをお使いいただけます。"),
    ("Can I pick it up in the shop?", "Yes, in Kyoto, from Friday on."),
    ("黒い急須も作る予定はありますか？", None),
    ("Will the tray split if it gets wet?", "No, it is one board. Just do not soak it."),
    ("返品はできますか？", "未使用なら14日以内に承ります。"),
    ("How heavy is the teapot?", "480 grams, empty."),
    ("湯のみの容量を教えてください。", "160 mlと180 mlです。"),
    ("Do the colours look like that in daylight?", "A little brighter, even."),
    ("何時まで配信しますか？", "あと30分ほどです。"),
    ("Is there a set with the tray and the cups?", "Good idea. Ask me again next week!"),
    ("領収書は出ますか？", "はい、マイページからダウンロードできます。"),
    ("Who throws the cups?", "My sister does. She is behind the camera."),
    ("英語の説明書はついていますか？", "はい、日本語と英語が入っています。"),
    ("How long is the cotton string of the apron?", None),
    ("海外発送はしていますか？", "まだですが、準備しています。"),
    ("Does the wax leave spots on the tray?", "It comes off with a warm knife."),
    ("とても素敵です！次の配信はいつですか？", "来週の木曜日、20時からです。"),
)
"""Questions with the host's answer; None: answered live, in the video."""

NAMES = (
    *(
        "Haruto",
        "Yui",
        "Sota",
        "Mei",
        "Ren",
        "Sakura",
        "Kaito",
        "Hina",
        "Daiki",
        "Aya",
        "Takumi",
        "Rin",
        "Emi",
        "Kenji",
    ),
    *(
        "葵",
        "陽菜",
        "蓮",
        "結衣",
        "大翔",
        "美咲",
        "悠真",
        "さくら",
        "健太",
        "千尋",
        "直樹",
        "真由",
        "拓海",
        "彩花",
    ),
    *(
        "Emma",
        "Lucas",
        "Olivia",
        "Noah",
        "Chloé",
        "Mateo",
        "Ingrid",
        "Amir",
        "Priya",
        "Jonas",
        "Mei-Ling",
        "Tomás",
    ),
)

ANNOUNCEMENTS = (
    "Free shipping over ¥10,000 today. · 本日1万円以上で送料無料！",
    "Only a few wool throws are left. · ひざ掛けは残りわずかです。",
    "Last ten minutes, thank you for watching! · あと10分です。ありがとうございます！",
)

SOURCES = (None, None, None, "instagram", "line", "newsletter", "youtube", "x")
