"""Imports as `/v1` shows them."""

from collections.abc import Mapping
from typing import Literal, cast

from pydantic import Field

from server.clock import to_wire
from server.feeds.comparing import Outcome
from server.feeds.rules import Format
from server.feeds.service import Line
from server.feeds.tables import ImportRow
from server.http.params import Face, Moment
from server.pictures.unfetched import Why


class FileProblem(Face):
    """Why a file cannot be read."""

    reason: str | None
    line: int | None
    message: str


class PictureCounts(Face):
    """How many pictures wait to be fetched, are kept on this server, and could not be had."""

    waiting: int
    kept: int
    failed: int


class ImportBody(Face):
    """An import: a file of products, and what would come, or came, of it."""

    id: str
    state: str = Field(description="`waiting`, `ready`, `applying`, `applied` or `failed`.")
    format: Format | None
    name: str = Field(description="Of the file.")
    bytes: int
    lines: int = Field(description="Up to the last one with a product.")
    percent: int = Field(
        description="How far the reading, or the applying, is; 100 when there is nothing to wait for."
    )
    counts: dict[str, int] = Field(description="Products by outcome: create, update, unchanged, refused.")
    problem: FileProblem | None
    pictures: PictureCounts | None = Field(
        description="What became of the pictures that it names by addresses elsewhere; they are fetched once it is applied. Null: none."
    )
    changed: bool = Field(
        description="The catalogue was changed since the preview that was to be applied: this is another one."
    )
    by: str
    created_at: Moment
    applied_at: Moment | None


class ImportPage(Face):
    """Some imports, the newest first."""

    imports: list[ImportBody]
    next: str | None


class ChangeBody(Face):
    """A field that changes. Prices are in minor units; of a variant its name too."""

    field: str
    before: str | int | bool | None
    after: str | int | bool | None
    variant: str | None


class ProblemBody(Face):
    """What is wrong with a line."""

    line: int
    code: str
    field: str = ""
    message: str = ""


class LinePictureBody(Face):
    """A picture that a product names by its address elsewhere."""

    address: str
    state: Literal["waiting", "kept", "failed"]
    why: Why | None = Field(description="Why it could not be had, the last time.")


class LineBody(Face):
    """A product of the file: its lines, and what would come of it."""

    n: int
    line: int
    last_line: int
    title: str
    outcome: Outcome
    product: str | None
    variants: int
    changes: list[ChangeBody]
    problems: list[ProblemBody]
    pictures: list[LinePictureBody] = Field(
        description="Those that lie elsewhere, once the import is applied."
    )


class LinePage(Face):
    """Some products of an import, in the file's order."""

    lines: list[LineBody]
    next: str | None


def as_line(line: Line) -> LineBody:
    """Return a product of an import as the API shows it."""
    named = [
        LinePictureBody.model_validate({"address": each.address, "state": each.state, "why": each.why})
        for each in line.pictures
    ]
    return LineBody(n=line.n, pictures=named, **line.face)


def as_body(row: ImportRow, pictures: Mapping[str, int] | None = None) -> ImportBody:
    """Return an import as the API shows it, with how many of its pictures there are of each state."""
    return ImportBody(
        id=row.id,
        state=row.state,
        format=cast("Format | None", row.format),
        name=row.name,
        bytes=row.bytes,
        lines=row.lines,
        percent=row.percent if row.state in ("waiting", "applying") else 100,
        pictures=PictureCounts(**pictures) if pictures else None,
        counts=row.counts,
        problem=FileProblem(**row.problem) if row.problem else None,
        changed=row.changed,
        by=row.actor_name or row.actor,
        created_at=to_wire(row.created_at),
        applied_at=to_wire(row.applied_at) if row.applied_at else None,
    )
