from __future__ import annotations

import logging
import logging.handlers
import queue
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import backtrail
import recorded
from backtrail.record import guard, scope
from backtrail.record.attach.patching import Patches
from backtrail.record.bridges.logs import BacktrailHandler, watch_logging

logger = logging.getLogger("tests.app")


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """Record, and leave the loggers as they were."""
    logger.setLevel(logging.INFO)
    with recorded.recording(tmp_path / ".backtrail"):
        yield tmp_path / ".backtrail"
    logger.setLevel(logging.NOTSET)
    logger.handlers.clear()
    logger.filters.clear()


@pytest.fixture
def watched() -> Iterator[Patches]:
    """Watch every logger."""
    patches = Patches()
    watch_logging(patches, logging)
    yield patches
    patches.restore()


def logged(home: Path) -> list[dict[str, Any]]:
    return [event.body for event in recorded.events(home, "log.emitted")]


def messages(home: Path) -> list[str]:
    return [body["message"] for body in logged(home)]


def test_a_handler_records_what_the_program_logs(home: Path) -> None:
    logger.addHandler(BacktrailHandler())
    logger.warning("low on %s: %d left", "tea", 3, extra={"shelf": {"row": 2}})
    (body,) = logged(home)
    assert body.pop("line") > 0
    assert body == {
        "level": "WARNING",
        "logger": "tests.app",
        "message": "low on tea: 3 left",
        "file": __file__,
        "function": "test_a_handler_records_what_the_program_logs",
        "attributes": {"shelf": {"row": 2}},
    }


@pytest.mark.usefixtures("watched")
def test_every_logger_is_watched_and_no_handler_is_added(home: Path) -> None:
    before = list(logging.root.handlers)
    logger.info("one")
    logging.getLogger("tests.other").error("two")
    assert messages(home) == ["one", "two"]
    assert logging.root.handlers == before


@pytest.mark.usefixtures("watched")
def test_what_levels_and_filters_hold_back_is_not_recorded(home: Path) -> None:
    logger.debug("too quiet")
    logger.addFilter(lambda record: "secret" not in record.msg)
    logger.info("a secret matter")
    logger.info("a public matter")
    assert messages(home) == ["a public matter"]


@pytest.mark.usefixtures("watched")
def test_a_record_that_both_ways_see_is_recorded_once(home: Path) -> None:
    logger.addHandler(BacktrailHandler())
    logger.info("seen twice")
    logger.info("seen twice")
    assert messages(home) == ["seen twice", "seen twice"]


@pytest.mark.usefixtures("watched")
def test_a_log_event_belongs_to_the_span_and_to_the_history(home: Path) -> None:
    with backtrail.trace_span("work") as span:
        logger.info("inside")
        history = backtrail.attach_trace_history(
            {"action": "error_occurred"}, backtrail.get_current_trace_id()
        )
    (event,) = recorded.events(home, "log.emitted")
    assert event.span_id == span.span_id
    assert [entry["message"] for entry in history["trace_history"]] == ["inside"]


@pytest.mark.usefixtures("watched")
def test_an_exception_that_is_logged_as_an_error_is_recorded_once(home: Path) -> None:
    def fail() -> None:
        raise LookupError("no such tea")

    try:
        fail()
    except LookupError as error:
        logger.warning("only a warning", exc_info=True)
        logger.exception("first")
        logger.critical("second", exc_info=error)
    (raised,) = recorded.events(home, "error.raised")
    body = raised.body
    assert (body["type"], body["mechanism"], body["is_handled"]) == ("LookupError", "log", True)
    assert body["frames"][0]["function"] == "fail"
    warning, first, second = logged(home)
    assert "error_id" not in warning
    assert warning["exception"] == "LookupError: no such tea"
    assert {first["error_id"], second["error_id"]} == {body["error_id"]}


@pytest.mark.usefixtures("watched")
def test_arguments_that_do_not_fit_leave_the_template(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)

    class Hostile:
        def __str__(self) -> str:
            raise RuntimeError("not today")

        __repr__ = __str__

    logger.info("%d pieces", "three")
    logger.info("it is %s", Hostile())
    logger.info(Hostile())
    assert messages(home) == ["%d pieces", "it is %s", "<Hostile>"]


@pytest.mark.usefixtures("watched")
def test_an_argument_that_logs_while_it_is_shown_is_no_endless_story(home: Path) -> None:
    class Chatty:
        def __str__(self) -> str:
            logger.info("I am being shown")
            return "chatty"

    logger.info("this is %s", Chatty())
    first, *others = messages(home)
    assert first == "this is chatty"
    assert set(others) <= {"I am being shown"}


@pytest.mark.usefixtures("watched")
def test_secrets_do_not_reach_the_journal(home: Path) -> None:
    secret = "hunter" + "2" * 8
    logger.info("password=%s", secret, extra={"api_key": secret, "copy": f"<{secret}>"})
    text = b"".join(path.read_bytes() for path in recorded.segments(home))
    assert secret.encode() not in text
    assert b"[redacted]" in text


@pytest.mark.usefixtures("watched")
def test_records_of_a_queue_s_listener_stay_with_the_handlers_that_they_are_for(home: Path) -> None:
    waiting: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
    logger.addHandler(logging.handlers.QueueHandler(waiting))
    listener = logging.handlers.QueueListener(waiting, logging.NullHandler())
    listener.start()
    logger.info("by way of a queue")
    listener.stop()
    assert messages(home) == ["by way of a queue"]


@pytest.mark.usefixtures("watched")
def test_a_recorder_that_breaks_does_not_reach_the_program(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setattr(guard, "is_strict", False)
    monkeypatch.setattr(scope, "current", lambda: 1 / 0)
    logger.info("all the same")
    assert "broke: logging: ZeroDivisionError" in guard.lost
    monkeypatch.undo()
    assert messages(home) == []


def test_nothing_is_recorded_while_recording_is_off(home: Path, watched: Patches) -> None:
    assert watched.replaced
    backtrail.disable()
    logger.info("unseen")
    backtrail.enable()
    logger.info("seen")
    assert messages(home) == ["seen"]


FAILING = """
import logging
{watch}

class Broken(logging.Handler):
    def emit(self, record):
        try:
            raise OSError("no disk")
        except OSError:
            self.handleError(record)

class Raising(logging.Handler):
    def emit(self, record):
        raise ValueError("no luck")

logging.basicConfig(format="%(levelname)s %(name)s %(funcName)s %(lineno)d %(message)s")
log = logging.getLogger("app")

def work():
    log.warning("as ever", stack_info=True)
    log.addHandler(Broken())
    log.warning("broken handler %d", 1)
    log.warning("does not fit %d", "x")
    log.addHandler(Raising())
    log.warning("raising handler")

work()
"""


def test_what_logging_shows_is_the_same_as_without_us(tmp_path: Path) -> None:
    watch = (
        "from backtrail.record.attach.patching import Patches\n"
        "from backtrail.record.bridges.logs import watch_logging\n"
        "watch_logging(Patches(), logging)"
    )
    ends = []
    for extra in ("\n\n", watch):
        program = tmp_path / "program.py"
        program.write_text(FAILING.format(watch=extra))
        done = subprocess.run(
            [sys.executable, str(program)],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env={"BACKTRAIL_DIR": str(tmp_path / "elsewhere")},
        )
        ends.append((done.returncode, done.stdout, done.stderr.splitlines()))
    assert "no luck" in ends[0][2][-1]
    assert ends[1] == ends[0]
