from __future__ import annotations

from typing import Any

import pytest
from click import unstyle
from inline_snapshot import snapshot

import builders
from backtrail.cli.failure_text import (
    Page,
    assignments,
    failure_lines,
    headline,
    short_path,
    thread_text,
)
from backtrail.model.event import Event
from backtrail.model.kinds import ExceptionInfo, Frame, SourceLine
from backtrail.trail.failure import failure
from sample_store import error, frame

PAGE = Page(width=80, cwd="/app")


def told(**more: Any) -> list[str]:
    event = Event(
        kind="error.raised",
        trace_id=builders.trace_id(1),
        seq=1,
        time_unix_ns=builders.START_UNIX_NS + 50_000_000,
        monotonic_ns=50_000_000,
        process=builders.process_id(1),
        thread=more.pop("thread", None),
        task=more.pop("task", None),
        body=error(**more),
    )
    return list(failure_lines(failure(event), PAGE))


def test_a_message_of_several_lines_is_shown_and_bounded() -> None:
    lines = told(message="first\nsecond\nthird\nfourth\nfifth")
    assert lines[:6] == [
        "\x1b[31m\x1b[1mKeyError: first\x1b[0m",
        "\x1b[31m  second\x1b[0m",
        "\x1b[31m  third\x1b[0m",
        "\x1b[31m  fourth\x1b[0m",
        "\x1b[2m  … 1 further line\x1b[0m",
        lines[5],
    ]


def test_an_error_without_message_is_its_type() -> None:
    assert "KeyError\x1b" in told(message="")[0]


def test_where_and_how_it_happened_stands_below_the_headline() -> None:
    line = told(thread="job:7", task="feed-1", mechanism="task", is_handled=True, repeats_before=3)[
        1
    ]
    assert "not handled, in an asyncio task, the program went on, in job, task feed-1, at" in line
    assert "after 3 repeats that were only counted" in line


def test_an_expression_over_several_lines_is_underlined_where_it_begins() -> None:
    place = frame(
        "load", 7, "total = add(", expression="add(\n    1, None)",
        source=[{"line": 7, "text": "total = add("}, {"line": 8, "text": "    1, None)"}],
    )  # fmt: skip
    text = "\n".join(told(frames=[place], chain=[])).replace("\x1b[31m", "").replace("\x1b[0m", "")
    assert "> \x1b[2m7 | total = add(" in text
    assert "\n                ^^^^\n" in text


def test_an_expression_that_is_not_on_the_line_is_not_underlined() -> None:
    place = frame("load", 7, "x", expression="y", source=[{"line": 7, "text": "x"}])
    assert "^" not in "\n".join(told(frames=[place], chain=[]))


def test_source_below_the_function_is_left_out() -> None:
    texts = [
        "def pay(cents):",
        "    if cents:",
        "        go(cents)",
        "    return",
        "",
        "def stop():",
    ]
    source = [SourceLine(line=number, text=text) for number, text in enumerate(texts, start=1)]
    failing = frame("pay", 3, "go(cents)", source=source)
    text = "\n".join(map(unstyle, told(frames=[failing], chain=[])))
    assert "  > 3 |         go(cents)" in text
    assert "    4 |     return" in text
    assert "stop" not in text


def test_deep_recursion_is_folded() -> None:
    frames = [frame("walk", 9, "walk(node)") for _ in range(50)] + [frame("main", 40, "walk()")]
    text = "\n".join(told(frames=frames, chain=[]))
    assert text.count("in walk") == 3, "where it was raised, and two that called it"
    assert "… 47 more calls from the same line" in text
    assert "in main" in text


def test_frames_beyond_a_bound_are_counted() -> None:
    frames = [frame("walk", line, "walk(node)") for line in range(50)]
    text = "\n".join(told(frames=frames, chain=[]))
    assert text.count("in walk") == 13
    assert "… 37 further frames" in text


def test_frames_that_were_not_kept_are_counted_where_they_were() -> None:
    frames = [frame("deep", line, "deep()") for line in range(3)]
    frames += [frame("outer", line, "outer()") for line in range(3)]
    cut = ExceptionInfo(
        type="KeyError", qualified_type="KeyError", message="'kettle'", frames_cut=900
    )
    lines = [unstyle(line) for line in told(frames=frames, chain=[cut])]
    place = next(index for index, line in enumerate(lines) if "900 frames not kept" in line)
    assert "in deep" in lines[place - 2]
    assert "in outer" in lines[place + 1]


def test_library_frames_are_folded_to_the_first_and_the_last() -> None:
    inner = [
        Frame(file=f"/usr/lib/python3.11/{name}.py", line=1, function=name, qualified=name)
        for name in ("a", "b", "c", "d")
    ]
    text = "\n".join(told(frames=[frame("main", 1, "x"), *inner], chain=[]))
    assert "a.py:1 in a" in text
    assert "… 2 library frames" in text
    assert "d.py:1 in d" in text
    assert "b.py" not in text


def test_an_error_without_frames_is_told_all_the_same() -> None:
    lines = told(frames=[], chain=[], trace_history=[], open_spans=[])
    assert [bool(line) for line in lines] == [True, True, False]


def test_state_notes_and_cut_exceptions_are_told() -> None:
    text = "\n".join(told(state={"cart": [1]}, chain_cut=4))
    assert "{'cart': [1]}" in text
    assert "note: order 17" in text
    assert "4 further exceptions not kept" in text


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/app/shop.py", "shop.py"),
        ("/application/shop.py", "/application/shop.py"),
        ("/opt/x/lib/python3.11/site-packages/click/core.py", "click/core.py"),
        ("/usr/lib/python3.11/json/decoder.py", "json/decoder.py"),
        ("<string>", "<string>"),
        ("?", "?"),
    ],
)
def test_a_path_is_as_short_as_it_is_clear(path: str, shown: str) -> None:
    assert short_path(path, PAGE) == shown


def test_a_thread_is_named_without_its_number() -> None:
    assert [thread_text(name) for name in (None, "job:7", "a:b:7", "job")] == [
        "MainThread",
        "job",
        "a:b",
        "job",
    ]


def test_variables_in_a_line_begin_with_those_that_the_code_uses() -> None:
    values = {"self": 0, "a": 1, "b": "x" * 90, "c": 3}
    assert assignments(values, 3, code="go(c)") == snapshot(
        "c=3, a=1, b='xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…, …"
    )


def test_no_line_is_wider_than_the_page() -> None:
    lines = told(
        message="m" * 500,
        frames=[frame("f" * 30, 1, "c" * 300, locals={"v": "x" * 5_000, "w": list(range(900))})],
        trace_history=[{"t": 1, "kind": "debug.recorded", "action": "a" * 300}],
    )
    plain = [line.replace("\x1b", "") for line in lines]
    assert lines
    assert max(map(len, plain)) <= 80 + len("[31m[1m[0m")


def test_the_headline_of_a_hang_names_no_thread() -> None:
    event = Event(
        kind="error.raised", trace_id="t", seq=1, time_unix_ns=0, monotonic_ns=0, process="p",
        thread="watchdog:9", body=error(type="hang", message="no event for 4 s", mechanism="hang"),
    )  # fmt: skip
    assert "watchdog" not in "".join(headline(failure(event), PAGE))
