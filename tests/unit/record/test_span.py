from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import backtrail
from backtrail import start_operation_trace, trace_span
from backtrail.model.event import Event
from backtrail.record import guard, scope
from recorded import entries, events, recording


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    tasks: Any = asyncio.tasks
    monkeypatch.setattr(scope, "running_tasks", getattr(tasks, "_current_tasks", {}))
    with recording(tmp_path / "home"):
        yield tmp_path / "home"


def starts(home: Path) -> dict[str, Event]:
    return {event.body["name"]: event for event in events(home, "span.started")}


def ends(home: Path) -> dict[str, dict[str, Any]]:
    names = {event.span_id: name for name, event in starts(home).items()}
    return {names[event.span_id]: event.body for event in events(home, "span.ended")}


def parents(home: Path) -> dict[str, str | None]:
    """Return the name of each span's parent."""
    names = {event.span_id: name for name, event in starts(home).items()}
    return {name: names.get(event.body.get("parent")) for name, event in starts(home).items()}


def owners(home: Path) -> dict[str, str | None]:
    """Return the name of the span that each entry belongs to."""
    names = {event.span_id: name for name, event in starts(home).items()}
    return {e.body["action"]: names.get(e.span_id) for e in events(home, "debug.recorded")}


def test_a_span_is_written_when_it_begins_and_when_it_ends(home: Path) -> None:
    with trace_span("charge", order=17) as span:
        [started] = events(home, "span.started")
        assert events(home, "span.ended") == []
        span.set(amount=19.9)
        span.set(currency="EUR")
    [ended] = events(home, "span.ended")
    assert started.body == {"name": "charge", "attributes": {"order": 17}}
    assert ended.body == {
        "status": "ok",
        "attributes": {"amount": 19.9, "currency": "EUR"},
    }
    assert started.span_id == ended.span_id == span.span_id
    assert started.monotonic_ns <= ended.monotonic_ns


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (KeyError("order"), "error"),
        (KeyboardInterrupt(), "error"),
        (asyncio.CancelledError(), "cancelled"),
    ],
)
def test_a_span_ends_as_what_leaves_it(error: BaseException, status: str, home: Path) -> None:
    with pytest.raises(type(error)) as raised, trace_span("charge"):
        raise error
    assert raised.value is error
    ended = ends(home)["charge"]
    assert ended["status"] == status
    assert ended["error"].startswith(type(error).__name__)


def test_spans_nest_and_siblings_do_not(home: Path) -> None:
    with trace_span("outer"):
        with trace_span("first"), trace_span("inner"):
            backtrail.debug("inside_inner")
        with trace_span("second"):
            pass
        backtrail.debug("inside_outer")
    backtrail.debug("outside_all")
    assert parents(home) == {"outer": None, "first": "outer", "inner": "first", "second": "outer"}
    assert owners(home) == {
        "inside_inner": "inner",
        "inside_outer": "outer",
        "outside_all": None,
    }


def test_each_outermost_span_is_a_trace_of_its_own(home: Path) -> None:
    process = backtrail.get_current_trace_id()
    for name in ("one", "two"):
        with trace_span(name), trace_span(f"in {name}"):
            assert backtrail.get_current_trace_id() != process
    assert backtrail.get_current_trace_id() == process
    found = {name: event.trace_id for name, event in starts(home).items()}
    assert found["one"] == found["in one"] != found["two"] == found["in two"]


def test_an_outer_span_that_ends_first_leads_no_one_astray(home: Path) -> None:
    outer, inner = trace_span("outer"), trace_span("inner")
    outer.__enter__()
    inner.__enter__()
    outer.__exit__(None, None, None)
    backtrail.debug("still_inside")
    inner.__exit__(None, None, None)
    backtrail.debug("outside_all")
    assert owners(home) == {"still_inside": "inner", "outside_all": None}


def test_a_span_that_ends_twice_or_never_began_is_harmless(home: Path) -> None:
    span = trace_span("charge")
    span.__exit__(None, None, None)
    with span:
        pass
    span.__exit__(None, None, None)
    assert len(events(home, "span.ended")) == 1


def test_a_span_can_be_used_once_more_when_it_has_ended(home: Path) -> None:
    again = trace_span("again")
    ids = []
    for _ in range(2):
        with trace_span("outer"), again as span:
            ids.append(span.span_id)
            backtrail.debug("in_again")
    assert [event.span_id for event in events(home, "debug.recorded")] == ids
    assert len(set(ids)) == 2
    assert len(events(home, "span.ended")) == 4


def test_a_span_that_is_entered_while_open_just_goes_on(home: Path) -> None:
    span = trace_span("once")
    with trace_span("outer"):
        with span, span:
            backtrail.debug("inside")
        backtrail.debug("outside")
    assert owners(home) == {"inside": "once", "outside": "outer"}
    assert len(events(home, "span.started")) == len(events(home, "span.ended")) == 2
    assert guard.lost == {"span entered while open": 1}


def test_names_and_attributes_lose_their_secrets(home: Path) -> None:
    secret = "s3cret" + "Value99"
    with trace_span(f"password={secret}", token=secret, note=f"Bearer {secret}") as span:
        span.set(password=secret, url=f"https://bob:{secret}@host/")
    with pytest.raises(KeyError), trace_span("charge"):
        raise KeyError(f"password={secret}")
    written = b"".join(path.read_bytes() for path in (home / "journal").iterdir())
    assert len(events(home, "span.ended")) == 2
    assert secret.encode() not in written


@pytest.mark.parametrize("name", [5, None, "", "x" * 5_000, "\ud800"])
def test_no_name_changes_the_program(name: Any, home: Path) -> None:
    with trace_span(name, value=object(), items=[1]):
        pass
    assert len(events(home, "span.ended")) == 1


async def soon(value: int) -> int:
    backtrail.debug("work_done")
    await asyncio.sleep(0)
    return value


def numbers(value: int) -> Iterator[int]:
    backtrail.debug("work_done")
    yield value


async def numbers_soon(value: int) -> AsyncIterator[int]:
    backtrail.debug("work_done")
    yield value


def at_once(value: int) -> int:
    backtrail.debug("work_done")
    return value


async def last_of(items: AsyncIterator[int]) -> int:
    return [item async for item in items][-1]


FORMS: dict[str, tuple[Any, Callable[[Any], int]]] = {
    "function": (at_once, int),
    "coroutine": (soon, lambda result: int(asyncio.run(result))),
    "generator": (numbers, lambda result: int(next(iter(list(result))))),
    "async generator": (numbers_soon, lambda result: asyncio.run(last_of(result))),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_function_has_each_call_in_a_span(form: str, home: Path) -> None:
    function, finished = FORMS[form]
    traced = trace_span("charge", order=1)(function)
    assert inspect.signature(traced) == inspect.signature(function)
    for number in (1, 2):
        assert finished(traced(number)) == number
    assert owners(home) == {"work_done": "charge"}
    assert len({event.span_id for event in events(home, "span.started")}) == 2
    assert [event.body for event in events(home, "span.ended")] == [{"status": "ok"}] * 2


def test_methods_of_every_kind_are_spans(home: Path) -> None:
    class Shop:
        @trace_span("own")
        def own(self) -> Any:
            return self

        @trace_span("of class")
        @classmethod
        def of_class(cls) -> Any:
            return cls

        @staticmethod
        @trace_span("static")
        def static() -> int:
            return 5

    shop = Shop()
    assert (shop.own(), shop.of_class(), shop.static()) == (shop, Shop, 5)
    assert list(ends(home)) == ["own", "of class", "static"]


def test_two_generators_that_take_turns_keep_to_their_own_spans(home: Path) -> None:
    def work(name: str) -> Iterator[int]:
        for number in range(2):
            backtrail.debug(f"{name}_{number}")
            yield number

    with trace_span("outer"):
        first = trace_span("first")(work)("first")
        second = trace_span("second")(work)("second")
        for _ in zip(first, second, strict=True):
            backtrail.debug("between_steps")
        backtrail.debug("after_both")
    assert owners(home) == {
        "first_0": "first",
        "first_1": "first",
        "second_0": "second",
        "second_1": "second",
        "between_steps": "outer",
        "after_both": "outer",
    }
    assert parents(home) == {"outer": None, "first": "outer", "second": "outer"}


def test_an_async_generator_that_another_task_closes_ends_in_order(home: Path) -> None:
    @trace_span("stream")
    async def stream() -> AsyncIterator[int]:
        for number in range(10):
            yield number

    async def close(generator: Any) -> None:
        await generator.aclose()
        backtrail.debug("after_closing")

    async def main() -> None:
        with trace_span("main"):
            generator = stream()
            await anext(generator)
            await asyncio.create_task(close(generator))
            backtrail.debug("still_main")

    asyncio.run(main())
    assert owners(home) == {"after_closing": "main", "still_main": "main"}
    assert ends(home)["stream"]["status"] == "cancelled"
    assert guard.lost == {}


def test_cancelled_tasks_end_their_spans_as_cancelled(home: Path) -> None:
    async def wait(name: str) -> None:
        async with trace_span(name):
            await asyncio.Event().wait()

    async def main() -> None:
        tasks = [asyncio.create_task(wait(f"wait {number}")) for number in range(5)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    with trace_span("main"):
        asyncio.run(main())
    assert {name: body["status"] for name, body in ends(home).items()} == {
        **{f"wait {number}": "cancelled" for number in range(5)},
        "main": "ok",
    }
    assert set(parents(home).values()) == {None, "main"}


def test_an_operation_is_a_trace_of_its_own_with_a_link(home: Path) -> None:
    with trace_span("request") as span:
        outer = backtrail.get_current_trace_id()
        with start_operation_trace("send_mail", to="bob") as operation:
            backtrail.debug("inside_it")
            assert backtrail.get_current_trace_id() == operation.trace_id != outer
            with trace_span("smtp"):
                pass
        assert backtrail.get_current_trace_id() == outer
        backtrail.debug("outside_it")
    [started] = events(home, "trace.started")
    [ended] = events(home, "trace.ended")
    assert started.trace_id == ended.trace_id == operation.trace_id
    assert started.body == {
        "name": "send_mail",
        "links": [{"relation": "child.of", "trace_id": outer, "span_id": span.span_id}],
        "attributes": {"to": "bob"},
    }
    assert ended.body == {}
    inside, outside = events(home, "debug.recorded")
    assert (inside.trace_id, outside.trace_id) == (operation.trace_id, outer)
    assert starts(home)["smtp"].trace_id == operation.trace_id
    assert "parent" not in starts(home)["smtp"].body


def test_an_operation_that_fails_says_so(home: Path) -> None:
    with pytest.raises(KeyError), start_operation_trace("send_mail"):
        raise KeyError
    assert events(home, "trace.ended")[0].body == {"status": "error"}


def test_an_operation_can_be_ended_by_hand_once(home: Path) -> None:
    first = start_operation_trace("one")
    second = start_operation_trace("two")
    second.end()
    first.end()
    first.end()
    assert first.trace_id != second.trace_id
    assert len(events(home, "trace.ended")) == 2
    assert scope.current().trace is scope.root()
    assert entries(home) == []


def test_attributes_that_cannot_be_written_are_told_cut_when_the_span_ends(home: Path) -> None:
    with trace_span("count_atoms", atoms=1 << 100_000), trace_span("look_closer"):
        pass
    outer, inner = events(home, "span.started")[-2:]
    assert (outer.body["name"], inner.body["parent"]) == ("count_atoms", outer.span_id)
    [ended] = [event for event in events(home, "span.ended") if event.span_id == outer.span_id]
    assert ended.body["attributes"]["atoms"]["bits"] == 100_001


def test_a_name_that_is_no_text_is_told_by_its_type(home: Path) -> None:
    with trace_span(["a", "list"]):  # type: ignore[arg-type]
        pass
    assert events(home, "span.started")[-1].body["name"] == "<list>"
