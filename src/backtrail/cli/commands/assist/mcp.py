"""`backtrail mcp`: an assistant asks what was recorded."""

from __future__ import annotations

import click

from backtrail.cli.invocation import Invocation
from backtrail.cli.options import example
from backtrail.cli.serving import HOST, has_credentials, part, project_of
from backtrail.model.errors import RefusedError

PORT = 8765


@click.command(
    epilog=example("$ backtrail hook claude-code", "$ backtrail mcp --http --port 8765"),
)
@click.option("--http", "is_http", is_flag=True, help="Streamable HTTP instead of stdio.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=PORT,
    show_default=True,
    help="Port for --http; 0 takes a free one.",
)
@click.option("--host", default=HOST, show_default=True, help="Only loopback is served.")
@click.pass_obj
def mcp(invocation: Invocation, *, is_http: bool, port: int, host: str) -> None:
    """Answer an assistant's questions about what was recorded.

    Speaks the Model Context Protocol on standard input and output, until the input is closed. All
    tools only read. `backtrail hook` writes the configuration that makes an assistant start it.
    """
    server = part("backtrail.serve.mcp_server", command="mcp", extra="mcp")
    project = project_of(invocation)
    if not is_http:
        server.serve_stdio(project)
        return
    if has_credentials(project):
        raise RefusedError(
            f"{project.home} has users or keys, and `backtrail mcp --http` asks nobody for them",
            hint="`backtrail serve` answers at /mcp, with a key",
        )
    server.serve_http(
        project, host=host, port=port, told=lambda url: click.echo(f"listening on {url}")
    )
