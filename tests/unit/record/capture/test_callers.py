from __future__ import annotations

import json
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from backtrail.model.event import Place
from backtrail.model.limits import CALLER_FRAMES_MAX
from backtrail.record.capture.callers import app_frame, caller, callers

APP = """
import functools, json
class Shop:
    def open(self, ask):
        return ask()
def through_the_library(ask):
    return json.loads("[1]", parse_int=lambda text: ask())
def deep(ask, depth):
    return ask() if depth == 0 else map_one(lambda: deep(ask, depth - 1))
def map_one(call):
    return functools.reduce(lambda _, each: each(), [None, call])
"""


def from_outside(calls: int) -> FrameType:
    """Return a frame so many calls outside of the one that asks."""
    return sys._getframe(calls + 1)  # noqa: SLF001 - as the recorder does


def app(tmp_path: Path) -> dict[str, Any]:
    path = tmp_path / "shop.py"
    path.write_text(APP, encoding="utf-8")
    names: dict[str, Any] = {}
    exec(compile(APP, str(path), "exec"), names)
    return names


def test_the_caller_is_the_innermost_call_of_the_users_own_code(tmp_path: Path) -> None:
    place = caller_from(app(tmp_path)["Shop"]().open)
    assert place is not None
    assert (Path(place.file).name, place.line, place.function) == ("shop.py", 5, "Shop.open")
    assert place.code == "return ask()"


def caller_from(run: Any) -> Any:
    """Ask as the recorder does: from a frame that is not the user's."""
    return run(lambda: caller(from_outside(1)))


def test_calls_of_the_library_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "shop.py"
    names = app(tmp_path)
    found = names["through_the_library"](lambda: [caller(from_outside(2))])
    assert json.dumps(found[0][0].function) == '"through_the_library"'
    assert found[0][0].file == str(path)


def test_a_stack_without_the_users_code_has_no_caller() -> None:
    assert app_frame(None) is None


def test_a_caller_is_looked_for_so_far_and_no_further() -> None:
    library = compile("def down(n, ask):\n    return ask() if n == 0 else down(n - 1, ask)",
                      json.__file__, "exec")  # fmt: skip
    names: dict[str, Any] = {}
    exec(library, names)
    near, far = (
        names["down"](depth, lambda: app_frame(from_outside(1)))
        for depth in (CALLER_FRAMES_MAX - 10, CALLER_FRAMES_MAX + 10)
    )
    assert near is not None
    assert far is None


def test_the_calls_that_led_here_are_named_from_the_innermost_outwards() -> None:
    def inner() -> list[Place]:
        return callers(sys._getframe(), 2)  # noqa: SLF001 - what is tested takes a frame

    def outer() -> list[Place]:
        return inner()

    names = [place.function.rpartition(".")[2] for place in outer()]
    assert names == ["inner", "outer"]
