from __future__ import annotations

import compileall
import inspect
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, MutableMapping
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import pytest

from backtrail.model.kinds import Frame
from backtrail.model.limits import FRAMES_MAX, LOCALS_MAX
from backtrail.record.capture.frames import (
    calls_of_stack,
    calls_of_traceback,
    kept_frames,
    running_frames,
)
from backtrail.record.capture.values.walk import Walk


def caught(function: Callable[[], object]) -> BaseException:
    """Return what a function raises."""
    try:
        function()
    except Exception as error:  # noqa: BLE001 - whatever it is
        return error
    raise AssertionError("nothing was raised")


def frames_of_stack(frame: FrameType | None, *, with_locals: bool = True) -> list[Frame]:
    """Return the frames of a running stack, innermost first."""
    return running_frames(calls_of_stack(frame), Walk(), with_locals=with_locals)


def frames(function: Callable[[], object]) -> list[Frame]:
    """Return the frames of what a function raises, without those that belong to the test."""
    found, _ = kept_frames(calls_of_traceback(caught(function).__traceback__), Walk())
    return [frame for frame in found if frame.function != "caught"]


def names(function: Callable[[], object]) -> list[str]:
    return [frame.function for frame in frames(function)]


def imported(path: Path, name: str) -> ModuleType:
    """Import a module of a folder or an archive, as a program does."""
    sys.path.insert(0, str(path))
    try:
        return __import__(name)
    finally:
        sys.path.remove(str(path))
        sys.modules.pop(name, None)


class Till:
    """A class of a program."""

    def __init__(self, amounts: dict[str, int]) -> None:
        self.amounts = amounts

    def share(self, name: str, among: int) -> float:
        """Fail for nobody."""
        whole = self.amounts[name]
        return whole / among


def test_a_frame_says_where_it_is_and_what_it_had() -> None:
    till = Till({"cash": 12})
    [inner, outer] = frames(lambda: till.share("cash", 0))
    assert inner.file == __file__
    assert (inner.function, inner.qualified, inner.module) == ("share", "Till.share", __name__)
    assert (inner.code, inner.expression) == ("return whole / among", "whole / among")
    assert inner.is_app
    assert inner.locals == {
        "self": {"$type": f"{__name__}.Till", "amounts": {"cash": 12}},
        "name": "cash",
        "among": 0,
        "whole": 12,
    }
    assert outer.function == "<lambda>"
    shown = {line.line: line.text for line in inner.source}
    assert shown[inner.line] == "        return whole / among"
    assert shown[inner.line - 1] == "        whole = self.amounts[name]"
    assert list(shown) == list(range(inner.line - 3, inner.line + 4))


def test_the_raising_frame_comes_first_and_its_callers_follow() -> None:
    def first() -> None:
        second()

    def second() -> None:
        third()

    def third() -> None:
        raise KeyError("deep")

    assert names(first) == ["third", "second", "first"]


def test_the_expression_is_exactly_what_failed() -> None:
    order: dict[str, Any] = {"lines": [{"price": 3}, {}], "rate": None}

    def in_a_chain() -> object:
        return order["lines"][1]["price"]["net"]

    def in_the_middle() -> object:
        return (order["rate"] + 1) * len(order["lines"])

    def behind_wide_letters() -> object:
        return "äöü€😀", order["ü"], "äöü"

    def over_lines() -> object:
        return round(
            order["lines"][0]["price"]
            * order["rate"],
            2,
        )  # fmt: skip

    [chain, middle, wide, long] = [
        frames(function)[0]
        for function in (in_a_chain, in_the_middle, behind_wide_letters, over_lines)
    ]
    assert chain.expression == 'order["lines"][1]["price"]'
    assert middle.expression == 'order["rate"] + 1'
    assert wide.expression == 'order["ü"]'
    assert long.expression == 'order["lines"][0]["price"]\n* order["rate"]'
    assert long.code == 'order["lines"][0]["price"]'


PLAIN = """
from backtrail.record.capture.frames import calls_of_traceback, kept_frames
from backtrail.record.capture.values.walk import Walk

def fails(number):
    return number / 0 + 1

try:
    fails(1)
except ZeroDivisionError as error:
    frame = kept_frames(calls_of_traceback(error.__traceback__), Walk())[0][0]
    print(frame.line, frame.function, frame.code, frame.expression, frame.locals)
"""


@pytest.mark.parametrize(
    ("option", "expression"), [("no_debug_ranges", "None"), ("importtime=0", "number / 0")]
)
def test_code_without_positions_has_no_expression_but_all_else(
    option: str, expression: str, tmp_path: Path
) -> None:
    (tmp_path / "plain.py").write_text(PLAIN)
    options = [] if option.startswith("importtime") else ["-X", option]
    done = subprocess.run(
        [sys.executable, *options, "plain.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == f"6 fails return number / 0 + 1 {expression} {{'number': 1}}\n"


def test_a_module_shows_its_variables_and_not_its_definitions(tmp_path: Path) -> None:
    text = """
        import os
        from os.path import join
        RATE = 19
        def double(number): return 2 * number
        class Order: pass
        order = Order()
        1 / 0
    """
    (tmp_path / "broken_at_import.py").write_text(text.replace("\n        ", "\n"))
    inner = frames(lambda: imported(tmp_path, "broken_at_import"))[0]
    assert (inner.function, inner.module) == ("<module>", "broken_at_import")
    assert inner.locals == {"RATE": 19, "order": {"$type": "broken_at_import.Order"}}


def test_the_body_of_a_class_shows_its_names() -> None:
    def make() -> object:
        class Order:
            rate = 19
            share = rate / 0

        return Order

    inner = frames(make)[0]
    assert inner.function == "Order"
    assert inner.locals is not None
    assert inner.locals["rate"] == 19


class Odd(MutableMapping[str, Any]):
    """A namespace that is no dict, and that counts who looks into it."""

    def __init__(self) -> None:
        self.held: dict[str, Any] = {}
        self.looks = 0

    def __getitem__(self, name: str) -> Any:
        return self.held[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self.held[name] = value

    def __delitem__(self, name: str) -> None:
        del self.held[name]

    def __iter__(self) -> Iterator[str]:
        self.looks += 1
        raise RuntimeError("do not look")

    def __len__(self) -> int:
        self.looks += 1
        raise RuntimeError("do not count")


class Noisy(dict[str, Any]):
    """A namespace that is a dict, and complains when asked."""

    def items(self) -> Any:
        """Complain."""
        raise RuntimeError("do not look")

    __iter__ = keys = values = items


@pytest.mark.parametrize("namespace", [Odd(), Noisy()], ids=["mapping", "dict"])
def test_the_namespace_of_a_class_may_be_anything(namespace: Any) -> None:
    class Meta(type):
        @classmethod
        def __prepare__(cls, *_: Any, **__: Any) -> Any:
            return namespace

    def make() -> object:
        class Order(metaclass=Meta):
            rate = 19
            share = rate / 0

        return Order

    inner = frames(make)[0]
    assert inner.function == "Order"
    assert inner.expression == "rate / 0"
    assert getattr(namespace, "looks", 0) == 0


def test_a_comprehension_shows_what_failed_and_no_nameless_variable() -> None:
    def shares() -> object:
        amounts = [3, 2, 0, 1]
        return [12 / amount for amount in amounts]

    found = frames(shares)
    assert found[0].expression == "12 / amount"
    [shown] = [frame.locals for frame in found if frame.function == "shares"]
    assert shown == {"amounts": [3, 2, 0, 1]}
    if sys.version_info < (3, 12):  # Later ones forget the item before anybody can look.
        assert (found[0].function, found[0].locals) == ("<listcomp>", {"amount": 0})


def test_a_generator_is_a_frame_like_any_other_and_none_is_consumed() -> None:
    waiting = (number for number in range(3))

    def shares(amounts: list[int]) -> Iterator[float]:
        others = waiting
        for amount in amounts:
            yield 12 / amount
        del others

    def total() -> float:
        return sum(shares([3, 0]))

    found = frames(total)
    assert [frame.function for frame in found[:2]] == ["shares", "total"]
    assert (found[0].locals or {})["amount"] == 0
    assert list(waiting) == [0, 1, 2]


def test_the_middle_of_a_deep_recursion_is_cut_and_counted() -> None:
    def dive(depth: int) -> None:
        if depth == 10_000:
            raise ValueError("the ground")
        dive(depth + 1)

    before = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    try:
        error = caught(lambda: dive(1))
    finally:
        sys.setrecursionlimit(before)
    walk = Walk()
    kept, cut = kept_frames(calls_of_traceback(error.__traceback__), walk)
    assert (len(kept), cut) == (FRAMES_MAX, 10_002 - FRAMES_MAX)
    assert walk.cuts > 0
    depths = [(frame.locals or {}).get("depth") for frame in kept]
    half = FRAMES_MAX // 2
    assert depths[:half] == list(range(10_000, 10_000 - half, -1))
    assert [frame.function for frame in kept[-3:]] == ["dive", "<lambda>", "caught"]


def test_code_that_has_no_source_still_has_its_place_and_variables() -> None:
    def run() -> None:
        exec("rate = 0\nwhole = 3\nwhole / rate", {})

    inner = frames(run)[0]
    assert (inner.file, inner.line, inner.function) == ("<string>", 3, "<module>")
    assert (inner.code, inner.expression, inner.source) == (None, None, [])
    assert inner.module is None
    assert inner.locals == {"rate": 0, "whole": 3}


MODULE = "def fails(number):\n    return number / 0\n"


def test_a_module_of_which_only_the_bytecode_is_left_has_no_source(tmp_path: Path) -> None:
    (tmp_path / "only_bytecode.py").write_text(MODULE)
    assert compileall.compile_dir(tmp_path, quiet=1, legacy=True)
    (tmp_path / "only_bytecode.py").unlink()
    module = imported(tmp_path, "only_bytecode")
    inner = frames(lambda: module.fails(3))[0]
    assert (inner.line, inner.function) == (2, "fails")
    assert (inner.code, inner.expression, inner.source) == (None, None, [])
    assert inner.locals == {"number": 3}


def test_source_that_has_become_shorter_since_is_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "cut_short.py"
    path.write_text("# one\n# two\n# three\n\n\n\n" + MODULE)
    module = imported(tmp_path, "cut_short")
    path.write_text("pass\n")
    inner = frames(lambda: module.fails(3))[0]
    assert (inner.line, inner.code, inner.expression) == (8, None, None)
    assert inner.locals == {"number": 3}


def test_a_module_in_an_archive_is_shown_by_its_path_in_it(tmp_path: Path) -> None:
    archive = tmp_path / "shop.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("zipped_shop.py", MODULE)
    module = imported(archive, "zipped_shop")
    inner = frames(lambda: module.fails(3))[0]
    assert inner.file == f"{archive}/zipped_shop.py"
    assert (inner.line, inner.locals) == (2, {"number": 3})


def test_more_variables_than_a_frame_may_have_are_counted() -> None:
    text = "".join(f"name_{number} = {number}\n" for number in range(LOCALS_MAX + 7)) + "1 / 0"
    inner = frames(lambda: exec(text, {}))[0]
    assert inner.locals is not None
    assert (len(inner.locals), inner.locals_cut) == (LOCALS_MAX, 7)


def test_names_that_are_no_text_are_passed_over() -> None:
    space: dict[Any, Any] = {"rate": 0, 7: "seven", (1, 2): "pair"}
    inner = frames(lambda: exec("1 / rate", {}, space))[0]
    assert inner.locals == {"rate": 0}


def test_a_function_of_python_itself_is_not_of_the_program() -> None:
    [inner, *_] = frames(lambda: json.loads("{"))
    assert (inner.module, inner.is_app) == ("json.decoder", False)


def test_a_running_stack_has_its_innermost_call_first() -> None:
    def outside() -> list[Frame]:
        wanted = 7
        assert wanted
        return inside()

    def inside() -> list[Frame]:
        return frames_of_stack(inspect.currentframe())

    shown = outside()
    assert [frame.function for frame in shown[:3]] == [
        "inside", "outside", "test_a_running_stack_has_its_innermost_call_first",
    ]  # fmt: skip
    assert shown[1].locals == {
        "inside": {"$type": "function", "name": inside.__qualname__},
        "wanted": 7,
    }


def test_a_stack_may_be_shown_without_its_variables() -> None:
    wanted = 7
    [inner, *_] = frames_of_stack(inspect.currentframe(), with_locals=False)
    assert wanted
    assert inner.locals is None
    assert inner.code == "[inner, *_] = frames_of_stack(inspect.currentframe(), with_locals=False)"
