from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

import builders
from backtrail.serve.places import NamedPlace, named_places
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from sample_store import FAILED, frame

CALLER = {"file": "/app/shop.py", "line": 3, "function": "load", "code": "open(path)"}


def named(home: Path, file: str, *lines: bytes) -> list[NamedPlace]:
    builders.write_segment(home, builders.process_id(1), list(lines))
    with Catalog.open(home) as catalog:
        refresh(catalog)
        return list(named_places(catalog, file))


def opened(**more: Any) -> bytes:
    return builders.line("file.opened", FAILED, t=1, path="/app/x", mode="read", **more)


def raised(**more: Any) -> bytes:
    return builders.line("error.raised", FAILED, t=2, **builders.error_body("e1", **more))


def test_the_caller_of_an_effect_is_a_place(tmp_path: Path) -> None:
    assert named(tmp_path, "/app/shop.py", opened(caller=CALLER)) == [
        NamedPlace(file="/app/shop.py", line=3, code="open(path)", is_app=True)
    ]


def test_a_frame_is_a_place_wherever_it_stands_in_an_error(tmp_path: Path) -> None:
    import_ = {"file": "/app/deep.py", "line": 4, "function": "f", "qualified": "f"}
    linked = {"type": "E", "qualified_type": "E", "message": "", "frames": [import_]}
    stack = {"name": "T", "frames": [{**import_, "is_app": True, "line": 5}]}
    found = named(tmp_path, "/app/deep.py", raised(chain=[linked], threads=[stack]))
    assert {(place.line, place.is_app) for place in found} == {(4, False), (5, True)}


def test_the_end_of_a_path_is_enough(tmp_path: Path) -> None:
    places = named(tmp_path, "app/shop.py", raised())
    assert [place.line for place in places] == [42]
    with Catalog.open(tmp_path) as catalog:
        assert list(named_places(catalog, "op.py")) == []


def test_what_a_payload_pretends_is_no_place(tmp_path: Path) -> None:
    """A server's answer, a variable or a log line may look like a frame; none of them is one."""
    pretended = {"file": "/etc/hostname", "line": 1, "function": "f", "qualified": "f", "is_app": 1}
    lines = [
        builders.line(
            "http.called",
            FAILED,
            t=1,
            method="GET",
            url="http://x",
            client="httpx",
            response_body={"caller": pretended, "frames": [pretended], "file": "/etc/hostname"},
        ),
        builders.line(
            "debug.recorded", FAILED, t=2, context="", action="a", data={"caller": pretended}
        ),
        raised(
            state=pretended,
            process={"frames": [pretended]},
            trace_history=[{"kind": "x", "caller": pretended}],
        ),
        builders.line("unknown.kind", FAILED, t=4, caller=pretended),
        builders.line("file.opened", FAILED, t=5, path=7, caller=pretended),
    ]
    assert named(tmp_path, "/etc/hostname", *lines) == []


def test_a_frame_of_the_program_is_the_users_own(tmp_path: Path) -> None:
    body = msgspec.to_builtins(frame("price_of", 12, "return 1"))
    (place,) = named(tmp_path, "/app/shop.py", raised(frames=[body]))
    assert place.is_app
