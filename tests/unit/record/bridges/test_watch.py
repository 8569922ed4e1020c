"""Programs of their own, since what is watched depends on what is imported when."""

from __future__ import annotations

from pathlib import Path

import recorded

SETUP = """
import sys
import backtrail
from backtrail.record.bridges.watch import unwatch_libraries, watch_libraries

backtrail.start(hooks=False, strict=True)
before = set(sys.modules)
watch_libraries()
assert set(sys.modules) == before
"""


def messages(program: str, home: Path) -> list[str]:
    done = recorded.run_program(SETUP + program, home)
    assert done.returncode == 0, done.stderr
    return [str(event.body["message"]) for event in recorded.events(home, "log.emitted")]


def test_libraries_are_watched_once_they_are_imported(tmp_path: Path) -> None:
    program = """
import logging
assert logging.root.handlers == []
logging.basicConfig(level=logging.INFO)
assert len(logging.root.handlers) == 1
logging.info("from logging")
import structlog
structlog.get_logger().info("from structlog")
import loguru
loguru.logger.info("from loguru")
"""
    expected = ["from logging", "from structlog", "from loguru"]
    assert messages(program, tmp_path) == expected


def test_a_library_that_was_there_before_is_watched_too(tmp_path: Path) -> None:
    program = "unwatch_libraries()\nimport logging\nwatch_libraries()\nlogging.warning('now')\n"
    assert messages(program, tmp_path) == ["now"]


def test_what_is_watched_no_more_is_as_it_was(tmp_path: Path) -> None:
    program = """
import logging
assert "filter" in vars(logging.Logger)
unwatch_libraries()
assert "filter" not in vars(logging.Logger)
logging.warning("unseen")
"""
    assert messages(program, tmp_path) == []


def test_the_spans_of_opentelemetry_are_watched(tmp_path: Path) -> None:
    program = """
from opentelemetry.sdk.trace import TracerProvider
with TracerProvider().get_tracer("tests").start_as_current_span("watched"):
    pass
"""
    assert messages(program, tmp_path) == []
    assert [e.body["name"] for e in recorded.events(tmp_path, "span.started")] == ["watched"]
