from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from running import BACKTRAIL, environment, run


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "example.org", "203.0.113.9"])
def test_only_loopback_is_served(call: Any, host: str) -> None:
    said = call("mcp", "--http", "--host", host)
    assert said.code == 5
    assert "is not this machine's loopback" in said.err
    assert "hint: use 127.0.0.1" in said.err


def test_a_port_that_is_taken_is_said(call: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = call("mcp", "--http", "--port", str(port))
    assert said.code == 2
    assert f"port {port} cannot be listened on: Address already in use" in said.err
    assert "hint: --port 0 takes a free one" in said.err


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    """The SDK is hidden from this one process, as in an installation without the extra."""
    hide = (
        "import sys; sys.modules['mcp'] = None; sys.argv[1:] = ['mcp']; "
        "from backtrail.cli.main import main; main()"
    )
    done = run(sys.executable, "-c", hide, cwd=tmp_path)
    assert done.returncode == 3
    assert done.stderr.decode() == (
        "error: `backtrail mcp` needs mcp, which is not installed\n"
        'hint: pip install "backtrail[mcp]"\n'
    )


def test_other_commands_do_not_load_the_sdk(tmp_path: Path) -> None:
    check = (
        "import sys\n"
        "from backtrail.cli.main import run\n"
        "from backtrail.cli.invocation import Invocation\n"
        "run(['--help'], Invocation()); run(['bundle'], Invocation())\n"
        "run(['mcp', '--help'], Invocation())\n"
        "assert not {'mcp', 'mcp_types', 'pydantic', 'anyio'} & set(sys.modules)\n"
    )
    done = run(sys.executable, "-c", check, cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()


def test_the_server_over_http_says_where_it_listens_and_ends_on_request(tmp_path: Path) -> None:
    server = subprocess.Popen(
        [*BACKTRAIL, "mcp", "--http", "--port", "0"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    with server:
        assert server.stdout is not None
        assert server.stdout.readline().startswith("listening on http://127.0.0.1:")
        server.send_signal(2)
        assert server.wait(60) == 130


def test_where_there_are_keys_the_tools_alone_are_not_served(call: Any) -> None:
    call("keys", "create", "build", "--scope", "read")
    said = call("mcp", "--http")
    assert said.code == 5
    assert "hint: `backtrail serve` answers at /mcp, with a key" in said.err
