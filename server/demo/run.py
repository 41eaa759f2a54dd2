"""`showfloor demo`: seeds, serves and keeps an audience there until a signal, with a line of progress for each step."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from socket import socket

import msgspec
from rich.console import Console

from server.access.roles import Role
from server.access.sign_in import SignIn
from server.access.tokens import tokens_for
from server.app import create_app
from server.bus.connections import REDIS_AWAY
from server.clock import SystemClock
from server.db.engine import Database
from server.db.migrations import migrate
from server.demo import repository, seed
from server.demo.audience import Audience
from server.demo.catalogue import CHANNEL_ID, HOST_NAME, LIVE_SHOW_ID, SHELF
from server.demo.checkout import seed_checkout
from server.demo.mail import seed_mail
from server.demo.opinions import seed_opinions
from server.demo.people import Person
from server.demo.planned import seed_plan
from server.demo.queries import save_queries
from server.embedded.wheels import POSTGRES_VERSION
from server.running.engines import engines_for
from server.running.serving import LiveServer, server_for
from server.running.worker import count_what_is_left, forget_counters
from server.settings import Settings

CODE_USES = 50
CODE_HOURS = 12
"""A demo is looked at for a day's work, by a room of people: then it is started again, which makes new codes."""
ANALYST_NAME = "Analyst"
ADMIN_NAME = "Admin"


class Progress:
    """One line for each step: what is done, and how long it took."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Show `what` while the block runs, and tick it off."""
        started = time.monotonic()
        with self._console.status(f"{what} …"):
            yield
        self._console.print(f"[green]✓[/green] {what} [dim]{time.monotonic() - started:.1f} s[/dim]")


def run_demo(
    settings: Settings, listening: socket, *, audience: int, out: Console, progress: Console
) -> None:
    """Run the demo on a bound socket until a signal; addresses go to `out`. Engines are stopped at the end, whatever happens."""
    steps = Progress(progress)
    host, port = listening.getsockname()[:2]
    reached = settings.public_url or f"http://{_reachable(host)}:{port}"
    engines = engines_for(settings_for(settings, audience).model_copy(update={"public_url": reached}))
    with steps.step(_names_of_engines(settings)):
        settings = engines.__enter__()
    try:
        with steps.step("Tables at their newest"):
            assert settings.database_url is not None, "the engines' URLs are in"
            migrate(settings.database_url)
        with asyncio.Runner(loop_factory=_uvloop) as runner:
            runner.run(_Demo(settings, listening, audience, out, steps).run())
    finally:
        progress.print("Stopping …")
        engines.__exit__(None, None, None)


def settings_for(settings: Settings, audience: int) -> Settings:
    """Return a demo's settings: fake payments, and a simulated audience, of one address, is no burst; what is set by hand stands."""
    lifted = {"guest_burst": 0, "guests_per_minute_per_ip": 0.0} if audience > settings.guest_burst else {}
    of_demos = {"fake_payments": True, **lifted}
    free = {name: value for name, value in of_demos.items() if name not in settings.model_fields_set}
    return settings.model_copy(update=free)


def _names_of_engines(settings: Settings) -> str:
    if settings.database_url and settings.redis_url:
        return "PostgreSQL and Redis of your own"
    return f"PostgreSQL {POSTGRES_VERSION} and Valkey, data in {settings.data}"


def _uvloop() -> asyncio.AbstractEventLoop:
    import uvloop

    return uvloop.new_event_loop()


class _Demo:
    """One run of the demo inside its event loop."""

    def __init__(
        self, settings: Settings, listening: socket, audience: int, out: Console, steps: Progress
    ) -> None:
        self._settings = settings
        self._listening = listening
        self._audience = audience
        self._out = out
        self._steps = steps
        self._clock = SystemClock()
        self._tokens = tokens_for(settings, self._clock)

    async def run(self) -> None:
        """Seed, serve, invite; returns after a signal, when the server has ended."""
        codes = await self._seed()
        server = server_for(create_app(self._settings), self._settings)
        async with asyncio.TaskGroup() as group:
            serving = group.create_task(server.serve(sockets=[self._listening]), name="server")
            guests = group.create_task(self._accompany(server, codes), name="audience")
            await asyncio.wait((serving,))
            guests.cancel()
        await self._end_codes()

    async def _seed(self) -> dict[Role, str]:
        """Bring the database to where the demo begins; returns sign-in codes by role."""
        assert self._settings.database_url is not None, "the engines' URLs are in"
        database = Database(self._settings.database_url, pool_size=2)
        now = self._clock.now()
        try:
            with self._steps.step(f"A shop with {len(SHELF)} products"):
                async with database.write() as connection:
                    await seed.seed_catalogue(connection, now)
                    await seed_checkout(connection)
            with self._steps.step("Two past shows with their history"):
                async with database.write() as connection:
                    await seed.seed_past(connection, now)
                    await seed_mail(connection, now)
            with self._steps.step("A year of shows before them"):
                await seed.seed_year(database, now)
                await save_queries(database, self._clock)
            with self._steps.step("A live show"):
                await self._settle_earlier_run()
                async with database.write() as connection:
                    await seed.seed_live(connection, now)
                    await seed_plan(connection, now)
                    await seed_opinions(connection, now)
            return await self._issue_codes(database)
        finally:
            await database.close()

    async def _settle_earlier_run(self) -> None:
        """What an earlier run left in Redis belongs to its own show: count its facts, and forget its counters."""
        with suppress(*REDIS_AWAY):
            await count_what_is_left(self._settings)
            await forget_counters(self._settings, LIVE_SHOW_ID)

    async def _issue_codes(self, database: Database) -> dict[Role, str]:
        """Codes that many tabs may use; those of an earlier run end."""
        async with database.write() as connection:
            await repository.delete_codes(connection, CHANNEL_ID)
        sign_in = SignIn(database, self._tokens, self._clock)
        names: dict[Role, str] = {"host": HOST_NAME, "analyst": ANALYST_NAME, "admin": ADMIN_NAME}
        return {
            role: await sign_in.issue_code(
                CHANNEL_ID, role, subject=name, uses=CODE_USES, lifetime=timedelta(hours=CODE_HOURS)
            )
            for role, name in names.items()
        }

    async def _end_codes(self) -> None:
        """A code in somebody's history signs in to no later demo on the same data."""
        assert self._settings.database_url is not None, "the engines' URLs are in"
        database = Database(self._settings.database_url, pool_size=1)
        try:
            async with database.write_soon() as connection:
                await repository.delete_codes(connection, CHANNEL_ID)
        finally:
            await database.close()

    async def _accompany(self, server: LiveServer, codes: dict[Role, str]) -> None:
        """Once the server listens: print the addresses, and keep the audience there."""
        await server.listening.wait()
        host, port = self._listening.getsockname()[:2]
        self._print_addresses(f"http://{_reachable(host)}:{port}", codes)
        if self._audience:
            await Audience(f"ws://{_reachable(host)}:{port}/v1/live", self._audience, self._token_of).run()

    def _print_addresses(self, base: str, codes: dict[Role, str]) -> None:
        viewers = f"{self._audience} simulated viewers" if self._audience else "no simulated viewers"
        out = self._out
        out.print(f"\nShowfloor is live, with {viewers}. Ctrl-C ends it.\n")
        out.print(f"  Viewer    {base}/")
        out.print(f"  Host      {base}/host#code={codes['host']}")
        out.print(f"  Analyst   {base}/analyst#code={codes['analyst']}")
        out.print(f"  Studio    {base}/studio#code={codes['admin']}\n")
        out.print(
            f"The codes of host, analyst and studio sign in {CODE_USES} times each, for {CODE_HOURS} hours, and end with this demo.\n"
        )
        out.file.flush()

    def _token_of(self, person: Person) -> str:
        """The token that a person of the past shows would have kept in their browser."""
        member = self._tokens.new_member(CHANNEL_ID, "viewer", name=person.name, viewer_id=person.viewer_id)
        return self._tokens.sign(
            msgspec.structs.replace(member, guest=person.guest, remembered=person.remembered)
        )


def _reachable(host: str) -> str:
    """Return where a browser on this machine finds a server that listens on `host`."""
    if host in ("0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
