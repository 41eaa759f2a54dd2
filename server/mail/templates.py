"""Templates: Jinja, of which only what shows and chooses is allowed, so that none computes, calls or grows without an end. Pure.

Of what viewers wrote nothing is HTML: the HTML part escapes every variable.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

RENDERED_CHARACTERS_MAX: Final = 200_000
NESTED_MAX: Final = 2
PART_CHARACTERS_MAX: Final = 40_000
LINE_CHARACTERS_MAX: Final = 200
FILTERS: Final = (
    "default",
    "escape",
    "e",
    "first",
    "join",
    "last",
    "length",
    "lower",
    "title",
    "trim",
    "truncate",
    "upper",
)
_NODES: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.If, nodes.For, nodes.Filter, nodes.Const,
    nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr, nodes.Keyword,
)  # fmt: skip
PARTS: Final = ("subject", "preheader", "html", "plain")


@dataclass(frozen=True, slots=True)
class Words:
    """A message's words: as templates, or filled in."""

    subject: str
    preheader: str
    html: str
    plain: str


class TemplateError(Exception):
    """What is wrong with a template: in which part, on which line, and why."""

    def __init__(self, part: str, line: int, why: str) -> None:
        super().__init__(f"{part}, line {line}: {why}")
        self.part, self.line, self.why = part, line, why


def _environment(*, html: bool) -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(
        autoescape=html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters = {name: made.filters[name] for name in FILTERS}
    made.globals = {}
    return made


_HTML, _PLAIN = _environment(html=True), _environment(html=False)


def check(words: Words) -> None:
    """Raise TemplateError for what cannot be a template here, or lacks the way out of the list."""
    for part in PARTS:
        _check_part(part, getattr(words, part))
    for part in ("html", "plain"):
        if "unsubscribe_url" not in getattr(words, part):
            raise TemplateError(
                part, 1, "it must hold {{ unsubscribe_url }}, so that people can stop this mail"
            )


def _check_part(part: str, source: str) -> None:
    most = PART_CHARACTERS_MAX if part in ("html", "plain") else LINE_CHARACTERS_MAX
    if len(source) > most:
        raise TemplateError(part, 1, f"it has more than {most} characters")
    if not source.strip():
        raise TemplateError(part, 1, "it is empty")
    try:
        tree = _of(part).parse(source)
    except TemplateSyntaxError as error:
        raise TemplateError(part, error.lineno, error.message or "it cannot be read") from None
    for node, depth in _walk(tree, 0):
        if not isinstance(node, _NODES):
            raise TemplateError(part, node.lineno, f"{type(node).__name__.lower()} is not allowed here")
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            raise TemplateError(part, node.lineno, f"there is no filter {node.name}")
        if isinstance(node, nodes.For) and (depth > NESTED_MAX or node.recursive):
            raise TemplateError(part, node.lineno, f"loops stand at most {NESTED_MAX} in one another")
        if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
            raise TemplateError(part, node.lineno, f"there is no {node.attr}")


def _walk(node: nodes.Node, depth: int) -> Iterator[tuple[nodes.Node, int]]:
    depth += isinstance(node, nodes.For)
    yield node, depth
    for child in node.iter_child_nodes():
        yield from _walk(child, depth)


def render(words: Words, values: Mapping[str, Any]) -> Words:
    """Return the words filled in, subject and preheader on one line; raises TemplateError, for a variable that there is not too."""
    for part in PARTS:
        _check_part(part, getattr(words, part))
    filled = {part: _render_part(part, getattr(words, part), values) for part in PARTS}
    one_line = {
        part: " ".join(filled[part].split())[:LINE_CHARACTERS_MAX] for part in ("subject", "preheader")
    }
    return Words(**{**filled, **one_line})


def _render_part(part: str, source: str, values: Mapping[str, Any]) -> str:
    size, pieces = 0, []
    try:
        for piece in _of(part).from_string(source).generate(dict(values)):
            size += len(piece)
            if size > RENDERED_CHARACTERS_MAX:
                raise TemplateError(part, 1, f"it comes to more than {RENDERED_CHARACTERS_MAX} characters")
            pieces.append(piece)
    except UndefinedError as error:
        raise TemplateError(part, _line_of(error), str(error)) from None
    except (SecurityError, TypeError, ValueError) as error:
        raise TemplateError(part, _line_of(error), str(error)) from None
    return "".join(pieces)


def _line_of(error: BaseException) -> int:
    """Return the template's line in which something went wrong; Jinja's own frames are the last that name it."""
    trace, line = error.__traceback__, 1
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _of(part: str) -> ImmutableSandboxedEnvironment:
    return _HTML if part == "html" else _PLAIN


VARIABLES: Final[Sequence[tuple[str, str]]] = (
    ("show.title, show.url", "the show, and where its page is"),
    ("clicked", "products whose details they opened: each has title, price, picture, url"),
    ("questions", "what they asked: each has text, answer (may be empty) and answered_live"),
    ("bought", "products that they bought in the show: each has title, quantity, price"),
    ("returning", "true for who had been in a show of yours before"),
    ("repeat_buyer", "true for who has bought twice or more"),
    ("offer.text, offer.url", "your offer for who comes back; offer.text is empty for everybody else"),
    ("sender.name, sender.postal", "who writes"),
    ("preheader", "the line that mail programs show after the subject; in the HTML part"),
    ("unsubscribe_url", "by which one click stops this mail; it must be in both parts"),
)
"""What a follow-up knows, and what it means."""
