"""Other ways into a server: OpenTelemetry over gRPC, and what another machine recorded."""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path
from typing import Any

import httpx

from running import BACKTRAIL, RUN, environment, project, run, until
from serving import server, serving

SENDER = """
import sys
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult
address, key = sys.argv[1:]
exporter = OTLPSpanExporter(endpoint=address, insecure=True, headers={"x-api-key": key}, timeout=20)
told = []
def export(spans, of=exporter.export):
    told.append(of(spans))
    return told[-1]
exporter.export = export
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
with provider.get_tracer("kiln").start_as_current_span("fire"):
    pass
provider.shutdown()
sys.exit(0 if told == [SpanExportResult.SUCCESS] else 3)
"""
FAILS = "prices = {}\nprices['kettle']\n"


def key_of(folder: Path, scope: str) -> str:
    """Make a key that may do one thing."""
    words = ("keys", "create", scope, "--scope", scope, "--json")
    done = run(*BACKTRAIL, *words, cwd=folder, env=home(folder))
    key: str = json.loads(done.stdout)["key"]
    return key


def home(folder: Path) -> dict[str, str]:
    return environment(BACKTRAIL_DIR=str(folder / ".backtrail"))


def traces(url: str, key: str | None = None) -> list[dict[str, Any]]:
    headers = {} if key is None else {"x-api-key": key}
    answer = httpx.get(f"{url}/api/traces", headers=headers)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["traces"]
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def test_who_has_a_key_sends_over_grpc_and_nobody_else(tmp_path: Path) -> None:
    folder = project(tmp_path)
    writer, reader = key_of(folder, "ingest"), key_of(folder, "read")
    port = free_port()
    with server(folder / ".backtrail", "--grpc-port", str(port)) as (url, process):
        codes = [
            run(sys.executable, "-c", SENDER, f"127.0.0.1:{port}", key, cwd=folder).returncode
            for key in ("bt_none", reader, writer)
        ]
        assert codes == [3, 3, 0]
        until(lambda: traces(url, reader) != [])
        assert [trace["name"] for trace in traces(url, reader)] == ["fire"]
        process.terminate()
        assert process.wait(20) in {0, 143, -15}


def test_what_another_machine_recorded_is_shown_as_it_was_there(tmp_path: Path) -> None:
    for name in ("there", "here"):
        (tmp_path / name).mkdir()
    there, here = project(tmp_path / "there"), project(tmp_path / "here")
    assert run(*RUN, "--", "python", "-c", FAILS, cwd=there).returncode == 1
    [known] = json.loads(run(*BACKTRAIL, "ls", "--json", cwd=there).stdout)["traces"]
    with serving(here) as url:
        sent = [run(*BACKTRAIL, "send", url, "--json", cwd=there) for _ in range(2)]
        assert [done.returncode for done in sent] == [0, 0], sent[0].stderr
        first, again = (json.loads(done.stdout) for done in sent)
        assert (first["events"] > 5, again["events"]) == (True, 0)
        until(lambda: traces(url) != [])
        [shown] = traces(url)
        assert (shown["trace_id"], shown["errors"]) == (known["trace_id"], 1)
        trail = httpx.get(f"{url}/api/traces/{known['trace_id']}/trail").json()
    own = json.loads(run(*BACKTRAIL, "show", "latest", "--json", cwd=there).stdout)
    assert trail["errors"][0]["error_id"] == own["errors"][0]["error_id"]
    assert run(*BACKTRAIL, "why", known["trace_id"][:12], cwd=here).returncode == 0
