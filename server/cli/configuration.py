"""Commands about the settings: `config check`."""

import typer
from pydantic import SecretStr
from rich.console import Console
from rich.markup import escape

from server.cli.program import app
from server.running import launch
from server.running.engines import refuse_half_a_configuration
from server.running.launch import console
from server.settings import Settings

config = typer.Typer(
    no_args_is_help=True, help="The settings as they are read from the environment and the file."
)
app.add_typer(config, name="config")


@config.command("check")
def config_check() -> None:
    """Print every setting as it is in force, secrets hidden. Exit code 1 if a value or a name is wrong."""
    settings = Settings()
    out = Console(highlight=False, soft_wrap=True)
    for name in Settings.model_fields:
        value = getattr(settings, name)
        shown = "set" if isinstance(value, SecretStr) else launch.shown_value(value)
        changed = name in settings.model_fields_set
        out.print(f"{'[bold]' if changed else '[dim]'}{name:<26} {escape(shown)}")
    unknown = launch.unknown_variables()
    for variable, hint in unknown:
        console.print(f"[red]{variable} is no setting of Showfloor{hint}[/red]")
    settings.require_strong_secrets()
    refuse_half_a_configuration(settings, sql_alone=True)
    raise typer.Exit(1 if unknown else 0)
