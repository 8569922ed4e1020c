from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from backtrail.model.effects import EnvironmentRead
from backtrail.record.capture.values.walk import Walk
from backtrail.record.effects import audit
from backtrail.record.effects.origin import is_library, origin, tell
from recorded import events, recording


def origins(do: Any, *arguments: Any) -> list[tuple[FrameType | None, bool]]:
    """Return who caused each file that is opened meanwhile, and whether a library did it itself."""
    found: list[tuple[FrameType | None, bool]] = []
    audit.listen("open", lambda _, frame: found.append((origin(frame), is_library(frame))))
    try:
        do(*arguments)
    finally:
        audit.ignore("open")
    return found


def test_what_a_library_does_for_the_user_s_code_is_the_user_s_doing(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("{}")

    def load() -> None:
        json.loads(path.read_text())

    [(app, is_by_library)] = origins(load)
    assert app is not None
    assert app.f_code is load.__code__
    assert is_by_library


def test_what_an_import_does_is_nobody_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "imported_by_origin.py").write_text("value = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    found = origins(importlib.import_module, "imported_by_origin")
    assert found
    assert {app for app, _ in found} == {None}
    assert sys.modules.pop("imported_by_origin").value == 1


def test_what_python_does_as_it_starts_is_nobody_s() -> None:
    assert origin(None) is None
    assert not is_library(None)


def test_an_effect_is_told_without_the_secrets_that_were_met(tmp_path: Path) -> None:
    walk = Walk()
    walk.taint("sesame-open-4711")
    with recording(tmp_path / ".backtrail") as home:
        tell("environment.read", EnvironmentRead(name="A", value="x sesame-open-4711 y"), walk)
        tell("environment.read", EnvironmentRead(name="B", value="plain"), Walk())
    told = [event.body for event in events(home, "environment.read")]
    assert told == [{"name": "A", "value": "x [redacted] y"}, {"name": "B", "value": "plain"}]
