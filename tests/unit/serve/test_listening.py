from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from backtrail.model.errors import RefusedError, UsageError
from backtrail.serve.listening import check, listen

SERVER = """
import sys
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from backtrail.serve.listening import check, listen
app = Starlette(routes=[Route("/", lambda _: PlainTextResponse("here"))])
listen(app, host=sys.argv[1], port=0, told=lambda url: print(url, flush=True))
"""


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "example.org", "203.0.113.9", ""])
def test_only_loopback_is_listened_on(host: str) -> None:
    with pytest.raises(RefusedError, match="is not this machine's loopback"):
        listen(Starlette(), host=host, port=0, told=print)


def test_a_port_that_is_taken_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} cannot be listened on: Address"):
            listen(Starlette(), host="127.0.0.1", port=port, told=print)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_address_that_is_told_answers_until_the_end(host: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", SERVER, host]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        answer = httpx.get(url)
        assert (answer.text, answer.headers.get("server")) == ("here", None)
        server.send_signal(signal.SIGTERM)
        assert server.wait(20) in {0, -signal.SIGTERM}
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_with_credentials_it_listens_where_it_is_told() -> None:
    check("0.0.0.0", has_credentials=True)
    with pytest.raises(RefusedError) as caught:
        check("0.0.0.0", has_credentials=False)
    assert caught.value.hint == "make a user first: `backtrail users add NAME`"
    with pytest.raises(RefusedError) as caught:
        check("0.0.0.0")
    assert "use 127.0.0.1" in caught.value.hint
