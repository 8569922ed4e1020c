"""A real PostgreSQL for tests: in a folder of its own, stopped when the tests are done."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

WAIT_S = 60.0
USER = "tester"
PASSWORD = "correct-horse-battery"
FOLDER = "/var/tmp"
"""Where a server that runs as another user than root may enter."""
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "listen_addresses": "127.0.0.1",
    "logging_collector": "off",
}
ACCESS = """\
local all all trust
host all all 127.0.0.1/32 scram-sha-256
"""


class PostgresServer:
    """A server that can be stopped and started again."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder = folder
        self.programs = programs
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres", *, password: str | None = None) -> str:
        """Return an address: over the socket, or with a password over the loopback."""
        if password is not None:
            return f"postgresql://{USER}:{password}@127.0.0.1:{self.port}/{database}"
        return f"postgresql://{USER}@/{database}?host={self.folder}&port={self.port}"

    def make(self) -> None:
        """Make the folder of the databases."""
        command = [self.programs / "initdb", "-D", self.data, "-U", USER, "-A", "trust"]
        # A language whose order is not that of the code points would show a forgotten collation.
        command += ["-E", "UTF8", "--locale=C", "--no-sync", "--locale-provider=icu"]
        command += ["--icu-locale=en-US"]
        subprocess.run(command, check=True, capture_output=True, timeout=WAIT_S, **_as_other())
        (self.data / "pg_hba.conf").write_text(ACCESS)

    @property
    def data(self) -> Path:
        """Where the databases are."""
        return self.folder / "data"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = {**SETTINGS, "port": str(self.port), "unix_socket_directories": self.folder}
        command = [self.programs / "postgres", "-D", self.data]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, **_as_other())
        ready = [self.programs / "pg_isready", "-q", "-h", self.folder, "-p", str(self.port)]
        ready += ["-U", USER, "-d", "postgres"]
        for _ in range(int(WAIT_S / 0.05)):
            assert self._process.poll() is None, (self.folder / "log").read_text()
            if subprocess.run(ready, check=False).returncode == 0:
                return
            _pause()
        raise AssertionError((self.folder / "log").read_text())

    def stop(self) -> None:
        """Stop it at once, whoever is connected."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGINT)
            process.wait(WAIT_S)

    def run(self, sql: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run one statement as the owner of all."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Give a server of a new folder; both go at the end."""
    folder = Path(tempfile.mkdtemp(prefix="backtrail-pg-", dir=FOLDER))
    if other := _as_other():
        os.chown(folder, other["user"], other["group"])
    server = PostgresServer(folder, _programs())
    try:
        server.make()
        server.start()
        server.run(f"ALTER ROLE {USER} PASSWORD '{PASSWORD}'")
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    command = shutil.which("initdb")
    assert command, "PostgreSQL is not installed: apt-get install postgresql"
    return Path(command).resolve().parent


def _as_other() -> dict[str, int]:
    """Return as whom to run: PostgreSQL refuses to run as root."""
    if os.geteuid():
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _pause() -> None:
    signal.sigtimedwait((), 0.05)
