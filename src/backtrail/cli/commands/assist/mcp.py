"""`backtrail mcp`: an assistant asks what was recorded."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import click

from backtrail.cli.invocation import Invocation
from backtrail.cli.options import example
from backtrail.model.errors import MissingPartError, RefusedError
from backtrail.record.capture.redact import use_secret_names
from backtrail.record.settings import find_home, read_settings
from backtrail.serve.opening import Project

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
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
@click.option("--host", default="127.0.0.1", show_default=True, help="Only loopback is served.")
@click.pass_obj
def mcp(invocation: Invocation, *, is_http: bool, port: int, host: str) -> None:
    """Answer an assistant's questions about what was recorded.

    Speaks the Model Context Protocol on standard input and output, until the input is closed. All
    tools only read. `backtrail hook` writes the configuration that makes an assistant start it.
    """
    if host not in LOOPBACK:
        raise RefusedError(
            f"--host {host} is not this machine's loopback, and there are no credentials yet",
            hint="use 127.0.0.1, and an SSH tunnel from elsewhere",
        )
    server = _server()
    home = find_home(invocation.cwd, invocation.environ)
    settings, _ = read_settings(home, invocation.environ)
    use_secret_names(settings.redact_names)
    project = Project(home=Path(home), clock=invocation.clock)
    if not is_http:
        server.serve_stdio(project)
        return
    server.serve_http(project, port=port, told=lambda url: click.echo(f"listening on {url}"))


def _server() -> ModuleType:
    # The SDK is an extra, and takes longer to load than any other command to run.
    try:
        return importlib.import_module("backtrail.serve.mcp_server")
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing == "backtrail":
            raise
        raise MissingPartError(
            f"`backtrail mcp` needs {missing}, which is not installed",
            hint='pip install "backtrail[mcp]"',
        ) from error
