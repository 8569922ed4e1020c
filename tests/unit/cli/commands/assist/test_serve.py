from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from running import run


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "example.org"])
def test_only_this_machine_is_served(call: Any, host: str) -> None:
    said = call("serve", "--host", host)
    assert said.code == 5
    assert "is not this machine's loopback" in said.err
    assert "hint: make a user first: `backtrail users add NAME`" in said.err


def test_a_port_that_is_taken_is_said(call: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = call("serve", "--port", str(port))
    assert said.code == 2
    assert "hint: --port 0 takes a free one" in said.err


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    hide = (
        "import sys; sys.modules['fastapi'] = None; sys.argv[1:] = ['serve']; "
        "from backtrail.cli.main import main; main()"
    )
    done = run(sys.executable, "-c", hide, cwd=tmp_path)
    assert done.returncode == 3
    assert done.stderr.decode() == (
        "error: `backtrail serve` needs fastapi, which is not installed\n"
        'hint: pip install "backtrail[serve]"\n'
    )


def test_the_browser_is_opened_on_the_address(tmp_path: Path) -> None:
    """A browser of our own notes what it is asked for, then ends the server."""
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/asked; kill -INT $PPID\n')
    browser.chmod(0o755)
    open_it = (
        "import os, sys; os.environ['BROWSER'] = sys.argv[1] + ' %s'; "
        "sys.argv[1:] = ['serve', '--port', '0', '--open']; "
        "from backtrail.cli.main import main; main()"
    )
    done = run(sys.executable, "-c", open_it, str(browser), cwd=tmp_path)
    url = done.stdout.decode().removeprefix("listening on ").strip()
    assert (tmp_path / "asked").read_text().strip() == url


def test_a_proxy_needs_credentials_behind_it(call: Any) -> None:
    said = call("serve", "--behind-proxy")
    assert said.code == 5
    assert "--behind-proxy answers other machines" in said.err
