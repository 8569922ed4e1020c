from __future__ import annotations

import inspect
import json
import os
import tempfile
from pathlib import Path, PurePosixPath

import pytest

from backtrail.record.effects.paths import is_code, is_probe, is_users, path_of


class Named(str):
    """A text of the program's own."""

    __slots__ = ()

    def __str__(self) -> str:
        raise AssertionError


class Located:
    """A path of the program's own."""

    def __fspath__(self) -> str:
        raise AssertionError


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("a.txt", "a.txt"),
        (Named("b.txt"), "b.txt"),
        (b"c-\xff", "c-\udcff"),
        (Path("d") / "e", "d/e"),
        (PurePosixPath("f"), "f"),
        (3, None),
        (Located(), None),
        (None, None),
    ],
)
def test_a_path_is_text_however_it_is_given(given: object, path: str | None) -> None:
    assert path_of(given) == path


@pytest.mark.parametrize(
    ("path", "is_theirs"),
    [
        ("/data/ann/orders/rates.json", True),
        ("/etc/orders/limits.conf", True),
        ("/tmp/work/.backtrail/settings.toml", False),
        ("/proc/self/status", False),
        ("/dev/zero", False),
        ("/sys/kernel/x", False),
        ("/usr/share/zoneinfo/UTC", False),
        ("/data/ann/venv/lib/python3.11/site-packages/certifi/cacert.pem", False),
        (json.__file__, False),
    ],
)
def test_only_files_of_the_user_are_told(path: str, *, is_theirs: bool) -> None:
    assert is_users(path) == is_theirs


def test_code_is_known_by_its_name() -> None:
    names = ("a.py", "a.pyc", "a.cpython-311.so", "a.txt", "py")
    assert [name for name in names if is_code(name)] == ["a.py", "a.pyc", "a.cpython-311.so"]


def test_a_probe_is_where_tempfile_tries_out_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    probes: list[bool] = []
    real_open = os.open

    def noting(path: str, flags: int, mode: int = 0o777) -> int:
        frame = inspect.currentframe()
        probes.append(is_probe(frame and frame.f_back))
        return real_open(path, flags, mode)

    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr("tempfile._os.open", noting)
    tempfile.TemporaryFile().close()
    assert probes[0] is True
    assert probes[-1] is False
    assert not is_probe(None)
