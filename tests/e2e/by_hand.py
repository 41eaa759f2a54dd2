"""Three people at their pages. Whatever they do by hand is counted here as they do it, and in no other way."""

import re
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from playwright.async_api import Locator, Page, expect

QuestionState = Literal["pending", "open", "answered", "dismissed"]
SECOND_LOOK = "purchase"


@dataclass(slots=True)
class Hand:
    """What was done by hand. `seen`, `opened` and `bought` count per person and product; `watched` is a lower and an upper bound."""

    reactions: Counter[str] = field(default_factory=Counter)
    questions: dict[str, QuestionState] = field(default_factory=dict)
    asked_by: dict[str, str] = field(default_factory=dict)
    votes: set[tuple[str, str]] = field(default_factory=set)
    shares: Counter[str] = field(default_factory=Counter)
    seen: Counter[tuple[str, str]] = field(default_factory=Counter)
    opened: Counter[tuple[str, str]] = field(default_factory=Counter)
    bought: list[tuple[str, str, int, int]] = field(default_factory=list)
    """Person, product, quantity, amount."""
    marks: list[str] = field(default_factory=list)
    stock: dict[str, int] = field(default_factory=dict)
    watched: dict[str, tuple[float, float]] = field(default_factory=dict)

    def waiting(self, state: QuestionState) -> int:
        """How many questions are in `state`."""
        return sum(each == state for each in self.questions.values())


class AtPage:
    """Somebody at a page of theirs."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def part(self, testid: str) -> Locator:
        """Return what has this `data-testid`."""
        return self.page.get_by_test_id(testid)


class ViewerAtPage(AtPage):
    """A guest at the viewer page."""

    def __init__(self, page: Page, name: str, hand: Hand) -> None:
        super().__init__(page)
        self.name = name
        self.hand = hand
        self._came_at = self._played_at = 0.0

    async def come(self, url: str) -> None:
        """Open the page."""
        self._came_at = time.monotonic()
        await self.page.goto(url)

    async def watch(self) -> None:
        """See the video play for long enough to be a view."""
        await expect(self.part("play")).to_have_attribute("data-playing", "true")
        self._played_at = time.monotonic()
        # More than the 3 s of a view: the page hears of the first frame a little later than it was shown.
        await self.page.wait_for_function(
            "played => document.querySelector('video').played.length && performance.now() - played > 3500",
            arg=await self.page.evaluate("performance.now()"),
        )

    async def leave(self) -> None:
        """Close the tab."""
        left_from = time.monotonic()
        await self.page.close()
        self.stop_watching(left_from)

    def stop_watching(self, since: float) -> None:
        """Take down how long was watched: the end lies between `since` and now."""
        self.hand.watched[self.name] = (since - self._played_at, time.monotonic() - self._came_at)

    async def react(self, kind: str, times: int) -> None:
        """Tap `times` times."""
        if kind == "heart":
            button = self.part("react")
        else:
            await self.part("reaction-choose").click()
            button = self.part(f"react-{kind}")
        for _ in range(times):
            await button.click()
            self.hand.reactions[self.name] += 1
        total = self.hand.reactions.total()
        await expect(self.part("reaction-total")).to_have_attribute("data-total", str(total))

    async def ask(self, text: str) -> None:
        """Write a question and send it."""
        await self.open_questions()
        await self.part("ask-text").fill(text)
        await self.part("ask-send").click()
        await expect(self.part("ask-text")).to_have_value("")
        self.hand.questions[text] = "pending"
        self.hand.asked_by[text] = self.name

    async def open_questions(self) -> None:
        """Let the sheet with the questions rise, unless it is up."""
        if not await self.part("ask-text").is_visible():
            await self.part("tab-questions").click()
        await expect(self.part("ask-text")).to_be_visible()

    async def close_sheet(self) -> None:
        """Let the sheet sink."""
        await self.part("sheet-close").click()
        await expect(self.part("sheet")).to_have_count(0)

    def question(self, text: str) -> Locator:
        """Return the row of a question."""
        return self.part("question").filter(has_text=text)

    async def vote(self, text: str) -> None:
        """Give a question one's vote."""
        row = self.question(text)
        await row.get_by_test_id("vote").click()
        await expect(row.get_by_test_id("vote")).to_have_attribute("aria-pressed", "true")
        self.hand.votes.add((self.name, text))
        votes = sum(voted == text for _, voted in self.hand.votes)
        await expect(row.get_by_test_id("votes")).to_have_text(str(votes))

    async def see_pinned(self, product: str) -> None:
        """Have the card of the pinned product on the screen. What was seen once is not seen for the first time again."""
        card = self.part("pinned-product")
        await expect(card).to_have_attribute("data-product", product)
        await expect(card).to_be_in_viewport(ratio=0.9)
        self.hand.seen[self.name, product] = 1

    async def open_pinned(self, product: str) -> None:
        """Open the pinned product and look."""
        await self.part("pinned-product").get_by_test_id("buy").click()
        await expect(self.part(SECOND_LOOK)).to_be_visible()
        self.hand.opened[self.name, product] += 1

    async def buy(self, product: str, price: int, quantity: int) -> None:
        """Open the pinned product, look twice, and buy."""
        await self.open_pinned(product)
        for _ in range(quantity - 1):
            await self.part("buy-more").click()
        amount = price * quantity
        await expect(self.part("buy-total")).to_have_text(re.compile(f"^[¥￥]{amount:,}$"))
        await self.part("buy-confirm").click()
        await expect(self.part("buy-done")).to_contain_text(re.compile(f"{quantity}( ×|点)"))
        self.hand.bought.append((self.name, product, quantity, amount))
        self.hand.stock[product] -= quantity
        await self.part("buy-close").click()

    async def look_and_leave(self, product: str) -> None:
        """Open the pinned product, and go without buying."""
        await self.open_pinned(product)
        await self.part("dialog-close").click()
        await expect(self.part(SECOND_LOOK)).to_have_count(0)

    async def share(self) -> str:
        """Take a link to share, as it stands in the clipboard."""
        await self.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await self.part("share").click()
        await expect(self.part("toast")).to_be_visible()
        self.hand.shares[self.name] += 1
        return str(await self.page.evaluate("navigator.clipboard.readText()"))


class HostAtPage(AtPage):
    """The host at the desk."""

    def __init__(self, page: Page, hand: Hand) -> None:
        super().__init__(page)
        self.hand = hand

    async def sign_in(self, url: str, code: str) -> None:
        """Come to the door and type the code."""
        await self.page.goto(url)
        await self.part("sign-in-code").fill(code)
        await self.part("sign-in-submit").click()
        await expect(self.part("desk")).to_have_attribute("data-link", "joined")

    async def start_show(self) -> None:
        """Start the show, which is asked once."""
        await self.part("start-show").click()
        await self.part("start-confirm").click()
        await expect(self.part("show-state")).to_have_attribute("data-state", "live")

    async def end_show(self) -> None:
        """End the show, which is asked twice."""
        await self.part("end-show").click()
        await self.part("end-first").click()
        await self.part("end-confirm").click()
        await expect(self.part("show-state")).to_have_attribute("data-state", "ended")

    async def take_up(self, text: str) -> None:
        """Find a question in its tab and choose it."""
        state = self.hand.questions[text]
        await self._expect_count(state)
        await self.part(f"tab-{state}").click()
        await self.part("question").filter(has_text=text).get_by_role("button").click()
        await expect(self.part("focus-text")).to_have_text(text)

    async def approve(self, text: str) -> None:
        """Let everybody see a question."""
        await self.take_up(text)
        await self.part("approve").click()
        await self._moved(text, "open")

    async def answer(self, text: str, words: str) -> None:
        """Answer in writing."""
        await self.take_up(text)
        await self.part("answer-text").fill(words)
        await self.part("answer-send").click()
        await self._moved(text, "answered")
        self.hand.marks.append("question.answered")

    async def answer_live(self, text: str) -> None:
        """Answer in the video."""
        await self.take_up(text)
        await self.part("answer-live").click()
        await self._moved(text, "answered")
        self.hand.marks.append("question.answered")

    async def dismiss(self, text: str, reason: str) -> None:
        """Take a question away."""
        await self.take_up(text)
        await self.part("dismiss").click()
        await self.part(f"reason-{reason}").click()
        await self._moved(text, "dismissed")

    async def pin_question(self, text: str) -> None:
        """Put a question on the screen."""
        await self.take_up(text)
        await self.part("pin-question").click()
        await expect(self.part("pin-question")).to_have_attribute("aria-pressed", "true")
        await self._done()
        self.hand.marks.append("question.pinned")

    async def pin_product(self, product: str) -> None:
        """Put a product on the screen."""
        await self.part(f"pin-{product}").click()
        await expect(self.part(f"product-{product}")).to_have_attribute("data-pinned", "true")
        self.hand.marks.append("product.pinned")

    async def add_stock(self, product: str, by: int) -> None:
        """Put units on the shelf, or take them off: 1, 10 or 100 by one tap."""
        await self.part(f"stock-step-{abs(by)}").click()
        await self.part(f"{'more' if by > 0 else 'less'}-{product}").click()
        self.hand.stock[product] += by
        stock = self.part(f"stock-{product}")
        await expect(stock).to_have_attribute("data-stock", str(self.hand.stock[product]))
        await expect(stock).to_have_attribute("data-coming", "false")

    async def announce(self, text: str) -> None:
        """Say something to everybody, without waiting for second thoughts."""
        await self.part("announce-text").fill(text)
        await self.part("announce-send").click()
        await self.part("send-now").click()
        await expect(self.part("announce-last")).to_contain_text(text)
        self.hand.marks.append("announce")

    async def expect_numbers(self, **numbers: str) -> None:
        """See these numbers above the desk: `watching="2"`."""
        for name, value in numbers.items():
            await expect(self.part(f"number-{name}")).to_have_text(value)

    async def _moved(self, text: str, state: QuestionState) -> None:
        await self._done()
        self.hand.questions[text] = state
        await self._expect_count(state)

    async def _done(self) -> None:
        await expect(self.part("last-deed")).to_have_attribute("data-state", "done")

    async def _expect_count(self, state: QuestionState) -> None:
        await expect(self.part(f"count-{state}")).to_have_text(str(self.hand.waiting(state)))


IMPATIENCE = (
    "const later = setTimeout; window.setTimeout = (deed, ms, ...rest) => later(deed, ms / 10, ...rest)"
)
"""The page asks for new figures by itself, every few seconds; here ten times as often."""


class AnalystAtPage(AtPage):
    """The analyst at the figures."""

    async def open(self, url: str) -> None:
        """Open the page of one show."""
        await self.page.add_init_script(IMPATIENCE)
        await self.page.goto(url)
        await expect(self.part("show-page")).to_be_visible()

    async def expect_funnel(self, **steps: int) -> None:
        """See how many came how far: `impression=2`."""
        for step, viewers in steps.items():
            await expect(self.part(f"funnel-{step}").locator(".funnel-count")).to_have_text(str(viewers))

    async def read_figures(self) -> dict[str, str]:
        """Return every figure by its key, as it is written."""
        figures = {}
        for row in await self.page.locator("[data-testid^='value-']").all():
            key = re.sub("^value-", "", await row.get_attribute("data-testid") or "")
            figures[key] = (await row.inner_text()).strip()
        return figures
