"""Reading the cells of a question: facts of each group of people, and the pages' figures made of them."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from server.query.catalogue import APART, OF_SHOWS, grain_of, kind_of
from server.query.grammar import AmongFilter, EqualFilter, Filter, NullFilter, RangeFilter
from server.query.slots import Slot, ValueOf
from server.stats.chance import Sample
from server.stats.channel import things_repository as things
from server.stats.channel.cut import Cell, Condition, Cut
from server.stats.channel.facts import Left, Part, PartFacts, People, Questions, Till
from server.stats.channel.figure import Figure, count, unknown
from server.stats.channel.figures import build_figures
from server.stats.channel.look import Look
from server.stats.channel.parts import mode_figures, product_figures
from server.stats.channel.parts_repository import read_products_in
from server.stats.report import Sales

_NOTHING: Final = Sales(orders=0, units=0, gmv_minor=0)


@dataclass(frozen=True, slots=True)
class Found:
    """One cell: what it is of, the facts that its means rest on, and its figures."""

    values: dict[str, ValueOf]
    slot: Slot
    facts: PartFacts
    figures: Sequence[Figure]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be told of which people: metrics by dimensions, of the rows that conditions hold for."""

    metrics: Sequence[str]
    dimensions: Sequence[str]
    conditions: Sequence[Condition]

    @property
    def apart(self) -> str | None:
        """The dimension that is read by itself."""
        return next((each for each in self.dimensions if each in APART), None)

    def cut(self, *, in_all: bool = False) -> Cut:
        """Return by what rows and people are told apart, and which count."""
        by = [] if in_all else [each for each in self.dimensions if each not in {*OF_SHOWS, *APART}]
        return Cut(by, [each for each in self.conditions if each.field not in {*OF_SHOWS, *APART}])

    def condition_on(self, field: str) -> list[Condition]:
        """Return the conditions on a field."""
        return [each for each in self.conditions if each.field == field]


def condition_of(given: Filter) -> Condition:
    """Return a filter as the statements take it."""
    match given:
        case EqualFilter():
            return Condition(given.field, "in", (given.value,))
        case AmongFilter():
            return Condition(given.field, given.op, tuple(given.values))
        case RangeFilter():
            return Condition(given.field, "range", (given.from_, given.to))
        case NullFilter():
            return Condition(given.field, "null", (given.null,))


async def read_cells(look: Look, slots: Sequence[Slot], asked: Asked) -> list[Found]:
    """Return the cells that there are."""
    if asked.apart == "product":
        return await _read_products(look, slots, asked)
    if asked.apart == "mode":
        return await _read_modes(look, slots, asked)
    cut = asked.cut()
    facts = await read_facts(look, [slot.part for slot in slots], asked.metrics, cut)
    return [
        Found(
            {**slots[i].values, **named(cut, words)},
            slots[i],
            each,
            _pick(_figures(each, look), asked.metrics, each.part),
        )
        for (i, words), each in facts.items()
        if not cut.by or _is_somebody(each)
    ]


async def read_total(look: Look, whole: Slot, asked: Asked) -> Found:
    """Return what the question comes to in all, people counted once; of products what those do who met any of them."""
    cut = asked.cut(in_all=True)
    facts = (await read_facts(look, [whole.part], asked.metrics, cut))[0, ()]
    figures = _figures(facts, look)
    if asked.apart == "product":
        figures = _together(figures, await _read_any_product(look, whole, asked))
    if not all(condition.holds("live") for condition in asked.condition_on("mode")):
        modes = await (await look.audience([whole.part])).modes(cut)
        replay = modes.get(((0, ()), "replay"))
        figures = [] if replay is None else mode_figures(replay)
    return Found({}, whole, facts, _pick(figures, asked.metrics, whole.part))


async def read_facts(
    look: Look, parts: Sequence[Part], metrics: Sequence[str], cut: Cut
) -> dict[Cell, PartFacts]:
    """Return the facts that the metrics need, by part and the cut's words; where there are no words, of every part."""
    if cut.plain and not cut.by:
        found = await look.facts(await look.audience(parts))
        return {(i, ()): _with_tills(each, look.currency) for i, each in enumerate(found)}
    given, grains = look.asked(parts), {grain_of(metric) for metric in metrics}
    audience = await look.audience(parts)
    people = await audience.people(cut)
    asked = audience.questions(cut) if "questions" in grains else {}
    tills = await audience.tills_in(look.connection, given, cut) if "money" in grains else {}
    left = audience.left()
    peaks = await things.read_peaks(look.connection, given) if "shows" in grains else {}
    every = [(i, ()) for i in range(len(parts))] if not cut.by else []
    return {
        cell: _with_tills(
            PartFacts(
                part=parts[cell[0]],
                people=people.get(cell, People()),
                questions=asked.get(cell, Questions()),
                tills=tills.get(cell, ()),
                left=left.get(cell[0], Left()),
                peak=peaks.get(cell[0]),
            ),
            look.currency,
        )
        for cell in dict.fromkeys((*every, *people, *asked, *tills))
    }


def _with_tills(facts: PartFacts, currency: str) -> PartFacts:
    return dataclasses.replace(facts, tills=_tills(facts.tills, currency))


def _tills(found: Sequence[Till], currency: str) -> Sequence[Till]:
    """Return the tills, that of the channel's currency first, even where nothing was sold in it."""
    if any(till.currency == currency for till in found):
        return sorted(found, key=lambda till: till.currency != currency)
    empty = Till(currency, _NOTHING, _NOTHING, _NOTHING, _NOTHING, _NOTHING, Sample(0, 0, 0.0))
    return [empty, *found]


def _is_somebody(facts: PartFacts) -> bool:
    """Whether there is anything to tell: rows of people outside V(s) alone make no cell."""
    people = facts.people
    things_done = people.reactions + people.votes + people.shares + facts.questions.asked
    return bool(
        people.viewers_in_all or people.buyers_beside or things_done or any(t.orders.n for t in facts.tills)
    )


def _figures(facts: PartFacts, look: Look) -> list[Figure]:
    people, currency = facts.people, look.currency
    return [
        *build_figures(facts, look.terms),
        count("impressed", people.impressed),
        count("clickers", people.clickers),
        count("viewers_orders", people.orders),
        Figure(key="viewers_gmv", kind="money", amount=people.gmv_minor, currency=currency),
    ]


def _pick(figures: Sequence[Figure], metrics: Sequence[str], part: Part) -> list[Figure]:
    """Return the figures of the metrics in their order; money that nobody spent has no figure."""
    found = [each for metric in metrics for each in figures if each.key == metric]
    if not part.provisional:
        return found
    return [each.model_copy(update={"provisional": True}) for each in found]


async def _read_products(look: Look, slots: Sequence[Slot], asked: Asked) -> list[Found]:
    cut, given = asked.cut(), look.asked([slot.part for slot in slots])
    found = await read_products_in(look.connection, given, cut, asked.condition_on("product"))
    return [
        _apart(slots[i], asked, {**named(cut, words), "product": id}, product_figures(each, look.currency))
        for ((i, words), id), each in found.items()
        if each.viewers
    ]


async def _read_any_product(look: Look, whole: Slot, asked: Asked) -> list[Figure]:
    cut, given, of = asked.cut(in_all=True), look.asked([whole.part]), asked.condition_on("product")
    found = await read_products_in(look.connection, given, cut, of, apart=False)
    figures = [figure for each in found.values() for figure in product_figures(each, look.currency)]
    if not of:  # all others are the whole's, of whom nobody is left out
        return [each for each in figures if each.key == "viewers_units"]
    return [*figures, *(count("viewers", each.viewers) for each in found.values())]


def _together(figures: Sequence[Figure], instead: Sequence[Figure]) -> list[Figure]:
    known = {each.key for each in instead}
    return [*(each for each in figures if each.key not in known), *instead]


async def _read_modes(look: Look, slots: Sequence[Slot], asked: Asked) -> list[Found]:
    cut = asked.cut()
    found = await (await look.audience([slot.part for slot in slots])).modes(cut)
    wanted = asked.condition_on("mode")
    return [
        _apart(slots[i], asked, {**named(cut, words), "mode": mode}, mode_figures(each))
        for ((i, words), mode), each in found.items()
        if each.viewers and all(condition.holds(mode) for condition in wanted)
    ]


def named(cut: Cut, words: Sequence[str | None]) -> dict[str, ValueOf]:
    """Return the words of a cell by what they are."""
    return dict(zip(cut.by, words, strict=True))


def _apart(slot: Slot, asked: Asked, values: dict[str, ValueOf], figures: list[Figure]) -> Found:
    """Return a cell of a product or mode; what it has no figure of is unknown."""
    known = {each.key for each in figures}
    missing = [unknown(each, kind_of(each)) for each in asked.metrics if each not in known]
    picked = _pick([*figures, *missing], asked.metrics, slot.part)
    return Found({**slot.values, **values}, slot, PartFacts(slot.part), picked)


def ordered(
    cells: Sequence[Found], by: Sequence[tuple[str, bool]], currency: str, dimensions: Sequence[str]
) -> list[Found]:
    """Return cells in the order of `by` (what, whether the greatest comes first), the unknown last; then by their dimensions."""
    found = sorted(cells, key=lambda cell: [_rank(cell.values.get(each)) for each in dimensions])
    for what, descending in reversed(by):
        known = [cell for cell in found if _sorted_by(cell, what, currency) is not None]
        rest = [cell for cell in found if _sorted_by(cell, what, currency) is None]
        known.sort(key=lambda cell: _rank(_sorted_by(cell, what, currency)), reverse=descending)
        found = [*known, *rest]
    return found


def _rank(value: ValueOf | float) -> tuple[bool, float, str]:
    return value is None, 0 if isinstance(value, str) or value is None else value, str(value)


def _sorted_by(cell: Found, what: str, currency: str) -> ValueOf | float:
    if what in cell.values:
        return cell.values[what]
    return next(
        (each.amount for each in cell.figures if each.key == what and each.currency in {None, currency}), None
    )


def of_connection(look: Look, connection: AsyncConnection) -> Look:
    """Return the same look, which reads over another connection."""
    return dataclasses.replace(look, connection=connection)


def names_in(cells: Sequence[Found], field: str) -> Iterator[str]:
    """Yield the ids that the cells have by a dimension."""
    for cell in cells:
        value = cell.values.get(field)
        if isinstance(value, str):
            yield value
