"""A program that has a secret in every place that a value can be in: its errors and names."""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import signal
import threading
import warnings
from typing import Any

import loguru
import structlog
from opentelemetry import trace as otel
from opentelemetry.sdk.trace import TracerProvider
from places import secret, typed

import backtrail
from backtrail import capture_error_context, capture_exception, trace_span
from backtrail.record.error import record_hang

CREDENTIALS = {
    "ann": "CANARY_in_a_collection",
}


NUMBERS = itertools.count()


def connect(user: str, password: str) -> None:
    # A class of its own each time: none is a repeat of another.
    kind = type(f"Login{next(NUMBERS)}Error", (ConnectionError,), {})
    raise kind(f"{user} may not log in with {password}")


def try_again(user: str, password: str) -> None:
    raise ConnectionError(f"{user} may not log in with {password}")


def load(url: str) -> None:
    raise OSError(2, "No such file", url)


def captured(function: Any, *arguments: Any, **more: Any) -> None:
    try:
        function(*arguments)
    except Exception as error:
        capture_exception(error, **more)


def literals() -> None:
    password = "CANARY_source_line"
    assert password != "CANARY_compared"
    assert "CANARY_compared_first" != password  # noqa: SIM300 - as some write it
    connect("ann", password="CANARY_argument_in_source")


def many_lines() -> None:
    private_key = """
    CANARY_first_line
    CANARY_second_line
    """
    raise ValueError(f"{private_key!r}"[:0] or "no key")


def expression() -> None:
    token = secret("expression")
    raise ValueError(f"token={token} and the password is {secret('said in a message')}")


def chained() -> None:
    try:
        connect("ann", typed("cause"))
    except ConnectionError as error:
        error.add_note(f"tried token={secret('note')}")
        try:
            raise RuntimeError(f"api_key: {secret('chained')}") from error
        except RuntimeError:
            raise KeyError(f"?token={secret('context')}&a=1")  # noqa: B904


def grouped() -> None:
    first = ValueError(f"password={secret('group member')}")
    raise ExceptionGroup(f"token={secret('group')}", [first, OSError("x")])


def warned() -> None:
    logging.captureWarnings(True)
    warnings.warn(f"password={secret('warning')}", stacklevel=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.warn(f"token={secret('warning as an error')}", stacklevel=1)


def raised() -> None:
    captured(connect, "ann", secret("local"))
    captured(connect, "ann", typed("typed local"), state={"token": secret("error state")})
    captured(load, f"/srv/token={secret('file name')}/x")
    for function in (literals, many_lines, expression, chained, grouped, warned):
        captured(function)
    for _ in range(9):
        captured(try_again, "ann", secret("repeated"))
    with trace_span("log_in"):
        captured(capture_error_context(connect), "ann", secret("decorated"))
    try:
        with trace_span(f"token={secret('span name')}", password=secret("span attribute")) as span:
            span.set(api_key=secret("span attribute set"))
            connect("ann", secret("span error"))
    except ConnectionError:
        logging.exception("it failed")
    with backtrail.start_operation_trace(f"token={secret('operation')}", password=secret("op")):
        capture_exception(ValueError(f"password={secret('operation error')}"))


def logged() -> None:
    log = logging.getLogger(f"token={secret('logger name')}")
    log.warning("password=%s", secret("log argument"))
    log.warning("as %(user)s with %(password)s", {"user": "ann", "password": secret("log dict")})
    log.warning("token: %r", typed("log repr"), extra={"api_key": secret("log extra")})
    log.warning("with %s", secret("log echo"), extra={"password": secret("log echo")})
    structlog.get_logger().bind(password=secret("structlog bound")).warning(
        f"token={secret('structlog event')}", api_key=secret("structlog")
    )
    loguru.logger.bind(password=secret("loguru bound")).warning(f"token={secret('loguru')}")
    tracer = TracerProvider().get_tracer("canary")
    with tracer.start_as_current_span(f"token={secret('otel name')}") as span:
        span.set_attribute("password", secret("otel attribute"))
        span.set_status(otel.StatusCode.ERROR, f"password={secret('otel status')}")
    try:
        with tracer.start_as_current_span("log_in"):
            connect("ann", secret("otel error"))
    except ConnectionError:
        log.exception("token=%s", secret("log with an error"))


class Dying:
    def __init__(self) -> None:
        self.password = secret("unraisable")

    def __del__(self) -> None:
        connect("ann", self.password)


def waiting(ready: threading.Event, done: threading.Event) -> None:
    password = secret("local of a waiting thread")  # noqa: F841
    with_others = {"api_key": secret("nested local of a waiting thread")}  # noqa: F841
    ready.set()
    done.wait()


async def log_in(session_token: str) -> None:
    await asyncio.sleep(0.01)
    connect("ann", session_token)


async def hang(password: str) -> None:
    waiter = asyncio.create_task(asyncio.sleep(30), name=f"token={secret('awaited task')}")
    try:
        await waiter
    finally:
        assert password


async def tasks() -> None:
    failing = asyncio.create_task(log_in(secret("task")), name=f"token={secret('task name')}")
    hanging = asyncio.create_task(hang(secret("task local")), name="hanging")
    await asyncio.sleep(0.05)
    record_hang(1.0, f"token={secret('hang reason')}")
    capture_exception(ValueError("from within a task"))
    hanging.cancel()
    await asyncio.gather(failing, hanging, return_exceptions=True)
    forgotten = asyncio.create_task(log_in(secret("forgotten task")))
    await asyncio.wait([forgotten])


def threads() -> None:
    ready, done = threading.Event(), threading.Event()
    named = f"token={secret('thread name')}"
    thread = threading.Thread(target=waiting, args=(ready, done), name=named, daemon=True)
    thread.start()
    ready.wait()
    capture_exception(ValueError("while another one waits"))
    record_hang(1.0, "no progress")
    os.kill(os.getpid(), signal.SIGUSR1)
    done.set()
    thread.join()
    failing = threading.Thread(target=connect, args=("ann", secret("thread")), name=named + "2")
    failing.start()
    failing.join()


def everything() -> None:
    raised()
    logged()
    Dying()
    threads()
    asyncio.run(tasks())
