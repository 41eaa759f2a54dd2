"""What may be wrong with a file of history, or with one of its lines, in words. Pure."""

from dataclasses import dataclass

NAMED_MAX = 100
"""Bad lines that are named in a terminal and in the report; all others are counted by their reason."""

SENTENCES = {
    "not_json": "the line is no JSON object",
    "missing": "{field} is missing",
    "unreadable": "{field} cannot be read",
    "no_offset": "{field} has no offset from UTC, such as Z or +09:00",
    "characters": "{field} has characters that are not allowed there, or is too long",
    "out_of_range": "{field} is out of its range",
    "unknown": "{field} is none of those that there are",
    "in_the_future": "{field} is later than now",
    "show_unknown": "the channel has no such show, and the file no line of kind show for it",
    "show_elsewhere": "the show is another channel's",
    "show_not_ended": "the show has not ended: what happens in it is recorded by itself",
    "show_exists": "the channel has that show already, by another entry",
    "ends_before": "the show ends before it starts",
    "id_twice": "the same id stands on another line with other contents",
    "show_twice": "another line of kind show has the same show",
    "target_twice": "another line is about the same {field} and kind",
    "unpaired": "view_start and view_end do not come in pairs on this connection",
    "stretch_twice": "another line begins to watch on the same connection at the same moment",
    "stretch_exists": "somebody began to watch on this connection at this moment already, by another entry",
    "no_lines": "lines is no array of at least one product with quantity and amount_minor",
    "one_line": "an order that Showfloor took has exactly one line",
    "product_unknown": "the catalogue has no such product, and an order that Showfloor took needs one",
    "order_unknown": "no order of the shop with this id is known",
    "order_exists": "the order is known already, by another entry",
    "number_exists": "another order has this number already",
    "identity_exists": "who this guest was is known already, by another entry",
    "question_exists": "the question is known already, by another entry",
    "survey_exists": "the survey is known already, by another entry",
    "survey_unknown": "the show has no such survey, and the file no line of kind survey for it",
    "answers_otherwise": "{field} is no answer to a survey of this kind",
    "refunded_too_much": "more is given back than was paid, or in another currency",
}
"""By their codes; `{field}` is the column."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be taken in: its number in the file from 1, why, and which column it is about."""

    line: int
    code: str
    field: str

    @property
    def sentence(self) -> str:
        """Return why, in words."""
        return SENTENCES[self.code].format(field=f"`{self.field}`" if self.field else "it")


class UnreadableFile(Exception):
    """A file that is no history at all: what is wrong with it, and how to mend it."""

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(f"{what}; {mend}" if mend else what)
        self.what = what
        self.mend = mend
