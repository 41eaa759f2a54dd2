"""Commands that run until a signal: `serve`, `demo`, `worker`."""

from contextlib import suppress
from typing import Annotated

import typer
from rich.console import Console

from server.cli.program import Host, Port, app, database_url, run
from server.running import launch
from server.running.engines import Start, engines_for, prepare_to_serve, require_fit_engines
from server.running.launch import console
from server.settings import Settings


@app.command()
def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option(min=1, max=256, help="Processes that share the port.")] = 1,
    worker: Annotated[bool, typer.Option(help="Write the ledger in these processes too.")] = True,
) -> None:
    """Serve HTTP, sockets and pages until a signal. Without URLs, PostgreSQL and Valkey are started beside it."""
    from server.app import create_app
    from server.running.serving import serve_in_processes, server_for
    from server.telemetry import set_up_logging

    set_up_logging()
    settings = _settings_to_serve(**({} if worker else {"worker": False}))
    with (
        launch.listen(host, port) as listening,
        suppress(KeyboardInterrupt),
        engines_for(settings) as ready,
    ):
        prepare_to_serve(settings, ready)
        port = listening.getsockname()[1]
        console.print(f"Showfloor listens on http://{host}:{port}")
        _show_owner_link(ready, launch.url_of(host, port))
        if workers > 1:
            serve_in_processes(ready, listening, workers)
        else:
            server_for(create_app(ready), ready).run(sockets=[listening])


@app.command()
def demo(
    audience: Annotated[
        int, typer.Option(min=0, max=5000, help="Simulated viewers; 0 for a quiet show.")
    ] = 40,
    host: Host = "127.0.0.1",
    port: Port = 8000,
) -> None:
    """A running show to look at: a shop, its past shows, one live show `demo`, and an audience over real sockets.

    Each start begins a fresh show `demo`; the one of an earlier run stays among the past shows if anybody was there.
    """
    from server.demo.run import run_demo
    from server.telemetry import set_up_logging

    set_up_logging(level="WARNING", json=False)
    settings = _settings_to_serve()
    out = Console(highlight=False, soft_wrap=True)
    with launch.listen(host, port) as listening, suppress(KeyboardInterrupt):
        run_demo(settings, listening, audience=audience, out=out, progress=console)


@app.command()
def worker() -> None:
    """Write the ledger from Redis to SQL until a signal. Several at once take turns. The database needs the newest schema."""
    from server.running.watch import address_of, sockets_for
    from server.running.worker import run_worker
    from server.telemetry import set_up_logging

    set_up_logging()
    with suppress(KeyboardInterrupt), engines_for(launch.load_settings(), Start.NEVER) as settings:
        require_fit_engines(settings)
        listening = next(iter(sockets_for(settings, 1)), None)
        if listening is not None:
            console.print(f"The worker answers on http://{address_of(listening)}")
        run(run_worker(settings, listening))


def _show_owner_link(settings: Settings, url: str) -> None:
    """Where there is no channel yet, print the link by which one begins; another at each start, good for an hour, used once."""
    from server.running.channel_terminal import owner_path

    path = run(owner_path(settings, database_url(settings)))
    if path is not None:
        console.print("There is no channel yet. Make one here; the link works once, within an hour:")
        console.print(f"  {url}{path}")


def _settings_to_serve(**given: bool) -> Settings:
    settings = launch.load_settings(**given)
    settings.signing_secret()
    launch.warn_of_lifted_limits(settings)
    launch.raise_open_files_limit()
    return settings
