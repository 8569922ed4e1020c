"""`backtrail serve`: the recordings as pages, and for tools over HTTP."""

from __future__ import annotations

import importlib
from typing import Any

import click

from backtrail.cli.invocation import Invocation
from backtrail.cli.options import example
from backtrail.cli.serving import HOST, has_credentials, part, project_of
from backtrail.model.errors import RefusedError

PORT = 4600


@click.command(epilog=example("$ backtrail serve --open", "listening on http://127.0.0.1:4600/"))
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=PORT,
    show_default=True,
    help="0 takes a free one.",
)
@click.option(
    "--host", default=HOST, show_default=True, help="Another than loopback needs a user or a key."
)
@click.option(
    "--behind-proxy",
    "is_behind_proxy",
    is_flag=True,
    help="A proxy on this machine adds TLS; needs a user or a key.",
)
@click.option(
    "--grpc-port",
    type=click.IntRange(0, 65_535),
    help="Take OpenTelemetry over gRPC too, on this port; 4317 is the usual one.",
)
@click.option("--open", "is_opened", is_flag=True, help="Open the pages in the browser.")
@click.pass_obj
def serve(
    invocation: Invocation,
    *,
    port: int,
    host: str,
    is_behind_proxy: bool,
    grpc_port: int | None,
    is_opened: bool,
) -> None:
    """Show the recordings in a browser, and answer tools over HTTP.

    Until Ctrl-C: pages at `/`, the interface for tools under `/api` (its document is
    `/api/openapi.json`), the Model Context Protocol at `/mcp`; OpenTelemetry's traces and logs are
    taken at `/v1/traces` and `/v1/logs`. Only this machine is answered, without a password, until
    there is a user (`backtrail users add`) or a key (`backtrail keys create`).
    """
    gates, listening = _part("auth.gate"), _part("listening")
    project = project_of(invocation)
    is_closed = has_credentials(project)
    if is_behind_proxy and not is_closed:
        raise RefusedError(
            "--behind-proxy answers other machines, and there are no credentials yet",
            hint="make a user first: `backtrail users add NAME`",
        )
    listening.check(host, has_credentials=is_closed)
    is_loopback = host in listening.LOOPBACK and not is_behind_proxy

    def told(url: str) -> None:
        click.echo(f"listening on {url}")
        click.echo(_warning(is_closed=is_closed, is_loopback=is_loopback, host=host), err=True)
        if is_opened:
            # Loaded only where it is used.
            importlib.import_module("webbrowser").open(url)

    gate = gates.Gate(project.home, clock=project.clock, is_loopback=is_loopback)
    ingest = _part("journal.ingest").Ingest(project.home, clock=project.clock, store=project.store)
    ingest.start()
    try:
        rpc = None if grpc_port is None else _rpc(ingest, gate, host, grpc_port)
        listening.listen(
            _part("http.app").make_app(project, ingest, gate=gate, beside=rpc and rpc.close),
            host=host,
            port=port,
            told=told,
            has_credentials=is_closed,
            is_behind_proxy=is_behind_proxy,
        )
    finally:
        ingest.close()


def _part(module: str) -> Any:  # noqa: ANN401 - it is loaded only here
    return part(f"backtrail.serve.{module}", command="serve", extra="serve")


def _rpc(ingest: Any, gate: Any, host: str, port: int) -> Any:  # noqa: ANN401 - as above
    """Begin to take what is sent over gRPC, and say where."""
    admit = _part("auth.senders").sender_gate(gate)
    server = _part("otlp.rpc.server").start_grpc(ingest, host, port, admit)
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"taking gRPC on {shown}:{server.port}", err=True)
    return server


def _warning(*, is_closed: bool, is_loopback: bool, host: str) -> str:
    """Say who is answered, and what stands against that."""
    if not is_closed:
        return "only this machine is answered, without a password"
    if is_loopback:
        return "only this machine is answered, and asks for a user or a key"
    if host in {"127.0.0.1", "::1", "localhost"}:
        return "the proxy must pass the Host header on, and set X-Forwarded-For and -Proto"
    return (
        "this server speaks no TLS: whoever sees the network reads passwords and recordings; "
        "let it listen on 127.0.0.1 with --behind-proxy, behind a proxy that adds TLS"
    )
