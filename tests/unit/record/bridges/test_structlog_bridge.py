from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

import recorded
from backtrail.record.attach.patching import Patches
from backtrail.record.bridges.logs import watch_logging
from backtrail.record.bridges.structlog_bridge import BacktrailProcessor, watch_structlog


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    with recorded.recording(tmp_path / ".backtrail"):
        yield tmp_path / ".backtrail"
    structlog.reset_defaults()


@pytest.fixture
def watched() -> Iterator[None]:
    """Watch the loggers of both libraries."""
    patches = Patches()
    watch_structlog(patches, structlog._base)  # noqa: SLF001 - patched
    watch_logging(patches, logging)
    yield
    patches.restore()


def logged(home: Path) -> list[dict[str, Any]]:
    return [event.body for event in recorded.events(home, "log.emitted")]


def drop_noise(_logger: Any, _name: str, event: Any) -> Any:
    if event["event"] == "noise":
        raise structlog.DropEvent
    return event


def test_a_processor_records_an_event_and_returns_it_unchanged(home: Path) -> None:
    caught = structlog.testing.LogCapture()
    structlog.configure(processors=[BacktrailProcessor(), caught])
    structlog.get_logger().bind(order=17).warning("card_declined", amount=19.9)
    assert caught.entries == [
        {"order": 17, "amount": 19.9, "event": "card_declined", "log_level": "warning"}
    ]
    (body,) = logged(home)
    assert (body["level"], body["message"]) == ("WARNING", "card_declined")
    assert body["attributes"] == {"order": 17, "amount": 19.9}
    assert body["file"] == __file__
    assert body["function"] == "test_a_processor_records_an_event_and_returns_it_unchanged"


def test_an_exception_of_an_event_is_recorded_once(home: Path) -> None:
    structlog.configure(processors=[BacktrailProcessor(), structlog.testing.LogCapture()])

    def fail() -> None:
        raise LookupError("no such card")

    try:
        fail()
    except LookupError:
        structlog.get_logger().exception("first")
        structlog.get_logger().error("second", exc_info=True)
    (raised,) = recorded.events(home, "error.raised")
    assert {body["error_id"] for body in logged(home)} == {raised.body["error_id"]}


@pytest.mark.usefixtures("watched")
def test_a_watched_logger_is_recorded_after_its_filters(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    structlog.configure(
        processors=[drop_noise, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(),
    )
    log = structlog.get_logger()
    log.debug("too quiet")
    log.info("noise")
    log.info("order_paid", order=17)
    assert capsys.readouterr().out == '{"order": 17, "event": "order_paid"}\n'
    assert [(body["message"], body["attributes"]) for body in logged(home)] == [
        ("order_paid", {"order": 17})
    ]


@pytest.mark.usefixtures("watched")
def test_an_event_that_goes_on_to_logging_is_recorded_once_with_its_attributes(home: Path) -> None:
    structlog.configure(
        processors=[structlog.processors.JSONRenderer()],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    structlog.get_logger("tests.orders").warning("order_lost", order=17)
    logging.getLogger("tests.orders").warning("another matter")
    assert [(body["message"], body.get("attributes")) for body in logged(home)] == [
        ("order_lost", {"order": 17}),
        ("another matter", None),
    ]


@pytest.mark.usefixtures("watched")
def test_a_processor_of_ours_on_a_watched_logger_records_once(home: Path) -> None:
    structlog.configure(processors=[BacktrailProcessor(), structlog.testing.LogCapture()])
    structlog.get_logger().info("once")
    assert [body["message"] for body in logged(home)] == ["once"]
