from __future__ import annotations

from typing import Any

import pytest

from backtrail.trail.cause.facts import Fact
from backtrail.trail.cause.kinds import is_configuration, kind_of
from causes import event


@pytest.mark.parametrize(
    ("kind", "body", "sort"),
    [
        ("llm.called", {}, "llm_response"),
        ("http.called", {"status": 422}, "http_response"),
        ("http.called", {"is_timeout": True}, "timeout"),
        ("subprocess.ended", {"is_timeout": True}, "timeout"),
        ("file.opened", {"path": "/a/orders.csv"}, "file_read"),
        ("file.opened", {"path": "/a/report.toml"}, "config"),
        ("process.started", {}, "argument"),
        ("dove.landed", {}, "error"),
    ],
)
def test_an_event_is_a_cause_of_its_sort(kind: str, body: dict[str, Any], sort: str) -> None:
    assert kind_of(Fact(event(kind, 1, **body), 0)) == sort


def test_a_settings_file_is_told_by_its_name() -> None:
    assert is_configuration("/etc/App.INI")
    assert is_configuration("settings.json")
    assert not is_configuration("/settings/orders.csv")
