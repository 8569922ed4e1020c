from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.model.vocabulary import KINDS
from backtrail.trail import wording
from backtrail.trail.wording import command_text, describe, how_it_ended, trace_name


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        (
            "debug.recorded",
            {"action": "charge_card", "context": "billing", "attributes": {"user": 17}},
            "charge_card user=17 (billing)",
        ),
        (
            "debug.recorded",
            {"action": "load_user", "context": "global/default", "state": {"rows": 2}},
            "load_user state={'rows': 2}",
        ),
        (
            "log.emitted",
            {"level": "warning", "logger": "shop", "message": "3 left", "attributes": {"sku": "a"}},
            "WARNING shop: 3 left sku='a'",
        ),
        (
            "log.emitted",
            {"level": "error", "logger": "shop", "message": "no", "exception": "KeyError: 'a'"},
            "ERROR shop: no (KeyError: 'a')",
        ),
        ("span.started", {"name": "checkout", "attributes": {"n": 1}}, "began checkout n=1"),
        ("span.ended", {}, "ended a span"),
        (
            "span.ended",
            {"status": "error", "error": "ValueError: x"},
            "ended a span (error: ValueError: x)",
        ),
        ("span.ended", {"status": "cancelled"}, "ended a span (cancelled)"),
        (
            "error.raised",
            {
                "type": "KeyError",
                "message": "'a'",
                "is_handled": True,
                "frames": [{"function": "get"}, {"function": "order", "is_app": True}],
            },
            "KeyError: 'a' in order (handled)",
        ),
        ("error.raised", {"type": "StopIteration", "message": ""}, "StopIteration"),
        (
            "error.repeated",
            {"type": "KeyError", "message": "'a'", "count": 7},
            "KeyError: 'a' (repeat 7, only counted)",
        ),
        (
            "process.started",
            {"pid": 7, "argv": ["/usr/bin/python3.11", "a b.py"], "session": "s"},
            "process 7 began: python 'a b.py' (session s)",
        ),
        ("process.ended", {"counters": {"value cut": 2}}, "process ended value cut=2"),
        ("run.started", {"command": ["pytest", "-q"]}, "run began: pytest -q"),
        ("run.ended", {"exit_code": 0}, "run ended with exit code 0"),
        ("trace.started", {"name": "import", "attributes": {"n": 1}}, "began operation import n=1"),
        ("trace.ended", {"status": "error"}, "ended operation (error)"),
        ("journal.dropped", {"reason": "disk full", "count": 9}, "9 events lost: disk full"),
        ("clock.anchored", {"time_unix_ns": 1}, "clock read anew"),
        ("dove.landed", {"name": "stock"}, "dove.landed name='stock'"),
        ("dove.landed", {}, "dove.landed"),
    ],
)
def test_an_event_says_in_one_line_what_it_tells(
    kind: str, body: dict[str, object], text: str
) -> None:
    assert describe(kind, body) == text


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_has_a_wording_that_bears_an_empty_body(kind: str) -> None:
    assert kind in wording._WORDINGS  # noqa: SLF001
    assert describe(kind, {})


def test_the_end_of_a_span_tells_its_name_where_that_is_known() -> None:
    assert describe("span.ended", {}, span_id="a1", names={"a1": "checkout"}) == "ended checkout"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"exit_code": 3}, "with exit code 3"),
        ({"signal": "SIGKILL"}, "by SIGKILL"),
        ({"is_timed_out": True, "signal": "SIGTERM"}, "at its time limit by SIGTERM"),
        ({}, ""),
    ],
)
def test_how_a_run_ended_is_told_in_words(body: dict[str, object], text: str) -> None:
    assert how_it_ended(body) == text


def test_a_trace_that_is_named_by_its_command_is_named_as_one_would_type_it() -> None:
    command = ["/usr/bin/python3", "a b.py"]
    assert trace_name("/usr/bin/python3 'a b.py'", command) == "python 'a b.py'"
    assert trace_name("checkout", command) == "checkout"
    assert trace_name("checkout", None) == "checkout"


def test_a_command_is_written_as_it_would_be_typed() -> None:
    assert command_text(["/opt/bin/python3", "-m", "shop", "", "a b"]) == "python -m shop '' 'a b'"
    assert command_text(["/opt/bin/python3", "/opt/bin/backtrail", "ls"]) == "backtrail ls"
    assert command_text(["/opt/bin/python3"]) == "python"
    assert command_text([]) == ""


MEMBERS = st.sampled_from(
    ["attributes", "argv", "command", "counters", "data", "error", "frames", "message", "name", "x"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=4),
    max_leaves=8,
)


@given(kind=st.sampled_from(sorted(KINDS)), body=st.dictionaries(MEMBERS, JSON, max_size=6))
def test_no_body_is_beyond_words(kind: str, body: dict[str, object]) -> None:
    assert describe(kind, body)
