from __future__ import annotations

from typing import Any

import pytest

from backtrail.model.vocabulary import KINDS
from backtrail.trail.effect_wording import SHOWN_CHARS_MAX, WORDINGS
from backtrail.trail.wording import describe


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        (
            "http.called",
            {"method": "POST", "url": "/pay", "status": 422, "response_body": {"e": "vat"}},
            "POST /pay answered 422 : {'e': 'vat'}",
        ),
        (
            "http.called",
            {"method": "GET", "url": "/c", "error": "ReadTimeout: x", "is_timeout": True,
             "took_ms": 400.2, "attempt": 2},
            "GET /c failed: ReadTimeout: x (timed out) (attempt 2) (400.2 ms)",
        ),
        (
            "llm.called",
            {"attributes": {"gen_ai.request.model": "m",
                            "gen_ai.response.finish_reasons": ["length"]},
             "status": 200, "text": "half a", "is_complete": False,
             "tool_calls": [{"name": "look", "arguments": {"id": 1}}]},
            ("m answered 200 (not read to its end) finish_reason=length said half a"
             " called tool look({'id': 1})"),
        ),
        ("rate.limited", {"url": "/m", "status": 429, "retry_after_s": 2},
         "too many requests: /m answered 429 (retry after 2 s)"),
        ("file.opened", {"path": "a.json", "mode": "read", "bytes": 3, "content": "[1]"},
         "read a.json (3 bytes) : [1]"),
        ("file.opened", {"path": "a.json", "mode": "read", "is_missing": True},
         "read a.json (there is none)"),
        ("file.changed", {"action": "renamed", "path": "a", "target": "b"}, "renamed a to b"),
        ("directory.changed", {"before": "/a", "after": "/b"}, "went to folder /b from /a"),
        ("environment.read", {"name": "TZ", "value": "UTC"}, "read variable TZ=UTC"),
        ("environment.read", {"name": "TZ"}, "variable TZ is not set"),
        ("environment.changed", {"name": "TZ", "before": "UTC"}, "removed variable TZ (was UTC)"),
        ("environment.changed", {"name": "TZ", "after": "CET"}, "set variable TZ=CET"),
        ("subprocess.started", {"command": ["ls", "-l"]}, "started ls -l"),
        ("subprocess.started", {"command": ["lx"], "error": "no such file"},
         "could not start lx : no such file"),
        ("subprocess.ended", {"command": ["ls"], "pid": 1, "exit_code": 2, "stderr": "no"},
         "ls ended with 2 stderr: …no"),
        ("sql.executed", {"statement": "SELECT  1", "parameters": [7], "rows": 1},
         "SELECT 1 with [7] (1 rows)"),
        ("sql.executed", {"statement": "X", "error": "syntax"}, "X failed: syntax"),
        ("clock.read", {"function": "datetime.now", "value": "2024", "arguments": ["utc"]},
         "datetime.now(utc) = 2024"),
        ("exception.handled",
         {"type": "KeyError", "message": "'a'", "raised": {"function": "get"},
          "handler": {"function": "load"}, "count": 3},
         "KeyError: 'a' in get handled in load (time 3)"),
        ("state.changed", {"name": "cart", "before": [], "after": [1]}, "cart: [] became [1]"),
        ("state.changed", {"name": "cart", "patch": [{}, {}]}, "cart: 2 changes"),
        ("state.changed",
         {"name": "cart", "before": {}, "after": {}, "patch": [
             {"op": "replace", "path": "/total", "value": 5, "was": 2},
             {"op": "add", "path": "/items/1", "value": "ink"},
             {"op": "remove", "path": "/items/0", "was": {"a": "pen"}},
             {"op": "replace", "path": "/long", "value": "short"},
             *({"op": "remove", "path": f"/{number}", "was": None} for number in range(4)),
         ]},
         ("cart: /total 2 → 5; + /items/1 'ink'; - /items/0 {'a': 'pen'}; /long … → 'short'; "
          "- /0 None and 3 further changes")),
        ("state.changed",
         {"name": "file", "after": [1], "patch": [{"op": "replace", "path": "", "value": [1]}]},
         "file: None became [1]"),
        ("lock.requested", {"lock": "n", "lock_type": "Lock", "owner": "t1", "holder": "t2"},
         "t1 waits for Lock n (held by t2)"),
        ("lock.acquired", {"lock": "n", "lock_type": "Lock", "wait_ms": 2, "held": ["m"]},
         "got Lock n while holding m after 2.0 ms"),
        ("lock.released", {"lock": "n", "lock_type": "Lock", "hold_ms": 1.5},
         "let go of Lock n after 1.5 ms"),
        ("lock.timed_out",
         {"lock": "n", "lock_type": "Lock", "wait_ms": 5, "is_cancelled": True},
         "was cancelled waiting for Lock n after 5.0 ms"),
        ("lock.used", {"lock": "n", "lock_type": "Lock", "count": 4},
         "Lock n was taken 4 more times"),
        ("validation.failed", {"model": "User", "failures": [{"path": "$.age", "message": "no"}]},
         "User was refused: $.age: no;"),
        ("validation.failed",
         {"library": "msgspec", "failures": [{"path": "$[0]", "message": "no", "value": "x"}],
          "failures_cut": 7, "count": 3},
         "msgspec was refused: $[0]: no (got 'x'); and 7 further failures (time 3)"),
        ("validation.failed",
         {"library": "json", "failures": [{"path": "$", "message": "no", "value": "{"}]},
         "a text is no JSON: no (got '{');"),
        ("operation.measured", {"name": "job", "took_ms": 1, "cpu_ms": 2, "peak_memory_bytes": 3},
         "job (1.0 ms) cpu 2.0 ms peak 3 bytes"),
        ("operation.measured",
         {"name": "job", "took_ms": 1, "gc_pauses": 2, "gc_pause_ms": 0.5,
          "allocated": [{"place": "a.py:3", "bytes": 5_000, "count": 7}]},
         "job (1.0 ms) 2 gc pauses 0.5 ms most of it allocated at a.py:3: 5,000 bytes"),
    ],
)  # fmt: skip
def test_an_event_says_in_one_line_what_it_tells(
    kind: str, body: dict[str, Any], text: str
) -> None:
    assert describe(kind, body) == text


def test_every_wording_is_of_a_kind_and_bears_an_empty_body() -> None:
    assert set(WORDINGS) - set(KINDS) == set()
    assert [kind for kind in WORDINGS if not "".join(WORDINGS[kind]({}, ""))] == []


def test_a_long_payload_is_cut_in_a_line() -> None:
    told = describe("environment.read", {"name": "A", "value": "x" * SHOWN_CHARS_MAX * 2})
    assert told == f"read variable A={'x' * SHOWN_CHARS_MAX}…"
