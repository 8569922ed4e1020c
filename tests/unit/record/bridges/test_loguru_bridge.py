from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import loguru
import pytest
from loguru import logger

import recorded
from backtrail.record.attach.patching import Patches
from backtrail.record.bridges.logs import watch_logging
from backtrail.record.bridges.loguru_bridge import backtrail_sink, watch_loguru


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    logger.remove()
    with recorded.recording(tmp_path / ".backtrail"):
        yield tmp_path / ".backtrail"
    logger.remove()


@pytest.fixture
def watched() -> Iterator[None]:
    """Watch the loggers of both libraries."""
    patches = Patches()
    watch_loguru(patches, loguru._handler)  # type: ignore[attr-defined]  # noqa: SLF001 - patched
    watch_logging(patches, logging)
    yield
    patches.restore()


def logged(home: Path) -> list[dict[str, Any]]:
    return [event.body for event in recorded.events(home, "log.emitted")]


def test_a_sink_records_a_message_with_its_place_and_extras(home: Path) -> None:
    logger.add(backtrail_sink)
    logger.bind(order=17).warning("card {} declined", "visa")
    (body,) = logged(home)
    assert body.pop("line") > 0
    assert body == {
        "level": "WARNING",
        "logger": __name__,
        "message": "card visa declined",
        "file": __file__,
        "function": "test_a_sink_records_a_message_with_its_place_and_extras",
        "attributes": {"order": 17},
    }


def test_an_exception_of_a_message_is_recorded_once(home: Path) -> None:
    logger.add(backtrail_sink)

    def fail() -> None:
        raise LookupError("no such card")

    try:
        fail()
    except LookupError:
        logger.exception("first")
        logger.opt(exception=True).error("second")
    (raised,) = recorded.events(home, "error.raised")
    assert {body["error_id"] for body in logged(home)} == {raised.body["error_id"]}


@pytest.mark.usefixtures("watched")
def test_a_message_that_several_handlers_take_is_recorded_once(home: Path) -> None:
    taken: list[str] = []
    logger.add(taken.append, level="WARNING", format="{message}")
    logger.add(taken.append, level="INFO", format="{message}")
    logger.add(backtrail_sink, level="INFO")
    logger.debug("too quiet")
    logger.info("for one")
    logger.warning("for both")
    assert [body["message"] for body in logged(home)] == ["for one", "for both"]
    assert taken == ["for one\n", "for both\n", "for both\n"]


@pytest.mark.usefixtures("watched")
def test_a_message_that_goes_on_to_logging_is_recorded_once(home: Path) -> None:
    class Propagate(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            logging.getLogger(record.name).handle(record)

    logger.add(Propagate(), format="{message}")
    logger.warning("going on")
    assert [body["message"] for body in logged(home)] == ["going on"]


@pytest.mark.usefixtures("watched")
def test_a_record_of_logging_that_is_intercepted_is_recorded_once(home: Path) -> None:
    class Intercept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            logger.opt(exception=record.exc_info).log(record.levelname, record.getMessage())

    taken: list[str] = []
    logger.add(taken.append, format="{message}")
    log = logging.getLogger("tests.intercepted")
    log.addHandler(Intercept())
    log.warning("coming in")
    log.handlers.clear()
    logger.info("coming in")
    assert taken == ["coming in\n", "coming in\n"]
    assert [body["logger"] for body in logged(home)] == ["tests.intercepted", __name__]
