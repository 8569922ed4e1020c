"""`backtrail serve`: the recordings as pages, and for tools over HTTP."""

from __future__ import annotations

import importlib

import click

from backtrail.cli.invocation import Invocation
from backtrail.cli.options import example
from backtrail.cli.serving import HOST, part, project_of

PORT = 4600


@click.command(epilog=example("$ backtrail serve --open", "listening on http://127.0.0.1:4600/"))
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=PORT,
    show_default=True,
    help="0 takes a free one.",
)
@click.option("--host", default=HOST, show_default=True, help="Only loopback is served.")
@click.option("--open", "is_opened", is_flag=True, help="Open the pages in the browser.")
@click.pass_obj
def serve(invocation: Invocation, *, port: int, host: str, is_opened: bool) -> None:
    """Show the recordings in a browser, and answer tools over HTTP.

    Until Ctrl-C: pages at `/`, the interface for tools under `/api` (its document is
    `/api/openapi.json`), the Model Context Protocol at `/mcp`; OpenTelemetry's traces and logs are
    taken at `/v1/traces` and `/v1/logs`. Only this machine is answered: there are no users yet.
    """
    app = part("backtrail.serve.http.app", command="serve", extra="serve")
    listening = part("backtrail.serve.listening", command="serve", extra="serve")
    journal = part("backtrail.serve.journal.ingest", command="serve", extra="serve")
    project = project_of(invocation)

    def told(url: str) -> None:
        click.echo(f"listening on {url}")
        click.echo("only this machine is answered, without a password", err=True)
        if is_opened:
            # Loaded only where it is used.
            importlib.import_module("webbrowser").open(url)

    listening.check(host)
    ingest = journal.Ingest(project.home, clock=project.clock)
    ingest.start()
    try:
        listening.listen(app.make_app(project, ingest), host=host, port=port, told=told)
    finally:
        ingest.close()
