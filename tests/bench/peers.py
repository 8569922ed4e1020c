"""Servers that take OpenTelemetry and show it: ours, and those that users have today.

Each runs on loopback in a folder of its own, with the store that it has when nobody configures one.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from backtrail.model.limits.reading import KEY_RATE_PER_MINUTE_MAX

ROOT = Path(__file__).parents[2]
START_S_MAX = 180
STOP_S_MAX = 30
SPANS_A_TRACE = 20
PAGE = 200
PROTOBUF = {"content-type": "application/x-protobuf"}


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


class Server(ABC):
    """A server in a process of its own, which is stopped with all that it started."""

    name = ""
    package = ""
    """What is installed of it, by the name that users install it by; empty for ours."""
    health = ""
    spans = 0
    """How many it is sent: as many as it shows in a minute or so."""
    headers = PROTOBUF

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.client = httpx.Client(base_url=self.url, timeout=120)
        self.started_s = 0.0

    @abstractmethod
    def command(self) -> list[str]:
        """Return how it is started."""

    def environment(self) -> dict[str, str]:
        """Return what its environment says beside this program's."""
        return {}

    @abstractmethod
    def visible(self) -> int:
        """Return how many spans a query finds."""

    def start(self) -> None:
        """Start it, and wait until it answers."""
        began = time.monotonic()
        self.process = subprocess.Popen(
            self.command(),
            cwd=self.folder,
            env={**os.environ, **self.environment()},
            stdout=(self.folder / "log").open("wb"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        while not self._answers():
            if time.monotonic() - began > START_S_MAX or self.process.poll() is not None:
                raise SystemExit(f"error: {self.name} does not start: {self.folder / 'log'}")
            time.sleep(0.02)
        self.started_s = time.monotonic() - began

    def _answers(self) -> bool:
        try:
            return self.client.get(self.health).is_success
        except httpx.TransportError:
            return False

    def stop(self) -> None:
        """Stop it, and what it started."""
        self.client.close()
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_S_MAX)
        # Some of its workers may have outlived it.
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def members(self) -> list[int]:
        """Return its processes."""
        group = self.process.pid
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                try:
                    if os.getpgid(int(entry.name)) == group:
                        found.append(int(entry.name))
                except ProcessLookupError:
                    continue
        return found

    def memory_bytes(self) -> int:
        """Return the memory of its processes, what they share divided among them."""
        total = 0
        for pid in self.members():
            try:
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            except (FileNotFoundError, ProcessLookupError):
                continue
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) << 10
        return total

    def cpu_s(self) -> float:
        """Return the CPU time that its processes have used."""
        ticks = 0
        for pid in self.members():
            try:
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def disk_bytes(self) -> int:
        """Return what it keeps on the disk."""
        files = [path for path in self.folder.rglob("*") if path.is_file() and path.name != "log"]
        return sum(path.stat().st_blocks * 512 for path in files)


class Backtrail(Server):
    """Ours, as `backtrail serve` starts it, with a user and a key."""

    name = "backtrail"
    health = "/api/health"
    spans = 120_000

    def command(self) -> list[str]:
        """Make a key, and return how it is started."""
        program = [str(Path(sys.executable).with_name("backtrail"))]
        scopes = ["--scope", "ingest", "--scope", "read"]
        rate = ["--rate", str(KEY_RATE_PER_MINUTE_MAX)]
        made = subprocess.run(
            [*program, "keys", "create", "bench", *scopes, *rate, "--json"],
            cwd=self.folder,
            env={**os.environ, **self.environment()},
            stdout=subprocess.PIPE,
            check=True,
        )
        key = json.loads(made.stdout)["key"]
        self.headers = {**PROTOBUF, "x-api-key": key}
        self.client.headers["x-api-key"] = key
        return [*program, "serve", "--port", str(self.port)]

    def environment(self) -> dict[str, str]:
        """Keep its store in its own folder."""
        return {"BACKTRAIL_DIR": str(self.folder / ".backtrail")}

    def visible(self) -> int:
        """Count the traces that began lately."""
        told = self.client.get("/api/stats", params={"since": "24h"}).json()
        return int(sum(told["traces"])) * SPANS_A_TRACE


class Phoenix(Server):
    """arize-phoenix."""

    name = "phoenix"
    package = "arize-phoenix"
    health = "/healthz"
    spans = 3_000
    COUNT = "{ projects { edges { node { recordCount } } } }"

    def command(self) -> list[str]:
        """Return how it is started."""
        return [str(ROOT / ".venv-phoenix" / "bin" / "phoenix"), "serve"]

    def environment(self) -> dict[str, str]:
        """Keep it on loopback, and from telling anybody."""
        return {
            "PHOENIX_WORKING_DIR": str(self.folder),
            "PHOENIX_HOST": "127.0.0.1",
            "PHOENIX_PORT": str(self.port),
            "PHOENIX_GRPC_PORT": str(free_port()),
            "PHOENIX_TELEMETRY_ENABLED": "false",
        }

    def visible(self) -> int:
        """Count the spans of all its projects."""
        told = self.client.post("/graphql", json={"query": self.COUNT}).json()
        return sum(edge["node"]["recordCount"] for edge in told["data"]["projects"]["edges"])


class Mlflow(Server):
    """mlflow."""

    name = "mlflow"
    package = "mlflow"
    health = "/health"
    spans = 10_000
    headers = {**PROTOBUF, "x-mlflow-experiment-id": "0"}  # noqa: RUF012 - never changed

    def command(self) -> list[str]:
        """Return how it is started."""
        program = str(ROOT / ".venv-mlflow" / "bin" / "mlflow")
        return [program, "server", "--host", "127.0.0.1", "--port", str(self.port)]

    def environment(self) -> dict[str, str]:
        """Keep it from telling anybody."""
        return {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}

    def visible(self) -> int:
        """Count the traces of its one experiment, page by page."""
        place = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}}
        asked: dict[str, Any] = {"locations": [place], "max_results": PAGE}
        traces = 0
        while True:
            told = self.client.post("/api/3.0/mlflow/traces/search", json=asked).json()
            traces += len(told.get("traces", []))
            if not told.get("next_page_token"):
                return traces * SPANS_A_TRACE
            asked["page_token"] = told["next_page_token"]


def install(server: type[Server]) -> None:
    """Install the newest of a peer in an environment of its own, unless it is there."""
    place = ROOT / f".venv-{server.name}"
    if (place / "installed").exists():
        return
    shutil.rmtree(place, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    command = ["uv", "pip", "install", "--quiet", "--python", place / "bin" / "python"]
    subprocess.run([*command, server.package], check=True)
    (place / "installed").touch()


def version(server: type[Server]) -> str:
    """Return which version of a peer is installed."""
    program = f"import importlib.metadata as m; print(m.version({server.package!r}))"
    python = ROOT / f".venv-{server.name}" / "bin" / "python"
    done = subprocess.run([python, "-c", program], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip()
