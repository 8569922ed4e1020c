from __future__ import annotations

import sys
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from backtrail.record.locks.feature import unwatch, watch
from backtrail.record.locks.naming import is_made_by_program, name_of

HERE = Path(__file__).name


def made(given: str | None = None) -> str:
    """Return the name of a lock that the caller makes."""
    return name_of(given, "Lock", sys._getframe(1))  # noqa: SLF001 - as the locks do


def line() -> int:
    return sys._getframe(1).f_lineno  # noqa: SLF001 - see above


class Till:
    """Has a lock."""

    def __init__(self) -> None:
        self.drawer = made()


def test_a_lock_is_called_by_where_it_was_made_and_what_it_became() -> None:
    drawer = made()
    assert drawer == f"{HERE}:{line() - 1} drawer"
    box: dict[str, str] = {}
    box["left"] = made()
    assert box["left"] == f'{HERE}:{line() - 1} box["left"]'
    typed: str = made()
    assert typed == f"{HERE}:{line() - 1} typed"
    assert made() == f"{HERE}:{line()}"
    one, two = made(), made()
    assert {one, two} == {f"{HERE}:{line() - 1}", f"{HERE}:{line() - 1} #2"}


def test_an_attribute_is_called_by_its_class_and_later_ones_have_a_number() -> None:
    names = [Till().drawer for _ in range(3)]
    first = names[0].partition(" #")[0]
    assert first.endswith(" Till.drawer")
    assert names[1].startswith(f"{first} #")
    assert len(set(names)) == 3


def test_a_given_name_is_kept_and_a_secret_in_it_is_not() -> None:
    assert made("stock") == "stock"
    secret = "sk-" + "proj-" + "a8Fk2Lq9Zx7Vb3Nm5Rt1Yw4Uc6Ed0Gh"
    assert secret not in made(f"lock of {secret}")


def test_a_field_of_a_data_class_is_called_by_its_class() -> None:
    watch()
    try:

        @dataclass
        class Shop:
            till: Any = field(default_factory=threading.Lock)

        shop = Shop()
    finally:
        unwatch()
    name = shop.till._backtrail_notes.name  # noqa: SLF001 - ours
    assert name.startswith(f"{HERE}:")
    assert name.endswith("Shop.till")


def called_from(code: str, path: str, module: str) -> FrameType:
    namespace: dict[str, Any] = {"__name__": module, "frame": lambda: sys._getframe(1)}  # noqa: SLF001 - see above
    exec(compile(code, path, "exec"), namespace)
    found = namespace["found"]
    assert isinstance(found, FrameType)
    return found


@pytest.mark.parametrize(
    ("path", "module", "is_own"),
    [
        ("/data/shop/app.py", "app", True),
        (threading.__file__, "threading", False),
        ("/x/lib/python3/site-packages/pool/pool.py", "pool", False),
        ("<frozen importlib._bootstrap>", "importlib._bootstrap", False),
        ("<string>", "__main__", True),
        ("<stdin>", "__main__", True),
    ],
)
def test_the_program_makes_its_own_locks_only(path: str, module: str, is_own: bool) -> None:  # noqa: FBT001 - a case
    frame = called_from("found = frame()", path, module)
    assert is_made_by_program(frame) is is_own


def test_generated_code_counts_for_who_calls_it() -> None:
    assert is_made_by_program(called_from("found = frame()", "<attrs generated init Shop>", "shop"))
    assert not is_made_by_program(None)


def test_a_lock_of_a_factory_is_of_who_asks_for_it() -> None:
    locks: defaultdict[str, str] = defaultdict(made)
    assert locks["one"].startswith(f"{HERE}:{line()}")
