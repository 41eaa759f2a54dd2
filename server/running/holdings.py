"""What a database holds, in a few numbers that people can compare before a backup and after a restore."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

_COUNTS = text("""
    SELECT (SELECT version_num FROM public.alembic_version) AS schema,
           (SELECT count(*) FROM public.channel) AS channels, (SELECT count(*) FROM public.show) AS shows,
           (SELECT count(*) FROM public.publication) AS publications, (SELECT count(*) FROM public.orders) AS orders,
           (SELECT count(*) FROM public.question) AS questions,
           (SELECT count(DISTINCT viewer_id) FROM public.attendance) AS viewers,
           (SELECT count(*) FROM public.ledger_entry) AS entries
""")


@dataclass(frozen=True, slots=True)
class Holdings:
    """Rows by kind; `schema` is the revision of the tables."""

    schema: str
    channels: int
    shows: int
    publications: int
    orders: int
    questions: int
    viewers: int
    entries: int

    def __str__(self) -> str:
        counted = ("channels", "shows", "publications", "orders", "questions", "viewers")
        numbers = ", ".join(f"{getattr(self, name):,} {name}" for name in counted)
        return f"{numbers}, {self.entries:,} ledger entries; schema {self.schema}"


def count_holdings(connection: Connection) -> Holdings:
    """Count what the database holds, as the connection's transaction sees it."""
    return Holdings(*connection.execute(_COUNTS).one())
