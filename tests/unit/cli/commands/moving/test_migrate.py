from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot

from backtrail.serve.journal.home import Home
from builders import process_id
from postgres_server import PASSWORD, PostgresServer
from sample_store import FAILED, WELL

pytestmark = pytest.mark.usefixtures("project")


def ids(call: Any, **environ: str) -> list[str]:
    return [trace["trace_id"] for trace in call("ls", "--json", **environ).json["traces"]]


def test_a_store_is_taken_there_and_back(call: Any, postgres: PostgresServer) -> None:
    address = postgres.url(password=PASSWORD)
    shown = address.replace(PASSWORD, "***")
    assert ids(call) == [WELL, FAILED]
    said = call("migrate", "--to", address)
    assert said.code == 0, said.err
    told = re.sub(r"sha256 [0-9a-f]{16}", "sha256 SUM", said.out)
    assert told.replace(shown, "SETTING").replace(str(postgres.port), "PORT") == snapshot("""\
12 events of 2 traces in 2 blocks
both sides read back alike: sha256 SUM
the catalogue is in postgresql://tester@127.0.0.1:PORT/postgres too; to use it, set
  BACKTRAIL_STORE="SETTING"
or, in backtrail.toml, store = "SETTING"
""")
    there = {"BACKTRAIL_STORE": address}
    assert ids(call, **there) == [WELL, FAILED]
    assert call("gc", "--max-traces", "1", **there).code == 0
    assert (ids(call, **there), ids(call)) == ([WELL], [WELL, FAILED])
    back = call("migrate", "--to", "sqlite", "--json", **there)
    assert back.code == 0, back.err
    assert (back.json["moved"]["traces"], back.json["store"]) == (1, "sqlite")
    assert ids(call) == [WELL]
    assert PASSWORD not in said.out + said.err + back.out + back.err


def test_a_server_that_runs_is_not_bereft_of_its_store(
    call: Any, project: Path, postgres: PostgresServer
) -> None:
    server = Home(project / ".backtrail", process_id(7))
    refused = call("migrate", "--to", postgres.url())
    server.close()
    assert refused.code == 5
    assert "takes what is sent to" in refused.err
    assert call("migrate", "--to", postgres.url()).code == 0


@pytest.mark.parametrize(
    ("target", "code", "says"),
    [
        ("sqlite", 3, "the catalogue is in"),
        ("mysql://me:secret@db/x", 2, "which is no engine"),
        ("postgresql://me:secret@127.0.0.1:1/x", 3, "cannot be opened"),
    ],
)
def test_what_cannot_be_done_says_what_to_do(call: Any, target: str, code: int, says: str) -> None:
    said = call("migrate", "--to", target)
    assert said.code == code
    assert says in said.err
    assert "hint" in said.err
    assert "secret" not in said.out + said.err


def test_the_setting_is_shown_and_the_engine_named_without_the_password(
    call: Any, postgres: PostgresServer
) -> None:
    there = {"BACKTRAIL_STORE": postgres.url(password=PASSWORD)}
    for arguments in (["config"], ["config", "store"], ["config", "--json"]):
        said = call(*arguments, **there)
        assert f"tester:***@127.0.0.1:{postgres.port}" in said.out.replace("\n", "")
        assert PASSWORD not in said.out + said.err
    said = call("doctor", **there)
    assert "the catalogue is kept by PostgreSQL" in said.out
    assert PASSWORD not in said.out + said.err
    told = call("doctor", "--json", **there).json
    assert told["store"].endswith(f"tester:***@127.0.0.1:{postgres.port}/postgres")
    assert call("doctor", "--json").json["store"] == "sqlite"
    assert call("index", "--rebuild", "--json", **there).json["indexed"]["events"] == 12
    assert ids(call, **there) == [WELL, FAILED]
