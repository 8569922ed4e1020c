from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import recorded
from backtrail.model import limits
from backtrail.record import guard
from backtrail.record.bridges.telling import begin_telling, end_telling, is_echo, tell, text_of


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    with recorded.recording(tmp_path / ".backtrail"):
        yield tmp_path / ".backtrail"


def messages(home: Path) -> list[str]:
    return [event.body["message"] for event in recorded.events(home, "log.emitted")]


def test_a_message_that_is_being_told_is_an_echo_in_its_own_thread_only() -> None:
    elsewhere: list[bool] = []
    begin_telling("hello")
    thread = threading.Thread(target=lambda: elsewhere.append(is_echo("hello")))
    thread.start()
    thread.join()
    assert (is_echo("hello"), is_echo("another"), elsewhere) == (True, False, [False])
    end_telling()
    assert not is_echo("hello")


def test_a_forwarded_message_is_known_once_in_what_is_made_of_it(home: Path) -> None:
    tell(level="info", logger="app", message="order_paid", is_forwarded=True)
    tell(level="info", logger="app", message='{"event": "order_paid"}')
    tell(level="info", logger="app", message='{"event": "order_paid"}')
    assert messages(home) == ["order_paid", '{"event": "order_paid"}']


def test_a_long_message_is_cut(home: Path) -> None:
    tell(level="info", logger="app", message="tea " * limits.TEXT_CHARS_MAX)
    (message,) = messages(home)
    assert limits.TEXT_CHARS_MAX < len(message) < limits.TEXT_CHARS_MAX + 40
    assert message.endswith(f"[+{3 * limits.TEXT_CHARS_MAX} chars]")


def test_a_value_under_a_secret_name_is_removed_from_the_message_too(home: Path) -> None:
    secret = "Tr0ub4dor" + "&3xyz"
    tell(level="info", logger="app", message=f"using {secret}", attributes={"password": secret})
    assert messages(home) == ["using [redacted]"]


def test_a_message_that_is_no_text_is_named_by_its_type() -> None:
    class Text(str):
        __slots__ = ()

        def __str__(self) -> str:
            raise AssertionError

    assert text_of("plain") == "plain"
    assert text_of(Text("derived")) == "derived"
    assert text_of(object()) == "<object>"
    assert guard.lost["log message is no text"] == 1
