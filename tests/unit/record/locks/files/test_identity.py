from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from backtrail.record import guard
from backtrail.record.locks.files.identity import (
    SUFFIX,
    Identity,
    boot_id,
    forget_identity,
    holder_of,
    own_identity,
    read_identity,
    shown,
    started_ticks,
    write_identity,
)
from backtrail.record.locks.owners import this_thread
from locking import recording_locks


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    with recording_locks(tmp_path / "home"):
        yield tmp_path / "home"


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "stock.lock")


def beside(path: str) -> list[str]:
    return sorted(file.name for file in Path(path).parent.glob("stock*"))


def own() -> Identity:
    return own_identity(this_thread(), 7)


def changed(**changes: object) -> Identity:
    return msgspec.structs.replace(own(), **changes)


def test_what_the_holder_writes_another_one_reads(path: str) -> None:
    written = own()
    write_identity(path, written)
    assert holder_of(path) == read_identity(path) == written
    assert (written.pid, written.thread, written.name) == (
        os.getpid(),
        "MainThread",
        f"process {os.getpid()}",
    )
    assert written.started_ticks == started_ticks(os.getpid())
    assert written.boot_id == boot_id()
    assert len(written.trace_id) == 32
    assert Path(path + SUFFIX).stat().st_mode & 0o777 == 0o644
    assert beside(path) == ["stock.lock.holder"]


def test_nothing_is_left_of_one_who_let_go(path: str) -> None:
    write_identity(path, own())
    forget_identity(path)
    forget_identity(path)
    assert read_identity(path) is None
    assert beside(path) == []


def dead_pid() -> int:
    with subprocess.Popen([sys.executable, "-c", "pass"]) as program:
        pass
    return program.pid


@pytest.mark.parametrize("why", ["dead", "number used again", "another boot"])
def test_who_is_gone_is_not_believed(path: str, why: str) -> None:
    changes: dict[str, object] = {
        "dead": {"pid": dead_pid()},
        "number used again": {"started_ticks": (own().started_ticks or 0) - 1},
        "another boot": {"boot_id": "5b0f7c1e-0000-4000-8000-000000000000"},
    }[why]  # type: ignore[assignment]
    write_identity(path, changed(**changes))
    assert read_identity(path) is not None
    assert holder_of(path) is None


def test_of_another_host_nothing_is_known(path: str) -> None:
    other = changed(host="another", pid=dead_pid(), boot_id="another")
    write_identity(path, other)
    assert holder_of(path) == other


@pytest.mark.parametrize("content", [b"", b"{", b"\0" * 100, b'{"pid": "one"}', b"[]", b"\xff"])
def test_what_is_no_identity_is_none(path: str, content: bytes) -> None:
    Path(path + SUFFIX).write_bytes(content)
    assert holder_of(path) is None


def test_an_identity_that_cannot_be_written_is_counted(tmp_path: Path) -> None:
    write_identity(str(tmp_path / "missing" / "stock.lock"), own())
    assert guard.lost["holder of a lock file not written: No such file or directory"] == 1
    (tmp_path / f"other.lock{SUFFIX}").mkdir()
    forget_identity(str(tmp_path / "other.lock"))
    assert [reason for reason in guard.lost if "not forgotten" in reason]


def test_a_secret_on_the_command_line_is_not_written(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "velvet-" + "harbour-" + "ninety"
    monkeypatch.setattr(sys, "orig_argv", ["python", "app.py", "--password", secret])
    write_identity(path, own())
    assert secret.encode() not in Path(path + SUFFIX).read_bytes()
    assert secret not in shown(own())


def test_a_person_is_told_who_and_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "orig_argv", ["python", "app.py"])
    host = os.uname().nodename
    assert shown(own()) == f"held by process {os.getpid()} on {host}, MainThread: python app.py"


def test_no_process_has_no_start() -> None:
    assert started_ticks(dead_pid()) is None
