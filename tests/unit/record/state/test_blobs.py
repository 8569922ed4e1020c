from __future__ import annotations

import hashlib
import os
import stat
import threading
from pathlib import Path

from backtrail.model.limits import BLOB_BYTES_MAX
from backtrail.record import guard
from backtrail.record.state.blobs import keep_blob
from recorded import recording


def test_a_blob_is_named_by_what_it_holds(tmp_path: Path) -> None:
    with recording(tmp_path / ".backtrail") as home:
        name = keep_blob(b'{"a":1}')
    assert name == hashlib.sha256(b'{"a":1}').hexdigest()
    path = home / "blobs" / name[:2] / f"{name}.json"
    assert path.read_bytes() == b'{"a":1}'
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (path.parent, home / "blobs", home):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_blob_that_is_there_is_only_touched(tmp_path: Path) -> None:
    with recording(tmp_path / ".backtrail") as home:
        name = keep_blob(b"[1]")
        assert name
        path = home / "blobs" / name[:2] / f"{name}.json"
        os.utime(path, (1, 1))
        before = path.stat()
        assert keep_blob(b"[1]") == name
    after = path.stat()
    assert after.st_ino == before.st_ino
    assert after.st_mtime > 1


def test_a_payload_that_is_too_large_is_counted(tmp_path: Path) -> None:
    with recording(tmp_path / ".backtrail") as home:
        assert keep_blob(b"x" * (BLOB_BYTES_MAX + 1)) is None
        assert guard.lost == {"blob too large": 1}
    assert not (home / "blobs").exists()


def test_a_folder_that_takes_no_blobs_is_counted(tmp_path: Path) -> None:
    with recording(tmp_path / ".backtrail") as home:
        home.mkdir()
        (home / "blobs").write_text("in the way")
        assert keep_blob(b"[1]") is None
        assert guard.lost == {"blob not written: Not a directory": 1}


def test_threads_that_keep_the_same_leave_one_whole_blob(tmp_path: Path) -> None:
    names: list[str | None] = []
    data = b"[" + b"1," * 50_000 + b"1]"
    with recording(tmp_path / ".backtrail") as home:
        threads = [threading.Thread(target=lambda: names.append(keep_blob(data))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(set(names)) == 1
    (blob,) = (path for path in (home / "blobs").rglob("*") if path.is_file())
    assert blob.read_bytes() == data
