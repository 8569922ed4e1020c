"""A server of its own process that takes what is sent: over HTTP, over gRPC, and journals.

It has the routes that take, and no others: what is kept is asked of the store.
"""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from starlette.applications import Starlette

from backtrail.serve.http.problems import problem
from backtrail.serve.journal.ingest import Ingest
from backtrail.serve.listening import listen
from backtrail.serve.otlp.routes import otlp_routes
from backtrail.serve.otlp.rpc.server import start_grpc
from backtrail.serve.routes.journal import journal_routes
from running import environment

SECONDS_MAX = 20
HOST = "127.0.0.1"


class Taking(NamedTuple):
    """A server that runs."""

    url: str
    rpc: str
    """Host and port of gRPC."""
    process: subprocess.Popen[str]


@contextmanager
def taking(home: Path, *, port: int = 0, limit_bytes: int | None = None) -> Iterator[Taking]:
    """Take what is sent to a store, until the end of the `with` statement.

    Args:
        home: the `.backtrail` directory.
        port: 0 takes a free one.
        limit_bytes: no file becomes larger.
    """
    words = [sys.executable, __file__, home, port, limit_bytes or 0]
    with subprocess.Popen(
        [str(word) for word in words], env=environment(), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            url, rpc = process.stdout.readline().split()
            yield Taking(url, rpc, process)
        finally:
            process.terminate()
            process.wait(SECONDS_MAX)


def main() -> None:
    """Take what is sent, until the process is ended."""
    home, port, limit_bytes = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    if limit_bytes:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))
    home.mkdir(parents=True, exist_ok=True)
    ingest = Ingest(home)
    ingest.start()
    rpc = start_grpc(ingest, HOST, 0)
    app = Starlette(routes=[*otlp_routes(ingest), *journal_routes(ingest)])
    app.add_exception_handler(404, lambda _request, _error: problem(404, "nothing is here"))

    def told(url: str) -> None:
        sys.stdout.write(f"{url.rstrip('/')} {HOST}:{rpc.port}\n")
        sys.stdout.flush()

    try:
        listen(app, host=HOST, port=port, told=told)
    finally:
        rpc.close()
        ingest.close()


if __name__ == "__main__":
    main()
