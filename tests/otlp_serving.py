"""A real server process of the routes that take OpenTelemetry's signals, on loopback."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from backtrail.serve.journal.ingest import Ingest
from backtrail.serve.otlp.routes import otlp_routes
from running import environment

HERE = Path(__file__).resolve()


def app(ingest: Ingest) -> Starlette:
    """Return an app of nothing but the routes; it starts and ends what is behind them."""

    @asynccontextmanager
    async def lifespan(_app: Starlette):  # noqa: ANN202 - as Starlette wants it
        ingest.start()
        yield
        ingest.close()

    return Starlette(routes=otlp_routes(ingest), lifespan=lifespan)


def serve(home: Path) -> None:
    """Serve until the end, and say on which port."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app(Ingest(home)), log_level="warning", lifespan="on")
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    asyncio.run(uvicorn.Server(config).serve(sockets=[listening]))


@contextmanager
def server(home: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run a server in a process of its own; gives its address and the process."""
    command = [sys.executable, str(HERE), str(home)]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}", process
        finally:
            process.terminate()
            process.wait(30)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
