from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonpatch
import pytest

import backtrail
from backtrail import track_state
from backtrail.model.limits import PATCH_OPERATIONS_MAX, TRACKED_INLINE_BYTES_MAX
from backtrail.record import guard
from recorded import events, recording


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with recording(tmp_path / ".backtrail") as home:
        yield home


def told(home: Path) -> list[dict[str, Any]]:
    return [event.body for event in events(home, "state.changed")]


def test_a_change_is_told_with_what_was_before_and_after(home: Path) -> None:
    cart = {"items": ["pen"], "total": 2}
    with track_state(cart, "cart"):
        cart["items"] = ["pen", "ink"]
        cart["total"] = 5
    (change,) = told(home)
    assert change["name"] == "cart"
    assert change["how"] == "tracked"
    assert change["before"] == {"items": ["pen"], "total": 2}
    assert change["after"] == {"items": ["pen", "ink"], "total": 5}
    assert change["patch"] == [
        {"op": "add", "path": "/items/1", "value": "ink"},
        {"op": "replace", "path": "/total", "value": 5, "was": 2},
    ]
    assert change["caller"]["code"] == 'with track_state(cart, "cart"):'
    assert "is_cut" not in change


def test_a_block_that_changes_nothing_tells_nothing(home: Path) -> None:
    cart = {"items": ["pen"]}
    with track_state(cart, "cart"):
        cart["items"] = ["pen"]
    assert told(home) == []


def test_an_exception_passes_untouched_and_what_changed_until_then_is_told(home: Path) -> None:
    cart = {"total": 2}
    raised = ValueError("no ink")

    def fail() -> None:
        with track_state(cart, "cart"):
            cart["total"] = 5
            raise raised

    with pytest.raises(ValueError, match="no ink") as caught:
        fail()
    assert caught.value is raised
    assert [entry.name for entry in caught.traceback][1:] == ["fail"]
    assert told(home)[0]["after"] == {"total": 5}


def test_a_function_is_followed_through_each_call(home: Path) -> None:
    stock = {"pen": 3}

    @track_state(stock, "stock")
    def take(name: str, *, count: int = 1) -> int:
        """Take some."""
        stock[name] -= count
        return stock[name]

    assert take("pen") == 2
    assert take("pen", count=2) == 0
    assert (take.__name__, take.__doc__) == ("take", "Take some.")
    assert [change["after"] for change in told(home)] == [{"pen": 2}, {"pen": 0}]


def test_a_coroutine_and_an_async_block_are_followed(home: Path) -> None:
    stock = {"pen": 3}

    @track_state(stock, "stock")
    async def take() -> int:
        await asyncio.sleep(0)
        stock["pen"] -= 1
        return stock["pen"]

    async def main() -> int:
        async with track_state(stock, "all"):
            return await take()

    assert asyncio.run(main()) == 2
    assert [change["name"] for change in told(home)] == ["stock", "all"]


def test_a_state_that_has_to_be_awaited_is_followed_in_an_async_block(home: Path) -> None:
    held = {"rows": 1}

    async def rows() -> int:
        await asyncio.sleep(0)
        return held["rows"]

    async def main() -> None:
        async with track_state(rows, "rows"):
            held["rows"] = 2

    asyncio.run(main())
    (change,) = told(home)
    assert change["patch"] == [{"op": "replace", "path": "", "value": 2, "was": 1}]
    assert change["caller"]["code"] == 'async with track_state(rows, "rows"):'


def test_a_generator_is_followed_through_its_life(home: Path) -> None:
    seen: list[int] = []

    @track_state(seen, "seen")
    def count() -> Iterator[int]:
        for number in range(3):
            seen.append(number)
            yield number

    assert list(count()) == [0, 1, 2]
    assert told(home)[0]["after"] == [0, 1, 2]


def test_a_function_that_returns_the_state_is_asked_before_and_after(home: Path) -> None:
    held = {"rows": 1}
    with track_state(lambda: held["rows"], "rows"):
        held["rows"] = 2
    assert (told(home)[0]["before"], told(home)[0]["after"]) == (1, 2)


def test_a_function_that_fails_is_counted_and_stops_nothing(home: Path) -> None:
    def broken() -> object:
        raise OSError("gone")

    done = []
    with track_state(broken, "rows"):
        done.append(1)
    assert done == [1]
    assert told(home) == []
    assert guard.lost["state not captured: its function failed"] == 2


def test_a_long_state_is_kept_in_blobs(home: Path) -> None:
    state = {f"row {number}": number for number in range(2_000)}
    with track_state(state, "rows"):
        state["row 7"] = -1
    (change,) = told(home)
    assert "before" not in change
    assert "after" not in change
    before, after = (
        (home / "blobs" / name[:2] / f"{name}.json").read_bytes()
        for name in (change["before_blob"], change["after_blob"])
    )
    assert len(before) > TRACKED_INLINE_BYTES_MAX
    patched = jsonpatch.JsonPatch(change["patch"]).apply(json.loads(before))
    assert patched == json.loads(after) == state


def test_a_change_of_many_parts_is_cut_and_says_so(home: Path) -> None:
    state = dict.fromkeys(map(str, range(1_000)), 0)
    with track_state(state, "rows"):
        state.update(dict.fromkeys(state, 1))
    (change,) = told(home)
    assert len(change["patch"]) == PATCH_OPERATIONS_MAX
    assert change["is_cut"] is True


def test_what_was_removed_is_told_also_of_a_long_state(home: Path) -> None:
    state = {f"row {number}": number for number in range(2_000)} | {"long": "x" * 5_000}
    with track_state(state, "rows"):
        del state["row 7"], state["long"]
    assert told(home)[0]["patch"] == [
        {"op": "remove", "path": "/row 7", "was": 7},
        {"op": "remove", "path": "/long"},
    ]


def test_no_secret_is_in_what_is_told(home: Path) -> None:
    hush = "open" + "sesame"
    state = {"password": hush, "rows": [{"note": "x", "token": "t" + "ttttt"}]}
    with track_state(state, "login"):
        state["rows"][0]["note"] = f"came with {hush}"  # type: ignore[index]
        state["password"] = "other" + "words"
        state["rows"][0]["token"] = "u" + "uuuuu"  # type: ignore[index]
    written = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert not any(word.encode() in written for word in (hush, "otherwords", "tttttt", "uuuuuu"))
    assert told(home)[0]["patch"] == [
        {"op": "replace", "path": "/password", "value": "[redacted]", "was": "[redacted]"},
        {"op": "replace", "path": "/rows/0/note", "value": "came with [redacted]", "was": "x"},
        {"op": "replace", "path": "/rows/0/token", "value": "[redacted]", "was": "[redacted]"},
    ]


def test_threads_that_follow_one_state_do_not_disturb_each_other(home: Path) -> None:
    state: dict[str, int] = {}

    def work(name: str) -> None:
        for number in range(20):
            with track_state(state, name):
                state[f"{name} {number}"] = number

    threads = [threading.Thread(target=work, args=(f"worker {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(state) == 80
    assert len(told(home)) == 80


def test_nothing_is_followed_while_recording_is_off(home: Path) -> None:
    state = {"a": 1}
    backtrail.disable()
    with track_state(state, "state"):
        state["a"] = 2
    assert track_state(state, "state")(told) is told
    backtrail.enable()
    assert told(home) == []
