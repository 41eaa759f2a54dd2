"""Commands about giveaways: `giveaway verify`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.cli.program import app
from server.running.launch import console
from server.running.trouble import Trouble

if TYPE_CHECKING:
    from server.giveaways.bodies import ProofBody

giveaways = typer.Typer(no_args_is_help=True, help="Draws of giveaways, repeated.")
app.add_typer(giveaways, name="giveaway")
BYTES_MAX = 50_000_000
SECONDS_MAX = 30.0


@giveaways.callback()
def group() -> None:
    """Draws of giveaways, repeated."""


@giveaways.command()
def verify(
    proof: Annotated[str, typer.Argument(metavar="FILE|URL", help="The draw's proof; - is standard input.")],
    *,
    commitment: Annotated[
        str | None, typer.Option(help="The commitment that was noted while the giveaway was open.")
    ] = None,
    ticket: Annotated[
        str | None, typer.Option(help="A ticket that is to be among those that were drawn.")
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(
            envvar="SHOWFLOOR_TOKEN", help="For a show that guests may not enter: a viewer's token."
        ),
    ] = None,
) -> None:
    """Repeat a draw from its proof, and say whether it came out as is claimed.

    The proof is what `GET /v1/shows/{show}/giveaways/{giveaway}/proof` answers. Nothing else is asked of the server, and no database is
    needed. Exit code 1 if anything is wrong.
    """
    from server.giveaways.verifying import faults_of

    drawn = _read(proof, token)
    faults = faults_of(drawn, commitment=commitment, ticket=ticket)
    for fault in faults:
        typer.echo(f"No: {fault}")
    if faults:
        raise typer.Exit(1)
    typer.echo(
        f"Yes: {len(drawn.tickets)} of {drawn.entries} entries were drawn, and these won: {', '.join(drawn.winners) or 'nobody'}."
    )
    if commitment is None:
        console.print(f"Compare the commitment with the one that was told at the opening: {drawn.commitment}")


def _read(proof: str, token: str | None) -> "ProofBody":
    from pydantic import ValidationError

    from server.giveaways.bodies import ProofBody

    written = _fetch(proof, token) if proof.startswith(("http://", "https://")) else _read_file(proof)
    try:
        return ProofBody.model_validate_json(written)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(each) for each in first["loc"])
        raise Trouble(f"{proof} is no proof of a draw: {where} {first['msg']}".strip()) from None


def _read_file(name: str) -> bytes:
    if name == "-":
        return typer.get_binary_stream("stdin").read(BYTES_MAX)
    try:
        with Path(name).open("rb") as file:
            return file.read(BYTES_MAX)
    except OSError as error:
        raise Trouble(f"{name} cannot be read: {error.strerror}") from None


def _fetch(url: str, token: str | None) -> bytes:
    import httpx

    headers = {"Authorization": f"Bearer {token}"} if token else {}
    got = bytearray()
    try:
        with httpx.stream("GET", url, headers=headers, timeout=SECONDS_MAX) as answer:
            for chunk in answer.iter_bytes():
                got += chunk
                if len(got) > BYTES_MAX:
                    raise Trouble(f"{url} answers more than {BYTES_MAX} bytes")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Trouble(f"{url} cannot be fetched: {error}") from None
    if answer.status_code != httpx.codes.OK:
        raise Trouble(f"{url} answers {answer.status_code}", "there is a proof once the giveaway is drawn")
    return bytes(got)
