"""A merchant at the studio: every press, every field that is filled and every choice is counted, as a person makes it."""

import time
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from tests.e2e.by_hand import AtPage


@dataclass(slots=True)
class Effort:
    """What something took, since it was begun."""

    clicks: int = 0
    fields: int = 0
    began_at: float = field(default_factory=time.monotonic)
    said: list[str] = field(default_factory=list)

    def say(self, what: str) -> None:
        """Take down how far it came with what effort."""
        seconds = time.monotonic() - self.began_at
        self.said.append(f"{what}: {self.clicks} clicks, {self.fields} fields, {seconds:.1f} s")


class Hands(AtPage):
    """Somebody at a page whose effort is counted."""

    def __init__(self, page: Page, effort: Effort) -> None:
        super().__init__(page)
        self.effort = effort

    def _at(self, what: str | Locator) -> Locator:
        return self.part(what) if isinstance(what, str) else what

    async def press(self, what: str | Locator) -> None:
        """Press a button or a link, by its `data-testid` or as it was found."""
        await self._at(what).click()
        self.effort.clicks += 1

    async def write(self, what: str | Locator, text: str) -> None:
        """Fill a field."""
        await self._at(what).fill(text)
        self.effort.fields += 1

    async def choose(self, what: str | Locator, value: str) -> None:
        """Choose one of several."""
        await self._at(what).select_option(value)
        self.effort.fields += 1

    async def give(self, what: str | Locator, file: Path) -> None:
        """Give a file."""
        await self._at(what).set_input_files(file)
        self.effort.fields += 1

    async def save(self) -> None:
        """Press the form's button."""
        await self.press("form-save")


@dataclass(frozen=True, slots=True)
class Person:
    """Who comes in: what they write of themselves."""

    name: str
    email: str
    password: str


class Newcomer(Hands):
    """Somebody who comes in by a link and has a password from then on."""

    async def _say_who(self, person: Person) -> None:
        await self.write("field-person_name", person.name)
        await self.write("field-email", person.email)
        await self.write("field-password", person.password)
        await self.save()
        await expect(self.part("home")).to_be_visible()

    async def found(self, link: str, channel: str, currency: str, zone: str, owner: Person) -> None:
        """Open the owner's link, name the channel and be its admin."""
        await self.page.goto(link)
        await self.write("field-name", channel)
        await self.choose("field-currency", currency)
        await self.choose("field-time_zone", zone)
        await self._say_who(owner)

    async def join(self, link: str, person: Person) -> None:
        """Open an invitation and take it."""
        await self.page.goto(link)
        await self._say_who(person)


class Merchant(Hands):
    """The owner of the channel in the studio, from its first page on."""

    async def add_product(self, title: str, price: str, stock: str) -> None:
        """Write a product by hand, from the list of products."""
        await self.press("product-new")
        await self.write("field-title", title)
        await self.write("field-price", price)
        await self.write("field-stock", stock)
        await self.save()
        await expect(self.part("stock-left")).to_have_text(stock)
        await self.press("back")

    async def add_product_in_sizes(self, title: str, price: str, sizes: dict[str, str]) -> None:
        """Write a product that comes in sizes, each with its stock."""
        await self.press("product-new")
        await self.write("field-title", title)
        await self.write("field-price", price)
        await self.press("option-add")
        await self.write("option-name", "Size")
        await self.write("option-values", ", ".join(sizes))
        for size, stock in sizes.items():
            variant = self.page.locator(f'[data-testid="variant"][data-values="{size}"]')
            await self.write(variant.get_by_test_id("variant-price"), price)
            await self.write(variant.get_by_test_id("variant-stock"), stock)
        await self.save()
        await expect(self.part("stock-row")).to_have_count(len(sizes))
        await self.press("back")

    async def import_products(self, file: Path, titles: list[str]) -> None:
        """Bring in the products of a file, and see them in the list."""
        await self.press("product-import")
        await self.give("import-input", file)
        await expect(self.part("import-state")).to_have_attribute("data-state", "ready")
        await expect(self.part("import-problem")).to_have_count(0)
        await self.press("import-apply")
        await expect(self.part("import-state")).to_have_attribute("data-state", "applied")
        await self.press("import-done")
        for title in titles:
            await expect(self.part("row").filter(has_text=title)).to_be_visible()

    async def invite(self, role: str) -> str:
        """Make an invitation and return its link."""
        await self.press("area-people")
        await self.press("invite")
        await self.choose("field-role", role)
        await self.save()
        return await self.part("link").input_value()

    async def plan_show(
        self, title: str, starts_at: str, cover: Path, video: str, line_up: dict[str, str]
    ) -> str:
        """Write a show with the products of `line_up` (words of a title, and the price in this show), schedule it, and return its id."""
        await self.press("area-shows")
        await self.press("show-new")
        await self.write("field-title", title)
        await self.give("pictures-input", cover)
        await expect(self.part("picture")).to_be_visible()
        await self.write("field-startsAt", starts_at)
        await self.write("field-mp4", video)
        for words, price in line_up.items():
            await self.write("line-search", words)
            await self.press("line-add")
            await self.write(self.part("line").filter(has_text=words).get_by_test_id("line-price"), price)
        await self.save()
        await expect(self.part("show-state")).to_have_attribute("data-state", "draft")
        await expect(self.part("nothing-missing")).to_be_visible()
        await self.press("show-schedule")
        await expect(self.part("show-state")).to_have_attribute("data-state", "scheduled")
        return self.page.url.partition("?")[0].rpartition("/")[2]
